package casepages

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
)

func answerForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	q, err := p.Questions.Find(ctx, o.Case.ID, in.number("question"))
	if err != nil {
		return ActForm{}, err
	}
	return ActForm{
		Hint: "Question: " + excerpt(q.Body, 200), Hidden: []Hidden{{"question", strconv.Itoa(q.No)}},
		Fields: []layout.Field{
			{Name: "answer", Label: "What did " + o.firstName() + " answer?", Value: clipped(in.text("answer")), Rows: 4, MaxLength: core.MaxNote}, channelField(in),
		},
	}, nil
}

// channelField asks how something reached staff that somebody told them.
func channelField(in input) layout.Field {
	field := choose(in, "channel", "How did it reach us?")
	for _, c := range []core.Channel{core.ChannelTelephone, core.ChannelCounter, core.ChannelLetter, core.ChannelEmail} {
		words := channelWords[c]
		field.Options = append(field.Options, layout.Option{Value: string(c), Label: strings.ToUpper(words[:1]) + words[1:]})
	}
	return field
}

func answerCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&questions.RecordAnswer{
		No: in.number("question"), Answer: in.text("answer"), Channel: core.Channel(in.text("channel")),
	}}, nil
}

func taskAddForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	kind := layout.Field{Name: "type", Label: "Kind", Value: in.text("type")}
	for _, t := range o.Type.Tasks {
		kind.Options = append(kind.Options, layout.Option{Value: t.Key, Label: t.Name.String()})
	}
	kind.Options = append(kind.Options, layout.Option{Value: "", Label: "Something else"})
	group := layout.Field{Name: "group", Label: "For the group", Value: in.text("group"), Options: []layout.Option{{Value: "", Label: "As the kind of task says"}}}
	for _, key := range slices.SortedFunc(maps.Keys(o.teams), func(a, b string) int { return strings.Compare(o.teams[a], o.teams[b]) }) {
		group.Options = append(group.Options, layout.Option{Value: key, Label: o.teams[key]})
	}
	person := layout.Field{Name: "assignee", Label: "And for a person there", Value: in.text("assignee"), Optional: true, Options: []layout.Option{{Value: "", Label: "Nobody yet"}}}
	users, err := p.People.Users(ctx)
	if err != nil {
		return ActForm{}, err
	}
	for _, u := range users {
		person.Options = append(person.Options, layout.Option{Value: strconv.Itoa(u.No), Label: u.Name})
	}
	return ActForm{
		Fields: []layout.Field{
			kind,
			{Name: "title", Label: "What is to be done?", Hint: "Left empty, it is called what its kind is called", Value: in.text("title"), MaxLength: 200, Optional: true},
			{Name: "brief", Label: "Brief", Hint: "Whoever gets the task reads this", Value: clipped(in.text("brief")), Rows: 3, Optional: true, MaxLength: core.MaxNote},
			group, person,
			{Name: "due_at", Label: "Due", Hint: "Left empty, as its kind says", Value: in.text("due_at"), Type: "date", Optional: true},
		},
		Ticks: []Tick{{Name: "optional", Value: "1", Label: "The case may close without it (only for “Something else”)", Checked: in.text("optional") != ""}},
	}, nil
}

func taskAddCommands(ctx context.Context, p *Pages, o *opened, in input) ([]cases.Command, error) {
	due, err := o.endOfDay(in.text("due_at"), "due_at")
	if err != nil {
		return nil, err
	}
	add := &tasks.Add{
		Type: in.text("type"), Title: in.text("title"), Brief: in.text("brief"), Group: in.text("group"), DueAt: due, Optional: in.text("optional") != "",
	}
	if in.text("assignee") == "" {
		return []cases.Command{add}, nil
	}
	users, err := p.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(users, func(u core.StaffUser) bool { return u.No == in.number("assignee") })
	if i < 0 {
		return nil, core.InvalidField("assignee", "Choose somebody from the list.")
	}
	add.Assignee = users[i].ID
	return []cases.Command{add}, nil
}

// endOfDay reads a date as the end of a working day; "" is no time.
func (o *opened) endOfDay(typed, field string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, o.zone)
	if err != nil {
		return time.Time{}, core.InvalidField(field, "Enter a real date.")
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 17, 0, 0, 0, o.zone), nil
}

func taskForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	task, err := p.Tasks.Find(ctx, o.by, o.Seen, in.number("task"))
	if err != nil {
		return ActForm{}, err
	}
	return ActForm{Hint: "Task " + strconv.Itoa(task.No) + ": " + task.Title, Hidden: []Hidden{{"task", strconv.Itoa(task.No)}}}, nil
}

func taskCompleteForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := taskForm(ctx, p, o, in)
	form.Fields = []layout.Field{{Name: "outcome", Label: "What came of it?", Value: clipped(in.text("outcome")), Rows: 4, Optional: true, MaxLength: core.MaxNote}}
	return form, err
}

// completeTask takes a task through its workflow, which may be anybody's.
func completeTask(ctx context.Context, p *Pages, o *opened, in input) error {
	_, err := p.Tasks.Submit(ctx, o.by, o.Seen, in.number("task"), in.text("outcome"), in.text("once"))
	return err
}

func taskCancelForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := taskForm(ctx, p, o, in)
	form.Fields = []layout.Field{{Name: "reason", Label: "Why is it cancelled?", Value: in.text("reason"), MaxLength: 500}}
	return form, err
}

func taskCancelCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&tasks.Cancel{No: in.number("task"), Reason: in.text("reason")}}, nil
}

func fileForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	file, err := p.Attachments.Find(ctx, o.Seen, in.number("file"))
	if err != nil {
		return ActForm{}, err
	}
	return ActForm{Hint: file.Name, Hidden: []Hidden{{"file", strconv.Itoa(file.No)}}}, nil
}

func publishCommands(audience core.Audience) func(context.Context, *Pages, *opened, input) ([]cases.Command, error) {
	return func(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
		return []cases.Command{&attachments.Publish{No: in.number("file"), Audience: audience}}, nil
	}
}

// showCommands put a picture on the public page of the report, or take it off.
func showCommands(shown bool) func(context.Context, *Pages, *opened, input) ([]cases.Command, error) {
	return func(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
		return []cases.Command{&attachments.Show{No: in.number("file"), Shown: shown}}, nil
	}
}

func fileDeleteCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&attachments.Delete{No: in.number("file")}}, nil
}
