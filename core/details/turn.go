package details

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
)

// Sent is what a browser sent from a section.
type Sent struct {
	// What reads what was pressed or changed on the page that was shown.
	What func(page *view.Node) Pressed
	// Answers reads what was typed, by the names of the page it was typed into.
	Answers func(page *view.Node) view.Answers
	Version int    // of what was saved when the page was drawn
	Key     string // idempotency key; "" for none
}

// Pressed is what was pressed or changed.
type Pressed struct {
	Kind   dialogue.Kind // Submit, Press, Change, Back or Goto; "" keeps what was typed, and nothing else
	Target string
	// Fields are what a table's own buttons say beside the answers.
	Fields view.Answers
}

// Turn takes what was sent from a section. What an editor typed is kept as their
// draft before the plugin is asked, so that no fault loses it; when the answers
// are taken, or a button has effects, all of it is saved in one change.
//
// Whoever may only look may press: a table that its plugin sorts. Nothing is
// kept of that.
func (s *Service) Turn(ctx context.Context, by core.Actor, seen *cases.Seen, key string, sent Sent) (Shown, error) {
	head, err := s.find(seen, key)
	if err != nil {
		return Shown{}, err
	}
	at, err := s.stands(ctx, by, seen, head)
	if err != nil {
		return Shown{}, err
	}
	if at.View == nil { // nobody has filled it in: what they saw was its beginning
		reply, err := s.serve(ctx, by, seen, head, at, dialogue.Event{Kind: dialogue.Start})
		if err != nil {
			return Shown{Head: head}, err
		}
		at.Pin, at.State, at.View = reply.Pin, reply.State, reply.View
	} else if !at.begun {
		// What is shown to one reader need not be what another one saved.
		reply, err := s.serve(ctx, by, seen, head, at, dialogue.Event{Kind: dialogue.View})
		if err != nil {
			return Shown{Head: head}, err
		}
		at.Pin, at.State, at.View = reply.Pin, reply.State, reply.View
	}
	pressed := sent.What(at.View)
	if !mayEdit(seen) {
		return s.look(ctx, by, seen, head, at, pressed)
	}
	return s.edit(ctx, by, seen, head, at, sent, pressed)
}

// look lets somebody press who may not change anything.
func (s *Service) look(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, at stands, p Pressed) (Shown, error) {
	if p.Kind != dialogue.Press || at.View.Find(view.Table, p.Target) == nil {
		return Shown{}, core.Forbidden("You may look at this section and not change it.")
	}
	reply, err := s.serve(ctx, by, seen, head, at, dialogue.Event{Kind: p.Kind, Target: p.Target, Answers: p.Fields})
	if err != nil {
		return Shown{Head: head}, err
	}
	if len(reply.Granted.Commands) > 0 {
		return Shown{Head: head}, failure(errLooked)
	}
	return s.shown(head, seen, at, reply.View), nil
}

func (s *Service) edit(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, at stands, sent Sent, p Pressed) (Shown, error) {
	answers := view.Keep(at.View, sent.Answers(at.View))
	if dialogue.Size(answers) > dialogue.MaxTyped {
		return Shown{}, &core.Error{Kind: core.ErrTooLarge, Message: "That is more than we can take. Please shorten it."}
	}
	unlisted, err := dialogue.Choose(ctx, s.lists, at.View, answers)
	if err != nil {
		return Shown{}, err
	}
	if !at.begun {
		at.Version = sent.Version
	}
	if at.Version != at.saved && s.savedBefore(ctx, by, seen, head, at.Version, sent.Key) {
		return s.Show(ctx, by, seen, head.Key)
	}
	at.begun, at.Typed = true, &dialogue.Typed{Step: at.View.ID, Answers: answers}
	if err := s.keep(ctx, by, seen, head, at); err != nil {
		return Shown{}, err
	}
	if at.Version != at.saved {
		out := s.shown(head, seen, at, at.View)
		dialogue.Fill(out.View, answers)
		return out, nil
	}
	if p.Kind == "" {
		out := s.shown(head, seen, at, at.View)
		dialogue.Fill(out.View, answers)
		return out, nil
	}
	event := dialogue.Event{Kind: p.Kind, Target: p.Target, Answers: merged(answers, p.Fields)}
	reply, err := s.serve(ctx, by, seen, head, at, event)
	if err != nil {
		return Shown{Head: head}, err
	}
	if p.Kind == dialogue.Submit && len(reply.Errors) == 0 {
		if wrong := append(view.Check(at.View, answers), unlisted...); len(wrong) > 0 {
			out := s.shown(head, seen, at, at.View)
			dialogue.Fill(out.View, answers)
			out.Refused, out.Messages = true, dialogue.Mark(out.View, wrong)
			return out, nil
		}
	}
	if len(reply.Errors) > 0 {
		if len(reply.Granted.Commands) > 0 {
			return Shown{Head: head}, failure(errRefusedAndActs)
		}
		out := s.shown(head, seen, at, reply.View)
		out.Refused, out.Messages = true, dialogue.Mark(out.View, reply.Errors)
		return out, nil
	}
	if p.Kind == dialogue.Submit || len(reply.Granted.Commands) > 0 {
		return s.save(ctx, by, seen, head, at, reply, sent.Key)
	}
	at.Pin, at.State, at.View, at.Typed = reply.Pin, reply.State, reply.View, nil
	if err := s.keep(ctx, by, seen, head, at); err != nil {
		return Shown{}, err
	}
	return s.shown(head, seen, at, reply.View), nil
}

// save gives the one command that writes the section, with what follows.
func (s *Service) save(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, at stands, reply Reply, key string) (Shown, error) {
	save := &Save{Section: head.Section, Version: at.saved, title: head.Title, reply: reply}
	result, err := s.cases.Do(ctx, by, cases.Request{Key: key, Origin: core.OriginLive, Changes: []cases.Change{
		{Case: seen.Case.ID, Seen: seen.Case.Version, Commands: []cases.Command{save}},
	}})
	if err != nil {
		return Shown{Head: head}, err
	}
	version := at.saved + 1
	if result.Repeated {
		if n, err := strconv.Atoi(result.Outcomes[0].Made["section"]); err == nil {
			version = n
		}
	}
	out := s.shown(head, seen, stands{saved: version}, reply.View)
	out.Saved = true
	return out, nil
}

// savedBefore reports whether what was sent has been saved already: somebody
// pressed twice. The door knows the key, and a section of that version is saved
// no second time.
func (s *Service) savedBefore(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, version int, key string) bool {
	if key == "" {
		return false
	}
	result, err := s.cases.Do(ctx, by, cases.Request{Key: key, Origin: core.OriginLive, Changes: []cases.Change{
		{Case: seen.Case.ID, Seen: seen.Case.Version, Commands: []cases.Command{&Save{Section: head.Section, Version: version}}},
	}})
	return err == nil && result.Repeated
}

// Discard forgets what somebody typed into a section and has not saved.
func (s *Service) Discard(ctx context.Context, by core.Actor, seen *cases.Seen, key string) error {
	head, err := s.find(seen, key)
	if err != nil {
		return err
	}
	return s.forget(ctx, by, seen, head)
}

func merged(answers, more view.Answers) view.Answers {
	if len(more) == 0 {
		return answers
	}
	out := view.Answers{}
	for _, list := range []view.Answers{answers, more} {
		for field, values := range list {
			out[field] = values
		}
	}
	return out
}
