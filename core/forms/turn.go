package forms

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
)

// Sent is what a browser sent from one page.
type Sent struct {
	Kind   EventKind    // Submit, Press, Change, Back or Goto
	Target string       // of Goto: the step; of Submit and Press: the button or table; of Change: the field
	Beside view.Answers // of Press: how a table is to be sorted
	// Answers reads what was typed, by the names of the page it was typed into.
	Answers func(page *view.Node) view.Answers
	// Ready is asked before a finished form is taken; a sentence refuses it, and
	// the page stays. Nil takes every one.
	Ready func(d *Draft) string
}

// Shown is the page to show next.
type Shown struct {
	View     *view.Node // its ID is the step; nil when Done
	Refused  bool       // the answers need another look; View says which
	Messages []string   // what is wrong with none of the fields in particular
	Done     bool       // the form is finished: its case can be raised
}

// Show draws one step of a draft, or with "" the one where it stands, and
// changes nothing. The form may insist on another step: the view says which it is.
func (s *Service) Show(ctx context.Context, d *Draft, step string, v Visit) (Shown, error) {
	if d.IsDone() {
		return Shown{Done: true}, nil
	}
	t, err := s.typeOf(ctx, d)
	if err != nil {
		return Shown{}, err
	}
	event := Event{Kind: Goto, Target: step}
	if step == "" {
		event.Kind = View
	}
	reply, err := s.serve(ctx, t, d, v, event)
	if err != nil {
		return Shown{}, err
	}
	if reply.View == nil {
		return Shown{}, failure(errors.New("it ended without being sent"))
	}
	if d.Typed != nil && d.Typed.Step == reply.View.ID {
		dialogue.Fill(reply.View, d.Typed.Answers)
	}
	return Shown{View: reply.View}, nil
}

// Turn takes what was sent from one step of a draft. What was typed is stored
// before the form is asked, so that no fault loses it. The constraints of the
// page hold whatever the form says; its own words about a mistake are
// preferred.
//
// When the form itself fails the error is a [Failure].
func (s *Service) Turn(ctx context.Context, token, typeKey, step string, v Visit, sent Sent) (*Draft, Shown, error) {
	for range attempts {
		d, err := s.Open(ctx, token, typeKey)
		if err != nil {
			return nil, Shown{}, err
		}
		shown, err := s.turn(ctx, d, step, v, sent)
		if !errors.Is(err, errOvertaken) {
			return d, shown, err
		}
	}
	return nil, Shown{}, busy()
}

func (s *Service) turn(ctx context.Context, d *Draft, step string, v Visit, sent Sent) (Shown, error) {
	if d.IsDone() {
		return Shown{Done: true}, nil
	}
	t, err := s.typeOf(ctx, d)
	if err != nil {
		return Shown{}, err
	}
	if d.View.ID != step {
		// Another window went on, or the reader came back here: answers belong
		// to the page they were typed into.
		reply, err := s.serve(ctx, t, d, v, Event{Kind: Goto, Target: step})
		if err != nil {
			return Shown{}, err
		}
		if reply.View == nil || reply.View.ID != step {
			return Shown{View: d.View}, nil
		}
		d.Pin, d.State, d.View = reply.Pin, reply.State, reply.View
	}
	answers := view.Keep(d.View, sent.Answers(d.View))
	if dialogue.Size(answers) > dialogue.MaxTyped {
		return Shown{}, &core.Error{Kind: core.ErrTooLarge, Message: "That is more than we can take. Please shorten it, or send it as a file."}
	}
	unlisted, err := dialogue.Choose(ctx, s.lists, d.View, answers)
	if err != nil {
		return Shown{}, err
	}
	d.Typed = &Typed{Step: step, Answers: answers}
	if err := s.saveTyped(ctx, d, s.clock.Now()); err != nil {
		return Shown{}, err
	}
	event := Event{Kind: sent.Kind, Target: sent.Target, Answers: answers, Files: d.filesOf(d.View)}
	if sent.Kind == Press {
		if !pressable(d.View, sent.Target) {
			dialogue.Fill(d.View, answers)
			return Shown{View: d.View}, nil
		}
		event.Answers = maps.Clone(answers)
		maps.Copy(event.Answers, sent.Beside)
	}
	reply, err := s.serve(ctx, t, d, v, event)
	if err != nil {
		return Shown{}, err
	}
	if reply.Done != nil && sent.Kind != Submit { // what was typed has not been checked
		return Shown{}, failure(errors.New("it ended without being sent"))
	}
	if sent.Kind == Submit && len(reply.Errors) == 0 {
		if wrong := append(view.Check(d.View, dialogue.WithFiles(answers, d.filesOf(d.View))), unlisted...); len(wrong) > 0 {
			dialogue.Fill(d.View, answers)
			return Shown{View: d.View, Refused: true, Messages: dialogue.Mark(d.View, wrong)}, nil
		}
	}
	if reply.Done != nil && sent.Ready != nil {
		if sentence := sent.Ready(d); sentence != "" {
			dialogue.Fill(d.View, answers)
			return Shown{View: d.View, Refused: true, Messages: []string{sentence}}, nil
		}
	}
	if sent.Kind == Goto && reply.View != nil && reply.View.ID == step {
		dialogue.Fill(reply.View, answers) // saved where it stands: kept as typed, whatever the form remembers
		return s.take(ctx, d, reply, d.Typed)
	}
	return s.take(ctx, d, reply, nil)
}

