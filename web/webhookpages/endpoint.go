package webhookpages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Form is what an administrator says about an endpoint.
type Form struct {
	Action         string
	New            bool
	Name, Key, URL layout.Field
	As             layout.Field
	Types          []tick
	Kinds          []tickGroup
	Problems       render.Problems
}

type tick struct {
	Value, Label string
	On           bool
}

// tickGroup is kinds of events that begin with the same word.
type tickGroup struct {
	Name  string
	Ticks []tick
}

// Page is one endpoint.
type Page struct {
	webhooks.Endpoint
	Link    string
	Chip    layout.Chip
	Secret  string // just made: the only time it is shown
	Program string // as which the case is sent along
	Form    Form
	Recent  []DeliveryRow
}

var formFields = []string{"name", "key", "url", "kinds", "types", "as"}

// maxTicks bounds how many ticks of a form are read.
const maxTicks = 200

func typed(c *fiber.Ctx) webhooks.Input {
	in := webhooks.Input{Key: strings.TrimSpace(c.FormValue("key")), Name: c.FormValue("name"), URL: c.FormValue("url")}
	for _, v := range values(c, "kinds") {
		in.Kinds = append(in.Kinds, core.EventKind(v))
	}
	in.Types = values(c, "types")
	return in
}

// values returns every value of a field that may be sent more than once.
func values(c *fiber.Ctx, name string) []string {
	var out []string
	for _, raw := range c.Context().PostArgs().PeekMulti(name) {
		if len(out) < maxTicks {
			out = append(out, string(raw))
		}
	}
	return out
}

// read reads a form, the program by its number.
func (p *Pages) read(c *fiber.Ctx) (webhooks.Input, error) {
	in := typed(c)
	as := c.FormValue("as")
	if as == "" {
		return in, nil
	}
	no, err := strconv.ParseInt(as, 10, 32)
	if err != nil {
		return in, core.InvalidField("as", "There is no such program.")
	}
	client, err := p.People.FindClient(c.UserContext(), render.Actor(c), int(no))
	if core.KindOf(err) == core.ErrNotFound {
		return in, core.InvalidField("as", "There is no such program.")
	}
	in.As = client.ID
	return in, err
}

func (p *Pages) form(c *fiber.Ctx, action string, in webhooks.Input, problems render.Problems) (Form, error) {
	types, err := p.Types(c.UserContext())
	if err != nil {
		return Form{}, err
	}
	clients, err := p.People.Clients(c.UserContext(), render.Actor(c))
	return makeForm(action, in, types, clients, problems), err
}

func makeForm(action string, in webhooks.Input, types []*core.CaseType, clients []people.ClientUse, problems render.Problems) Form {
	f := Form{
		Action: action, New: action == "/webhooks", Problems: problems,
		Name: layout.Field{Name: "name", Label: "Name", Value: clip(in.Name, 200), MaxLength: 100, Autocomplete: "off", Error: problems.For("name")},
		Key: layout.Field{
			Name: "key", Label: "Key", Hint: "Routines name the webhook by it, such as “warehouse”. It stays as it is", Value: clip(in.Key, 60), MaxLength: 60,
			Plain: true, Autocomplete: "off", Error: problems.For("key"),
		},
		URL: layout.Field{
			Name: "url", Label: "Address", Hint: "Where messages are posted to: https://…", Value: clip(in.URL, 2000), MaxLength: 2000, Type: "url", Plain: true,
			Autocomplete: "off", Error: problems.For("url"),
		},
		As: layout.Field{
			Name: "as", Label: "Send the case along", Hint: "As the API shows it to a program, with that program’s rights. Then personal data leave the installation",
			Options: []layout.Option{{Value: "", Label: "No: only what it is called, and what happened"}}, Error: problems.For("as"),
		},
	}
	for _, client := range clients {
		if client.RevokedAt.IsZero() || client.ID == in.As {
			f.As.Options = append(f.As.Options, layout.Option{Value: strconv.Itoa(client.No), Label: "As " + client.Name + " sees it"})
		}
		if client.ID == in.As {
			f.As.Value = strconv.Itoa(client.No)
		}
	}
	for _, t := range types {
		f.Types = append(f.Types, tick{t.Key, t.Name.String(), slices.Contains(in.Types, t.Key)})
	}
	for _, kind := range webhooks.Kinds() {
		area, rest, _ := strings.Cut(string(kind), ".")
		at := slices.IndexFunc(f.Kinds, func(g tickGroup) bool { return g.Name == upperFirst(area) })
		if at < 0 {
			at, f.Kinds = len(f.Kinds), append(f.Kinds, tickGroup{Name: upperFirst(area)})
		}
		group := &f.Kinds[at]
		group.Ticks = append(group.Ticks, tick{string(kind), kindLabel(rest), slices.Contains(in.Kinds, kind)})
	}
	return f
}

