package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// maxDepth bounds consequences of consequences.
const maxDepth = 4

// Work is what a command has in hand: the locked case, its type, the time and
// the actor. Changing w.Case and recording an event is all a command does; the
// door writes both.
type Work struct {
	Case       *core.Case
	Type       *core.CaseType // as published now
	Now        time.Time
	HappenedAt time.Time // when it became true; Now unless a command says otherwise
	RecordedAt time.Time // when it is written down; later than Now for what happened elsewhere ([Past])
	By         core.Actor
	Origin     core.Origin
	Groups     []string          // the actor's, when a staff user
	May        []core.Permission // what the actor holds on this case

	door     *Service
	tx       querier
	types    casetypes.Reader
	recorded *core.Case // the case as the last event left it
	isNew    bool
	beside   map[core.Aspect]core.Changed // of what is no column of the case, since then
	writes   []write
	entries  []recordedEvent
	handled  int // entries whose consequences have run
	slots    map[any]any
	made     core.Made
	then     []Granted // of the command that is being applied
	tracking string
	found    scopeOf        // of the case as it was locked
	hours    map[string]int // newest version of each calendar; nil until asked for
}

type write struct {
	sql  string
	args []any
}

type recordedEvent struct {
	event core.Event
	actor core.Actor
	at    time.Time
}

// connection is what a change reads over.
type connection interface {
	postgres.Querier
	querier
}

// querier is what consequences that want to load something need.
type querier interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// work begins the change of one case.
func (s *Service) work(by core.Actor, origin core.Origin, now time.Time, id core.CaseID, isNew bool, over connection) *Work {
	return &Work{
		Case: &core.Case{ID: id}, Now: now, HappenedAt: now, RecordedAt: now, By: by, Origin: origin,
		door: s, tx: over, types: s.types.Over(over), recorded: &core.Case{ID: id}, isNew: isNew,
		slots: map[any]any{}, made: core.Made{},
	}
}

// Write queues a statement for the batch that commits the change. Statements
// run in the order they were queued, after the case itself is written.
func (w *Work) Write(sql string, args ...any) {
	w.writes = append(w.writes, write{sql, args})
}

// Record adds an event. What changed on the case since the event before it is
// taken from the case itself, so that no command can forget a part of it.
func (w *Work) Record(kind core.EventKind, about core.About) {
	w.RecordAs(w.By, w.HappenedAt, kind, about)
}

// RecordAs adds an event with its own actor and time: a breach is the clock's,
// at its due time, whoever was at the door when it was noticed.
func (w *Work) RecordAs(by core.Actor, at time.Time, kind core.EventKind, about core.About) {
	event := core.Event{Kind: kind, Changes: core.Difference(w.recorded, w.Case), About: about}
	maps.Copy(event.Changes, w.beside)
	w.recorded, w.beside = w.Case.Clone(), nil
	w.Case.Version++
	w.entries = append(w.entries, recordedEvent{event, by, at})
}

// Beside says what changed on something that belongs to the case without being
// a column of it, such as a target. The next event that is recorded holds it.
func (w *Work) Beside(aspect core.Aspect, before, after any) {
	if w.beside == nil {
		w.beside = map[core.Aspect]core.Changed{}
	}
	w.beside[aspect] = core.Changed{before, after}
}

// Made names what the command brought into being for the page that asked.
func (w *Work) Made(what, name string) { w.made[what] = name }

// IsNew reports whether the case is being raised in this very change.
func (w *Work) IsNew() bool { return w.isNew }

// Live reports whether the change is of today: targets start, routines run and
// people are told for live changes only.
func (w *Work) Live() bool { return w.Origin == core.OriginLive }

// Holds reports whether the actor holds a permission on the case.
func (w *Work) Holds(p core.Permission) bool { return slices.Contains(w.May, p) }

// Calendar returns the calendar of the case's type, as published now, and its
// version.
func (w *Work) Calendar(ctx context.Context) (*core.Calendar, int, error) {
	if w.hours == nil {
		var r Reads
		r.hours(&w.hours)
		if err := r.send(ctx, w.tx); err != nil {
			return nil, 0, err
		}
	}
	version, ok := w.hours[w.Type.Calendar]
	if !ok {
		return nil, 0, core.Conflict("The calendar %q of this case type does not exist.", w.Type.Calendar)
	}
	calendar, err := w.types.CalendarAt(ctx, w.Type.Calendar, version)
	return calendar, version, err
}

// CalendarAt returns one version of a calendar: the one a target is pinned to.
func (w *Work) CalendarAt(ctx context.Context, key string, version int) (*core.Calendar, error) {
	return w.types.CalendarAt(ctx, key, version)
}

