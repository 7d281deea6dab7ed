package tasks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
)

// Sent is what a browser sent from one page of a workflow.
type Sent struct {
	Kind    dialogue.Kind // Submit, Press, Change, Back or Goto; "" keeps what was typed, and nothing else happens
	Target  string        // of Submit and Press: the button; of Goto: the step; of Change: the field
	Answers view.Answers
	Beside  view.Answers // of Press: how a table is to be sorted
}

// Shown is what to show of a workflow next.
type Shown struct {
	View      *view.Node // a form, or a page; nil when there is nothing to show
	Refused   bool       // the answers need another look; View says which
	Messages  []string   // what is wrong with none of the fields in particular
	Overtaken bool       // the task has gone on meanwhile, so that what was sent was not taken
	Done      bool       // the task has ended
}

// Show draws where the workflow of a task stands, or with a step that page of
// it, and changes nothing. The workflow may insist on another page.
func (s *Service) Show(ctx context.Context, o *Opened, step string, v Visit) (Shown, error) {
	switch {
	case o.State != core.TaskOpen:
		return Shown{View: o.Left(), Done: true}, nil
	case o.Workflow == "" || !o.MayAct():
		return Shown{}, nil
	}
	event := dialogue.Event{Kind: dialogue.View}
	if step != "" {
		event = dialogue.Event{Kind: dialogue.Goto, Target: step}
	}
	reply, err := s.serve(ctx, o, v, event)
	if err != nil {
		return Shown{}, err
	}
	if typed := o.Typed(); typed != nil && typed.Step == reply.View.ID {
		dialogue.Fill(reply.View, typed.Answers)
	}
	s.fillFiles(o, reply.View)
	return Shown{View: reply.View}, nil
}

// Turn takes what was sent from one page of the workflow of a task. What was
// typed is stored before the workflow is asked, so that no fault loses it. The
// constraints of the page hold whatever the workflow says; its own words about
// a mistake are preferred. What follows from it happens with it, or nothing does.
// When the workflow itself fails the error is a [Failure].
//
// read makes out what was sent, by the names of the page it was sent from.
func (s *Service) Turn(ctx context.Context, by core.Actor, seen *cases.Seen, no int, step string, v Visit, read func(page *view.Node) Sent) (*Opened, Shown, error) {
	for range attempts {
		o, err := s.Open(ctx, by, seen, no, v)
		if err != nil {
			return o, Shown{}, err
		}
		shown, err := s.turn(ctx, o, step, v, read)
		if err == nil {
			return o, shown, nil
		}
		if seen, err = s.overtaken(ctx, by, o.Seen, err); err != nil {
			return o, Shown{}, err
		}
	}
	return nil, Shown{}, busy()
}

func (s *Service) turn(ctx context.Context, o *Opened, step string, v Visit, read func(*view.Node) Sent) (Shown, error) {
	switch {
	case o.State != core.TaskOpen:
		return Shown{View: o.Left(), Done: true, Overtaken: true}, nil
	case o.Workflow == "":
		return Shown{}, core.Conflict("Task %d has no steps.", o.No)
	case o.Apart != "":
		return Shown{}, core.Forbidden("%s", o.Apart)
	case !o.MayAct():
		return Shown{}, core.Forbidden("This task was given to somebody else.")
	}
	page, err := s.pageOf(ctx, o, step, v)
	if err != nil {
		return Shown{}, err
	}
	sent := read(page)
	answers := view.Keep(page, sent.Answers)
	if dialogue.Size(answers) > dialogue.MaxTyped {
		return Shown{}, &core.Error{Kind: core.ErrTooLarge, Message: "That is more than we can take. Please shorten it, or send it as a file."}
	}
	unlisted, err := dialogue.Choose(ctx, s.lists, page, answers)
	if err != nil {
		return Shown{}, err
	}
	if page.ID != step {
		// Somebody has gone on, in another window or elsewhere. What was typed
		// belongs to a page that is not shown any more.
		return Shown{View: page, Overtaken: true}, nil
	}
	o.stands.Typed, o.stands.TypedBy = &dialogue.Typed{Step: step, Answers: answers}, o.By.ID
	if err := s.saveTyped(ctx, o.ID, o.stands); err != nil {
		return Shown{}, err
	}
	if sent.Kind == "" {
		dialogue.Fill(page, answers)
		s.fillFiles(o, page)
		return Shown{View: page}, nil
	}
	event := dialogue.Event{Kind: sent.Kind, Target: sent.Target, Answers: maps.Clone(answers), Files: o.filesOf(page)}
	maps.Copy(event.Answers, sent.Beside)
	reply, err := s.serve(ctx, o, v, event)
	if err != nil {
		return Shown{}, err
	}
	if sent.Kind == dialogue.Submit && len(reply.Errors) == 0 {
		if wrong := append(view.Check(page, dialogue.WithFiles(answers, o.filesOf(page))), unlisted...); len(wrong) > 0 {
			dialogue.Fill(page, answers)
			s.fillFiles(o, page)
			return Shown{View: page, Refused: true, Messages: dialogue.Mark(page, wrong)}, nil
		}
	}
	// A page that the workflow itself refuses is taken too: what was answered may
	// have revealed further questions on it.
	if err := s.take(ctx, o, sent.Kind, reply); err != nil {
		return Shown{}, err
	}
	shown := Shown{View: reply.View, Done: reply.Done, Refused: len(reply.Errors) > 0}
	if shown.View != nil {
		s.fillFiles(o, shown.View)
		shown.Messages = dialogue.Mark(shown.View, reply.Errors)
	}
	return shown, nil
}

