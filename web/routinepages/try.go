package routinepages

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// TryForm asks for the case that a routine is tried on.
type TryForm struct {
	Action  string
	Draft   bool
	Case    string
	Problem string
}

// TryPage says what a routine would do to one case, as it stands.
type TryPage struct {
	Type, Name string // of the case type, and of the routine
	TypeURL    string
	Edit, Log  string
	Draft      bool
	Off        bool
	Form       TryForm
	Result     *Tried
}

// Tried is the answer for one case.
type Tried struct {
	Ref, Subject, URL string
	SetOff            string // what sets the routine off, and whether it did on this case
	Chip              layout.Chip
	Problem           string // why the condition could not be answered
	Condition         string // in words; "" always holds
	Values            []layout.Fact
	Due               time.Time // when time would set it off if nothing changes; zero for events, and for nothing
	Acts              []TriedAct
}

// TriedAct is what one action would do.
type TriedAct struct {
	No      int
	Title   string
	Icon    string
	Facts   []layout.Fact
	Letters []layout.Fact // to whom, and under which subject
	Problem string
}

// routine finds the routine that an address names, in the draft or in what is
// live.
func (p *Pages) routine(ctx context.Context, key, routine string, draft bool) (*core.CaseType, core.Routine, error) {
	var t *core.CaseType
	if draft {
		kept, err := p.o.Drafts.Get(ctx, casetypes.KindCaseType, key)
		if err != nil {
			return nil, core.Routine{}, err
		}
		if t = kept.Document.CaseType; t == nil {
			return nil, core.Routine{}, core.NotFound("The draft cannot be read. Put it right first.")
		}
	} else {
		var err error
		if t, err = p.o.Types.Published(ctx, key); err != nil {
			return nil, core.Routine{}, err
		}
	}
	r, ok := t.Routine(routine)
	if !ok {
		return nil, r, core.NotFound("There is no such routine.")
	}
	return t, r, nil
}

func (p *Pages) showTry(c *fiber.Ctx) error {
	ctx, key, draft := c.UserContext(), c.Params("key"), c.Query("draft") != ""
	t, r, err := p.routine(ctx, key, c.Params("routine"), draft)
	if err != nil {
		return err
	}
	page := TryPage{
		Type: t.Name.String(), Name: r.Name.String(), TypeURL: "/configuration/types/" + url.PathEscape(key), Edit: draftAddress(key, r.Key), Log: address(key, r.Key, ""), Draft: draft, Off: r.Off,
		Form: TryForm{Action: address(key, r.Key, "/try"), Draft: draft, Case: clip(c.Query("case"), 60)},
	}
	view := render.View{Template: "routinepages/try", Title: "Try " + page.Name, Nav: nav}
	if page.Form.Case == "" {
		return render.Page(c, view, page)
	}
	page.Result, err = p.try(ctx, render.Actor(c), t, key, r, page.Form.Case)
	if kind := core.KindOf(err); kind == core.ErrInvalid || kind == core.ErrNotFound || kind == core.ErrForbidden {
		page.Form.Problem = sentence(err)
		return render.Invalid(c, view, page)
	}
	if err != nil {
		return err
	}
	return render.Page(c, view, page)
}

// try answers a routine for one case that the reader may see. It changes
// nothing.
func (p *Pages) try(ctx context.Context, by core.Actor, t *core.CaseType, key string, r core.Routine, typed string) (*Tried, error) {
	ref, err := core.ParseReference(typed)
	if err != nil {
		return nil, err
	}
	seen, err := p.o.Cases.Find(ctx, by, ref, core.MayView)
	if kind := core.KindOf(err); kind == core.ErrNotFound || kind == core.ErrForbidden {
		return nil, core.Invalid("There is no such case, or you may not see it.")
	} else if err != nil {
		return nil, err
	}
	if seen.Case.Type != key {
		return nil, core.Invalid("%s is a case of another type.", seen.Case.Ref)
	}
	snapshot, err := p.o.Routines.Snapshot(ctx, seen.Case.ID)
	if err != nil {
		return nil, err
	}
	snapshot.Type = t
	groups, err := p.o.Groups(ctx)
	if err != nil {
		return nil, err
	}
	out := &Tried{Ref: string(seen.Case.Ref), Subject: seen.Case.Subject, URL: "/cases/" + string(seen.Case.Ref), Condition: p.conditionWords(t, groups, r.If)}
	event, err := p.occasion(ctx, seen, t, r, out)
	if err != nil {
		return nil, err
	}
	if err := p.due(ctx, t, r, snapshot, out); err != nil {
		return nil, err
	}
	answer := p.o.Routines.Evaluate(ctx, r, snapshot, event)
	out.Problem, out.Values = answer.Problem, valueLines(t, answer.Values)
	out.Chip = layout.Chip{Label: "Would do nothing", Icon: "stop"}
	if answer.Holds {
		out.Chip = layout.Chip{Label: "Its condition holds", Icon: "ok", Tone: "good"}
	}
	if event == nil {
		event = &core.Recorded{CaseID: seen.Case.ID, Kind: r.When.On, Actor: core.SystemActor(), RecordedAt: p.o.Clock.Now(), HappenedAt: p.o.Clock.Now()}
	}
	out.Acts, err = p.acts(ctx, t, r, snapshot.Case, *event)
	return out, err
}

