// Package searchpages is where staff search: one query with its filters in one
// address, results while typing, and what the command palette finds. What
// matches, and who may find it, is decided in core/search.
package searchpages

import (
	"context"
	"embed"
	"time"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/search"
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
	Cases   *cases.Service
	Targets *targets.Service
	People  *people.Service
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
}

// How much the palette offers.
const (
	paletteCases   = 6
	palettePersons = 4
	paletteLetters = 2 // from so many on
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
	var items []layout.PaletteItem
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
