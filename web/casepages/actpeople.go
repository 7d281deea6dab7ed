package casepages

import (
	"context"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
)

func assignForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	members, err := p.People.GroupMembers(ctx, o.Case.Group)
	if err != nil {
		return ActForm{}, err
	}
	var options []layout.Option
	for _, u := range members {
		if u.ID != o.Case.Assignee {
			options = append(options, layout.Option{Value: strconv.Itoa(u.No), Label: u.Name})
		}
	}
	return ActForm{
		Hint:   "Somebody of " + o.team(o.Case.Group) + ".",
		Fields: []layout.Field{choose(in, "to", "Assign to", options...), noteField(in, "Note", "A private note on the case")},
	}, nil
}

func assignCommands(ctx context.Context, p *Pages, o *opened, in input) ([]cases.Command, error) {
	to, err := p.staffByNo(ctx, in.number("to"), o.Case.Group)
	if err != nil {
		return nil, err
	}
	return withNote(in, &cases.Assign{To: to}), nil
}

// staffByNo finds a member of one of the groups by the number a form shows.
func (p *Pages) staffByNo(ctx context.Context, no int, groups ...string) (core.StaffID, error) {
	for _, group := range groups {
		members, err := p.People.GroupMembers(ctx, group)
		if err != nil {
			return core.StaffID{}, err
		}
		for _, u := range members {
			if u.No == no {
				return u.ID, nil
			}
		}
	}
	return core.StaffID{}, core.InvalidField("to", "Choose somebody from the list.")
}

func reassignForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	group := choose(in, "group", "To the group")
	person := layout.Field{
		Name: "to", Label: "And to a person there", Value: in.text("to"), Optional: true,
		Options: []layout.Option{{Value: "", Label: "Nobody yet: the group claims it"}},
	}
	for _, key := range o.Type.Holders() {
		label := o.team(key)
		if key == o.Case.Group {
			label += " (has it now)"
		}
		group.Options = append(group.Options, layout.Option{Value: key, Label: label})
		members, err := p.People.GroupMembers(ctx, key)
		if err != nil {
			return ActForm{}, err
		}
		for _, u := range members {
			value := strconv.Itoa(u.No)
			if !slices.ContainsFunc(person.Options, func(option layout.Option) bool { return option.Value == value }) {
				person.Options = append(person.Options, layout.Option{Value: value, Label: u.Name + ", " + o.team(key)})
			}
		}
	}
	fields := append([]layout.Field{group, person}, reasonField(in, o.Type.Reasons.Reassign, "Reason")...)
	return ActForm{Fields: append(fields, noteField(in, "Note", "A private note on the case"))}, nil
}

func reassignCommands(ctx context.Context, p *Pages, o *opened, in input) ([]cases.Command, error) {
	command := &cases.Reassign{Group: in.text("group"), Reason: in.text("reason")}
	if in.text("to") != "" {
		to, err := p.staffByNo(ctx, in.number("to"), o.Type.Holders()...)
		if err != nil {
			return nil, err
		}
		command.To = to
	}
	// The note comes first: whoever hands a case away may not write on it afterwards.
	return slices.Concat(withNote(in), []cases.Command{command}), nil
}

func contactForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	was := o.Case.Contact
	if in("name") != nil {
		was = contactOf(in)
	}
	return ActForm{
		Hint: "Of this case. The change is recorded and " + o.firstName() + " is told.",
		Fields: []layout.Field{
			{Name: "name", Label: "Name", Value: was.Name, MaxLength: 500, Autocomplete: "off"},
			{Name: "email", Label: "Email", Value: was.Email, Type: "email", MaxLength: 254, Autocomplete: "off", Plain: true, Optional: true},
			{Name: "phone", Label: "Telephone", Value: was.Phone, Type: "tel", MaxLength: 500, Autocomplete: "off", Optional: true},
			{Name: "address", Label: "Address", Value: was.Address, Rows: 3, MaxLength: 500, Optional: true},
		},
	}, nil
}

func contactOf(in input) core.Contact {
	return core.Contact{Name: in.text("name"), Email: in.text("email"), Phone: in.text("phone"), Address: in.text("address")}
}

func contactCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&cases.ChangeContact{Contact: contactOf(in)}}, nil
}
