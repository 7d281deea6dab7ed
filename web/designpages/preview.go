package designpages

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// PreviewPage is the form as people will meet it. Nothing typed there is kept.
type PreviewPage struct {
	Form    template.HTML
	Problem string
	Done    bool
	Again   string
}

var previewView = render.View{Template: "designpages/preview", Title: "Preview", Layout: render.Public, Main: "main-column main-preview"}

// stateName is the hidden field with the state of the preview: the browser
// keeps it, since nothing else does.
const stateName = "preview-state"

// framePolicy lets the designer show the preview beside it.
const framePolicy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'self'; img-src 'self' data: blob:"

// maxPreview is the longest state a preview may have, in bytes.
const maxPreview = 64 << 10

func (p *Pages) showPreview(c *fiber.Ctx) error {
	d, err := p.previewed(c)
	if err != nil {
		return err
	}
	show := c.Query("page")
	if d.Page(show) < 0 {
		show = ""
	}
	var state json.RawMessage
	kind := forms.Start
	if show != "" {
		kind = forms.View
		if state, err = json.Marshal(map[string]string{"step": show}); err != nil {
			return err
		}
	}
	return p.preview(c, d, show, state, forms.Event{Kind: kind}, false)
}

// turnPreview goes on with the preview as the form would.
func (p *Pages) turnPreview(c *fiber.Ctx) error {
	d, err := p.previewed(c)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(c.Body()))
	if form, multipart := c.MultipartForm(); multipart == nil {
		values, err = form.Value, nil
	}
	if err != nil {
		return core.Invalid("What was sent could not be read.")
	}
	state, err := base64.RawURLEncoding.DecodeString(values.Get(stateName))
	if err != nil || len(state) > maxPreview || !json.Valid(state) {
		return core.Invalid("The preview cannot go on. Begin it again.")
	}
	show := c.Query("page")
	last, err := p.serve(c, d, show, state, forms.Event{Kind: forms.View})
	if err != nil || last.View == nil {
		return p.preview(c, d, show, state, forms.Event{Kind: forms.View}, false)
	}
	event := forms.Event{Kind: forms.Submit, Answers: viewtree.Read(last.View, values), Files: map[string][]view.File{}}
	for _, f := range last.View.Fields() {
		if f.Kind == view.KindFile {
			event.Files[f.ID] = []view.File{{ID: "sample", Name: "photograph.jpg", Size: 482_000, Type: "image/jpeg"}}
		}
	}
	if viewtree.ReadAction(values).Kind == viewtree.ActionBack {
		event.Kind = forms.Back
	}
	return p.preview(c, d, show, state, event, true)
}

// previewed is what is previewed: the draft, or a version.
func (p *Pages) previewed(c *fiber.Ctx) (*formdesigns.Definition, error) {
	if version := c.QueryInt("version"); version > 0 {
		d, _, err := p.Designs.Published(c.UserContext(), c.Params("key"), version)
		return d, err
	}
	d, err := p.Designs.Draft(c.UserContext(), c.Params("key"))
	return &d.Definition, err
}

// serve asks the plugin, through the host, as the public is asked.
func (p *Pages) serve(c *fiber.Ctx, d *formdesigns.Definition, show string, state json.RawMessage, e forms.Event) (forms.Reply, error) {
	config, err := d.Config(show)
	if err != nil {
		return forms.Reply{}, err
	}
	return p.Forms.Serve(c.UserContext(), forms.Call{
		Type: &core.CaseType{Key: "preview", Form: core.DesignedForm(c.Params("key"))}, State: state, Pin: p.pin(c, config), Event: e, Config: config,
		Now: p.Clock.Now(), Zone: p.Zone, Language: core.DefaultLanguage,
	})
}

// pin is that of the plugin that serves now: a preview never goes on with an
// older one.
func (p *Pages) pin(c *fiber.Ctx, config json.RawMessage) string {
	reply, err := p.Forms.Serve(c.UserContext(), forms.Call{
		Type: &core.CaseType{Key: "preview", Form: core.DesignedForm(c.Params("key"))}, Event: forms.Event{Kind: forms.Start}, Config: config,
		Now: p.Clock.Now(), Zone: p.Zone, Language: core.DefaultLanguage,
	})
	if err != nil {
		return ""
	}
	return reply.Pin
}

func (p *Pages) preview(c *fiber.Ctx, d *formdesigns.Definition, show string, state json.RawMessage, e forms.Event, checked bool) error {
	query := url.Values{}
	for _, name := range []string{"page", "version"} {
		if v := c.Query(name); v != "" {
			query.Set(name, v)
		}
	}
	at := withQuery(address(c.Params("key"), "/preview"), query)
	page := PreviewPage{Again: at}
	reply, err := p.serve(c, d, show, state, e)
	var status func(*fiber.Ctx, render.View, any) error = render.Page
	switch {
	case len(d.Pages) == 0:
		page.Problem = "The form has no page yet."
	case err != nil:
		page.Problem = "This cannot be shown yet. Put right what the designer names, and look again."
	case reply.Done != nil:
		page.Done = true
		if reply.Page != nil {
			if page.Form, err = p.tree.Render(reply.Page, viewtree.Page{}); err != nil {
				return err
			}
		}
	case reply.View != nil:
		messages := dialogue.Mark(reply.View, reply.Errors)
		if checked && len(reply.Errors) > 0 {
			status = render.Invalid
		}
		page.Form, err = p.tree.Render(reply.View, viewtree.Page{
			Action: at, Icons: p.Asset("icons.svg"), Errors: messages,
			Map:    viewtree.Map{Script: p.Asset("map.js"), Style: p.Asset("map.css")},
			Hidden: []viewtree.Hidden{p.Token(c), {Name: stateName, Value: base64.RawURLEncoding.EncodeToString(reply.State)}},
		})
		if err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentSecurityPolicy, framePolicy)
	c.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	return status(c, previewView, page)
}
