package conditions

import (
	"maps"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/casement-dev/casement/core"
)

// Kind is what a name stands for.
type Kind string

// The kinds of [Name].
const (
	Text     Kind = "text"
	Whole    Kind = "whole number"
	Number   Kind = "number"
	YesNo    Kind = "yes or no"
	Time     Kind = "time"   // an instant; a date is its first instant, in UTC
	Length   Kind = "length" // of time
	List     Kind = "list"   // of texts
	AnyThing Kind = "facts"  // by name, of whatever kind
)

// Name is one name that conditions may use.
type Name struct {
	Path    string        `json:"path"` // "case.status"
	Kind    Kind          `json:"kind"`
	Doc     string        `json:"doc"`               // what it stands for, in a line
	Choices []core.Choice `json:"choices,omitempty"` // the texts that it may be, where they are known
	Event   bool          `json:"event,omitempty"`   // only an event has it
}

// Names lists the names of a case type that conditions of routines may use,
// sorted, for completion and for lists to choose from.
func Names(t *core.CaseType) []Name { return namesOf(vocabularyOf(t, OfRoutine)) }

func namesOf(known vocabulary) []Name {
	out := make([]Name, 0, len(known))
	for _, path := range slices.Sorted(maps.Keys(known)) {
		out = append(out, known[path].Name)
	}
	return out
}

// Function is one function that conditions may use beside those of CEL.
type Function struct {
	Name, Doc string
}

// Functions lists them.
func Functions() []Function {
	return []Function{
		{"date(\"2026-11-20\")", "the first instant of a day, in UTC"},
		{"days(3)", "a length of time: so many times 24 hours"},
		{"hours(3)", "a length of time"},
		{"given(fields.some_date)", "whether there is a time at all"},
		{"x in [\"a\", \"b\"]", "whether it is one of these"},
		{"x.contains(\"words\")", "whether a text has these words in it"},
		{"x.startsWith(\"words\")", "whether a text begins so"},
		{"x.matches(\"^A.*\")", "whether a text fits a regular expression"},
		{"size(x)", "how many letters, or entries"},
	}
}

// named is a name with how its value is found.
type named struct {
	Name
	aspect core.Aspect // of the case, that it is; "" for none
	value  func(*facts) any
}

// open reports whether anything may be asked below the name.
func (n named) open() bool { return n.Kind == AnyThing }

// vocabulary is the names of a case type by path.
type vocabulary map[string]named

// Ident is how a key stands in a condition: incident-date is incident_date.
func Ident(key string) string {
	ident := strings.ReplaceAll(key, "-", "_")
	switch {
	case ident == "":
		return "_"
	case ident[0] >= '0' && ident[0] <= '9':
		return "_" + ident
	case ident == "in" || ident == "true" || ident == "false" || ident == "null":
		return ident + "_"
	}
	return ident
}

func vocabularyOf(t *core.CaseType, scope Scope) vocabulary {
	v := vocabulary{}
	v.ofCase(t)
	v.ofFields(t)
	v.ofTargets(t)
	v.ofTasks(t)
	v.ofEvent(t)
	v.add("now", Time, "now", nil, func(f *facts) any { return f.Now })
	maps.DeleteFunc(v, func(path string, _ named) bool { return !scope.has(path) })
	return v
}

func (v vocabulary) add(path string, kind Kind, doc string, choices []core.Choice, value func(*facts) any) {
	v[path] = named{Name{Path: path, Kind: kind, Doc: doc, Choices: choices, Event: strings.HasPrefix(path, "event.")}, aspects[path], value}
}

