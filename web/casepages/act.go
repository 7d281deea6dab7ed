package casepages

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// act is one thing somebody may do to a case: a small form, and the commands
// it becomes. The table of them is in acts.go and its neighbours. Whether it
// may be done is for the commands to say; offered only keeps it off the menus.
type act struct {
	label, icon, key string
	title, button    string // of its form; label when empty
	done             string // said afterwards
	quick, danger    bool   // done by its button at once; marked as dangerous
	composer         string // the mode of the composer it opens instead of a form
	tab              string // where its form leads back to; the summary when empty

	offered  func(o *opened) bool
	form     func(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) // nil: nothing to fill in
	commands func(ctx context.Context, p *Pages, o *opened, in input) ([]cases.Command, error)
	settles  func(o *opened, in input) string // the status it leads to, for where to go next; nil: none
	undo     func(o *opened, in input) string // where what was done can be undone; nil: nowhere
	// do is for what a slice sends through the door itself; nil sends commands.
	do func(ctx context.Context, p *Pages, o *opened, in input) error
}

// ActForm is what one act asks.
type ActForm struct {
	Hint      string
	Obstacles []string
	About     string      // what it is done to, in bold
	Place     *PlaceField // before the fields
	Fields    []layout.Field
	Finder    *CaseFinder // after the fields
	Choices   []ChoiceField
	Ticks     []Tick
	Hidden    []Hidden
}

// ChoiceField is a field with several answers.
type ChoiceField struct {
	Name, Label, Error string
	Ticks              []Tick
}

// Tick is one box.
type Tick struct {
	Name, Value, Label string
	Checked            bool
}

// Hidden goes with a form unseen.
type Hidden struct{ Name, Value string }

// ActPage is the form of an act: in a dialog, in its place on the page, or as
// a page of its own.
type ActPage struct {
	ActForm
	Name, Title, Button string
	Danger              bool
	Ref, Subject        string
	Action, Back        string
	Seen                core.Version
	Once                string
	Problems            render.Problems
	Conflict            string
	Since               []EventLine // what happened while the form was open
}

// input is what was typed: in the address of a form, or sent with it.
type input func(name string) []string

