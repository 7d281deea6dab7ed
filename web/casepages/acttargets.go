package casepages

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
)

// targetForm names the target that a form is about.
func targetForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	rule, known := o.Type.Target(in.text("target"))
	if !known {
		return ActForm{}, core.NotFound("This case has no such target.")
	}
	return ActForm{Hint: "Target: " + rule.Name.String(), Hidden: []Hidden{{"target", rule.Key}}}, nil
}

func targetReason(in input) layout.Field {
	return layout.Field{Name: "reason", Label: "Reason", Hint: "Stands in the ledger, with your name", Value: in.text("reason"), MaxLength: 500}
}

func targetReasonForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := targetForm(ctx, p, o, in)
	form.Fields = []layout.Field{targetReason(in)}
	return form, err
}

func extendForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := targetForm(ctx, p, o, in)
	if err != nil {
		return form, err
	}
	reason := targetReason(in)
	if rule, _ := o.Type.Target(in.text("target")); rule.Extend != nil {
		if !rule.Extend.AtMost.IsZero() {
			form.Hint += ". By " + rule.Extend.AtMost.String() + " in all at most."
		}
		reason.Optional = rule.Extend.Reason != "required"
	}
	form.Fields = []layout.Field{{Name: "by", Label: "By how much?", Hint: "Such as “2 working days” or “4 working hours”", Value: in.text("by"), MaxLength: 40}, reason}
	return form, nil
}

func extendCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	by, err := core.ParseSpan(strings.TrimSpace(in.text("by")))
	if err != nil {
		return nil, core.InvalidField("by", "%s", messageOf(err))
	}
	if by.IsZero() {
		return nil, core.InvalidField("by", "Say by how much, such as “2 working days”.")
	}
	return []cases.Command{&targets.Extend{Target: in.text("target"), By: by, Reason: in.text("reason")}}, nil
}

const localTime = "2006-01-02T15:04" // as browsers send it

func setForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form, err := targetForm(ctx, p, o, in)
	form.Fields = []layout.Field{{Name: "due_at", Label: "Due", Type: "datetime-local", Value: in.text("due_at")}, targetReason(in)}
	return form, err
}

func setCommands(_ context.Context, _ *Pages, o *opened, in input) ([]cases.Command, error) {
	due, err := time.ParseInLocation(localTime, in.text("due_at"), o.zone)
	if err != nil {
		return nil, core.InvalidField("due_at", "Enter a real date and time.")
	}
	return []cases.Command{&targets.Set{Target: in.text("target"), DueAt: due, Reason: in.text("reason")}}, nil
}

// receivedForm asks when a case was received, and why it is not as it stands.
func receivedForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	value := in.text("received")
	if value == "" {
		value = o.Case.ReceivedAt.In(o.zone).Format(localTime)
	}
	reason := targetReason(in)
	reason.Hint = "Such as the postmark. Stands in the history and in the ledger of each target, with your name"
	return ActForm{
		Hint:   "Targets that count from the date received follow. Pauses and extensions stay.",
		Fields: []layout.Field{{Name: "received", Label: "Received", Type: "datetime-local", Value: value}, reason},
	}, nil
}

func receivedCommands(_ context.Context, _ *Pages, o *opened, in input) ([]cases.Command, error) {
	at, err := time.ParseInLocation(localTime, in.text("received"), o.zone)
	if err != nil {
		return nil, core.InvalidField("received", "Enter a real date and time.")
	}
	return []cases.Command{&cases.ChangeReceived{Received: at, Reason: in.text("reason")}}, nil
}

func pauseCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&targets.Pause{Target: in.text("target"), Reason: in.text("reason")}}, nil
}

func resumeCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&targets.Resume{Target: in.text("target")}}, nil
}

func clearCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&targets.Clear{Target: in.text("target"), Reason: in.text("reason")}}, nil
}
