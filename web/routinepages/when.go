package routinepages

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// Steps are what a routine is made of, as inputs.
type Steps struct {
	When WhenPart
	If   IfPart
	Do   DoPart
}

// WhenPart is what sets a routine off.
type WhenPart struct {
	Error  string
	Kinds  []KindPart
	Batch  string
	Timely bool // time sets it off
}

// KindPart is one sort of trigger, with its inputs.
type KindPart struct {
	Value, Label string
	On           bool
	Groups       []OptionGroup // of events
	Chosen       string        // of them
	Inputs       []editing.Input
	Hint         string
}

func (p *Pages) stepsOf(e *editing.Edit, f form, r core.Routine, at casetypes.Path) Steps {
	return Steps{whenPart(e, f, at.And("when")), p.ifPart(e, f, at.And("if")), p.doPart(e, f, r, at.And("do"))}
}

func whenPart(e *editing.Edit, f form, at casetypes.Path) WhenPart {
	line := func(name, label, value string) editing.Input {
		in := e.Line(name, label, "", value, nil)
		in.Plain = true
		return in
	}
	dates := e.FieldOptions("Choose a field", []core.FieldKind{core.FieldDate}, f.field)
	sides := []layout.Option{{Value: "before", Label: "before"}, {Value: "after", Label: "after"}, {Value: "on", Label: "on the day of"}}
	part := WhenPart{Batch: f.batch, Timely: f.kind != core.TriggerEvent, Kinds: []KindPart{
		{Value: string(core.TriggerEvent), Label: "Something happens", Groups: eventOptions(f.on), Chosen: f.on},
		{Value: string(core.TriggerQuiet), Label: "Nothing has happened for", Inputs: []editing.Input{line("when-quiet", "How long", f.quiet)}, Hint: "Such as 3 working days or 60 days. Cases that have not ended."},
		{Value: string(core.TriggerDate), Label: "A date is near", Inputs: []editing.Input{
			line("when-span", "How long", f.span), e.Choice("when-side", "Before or after", "", f.side, sides, nil), e.Choice("when-field", "Field with the date", "", f.field, dates, nil),
		}, Hint: "Such as 5 working days before. Days begin at midnight."},
		{Value: string(core.TriggerEvery), Label: "A schedule", Inputs: []editing.Input{line("when-every", "Cron’s five fields", f.every)}, Hint: "Minute, hour, day, month, day of the week, by the clocks of the type’s calendar: 0 9 * * 1 is Mondays at 9:00. Every open case."},
	}}
	for i := range part.Kinds {
		part.Kinds[i].On = part.Kinds[i].Value == string(f.kind)
	}
	if !wasSent(e.Values) {
		part.Error = e.Problem(at)
	}
	return part
}
