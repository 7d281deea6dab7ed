package configpages

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func (d describer) form() []Block {
	what := "One page with the questions below"
	if f := d.t.Form; f.Plugin != "" {
		what = "The plugin " + f.Plugin + ", form “" + f.Entry + "”"
	}
	b := Block{Title: "Fields", Columns: []string{"Field", "Kind", "Answer"}, Nothing: "A case carries nothing beside its columns."}
	for _, f := range d.t.Fields {
		b.Rows = append(b.Rows, []Cell{named(f.Label, f.Key), {Text: strings.ReplaceAll(string(f.Kind), "_", " "), Sub: fieldLimit(f)}, fieldMarks(f)})
	}
	return []Block{{Facts: []layout.Fact{{Term: "Form", Text: what}}}, b}
}

func fieldLimit(f core.Field) string {
	switch {
	case len(f.Choices) > 0:
		names := make([]string, len(f.Choices))
		for i, c := range f.Choices {
			names[i] = c.Name.String()
		}
		return strings.Join(names, ", ")
	case f.Kind == core.FieldText || f.Kind == core.FieldLongText:
		return render.Plural(f.Limit(), "letter", "letters") + " at most"
	}
	return ""
}

func fieldMarks(f core.Field) Cell {
	var marks []string
	if f.Required {
		marks = append(marks, "required")
	}
	if f.Searchable {
		marks = append(marks, "searchable")
	}
	if f.Is != "" {
		marks = append(marks, "is the "+useWords(f.Is))
	}
	if f.Private {
		chip := layout.PrivateChip()
		return Cell{Chip: &chip, Sub: strings.Join(marks, ", ")}
	}
	return text(cmp.Or(strings.Join(marks, ", "), "optional"))
}

func useWords(use core.FieldUse) string {
	switch use {
	case core.UseName:
		return "requester's name"
	case core.UseEmail:
		return "requester's email address"
	case core.UsePhone:
		return "requester's telephone number"
	}
	return "case's " + string(use)
}

func (d describer) formMeaning() []string {
	private := 0
	for _, f := range d.t.Fields {
		if f.Private {
			private++
		}
	}
	out := []string{"Answers stay as they were given; the case carries these fields as they are now."}
	if private > 0 {
		out = append(out, render.Plural(private, "field is", "fields are")+" for staff: not asked on the form, not shown in the portal.")
	}
	return out
}

func (d describer) subtypes() []Block {
	subtypes := Block{Title: "Subtypes", Columns: []string{"Subtype", "Goes to"}, Nothing: "This type has no subtypes."}
	for _, s := range d.t.Subtypes {
		group := s.Group
		if group == "" {
			group = d.t.DefaultGroup()
		}
		subtypes.Rows = append(subtypes.Rows, []Cell{named(s.Name, s.Key), text(d.group(group))})
	}
	priorities := Block{Title: "Priorities, lowest first", Columns: []string{"Priority"}, Nothing: "This type has no priorities."}
	for _, p := range d.t.Priorities {
		priorities.Rows = append(priorities.Rows, []Cell{named(p.Name, p.Key)})
	}
	return []Block{subtypes, priorities}
}

func (d describer) targets() []Block {
	if len(d.t.Targets) == 0 {
		return []Block{{Nothing: "This type promises nothing."}}
	}
	var out []Block
	for _, rule := range d.t.Targets {
		facts := []layout.Fact{
			{Term: "Within", Text: promiseWords(rule.Within)},
			{Term: "Starts", Text: d.moment(rule.Starts)},
			{Term: "Stops", Text: d.moment(rule.Stops)},
		}
		if len(rule.Pause) > 0 {
			facts = append(facts, layout.Fact{Term: "Pauses", Text: pauseWords(rule.Pause)})
		}
		if len(rule.Remind) > 0 {
			facts = append(facts, layout.Fact{Term: "Reminders", Text: reminderWords(rule.Remind)})
		}
		for i, step := range rule.Ladder {
			facts = append(facts, layout.Fact{Term: fmt.Sprintf("Level %d", i+1), Text: d.ladderWords(i, step)})
		}
		facts = append(facts, layout.Fact{Term: "Extension", Text: extendWords(rule.Extend)})
		out = append(out, Block{Title: rule.Name.String(), Facts: facts})
	}
	return out
}

