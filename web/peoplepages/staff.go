package peoplepages

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// StaffListPage lists staff users.
type StaffListPage struct {
	Tabs        layout.Tabs
	Query       string
	Group       layout.Field
	Deactivated bool
	Rows        []StaffRow
}

// StaffRow is one staff user in the list.
type StaffRow struct {
	people.Account
	URL   string
	Roles string
	Teams string // the names of their groups
}

// StaffPage is one staff user's account.
type StaffPage struct {
	people.Account
	Self    bool
	Form    StaffForm
	URL     string
	Link    string // made just now, shown this once
	Until   time.Time
	History []Change
}

// StaffForm is the form of an account, new or known.
type StaffForm struct {
	Action      string
	Name, Email layout.Field
	Roles       []Tick
	Groups      []Tick
	Problems    render.Problems
}

// Tick is one box to tick.
type Tick struct {
	Value, Label, Hint string
	On                 bool
}

var (
	staffListView = render.View{Template: "peoplepages/staff", Title: "Staff users", Nav: "people"}
	newStaffView  = render.View{Template: "peoplepages/staff-new", Title: "New staff user", Nav: "people"}
)

func staffView(name string) render.View {
	return render.View{Template: "peoplepages/account", Title: name, Nav: "people"}
}

func staffURL(no int) string { return "/people/staff/" + strconv.Itoa(no) }

// roleWords say what each role may do.
var roleWords = map[core.Role]Tick{
	core.RoleAdministrator: {Label: "Administrator", Hint: "staff users, groups, and every page of the other roles"},
	core.RoleConfigurator:  {Label: "Configurator", Hint: "case types, calendars and messages"},
	core.RolePluginAdmin:   {Label: "Plugin administrator", Hint: "installs plugins and says what they may do"},
	core.RoleAuditor:       {Label: "Auditor", Hint: "reads the audit, changes nothing"},
}

func (p *Pages) listStaff(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f := people.AccountFilter{Query: c.Query("q"), Group: c.Query("group"), Deactivated: c.Query("state") == "deactivated"}
	accounts, err := p.people.Accounts(ctx, render.Actor(c), f)
	if err != nil {
		return err
	}
	groups, err := p.people.Groups(ctx)
	if err != nil {
		return err
	}
	page := StaffListPage{
		Tabs: tabs("Staff users"), Query: f.Query, Deactivated: f.Deactivated,
		Group: layout.Field{Name: "group", Label: "Group", Value: f.Group, Options: groupOptions(groups, "Every group")},
	}
	for _, a := range accounts {
		page.Rows = append(page.Rows, staffRow(a, groups))
	}
	return render.Page(c, staffListView, page)
}

func groupOptions(groups []core.Group, none string) []layout.Option {
	options := []layout.Option{{Value: "", Label: none}}
	for _, g := range groups {
		options = append(options, layout.Option{Value: g.Key, Label: g.Name})
	}
	return options
}

func staffRow(a people.Account, groups []core.Group) StaffRow {
	row := StaffRow{Account: a, URL: staffURL(a.No)}
	for _, role := range a.StaffUser.Roles {
		row.Roles = listed(row.Roles, roleWords[role].Label)
	}
	for _, g := range groups {
		if slices.Contains(a.Groups, g.Key) {
			row.Teams = listed(row.Teams, g.Name)
		}
	}
	return row
}

func listed(list, one string) string {
	if list == "" {
		return one
	}
	return list + ", " + one
}

// staffForm shows what an account is, or was typed to be.
func staffForm(action string, in people.UserInput, groups []core.Group, problems render.Problems) StaffForm {
	form := StaffForm{
		Action: action, Problems: problems,
		Name:  layout.Field{Name: "name", Label: "Name", Value: clip(in.Name, 200), MaxLength: 200, Autocomplete: "off", Error: problems.For("name")},
		Email: layout.Field{Name: "email", Label: "Email address", Hint: "They sign in with it", Value: clip(in.Email, 254), MaxLength: 254, Type: "email", Autocomplete: "off", Plain: true, Error: problems.For("email")},
	}
	for _, role := range core.Roles() {
		tick := roleWords[role]
		tick.Value, tick.On = string(role), slices.Contains(in.Roles, role)
		form.Roles = append(form.Roles, tick)
	}
	for _, g := range groups {
		form.Groups = append(form.Groups, Tick{Value: g.Key, Label: g.Name, On: slices.Contains(in.Groups, g.Key)})
	}
	return form
}

func inputOf(u core.StaffUser) people.UserInput {
	return people.UserInput{Name: u.Name, Email: u.Email, Roles: u.Roles, Groups: u.Groups}
}