func (v vocabulary) ofCase(t *core.CaseType) {
	text := func(path, doc string, choices []core.Choice, value func(*core.Case) string) {
		v.add(path, Text, doc, choices, func(f *facts) any { return value(f.Case) })
	}
	text("case.ref", "the reference", nil, func(cs *core.Case) string { return string(cs.Ref) })
	text("case.subject", "what it is about, in a line", nil, func(cs *core.Case) string { return cs.Subject })
	text("case.description", "what was written when it was raised", nil, func(cs *core.Case) string { return cs.Description })
	text("case.status", "key of the status", statusChoices(t), func(cs *core.Case) string { return cs.Status })
	text("case.status_kind", "what the status means", plainChoices(core.StatusKinds()), func(cs *core.Case) string { return string(cs.StatusKind) })
	text("case.stage", "key of the stage", stageChoices(t), func(cs *core.Case) string { return cs.Stage })
	text("case.priority", "key of the priority", t.Priorities, func(cs *core.Case) string { return cs.Priority })
	text("case.subtype", "key of the subtype", subtypeChoices(t), func(cs *core.Case) string { return cs.Subtype })
	text("case.group", "key of the group it is with", plainChoices(t.Holders()), func(cs *core.Case) string { return cs.Group })
	text("case.assignee", "identifier of the case manager; empty for nobody", nil, func(cs *core.Case) string { return idText(cs.Assignee) })
	text("case.channel", "how it came", plainChoices(core.Channels()), func(cs *core.Case) string { return string(cs.Channel) })
	text("case.outcome", "key of the reason it ended for", reasonChoices(t), func(cs *core.Case) string { return cs.Outcome })
	text("case.address", "of the place, in words", nil, func(cs *core.Case) string { return cs.Address })
	yes := func(path, doc string, value func(*core.Case) bool) {
		v.add(path, YesNo, doc, nil, func(f *facts) any { return value(f.Case) })
	}
	yes("case.assigned", "somebody is case manager", func(cs *core.Case) bool { return !cs.Assignee.IsZero() })
	yes("case.has_place", "a place was chosen on the map", func(cs *core.Case) bool { return cs.Place != nil })
	yes("case.restricted", "only those named may see it", func(cs *core.Case) bool { return cs.Confidentiality == core.Restricted })
	yes("case.responded", "staff have answered for the first time", func(cs *core.Case) bool { return !cs.FirstResponseAt.IsZero() })
	yes("requester.known", "there is a person with an account of ours", func(cs *core.Case) bool { return !cs.Requester.IsZero() })
	yes("requester.anonymous", "it was raised anonymously", func(cs *core.Case) bool { return cs.Anonymous })
	yes("requester.on_behalf", "it is for somebody else", func(cs *core.Case) bool { return cs.OnBehalfOf != "" })
	text("requester.name", "the name on the case", nil, func(cs *core.Case) string { return cs.Contact.Name })
	text("requester.email", "the email address on the case; empty for none", nil, func(cs *core.Case) string { return cs.Contact.Email })
	text("requester.phone", "the telephone number on the case; empty for none", nil, func(cs *core.Case) string { return cs.Contact.Phone })
	v.add("case.level", Whole, "the escalation level: 0, 1, 2 …", nil, func(f *facts) any { return int64(f.Case.Level) })
	v.add("case.reopened", Whole, "how often it was reopened", nil, func(f *facts) any { return int64(f.Case.Reopened) })
	at := func(path, doc string, value func(*facts) time.Time) {
		v.add(path, Time, doc, nil, func(f *facts) any { return value(f) })
	}
	at("case.raised", "when it was raised", func(f *facts) time.Time { return f.Case.RaisedAt })
	at("case.received", "when it reached us", func(f *facts) time.Time { return f.Case.ReceivedAt })
	at("case.resolved", "when it was resolved", func(f *facts) time.Time { return f.Case.ResolvedAt })
	at("case.closed", "when it was closed", func(f *facts) time.Time { return f.Case.ClosedAt })
	at("case.due", "when the next of its targets falls due", func(f *facts) time.Time { return f.Case.DueAt })
	v.add("case.age", Length, "how long ago it was raised", nil, func(f *facts) any { return f.Now.Sub(f.Case.RaisedAt) })
	v.add("case.age_days", Whole, "how many times 24 hours ago it was raised", nil, func(f *facts) any { return wholeDays(f.Now.Sub(f.Case.RaisedAt)) })
	v.add("case.quiet", Length, "how long ago anything last happened to it", nil, func(f *facts) any { return f.quiet() })
	v.add("case.quiet_days", Whole, "how many times 24 hours ago anything last happened to it", nil, func(f *facts) any { return wholeDays(f.quiet()) })
	v.add("questions.open", Whole, "questions to the requester that await an answer", nil, func(f *facts) any { return int64(f.Questions) })
}

func (v vocabulary) ofFields(t *core.CaseType) {
	for _, field := range t.Fields {
		kind, ok := kindOf(field)
		if !ok {
			continue
		}
		path := "fields." + Ident(field.Key)
		v.add(path, kind, field.Label.In(core.DefaultLanguage), field.Choices, func(f *facts) any {
			return fieldValue(field, f.Case.Fields[field.Key])
		})
		own := v[path]
		own.aspect = core.FieldAspect(field.Key)
		v[path] = own
	}
}

// kindOf is the kind of a field in conditions; false when it has none there.
func kindOf(field core.Field) (Kind, bool) {
	switch field.Kind {
	case core.FieldYesNo:
		return YesNo, true
	case core.FieldNumber:
		return Number, true
	case core.FieldDate:
		return Time, true
	case core.FieldChoices:
		return List, true
	case core.FieldLocation, core.FieldFiles:
		return "", false
	}
	return Text, true
}

