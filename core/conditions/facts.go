package conditions

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
)

// Snapshot is a case as a condition sees it at one instant: all that its names
// stand for, but the event.
type Snapshot struct {
	Case      *core.Case
	Type      *core.CaseType
	Targets   []core.Target // of the case, as they stand
	Tasks     []core.Task   // type, state and due time suffice
	Questions int           // that await an answer
	Changed   time.Time     // when anything last happened to the case; zero: when it was raised
	Now       time.Time
}

// facts finds what names stand for.
type facts struct {
	Snapshot
	event *core.Recorded
}

func factsOf(s Snapshot, event *core.Recorded) *facts { return &facts{s, event} }

func (f *facts) of(n named) any {
	if n.value == nil {
		return nil
	}
	return n.value(f)
}

func (f *facts) quiet() time.Duration {
	if f.Changed.IsZero() {
		return f.Now.Sub(f.Case.RaisedAt)
	}
	return f.Now.Sub(f.Changed)
}

func (f *facts) target(key string) *core.Target {
	i := slices.IndexFunc(f.Targets, func(t core.Target) bool { return t.Rule == key })
	if i < 0 {
		return nil
	}
	return &f.Targets[i]
}

func (f *facts) left(key string) time.Duration {
	t := f.target(key)
	switch {
	case t == nil:
		return 0
	case !t.StoppedAt.IsZero() || t.State == core.StatePaused || t.DueAt.IsZero():
		return t.Left.Time
	}
	return t.DueAt.Sub(f.Now)
}

func (f *facts) tasks(is func(core.Task, time.Time) bool) int64 {
	var n int64
	for _, k := range f.Tasks {
		if is(k, f.Now) {
			n++
		}
	}
	return n
}

func (f *facts) kind() string {
	if f.event == nil {
		return ""
	}
	return string(f.event.Kind)
}

func (f *facts) actor() core.Actor {
	if f.event == nil {
		return core.Actor{}
	}
	return f.event.Actor
}

func (f *facts) about() map[string]any {
	if f.event == nil || f.event.About == nil {
		return map[string]any{}
	}
	return f.event.About
}

func (f *facts) changed() []string {
	out := []string{}
	if f.event != nil {
		for _, a := range f.event.Aspects {
			out = append(out, string(a))
		}
	}
	return out
}

// side is the value of an aspect before (0) or after (1) the event: what the
// case has, when the event left it alone.
func (f *facts) side(aspect core.Aspect, i int) any {
	if f.event != nil {
		if change, ok := f.event.Changes[aspect]; ok {
			return change[i]
		}
	}
	return core.AspectsOf(f.Case)[aspect]
}

// fieldValue is the value of a field as its kind in conditions has it: what was
// not answered is empty, no, nought, or no time at all.
func fieldValue(field core.Field, value any) any {
	kind, _ := kindOf(field)
	switch kind {
	case YesNo:
		yes, _ := value.(bool)
		return yes
	case Number:
		n, _ := value.(float64)
		return n
	case Time:
		written, _ := value.(string)
		t, _ := time.Parse(time.DateOnly, written) // none is no time
		return t
	case List:
		out := []string{}
		list, _ := value.([]any)
		for _, item := range list {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	text, _ := value.(string)
	return text
}

// valueText is a value of an aspect as text; a zero identifier is none.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if id, err := core.ParseID[core.StaffID](v); err == nil && id.IsZero() {
			return ""
		}
		return v
	case core.StaffID:
		return idText(v)
	}
	return fmt.Sprint(v)
}

func idText(id core.StaffID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func valueWhole(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case float64:
		if math.Abs(v) < 1<<53 {
			return int64(v)
		}
	}
	return 0
}

func wholeDays(d time.Duration) int64 { return int64(d / (24 * time.Hour)) }

// say writes a value as people read it.
func say(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return clip(strconv.Quote(v), maxValue)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		if v.IsZero() {
			return "no time"
		}
		return v.UTC().Format("2006-01-02 15:04:05")
	case time.Duration:
		return lengthWords(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		return clip(fmt.Sprintf("%q", v), maxValue)
	}
	return clip(fmt.Sprint(v), maxValue)
}

// lengthWords says a length of time: “3 days 4 h 10”.
func lengthWords(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	if days := wholeDays(d); days > 0 {
		return fmt.Sprintf("%s%d days %s", sign, days, core.HoursWords(d-time.Duration(days)*24*time.Hour))
	}
	return sign + core.HoursWords(d)
}

func plainChoices[S ~string](keys []S) []core.Choice {
	out := make([]core.Choice, len(keys))
	for i, k := range keys {
		out[i] = core.Choice{Key: string(k), Name: core.Plain(string(k))}
	}
	return out
}

func statusChoices(t *core.CaseType) []core.Choice {
	return choicesOf(t.Statuses, func(s core.Status) core.Choice { return core.Choice{Key: s.Key, Name: s.Name} })
}

func stageChoices(t *core.CaseType) []core.Choice {
	return choicesOf(t.Stages, func(s core.Stage) core.Choice { return core.Choice{Key: s.Key, Name: s.Name} })
}

func subtypeChoices(t *core.CaseType) []core.Choice {
	return choicesOf(t.Subtypes, func(s core.Subtype) core.Choice { return core.Choice{Key: s.Key, Name: s.Name} })
}

func routineChoices(t *core.CaseType) []core.Choice {
	return choicesOf(t.Routines, func(r core.Routine) core.Choice { return core.Choice{Key: r.Key, Name: r.Name} })
}

func reasonChoices(t *core.CaseType) []core.Choice {
	reason := func(r core.Reason) core.Choice { return core.Choice{Key: r.Key, Name: r.Name} }
	return append(choicesOf(t.Reasons.Close, reason), choicesOf(t.Reasons.Cancel, reason)...)
}

func choicesOf[T any](list []T, of func(T) core.Choice) []core.Choice {
	out := make([]core.Choice, len(list))
	for i, entry := range list {
		out[i] = of(entry)
	}
	return out
}