// TypeAt returns one version of the case's type: the one under which a target
// was set.
func (w *Work) TypeAt(ctx context.Context, version int) (*core.CaseType, error) {
	if version == w.Type.Version {
		return w.Type, nil
	}
	return w.types.At(ctx, w.Type.Key, version)
}

// Respond notes the first response by staff, if this is it: a public note, a
// question, a message, or the closing that tells the requester.
func (w *Work) Respond() {
	if !w.By.IsStaff() || !w.Case.FirstResponseAt.IsZero() {
		return
	}
	w.Case.FirstResponseAt = w.HappenedAt
	w.Record(core.FirstResponseGiven, nil)
}

// SetStatus moves the case, keeping the kind and the time of resolution with it.
func (w *Work) SetStatus(s core.Status) {
	w.Case.Status, w.Case.StatusKind = s.Key, s.Kind
	if !s.Kind.IsOpen() && w.Case.ResolvedAt.IsZero() {
		w.Case.ResolvedAt = w.HappenedAt
	}
	if s.Kind.IsOpen() {
		w.Case.ResolvedAt = time.Time{}
	}
}

// run takes one command through befores, guards, its rule and its
// consequences. At depth 0 the actor's permission counts; what follows from a
// permitted command needs none of its own.
func (w *Work) run(ctx context.Context, cmd Command, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: consequences are nested more than %d deep", cmd.Name(), maxDepth)
	}
	if depth == 0 && !w.Holds(cmd.Needs()) {
		return forbidden(cmd)
	}
	for _, before := range w.door.befores[cmd.Name()] {
		if err := w.runAll(ctx, before(w), depth+1); err != nil {
			return err
		}
	}
	if preparer, ok := cmd.(Preparer); ok {
		if err := preparer.Prepare(w); err != nil {
			return err
		}
	}
	if err := w.guard(cmd.Name()); err != nil {
		return err
	}
	if loader, ok := cmd.(Loader); ok && depth > 0 {
		if err := w.load(ctx, loader); err != nil {
			return err
		}
	}
	before := len(w.entries)
	if err := cmd.Apply(ctx, w); err != nil {
		return err
	}
	if len(w.entries) == before && len(core.Difference(w.recorded, w.Case)) > 0 {
		return fmt.Errorf("%s changed the case and recorded nothing", cmd.Name())
	}
	then := w.then
	w.then = nil
	if err := w.follow(ctx, depth); err != nil {
		return err
	}
	return w.runGranted(ctx, then, depth+1)
}

// guard asks every guard of a command, so that whoever is refused learns of
// each obstacle at once. An error that is no refusal ends the asking.
//
// What happened elsewhere has happened, whatever would have stood in its way
// here: a task that the type wants done was nobody's there.
func (w *Work) guard(name core.CommandName) error {
	if w.isNew && !w.Live() {
		return nil
	}
	var obstacles []string
	for _, guard := range w.door.guards[name] {
		err := guard(w)
		var refusal *core.Error
		switch {
		case err == nil:
		case errors.As(err, &refusal) && refusal.Kind == core.ErrConflict:
			obstacles = append(obstacles, refusal.Message)
		default:
			return err
		}
	}
	if len(obstacles) == 0 {
		return nil
	}
	return core.Conflict("%s", strings.Join(obstacles, " "))
}

// Obstacle asks the guards of a command that a consequence would bring: nil
// when nothing stands in its way, else the refusal that it would be.
func (w *Work) Obstacle(name core.CommandName) error { return w.guard(name) }

// follow runs the consequences of the events that have none yet.
func (w *Work) follow(ctx context.Context, depth int) error {
	for w.handled < len(w.entries) {
		event := w.entries[w.handled].event
		w.handled++
		for _, consequence := range w.door.consequences[event.Kind] {
			if err := w.runAll(ctx, consequence(w, event), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Work) runAll(ctx context.Context, commands []Command, depth int) error {
	for _, cmd := range commands {
		if err := w.run(ctx, cmd, depth); err != nil {
			return err
		}
	}
	return nil
}

// load runs the queries of a command that a hook brought, in a batch of its own.
func (w *Work) load(ctx context.Context, l Loader) error {
	r := &Reads{Case: w.Case.ID, Work: w}
	l.Load(r)
	return r.send(ctx, w.tx)
}

// forgotten is an error when the case was changed and no event says so.
func (w *Work) forgotten() error {
	if left := core.Difference(w.recorded, w.Case); len(left) > 0 {
		return fmt.Errorf("case %s was changed without an event: %v", w.Case.Ref, left)
	}
	return nil
}

func forbidden(cmd Command) error {
	return core.Forbidden("You may not do this (%s) on this case.", cmd.Name())
}