func (v vocabulary) ofTargets(t *core.CaseType) {
	states := plainChoices([]core.TargetState{"none", core.StateDue, core.StatePaused, core.StateMet, core.StateBreached, core.StateCleared})
	for _, rule := range t.Targets {
		base, name := "targets."+Ident(rule.Key), rule.Name.In(core.DefaultLanguage)
		v.add(base+".state", Text, "how the target “"+name+"” stands; none before it begins", states, func(f *facts) any {
			if target := f.target(rule.Key); target != nil {
				return string(target.State)
			}
			return "none"
		})
		v.add(base+".late", YesNo, "the target “"+name+"” is breached", nil, func(f *facts) any {
			target := f.target(rule.Key)
			return target != nil && target.State == core.StateBreached
		})
		v.add(base+".over", YesNo, "the target “"+name+"” has ended: it was met or cleared", nil, func(f *facts) any {
			target := f.target(rule.Key)
			return target != nil && !target.StoppedAt.IsZero()
		})
		v.add(base+".due", Time, "when the target “"+name+"” falls due", nil, func(f *facts) any {
			if target := f.target(rule.Key); target != nil {
				return target.DueAt
			}
			return time.Time{}
		})
		v.add(base+".left", Length, "what is left of the target “"+name+"”; below zero when it is late", nil, func(f *facts) any { return f.left(rule.Key) })
	}
}

func (v vocabulary) ofTasks(t *core.CaseType) {
	count := func(path, doc string, is func(core.Task, time.Time) bool) {
		v.add(path, Whole, doc, nil, func(f *facts) any { return f.tasks(is) })
	}
	count("tasks.open", "tasks that are to be done", func(k core.Task, _ time.Time) bool { return k.State == core.TaskOpen })
	count("tasks.done", "tasks that were completed", func(k core.Task, _ time.Time) bool { return k.State == core.TaskDone })
	count("tasks.cancelled", "tasks that were cancelled", func(k core.Task, _ time.Time) bool { return k.State == core.TaskCancelled })
	count("tasks.overdue", "tasks that are to be done and late", func(k core.Task, now time.Time) bool {
		return k.State == core.TaskOpen && !k.DueAt.IsZero() && k.DueAt.Before(now)
	})
	for _, task := range t.Tasks {
		base, name := "tasks."+Ident(task.Key), task.Name.In(core.DefaultLanguage)
		count(base+".open", "tasks “"+name+"” that are to be done", func(k core.Task, _ time.Time) bool { return k.Type == task.Key && k.State == core.TaskOpen })
		count(base+".done", "tasks “"+name+"” that were completed", func(k core.Task, _ time.Time) bool { return k.Type == task.Key && k.State == core.TaskDone })
	}
}

func (v vocabulary) ofEvent(t *core.CaseType) {
	v.add("event.kind", Text, "what happened; empty when time set it off", plainChoices(core.RoutineEvents()), func(f *facts) any { return f.kind() })
	v.add("event.by", Text, "what sort of somebody did it", plainChoices([]core.ActorKind{
		core.ActorStaff, core.ActorPerson, core.ActorAnonymous, core.ActorClient, core.ActorRoutine, core.ActorSystem,
	}), func(f *facts) any { return string(f.actor().Kind) })
	v.add("event.routine", Text, "key of the routine that did it; empty for anybody else", routineChoices(t), func(f *facts) any {
		if f.actor().Kind != core.ActorRoutine {
			return ""
		}
		return strings.TrimPrefix(f.actor().ID, f.Type.Key+"/")
	})
	v.add("event.at", Time, "when it happened", nil, func(f *facts) any {
		if f.event == nil {
			return time.Time{}
		}
		return f.event.HappenedAt
	})
	v.add("event.changed", List, "what of the case it changed: status, priority, field:KEY …", nil, func(f *facts) any { return f.changed() })
	v.add("event.about", AnyThing, "small facts of the event by name, such as event.about.reason", nil, func(f *facts) any { return f.about() })
	for fact, doc := range map[string]string{
		"reason": "the reason that was given", "target": "key of the target it is about", "field": "key of the field it is about",
		"audience": "for whom the words are: public, staff or private", "type": "key of the kind of task it is about",
	} {
		v.add("event."+fact, Text, doc, nil, func(f *facts) any {
			text, _ := f.about()[fact].(string)
			return text
		})
	}
	for aspect, choices := range map[core.Aspect][]core.Choice{
		core.AspectStatus: statusChoices(t), core.AspectStage: stageChoices(t), core.AspectSubtype: subtypeChoices(t),
		core.AspectPriority: t.Priorities, core.AspectGroup: plainChoices(t.Holders()), core.AspectAssignee: nil, core.AspectOutcome: reasonChoices(t),
	} {
		v.add("event.before."+string(aspect), Text, "the "+aspect.Words()+" before it", choices, func(f *facts) any { return valueText(f.side(aspect, 0)) })
		v.add("event.after."+string(aspect), Text, "the "+aspect.Words()+" after it", choices, func(f *facts) any { return valueText(f.side(aspect, 1)) })
	}
	v.add("event.before.level", Whole, "the escalation level before it", nil, func(f *facts) any { return valueWhole(f.side(core.AspectLevel, 0)) })
	v.add("event.after.level", Whole, "the escalation level after it", nil, func(f *facts) any { return valueWhole(f.side(core.AspectLevel, 1)) })
	for _, field := range t.Fields {
		kind, ok := kindOf(field)
		if !ok {
			continue
		}
		aspect := core.FieldAspect(field.Key)
		v.add("event.before.fields."+Ident(field.Key), kind, field.Label.In(core.DefaultLanguage)+", before it", field.Choices, func(f *facts) any { return fieldValue(field, f.side(aspect, 0)) })
		v.add("event.after.fields."+Ident(field.Key), kind, field.Label.In(core.DefaultLanguage)+", after it", field.Choices, func(f *facts) any { return fieldValue(field, f.side(aspect, 1)) })
	}
}

