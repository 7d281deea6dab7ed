// Package designpages is where forms are made without code: the list of forms,
// the designer with its preview, versions, files in and out. It works without
// scripts: every change is a form that is posted, and kept as a step of the
// draft that can be taken back.
//
// What a form is made of and what is wrong with one is in core/formdesigns.
package designpages

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "designpages", Files: files, Samples: samples()}
}

// Options are what the pages need.
type Options struct {
	Designs *formdesigns.Service
	Types   *casetypes.Service
	// Forms serves the preview: the same provider that asks the public.
	Forms forms.Provider
	Lists func(ctx context.Context) ([]layout.Option, error) // of the installation; nil for none
	Clock core.Clock
	Zone  *time.Location
	Asset func(name string) string
	Token func(c *fiber.Ctx) viewtree.Hidden
}

// Pages answers for the designer.
type Pages struct {
	Options
	tree *viewtree.Renderer
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	tree, err := viewtree.New()
	return &Pages{o, tree}, err
}

const (
	home = "/configuration/forms"
	nav  = "configuration"
)

// RegisterView hangs on what configurators and administrators may look at.
func (p *Pages) RegisterView(r render.Routes) {
	r.Get(home, p.showList)
	r.Get(home+"/:key", p.show)
	r.Get(home+"/:key/preview", p.showPreview)
	r.Post(home+"/:key/preview", p.turnPreview)
	r.Get(home+"/:key/versions", p.showVersions)
	r.Get(home+"/:key/file", p.file)
}

// RegisterChange hangs on what configurators alone may do.
func (p *Pages) RegisterChange(r render.Routes) {
	r.Post(home, p.create)
	r.Post("/configuration/form-import", p.takeFile)
	r.Post(home+"/:key/change", p.change)
	r.Post(home+"/:key/again", p.again)
	r.Post(home+"/:key/publish", p.publish)
	r.Post(home+"/:key/discard", p.discard)
}

func address(key string, more ...string) string {
	return home + "/" + url.PathEscape(key) + strings.Join(more, "")
}

// ListPage is all forms, and what begins another.
type ListPage struct {
	Forms    []FormRow
	May      bool
	Name     layout.Field
	Key      layout.Field
	From     layout.Field
	Problems render.Problems
	Findings casetypes.Findings // of a file that was refused
	File     string
}

// FormRow is one form in the list.
type FormRow struct {
	formdesigns.Summary
	URL   string
	Types []layout.Option // case types that use it
}

var listView = render.View{Template: "designpages/list", Title: "Forms", Nav: nav}

func (p *Pages) listPage(c *fiber.Ctx) (ListPage, error) {
	ctx := c.UserContext()
	page := ListPage{
		May:  formdesigns.MayDesign(render.Actor(c)),
		Name: layout.Field{Name: "name", Label: "Name", Hint: "For example Bulky waste. People see it above each page, until you write something else.", Value: c.FormValue("name"), MaxLength: 200},
		Key:  layout.Field{Name: "key", Label: "Key", Hint: "How case types name the form: design:KEY. Leave it empty to make it of the name.", Value: c.FormValue("key"), MaxLength: 60, Plain: true, Optional: true},
		From: layout.Field{Name: "from", Label: "Begin with", Value: c.FormValue("from"), Options: []layout.Option{{Value: "", Label: "Two pages, to be changed"}}},
	}
	list, err := p.Designs.List(ctx)
	if err != nil {
		return page, err
	}
	uses, err := p.uses(ctx)
	if err != nil {
		return page, err
	}
	for _, s := range list {
		page.Forms = append(page.Forms, FormRow{Summary: s, URL: address(s.Key), Types: uses[s.Key]})
		page.From.Options = append(page.From.Options, layout.Option{Value: s.Key, Label: "A copy of " + s.Name})
	}
	return page, nil
}

// uses says by form which case types name it: label, and address.
func (p *Pages) uses(ctx context.Context) (map[string][]layout.Option, error) {
	types, err := p.Types.All(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]layout.Option{}
	for _, t := range types {
		if key := t.Form.Design; key != "" {
			out[key] = append(out[key], layout.Option{Label: t.Name.String(), Value: "/configuration/types/" + url.PathEscape(t.Key)})
		}
	}
	return out, nil
}

func (p *Pages) showList(c *fiber.Ctx) error {
	page, err := p.listPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, listView, page)
}