// pageOf is the page that the reader has before them: the one where the task
// stands for them, or the one they went back to.
func (s *Service) pageOf(ctx context.Context, o *Opened, step string, v Visit) (*view.Node, error) {
	reply, err := s.serve(ctx, o, v, dialogue.Event{Kind: dialogue.View})
	if err != nil {
		return nil, err
	}
	if reply.View.ID == step || step == "" {
		return reply.View, nil
	}
	again, err := s.serve(ctx, o, v, dialogue.Event{Kind: dialogue.Goto, Target: step})
	if err != nil {
		return nil, err
	}
	if again.View.ID != step {
		return reply.View, nil
	}
	if len(again.State) > 0 {
		o.stands.Pin, o.stands.State = again.Pin, again.State
	}
	return again.View, nil
}

// fillFiles shows the files that were sent beside their questions.
func (s *Service) fillFiles(o *Opened, page *view.Node) {
	if page == nil {
		return
	}
	for _, f := range page.Fields() {
		if f.Kind == view.KindFile {
			f.Files = slices.Clone(o.stands.Files[f.ID])
		}
	}
}

// serve asks the provider and believes nothing of the reply.
func (s *Service) serve(ctx context.Context, o *Opened, v Visit, event dialogue.Event) (Reply, error) {
	if s.provider == nil {
		return Reply{}, &Failure{core.Unavailable(nil, "What this task needs, “%s”, is not installed.", o.Workflow)}
	}
	if v.Zone == nil {
		v.Zone = time.UTC
	}
	if v.Language == "" {
		v.Language = core.DefaultLanguage
	}
	now := s.clock.Now()
	reply, err := s.provider.Serve(ctx, Call{
		Workflow: o.Workflow, By: o.By, Seen: o.Seen, Task: o.Item, Mine: o.Mine, Manages: o.Manages,
		Pin: o.stands.Pin, State: o.stands.State, Event: event, Now: now, Zone: v.Zone, Language: v.Language, Seed: o.seed(),
	})
	if err != nil {
		return Reply{}, &Failure{err}
	}
	if err := checkReply(&reply, event.Kind, now); err != nil {
		return Reply{}, failure(err)
	}
	return reply, nil
}

// maxStatus bounds the words that say where a task stands, in letters.
const maxStatus = 100

// soonest is how long a workflow sleeps at least.
const soonest = time.Minute

// checkReply refuses what cannot be shown or kept, and tidies the rest.
func checkReply(r *Reply, kind dialogue.Kind, now time.Time) error {
	var wrong string
	switch {
	case len(r.State) > dialogue.MaxState:
		return fmt.Errorf("the state has %d bytes, more than %d", len(r.State), dialogue.MaxState)
	case r.Done && len(r.Errors) > 0:
		return errors.New("it is finished and refuses the answers at once")
	case r.Done && (kind == dialogue.View || kind == dialogue.Goto):
		return errors.New("it is finished, and nothing happened")
	case r.Done && r.View != nil && r.View.Type != view.Page:
		return errors.New("it is finished and shows a form")
	case !r.Done && r.View == nil:
		return errors.New("there is nothing to show")
	case r.View != nil && r.View.Type != view.Form && r.View.Type != view.Page:
		return errors.New("it shows neither a form nor a page")
	}
	if r.Status, wrong = core.CleanLine(r.Status, maxStatus); wrong != "" {
		return errors.New("the status is longer than 100 letters, or no text")
	}
	if r.Outcome, wrong = core.CleanLines(r.Outcome, core.MaxNote); wrong != "" {
		return errors.New("the outcome is too long, or no text")
	}
	if earliest := now.Add(soonest); !r.WakeAt.IsZero() && r.WakeAt.Before(earliest) {
		r.WakeAt = earliest // one that wants to be woken in the past would never sleep again
	}
	if r.WakeAt.After(now.AddDate(10, 0, 0)) {
		return errors.New("it wants to be woken in more than ten years")
	}
	if r.View == nil {
		return nil
	}
	return view.Validate(r.View)
}
