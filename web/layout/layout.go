// Package layout is what pages share: the frames around them (console, public,
// sign-in, bare), the components they are made of, and the few addresses that
// belong to no page: the theme, the counts of the rail, the command palette.
//
// A component is a template of its own ("layout/chip") and, beside it in
// components.go, the struct it shows. Page packages may import both; the
// functions that answer requests are in web/render.
package layout

import (
	"context"
	"embed"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "layout", Files: files, Samples: samples()}
}

// maxQuery bounds what is searched for in the palette, in bytes.
const maxQuery = 200

// Pages answers what the frames ask for.
type Pages struct {
	palette func(ctx context.Context, by core.Actor, query string) ([]PaletteItem, error)
	frame   func(c *fiber.Ctx) (render.Frame, error)
}

// New makes the pages. palette finds commands, cases and people by what was
// typed, the best first; frame is the one the engine has.
func New(frame func(c *fiber.Ctx) (render.Frame, error), palette func(ctx context.Context, by core.Actor, query string) ([]PaletteItem, error)) *Pages {
	return &Pages{palette: palette, frame: frame}
}

// RegisterPublic hangs on what anyone may ask for.
func (p *Pages) RegisterPublic(r render.Routes) {
	r.Post("/theme", p.setTheme)
}

// RegisterConsole hangs on what staff may ask for.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/frame/counts", p.counts)
	r.Get("/frame/bell", p.bell)
	r.Get("/palette", p.showPalette)
}

// setTheme keeps whether the reader wants light or dark and leads back.
func (p *Pages) setTheme(c *fiber.Ctx) error {
	render.SetTheme(c, c.FormValue("theme"))
	return render.Done(c, localPath(c.FormValue("next")), render.Toast{})
}

// counts answers with the figures of the rail and the bell, each of which
// htmx puts in its place.
func (p *Pages) counts(c *fiber.Ctx) error {
	frame, err := p.frame(c)
	if err != nil {
		return err
	}
	return render.Fragment(c, "layout/counts", frame)
}

// bell answers with the bell alone: its reader was told of something.
func (p *Pages) bell(c *fiber.Ctx) error {
	frame, err := p.frame(c)
	if err != nil {
		return err
	}
	return render.Fragment(c, "layout/bell", map[string]any{"URL": frame.Bell, "Unread": frame.Unread, "Topic": frame.BellTopic})
}

// PalettePage is what the palette shows.
type PalettePage struct {
	Query string
	Items []PaletteItem
}

// PaletteItem is one line of the command palette.
type PaletteItem struct {
	Label  string
	Detail string // who or what, in the same line
	Icon   string
	URL    string // a page: what is dangerous asks there
	Keys   string // its shortcut: "G Q"
}

func (p *Pages) showPalette(c *fiber.Ctx) error {
	page := PalettePage{Query: strings.TrimSpace(c.Query("q"))}
	if len(page.Query) > maxQuery {
		return core.Invalid("That is too long to search for.")
	}
	frame, err := p.frame(c)
	if err != nil {
		return err
	}
	page.Items = places(frame, page.Query)
	if p.palette != nil {
		found, err := p.palette(c.UserContext(), render.Actor(c), page.Query)
		if err != nil {
			return err
		}
		page.Items = append(page.Items, found...)
	}
	return render.Page(c, render.View{Template: "layout/palette-page", Part: "layout/palette-items", Title: "Commands"}, page)
}

// places are the pages of the rail whose name begins a word with query.
func places(frame render.Frame, query string) []PaletteItem {
	var items []PaletteItem
	add := func(label, icon, url, keys string) {
		words := " " + strings.ToLower(label)
		if url != "" && strings.Contains(words, " "+strings.ToLower(query)) {
			items = append(items, PaletteItem{Label: label, Icon: icon, URL: url, Keys: keys})
		}
	}
	add("New case", "plus", frame.NewCase, "G N")
	for _, entries := range [][]render.Entry{frame.Rail, frame.RailFoot} {
		for _, entry := range entries {
			keys := ""
			if entry.Press != "" {
				keys = "G " + strings.ToUpper(entry.Press)
			}
			add("Go to "+strings.ToLower(entry.Label[:1])+entry.Label[1:], entry.Icon, entry.URL, keys)
		}
	}
	add("Notifications", "bell", frame.Bell, "G B")
	add("Your account", "person", frame.Viewer.Account, "")
	return items
}

// localPath keeps "next" on this site.
func localPath(next string) string {
	if len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") {
		return "/"
	}
	if u, err := url.Parse(next); err != nil || u.Host != "" {
		return "/"
	}
	return next
}
