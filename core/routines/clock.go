package routines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// Tick sets off what time sets off by now: of every routine at most its batch of
// cases, those longest due first; the next tick goes on. What is set off is
// written down together with how far the clock has come, so that it is set off
// once, whatever dies and however many servers tick.
func (s *Service) Tick(ctx context.Context, now time.Time) error {
	types, err := s.o.Types.All(ctx)
	if err != nil {
		return err
	}
	rows, err := postgres.All[clockRow](ctx, s.o.DB.Pool(), selectClocks)
	if err != nil {
		return fmt.Errorf("read the clocks of routines: %w", err)
	}
	clocks := make(map[[2]string]clockRow, len(rows))
	for _, c := range rows {
		clocks[[2]string{c.TypeKey, c.Routine}] = c
	}
	var failed []error
	for _, t := range types {
		for place, r := range t.Routines {
			if r.Off || r.When.On != "" {
				continue
			}
			name := [2]string{t.Key, r.Key}
			clock, known := clocks[name]
			delete(clocks, name)
			if err := s.tick(ctx, now, timed{t: t, r: r, place: place}, clock, known); err != nil {
				failed = append(failed, fmt.Errorf("routine %s/%s: %w", t.Key, r.Key, err))
			}
		}
	}
	for name := range clocks { // of routines that are gone, or off
		failed = append(failed, s.forget(ctx, name[0], name[1]))
	}
	return errors.Join(failed...)
}

// timed is a routine that time sets off.
type timed struct {
	t        *core.CaseType
	r        core.Routine
	place    int
	calendar *core.Calendar
}

// fillsAtOnce bounds how many batches of cases one tick finds moments for.
const fillsAtOnce = 20

func (s *Service) tick(ctx context.Context, now time.Time, k timed, clock clockRow, known bool) (err error) {
	if k.calendar, _, err = s.o.Types.Calendar(ctx, k.t.Calendar); err != nil {
		return err
	}
	if rule := ruleOf(k.t, k.r); !known || clock.Rule != rule {
		if clock, err = s.begin(ctx, now, k, rule); err != nil {
			return err
		}
	}
	if k.r.When.Kind() == core.TriggerEvery {
		return s.every(ctx, now, k, clock)
	}
	for i := 0; !clock.Filled && i < fillsAtOnce; i++ {
		more, err := s.fill(ctx, k.t, k.r, clock, k.calendar)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if clock, err = s.clock(ctx, k); err != nil {
			return err
		}
	}
	return s.due(ctx, now, k)
}

// begin starts the clock of a routine that is new, or was changed.
func (s *Service) begin(ctx context.Context, now time.Time, k timed, rule string) (clockRow, error) {
	var next *time.Time
	if k.r.When.Kind() == core.TriggerEvery {
		schedule, err := s.o.Schedule(k.r.When.Every, k.calendar.Location())
		if err != nil {
			return clockRow{}, err
		}
		at := schedule(now)
		next = &at
	}
	err := s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		b.Queue(deleteMoments, k.t.Key, k.r.Key)
		b.Queue(insertClock, k.t.Key, k.r.Key, rule, next != nil, next)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return clockRow{}, err
	}
	return s.clock(ctx, k)
}

const selectClock = selectClocks + ` WHERE type_key = $1 AND routine = $2`

func (s *Service) clock(ctx context.Context, k timed) (clockRow, error) {
	return postgres.One[clockRow](ctx, s.o.DB.Pool(), core.NotFound("There is no clock of this routine."), selectClock, k.t.Key, k.r.Key)
}

// forget drops the clock of a routine that time no longer sets off.
func (s *Service) forget(ctx context.Context, caseType, key string) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		b.Queue(deleteMoments, caseType, key)
		b.Queue(deleteClock, caseType, key)
		return tx.SendBatch(ctx, &b).Close()
	})
}

// due sets a routine off for the cases whose moment has come.
func (s *Service) due(ctx context.Context, now time.Time, k timed) error {
	moments, err := postgres.All[momentRow](ctx, s.o.DB.Pool(), selectDueMoments, k.t.Key, k.r.Key, now, k.r.When.AtOnce())
	if err != nil {
		return fmt.Errorf("find what is due: %w", err)
	}
	if len(moments) == 0 {
		return nil
	}
	ids := make([]core.CaseID, len(moments))
	for i, m := range moments {
		ids[i] = m.CaseID
	}
	snapshots, err := s.Snapshots(ctx, ids)
	if err != nil {
		return err
	}
	ran, err := s.repeats(ctx, ids, now)
	if err != nil {
		return err
	}
	var b pgx.Batch
	var runs []newRun
	for _, m := range moments {
		snapshot, there := snapshots[m.CaseID]
		if !there || snapshot.Case.IsFinal() || snapshot.Case.Type != k.t.Key {
			b.Queue(deleteMoment, m.CaseID, k.r.Key)
			continue
		}
		at, ok := s.stillDue(now, k, snapshot)
		switch {
		case !ok:
			b.Queue(deleteMoment, m.CaseID, k.r.Key)
		case at.After(now):
			b.Queue(updateMoment, m.CaseID, k.r.Key, at, m.Handled)
		default:
			run, err := s.timedRun(ctx, now, k, snapshot, at, ran)
			if err != nil {
				return err
			}
			if run.Occasion != m.Handled {
				runs = append(runs, run)
			}
			if k.r.When.Kind() == core.TriggerQuiet {
				b.Queue(updateMoment, m.CaseID, k.r.Key, k.r.When.Quiet.After(now, k.calendar).UTC(), run.Occasion)
			} else {
				b.Queue(deleteMoment, m.CaseID, k.r.Key)
			}
		}
	}
	return s.set(ctx, now, k, &b, runs, len(runs))
}

