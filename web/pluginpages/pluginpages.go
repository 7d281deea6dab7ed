// Package pluginpages is where plugins are looked after: what is installed and
// how it does, a package that was uploaded and what it may do, its settings,
// its log, the bench on which it is tried and the calls that are replayed.
//
//	pluginpages.go  the routes, and who may follow them
//	list.go         every plugin, and whose signatures are trusted
//	review.go       a package is uploaded, looked at, and let serve
//	show.go         one plugin
//	figures.go      its charts
//	settings.go     the form that is made from its schema, and its secrets
//	change.go       what is done with one press, and what is asked about first
//	log.go          what it said, and what went wrong
//	bench.go        try it; request.go is the form for a request
//	replay.go       recorded calls against another version
//	words.go        states, kinds and times in words
//
// Everything a package says of itself is its maker's word: it is shown as text,
// in a place that says whose word it is.
package pluginpages

import (
	"context"
	"embed"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "pluginpages", Files: files, Samples: samples()}
}

// Use is a case type that names entries of a plugin.
type Use struct {
	Type string   // what the case type is called
	URL  string   // where it is configured
	What []string // "the form", "the task “investigate”"
}

// Options are what the pages need; Plugins and Clock are required.
type Options struct {
	Plugins *plugins.Service
	Clock   core.Clock
	Zone    *time.Location
	Asset   func(name string) string                                // the address of a built file
	Token   func(*fiber.Ctx) viewtree.Hidden                        // that a form was made for its reader
	Uses    func(ctx context.Context, plugin string) ([]Use, error) // nil: nothing is said of it
	// Names of staff by id, for histories; nil: nobody is named.
	Names func(ctx context.Context, ids ...string) (map[string]string, error)
}

// Pages answers for plugins.
type Pages struct {
	Options
	tree *viewtree.Renderer
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Asset == nil {
		o.Asset = func(name string) string { return name }
	}
	if o.Token == nil {
		o.Token = func(*fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{} }
	}
	if o.Uses == nil {
		o.Uses = func(context.Context, string) ([]Use, error) { return nil, nil }
	}
	if o.Names == nil {
		o.Names = func(context.Context, ...string) (map[string]string, error) { return nil, nil }
	}
	tree, err := viewtree.New()
	if err != nil {
		return nil, err
	}
	return &Pages{o, tree}, nil
}

// RegisterAdmin hangs on what administrators and plugin administrators may
// follow. The handlers ask again themselves who somebody is.
func (p *Pages) RegisterAdmin(r render.Routes) {
	get := func(path string, h fiber.Handler) { r.Get(path, administrators, h) }
	post := func(path string, h fiber.Handler) { r.Post(path, administrators, h) }
	get("/plugins", p.list)
	get("/plugins/install", p.showInstall)
	post("/plugins/install", p.install)
	post("/plugins/publishers", p.trust)
	get("/plugins/publishers/:key", p.showDistrust)
	post("/plugins/publishers/:key", p.distrust)
	get("/plugins/:id", p.show)
	post("/plugins/:id/may", p.may)
	post("/plugins/:id/settings", p.configure)
	get("/plugins/:id/off", p.showOff)
	post("/plugins/:id/off", p.off)
	post("/plugins/:id/on", p.on)
	post("/plugins/:id/revive", p.revive)
	get("/plugins/:id/recording", p.showRecording)
	post("/plugins/:id/recording", p.record)
	get("/plugins/:id/remove", p.showRemove)
	post("/plugins/:id/remove", p.remove)
	get("/plugins/:id/versions/:hash", p.review)
	post("/plugins/:id/versions/:hash", p.letServe)
	get("/plugins/:id/versions/:hash/remove", p.showRemoveVersion)
	post("/plugins/:id/versions/:hash/remove", p.removeVersion)
	get("/plugins/:id/log", p.showLog)
	get("/plugins/:id/faults", p.showFaults)
	get("/plugins/:id/try", p.showBench)
	post("/plugins/:id/try", p.try)
	get("/plugins/:id/replay", p.showReplay)
	post("/plugins/:id/replay", p.replay)
}

// administrators lets nobody else through.
func administrators(c *fiber.Ctx) error {
	if !plugins.MayAdminister(render.Actor(c)) {
		return core.Forbidden("Only administrators and plugin administrators look after plugins.")
	}
	return c.Next()
}

// nav is the entry of the rail that these pages belong to.
const nav = "plugins"

// address is where a plugin is shown, or something below it.
func address(id string, below ...string) string {
	out := "/plugins/" + url.PathEscape(id)
	for _, part := range below {
		out += "/" + url.PathEscape(part)
	}
	return out
}

// shortHash is how much of a hash stands in addresses and on pages.
const shortHash = 12

func versionAddress(v plugins.Version, below ...string) string {
	return address(v.Plugin, append([]string{"versions", v.Hash[:shortHash]}, below...)...)
}

// find reads which plugin an address names.
func (p *Pages) find(c *fiber.Ctx) (plugins.Plugin, error) {
	id := unescaped(c.Params("id"))
	if len(id) > 100 || strings.ContainsRune(id, 0) {
		return plugins.Plugin{}, plugins.Unknown()
	}
	return p.Plugins.Find(c.UserContext(), id)
}

// version reads which of its versions an address, or a form, names.
func (p *Pages) version(c *fiber.Ctx, of plugins.Plugin, hash string) (plugins.Version, error) {
	v, err := p.Plugins.Version(c.UserContext(), hash)
	if err == nil && v.Plugin != of.ID {
		return plugins.Version{}, core.NotFound("There is no such version of a plugin.")
	}
	return v, err
}

func unescaped(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return strings.ToValidUTF8(out, "")
	}
	return ""
}
