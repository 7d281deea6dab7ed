package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// CaseIn names a case. It is exported so that the library finds its parameters
// where it is embedded.
type CaseIn struct {
	Ref string `path:"ref" maxLength:"60" doc:"Reference of the case." example:"CMP-7K2M-4QX9"`
}

func (in CaseIn) reference() (core.Reference, error) {
	ref, err := core.ParseReference(in.Ref)
	if err != nil {
		return "", core.NotFound("There is no such case, or you may not see it.")
	}
	return ref, nil
}

// find reads a case for the caller.
func (a *API) find(ctx context.Context, in CaseIn, needs core.Permission) (*cases.Seen, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	return a.options.Cases.Find(ctx, actorOf(ctx), ref, needs)
}

type getCaseIn struct {
	CaseIn
	IfNoneMatch string `header:"If-None-Match" maxLength:"200" doc:"The ETag of the case as you know it: 304 when it is still that." example:"\"12\""`
	Fields      string `query:"fields" maxLength:"500" doc:"Members to answer with, separated by commas; all when left out." example:"ref,subject,status"`
}

type caseOut struct {
	Status int
	ETag   string `header:"ETag" doc:"The version of the case, for If-Match and If-None-Match."`
	Body   sparse[Case]
}

// etag is the version as a strong validator.
func etag(v core.Version) string { return `"` + strconv.FormatInt(int64(v), 10) + `"` }

