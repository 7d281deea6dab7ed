package targetpages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// asExpression ends the item of a target whose condition is written as an
// expression though rows could say it.
const asExpression = "/expression"

func (p *Pages) targets() editing.Editor {
	return editing.Editor{
		Section: "targets", Aside: p.meaning, Count: func(t *core.CaseType) int { return len(t.Targets) },
		Show: func(e *editing.Edit) (editing.Panel, error) {
			here := *e
			item, written := strings.CutSuffix(e.Item, asExpression)
			here.Item = item
			return editing.Compose("targets", nil, p.entries(written)).Show(&here)
		},
		Change: p.change,
	}
}

// change is every button of the section. Those of a condition keep what was
// typed beside what they do.
func (p *Pages) change(e *editing.Edit) error {
	here := *e
	item, written := strings.CutSuffix(e.Item, asExpression)
	here.Item = item
	i := slices.IndexFunc(e.Type.Targets, func(r core.TargetRule) bool { return "targets/"+r.Key == item })
	if i < 0 || !p.o.Conditions.Presses(e) {
		err := editing.Compose("targets", nil, p.entries(written)).Change(&here)
		if e.Said, e.Item = here.Said, here.Item; written && e.Do == "save" {
			e.Item += asExpression
		}
		return err
	}
	e.Said = "Changed target ‘" + e.Type.Targets[i].Name.String() + "’"
	written, err := p.take(e, &e.Type.Targets[i])
	if e.Item = item; written {
		e.Item += asExpression
	}
	return err
}

func (p *Pages) entries(written bool) editing.Entries[core.TargetRule] {
	return editing.Entries[core.TargetRule]{
		At: casetypes.At("targets"), Noun: "target", Title: "Targets", Ordered: true,
		Of:      func(t *core.CaseType) *[]core.TargetRule { return &t.Targets },
		Key:     func(r core.TargetRule) string { return r.Key },
		Name:    func(r core.TargetRule) string { return r.Name.String() },
		Columns: []string{"Within", "Starts", "Stops", "For"},
		Cells: func(e *editing.Edit, r core.TargetRule) []editing.Cell {
			return []editing.Cell{{Text: promiseWords(r.Within)}, {Text: momentWords(e, r.Starts)}, {Text: momentWords(e, r.Stops)}, {Text: p.forWords(e, r)}}
		},
		Add: func(e *editing.Edit) []editing.Input {
			return []editing.Input{e.SpanLine("within", "Within", "Such as 5 working days or 4 hours.", core.Span{}, nil)}
		},
		New: func(e *editing.Edit, key string, name core.Text) (core.TargetRule, error) {
			within, err := e.Span("within")
			return core.TargetRule{Key: key, Name: name, Starts: core.MomentReceived, Stops: core.MomentResolved, Within: core.Promise{Span: within}}, err
		},
		Inputs: func(e *editing.Edit, r core.TargetRule, at casetypes.Path) []editing.Group {
			return p.inputs(e, r, at, written)
		},
		Take: func(e *editing.Edit, r *core.TargetRule) error {
			_, err := p.take(e, r)
			return err
		},
	}
}

// forWords says which cases a target is for.
func (p *Pages) forWords(e *editing.Edit, r core.TargetRule) string {
	switch {
	case r.If == "":
		return conditionWords(e.Type, r.When)
	case r.When.IsZero():
		return "if " + p.o.Conditions.Words(e, r.If)
	}
	return conditionWords(e.Type, r.When) + ", if " + p.o.Conditions.Words(e, r.If)
}

// inputs are what can be changed of a target.
func (p *Pages) inputs(e *editing.Edit, r core.TargetRule, at casetypes.Path, written bool) []editing.Group {
	return []editing.Group{
		{Title: "What is promised", Inputs: []editing.Input{
			e.WordsInput("name", "Name", "", r.Name, at.And("name")),
			e.SpanLine("within", "Within", "Minutes, hours, days, weeks or months; “working” counts on the calendar: 4 working hours, 10 working days, 1 month.", r.Within.Span, at.And("within")),
			e.Choice("first_day", "The day it starts on is", "", strconv.Itoa(r.Within.FirstDay), []layout.Option{
				{Value: "0", Label: "day 0: the day after is the first"}, {Value: "1", Label: "day 1: it counts as the first, while the office is open"},
			}, at.And("within", "first_day")),
			e.TickBox("end_of_day", "Good for the whole of its last day", r.Within.EndOfDay, at.And("within", "end_of_day")),
			e.Choice("roll", "A due time at a weekend or on a holiday is", "For calendar days, weeks, months and years.", string(r.Within.Roll), rollOptions("as the calendar says"), at.And("within", "roll")),
		}},
		{Title: "The clock", Inputs: []editing.Input{
			e.Choice("starts", "Starts when", "", string(r.Starts), momentOptions(e, r.Starts, true), at.And("starts")),
			e.Choice("stops", "Stops when", "", string(r.Stops), momentOptions(e, r.Stops, false), at.And("stops")),
			pauseInput(e, r, at),
			e.SeveralOf("restarts", "Begins anew when", "Such as when a question is answered: what was left before no longer counts.", stringsOf(r.Restarts), restartOptions(e, r.Restarts), nil, at.And("restarts")),
		}},
		{Title: "For which cases", About: "For every case of the type, unless something is ticked here. When a case changes, its targets follow.", Inputs: conditionInputs(e, r.When, at.And("when"))},
		{Title: "And only if", About: "Asked when it would start, and again when a field, the priority, the subtype, the place or the contact details change.", Part: p.o.Conditions.Part(e, r.If, written, at.And("if"))},
		{Title: "Reminders and escalation", Inputs: stepInputs(e, r, at)},
		{Title: "What staff may do by hand", Inputs: handInputs(e, r, at)},
	}
}