func promiseWords(p core.Promise) string {
	out := p.Span.String()
	if p.FirstDay == 1 {
		out += ", the first day counted"
	}
	if p.EndOfDay {
		out += ", until the end of the day"
	}
	if p.Roll != core.RollNone {
		out += ", " + p.Roll.Words()
	}
	return out
}

// moment says what starts or stops a target.
func (d describer) moment(m core.Moment) string {
	switch m {
	case core.MomentRaised:
		return "when the case is raised"
	case core.MomentReceived:
		return "on the date it was received"
	case core.MomentFirstResponse:
		return "with the first public word from staff"
	case core.MomentQuestionAnswered:
		return "when a question is answered"
	case core.MomentResolved:
		return "when the case is resolved"
	case core.MomentClosed:
		return "when the case is closed"
	}
	switch kind, k := m.Split(); kind {
	case "stage":
		s, _ := d.t.Stage(k)
		return "at stage “" + s.Name.String() + "”"
	case "status":
		s, _ := d.t.Status(k)
		return "at status “" + s.Name.String() + "”"
	case "task":
		task, _ := d.t.Task(k)
		return "when “" + task.Name.String() + "” is done"
	case "field":
		f, _ := d.t.Field(k)
		return "on the date in “" + f.Label.String() + "”"
	}
	return string(m)
}

func pauseWords(reasons []core.PauseReason) string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = r.Words()
	}
	return "while: " + strings.Join(out, ", ")
}

func reminderWords(list []core.Reminder) string {
	out := make([]string, len(list))
	for i, r := range list {
		switch {
		case !r.Before.IsZero():
			out[i] = r.Before.String() + " before"
		case !r.After.IsZero():
			out[i] = r.After.String() + " after"
		default:
			out[i] = "when due"
		}
	}
	return strings.Join(out, ", ")
}

func (d describer) ladderWords(i int, step core.EscalationStep) string {
	when := "when late"
	if !step.After.IsZero() {
		when = step.After.String() + " late"
	}
	if groups := d.t.Groups[core.DutyEscalation]; i < len(groups) {
		when += ": " + d.group(groups[i]) + " is told"
	}
	return when
}

func extendWords(e *core.ExtendRule) string {
	if e == nil {
		return "not allowed"
	}
	out := "by staff"
	if !e.AtMost.IsZero() {
		out += ", " + e.AtMost.String() + " in all at most"
	}
	if e.Reason == "required" {
		out += ", with a reason"
	}
	if e.TellRequester != "" {
		out += ", and the requester is told"
	}
	return out
}

func (d describer) tasks() []Block {
	b := Block{Columns: []string{"Task", "Done by", "Within", "How many", "Closing"}, Nothing: "This type has no tasks of its own."}
	for _, k := range d.t.Tasks {
		within := "–"
		if !k.Within.IsZero() {
			within = k.Within.String()
		}
		count := "any number"
		switch l := k.Limits; {
		case l.Min > 0 && l.Max > 0:
			count = fmt.Sprintf("%d to %d", l.Min, l.Max)
		case l.Max > 0:
			count = fmt.Sprintf("%d at most", l.Max)
		case l.Min > 0:
			count = fmt.Sprintf("%d at least", l.Min)
		}
		closing := "waits for it"
		if k.Cancelable {
			closing = "cancels it"
		}
		sub := k.Key
		if k.WhenRaised {
			sub += ", made with every case"
		}
		b.Rows = append(b.Rows, []Cell{{Text: k.Name.String(), Sub: sub}, text(cmp.Or(d.groupList(k.AssignTo), "the group of the case")), text(within), text(count), text(closing)})
	}
	return []Block{b}
}