// matches reports whether a list of ETags has one.
func matches(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

func (a *API) getCase(ctx context.Context, in *getCaseIn) (*caseOut, error) {
	wants, err := choose[Case](in.Fields)
	if err != nil {
		return nil, err
	}
	seen, err := a.find(ctx, in.CaseIn, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	out := &caseOut{Status: http.StatusOK, ETag: etag(seen.Case.Version)}
	if in.IfNoneMatch != "" && matches(in.IfNoneMatch, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	body, err := a.seenCase(ctx, seen, wants)
	out.Body = sparse[Case]{body, wants}
	return out, err
}

type listCasesIn struct {
	Only       string    `query:"only" enum:"all,open,closed,unclaimed,unopened,reopened,waiting,overdue" default:"open" doc:"A ready-made narrowing."`
	Type       []string  `query:"type" maxItems:"50" doc:"Keys of case types: any of them."`
	Group      []string  `query:"group" maxItems:"50" doc:"Keys of the groups that cases are with: any of them."`
	Status     string    `query:"status" maxLength:"100" doc:"Key of a status."`
	Subtype    string    `query:"subtype" maxLength:"100" doc:"Key of a subtype."`
	Priority   string    `query:"priority" maxLength:"100" doc:"Key of a priority."`
	Channel    string    `query:"channel" enum:"web,telephone,counter,letter,email,api" doc:"How cases reached the organisation."`
	Assignee   string    `query:"assignee" format:"uuid" maxLength:"36" doc:"Identifier of the case manager."`
	DueBefore  time.Time `query:"due_before" doc:"Due before this instant."`
	RaisedFrom time.Time `query:"raised_from" doc:"Raised at this instant or later."`
	RaisedTo   time.Time `query:"raised_to" doc:"Raised before this instant."`
	Sort       string    `query:"sort" enum:"due,newest" doc:"Soonest due first, or raised last first. Cases that have ended come newest first."`
	After      string    `query:"after" maxLength:"300" doc:"“next” of the page before."`
	Limit      int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many cases a page has at most."`
	Fields     string    `query:"fields" maxLength:"500" doc:"Members of each case to answer with; all when left out." example:"ref,subject,status"`
}

// CaseList is one page of cases.
type CaseList struct {
	Cases []sparse[Case] `json:"cases"`
	Next  string         `json:"next,omitempty" doc:"Where the page after begins; left out on the last."`
}

type listCasesOut struct{ Body CaseList }

func (a *API) listCases(ctx context.Context, in *listCasesIn) (*listCasesOut, error) {
	wants, err := choose[Case](in.Fields)
	if err != nil {
		return nil, err
	}
	reach, filter, err := a.filter(ctx, in)
	if err != nil {
		return nil, err
	}
	list, err := a.options.Cases.List(ctx, reach, filter, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listCasesOut{CaseList{Cases: []sparse[Case]{}, Next: list.Next}}
	rows, err := a.rows(ctx, list.Rows)
	for _, row := range rows {
		out.Body.Cases = append(out.Body.Cases, sparse[Case]{row, wants})
	}
	return out, err
}

// rows writes the cases of a list, which the caller may view.
func (a *API) rows(ctx context.Context, rows []cases.Row) ([]Case, error) {
	types := map[string]*core.CaseType{}
	out := make([]Case, 0, len(rows))
	for _, row := range rows {
		t := types[row.Type]
		if t == nil {
			var err error
			if t, err = a.options.Cases.Types().Published(ctx, row.Type); err != nil {
				return nil, err
			}
			types[row.Type] = t
		}
		out = append(out, a.shape(row.Case, t, true, row.AssigneeName))
	}
	return out, nil
}

// filter turns a query into the filter of a list. A key that none of the types
// has is an error: a slip of the finger must not look like an empty list.
func (a *API) filter(ctx context.Context, in *listCasesIn) (cases.Reach, cases.Filter, error) {
	f := cases.Filter{
		Only: cases.Only(in.Only), Status: in.Status, Subtype: in.Subtype, Priority: in.Priority, Channel: core.Channel(in.Channel),
		DueBefore: in.DueBefore, RaisedFrom: in.RaisedFrom, RaisedTo: in.RaisedTo, Order: cases.Order(in.Sort),
	}
	if in.Only == "open" {
		f.Only = cases.OnlyOpen
	}
	types, err := a.visibleTypes(ctx, core.MayView)
	if err != nil {
		return cases.Reach{}, f, err
	}
	if types, err = named(types, in.Type); err != nil {
		return cases.Reach{}, f, err
	}
	if err := known(types, in); err != nil {
		return cases.Reach{}, f, err
	}
	if in.Assignee != "" {
		if f.Assignee, err = core.ParseID[core.StaffID](in.Assignee); err != nil {
			return cases.Reach{}, f, core.InvalidField("assignee", "This is not the identifier of a staff user.")
		}
	}
	reach, err := a.options.Cases.ReachOf(ctx, actorOf(ctx), core.MayView)
	if err != nil {
		return reach, f, err
	}
	f.Scopes, err = a.options.Cases.Narrowed(ctx, reach, in.Type, in.Group)
	return reach, f, err
}

// named picks the types that a query names; one that is not among those the
// caller sees does not exist.
func named(types []*core.CaseType, keys []string) ([]*core.CaseType, error) {
	if len(keys) == 0 {
		return types, nil
	}
	var out []*core.CaseType
	for _, key := range keys {
		i := slices.IndexFunc(types, func(t *core.CaseType) bool { return t.Key == key })
		if i < 0 {
			return nil, core.InvalidField("type", "There is no case type “%s” that this program may see.", clip(key))
		}
		out = append(out, types[i])
	}
	return out, nil
}

// known refuses keys that no type has.
func known(types []*core.CaseType, in *listCasesIn) error {
	wrong := map[string]string{}
	check := func(field, key string, has func(*core.CaseType) bool) {
		if key != "" && !slices.ContainsFunc(types, has) {
			wrong[field] = fmt.Sprintf("There is no %s “%s”.", field, clip(key))
		}
	}
	check("status", in.Status, func(t *core.CaseType) bool { _, ok := t.Status(in.Status); return ok })
	check("subtype", in.Subtype, func(t *core.CaseType) bool { _, ok := t.Subtype(in.Subtype); return ok })
	check("priority", in.Priority, func(t *core.CaseType) bool { _, ok := t.Priority(in.Priority); return ok })
	for _, group := range in.Group {
		check("group", group, func(t *core.CaseType) bool { return t.MayHold(group) })
	}
	if len(wrong) > 0 {
		return &core.Error{Kind: core.ErrInvalid, Message: "The query names something that does not exist.", Fields: wrong}
	}
	return nil
}

type historyIn struct {
	CaseIn
	After int64 `query:"after" minimum:"0" default:"0" doc:"Only what came after this version."`
}

// History is what was recorded of a case.
type History struct {
	Events []Event `json:"events"`
}

type historyOut struct{ Body History }

func (a *API) history(ctx context.Context, in *historyIn) (*historyOut, error) {
	seen, err := a.find(ctx, in.CaseIn, core.MayView)
	if err != nil {
		return nil, err
	}
	recorded, err := a.options.Cases.Timeline(ctx, seen, core.Version(in.After))
	if err != nil {
		return nil, err
	}
	actors := make([]core.Actor, len(recorded))
	for i, r := range recorded {
		actors[i] = r.Actor
	}
	names, err := a.names(ctx, actors...)
	out := &historyOut{History{Events: []Event{}}}
	for _, r := range recorded {
		out.Body.Events = append(out.Body.Events, shapeEvent(seen.Case.Ref, r, names))
	}
	return out, err
}

func (a *API) registerCases() {
	register(a, operation{
		id: "list-cases", method: http.MethodGet, path: "/cases", tag: tagCases, where: "query", need: "case.view",
		summary: "List cases", says: "The cases that the program may view, a page at a time. A cursor names a place between two cases, so nothing is missed or repeated when cases are raised meanwhile.",
	}, a.listCases)
	register(a, operation{
		id: "get-case", method: http.MethodGet, path: "/cases/{ref}", tag: tagCases, where: "query", need: "case.enquire; contact details, staff fields and targets need case.view",
		summary: "Get a case", says: "A case as it stands, with the words that people read for its status, stage and so on.",
	}, a.getCase)
	register(a, operation{
		id: "get-history", method: http.MethodGet, path: "/cases/{ref}/history", tag: tagCases, where: "query", need: "case.view",
		summary: "Get the history of a case", says: "All that was recorded of a case, the oldest first, at most 5,000 events; read on with after.",
	}, a.history)
}