// pressable reports whether a page has such a button that sends nothing off, or
// such a table.
func pressable(page *view.Node, id string) bool {
	button := page.Find(view.Button, id)
	return id != "" && (button != nil && !button.Checks || page.Find(view.Table, id) != nil)
}

// take stores a reply that stands, and what is still only typed.
func (s *Service) take(ctx context.Context, d *Draft, reply Reply, typed *Typed) (Shown, error) {
	d.Pin, d.State, d.View, d.Typed = reply.Pin, reply.State, reply.View, typed
	d.Raise, d.Page = reply.Done, reply.Page
	if d.Raise != nil {
		d.Raise.Files = slices.DeleteFunc(d.Raise.Files, func(id string) bool { return !d.has(id) })
		if d.Raise.Anonymous {
			// A promise: from here on nothing in the draft names anybody.
			d.State = nil
			d.Raise.Requester, d.Raise.OnBehalfOf = nil, nil
		}
	}
	if err := s.saveTurn(ctx, d, s.clock.Now()); err != nil {
		return Shown{}, err
	}
	if d.Raise != nil {
		return Shown{Done: true}, nil
	}
	return Shown{View: d.View, Refused: len(reply.Errors) > 0, Messages: dialogue.Mark(d.View, reply.Errors)}, nil
}

// has reports whether a file was uploaded with the draft.
func (d *Draft) has(file string) bool {
	for _, files := range d.Files {
		if slices.ContainsFunc(files, func(f view.File) bool { return f.ID == file }) {
			return true
		}
	}
	return false
}

// typeOf finds the case type as it is published now; the draft's form must
// still be its form.
func (s *Service) typeOf(ctx context.Context, d *Draft) (*core.CaseType, error) {
	t, err := s.types.Published(ctx, d.Type)
	if err != nil {
		return nil, err
	}
	if Name(t) != d.Form {
		return nil, &Failure{core.Unavailable(nil, "This form was replaced by another since you began it.")}
	}
	return t, nil
}

// serve asks the provider and believes nothing of the reply.
func (s *Service) serve(ctx context.Context, t *core.CaseType, d *Draft, v Visit, e Event) (Reply, error) {
	p, err := s.provider(t)
	if err != nil {
		return Reply{}, &Failure{err}
	}
	reply, err := p.Serve(ctx, Call{
		Type: t, Draft: d.ID, Pin: d.Pin, State: d.State, Event: e, Now: s.clock.Now(), Zone: v.Zone, Language: v.Language,
		Seed: d.seed(), Viewer: v.Viewer,
	})
	if err != nil {
		return Reply{}, &Failure{err}
	}
	if err := checkReply(reply); err != nil {
		return Reply{}, failure(err)
	}
	return reply, nil
}

// failure is a Failure that the provider has not worded.
func failure(cause error) error {
	return &Failure{core.Unavailable(cause, "This form has a problem just now. What you typed is kept. Please try again in a few minutes.")}
}

func checkReply(r Reply) error {
	switch {
	case len(r.State) > dialogue.MaxState:
		return fmt.Errorf("the state has %d bytes, more than %d", len(r.State), dialogue.MaxState)
	case r.Done != nil && len(r.Errors) > 0:
		return errors.New("it is finished and refuses the answers at once")
	case r.Done != nil && r.Page == nil:
		return nil
	case r.Done != nil:
		if r.Page.Type != view.Page {
			return errors.New("the confirmation is no page")
		}
		return view.Validate(r.Page)
	case r.View == nil || r.View.Type != view.Form:
		return errors.New("there is no form to show")
	}
	return view.Validate(r.View)
}
