// Package configpages shows how an installation is configured: case types and
// calendars, their versions and what each changed; and it takes new versions
// as files, saying what they would change before they do.
//
// What a file may say, what is valid and what differs is in core/casetypes.
// People and groups are in web/peoplepages.
package configpages

import (
	"cmp"
	"context"
	"embed"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "configpages", Files: files, Samples: samples()}
}

// Options are what the pages need; Types, Publisher and Clock are required.
type Options struct {
	Types     *casetypes.Service
	Publisher *casetypes.Publisher
	Clock     core.Clock
	// Groups names the groups by key, for people to read. Nil shows keys.
	Groups func(ctx context.Context) (map[string]string, error)
	// Editors edit sections on screen; a later one of a section takes the place of
	// an earlier. A section without one is changed as text. Nil: [Editors].
	Editors []editing.Editor
	// WhatIfs say what publishing would mean, on the page that publishes.
	WhatIfs []editing.WhatIf
}

// Pages answers for configuration.
type Pages struct {
	types     *casetypes.Service
	publisher *casetypes.Publisher
	clock     core.Clock
	drafts    *casetypes.Drafts
	groups    func(ctx context.Context) (map[string]string, error)
	editors   []editing.Editor
	whatIfs   []editing.WhatIf
}

// New makes the pages.
func New(o Options) *Pages {
	p := &Pages{types: o.Types, publisher: o.Publisher, clock: o.Clock, groups: o.Groups, drafts: casetypes.NewDrafts(o.Publisher), whatIfs: o.WhatIfs}
	p.editors = slices.Clone(o.Editors)
	if p.editors == nil {
		p.editors = Editors()
	}
	slices.Reverse(p.editors) // the first found is the last listed
	if p.groups == nil {
		p.groups = func(context.Context) (map[string]string, error) { return nil, nil }
	}
	return p
}

// RegisterView hangs on what configurators and administrators may look at.
func (p *Pages) RegisterView(r render.Routes) {
	r.Get("/configuration", p.showIndex)
	r.Get("/configuration/types/:key", p.showType)
	r.Get("/configuration/types/:key/versions", p.versionsOf(casetypes.KindCaseType))
	r.Get("/configuration/types/:key/file", p.fileOf(casetypes.KindCaseType))
	r.Get("/configuration/calendars/:key", p.showCalendar)
	r.Get("/configuration/calendars/:key/versions", p.versionsOf(casetypes.KindCalendar))
	r.Get("/configuration/calendars/:key/file", p.fileOf(casetypes.KindCalendar))
}

// RegisterPublish hangs on what configurators alone may do.
func (p *Pages) RegisterPublish(r render.Routes) {
	r.Get("/configuration/upload", p.showUpload)
	r.Post("/configuration/upload", p.checkUpload)
	r.Post("/configuration/publish", p.publish)
	r.Post("/configuration/keep", p.keepFile)
	r.Get("/configuration/new", p.showNew)
	r.Post("/configuration/new", p.create)
	for _, kind := range []string{casetypes.KindCaseType, casetypes.KindCalendar} {
		at := "/configuration/" + folderOf(kind) + "/:key"
		r.Get(at+"/again", p.againOf(kind))
		r.Get(at+"/draft", p.showKept(kind))
		r.Post(at+"/draft", p.change(kind))
		r.Post(at+"/draft/step", p.step(kind))
		r.Get(at+"/draft/changes", p.showChanges(kind))
		r.Post(at+"/draft/publish", p.publishKept(kind))
	}
}

// nav is the entry of the rail that these pages belong to.
const nav = "configuration"

// addressOf is where a document is shown.
func addressOf(kind, key string) string {
	return "/configuration/" + folderOf(kind) + "/" + url.PathEscape(key)
}

func folderOf(kind string) string {
	if kind == casetypes.KindCalendar {
		return "calendars"
	}
	return "types"
}

// kindWords names a kind of document.
func kindWords(kind string) string {
	if kind == casetypes.KindCalendar {
		return "Calendar"
	}
	return "Case type"
}

// versionOf reads the version an address asks for; newest when it asks for
// none.
func versionOf(c *fiber.Ctx, newest int) (int, error) {
	asked := c.Query("version")
	if asked == "" {
		return newest, nil
	}
	version, err := strconv.Atoi(asked)
	if err != nil || version < 1 || version > newest {
		return 0, core.NotFound("There is no such version.")
	}
	return version, nil
}

// Row is a document in the list, and a version in the list of versions.
type Row struct {
	Key     string
	Name    string
	Text    string
	URL     string
	Version int
	Current bool
	Open    bool   // the public may raise such cases
	Retired bool   // nobody may
	Draft   string // address of its draft, "" when there is none
	By      string
	At      time.Time
	Note    string
	Changes []casetypes.Change
	File    string
	Again   string
}

func rowOf(v casetypes.Version) Row {
	by := cmp.Or(v.ByName, "Somebody")
	if v.ByID == "" {
		by = "Casement"
	}
	return Row{Key: v.Key, Version: v.Version, By: by, At: v.At, Note: v.Note}
}

// IndexPage lists what is configured.
type IndexPage struct {
	Types          []Row
	Begun          []casetypes.DraftHead // case types that were never published
	BegunCalendars []casetypes.DraftHead
	Calendars      []Row
	CanPublish     bool
}

func (p *Pages) showIndex(c *fiber.Ctx) error {
	ctx := c.UserContext()
	page := IndexPage{CanPublish: casetypes.MayPublish(render.Actor(c))}
	types, err := p.types.Newest(ctx, casetypes.KindCaseType)
	if err != nil {
		return err
	}
	for _, v := range types {
		t, err := p.types.At(ctx, v.Key, v.Version)
		if err != nil {
			return err
		}
		row := rowOf(v)
		row.Name, row.Text, row.URL = t.Name.String(), t.Reference.Prefix, addressOf(v.Kind, v.Key)
		row.Open, row.Retired = t.Groups.RaisableBy(core.AnonymousActor()), t.Retired
		page.Types = append(page.Types, row)
	}
	calendars, err := p.types.Newest(ctx, casetypes.KindCalendar)
	if err != nil {
		return err
	}
	for _, v := range calendars {
		calendar, err := p.types.CalendarAt(ctx, v.Key, v.Version)
		if err != nil {
			return err
		}
		row := rowOf(v)
		row.Name, row.Text, row.URL = calendar.Name.String(), calendar.Zone, addressOf(v.Kind, v.Key)
		page.Calendars = append(page.Calendars, row)
	}
	if page.CanPublish {
		if err := p.drafted(ctx, &page); err != nil {
			return err
		}
	}
	return render.Page(c, render.View{Template: "configpages/index", Title: "Configuration", Nav: nav}, page)
}

// drafted marks what has a draft, and adds what is nothing but one.
func (p *Pages) drafted(ctx context.Context, page *IndexPage) error {
	mark := func(kind string, rows []Row) ([]casetypes.DraftHead, error) {
		drafts, err := p.drafts.List(ctx, kind)
		var alone []casetypes.DraftHead
		for _, d := range drafts {
			if i := slices.IndexFunc(rows, func(r Row) bool { return r.Key == d.Key }); i >= 0 {
				rows[i].Draft = draftAddress(kind, d.Key)
			} else {
				alone = append(alone, d)
			}
		}
		return alone, err
	}
	var err error
	if page.Begun, err = mark(casetypes.KindCaseType, page.Types); err != nil {
		return err
	}
	page.BegunCalendars, err = mark(casetypes.KindCalendar, page.Calendars)
	return err
}
