package casetypes

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// ChangeKind says what sort of difference a sentence tells.
type ChangeKind string

// The kinds of [Change].
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Change is one difference between two versions, in a sentence for people.
type Change struct {
	Section  string     `json:"section"` // key of the section
	Kind     ChangeKind `json:"kind"`
	Sentence string     `json:"sentence"`
}

// Differ collects what changed. Sections that compare by themselves use it.
type Differ struct {
	section string
	changes []Change
}

// Add tells one change.
func (d *Differ) Add(kind ChangeKind, format string, args ...any) {
	d.changes = append(d.changes, Change{d.section, kind, fmt.Sprintf(format, args...)})
}

// Diff says in sentences what differs between two versions of a case type, by
// section. A before of nil is a new type.
func Diff(sections []Section, before, after *core.CaseType) []Change {
	d := &Differ{}
	if before == nil {
		d.section = "setup"
		d.Add(Added, "Case type ‘%s’ is new.", after.Name)
		return d.changes
	}
	for _, s := range sections {
		was, is := s.Parts(before), s.Parts(after)
		if sameParts(was, is) {
			continue
		}
		d.section = s.Key
		told := len(d.changes)
		if s.Diff != nil {
			s.Diff(d, before, after)
		} else {
			for i := range was {
				if reflect.DeepEqual(was[i].Value, is[i].Value) {
					continue
				}
				d.part(was[i].Key, reflect.ValueOf(was[i].Value).Elem(), reflect.ValueOf(is[i].Value).Elem())
			}
		}
		if len(d.changes) == told {
			d.Add(Changed, "%s changed.", s.Name)
		}
	}
	return d.changes
}

func sameParts(a, b []Part) bool {
	for i := range a {
		if !reflect.DeepEqual(a[i].Value, b[i].Value) {
			return false
		}
	}
	return true
}

// part compares one top-level member.
func (d *Differ) part(key string, was, is reflect.Value) {
	noun := nounOf(key)
	switch {
	case was.Kind() == reflect.Slice && hasKey(was.Type().Elem()):
		d.entries(noun, was, is)
	case was.Kind() == reflect.Struct && !isWord(was):
		d.members(key, noun+":", was, is)
	default:
		d.value(noun, was, is)
	}
}

// members compares the members of a structure. Lists of entries inside are
// compared entry by entry.
func (d *Differ) members(path, subject string, was, is reflect.Value) {
	for _, m := range membersOf(was.Type()) {
		before, after := was.Field(m.index), is.Field(m.index)
		if m.name == "key" || reflect.DeepEqual(before.Interface(), after.Interface()) {
			continue
		}
		if before.Kind() == reflect.Slice && hasKey(before.Type().Elem()) && before.Type().Elem() != reflect.TypeFor[core.Choice]() {
			d.entries(nounOf(path+"."+m.name), before, after)
			continue
		}
		d.value(strings.TrimSpace(subject+" "+labelOf(m.name)), before, after)
	}
}

// entries compares lists whose entries have keys.
func (d *Differ) entries(noun string, was, is reflect.Value) {
	before, after := byKey(was), byKey(is)
	for _, key := range keyList(is) {
		old, existed := before[key]
		if !existed {
			d.Add(Added, "%s ‘%s’ added.", noun, titleOf(after[key]))
		} else {
			d.entry(noun, old, after[key])
		}
	}
	for _, key := range keyList(was) {
		if _, remains := after[key]; !remains {
			d.Add(Removed, "%s ‘%s’ removed.", noun, titleOf(before[key]))
		}
	}
	d.order(noun+": the order", keyList(was), keyList(is))
}

func (d *Differ) entry(noun string, was, is reflect.Value) {
	old, now := titleOf(was), titleOf(is)
	if old != now {
		d.Add(Changed, "%s ‘%s’ renamed to ‘%s’.", noun, old, now)
	}
	d.members(noun, noun+" ‘"+now+"’:", was, is)
}

// order tells when entries that both lists have stand in another order.
func (d *Differ) order(what string, was, is []string) {
	common := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(k string) bool { return !slices.Contains(other, k) })
	}
	if !slices.Equal(common(was, is), common(is, was)) {
		d.Add(Changed, "%s is now %s.", what, strings.Join(is, ", "))
	}
}

// value tells a plain change: “label: 10 → 15 working days”.
func (d *Differ) value(label string, was, is reflect.Value) {
	if t, ok := was.Interface().(core.Text); ok {
		d.words(label, t, is.Interface().(core.Text))
		return
	}
	d.Add(Changed, "%s%s.", withColon(label), arrow(wordsOf(was), wordsOf(is)))
}

// words compares words for people, language by language. The name of an entry
// in the default language was told as renaming.
func (d *Differ) words(label string, was, is core.Text) {
	all := maps.Clone(was)
	if all == nil {
		all = core.Text{}
	}
	maps.Copy(all, is)
	for _, language := range languagesOf(all) {
		if was[language] == is[language] || language == core.DefaultLanguage && strings.HasSuffix(label, ": name") {
			continue
		}
		here := label
		if language != core.DefaultLanguage {
			here += " (" + language + ")"
		}
		d.Add(Changed, "%s%s.", withColon(here), arrow(quoted(was[language]), quoted(is[language])))
	}
}

