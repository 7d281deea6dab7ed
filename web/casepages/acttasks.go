package casepages

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
)

func taskAssignForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := taskForm(ctx, p, o, in)
	if err != nil {
		return form, err
	}
	group := layout.Field{Name: "group", Label: "To the group", Value: in.text("group"), Options: []layout.Option{{Value: "", Label: "Of the person below"}}}
	for _, key := range slices.SortedFunc(maps.Keys(o.teams), func(a, b string) int { return strings.Compare(o.teams[a], o.teams[b]) }) {
		group.Options = append(group.Options, layout.Option{Value: key, Label: o.teams[key]})
	}
	person := layout.Field{Name: "assignee", Label: "And to a person there", Value: in.text("assignee"), Optional: true, Options: []layout.Option{{Value: "", Label: "Nobody yet: the group claims it"}}}
	users, err := p.People.Users(ctx)
	if err != nil {
		return form, err
	}
	for _, u := range users {
		person.Options = append(person.Options, layout.Option{Value: strconv.Itoa(u.No), Label: u.Name})
	}
	form.Fields = []layout.Field{group, person}
	return form, nil
}

func taskAssignCommands(ctx context.Context, p *Pages, _ *opened, in input) ([]cases.Command, error) {
	assign := &tasks.Assign{No: in.number("task"), Group: in.text("group")}
	if in.text("assignee") == "" {
		return []cases.Command{assign}, nil
	}
	users, err := p.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(users, func(u core.StaffUser) bool { return u.No == in.number("assignee") })
	if i < 0 {
		return nil, core.InvalidField("assignee", "Choose somebody from the list.")
	}
	assign.Assignee = users[i].ID
	return []cases.Command{assign}, nil
}

func taskDueForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := taskForm(ctx, p, o, in)
	form.Fields = []layout.Field{{Name: "due_at", Label: "Due", Hint: "Left empty, it has no due time", Value: in.text("due_at"), Type: "date", Optional: true}}
	return form, err
}

func taskDueCommands(_ context.Context, _ *Pages, o *opened, in input) ([]cases.Command, error) {
	due, err := o.endOfDay(in.text("due_at"), "due_at")
	return []cases.Command{&tasks.ChangeDue{No: in.number("task"), DueAt: due}}, err
}

func taskReturnForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := taskForm(ctx, p, o, in)
	form.Fields = []layout.Field{{Name: "reason", Label: "What is to be corrected?", Value: clipped(in.text("reason")), Rows: 4, MaxLength: 2_000}}
	return form, err
}

func taskReturnCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&tasks.Return{No: in.number("task"), Reason: in.text("reason")}}, nil
}