// declarations are the names as CEL knows them.
func (v vocabulary) declarations() []cel.EnvOption {
	out := make([]cel.EnvOption, 0, len(v))
	for _, path := range slices.Sorted(maps.Keys(v)) {
		out = append(out, cel.Variable(path, v[path].Kind.cel()))
	}
	return out
}

// fingerprint is the same for the same names of the same kinds.
func (v vocabulary) fingerprint() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(v)) {
		b.WriteString(path)
		b.WriteByte(' ')
		b.WriteString(string(v[path].Kind))
		b.WriteByte('\n')
	}
	return b.String()
}

// nearest is the known name most like a mistaken one; "" when none is.
func (v vocabulary) nearest(name string) string {
	best, least := "", len(name)/3+1
	for _, path := range slices.Sorted(maps.Keys(v)) {
		if d := core.Slips(name, path); d < least {
			best, least = path, d
		}
	}
	return best
}

func (k Kind) cel() *cel.Type {
	switch k {
	case Whole:
		return cel.IntType
	case Number:
		return cel.DoubleType
	case YesNo:
		return cel.BoolType
	case Time:
		return cel.TimestampType
	case Length:
		return cel.DurationType
	case List:
		return cel.ListType(cel.StringType)
	case AnyThing:
		return cel.MapType(cel.StringType, cel.DynType)
	}
	return cel.StringType
}

// maxSpan bounds the lengths that conditions write, so that nothing overflows.
const maxSpan = 100 * 366 * 24 * time.Hour

// functions are those that conditions have beside CEL's own.
func functions() []cel.EnvOption {
	length := func(unit time.Duration) func(ref.Val) ref.Val {
		return func(v ref.Val) ref.Val {
			n, ok := v.Value().(int64)
			if !ok || n > int64(maxSpan/unit) || n < -int64(maxSpan/unit) {
				return types.NewErr("a length of time is a hundred years at most")
			}
			return types.Duration{Duration: time.Duration(n) * unit}
		}
	}
	return []cel.EnvOption{
		cel.Function("days", cel.Overload("days_int", []*cel.Type{cel.IntType}, cel.DurationType, cel.UnaryBinding(length(24*time.Hour)))),
		cel.Function("hours", cel.Overload("hours_int", []*cel.Type{cel.IntType}, cel.DurationType, cel.UnaryBinding(length(time.Hour)))),
		cel.Function("date", cel.Overload("date_string", []*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			written, _ := v.Value().(string)
			t, err := time.Parse(time.DateOnly, written)
			if err != nil {
				return types.NewErr("“%s” is not a date; write it like 2026-11-20", clip(written, 40))
			}
			return types.Timestamp{Time: t}
		}))),
		cel.Function("given", cel.Overload("given_timestamp", []*cel.Type{cel.TimestampType}, cel.BoolType, cel.UnaryBinding(func(v ref.Val) ref.Val {
			t, ok := v.Value().(time.Time)
			return types.Bool(ok && !t.IsZero())
		}))),
	}
}