// create begins a form: a new one, or a copy.
func (p *Pages) create(c *fiber.Ctx) error {
	name, key := strings.TrimSpace(c.FormValue("name")), strings.TrimSpace(c.FormValue("key"))
	if key == "" {
		key = strings.TrimPrefix(formdesigns.KeyFor(name, func(string) bool { return false }), "q-")
	}
	d, said := formdesigns.Empty(name), "Begun"
	var err error
	if from := c.FormValue("from"); from != "" {
		var copied formdesigns.Draft
		if copied, err = p.Designs.Draft(c.UserContext(), from); err != nil {
			return err
		}
		d, said = copied.Definition, "A copy of "+copied.Definition.Name
		d.Name = name
	}
	err = p.Designs.Create(c.UserContext(), render.Actor(c), key, d, said)
	if problems, ok := render.ProblemsOf(err, "name", "key"); ok {
		page, err := p.listPage(c)
		if err != nil {
			return err
		}
		page.Problems = problems
		page.Name.Error, page.Key.Error = problems.For("name"), problems.For("key")
		return render.Invalid(c, listView, page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, address(key), render.Toast{Text: "The form is begun. Nobody sees it until you publish it."})
}

// takeFile keeps a form from a file as a draft.
func (p *Pages) takeFile(c *fiber.Ctx) error {
	name, source, problem := sentFile(c)
	page, err := p.listPage(c)
	if err != nil {
		return err
	}
	if problem != "" {
		page.File = problem
		return render.Invalid(c, listView, page)
	}
	key, findings, err := p.Designs.Import(c.UserContext(), render.Actor(c), casetypes.File{Name: name, Source: source})
	if len(findings) > 0 {
		page.Findings = findings
		return render.Invalid(c, listView, page)
	}
	if err != nil {
		return p.stale(c, key, err)
	}
	return render.Done(c, address(key), render.Toast{Text: "The file is kept as a draft. Look at it, and publish it."})
}

func sentFile(c *fiber.Ctx) (name string, source []byte, problem string) {
	sent, err := c.FormFile("file")
	if err != nil || sent.Size == 0 {
		return "", nil, "Choose a YAML file."
	}
	if sent.Size > casetypes.MaxFile {
		return "", nil, fmt.Sprintf("The file may have %d kB at most.", casetypes.MaxFile>>10)
	}
	opened, err := sent.Open()
	if err != nil {
		return "", nil, "The file could not be read. Send it again."
	}
	defer opened.Close()
	source, err = io.ReadAll(io.LimitReader(opened, casetypes.MaxFile+1))
	if err != nil {
		return "", nil, "The file could not be read. Send it again."
	}
	return "form.yaml", source, ""
}

// stale leads back to a form as it stands, with what stood in the way.
func (p *Pages) stale(c *fiber.Ctx, key string, err error) error {
	var said *core.Error
	if key == "" || !errors.As(err, &said) || said.Kind != core.ErrConflict && said.Kind != core.ErrInvalid {
		return err
	}
	return render.Done(c, back(c, key), render.Toast{Text: said.Message, Tone: "bad"})
}

// back is the address of the place in the designer from which something came.
func back(c *fiber.Ctx, key string) string {
	query := url.Values{}
	for _, name := range []string{"page", "field", "width"} {
		if v := c.FormValue(name, c.Query(name)); v != "" {
			query.Set(name, v)
		}
	}
	return withQuery(address(key), query)
}

func withQuery(address string, query url.Values) string {
	if len(query) == 0 {
		return address
	}
	return address + "?" + query.Encode()
}

// file gives the draft, or a version, as YAML.
func (p *Pages) file(c *fiber.Ctx) error {
	key, name := c.Params("key"), "draft"
	d, err := p.Designs.Draft(c.UserContext(), key)
	if err != nil {
		return err
	}
	if version := c.QueryInt("version"); version > 0 {
		published, _, err := p.Designs.Published(c.UserContext(), key, version)
		if err != nil {
			return err
		}
		d.Definition, name = *published, fmt.Sprint(version)
	}
	text, err := d.Definition.File(key)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.yaml"`, key, name))
	return c.Send(text)
}

// VersionsPage lists what was published.
type VersionsPage struct {
	Name, URL string
	Key       string
	May       bool
	Step      int
	Rows      []VersionRow
}

// VersionRow is one version.
type VersionRow struct {
	casetypes.Version
	By      string
	Current bool
	File    string
	Preview string
}

func (p *Pages) showVersions(c *fiber.Ctx) error {
	key := c.Params("key")
	d, err := p.Designs.Draft(c.UserContext(), key)
	if err != nil {
		return err
	}
	versions, err := p.Designs.Versions(c.UserContext(), key)
	if err != nil {
		return err
	}
	page := VersionsPage{Name: d.Definition.Name, URL: address(key), Key: key, May: formdesigns.MayDesign(render.Actor(c)), Step: d.Step}
	for i, v := range versions {
		by := cmp.Or(v.ByName, "Somebody")
		if v.ByID == "" {
			by = "Casement"
		}
		page.Rows = append(page.Rows, VersionRow{
			Version: v, By: by, Current: i == 0,
			File: fmt.Sprintf("%s/file?version=%d", address(key), v.Version), Preview: fmt.Sprintf("%s/preview?version=%d", address(key), v.Version),
		})
	}
	return render.Page(c, render.View{Template: "designpages/versions", Title: "Versions, " + page.Name, Nav: nav}, page)
}

// again makes a version the draft: the way back.
func (p *Pages) again(c *fiber.Ctx) error {
	key := c.Params("key")
	version := number(c.FormValue("version"))
	old, _, err := p.Designs.Published(c.UserContext(), key, max(version, 1))
	if err != nil {
		return err
	}
	d, err := old.Copy()
	if err != nil {
		return err
	}
	if err := p.Designs.Save(c.UserContext(), render.Actor(c), key, number(c.FormValue("step")), d, fmt.Sprintf("As version %d", version)); err != nil {
		return p.stale(c, key, err)
	}
	return render.Done(c, address(key), render.Toast{Text: fmt.Sprintf("The draft says what version %d said. Publish it to go back.", version)})
}

func (p *Pages) publish(c *fiber.Ctx) error {
	key := c.Params("key")
	version, err := p.Designs.Publish(c.UserContext(), render.Actor(c), key, number(c.FormValue("step")), c.FormValue("note"))
	if err != nil {
		return p.stale(c, key, err)
	}
	return render.Done(c, address(key), render.Toast{Text: fmt.Sprintf("Version %d is live. What was begun before goes on as it was.", version)})
}

func (p *Pages) discard(c *fiber.Ctx) error {
	key := c.Params("key")
	if err := p.Designs.Discard(c.UserContext(), render.Actor(c), key, number(c.FormValue("step"))); err != nil {
		return p.stale(c, key, err)
	}
	if _, err := p.Designs.Draft(c.UserContext(), key); core.KindOf(err) == core.ErrNotFound {
		return render.Done(c, home, render.Toast{Text: "The form is gone."})
	}
	return render.Done(c, address(key), render.Toast{Text: "The draft is discarded."})
}