// occasion is the last event of the case that sets the routine off; nil when
// there was none, and for time.
func (p *Pages) occasion(ctx context.Context, seen *cases.Seen, t *core.CaseType, r core.Routine, out *Tried) (*core.Recorded, error) {
	out.SetOff = triggerWords(t, r.When) + "."
	if r.When.Kind() != core.TriggerEvent {
		return nil, nil
	}
	history, err := p.o.Cases.Timeline(ctx, seen, 0)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(history, func(a, b core.Recorded) int { return int(b.Version) - int(a.Version) })
	for _, e := range history {
		if routines.Hears(t, r.When.On, e) {
			out.SetOff = triggerWords(t, r.When) + ". Tried with the last time that happened here, " + render.When(e.RecordedAt.In(p.o.Zone), p.o.Clock.Now().In(p.o.Zone)) + "."
			return &e, nil
		}
	}
	out.SetOff = triggerWords(t, r.When) + ". That has not happened on this case, so nothing is known of the event."
	return nil, nil
}

// due is when time would set the routine off if nothing happened till then.
func (p *Pages) due(ctx context.Context, t *core.CaseType, r core.Routine, snapshot conditions.Snapshot, out *Tried) error {
	kind := r.When.Kind()
	if kind != core.TriggerQuiet && kind != core.TriggerDate || snapshot.Case.StatusKind == core.StatusFinal {
		return nil
	}
	calendar, _, err := p.o.Types.Calendar(ctx, t.Calendar)
	if core.KindOf(err) == core.ErrNotFound {
		return nil // the draft says that there is none
	}
	if err != nil {
		return err
	}
	if kind == core.TriggerDate {
		out.Due, _ = r.When.Moment(snapshot.Case, calendar)
		return nil
	}
	last := snapshot.Changed
	if last.IsZero() {
		last = snapshot.Case.RaisedAt
	}
	out.Due = r.When.Quiet.After(last, calendar)
	return nil
}

// acts says what the actions would do.
func (p *Pages) acts(ctx context.Context, t *core.CaseType, r core.Routine, cs *core.Case, e core.Recorded) ([]TriedAct, error) {
	intentions, err := p.o.Routines.Intend(ctx, t, r, cs, e)
	if err != nil {
		return nil, err
	}
	groups, err := p.o.Groups(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]TriedAct, len(intentions))
	for i, in := range intentions {
		do := r.Do[in.No]
		act := TriedAct{No: i + 1, Problem: in.Problem}
		if len(in.With) > 0 {
			do.With = in.With
		}
		var more string
		act.Title, more, act.Icon = actionWords(t, groups, do)
		if more != "" && do.Command == "" {
			act.Facts = []layout.Fact{{Term: "What", Text: more}}
		}
		for _, argument := range p.o.Routines.Commands().Arguments(do.Command) {
			if value, given := do.With[argument.Name]; given {
				text := argumentText(value)
				act.Facts = append(act.Facts, layout.Fact{Term: argumentLabel(do.Command, argument.Name), Text: keyName(t, groups, do.Command, argument.Name, text)})
			}
		}
		for _, letter := range in.Letters {
			act.Letters = append(act.Letters, layout.Fact{Term: letter.To, Text: letter.Subject})
		}
		if do.Message != "" && len(in.Letters) == 0 && in.Problem == "" {
			act.Problem = "Nobody would get it: there is nobody to write to."
		}
		out[i] = act
	}
	return out, nil
}

// sentence is what an error says to a person.
func sentence(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}
