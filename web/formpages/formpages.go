// Package formpages is where the public begins: the start page, the forms of
// case types, page by page, and the confirmation. Every step has an address of
// its own, works without JavaScript, and loses nothing: not when the session
// ends, when the browser is closed, or when the form's plugin fails.
//
//	home.go     what can be done here
//	begin.go    the first page of a form, and its draft
//	step.go     one page of a form: shown, sent
//	files.go    files sent with a page
//	lookup.go   rows of lists, suggested while somebody types
//	nearby.go   what is reported already around a place
//	trouble.go  when the form itself fails
//	saved.go    to be continued later
//	done.go     the confirmation
//
// What the pages ask is said by core/forms; what becomes of it by core/intake.
package formpages

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "formpages", Files: files, Samples: samples()}
}

// Options are what the pages need. The last four may be missing.
type Options struct {
	Portals *portals.Service
	Types   *casetypes.Service
	People  *people.Service
	Cases   *cases.Service
	Forms   *forms.Service
	Intake  *intake.Service
	Clock   core.Clock
	Lookups *lookups.Service // lists that forms ask to choose from; nil for none

	BaseURL       string                   // "https://casework.example.org": what links begin with
	SecureCookies bool                     // reached by https
	Asset         func(name string) string // the address of a built file

	// Report is the address of the page that everybody may see of a report; nil,
	// or "" for a case type without: there is none.
	Report func(t *core.CaseType, ref core.Reference) string

	SignIn   string // "" is /sign-in
	FindCase string // where the form for one case posts "ref" and "postcode"; "" hides it
	// MailDraft sends somebody the link to a form they will go on with; nil: no
	// link is offered.
	MailDraft func(ctx context.Context, email, link, form string, until time.Time) error
}

// Pages answers for the public forms.
type Pages struct {
	Options
	tree *viewtree.Renderer
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	if o.SignIn == "" {
		o.SignIn = "/sign-in"
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	tree, err := viewtree.New()
	if err != nil {
		return nil, err
	}
	return &Pages{Options: o, tree: tree}, nil
}

// Register hangs the pages on what anyone may follow. drafts are routes whose
// pages check a token of their own (server.Routes.Drafts); the writes of both
// should be limited by address.
func (p *Pages) Register(public, drafts render.Routes) {
	public.Get("/", p.showHome)
	public.Get("/forms/:type", p.showBegin)
	public.Post("/forms/:type", p.begin)
	drafts.Get("/forms/:type/done/:ref", p.showDone)
	drafts.Get("/forms/:type/saved/:step", p.showSaved)
	drafts.Post("/forms/:type/saved/:step", p.mailLink)
	drafts.Get("/forms/:type/continue/:token", p.showContinue)
	drafts.Post("/forms/:type/continue/:token", p.goOn)
	drafts.Get("/forms/:type/:step", p.showStep)
	drafts.Post("/forms/:type/:step", p.send)
}

// formURL is the address of a form, and of what lies under it.
func formURL(typeKey string, under ...string) string {
	out := "/forms/" + url.PathEscape(typeKey)
	for _, part := range under {
		out += "/" + url.PathEscape(part)
	}
	return out
}

// reader is what a page knows of whom it is for.
type reader struct {
	actor        core.Actor
	organisation core.Organisation
	visit        forms.Visit
}

func (p *Pages) reader(c *fiber.Ctx) (reader, error) {
	r := reader{actor: render.Actor(c)}
	var err error
	if r.organisation, err = p.Portals.Organisation(c.UserContext()); err != nil {
		return r, err
	}
	zone, err := time.LoadLocation(r.organisation.Zone)
	if err != nil {
		return r, fmt.Errorf("the time zone of the organisation: %w", err)
	}
	language, _, _ := strings.Cut(r.organisation.Language, "-")
	if language == "" {
		language = core.DefaultLanguage
	}
	r.visit = forms.Visit{Zone: zone, Language: language}
	if id := r.actor.PersonID(); !id.IsZero() && r.actor.Case.IsZero() {
		person, err := p.People.FindPerson(c.UserContext(), r.actor, id)
		if err != nil {
			return r, err
		}
		r.visit.Viewer = &forms.Viewer{Name: person.Name, Email: person.Email, Phone: person.Phone}
	}
	return r, nil
}

// typeFor finds the case type of an address, if the reader may raise it. Who
// has to sign in first gets a signInError.
func (p *Pages) typeFor(c *fiber.Ctx, r reader) (*core.CaseType, error) {
	t, err := p.Types.Published(c.UserContext(), c.Params("type"))
	switch {
	case core.KindOf(err) == core.ErrNotFound:
		return nil, noForm()
	case err != nil:
		return nil, err
	case t.Groups.RaisableBy(r.actor):
		return t, nil
	case needsSignIn(t):
		return t, errSignIn
	}
	return nil, noForm()
}

func noForm() error {
	return core.NotFound("There is no such form. It may have been moved; the start page lists all there are.")
}

// errSignIn says that the form is for those who are signed in.
var errSignIn = core.Forbidden("Please sign in to use this form.")

func needsSignIn(t *core.CaseType) bool {
	return !t.Groups.RaisableBy(core.AnonymousActor()) && t.Groups.RaisableBy(core.Actor{Kind: core.ActorPerson})
}

// toSignIn leads to where the reader signs in and back to a page.
func (p *Pages) toSignIn(c *fiber.Ctx, back string) error {
	return render.Done(c, p.SignIn+"?next="+url.QueryEscape(back), render.Toast{})
}

// cookie is the name of the cookie that holds the draft of a type's form: one
// a form, so that two forms can be filled in side by side.
func (p *Pages) cookie(typeKey string) string {
	if p.SecureCookies {
		return "__Host-form-" + typeKey
	}
	return "casement-form-" + typeKey
}

func (p *Pages) setToken(c *fiber.Ctx, typeKey, token string, until time.Time) {
	c.Cookie(&fiber.Cookie{
		Name: p.cookie(typeKey), Value: token, Path: "/", Expires: until, Secure: p.SecureCookies, HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func (p *Pages) token(c *fiber.Ctx, typeKey string) string { return c.Cookies(p.cookie(typeKey)) }

// draft finds the draft that this browser holds of a type's form, or nil.
func (p *Pages) draft(c *fiber.Ctx, typeKey string) (*forms.Draft, error) {
	d, err := p.Forms.Open(c.UserContext(), p.token(c, typeKey), typeKey)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, nil
	}
	return d, err
}

// sealField is the hidden field with which a page shows that it was made for
// the draft it is sent to.
const sealField = "draft"

// seal is made from the draft's secret, which no other site's page can read.
func seal(token string) string {
	sum := sha256.Sum256([]byte("page of " + token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func sealed(sent url.Values, token string) bool {
	return subtle.ConstantTimeCompare([]byte(sent.Get(sealField)), []byte(seal(token))) == 1
}

var errUnsealed = core.Forbidden("This page belongs to a form that was begun before or elsewhere, so nothing was sent. Reload the page to see your answers, and send it again.")

// contact is how to reach the organisation otherwise.
type contact struct {
	Telephone, Hours, HelpNote, Email string
}

func contactOf(o core.Organisation) contact {
	return contact{Telephone: o.Telephone, Hours: o.Hours, HelpNote: o.HelpNote, Email: o.Email}
}
