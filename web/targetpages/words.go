package targetpages

import (
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// plainMoments names the moments that need no key.
var plainMoments = map[core.Moment]string{
	core.MomentRaised: "the case is raised", core.MomentReceived: "the case was received",
	core.MomentFirstResponse: "staff respond the first time", core.MomentQuestionAnswered: "the requester answers a question",
	core.MomentResolved: "the case is resolved", core.MomentClosed: "the case is closed",
}

// momentWords says a moment to a person.
func momentWords(e *editing.Edit, m core.Moment) string {
	if words, known := plainMoments[m]; known {
		return words
	}
	kind, key := m.Split()
	name := key
	switch kind {
	case "stage":
		if s, i := e.Type.Stage(key); i >= 0 {
			name = s.Name.String()
		}
		return "the stage “" + name + "” is entered"
	case "status":
		if s, known := e.Type.Status(key); known {
			name = s.Name.String()
		}
		return "the status becomes “" + name + "”"
	case "task":
		if k, known := e.Type.Task(key); known {
			name = k.Name.String()
		}
		return "the task “" + name + "” is done"
	case "field":
		if f, known := e.Type.Field(key); known {
			name = f.Label.String()
		}
		return "the date “" + name + "” comes"
	}
	return string(m)
}

// momentOptions are the moments that may start a target, or stop one.
func momentOptions(e *editing.Edit, chosen core.Moment, starts bool) []layout.Option {
	moments := []core.Moment{core.MomentFirstResponse, core.MomentResolved, core.MomentClosed, core.MomentQuestionAnswered}
	if starts {
		moments = []core.Moment{core.MomentReceived, core.MomentRaised, core.MomentFirstResponse, core.MomentQuestionAnswered}
	}
	moments = append(moments, happenings(e.Type)...)
	if starts {
		for _, f := range e.Type.Fields {
			if f.Kind == core.FieldDate {
				moments = append(moments, core.Moment("field:"+f.Key))
			}
		}
	}
	return optionsOf(e, moments, chosen)
}

// happenings are the moments in the course of a case.
func happenings(t *core.CaseType) []core.Moment {
	var out []core.Moment
	for _, s := range t.Stages {
		out = append(out, core.Moment("stage:"+s.Key))
	}
	for _, s := range t.Statuses {
		out = append(out, core.Moment("status:"+s.Key))
	}
	for _, k := range t.Tasks {
		out = append(out, core.Moment("task:"+k.Key))
	}
	return out
}

func restartOptions(e *editing.Edit, chosen []core.Moment) []layout.Option {
	moments := append([]core.Moment{core.MomentQuestionAnswered, core.MomentFirstResponse}, happenings(e.Type)...)
	return append([]layout.Option{{Label: "Nothing"}}, optionsOf(e, moments, chosen...)...)
}

func optionsOf(e *editing.Edit, moments []core.Moment, chosen ...core.Moment) []layout.Option {
	for _, m := range chosen {
		if m != "" && !slices.Contains(moments, m) {
			moments = append(moments, m)
		}
	}
	out := make([]layout.Option, len(moments))
	for i, m := range moments {
		out[i] = layout.Option{Value: string(m), Label: momentWords(e, m)}
	}
	return out
}

// promiseWords says a promise: “5 working days, until the end of the day”.
func promiseWords(p core.Promise) string {
	out := p.Span.String()
	if p.FirstDay == 1 {
		out += ", the first day counted"
	}
	if p.EndOfDay {
		out += ", until the end of the day"
	}
	if words := p.Roll.Words(); words != "" {
		out += ", " + words
	}
	return out
}

// conditionWords says which cases a target is for.
func conditionWords(t *core.CaseType, when core.Condition) string {
	if when.IsZero() {
		return "every case"
	}
	var out []string
	for _, key := range when.Priorities {
		c, _ := t.Priority(key)
		out = append(out, orKey(c.Name, key))
	}
	for _, key := range when.Subtypes {
		s, _ := t.Subtype(key)
		out = append(out, orKey(s.Name, key))
	}
	return strings.Join(append(out, stringsOf(when.Channels)...), ", ")
}

func orKey(name core.Text, key string) string {
	if words := name.String(); words != "" {
		return words
	}
	return key
}

// rollOptions are the ways to roll a due time; none is what choosing nothing
// means.
func rollOptions(none string) []layout.Option {
	out := []layout.Option{{Label: none}}
	for _, r := range core.Rolls() {
		out = append(out, layout.Option{Value: string(r), Label: r.Words()})
	}
	return out
}
