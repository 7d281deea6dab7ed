package casepages

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// acts is the table of everything the page of a case can do, by the word in
// its address.
var acts = map[string]act{
	"ask": {label: "Ask a question", icon: "question", key: "q", composer: string(notes.ModeQuestion), offered: working},

	"claim": {
		label: "Claim", icon: "person", key: "c", quick: true, title: "Claim this case", done: "it is yours now",
		offered:  func(o *opened) bool { return working(o) && o.Case.Assignee.IsZero() },
		commands: just(func() cases.Command { return cases.Claim{} }),
	},
	"start-work": {
		label: "Start work", icon: "play", key: "w", quick: true, done: "work has started",
		offered: func(o *opened) bool {
			_, may := startStatus(o)
			return working(o) && o.Case.StatusKind == core.StatusStart && may && (o.Case.Assignee.IsZero() || o.mine())
		},
		commands: just(func() cases.Command { return cases.StartWork{} }),
	},
	"release": {
		label: "Release", icon: "undo", quick: true, title: "Put this case back for its group", done: "it is back with its group",
		offered: func(o *opened) bool {
			return working(o) && !o.Case.Assignee.IsZero() && (o.mine() || o.MayDo(core.MayReassign))
		},
		commands: just(func() cases.Command { return cases.Release{} }),
	},
	"assign": {
		label: "Assign", icon: "person", key: "a", title: "Assign to a colleague", done: "assigned",
		offered: working, form: assignForm, commands: assignCommands,
	},
	"reassign": {
		label: "Reassign to a group", icon: "people", title: "Reassign", button: "Reassign", done: "reassigned",
		offered:  func(o *opened) bool { return o.MayDo(core.MayReassign) && !o.Case.IsFinal() },
		form:     reassignForm,
		commands: reassignCommands,
	},

	"status": {
		label: "Change status", icon: "ring-half", key: "s", done: "the status is changed",
		offered: func(o *opened) bool { return working(o) && len(o.Type.Moves(o.Case.Status)) > 0 },
		form:    statusForm, settles: chosen,
		commands: to(func(key string) cases.Command { return &cases.ChangeStatus{To: key} }),
	},
	"resume-work": {
		label: "Resume work", icon: "play", quick: true, done: "work goes on",
		offered: func(o *opened) bool {
			_, may := startStatus(o)
			return working(o) && o.Case.StatusKind == core.StatusWaiting && may
		},
		form: func(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
			return ActForm{Hidden: destination(startStatus(o))}, nil
		},
		commands: to(func(key string) cases.Command { return &cases.ChangeStatus{To: key} }),
	},
	"resolve": {
		label: "Resolve", icon: "ok", key: "r", title: "Resolve this case", done: "resolved",
		offered: func(o *opened) bool { _, may := resolvedStatus(o); return working(o) && may },
		form:    resolveForm, commands: resolveCommands,
		settles: chosen,
	},
	"stage": {
		label: "Change stage", icon: "right", done: "the stage is changed",
		offered:  func(o *opened) bool { return working(o) && len(o.Type.Stages) > 1 },
		form:     stageForm,
		commands: to(func(key string) cases.Command { return &cases.ChangeStage{To: key} }),
	},
	"subtype": {
		label: "Change subtype", icon: "sort", done: "the subtype is changed",
		offered:  func(o *opened) bool { return working(o) && len(o.Type.Subtypes) > 0 },
		form:     subtypeForm,
		commands: to(func(key string) cases.Command { return &cases.ChangeSubtype{To: key} }),
	},
	"priority": {
		label: "Change priority", icon: "flag", key: "p", done: "the priority is changed",
		offered:  func(o *opened) bool { return working(o) && len(o.Type.Priorities) > 1 },
		form:     priorityForm,
		commands: to(func(key string) cases.Command { return &cases.ChangePriority{To: key} }),
	},

	"escalate": {
		label: "Escalate", icon: "flag", key: "e", done: "escalated",
		offered: func(o *opened) bool {
			return o.MayDo(core.MayEscalate) && !o.Case.IsFinal() && o.Case.Level < len(o.Type.Groups[core.DutyEscalation])
		},
		form: escalateForm, commands: escalateCommands,
	},
	"de-escalate": {
		label: "De-escalate", icon: "undo", done: "no longer escalated",
		offered: func(o *opened) bool { return o.MayDo(core.MayEscalate) && o.Case.Level > 0 && !o.Case.IsFinal() },
		form:    deEscalateForm, commands: deEscalateCommands,
	},

	"close": {
		label: "Close", icon: "check", title: "Close this case", done: "closed",
		offered: func(o *opened) bool {
			return o.MayDo(core.MayClose) && !o.Case.IsFinal() && len(o.Type.Reasons.Close) > 0
		},
		form: closeForm, commands: closeCommands,
		settles: func(o *opened, _ input) string { s, _ := o.Type.FirstStatus(core.StatusFinal); return s.Key },
	},
	"cancel": {
		label: "Cancel the case", icon: "x", title: "Cancel this case", button: "Cancel the case", danger: true, done: "cancelled",
		offered: func(o *opened) bool { return o.MayDo(core.MayClose) && !o.Case.IsFinal() },
		form:    cancelForm,
		commands: func(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
			return []cases.Command{&cases.Cancel{Reason: in.text("reason")}}, nil
		},
		settles: func(o *opened, _ input) string { return "cancelled" },
	},
	"reopen": {
		label: "Reopen", icon: "play", title: "Reopen this case", done: "reopened",
		offered: func(o *opened) bool {
			_, known := o.Type.Status(o.Type.Reopen.To)
			return o.MayDo(core.MayClose) && !o.Case.IsOpen() && known
		},
		form: reopenForm, commands: reopenCommands,
	},

	"satisfaction": {
		label: "Record satisfaction", icon: "message", button: "Record it", done: "the answer is recorded",
		offered: maySatisfy, form: satisfiedForm, commands: satisfiedCommands,
	},

	"received": {
		label: "Change the date received", icon: "calendar", title: "When was it received?", button: "Save", done: "the date received is changed, and targets follow",
		offered: working, form: receivedForm, commands: receivedCommands,
	},
	"contact": {
		label: "Edit contact details", icon: "edit", title: "Contact details", button: "Save", done: "the contact details are changed",
		offered: func(o *opened) bool { return o.MayDo(core.MayWork) && !o.Case.Anonymous },
		form:    contactForm, commands: contactCommands,
	},
	"place": {
		label: "Edit the place", icon: "map", title: "Where is it?", button: "Save", done: "the place is changed",
		offered: func(o *opened) bool { return o.MayDo(core.MayWork) }, form: placeForm, commands: placeCommands,
	},
	"field": {
		label: "Edit", icon: "edit", title: "Change a field", button: "Save", done: "the field is changed", tab: tabDetails,
		offered: func(o *opened) bool { return o.MayDo(core.MayWork) }, form: fieldForm, commands: fieldCommands,
	},

	"answer": {
		label: "Record an answer", icon: "message", button: "Record the answer", done: "the answer is recorded", tab: tabHistory,
		offered: working, form: answerForm, commands: answerCommands,
	},

	"task-add":      {label: "Add a task", icon: "task", key: "t", done: "the task is added", tab: tabTasks, offered: working, form: taskAddForm, commands: taskAddCommands},
	"task-complete": {label: "Complete the task", icon: "ok", done: "the task is done", tab: tabTasks, form: taskCompleteForm, do: completeTask},
	"task-cancel":   {label: "Cancel the task", icon: "x", danger: true, done: "the task is cancelled", tab: tabTasks, offered: working, form: taskCancelForm, commands: taskCancelCommands},
	"task-assign":   {label: "Reassign the task", icon: "people", title: "Reassign the task", button: "Reassign", done: "the task is reassigned", tab: tabTasks, offered: working, form: taskAssignForm, commands: taskAssignCommands},
	"task-due":      {label: "Change the due time", icon: "clock", done: "the due time of the task is changed", tab: tabTasks, offered: working, form: taskDueForm, commands: taskDueCommands},
	"task-return":   {label: "Take the task up again", icon: "undo", button: "Take up again", done: "the task is open again", tab: tabTasks, offered: working, form: taskReturnForm, commands: taskReturnCommands},

	"link":   {label: "Link a case", icon: "link", button: "Link", done: "the two cases are linked", tab: tabLinks, offered: mayLink, form: linkForm, commands: linkCommands},
	"unlink": {label: "Remove the link", icon: "x", danger: true, done: "the link is removed", tab: tabLinks, offered: mayLink, form: unlinkForm, commands: unlinkCommands, undo: relink},

	"file-publish":  {label: "Publish", icon: "eye", title: "Publish this file", done: "the requester can see the file", tab: tabAttachments, quick: true, form: fileForm, commands: publishCommands(core.Public)},
	"file-withdraw": {label: "Withdraw", icon: "lock", title: "Withdraw this file", done: "only staff see the file", tab: tabAttachments, quick: true, form: fileForm, commands: publishCommands(core.Staff)},
	"file-delete":   {label: "Delete", icon: "trash", title: "Delete this file", button: "Delete the file", danger: true, done: "the file is deleted", tab: tabAttachments, form: fileForm, commands: fileDeleteCommands},

	"file-show": {label: "Show publicly", icon: "eye", title: "Show this picture publicly", done: "everybody can see the picture", tab: tabAttachments, quick: true, form: fileForm, commands: showCommands(true)},
	"file-hide": {label: "Hide publicly", icon: "lock", title: "Hide this picture", done: "the picture is not public any more", tab: tabAttachments, quick: true, form: fileForm, commands: showCommands(false)},

	"follow": {
		label: "Follow", icon: "bell", quick: true, done: "you hear of this case", commands: just(func() cases.Command { return &followers.Add{} }),
		offered: func(o *opened) bool { return o.MayDo(core.MayFollow) && o.by.IsStaff() },
	},
	"unfollow": {
		label: "Stop following", icon: "x", quick: true, done: "you follow it no more", commands: just(func() cases.Command { return &followers.Remove{} }),
		offered: func(o *opened) bool { return o.MayDo(core.MayFollow) && o.by.IsStaff() },
	},

	"target-extend": {label: "Extend", icon: "plus", title: "Extend a target", done: "the target is extended", offered: working, form: extendForm, commands: extendCommands},
	"target-set":    {label: "Set the due time", icon: "calendar", title: "Set a due time", done: "the due time is set", offered: working, form: setForm, commands: setCommands},
	"target-pause":  {label: "Pause", icon: "pause", title: "Pause a target", done: "the clock stands still", offered: working, form: targetReasonForm, commands: pauseCommands},
	"target-resume": {label: "Resume", icon: "play", title: "Resume a target", done: "the clock runs again", offered: working, form: targetForm, commands: resumeCommands},
	"target-clear":  {label: "Clear", icon: "x", title: "Clear a target", done: "the target is cleared", offered: working, form: targetReasonForm, commands: clearCommands},
}