func typedUser(c *fiber.Ctx) people.UserInput {
	in := people.UserInput{Name: c.FormValue("name"), Email: c.FormValue("email"), Groups: values(c, "groups")}
	for _, role := range values(c, "roles") {
		in.Roles = append(in.Roles, core.Role(role))
	}
	return in
}

var staffFields = []string{"name", "email", "roles", "groups"}

func (p *Pages) newStaff(c *fiber.Ctx) error {
	groups, err := p.people.Groups(c.UserContext())
	if err != nil {
		return err
	}
	return render.Page(c, newStaffView, staffForm("/people/staff", people.UserInput{}, groups, render.Problems{}))
}

func (p *Pages) createStaff(c *fiber.Ctx) error {
	ctx, in := c.UserContext(), typedUser(c)
	user, err := p.people.CreateUser(ctx, render.Actor(c), in)
	if err != nil {
		groups, groupsErr := p.people.Groups(ctx)
		if groupsErr != nil {
			return groupsErr
		}
		return again(c, newStaffView, err, func(problems render.Problems) any {
			return staffForm("/people/staff", in, groups, problems)
		}, staffFields...)
	}
	return render.Done(c, staffURL(user.No), render.Toast{Text: "The account is made. Now make a link for the password."})
}

// staffPage reads an account for its page; in is what the form shows.
func (p *Pages) staffPage(c *fiber.Ctx, account people.Account, in people.UserInput, problems render.Problems) (StaffPage, error) {
	ctx, by := c.UserContext(), render.Actor(c)
	groups, err := p.people.Groups(ctx)
	if err != nil {
		return StaffPage{}, err
	}
	recorded, err := p.people.AccountHistory(ctx, by, account.ID)
	if err != nil {
		return StaffPage{}, err
	}
	history, err := p.changes(ctx, recorded)
	if err != nil {
		return StaffPage{}, err
	}
	url := staffURL(account.No)
	return StaffPage{
		Account: account, Self: by.StaffID() == account.ID, URL: url,
		Form: staffForm(url, in, groups, problems), History: history,
	}, nil
}

func (p *Pages) account(c *fiber.Ctx) (people.Account, error) {
	no, err := number(c, errNoUser)
	if err != nil {
		return people.Account{}, err
	}
	return p.people.FindAccount(c.UserContext(), render.Actor(c), no)
}

func (p *Pages) showStaff(c *fiber.Ctx) error {
	account, err := p.account(c)
	if err != nil {
		return err
	}
	page, err := p.staffPage(c, account, inputOf(account.StaffUser), render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, staffView(account.Name), page)
}

func (p *Pages) editStaff(c *fiber.Ctx) error {
	account, err := p.account(c)
	if err != nil {
		return err
	}
	in := typedUser(c)
	refused := p.people.UpdateUser(c.UserContext(), render.Actor(c), account.ID, in)
	if refused == nil {
		return render.Done(c, staffURL(account.No), render.Toast{Text: "The account is saved."})
	}
	problems, ok := render.ProblemsOf(refused, staffFields...)
	if !ok {
		return refused
	}
	page, err := p.staffPage(c, account, in, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, staffView(account.Name), page)
}

// act does something to the account of the address and leads back to its page.
func (p *Pages) act(c *fiber.Ctx, words string, do func(people.Account) error) error {
	account, err := p.account(c)
	if err != nil {
		return err
	}
	if err := do(account); err != nil {
		return err
	}
	return render.Done(c, staffURL(account.No), render.Toast{Text: account.Name + words})
}

func (p *Pages) deactivate(c *fiber.Ctx) error {
	return p.act(c, " is deactivated and signed out everywhere.", func(a people.Account) error {
		return p.options.Deactivate(c.UserContext(), render.Actor(c), a.ID)
	})
}

func (p *Pages) activate(c *fiber.Ctx) error {
	return p.act(c, " may sign in again.", func(a people.Account) error {
		return p.people.Activate(c.UserContext(), render.Actor(c), a.ID)
	})
}

func (p *Pages) unlock(c *fiber.Ctx) error {
	return p.act(c, " may try again at once.", func(a people.Account) error {
		return p.people.Unlock(c.UserContext(), render.Actor(c), a.ID)
	})
}

// passwordLink shows the link in the answer itself: it is a secret that is
// kept nowhere, so no other page could show it.
func (p *Pages) passwordLink(c *fiber.Ctx) error {
	account, err := p.account(c)
	if err != nil {
		return err
	}
	link, until, err := p.people.NewPasswordLink(c.UserContext(), render.Actor(c), account.ID)
	if err != nil {
		return err
	}
	page, err := p.staffPage(c, account, inputOf(account.StaffUser), render.Problems{})
	if err != nil {
		return err
	}
	page.Link, page.Until = link, until
	return render.Page(c, staffView(account.Name), page)
}
