package apipages

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ListPage lists the programs that may use the API.
type ListPage struct {
	Tabs layout.Tabs
	Rows []Row
}

// Row is one program in the list.
type Row struct {
	people.ClientUse
	URL, Types, May string
	Live            bool
}

// Form is what an administrator says about a program.
type Form struct {
	Action                            string
	Name, Purpose, PerMinute, Expires layout.Field
	Types, Permissions, Rights        []tick
	Problems                          render.Problems
}

// Page is one program.
type Page struct {
	people.ClientAccount
	URL     string
	Live    bool
	Key     string // just made: the only time it is shown
	Form    Form
	History []Happening
	Full    bool // two keys work already
}

var (
	listView = render.View{Template: "apipages/programs", Title: "Programs", Nav: "people"}
	newView  = render.View{Template: "apipages/program-new", Title: "New program", Nav: "people"}
)

func view(name string) render.View {
	return render.View{Template: "apipages/program", Title: name, Nav: "people"}
}

func urlOf(no int) string { return "/people/programs/" + strconv.Itoa(no) }

var formFields = []string{"name", "purpose", "per_minute", "expires_at", "types", "permissions", "rights", "overlap"}

// day is how a form writes a date.
const day = "2006-01-02"

func (p *Pages) form(c *fiber.Ctx, action string, in people.ClientInput, problems render.Problems) (Form, error) {
	types, err := p.options.Types(c.UserContext())
	return makeForm(action, in, types, p.options.Zone, problems), err
}

func makeForm(action string, in people.ClientInput, types []*core.CaseType, zone *time.Location, problems render.Problems) Form {
	expires := ""
	if !in.ExpiresAt.IsZero() {
		expires = in.ExpiresAt.In(zone).Add(-time.Second).Format(day)
	}
	perMinute := in.PerMinute
	if perMinute == 0 {
		perMinute = people.DefaultPerMinute
	}
	return Form{
		Action: action, Problems: problems,
		Name: layout.Field{
			Name: "name", Label: "Name", Hint: "As histories are to show it: Program “Website”", Value: clip(in.Name, 200), MaxLength: 200,
			Autocomplete: "off", Error: problems.For("name"),
		},
		Purpose: layout.Field{
			Name: "purpose", Label: "What it is for", Hint: "And whom to ask about it", Value: clip(in.Purpose, 500), MaxLength: 500, Rows: 2,
			Optional: true, Error: problems.For("purpose"),
		},
		PerMinute: layout.Field{
			Name: "per_minute", Label: "Requests a minute", Value: strconv.Itoa(perMinute), MaxLength: 6, InputMode: "numeric",
			Autocomplete: "off", Error: problems.For("per_minute"),
		},
		Expires: layout.Field{
			Name: "expires_at", Label: "Works until the end of", Hint: "For ever when left empty", Value: expires, Type: "date", Optional: true,
			Error: problems.For("expires_at"),
		},
		Types: typeTicks(types, in.Types), Permissions: permissionTicks(in.Permissions), Rights: rightTicks(in.Rights),
	}
}

func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}

func inputOf(c core.Client) people.ClientInput {
	return people.ClientInput{
		Name: c.Name, Purpose: c.Purpose, Types: c.Grant.Types, Permissions: c.Grant.Permissions, Rights: c.Rights,
		PerMinute: c.PerMinute, ExpiresAt: c.ExpiresAt,
	}
}

// typed reads the form.
func (p *Pages) typed(c *fiber.Ctx) (people.ClientInput, error) {
	in := people.ClientInput{Name: c.FormValue("name"), Purpose: c.FormValue("purpose"), Types: values(c, "types")}
	for _, v := range values(c, "permissions") {
		in.Permissions = append(in.Permissions, core.Permission(v))
	}
	for _, v := range values(c, "rights") {
		in.Rights = append(in.Rights, core.Right(v))
	}
	var err error
	if in.PerMinute, err = strconv.Atoi(c.FormValue("per_minute")); err != nil || in.PerMinute < 1 {
		return in, core.InvalidField("per_minute", "Enter a number between 1 and 60,000.")
	}
	if date := c.FormValue("expires_at"); date != "" {
		until, err := time.ParseInLocation(day, date, p.options.Zone)
		if err != nil {
			return in, core.InvalidField("expires_at", "Enter a date.")
		}
		in.ExpiresAt = until.AddDate(0, 0, 1)
	}
	return in, nil
}

// values returns every value of a field that may be sent more than once, at
// most a hundred.
func values(c *fiber.Ctx, name string) []string {
	var out []string
	for _, raw := range c.Context().PostArgs().PeekMulti(name) {
		if len(out) < 100 {
			out = append(out, string(raw))
		}
	}
	return out
}

func (p *Pages) list(c *fiber.Ctx) error {
	ctx := c.UserContext()
	clients, err := p.people.Clients(ctx, render.Actor(c))
	if err != nil {
		return err
	}
	types, err := p.options.Types(ctx)
	if err != nil {
		return err
	}
	page := ListPage{Tabs: tabs()}
	for _, client := range clients {
		page.Rows = append(page.Rows, rowOf(client, types, p.options.Clock.Now()))
	}
	return render.Page(c, listView, page)
}

func rowOf(c people.ClientUse, types []*core.CaseType, now time.Time) Row {
	return Row{ClientUse: c, URL: urlOf(c.No), Types: typeWords(c.Client, types), May: mayWords(c.Client), Live: c.LiveAt(now)}
}