// working reports whether the reader may work on the case as it stands.
func working(o *opened) bool { return o.MayDo(core.MayWork) && !o.Case.IsFinal() }

// just is the commands of an act without a choice.
func just(command func() cases.Command) func(context.Context, *Pages, *opened, input) ([]cases.Command, error) {
	return func(context.Context, *Pages, *opened, input) ([]cases.Command, error) {
		return []cases.Command{command()}, nil
	}
}

// to is the command of an act with one choice.
func to(command func(key string) cases.Command) func(context.Context, *Pages, *opened, input) ([]cases.Command, error) {
	return func(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
		return []cases.Command{command(in.text("to"))}, nil
	}
}

func chosen(_ *opened, in input) string { return in.text("to") }

// startStatus is the open status that work begins or goes on in.
func startStatus(o *opened) (core.Status, bool) { return firstMove(o, core.StatusOpen) }

// destination goes with a form that leads to one status, so that the same form
// means the same when it is sent again.
func destination(s core.Status, _ bool) []Hidden { return []Hidden{{"to", s.Key}} }

func resolvedStatus(o *opened) (core.Status, bool) { return firstMove(o, core.StatusResolved) }

func firstMove(o *opened, kind core.StatusKind) (core.Status, bool) {
	moves := o.Type.Moves(o.Case.Status)
	i := slices.IndexFunc(moves, func(s core.Status) bool { return s.Kind == kind })
	if i < 0 {
		return core.Status{}, false
	}
	return moves[i], true
}