func pauseInput(e *editing.Edit, r core.TargetRule, at casetypes.Path) editing.Input {
	return e.TickBoxes("pause", "Stands still", "", []layout.Option{
		{Value: string(core.PauseOpenQuestion), Label: "while a question to the requester is open"},
		{Value: string(core.PauseWaiting), Label: "while the status is one that waits"},
	}, stringsOf(r.Pause), at.And("pause"))
}

func stepInputs(e *editing.Edit, r core.TargetRule, at casetypes.Path) []editing.Input {
	return []editing.Input{
		e.Area("remind", "Reminders", "One a line: 2 working days before, 1 working hour after, or at the due time.", reminderLines(r.Remind), at.And("remind")),
		e.Area("ladder", "Escalation ladder", ladderHint(e), ladderLines(r.Ladder), at.And("ladder")),
	}
}

// ladderHint says what a line of the ladder is, and whom each level tells.
func ladderHint(e *editing.Edit) string {
	hint := "One level a line: how long after the due time. 0 is at the breach. "
	told := make([]string, 0, len(e.Type.Groups[core.DutyEscalation]))
	for i, group := range e.Type.Groups[core.DutyEscalation] {
		told = append(told, fmt.Sprintf("level %d tells %s", i+1, e.GroupName(group)))
	}
	if len(told) == 0 {
		return hint + "No group is told of escalations yet: choose them under Groups."
	}
	return hint + "By Groups, " + strings.Join(told, ", ") + "."
}

func handInputs(e *editing.Edit, r core.TargetRule, at casetypes.Path) []editing.Input {
	return []editing.Input{
		e.TickBox("extend", "Extend it", r.Extend != nil, at.And("extend")),
		e.SpanLine("at_most", "By this much in all, at most", "Nothing: as much as they like.", extendOf(r).AtMost, at.And("extend", "at_most")),
		e.TickBox("reason", "A reason must be given for an extension", extendOf(r).Reason == "required", nil),
		e.Choice("tell_requester", "With an extension, send the requester", "", extendOf(r).TellRequester, e.TemplateOptions("nothing", extendOf(r).TellRequester), at.And("extend", "tell_requester")),
		e.TickBoxes("permit", "And", "", []layout.Option{
			{Value: string(core.HandSet), Label: "set another due time"}, {Value: string(core.HandPause), Label: "pause it, and let it go on"}, {Value: string(core.HandClear), Label: "clear it, and take it up again"},
		}, permitted(r), at.And("forbid")),
	}
}

func extendOf(r core.TargetRule) core.ExtendRule {
	if r.Extend == nil {
		return core.ExtendRule{}
	}
	return *r.Extend
}

func permitted(r core.TargetRule) []string {
	var out []string
	for _, change := range core.HandChanges() {
		if r.Permits(change) {
			out = append(out, string(change))
		}
	}
	return out
}

// take reads what [Pages.inputs] ask, and says whether the condition is shown as an
// expression from now on.
func (p *Pages) take(e *editing.Edit, r *core.TargetRule) (written bool, err error) {
	next := *r
	if next.Within.Span, err = e.Span("within"); err != nil {
		return false, err
	}
	if next.Within.FirstDay, err = e.Number("first_day", 1); err != nil {
		return false, err
	}
	next.Name = e.Words("name")
	next.Within.EndOfDay, next.Within.Roll = e.On("end_of_day"), core.Roll(e.Get("roll"))
	next.Starts, next.Stops = core.Moment(e.Get("starts")), core.Moment(e.Get("stops"))
	next.Restarts = valuesOf[core.Moment](e.Once("restarts"))
	next.When = takeCondition(e)
	if err := takeTerms(e, &next); err != nil {
		return false, err
	}
	if next.If, written, err = p.o.Conditions.Take(e, r.If); err != nil {
		return written, err
	}
	*r = next
	return written, nil
}

