package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

type searchIn struct {
	Query      string    `query:"q" maxLength:"200" doc:"Words, a phrase in quotation marks, a reference or the beginning of one." example:"missed collection"`
	Type       []string  `query:"type" maxItems:"50" doc:"Keys of case types: any of them."`
	Kind       []string  `query:"kind" maxItems:"5" enum:"start,open,waiting,resolved,final" doc:"What statuses mean: any of them."`
	Status     []string  `query:"status" maxItems:"50" doc:"Keys of statuses: any of them."`
	Subtype    []string  `query:"subtype" maxItems:"50" doc:"Keys of subtypes: any of them."`
	Stage      []string  `query:"stage" maxItems:"50" doc:"Keys of stages: any of them."`
	Group      []string  `query:"group" maxItems:"50" doc:"Keys of groups: any of them."`
	Priority   []string  `query:"priority" maxItems:"50" doc:"Keys of priorities: any of them."`
	Channel    []string  `query:"channel" maxItems:"10" enum:"web,telephone,counter,letter,email,api" doc:"How cases reached the organisation: any of them."`
	Overdue    bool      `query:"overdue" doc:"Only those that are late."`
	RaisedFrom time.Time `query:"raised_from" doc:"Raised at this instant or later."`
	RaisedTo   time.Time `query:"raised_to" doc:"Raised before this instant."`
	Within     string    `query:"within" maxLength:"100" doc:"A part of the map: south, west, north, east, in degrees." example:"51.4,-0.2,51.6,0.1"`
	Near       string    `query:"near" maxLength:"100" doc:"A circle: latitude, longitude and metres." example:"51.5,-0.1,500"`
	Sort       string    `query:"sort" enum:"best,newest,oldest,due" default:"best"`
	Page       int       `query:"page" minimum:"1" maximum:"20" default:"1" doc:"Pages have 50 results; the first 1,000 can be read."`
	Facets     bool      `query:"facets" doc:"Count how many results each narrowing would leave."`
	Fields     string    `query:"fields" maxLength:"500" doc:"Members of each case to answer with; all when left out."`
}

// Found is one page of search results.
type Found struct {
	Results     []FoundCase               `json:"results"`
	Total       int                       `json:"total" doc:"At most 1,000."`
	More        bool                      `json:"more" doc:"There are more than total says."`
	Page        int                       `json:"page"`
	Pages       int                       `json:"pages"`
	Facets      map[string]map[string]int `json:"facets,omitempty" doc:"For each facet, how many results each of its keys would have with all other narrowings."`
	FacetsFirst bool                      `json:"facets_first,omitempty" doc:"Facets counted the first 10,000 results only."`
}

// FoundCase is a case that was found, and where.
type FoundCase struct {
	Case     sparse[Case] `json:"case"`
	Snippets []string     `json:"snippets,omitempty" doc:"Where it was found, in text."`
}

func (a *API) search(ctx context.Context, in *searchIn) (*bodyOut[Found], error) {
	wants, err := choose[Case](in.Fields)
	if err != nil {
		return nil, err
	}
	request, err := a.searchRequest(ctx, in)
	if err != nil {
		return nil, err
	}
	found, err := a.options.Search.Find(ctx, actorOf(ctx), request)
	if err != nil {
		return nil, err
	}
	out := &bodyOut[Found]{Found{
		Results: []FoundCase{}, Total: found.Total, More: found.More, Page: found.Page, Pages: found.Pages, FacetsFirst: found.CountsFirst,
	}}
	if in.Facets {
		out.Body.Facets = map[string]map[string]int{}
		for facet, counts := range found.Counts {
			out.Body.Facets[string(facet)] = counts
		}
	}
	types := map[string]*core.CaseType{}
	for _, result := range found.Results {
		t := types[result.Type]
		if t == nil {
			if t, err = a.options.Cases.Types().Published(ctx, result.Type); err != nil {
				return nil, err
			}
			types[result.Type] = t
		}
		shaped := FoundCase{Case: sparse[Case]{a.shape(result.Case, t, true, result.AssigneeName), wants}}
		for _, snippet := range result.Snippets {
			var words strings.Builder
			for _, s := range snippet.Segments {
				words.WriteString(s.Text)
			}
			shaped.Snippets = append(shaped.Snippets, words.String())
		}
		out.Body.Results = append(out.Body.Results, shaped)
	}
	return out, nil
}

// searchRequest reads a query; keys that nothing has are errors, as in lists.
func (a *API) searchRequest(ctx context.Context, in *searchIn) (search.Request, error) {
	r := search.Request{Typed: in.Query, Page: in.Page, Facets: in.Facets, Order: search.Order(in.Sort)}
	if in.Sort == "best" {
		r.Order = search.ByBest
	}
	types, err := a.visibleTypes(ctx, core.MayView)
	if err != nil {
		return r, err
	}
	if types, err = named(types, in.Type); err != nil {
		return r, err
	}
	for _, one := range in.Status {
		if err := known(types, &listCasesIn{Status: one}); err != nil {
			return r, err
		}
	}
	for _, one := range in.Subtype {
		if err := known(types, &listCasesIn{Subtype: one}); err != nil {
			return r, err
		}
	}
	for _, one := range in.Priority {
		if err := known(types, &listCasesIn{Priority: one}); err != nil {
			return r, err
		}
	}
	if err := known(types, &listCasesIn{Group: in.Group}); err != nil {
		return r, err
	}
	r.Filter = search.Filter{
		Types: in.Type, Subtypes: in.Subtype, Statuses: in.Status, Stages: in.Stage, Groups: in.Group, Priorities: in.Priority,
		Channels: in.Channel, Overdue: in.Overdue, RaisedFrom: in.RaisedFrom, RaisedTo: in.RaisedTo,
	}
	for _, kind := range in.Kind {
		r.Filter.Kinds = append(r.Filter.Kinds, core.StatusKind(kind))
	}
	if in.Within != "" {
		n, ok := numbers(in.Within, 4)
		box := core.Box{South: n[0], West: n[1], North: n[2], East: n[3]}
		if !ok || !box.Valid() {
			return r, core.InvalidField("within", "Give south, west, north and east in degrees, separated by commas.")
		}
		r.Filter.Within = &box
	}
	if in.Near != "" {
		n, ok := numbers(in.Near, 3)
		circle := core.Circle{Centre: core.Point{Lat: n[0], Lng: n[1]}, Metres: n[2]}
		if !ok || !circle.Valid() {
			return r, core.InvalidField("near", "Give latitude, longitude and up to 100,000 metres, separated by commas.")
		}
		r.Filter.Near = &circle
	}
	return r, nil
}

func (a *API) registerSearch() {
	register(a, operation{
		id: "search-cases", method: http.MethodGet, path: "/search", tag: tagCases, where: "query", need: "case.view",
		summary: "Search cases", says: "Finds cases by words and narrowings, the best match first. A case is found within a second of its change; by its full reference at once.",
	}, a.search)
}