func messageOf(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}

// choose is a field with options, the first of which is no choice.
func choose(in input, name, label string, options ...layout.Option) layout.Field {
	return layout.Field{
		Name: name, Label: label, Value: in.text(name), Options: append([]layout.Option{{Value: "", Label: "Choose"}}, options...),
	}
}

func reasonField(in input, list []core.Reason, label string) []layout.Field {
	if len(list) == 0 {
		return nil
	}
	var options []layout.Option
	for _, r := range list {
		options = append(options, layout.Option{Value: r.Key, Label: r.Name.String()})
	}
	return []layout.Field{choose(in, "reason", label, options...)}
}

func noteField(in input, label, hint string) layout.Field {
	return layout.Field{Name: "note", Label: label, Hint: hint, Value: clipped(in.text("note")), Rows: 3, Optional: true, MaxLength: core.MaxNote}
}

// clipped keeps what is shown again to what could be kept.
func clipped(s string) string {
	if r := []rune(s); len(r) > core.MaxNote {
		return string(r[:core.MaxNote])
	}
	return s
}

// withNote adds a note for staff to commands, if one was written.
func withNote(in input, commands ...cases.Command) []cases.Command {
	if strings.TrimSpace(in.text("note")) != "" {
		commands = append(commands, &notes.Add{Body: in.text("note")})
	}
	return commands
}

func statusForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	var options []layout.Option
	for _, s := range o.Type.Moves(o.Case.Status) {
		options = append(options, layout.Option{Value: s.Key, Label: s.Name.String()})
	}
	return ActForm{Hint: "Now: " + o.status(o.Case.Status), Fields: []layout.Field{choose(in, "to", "New status", options...)}}, nil
}

func stageForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	var options []layout.Option
	for _, s := range o.Type.Stages {
		if s.Key != o.Case.Stage {
			options = append(options, layout.Option{Value: s.Key, Label: s.Name.String()})
		}
	}
	hint := ""
	if now, i := o.Type.Stage(o.Case.Stage); i >= 0 {
		hint = "Now: " + now.Name.String()
	}
	return ActForm{Hint: hint, Fields: []layout.Field{choose(in, "to", "New stage", options...)}}, nil
}

func subtypeForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	var options []layout.Option
	for _, s := range o.Type.Subtypes {
		if s.Key != o.Case.Subtype {
			options = append(options, layout.Option{Value: s.Key, Label: s.Name.String()})
		}
	}
	return ActForm{Hint: "The case stays with its group.", Fields: []layout.Field{choose(in, "to", "New subtype", options...)}}, nil
}

func priorityForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	var options []layout.Option
	for _, c := range o.Type.Priorities {
		if c.Key != o.Case.Priority {
			options = append(options, layout.Option{Value: c.Key, Label: c.Name.String()})
		}
	}
	return ActForm{Fields: []layout.Field{choose(in, "to", "New priority", options...)}}, nil
}

func resolveForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	return ActForm{
		Hidden: destination(resolvedStatus(o)),
		Hint:   "The requester sees “" + publicName(o) + "”. They can answer, and the case comes back then.",
		Fields: []layout.Field{{
			Name: "public", Label: "What do you tell " + o.firstName() + "?", Hint: "A public note. Leave it empty if you have told them already.",
			Value: clipped(in.text("public")), Rows: 5, Optional: true, MaxLength: core.MaxNote,
		}},
	}, nil
}

func publicName(o *opened) string {
	s, _ := resolvedStatus(o)
	return s.PublicName(core.DefaultLanguage)
}

func resolveCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	var commands []cases.Command
	if strings.TrimSpace(in.text("public")) != "" {
		commands = append(commands, &notes.Add{Body: in.text("public"), Audience: core.Public})
	}
	return append(commands, &cases.ChangeStatus{To: in.text("to")}), nil
}

func escalateForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	groups := o.Type.Groups[core.DutyEscalation]
	hint := ""
	if o.Case.Level < len(groups) {
		hint = "To level " + itoa(o.Case.Level+1) + ": " + o.team(groups[o.Case.Level]) + " are told and can work on it. The case manager stays."
	}
	fields := reasonField(in, o.Type.Reasons.Escalate, "Reason")
	return ActForm{Hint: hint, Fields: append(fields, noteField(in, "Note", "A private note on the case"))}, nil
}

func escalateCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return withNote(in, &cases.Escalate{Reason: in.text("reason")}), nil
}

func deEscalateForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	field := noteField(in, "Why is it no longer escalated?", "A private note on the case")
	field.Optional = false
	return ActForm{Hint: "Those who were told keep seeing the case.", Fields: []layout.Field{field}}, nil
}

func deEscalateCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&cases.DeEscalate{Note: in.text("note")}}, nil
}

func closeForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	f, err := p.facts(ctx, o)
	if err != nil {
		return ActForm{}, err
	}
	form := ActForm{Fields: reasonField(in, o.Type.Reasons.Close, "Why is it closed?"), Obstacles: obstacles(o, f)}
	if len(form.Obstacles) > 0 && o.MayDo(core.MayForceClose) {
		form.Fields = append(form.Fields, layout.Field{
			Name: "force", Label: "Close it all the same, because", Hint: "What stands in the way is passed over, and this is recorded.",
			Value: in.text("force"), MaxLength: 500, Optional: true,
		})
	}
	return form, nil
}

// obstacles names what stands in the way of closing.
func obstacles(o *opened, f facts) []string {
	var out []string
	if n := len(f.openQuestions()); n > 0 {
		out = append(out, render.Plural(n, "question is", "questions are")+" still open.")
	}
	return slices.Concat(out, tasks.Obstacles(o.Type, plain(f.tasks)), links.Obstacles(f.links))
}

func plain(items []tasks.Item) []core.Task {
	out := make([]core.Task, len(items))
	for i, item := range items {
		out[i] = item.Task
	}
	return out
}

func closeCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&cases.Close{Reason: in.text("reason"), Force: in.text("force")}}, nil
}

func cancelForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	return ActForm{
		Hint:   "For cases raised in error or no longer needed. The requester is told; the case stays out of performance figures.",
		Fields: reasonField(in, o.Type.Reasons.Cancel, "Why is it cancelled?"),
	}, nil
}

func reopenForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	hint := "It becomes “" + o.status(o.Type.Reopen.To) + "”."
	if o.Type.Reopen.ClearAssignee {
		hint += " Nobody has it then: its group sees it on its home page."
	}
	return ActForm{Hint: hint, Fields: []layout.Field{noteField(in, "Why?", "A private note on the case")}}, nil
}

func reopenCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return withNote(in, &cases.Reopen{}), nil
}
