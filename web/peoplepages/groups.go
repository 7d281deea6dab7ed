package peoplepages

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// GroupListPage lists the groups and makes new ones.
type GroupListPage struct {
	Tabs             layout.Tabs
	Groups           []people.GroupSize
	Name, Key, Email layout.Field
	Problems         render.Problems
}

// GroupPage is one group.
type GroupPage struct {
	core.Group
	NameField, EmailField layout.Field
	Members               []core.StaffUser
	Add                   layout.Field // those who are not in it
	Problems              render.Problems
}

var groupListView = render.View{Template: "peoplepages/groups", Title: "Groups", Nav: "people"}

func groupView(name string) render.View {
	return render.View{Template: "peoplepages/group", Title: name, Nav: "people"}
}

func groupURL(key string) string { return "/people/groups/" + key }

func groupNameField(value string, problems render.Problems) layout.Field {
	return layout.Field{Name: "name", Label: "Name", Value: clip(value, 200), MaxLength: 200, Autocomplete: "off", Error: problems.For("name")}
}

func groupEmailField(value string, problems render.Problems) layout.Field {
	return layout.Field{
		Name: "email", Label: "Shared mailbox", Hint: "Mail to the group goes there; without one, to each member", Value: clip(value, 254),
		MaxLength: 254, Type: "email", Autocomplete: "off", Plain: true, Optional: true, Error: problems.For("email"),
	}
}

func groupKeyField(value string, problems render.Problems) layout.Field {
	return layout.Field{
		Name: "key", Label: "Key", Hint: "What case types call it; it never changes. Made from the name when empty", Value: clip(value, 60),
		MaxLength: 60, Autocomplete: "off", Plain: true, Optional: true, Error: problems.For("key"),
	}
}

func (p *Pages) groupList(c *fiber.Ctx, g core.Group, problems render.Problems) (GroupListPage, error) {
	groups, err := p.people.GroupSizes(c.UserContext())
	return GroupListPage{
		Tabs: tabs("Groups"), Groups: groups, Problems: problems,
		Name: groupNameField(g.Name, problems), Key: groupKeyField(g.Key, problems), Email: groupEmailField(g.Email, problems),
	}, err
}

func (p *Pages) listGroups(c *fiber.Ctx) error {
	page, err := p.groupList(c, core.Group{}, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, groupListView, page)
}

func (p *Pages) createGroup(c *fiber.Ctx) error {
	g := core.Group{Name: c.FormValue("name"), Key: c.FormValue("key"), Email: c.FormValue("email")}
	made, refused := p.people.CreateGroup(c.UserContext(), render.Actor(c), g)
	if refused == nil {
		return render.Done(c, groupURL(made.Key), render.Toast{Text: "The group is made. Now add its members."})
	}
	problems, ok := render.ProblemsOf(refused, "name", "key", "email")
	if !ok {
		return refused
	}
	page, err := p.groupList(c, g, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, groupListView, page)
}

// groupPage reads a group for its page; typed is what the form shows.
func (p *Pages) groupPage(c *fiber.Ctx, g, typed core.Group, problems render.Problems) (GroupPage, error) {
	ctx := c.UserContext()
	members, err := p.people.GroupMembers(ctx, g.Key)
	if err != nil {
		return GroupPage{}, err
	}
	users, err := p.people.Users(ctx)
	if err != nil {
		return GroupPage{}, err
	}
	add := layout.Field{Name: "member", Label: "Add somebody", Options: []layout.Option{{Value: "", Label: "Choose"}}, Error: problems.For("member")}
	for _, u := range users {
		if !slices.Contains(u.Groups, g.Key) {
			add.Options = append(add.Options, layout.Option{Value: u.Email, Label: u.Name + ", " + u.Email})
		}
	}
	return GroupPage{
		Group: g, Members: members, Add: add, Problems: problems,
		NameField: groupNameField(typed.Name, problems), EmailField: groupEmailField(typed.Email, problems),
	}, nil
}

func (p *Pages) showGroup(c *fiber.Ctx) error {
	g, err := p.people.FindGroup(c.UserContext(), c.Params("key"))
	if err != nil {
		return err
	}
	page, err := p.groupPage(c, g, g, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, groupView(g.Name), page)
}

// change does something to the group of the address; what it refuses stands
// beside the fields.
func (p *Pages) change(c *fiber.Ctx, done string, typed func(core.Group) core.Group, do func(core.Group) error) error {
	g, err := p.people.FindGroup(c.UserContext(), c.Params("key"))
	if err != nil {
		return err
	}
	refused := do(g)
	if refused == nil {
		return render.Done(c, groupURL(g.Key), render.Toast{Text: done})
	}
	problems, ok := render.ProblemsOf(refused, "name", "email", "member")
	if !ok {
		return refused
	}
	page, err := p.groupPage(c, g, typed(g), problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, groupView(g.Name), page)
}

func unchanged(g core.Group) core.Group { return g }

func (p *Pages) editGroup(c *fiber.Ctx) error {
	typed := func(g core.Group) core.Group {
		return core.Group{Key: g.Key, Name: c.FormValue("name"), Email: c.FormValue("email")}
	}
	return p.change(c, "The group is saved.", typed, func(g core.Group) error {
		return p.people.UpdateGroup(c.UserContext(), render.Actor(c), typed(g))
	})
}

func (p *Pages) addMember(c *fiber.Ctx) error {
	return p.change(c, "Added.", unchanged, func(g core.Group) error {
		user, err := p.member(c)
		if err != nil {
			return err
		}
		return p.people.AddMember(c.UserContext(), render.Actor(c), g.Key, user.ID)
	})
}

func (p *Pages) removeMember(c *fiber.Ctx) error {
	return p.change(c, "Removed.", unchanged, func(g core.Group) error {
		user, err := p.member(c)
		if err != nil {
			return err
		}
		return p.people.RemoveMember(c.UserContext(), render.Actor(c), g.Key, user.ID)
	})
}

// member finds the staff user that a form names by their address.
func (p *Pages) member(c *fiber.Ctx) (core.StaffUser, error) {
	email, err := core.ParseEmail(c.FormValue("member"))
	if err != nil {
		return core.StaffUser{}, core.InvalidField("member", "Choose somebody from the list.")
	}
	user, err := p.people.FindUserByEmail(c.UserContext(), email)
	if core.KindOf(err) == core.ErrNotFound {
		return core.StaffUser{}, core.InvalidField("member", "Choose somebody from the list.")
	}
	return user, err
}
