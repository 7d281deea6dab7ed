package casepages

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// TargetView is one promise on a case, and how its due time came to be.
type TargetView struct {
	Key   string
	ID    string // of its section in the right column
	Name  string
	Due   layout.Due
	Short string // "Fri 27 Nov, 12:00", beside its name
	State core.TargetState
	Over  bool // met or cleared: nothing more falls due
	Open  bool // its ledger is shown at once

	Lines   []core.LedgerLine
	Sums    []LedgerSum
	Notes   []string // who changed what, and why
	Actions []Action
}

// LedgerSum is a line of sums under a ledger.
type LedgerSum struct{ Label, Amount string }

func (p *Pages) targetViews(ctx context.Context, o *opened) ([]TargetView, error) {
	found, err := p.Targets.OfCase(ctx, o.Case.ID)
	if err != nil {
		return nil, err
	}
	out := make([]TargetView, len(found))
	for i, v := range found {
		out[i] = targetView(o, v)
	}
	return out, nil
}

// taskTargets are the targets of the tasks of a case, by the number of the task.
func (p *Pages) taskTargets(ctx context.Context, o *opened) (map[int]TargetView, error) {
	found, err := p.Targets.OfTasks(ctx, o.Case.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[int]TargetView, len(found))
	for no, v := range found {
		view := targetView(o, v)
		view.ID, view.Actions = "task-target-"+strconv.Itoa(no), nil // it is changed where the task is
		out[no] = view
	}
	return out, nil
}

// Standing reports whether the promise still stands, paused or not.
func (v TargetView) Standing() bool { return !v.Over }

func targetView(o *opened, v targets.View) TargetView {
	view := TargetView{
		Key: v.Target.Rule, ID: "target-" + v.Target.Rule, Name: v.Name.String(), State: v.State, Over: !v.Standing(),
		Due: layout.Due{
			Words: v.Due.Words, Exact: layout.ExactIn(v.DueAt, v.Zone), Tone: string(v.Due.Tone), Percent: v.Due.Percent,
		},
		Short: v.Due.Short, Lines: v.Lines, Sums: sumsOf(v.Ledger), Notes: append(becauseOf(o.Type, v), notesOf(v)...),
	}
	if !v.DueAt.IsZero() && v.Standing() {
		view.Short = v.DueAt.In(v.Zone).Format("Mon 2 Jan, 15:04")
	}
	view.Actions = targetActions(o, view)
	return view
}

// sumsOf writes the foot of a ledger: used, allowed, left.
func sumsOf(l core.Ledger) []LedgerSum {
	allowed := "Allowed"
	if !l.Promise.Span.IsZero() {
		allowed += ": " + l.Promise.Span.String()
	}
	if l.Extended > 0 {
		allowed += " + " + unbroken(core.HoursWords(l.Extended))
	}
	left := LedgerSum{"Left", core.HoursWords(l.Left)}
	if l.Left < 0 {
		left = LedgerSum{"Late by", core.HoursWords(-l.Left)}
	}
	return []LedgerSum{{"Used", core.HoursWords(l.Used)}, {allowed, core.HoursWords(l.Allowed)}, left}
}

// unbroken keeps an amount on one line.
func unbroken(words string) string { return strings.ReplaceAll(words, " ", "\u00a0") }

// notesOf says who changed a due time by hand, and why.
func notesOf(v targets.View) []string {
	var out []string
	for _, change := range v.Ledger.Changes {
		day := change.From.In(v.Zone).Format("2 Jan")
		words := change.Words()
		switch change.Kind {
		case core.SegmentKept:
			out = append(out, words+": due "+change.To.In(v.Zone).Format("Mon 2 Jan 2006, 15:04")+".")
			continue
		case core.SegmentMoved:
			words = "Received " + change.To.In(v.Zone).Format("Mon 2 Jan 15:04") + ", put right"
		case core.SegmentExtended:
			words = core.HoursWords(change.Added) + " added"
		}
		if change.By != "" {
			words += " by " + change.By
		}
		words += ", " + day
		if change.Why != "" {
			words += ": “" + change.Why + "”"
		}
		out = append(out, words+".")
	}
	return out
}

// becauseOf says why a target is for the case, or no longer is.
func becauseOf(t *core.CaseType, v targets.View) []string {
	because := v.Ledger.Because
	if because == nil {
		return nil
	}
	facts := make([]string, len(because.Facts))
	for i, f := range because.Facts {
		facts[i] = factWords(t, f)
	}
	verb := "Applies"
	if v.State == core.StateCleared {
		verb = "Cleared"
	}
	words := verb + " because " + strings.Join(facts, ", ") + "."
	if because.Problem != "" {
		words = "Applies because its condition could not be answered: " + because.Problem
	}
	return []string{words}
}

// factWords say what a condition asked, and what that was: “Priority is High”.
func factWords(t *core.CaseType, f core.Fact) string {
	value := f.Value
	if text, err := strconv.Unquote(value); err == nil {
		value = text
	}
	of, what, _ := strings.Cut(f.Name, ".")
	name := strings.ReplaceAll(what, "_", " ")
	if of == "now" {
		name = "the time"
	}
	switch {
	case f.Name == "case.priority":
		if c, ok := t.Priority(value); ok {
			value = c.Name.String()
		}
	case f.Name == "case.subtype":
		if s, ok := t.Subtype(value); ok {
			value = s.Name.String()
		}
	case of == "fields":
		for _, field := range t.Fields {
			if conditions.Ident(field.Key) != what {
				continue
			}
			name = "“" + field.Label.String() + "”"
			if i := slices.IndexFunc(field.Choices, func(c core.Choice) bool { return c.Key == value }); i >= 0 {
				value = field.Choices[i].Name.String()
			}
		}
	case of == "requester":
		name = "The requester’s " + strings.ReplaceAll(what, "_", " ")
	}
	if value == "" {
		value = "empty"
	}
	return name + " is " + value
}

// targetActions lists what may be done to one target, in its own menu.
func targetActions(o *opened, v TargetView) []Action {
	if !o.MayDo(core.MayWork) || o.Case.IsFinal() {
		return nil
	}
	query := "?target=" + v.Key
	link := func(name, label, icon string) Action {
		return Action{Name: name, Label: label, Icon: icon, URL: o.url("act", name) + query}
	}
	rule, known := o.Type.Target(v.Key)
	var out []Action
	permits := func(change core.HandChange) bool { return !known || rule.Permits(change) }
	switch {
	case v.State == core.StateCleared && permits(core.HandClear):
		return []Action{link("target-resume", "Take up again", "play")}
	case v.Over:
		return nil
	}
	if known && rule.Extend != nil {
		out = append(out, link("target-extend", "Extend", "plus"))
	}
	if permits(core.HandSet) {
		out = append(out, link("target-set", "Set the due time", "calendar"))
	}
	switch {
	case !permits(core.HandPause):
	case v.State == core.StatePaused:
		out = append(out, link("target-resume", "Resume", "play"))
	case v.State == core.StateDue:
		out = append(out, link("target-pause", "Pause", "pause"))
	}
	if permits(core.HandClear) {
		out = append(out, link("target-clear", "Clear", "x"))
	}
	return out
}

// whenWords says a moment in the organisation's zone.
func (o *opened) whenWords(t time.Time) string { return render.When(t.In(o.zone), o.now.In(o.zone)) }