// takeTerms reads what targets of cases and of tasks have in common.
func takeTerms(e *editing.Edit, next *core.TargetRule) error {
	next.Pause = valuesOf[core.PauseReason](e.Once("pause"))
	var err error
	if next.Remind, err = parseReminders(e.Get("remind")); err != nil {
		return core.InvalidField("remind", "%s", err)
	}
	if next.Ladder, err = parseLadder(e.Get("ladder")); err != nil {
		return core.InvalidField("ladder", "%s", err)
	}
	next.Extend = nil
	if e.On("extend") {
		next.Extend = &core.ExtendRule{By: "staff", TellRequester: e.Get("tell_requester"), Reason: "optional"}
		if e.On("reason") {
			next.Extend.Reason = "required"
		}
		if next.Extend.AtMost, err = e.Span("at_most"); err != nil {
			return err
		}
	}
	next.Forbid = nil
	for _, change := range core.HandChanges() {
		if !slices.Contains(e.All("permit"), string(change)) {
			next.Forbid = append(next.Forbid, change)
		}
	}
	return nil
}

func conditionInputs(e *editing.Edit, when core.Condition, at casetypes.Path) []editing.Input {
	var out []editing.Input
	t := e.Type
	if len(t.Priorities) > 0 {
		out = append(out, e.TickBoxes("priority", "Priority", "", choicesOf(t.Priorities, func(c core.Choice) (string, core.Text) { return c.Key, c.Name }, when.Priorities), when.Priorities, at.And("priority")))
	}
	if len(t.Subtypes) > 0 {
		out = append(out, e.TickBoxes("subtype", "Subtype", "", choicesOf(t.Subtypes, func(s core.Subtype) (string, core.Text) { return s.Key, s.Name }, when.Subtypes), when.Subtypes, at.And("subtype")))
	}
	channels := make([]layout.Option, 0, len(core.Channels()))
	for _, c := range core.Channels() {
		channels = append(channels, layout.Option{Value: string(c), Label: string(c)})
	}
	return append(out, e.TickBoxes("channel", "How it reached us", "", channels, stringsOf(when.Channels), at.And("channel")))
}

func takeCondition(e *editing.Edit) core.Condition {
	return core.Condition{Priorities: e.Once("priority"), Subtypes: e.Once("subtype"), Channels: valuesOf[core.Channel](e.Once("channel"))}
}

// choicesOf makes boxes of a list, with those that are ticked and gone.
func choicesOf[T any](list []T, of func(T) (string, core.Text), ticked []string) []layout.Option {
	var out []layout.Option
	known := map[string]bool{}
	for _, entry := range list {
		key, name := of(entry)
		known[key] = true
		out = append(out, layout.Option{Value: key, Label: name.String()})
	}
	for _, key := range ticked {
		if !known[key] {
			out = append(out, layout.Option{Value: key, Label: key + " (there is none)"})
		}
	}
	return out
}

func stringsOf[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func valuesOf[S ~string](list []string) []S {
	var out []S
	for _, s := range list {
		out = append(out, S(s))
	}
	return out
}

// parseReminders reads one reminder a line: "2 working days before", "1 hour
// after", "at the due time".
func parseReminders(text string) ([]core.Reminder, error) {
	var out []core.Reminder
	for _, line := range linesOf(text) {
		if strings.EqualFold(line, atDue) || line == "0" {
			out = append(out, core.Reminder{})
			continue
		}
		length, after := strings.CutSuffix(line, " after")
		length, before := strings.CutSuffix(length, " before")
		span, err := core.ParseSpan(strings.TrimSpace(length))
		if err != nil || after == before || span.IsZero() {
			return nil, core.Invalid("“%s” is no reminder. Write 2 working days before, 1 hour after, or at the due time.", line)
		}
		if before {
			out = append(out, core.Reminder{Before: span})
		} else {
			out = append(out, core.Reminder{After: span})
		}
	}
	return out, nil
}

const atDue = "at the due time"

func reminderWords(r core.Reminder) string {
	switch {
	case !r.Before.IsZero():
		return r.Before.String() + " before"
	case !r.After.IsZero():
		return r.After.String() + " after"
	}
	return atDue
}

func reminderLines(list []core.Reminder) string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = reminderWords(r)
	}
	return strings.Join(out, "\n")
}

func parseLadder(text string) ([]core.EscalationStep, error) {
	var out []core.EscalationStep
	for _, line := range linesOf(text) {
		span, err := core.ParseSpan(line)
		if err != nil {
			return nil, core.Invalid("“%s” is no length of time. Write 0, or 5 working days, one level a line.", line)
		}
		out = append(out, core.EscalationStep{After: span})
	}
	return out, nil
}

func ladderLines(list []core.EscalationStep) string {
	out := make([]string, len(list))
	for i, step := range list {
		out[i] = step.After.String()
	}
	return strings.Join(out, "\n")
}

// linesOf takes text apart into lines that say something.
func linesOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return out
}