// stillDue is the moment that follows from the case as it is; false when there
// is none any more.
func (s *Service) stillDue(now time.Time, k timed, snapshot conditions.Snapshot) (time.Time, bool) {
	if k.r.When.Kind() == core.TriggerQuiet {
		return k.r.When.Quiet.After(snapshot.Changed, k.calendar).UTC(), true
	}
	return k.r.When.Moment(snapshot.Case, k.calendar)
}

// timedRun asks a routine's condition for a case whose moment has come.
func (s *Service) timedRun(ctx context.Context, now time.Time, k timed, snapshot conditions.Snapshot, at time.Time, ran repeats) (newRun, error) {
	snapshot.Now = now
	run := newRun{
		Case: snapshot.Case.ID, Routine: k.r, Occasion: k.r.Key + " " + at.UTC().Format(time.RFC3339Nano), Place: k.place, Type: k.t,
		Kind: string(k.r.When.Kind()), DueAt: at, At: now, State: Passed,
	}
	run.Answer = s.Evaluate(ctx, k.r, snapshot, nil)
	if err := ctx.Err(); err != nil || !run.Answer.Holds {
		return run, err
	}
	ran.admit(&run)
	return run, nil
}

// set writes down what was set off, and the report of it, with what else is to
// be written of how far the clock has come.
func (s *Service) set(ctx context.Context, now time.Time, k timed, b *pgx.Batch, runs []newRun, looked int) error {
	fired := 0
	for _, run := range runs {
		if run.State != Passed {
			fired++
		}
	}
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var round int64
		if looked > 0 {
			if err := tx.QueryRow(ctx, insertRound, k.t.Key, k.r.Key, now, looked, fired).Scan(&round); err != nil {
				return err
			}
		}
		for _, run := range runs {
			run.Round = round
			if err := run.queue(b, insertTimedRun); err != nil {
				return err
			}
			if run.State != Passed {
				s.o.Queue(b, run.Case, run.Occasion)
			}
		}
		if b.Len() == 0 {
			return nil
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

// every sets a routine off at the moments of a schedule, for the open cases. Of
// moments that went by while no server ran the last one counts. Cases whose
// condition does not hold leave no line in the log: the report counts them.
func (s *Service) every(ctx context.Context, now time.Time, k timed, clock clockRow) error {
	if clock.NextAt == nil || clock.NextAt.After(now) {
		return nil
	}
	at, next, err := s.lastMoment(*clock.NextAt, now, k, clock.DoneTo.IsZero())
	if err != nil {
		return err
	}
	found, err := postgres.All[idRow](ctx, s.o.DB.Pool(), selectOpen, k.t.Key, [16]byte(clock.DoneTo), k.r.When.AtOnce())
	if err != nil {
		return fmt.Errorf("find the open cases: %w", err)
	}
	ids := caseIDs(found)
	snapshots, err := s.Snapshots(ctx, ids)
	if err != nil {
		return err
	}
	ran, err := s.repeats(ctx, ids, now)
	if err != nil {
		return err
	}
	var runs []newRun
	for _, id := range ids {
		snapshot, there := snapshots[id]
		if !there {
			continue
		}
		run, err := s.timedRun(ctx, now, k, snapshot, at, ran)
		if err != nil {
			return err
		}
		if run.State != Passed {
			runs = append(runs, run)
		}
	}
	var b pgx.Batch
	if len(ids) < k.r.When.AtOnce() {
		b.Queue(updateNext, k.t.Key, k.r.Key, next, [16]byte{})
	} else {
		b.Queue(updateNext, k.t.Key, k.r.Key, at, [16]byte(ids[len(ids)-1]))
	}
	return s.set(ctx, now, k, &b, runs, len(ids))
}

// maxMissed bounds how many moments of a schedule are gone through.
const maxMissed = 10_000

// lastMoment is the last moment of a schedule by now, from one that has come,
// and the next after it. A moment that is being gone through stays.
func (s *Service) lastMoment(from, now time.Time, k timed, fresh bool) (at, next time.Time, err error) {
	schedule, err := s.o.Schedule(k.r.When.Every, k.calendar.Location())
	if err != nil {
		return at, next, err
	}
	at = from.UTC()
	for range maxMissed {
		if next = schedule(at); next.After(now) || !fresh {
			break
		}
		at = next
	}
	if !next.After(now) {
		next = schedule(now)
	}
	return at, next, nil
}
