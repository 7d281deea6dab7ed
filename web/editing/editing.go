// Package editing is what screens that change configuration are made of: plain
// forms that work without scripts, lists with entries, words in several
// languages. Each section of a case type has an [Editor], made by whoever knows
// the section; web/configpages puts them into one frame with the draft, its
// findings, undo and publishing.
//
//	editing.go   what an editor is given and says
//	panel.go     what it shows: lists, groups of inputs
//	inputs.go    the inputs, filled from the draft and with what is wrong
//	entries.go   lists whose entries are added, opened, moved and removed
package editing

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Editor edits one section of a case type on screen; Section is the key of a
// [casetypes.Section], or [Calendar].
type Editor struct {
	Section string
	// Show gives what the middle of the page shows of the draft.
	Show func(e *Edit) (Panel, error)
	// Change changes e.Type (or e.Calendar) as the button e.Do says, and says in
	// e.Said what it did. An invalid error with fields shows the form again with
	// what was typed; nothing is changed then. Whether the result is right is not
	// its business: a draft need not be.
	Change func(e *Edit) error
	// Aside says what the section means, beside it. Nil: the frame's own words.
	Aside func(e *Edit) ([]Note, error)
	// Count is the figure beside the section in the list. Nil: none, or the
	// frame's own.
	Count func(t *core.CaseType) int
}

// Calendar is the Section of the editor of calendars.
const Calendar = "calendar"

// WhatIf says what publishing would mean for what there is: which cases would
// become late, say. Before is nil for a new type. It is shown on the page that
// publishes, changes nothing, and has to be quick; what is not links to a page
// of its own.
type WhatIf func(ctx context.Context, before, after *core.CaseType) ([]Note, error)

// Note is something said beside a section: sentences, facts, or a template.
type Note struct {
	Title     string
	Sentences []string
	Facts     []layout.Fact
	Link      render.Link
	Part      *Part
}

// Part is a template with what it shows, for what plain inputs cannot say. It
// may stand in a group of inputs: it is then inside the form.
type Part struct {
	Template string // "routinepages/condition"
	Data     any
}

// Edit is one look at a section, or one change to it.
type Edit struct {
	Ctx context.Context
	By  core.Actor
	Now time.Time

	Type     *core.CaseType          // what the draft says; Change gets a copy and changes it
	Live     *core.CaseType          // what is published; nil for a new type. Not to be changed
	Calendar *casetypes.CalendarFile // of a calendar's draft
	Key      string                  // of the document

	Known    casetypes.References // what it may name, and what open cases hold
	Groups   map[string]string    // names of groups by key
	Sections []casetypes.Section  // of this program
	Findings casetypes.Findings   // what is wrong with the draft as a whole

	URL  string // of the section; see Link
	Item string // what is open of it: "statuses/waiting"; Change says where to go on
	Do   string // the button that was pressed: "save", "add", "up", "down", "remove", or the editor's own
	What string // what it was pressed for: the list, or the entry
	Said string // by Change: what was done, in a few words

	Values url.Values // what was sent; in Show, what is to be shown again, else nil
}

// Link is the address of something in the section: of an entry, or, with item
// "", of its beginning.
func (e *Edit) Link(item string) string {
	if item == "" {
		return e.URL
	}
	return e.URL + "&item=" + url.QueryEscape(item)
}

// Get is what was typed, without the space around it.
func (e *Edit) Get(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(e.Values.Get(name), "\r\n", "\n"))
}

