// Package messagepages is where messages are written and switched: the
// templates of the installation and of case types with a preview of a real
// case, their versions, the matrix of a case type (who is told of what), "who
// would get this now?", and the examples that a case type carries. It works
// without scripts.
//
// What a template may say is in core/messages, who is told of what in
// core/notifications.
package messagepages

import (
	"embed"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "messagepages", Files: files, Samples: samples()}
}

// Options are what the pages need.
type Options struct {
	Messages      *messages.Service
	Notifications *notifications.Service
	Types         *casetypes.Service
	Cases         *cases.Service
	Examples      examples.Checker
}

// Pages answers for messages.
type Pages struct{ Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

const (
	home    = "/configuration/messages"
	whoHome = "/configuration/who-is-told"
	nav     = "configuration"
)

// RegisterView hangs on what configurators and administrators may follow.
func (p *Pages) RegisterView(r render.Routes) {
	r.Get(home, p.list)
	r.Get(whoHome, p.who)
	r.Get(home+"/:key", p.show)
	r.Post(home+"/:key/preview", p.preview)
	r.Get(home+"/:key/versions", p.versions)
}

// RegisterChange hangs on what whoever writes messages may do.
func (p *Pages) RegisterChange(r render.Routes) {
	r.Post(home, p.create)
	r.Post(home+"/:key", p.publish)
	r.Post(home+"/:key/again", p.again)
	r.Post(home+"/:key/withdraw", p.withdraw)
}

// address is the page of a template, for a case type or for the installation.
func address(caseType, key string, more ...string) string {
	at := home + "/" + url.PathEscape(key) + strings.Join(more, "")
	if caseType == "" {
		return at
	}
	return withQuery(at, "type", caseType)
}

// withQuery adds what is given to an address; pairs with an empty value are
// left out.
func withQuery(at string, pairs ...string) string {
	q := url.Values{}
	before, has, _ := strings.Cut(at, "?")
	if has != "" {
		q, _ = url.ParseQuery(has)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return before
	}
	return before + "?" + q.Encode()
}

// typeOf is the case type that an address asks for; nil for the installation.
func (p *Pages) typeOf(c *fiber.Ctx, key string) (*core.CaseType, error) {
	if key == "" {
		return nil, nil
	}
	return p.Types.Published(c.UserContext(), key)
}

// seenCase finds the case whose reference was typed, for a reader who may view
// it. problem says why there is none.
func (p *Pages) seenCase(c *fiber.Ctx, typed string) (seen *cases.Seen, problem string, err error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return nil, "", nil
	}
	ref, err := core.ParseReference(typed)
	if err != nil {
		return nil, "This is not a reference. It looks like CMP-7K2M-4QX9.", nil
	}
	seen, err = p.Cases.Find(c.UserContext(), render.Actor(c), ref, core.MayView)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, "There is no such case, or you may not see it.", nil
	}
	return seen, "", err
}

// eventOptions are the events of the matrix to choose from.
func eventOptions() []layout.Option {
	var out []layout.Option
	for _, line := range notifications.Matrix() {
		out = append(out, layout.Option{Value: string(line.Event), Label: line.Words})
	}
	return out
}

// isEvent reports whether the matrix has an event.
func isEvent(event string) bool {
	return slices.ContainsFunc(notifications.Matrix(), func(l notifications.Line) bool { return string(l.Event) == event })
}