func (in input) text(name string) string {
	if all := in(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (in input) number(name string) int {
	n, _ := strconv.Atoi(in.text(name)) // what is no number names nothing
	return n
}

// maxValues bounds what one field may send.
const maxValues = 100

func inputOf(c *fiber.Ctx) input {
	sent := c.Method() == fiber.MethodPost
	return func(name string) []string {
		if form, err := c.MultipartForm(); sent && err == nil {
			return form.Value[name][:min(len(form.Value[name]), maxValues)]
		}
		args := c.Context().QueryArgs()
		if sent {
			args = c.Context().PostArgs()
		}
		var out []string
		for _, raw := range args.PeekMulti(name) {
			if len(out) < maxValues {
				out = append(out, string(raw))
			}
		}
		return out
	}
}

// once is a key that makes a repeated post do nothing more.
func once() string { return rand.Text() }

// actionFor is an act as menus show it, if it is offered now.
func actionFor(o *opened, name string) (Action, bool) {
	a, known := acts[name]
	if !known || a.offered == nil || !a.offered(o) {
		return Action{}, false
	}
	action := Action{
		Name: name, Label: a.label, Icon: a.icon, Key: a.key, URL: o.url("act", name), Quick: a.quick, Danger: a.danger, Composer: a.composer,
	}
	switch {
	case a.composer != "":
		action.URL = o.url("history") + "?write=" + a.composer + "#composer"
	case a.quick:
		action.Version, action.Once = o.Case.Version, once()
		if name == "resume-work" {
			action.Hidden = destination(startStatus(o))
		}
	}
	return action, true
}

// openAct finds the case and the act of the address.
func (p *Pages) openAct(c *fiber.Ctx) (*opened, string, act, error) {
	name := c.Params("act")
	a, known := acts[name]
	if !known || a.commands == nil && a.do == nil {
		return nil, "", act{}, core.NotFound("There is no such page.")
	}
	o, err := p.open(c)
	return o, name, a, err
}

// showAct shows the form of an act.
func (p *Pages) showAct(c *fiber.Ctx) error {
	o, name, a, err := p.openAct(c)
	if err != nil {
		return err
	}
	if a.offered != nil && !a.offered(o) {
		return core.Conflict("This cannot be done with %s as it is now, or not by you.", o.Case.Ref)
	}
	page, err := p.actPage(c.UserContext(), o, name, a, inputOf(c))
	if err != nil {
		return err
	}
	return render.Page(c, actView(page), page)
}

func actView(page ActPage) render.View {
	return render.View{Template: "casepages/act", Part: "casepages/act-form", Nav: "queues", Title: page.Title + ", " + page.Ref}
}

func (p *Pages) actPage(ctx context.Context, o *opened, name string, a act, in input) (ActPage, error) {
	page := ActPage{
		Name: name, Title: a.title, Button: a.button, Danger: a.danger, Ref: string(o.Case.Ref), Subject: o.Case.Subject,
		Action: o.url("act", name), Back: tabURL(o, tabSummary), Seen: o.Case.Version, Once: once(),
	}
	if a.tab != "" {
		page.Back = tabURL(o, a.tab)
	}
	if page.Title == "" {
		page.Title = a.label
	}
	if page.Button == "" {
		page.Button = a.label
	}
	if a.form == nil {
		return page, nil
	}
	var err error
	page.ActForm, err = a.form(ctx, p, o, in)
	return page, err
}

// doAct does what a form asks for.
func (p *Pages) doAct(c *fiber.Ctx) error {
	o, name, a, err := p.openAct(c)
	if err != nil {
		return err
	}
	in := inputOf(c)
	seen, err := strconv.ParseInt(in.text("seen"), 10, 64)
	if err != nil || seen < 0 {
		return core.Invalid("This form is not complete. Reload the page and try again.")
	}
	if err := p.perform(c.UserContext(), o, a, in, core.Version(seen)); err != nil {
		return p.refused(c, o, name, a, in, core.Version(seen), err)
	}
	return p.acted(c, o, a, in)
}

func (p *Pages) perform(ctx context.Context, o *opened, a act, in input, seen core.Version) error {
	if a.do != nil {
		return a.do(ctx, p, o, in)
	}
	commands, err := a.commands(ctx, p, o, in)
	if err != nil {
		return err
	}
	for _, command := range commands {
		// The door refuses as well, but compares what was seen first: whoever may
		// not do this is told so, and not what changed.
		if !o.MayDo(command.Needs()) {
			return core.Forbidden("You may not do this on %s.", o.Case.Ref)
		}
	}
	request := cases.One(o.Case.ID, seen, commands...)
	request.Key = in.text("once")
	_, err = p.Cases.Do(ctx, o.by, request)
	return err
}

// acted leads on after an act: to where the status or the reader says, or
// back to the case.
func (p *Pages) acted(c *fiber.Ctx, o *opened, a act, in input) error {
	toast := render.Toast{Text: string(o.Case.Ref) + ": " + a.done}
	if a.undo != nil {
		toast.Link = render.Link{Label: "Undo", URL: a.undo(o, in)}
	}
	if a.settles != nil {
		to, err := p.next(c, o, a.settles(o, in))
		if err != nil {
			return err
		}
		if to != "" {
			return render.Done(c, to, toast)
		}
	}
	back := tabURL(o, tabSummary)
	if a.tab != "" {
		back = tabURL(o, a.tab)
	}
	render.Say(c, toast)
	return render.Changed(c, back, "casepages/act-done", nil, "case-changed", "act-done")
}

// refused shows the form again with what was typed: with its messages, or with
// what changed meanwhile.
func (p *Pages) refused(c *fiber.Ctx, o *opened, name string, a act, in input, seen core.Version, refusal error) error {
	kind := core.KindOf(refusal)
	if kind != core.ErrInvalid && kind != core.ErrConflict {
		return refusal
	}
	ctx := c.UserContext()
	page, err := p.actPage(ctx, o, name, a, in)
	if err != nil {
		return err
	}
	if kind == core.ErrConflict {
		page.Conflict = messageOf(refusal)
		if page.Since, err = p.linesSince(ctx, o, seen); err != nil {
			return err
		}
		return render.Stale(c, actView(page), page)
	}
	page.Problems, _ = render.ProblemsOf(refusal, fieldNames(page)...)
	for i, f := range page.Fields {
		page.Fields[i].Error = page.Problems.For(f.Name)
	}
	if page.Finder != nil {
		page.Finder.Error = page.Problems.For(page.Finder.Name)
	}
	for i, f := range page.Choices {
		page.Choices[i].Error = page.Problems.For(f.Name)
	}
	if at := page.Place; at != nil {
		for _, f := range []*layout.Field{&at.Address, &at.Lat, &at.Lng} {
			f.Error = page.Problems.For(f.Name)
		}
	}
	return render.Invalid(c, actView(page), page)
}

func fieldNames(page ActPage) []string {
	var out []string
	if at := page.Place; at != nil {
		out = append(out, at.Address.Name, at.Lat.Name, at.Lng.Name)
	}
	if page.Finder != nil {
		out = append(out, page.Finder.Name)
	}
	for _, f := range page.Fields {
		out = append(out, f.Name)
	}
	return out
}

// next is where the reader goes after a case has come to a status (WORK-38):
// their own choice, or else the status's. "" is to stay.
func (p *Pages) next(c *fiber.Ctx, o *opened, status string) (string, error) {
	to, _ := o.Type.Status(status)
	place := to.After
	if own := p.AfterSave(c); own != "" {
		place = own
	}
	switch place {
	case core.AfterList:
		return "/mywork", nil
	case core.AfterNext:
		return p.nextCase(c.UserContext(), o)
	}
	return "", nil
}

// nextCase is the most urgent other case of the reader, or their work when
// nothing is left.
func (p *Pages) nextCase(ctx context.Context, o *opened) (string, error) {
	mine, err := p.Cases.AssignedTo(ctx, o.by.StaffID(), 2)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(mine, func(r cases.Row) bool { return r.ID != o.Case.ID })
	if i < 0 {
		return "/mywork", nil
	}
	return "/cases/" + string(mine[i].Ref), nil
}
