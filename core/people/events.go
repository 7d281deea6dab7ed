package people

import (
	"context"
	"maps"
	"reflect"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

// What is recorded about people, in streams of kind [core.StreamPeople]: one
// for each staff user and customer, named by their ID, and one for each group,
// named "group:" and its key. Passwords and their hashes are never recorded.
const (
	UserCreated     core.EventKind = "staff_user.created"
	UserChanged     core.EventKind = "staff_user.changed" // name, email, roles or groups
	UserDeactivated core.EventKind = "staff_user.deactivated"
	UserActivated   core.EventKind = "staff_user.activated"
	UserUnlocked    core.EventKind = "staff_user.unlocked"
	PasswordChanged core.EventKind = "staff_user.password_changed"
	PasswordLink    core.EventKind = "staff_user.password_link_made"
	GroupCreated    core.EventKind = "group.created"
	GroupChanged    core.EventKind = "group.changed"
	PersonCreated   core.EventKind = "person.created"
	PersonChanged   core.EventKind = "person.changed"
)

// record writes what happened to somebody into the history, in the caller's
// transaction.
func (s *Service) record(ctx context.Context, tx pgx.Tx, by core.Actor, stream string, e core.Event) error {
	now := s.now()
	return events.AppendNext(ctx, tx, events.Entry{
		Stream: core.StreamPeople, StreamID: stream, Event: e,
		Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
	})
}

// changesBetween lists the aspects whose values differ.
func changesBetween(before, after map[core.Aspect]any) map[core.Aspect]core.Changed {
	out := map[core.Aspect]core.Changed{}
	for aspect := range maps.Keys(after) {
		if !reflect.DeepEqual(before[aspect], after[aspect]) {
			out[aspect] = core.Changed{before[aspect], after[aspect]}
		}
	}
	return out
}

// groupStream names the stream of a group.
func groupStream(key string) string { return "group:" + key }
