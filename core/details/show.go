package details

import (
	"context"
	"errors"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

var (
	errTooLarge = fmt.Errorf("the state has more than %d bytes", dialogue.MaxState)
	errNoView   = errors.New("there is nothing to show")
	errFiles    = errors.New("it asks for files, and sections cannot take files yet")
	errLooked   = errors.New("it asks for effects when it is only looked at")
)

// Shown is a section as somebody sees it.
type Shown struct {
	Head
	View     *view.Node
	Editable bool
	Version  int      // of what is saved; forms send it back
	Begun    bool     // the reader has typed and not saved
	Refused  bool     // the answers need another look; View says which
	Messages []string // what is wrong with none of the fields in particular
	Saved    bool     // what was sent is saved
	Stale    bool     // somebody else has saved it since the reader began
}

// stands is where a section stands for whoever looks: what is saved, or what
// they have begun.
type stands struct {
	dialogue.Stands
	saved int  // version of what is saved now
	begun bool // it is a draft of theirs
}

// Show draws a section and changes nothing. The error is a [Failure] when the
// plugin is at fault.
func (s *Service) Show(ctx context.Context, by core.Actor, seen *cases.Seen, key string) (Shown, error) {
	head, err := s.find(seen, key)
	if err != nil {
		return Shown{}, err
	}
	at, err := s.stands(ctx, by, seen, head)
	if err != nil {
		return Shown{}, err
	}
	event := dialogue.Event{Kind: dialogue.View}
	if at.Pin == "" {
		event.Kind = dialogue.Start
	}
	reply, err := s.serve(ctx, by, seen, head, at, event)
	if err != nil {
		return Shown{Head: head}, err
	}
	if at.begun && at.Typed != nil && at.Typed.Step == reply.View.ID {
		dialogue.Fill(reply.View, at.Typed.Answers)
	}
	return s.shown(head, seen, at, reply.View), nil
}

// Newer reports whether a section has been saved since the version that a reader
// has before them. Its plugin is not asked.
func (s *Service) Newer(ctx context.Context, seen *cases.Seen, key string, than int) (bool, error) {
	head, err := s.find(seen, key)
	if err != nil {
		return false, err
	}
	found, err := postgres.All[versionRow](ctx, s.db.Pool(), selectVersion, seen.Case.ID, head.Section)
	if err != nil {
		return false, fmt.Errorf("read the version of a section: %w", err)
	}
	return len(found) > 0 && found[0].Version > than, nil
}

func (s *Service) shown(head Head, seen *cases.Seen, at stands, tree *view.Node) Shown {
	return Shown{
		Head: head, View: tree, Editable: mayEdit(seen), Version: at.saved, Begun: at.begun, Stale: at.begun && at.Version != at.saved,
	}
}

// serve asks the provider and believes nothing of the reply.
func (s *Service) serve(ctx context.Context, by core.Actor, seen *cases.Seen, head Head, at stands, e dialogue.Event) (Reply, error) {
	reply, err := s.provider.Serve(ctx, Call{
		Section: head.Section, By: by, Seen: seen, Reader: readerOf(seen), Editable: mayEdit(seen),
		Pin: at.Pin, State: at.State, Event: e,
	})
	if err != nil {
		return Reply{}, &Failure{err}
	}
	if err := check(reply); err == errFiles {
		return Reply{}, &Failure{core.Unavailable(err, "This section asks for files, and sections cannot take files yet. Send them with the case, or with a task.")}
	} else if err != nil {
		return Reply{}, failure(err)
	}
	if looks(e.Kind) && len(reply.Granted.Commands) > 0 {
		return Reply{}, failure(errLooked)
	}
	return reply, nil
}

// looks reports whether an event is no act of anybody.
func looks(k dialogue.Kind) bool {
	return k == dialogue.Start || k == dialogue.View || k == dialogue.Goto || k == dialogue.Back || k == dialogue.Change
}