func withColon(label string) string {
	if strings.HasSuffix(label, ":") {
		return label + " "
	}
	if strings.Contains(label, ": ") {
		return label + " "
	}
	return label + ": "
}

// arrow joins before and after; a unit both have is said once.
func arrow(was, is string) string {
	count, unit, ok := strings.Cut(was, " ")
	other, otherUnit, okToo := strings.Cut(is, " ")
	if ok && okToo && strings.TrimSuffix(unit, "s") == strings.TrimSuffix(otherUnit, "s") && isNumber(count) && isNumber(other) {
		return count + " → " + is
	}
	return was + " → " + is
}

func isNumber(s string) bool { _, err := strconv.Atoi(s); return err == nil }

func hasKey(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Key")
	return ok && f.Type.Kind() == reflect.String
}

func byKey(list reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for i := range list.Len() {
		out[keyOf(list.Index(i))] = list.Index(i)
	}
	return out
}

func keyList(list reflect.Value) []string {
	out := make([]string, list.Len())
	for i := range list.Len() {
		out[i] = keyOf(list.Index(i))
	}
	return out
}

// titleOf is what people call an entry.
func titleOf(v reflect.Value) string {
	for _, field := range []string{"Name", "Label"} {
		if f := v.FieldByName(field); f.IsValid() {
			if t, ok := f.Interface().(core.Text); ok && !t.IsZero() {
				return t.String()
			}
		}
	}
	return keyOf(v)
}

// isWord reports whether a structure is said in one word.
func isWord(v reflect.Value) bool {
	switch v.Interface().(type) {
	case core.FormRule, core.Promise, encoding.TextMarshaler:
		return true
	}
	return false
}

// wordsOf says a value.
func wordsOf(v reflect.Value) string {
	if v.Kind() != reflect.Struct && isEmpty(v) && v.Kind() != reflect.Bool {
		return "none"
	}
	switch value := v.Interface().(type) {
	case core.Text:
		return quoted(value.String())
	case core.FormRule:
		return formName(value)
	case core.Promise:
		return promiseWords(value)
	case core.Span:
		return value.String()
	case core.Roll:
		return value.Words()
	case fmt.Stringer:
		return value.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return wordsOf(v.Elem())
	case reflect.Bool:
		return map[bool]string{true: "yes", false: "no"}[v.Bool()]
	case reflect.Slice:
		return listWords(v)
	case reflect.Map:
		out := make([]string, 0, v.Len())
		for _, k := range keysInOrder(v) {
			out = append(out, k+": "+wordsOf(v.MapIndex(reflect.ValueOf(k).Convert(v.Type().Key()))))
		}
		return strings.Join(out, ", ")
	case reflect.Struct:
		return structWords(v)
	}
	return fmt.Sprint(v.Interface())
}

func listWords(v reflect.Value) string {
	out := make([]string, v.Len())
	for i := range v.Len() {
		if entry := v.Index(i); hasKey(entry.Type()) {
			out[i] = titleOf(entry)
		} else {
			out[i] = wordsOf(entry)
		}
	}
	return clipWords(strings.Join(out, ", "))
}

func structWords(v reflect.Value) string {
	var out []string
	for _, m := range membersOf(v.Type()) {
		if f := v.Field(m.index); !isEmpty(f) || !m.optional {
			out = append(out, strings.TrimSpace(labelOf(m.name)+" "+wordsOf(f)))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// promiseWords says a promise: “5 working days, until the office closes”.
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

func quoted(s string) string {
	if s == "" {
		return "none"
	}
	return "‘" + clipWords(s) + "’"
}

func clipWords(s string) string {
	const most = 160
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// labelOf says the name of a member; what goes without saying is "".
func labelOf(name string) string {
	switch name {
	case "within", "after":
		return ""
	case "public":
		return "public name"
	case "to":
		return "moves to"
	case "is":
		return "is the case's"
	case "assign_to":
		return "assigned to"
	}
	return strings.ReplaceAll(name, "_", " ")
}

// nounOf names an entry of a part.
func nounOf(part string) string {
	noun, ok := map[string]string{
		"statuses": "Status", "stages": "Stage", "targets": "Target", "tasks": "Task", "fields": "Field",
		"routines": "Routine", "subtypes": "Subtype", "priorities": "Priority", "reasons.close": "Closure reason",
		"reasons.cancel": "Cancellation reason", "reasons.reassign": "Reassignment reason",
		"reasons.escalate": "Escalation reason", "reopen": "Reopening", "replaced_by": "Replaced",
	}[part]
	if ok {
		return noun
	}
	return nameFromKey(part).String()
}

// plural counts things in words: 1 group, 2 groups.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