// kindLabel writes the second part of an event's name for people.
func kindLabel(rest string) string {
	if after, ok := strings.CutPrefix(rest, "de_"); ok {
		return "De-" + strings.ReplaceAll(after, "_", " ")
	}
	return upperFirst(strings.ReplaceAll(rest, "_", " "))
}

func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// clip keeps what is shown again in a field to what fits into it.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}

func inputOf(e webhooks.Endpoint) webhooks.Input {
	return webhooks.Input{Key: e.Key, Name: e.Name, URL: e.URL, Kinds: e.Kinds, Types: e.Types, As: e.As}
}

func (p *Pages) showNew(c *fiber.Ctx) error {
	form, err := p.form(c, "/webhooks", webhooks.Input{}, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, newView, form)
}

// add answers with the secret itself: it is shown this once.
func (p *Pages) add(c *fiber.Ctx) error {
	in, refused := p.read(c)
	var e webhooks.Endpoint
	var secret string
	if refused == nil {
		e, secret, refused = p.Webhooks.Add(c.UserContext(), render.Actor(c), in)
	}
	if refused == nil {
		return p.page(c, e, secret, nil)
	}
	problems, ok := render.ProblemsOf(refused, formFields...)
	if !ok {
		return refused
	}
	form, err := p.form(c, "/webhooks", in, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, newView, form)
}

func (p *Pages) show(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	return p.page(c, e, "", nil)
}

// recentRows is how many deliveries the page of an endpoint shows.
const recentRows = 8

// page answers with one endpoint; secret is one just made, refused what was
// wrong with what was sent.
func (p *Pages) page(c *fiber.Ctx, e webhooks.Endpoint, secret string, refused error) error {
	problems, ok := render.Problems{}, true
	in := inputOf(e)
	if refused != nil {
		if problems, ok = render.ProblemsOf(refused, formFields...); !ok {
			return refused
		}
		in = typed(c)
	}
	page := Page{Endpoint: e, Link: linkOf(e.No), Chip: chipOf(e), Secret: secret}
	var err error
	if page.Form, err = p.form(c, page.Link, in, problems); err != nil {
		return err
	}
	list, _, err := p.Webhooks.Deliveries(c.UserContext(), render.Actor(c), e, "", 0)
	if err != nil {
		return err
	}
	for _, d := range list[:min(len(list), recentRows)] {
		page.Recent = append(page.Recent, deliveryRow(e, d))
	}
	if refused != nil {
		return render.Invalid(c, viewOf(e), page)
	}
	return render.Page(c, viewOf(e), page)
}

func viewOf(e webhooks.Endpoint) render.View {
	return render.View{Template: "webhookpages/endpoint", Title: e.Name, Nav: "webhooks"}
}

func (p *Pages) edit(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	in, refused := p.read(c)
	if refused == nil {
		refused = p.Webhooks.Change(c.UserContext(), render.Actor(c), e.No, in)
	}
	if refused != nil {
		return p.page(c, e, "", refused)
	}
	return render.Done(c, linkOf(e.No), render.Toast{Text: "Saved."})
}

// turn switches an endpoint on or off.
func (p *Pages) turn(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	on := c.FormValue("on") == "true"
	if err := p.Webhooks.Switch(c.UserContext(), render.Actor(c), e.No, on); err != nil {
		return err
	}
	text := "It is off. What happens now is not kept for it."
	if on {
		text = "It is on."
	}
	return render.Done(c, linkOf(e.No), render.Toast{Text: text})
}

// replace answers with the new secret: it is shown this once.
func (p *Pages) replace(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	secret, err := p.Webhooks.Replace(c.UserContext(), render.Actor(c), e.No)
	if err != nil {
		return err
	}
	if e, err = p.endpoint(c); err != nil {
		return err
	}
	return p.page(c, e, secret, nil)
}

func (p *Pages) test(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	no, err := p.Webhooks.Test(c.UserContext(), render.Actor(c), e)
	if err != nil {
		return err
	}
	return render.Done(c, deliveryLink(e, no), render.Toast{})
}

func (p *Pages) remove(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	if err := p.Webhooks.Remove(c.UserContext(), render.Actor(c), e.No); err != nil {
		return err
	}
	return render.Done(c, "/webhooks", render.Toast{Text: "The webhook “" + clip(e.Name, 60) + "” is removed."})
}