func (p *Pages) showNew(c *fiber.Ctx) error {
	form, err := p.form(c, "/people/programs", people.ClientInput{}, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, newView, form)
}

// create answers with the key itself: it is kept nowhere, so no other page
// could show it.
func (p *Pages) create(c *fiber.Ctx) error {
	in, refused := p.typed(c)
	var client core.Client
	var key string
	if refused == nil {
		client, key, refused = p.people.CreateClient(c.UserContext(), render.Actor(c), in)
	}
	if refused == nil {
		return p.page(c, client.No, key, nil)
	}
	problems, ok := render.ProblemsOf(refused, formFields...)
	if !ok {
		return refused
	}
	form, err := p.form(c, "/people/programs", in, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, newView, form)
}

var errNoProgram = core.NotFound("There is no such program.")

func (p *Pages) number(c *fiber.Ctx) (int, error) {
	no, err := strconv.ParseInt(c.Params("no"), 10, 32)
	if err != nil || no < 1 {
		return 0, errNoProgram
	}
	return int(no), nil
}

// page answers with one program; key is one just made, refused what was wrong
// with what was sent.
func (p *Pages) page(c *fiber.Ctx, no int, key string, refused error) error {
	ctx := c.UserContext()
	problems, ok := render.Problems{}, true
	if refused != nil {
		if problems, ok = render.ProblemsOf(refused, formFields...); !ok {
			return refused
		}
	}
	account, err := p.people.FindClient(ctx, render.Actor(c), no)
	if err != nil {
		return err
	}
	in := inputOf(account.Client)
	if refused != nil && c.FormValue("name") != "" {
		typed, _ := p.typed(c) // what is wrong with it has been said
		in = typed
	}
	out := Page{ClientAccount: account, URL: urlOf(no), Live: account.LiveAt(p.options.Clock.Now()), Key: key, Full: len(account.Keys) > 1}
	if out.Form, err = p.form(c, urlOf(no), in, problems); err != nil {
		return err
	}
	if out.History, err = p.history(c, account.ID); err != nil {
		return err
	}
	if refused != nil {
		return render.Invalid(c, view(account.Name), out)
	}
	return render.Page(c, view(account.Name), out)
}

func (p *Pages) history(c *fiber.Ctx, id core.ClientID) ([]Happening, error) {
	recorded, err := p.people.ClientHistory(c.UserContext(), render.Actor(c), id)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(recorded))
	for i, r := range recorded {
		ids[i] = r.Actor.ID
	}
	names, err := p.people.NamesOf(c.UserContext(), ids...)
	var out []Happening
	for _, r := range slices.Backward(recorded) {
		by := names[r.Actor.ID]
		if by == "" {
			by = "The command line"
		}
		out = append(out, happeningOf(r, by))
	}
	return out, err
}

func (p *Pages) show(c *fiber.Ctx) error {
	no, err := p.number(c)
	if err != nil {
		return err
	}
	return p.page(c, no, "", nil)
}

// change does something to the program of the address and shows it again.
func (p *Pages) change(c *fiber.Ctx, done string, do func(core.ClientID) error) error {
	no, err := p.number(c)
	if err != nil {
		return err
	}
	account, err := p.people.FindClient(c.UserContext(), render.Actor(c), no)
	if err != nil {
		return err
	}
	if refused := do(account.ID); refused != nil {
		return p.page(c, no, "", refused)
	}
	return render.Done(c, urlOf(no), render.Toast{Text: done})
}

func (p *Pages) edit(c *fiber.Ctx) error {
	return p.change(c, "Saved. It holds from now on.", func(id core.ClientID) error {
		in, err := p.typed(c)
		if err != nil {
			return err
		}
		return p.people.UpdateClient(c.UserContext(), render.Actor(c), id, in)
	})
}

// overlaps are for how long an old key may go on.
var overlaps = map[string]time.Duration{"now": 0, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour}

func (p *Pages) replaceKey(c *fiber.Ctx) error {
	no, err := p.number(c)
	if err != nil {
		return err
	}
	account, err := p.people.FindClient(c.UserContext(), render.Actor(c), no)
	if err != nil {
		return err
	}
	overlap, ok := overlaps[c.FormValue("overlap")]
	if !ok {
		return p.page(c, no, "", core.InvalidField("overlap", "Choose how long the old key goes on."))
	}
	key, refused := p.people.ReplaceClientKey(c.UserContext(), render.Actor(c), account.ID, overlap)
	return p.page(c, no, key, refused)
}

func (p *Pages) removeKey(c *fiber.Ctx) error {
	return p.change(c, "The key is gone.", func(id core.ClientID) error {
		return p.people.RemoveClientKey(c.UserContext(), render.Actor(c), id, c.FormValue("key"))
	})
}

func (p *Pages) revoke(c *fiber.Ctx) error {
	return p.change(c, "The program has no access any more.", func(id core.ClientID) error {
		return p.people.RevokeClient(c.UserContext(), render.Actor(c), id)
	})
}

// EndsWords says when a key ends.
func (Page) EndsWords(k people.ClientKey) string {
	if k.EndsAt.IsZero() {
		return "with the program"
	}
	return fmt.Sprintf("on %s", k.EndsAt.Format("2 Jan 2006"))
}
