package core

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Rewind takes the case back to before changes that were recorded of it: the
// opposite of what [Difference] found. Changes of what is no aspect of the case
// itself, such as its targets, are passed over. StatusKind and DueAt follow from
// the status and from the targets, which the case alone does not know: they are
// left as they are, and so is the version.
func (cs *Case) Rewind(changes map[Aspect]Changed) error {
	for aspect, change := range changes {
		if err := cs.restore(aspect, change[0]); err != nil {
			return fmt.Errorf("take %s back: %w", aspect.Words(), err)
		}
	}
	return nil
}

// restore gives an aspect the value that an event kept of it.
func (cs *Case) restore(aspect Aspect, value any) error {
	if key, ok := strings.CutPrefix(string(aspect), "field:"); ok {
		if value == nil {
			delete(cs.Fields, key)
			return nil
		}
		if cs.Fields == nil {
			cs.Fields = map[string]any{}
		}
		cs.Fields[key] = value
		return nil
	}
	switch aspect {
	case AspectSubject:
		return restored(&cs.Subject, value)
	case AspectStatus:
		return restored(&cs.Status, value)
	case AspectStage:
		return restored(&cs.Stage, value)
	case AspectSubtype:
		return restored(&cs.Subtype, value)
	case AspectPriority:
		return restored(&cs.Priority, value)
	case AspectGroup:
		return restored(&cs.Group, value)
	case AspectAssignee:
		return restored(&cs.Assignee, value)
	case AspectLevel:
		return restored(&cs.Level, value)
	case AspectContact:
		return restored(&cs.Contact, value)
	case AspectPlace:
		var was place
		err := restored(&was, value)
		cs.Place, cs.Address = was.Point, was.Address
		return err
	case AspectReceived:
		return restored(&cs.ReceivedAt, value)
	case AspectOutcome:
		return restored(&cs.Outcome, value)
	case AspectOpened:
		return restored(&cs.OpenedAt, value)
	case AspectResponded:
		return restored(&cs.FirstResponseAt, value)
	case AspectResolved:
		return restored(&cs.ResolvedAt, value)
	case AspectClosed:
		return restored(&cs.ClosedAt, value)
	case AspectReopened:
		return restored(&cs.Reopened, value)
	case AspectConfidental:
		return restored(&cs.Confidentiality, value)
	}
	return nil
}

// restored sets a value from what an event kept: the value itself, or what JSON
// made of it.
func restored[T any](into *T, value any) error {
	var blank T
	*into = blank
	switch value := value.(type) {
	case nil:
		return nil
	case T:
		*into = value
	default:
		raw, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return err
		}
	}
	if at, ok := any(into).(*time.Time); ok && !at.IsZero() {
		*at = at.UTC()
	}
	return nil
}
