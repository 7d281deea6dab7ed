// Package searchpages is where staff search: one query with its filters in one
// address, shown as a list, as cards or on a map, with results while typing;
// searches that are saved, results that are exported, and what the command
// palette finds. What matches, and who may find it, is decided in core/search.
//
// Where to look: ask.go reads an address; facets.go and fields.go show the
// filters; show.go answers the page, results.go what is in it, map.go the map.
package searchpages

import (
	"context"
	"embed"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/exports"
	"github.com/casement-dev/casement/core/search/saved"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "searchpages", Files: files, Samples: samples()}
}

// Services are what the pages need. All are required.
type Services struct {
	Search  *search.Service
	Saved   *saved.Service
	Exports *exports.Service
	Cases   *cases.Service
	Targets *targets.Service
	People  *people.Service
	Clock   core.Clock
	Zone    *time.Location // in which days begin and times are said
}

// Pages answers searches.
type Pages struct {
	Services
}

// New makes the pages.
func New(s Services) *Pages {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	return &Pages{s}
}

// RegisterConsole hangs on what every staff user may ask for.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/search", p.show)
	r.Get("/search/map", p.showMap)
	r.Get("/search/saved", p.savedSearches)
	r.Post("/search/saved", p.saveSearch)
	r.Get("/search/saved/:no<int>", p.editSaved)
	r.Post("/search/saved/:no<int>", p.changeSaved)
	r.Post("/search/saved/:no<int>/delete", p.deleteSaved)
	r.Get("/search/exports", p.listExports)
	r.Post("/search/exports", p.beginExport)
	r.Get("/search/exports/:no<int>", p.showExport)
	r.Post("/search/exports/:no<int>/cancel", p.cancelExport)
	r.Post("/search/exports/:no<int>/delete", p.deleteExport)
	r.Get("/search/exports/:no<int>/file", p.downloadExport)
}

// How much the palette offers.
const (
	paletteCases    = 6
	palettePersons  = 4
	paletteSearches = 3
	paletteLetters  = 2 // from so many on
)

// Palette finds cases and people for the command palette: the function that
// layout.New wants.
func (p *Pages) Palette(ctx context.Context, by core.Actor, query string) ([]layout.PaletteItem, error) {
	if !by.IsStaff() || utf8.RuneCountInString(query) < paletteLetters {
		return nil, nil
	}
	rows, err := p.Search.Suggest(ctx, by, query, paletteCases)
	if err != nil {
		return nil, err
	}
	items, err := p.paletteSearches(ctx, by, query)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		items = append(items, layout.PaletteItem{Label: string(r.Ref), Detail: r.Subject, Icon: "file", URL: caseURL(r.Ref)})
	}
	persons, err := p.People.SearchPersons(ctx, by, query, palettePersons)
	if core.KindOf(err) == core.ErrInvalid {
		return items, nil // nothing a name could be
	}
	for _, person := range persons {
		name, detail := person.Name, person.Email
		if name == "" {
			name, detail = person.Email, person.Phone
		}
		if detail == "" {
			detail = person.Phone
		}
		items = append(items, layout.PaletteItem{Label: name, Detail: detail, Icon: "person", URL: personURL(person.No)})
	}
	return items, err
}

// paletteSearches are the saved searches whose names have a word that begins
// with what was typed.
func (p *Pages) paletteSearches(ctx context.Context, by core.Actor, query string) ([]layout.PaletteItem, error) {
	all, err := p.Saved.List(ctx, by)
	if err != nil {
		return nil, err
	}
	var items []layout.PaletteItem
	for _, s := range all {
		if len(items) < paletteSearches && strings.Contains(" "+strings.ToLower(s.Name), " "+strings.ToLower(query)) {
			items = append(items, layout.PaletteItem{Label: s.Name, Detail: "Saved search", Icon: "save", URL: "/search?" + s.Query})
		}
	}
	return items, nil
}