// All is everything that was sent under a name and is not blank, in order.
func (e *Edit) All(name string) []string {
	var out []string
	for _, v := range e.Values[name] {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Once is All with each value once.
func (e *Edit) Once(name string) []string {
	var out []string
	for _, v := range e.All(name) {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// Ticked is what was ticked of [Edit.TickBoxes]: what was chosen before in its
// order, then what is new.
func (e *Edit) Ticked(name string, before []string) []string {
	sent := e.Once(name)
	var out []string
	for _, v := range before {
		if slices.Contains(sent, v) {
			out = append(out, v)
		}
	}
	for _, v := range sent {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// On reports whether a box was ticked.
func (e *Edit) On(name string) bool { return e.Get(name) != "" }

// Words reads what [Edit.WordsInput] asks: the words in each language that has
// any.
func (e *Edit) Words(name string) core.Text {
	out := core.Text{}
	for field := range e.Values {
		if language, ok := strings.CutPrefix(field, name+"."); ok && isLanguage(language) {
			if words := e.Get(field); words != "" {
				out[language] = words
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Number reads a whole number from 0 to most; nothing is 0.
func (e *Edit) Number(name string, most int) (int, error) {
	typed := e.Get(name)
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 || n > most {
		return 0, core.InvalidField(name, "Enter a whole number from 0 to %d.", most)
	}
	return n, nil
}

// Span reads a length of time such as “5 working days”; nothing is the zero
// span.
func (e *Edit) Span(name string) (core.Span, error) {
	s, err := core.ParseSpan(e.Get(name))
	if err != nil {
		return s, core.InvalidField(name, "Write a length of time, such as 5 working days, 28 days or 4 working hours.")
	}
	return s, nil
}

// Problem is what is wrong at a place of the draft, or inside of it; "" when
// nothing is.
func (e *Edit) Problem(at casetypes.Path) string {
	for _, f := range e.Findings {
		if f.In(at) {
			return f.Message
		}
	}
	return ""
}

// Languages lists the languages of the document, the default one first: those
// its name is written in.
func (e *Edit) Languages() []string {
	var name core.Text
	switch {
	case e.Type != nil:
		name = e.Type.Name
	case e.Calendar != nil:
		name = e.Calendar.Name
	}
	return languagesOf(name)
}

func languagesOf(all ...core.Text) []string {
	out := []string{core.DefaultLanguage}
	for _, t := range all {
		var more []string
		for language := range t {
			if !slices.Contains(out, language) {
				more = append(more, language)
			}
		}
		slices.Sort(more)
		out = append(out, more...)
	}
	return out
}

func isLanguage(tag string) bool {
	if len(tag) < 2 || len(tag) > 12 {
		return false
	}
	return !strings.ContainsFunc(tag, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// GroupName is what people call a group.
func (e *Edit) GroupName(key string) string {
	switch key {
	case core.Everyone:
		return "Everyone"
	case core.SignedIn:
		return "Signed-in customers"
	case casetypes.Manager:
		return "Whoever holds the case"
	}
	if name := e.Groups[key]; name != "" {
		return name
	}
	return key
}

// Options makes choices of keys: the one already chosen is among them, though
// it may be gone. None is the label of choosing nothing; "" leaves that out.
func Options(none string, keys []string, name func(key string) string, chosen ...string) []layout.Option {
	var out []layout.Option
	if none != "" {
		out = append(out, layout.Option{Label: none})
	}
	for _, k := range keys {
		out = append(out, layout.Option{Value: k, Label: name(k)})
	}
	for _, k := range chosen {
		if k != "" && !slices.Contains(keys, k) {
			out = append(out, layout.Option{Value: k, Label: k + " (there is none)"})
		}
	}
	return out
}

// Itself names a key by itself, for [Options].
func Itself(key string) string { return key }

// GroupOptions are the groups to choose from.
func (e *Edit) GroupOptions(none string, chosen ...string) []layout.Option {
	return Options(none, e.Known.Groups, e.GroupName, chosen...)
}

// StatusOptions are the statuses of the type.
func (e *Edit) StatusOptions(none string, chosen ...string) []layout.Option {
	return entryOptions(none, e.Type.Statuses, func(s core.Status) (string, core.Text) { return s.Key, s.Name }, chosen)
}

// StageOptions are the stages of the type.
func (e *Edit) StageOptions(none string, chosen ...string) []layout.Option {
	return entryOptions(none, e.Type.Stages, func(s core.Stage) (string, core.Text) { return s.Key, s.Name }, chosen)
}

// TaskOptions are the kinds of task of the type.
func (e *Edit) TaskOptions(none string, chosen ...string) []layout.Option {
	return entryOptions(none, e.Type.Tasks, func(k core.TaskType) (string, core.Text) { return k.Key, k.Name }, chosen)
}

// FieldOptions are the fields of the type, of the kinds given or of any.
func (e *Edit) FieldOptions(none string, kinds []core.FieldKind, chosen ...string) []layout.Option {
	var fields []core.Field
	for _, f := range e.Type.Fields {
		if len(kinds) == 0 || slices.Contains(kinds, f.Kind) {
			fields = append(fields, f)
		}
	}
	return entryOptions(none, fields, func(f core.Field) (string, core.Text) { return f.Key, f.Label }, chosen)
}

// TemplateOptions are the templates of messages.
func (e *Edit) TemplateOptions(none string, chosen ...string) []layout.Option {
	return Options(none, e.Known.Templates, Itself, chosen...)
}

func entryOptions[T any](none string, list []T, of func(T) (string, core.Text), chosen []string) []layout.Option {
	keys, names := make([]string, len(list)), map[string]string{}
	for i, entry := range list {
		key, name := of(entry)
		keys[i], names[key] = key, name.String()
	}
	return Options(none, keys, func(key string) string {
		if names[key] == "" {
			return key
		}
		return names[key]
	}, chosen...)
}
