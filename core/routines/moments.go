package routines

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// For every case there is a moment at which a routine may be set off by time:
// never later than it is. Being quiet is looked at again then: a case that was
// worked on meanwhile gets a later moment, so that nothing is written while it
// is worked on.

const (
	// keepMoment leaves a moment that is there: it is early enough.
	keepMoment = `INSERT INTO routine_moments (case_id, type_key, routine, at) VALUES ($1, $2, $3, $4) ON CONFLICT (case_id, routine) DO NOTHING`

	upsertMoment = `INSERT INTO routine_moments (case_id, type_key, routine, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id, routine) DO UPDATE SET at = excluded.at, type_key = excluded.type_key`

	updateMoment = `UPDATE routine_moments SET at = $3, handled = $4 WHERE case_id = $1 AND routine = $2`

	deleteMoment = `DELETE FROM routine_moments WHERE case_id = $1 AND routine = $2`

	deleteMoments = `DELETE FROM routine_moments WHERE type_key = $1 AND routine = $2`

	selectDueMoments = `SELECT case_id, at, handled FROM routine_moments
WHERE type_key = $1 AND routine = $2 AND at <= $3 ORDER BY at, case_id LIMIT $4`

	// selectToFill finds cases of a type that have not ended, for moments.
	selectToFill = `SELECT c.id` + ofType + `k.status_kind <> 'final'` + afterCase

	// selectOpen finds the open cases of a type, for schedules.
	selectOpen = `SELECT c.id` + ofType + `k.status_kind IN ('start', 'open', 'waiting')` + afterCase

	// The cases of a type ($1), those raised last first, after one of them ($2; the
	// zero one to begin with), at most $3: scope by scope, as they are indexed, so
	// that a rare type is not looked for among all cases.
	ofType = ` FROM scopes s CROSS JOIN LATERAL (SELECT k.id, k.raised_at FROM cases k WHERE k.scope_id = s.id AND `

	afterCase = ` AND (k.raised_at, k.id) < (coalesce((SELECT p.raised_at FROM cases p WHERE p.id = $2), 'infinity'), $2)
	ORDER BY k.raised_at DESC, k.id DESC LIMIT $3) c
WHERE s.type_key = $1 ORDER BY c.raised_at DESC, c.id DESC LIMIT $3`

	insertClock = `INSERT INTO routine_clocks (type_key, routine, rule, filled, filled_to, next_at, done_to)
VALUES ($1, $2, $3, $4, '00000000-0000-0000-0000-000000000000', $5, '00000000-0000-0000-0000-000000000000')
ON CONFLICT (type_key, routine) DO UPDATE SET rule = excluded.rule, filled = excluded.filled, filled_to = excluded.filled_to,
	next_at = excluded.next_at, done_to = excluded.done_to WHERE routine_clocks.rule <> excluded.rule`

	selectClocks = `SELECT type_key, routine, rule, filled, filled_to, next_at, done_to FROM routine_clocks`

	updateFilled = `UPDATE routine_clocks SET filled = $3, filled_to = $4 WHERE type_key = $1 AND routine = $2 AND rule = $5`

	updateNext = `UPDATE routine_clocks SET next_at = $3, done_to = $4 WHERE type_key = $1 AND routine = $2`

	deleteClock = `DELETE FROM routine_clocks WHERE type_key = $1 AND routine = $2`

	insertRound = `INSERT INTO routine_rounds (type_key, routine, at, looked, fired) VALUES ($1, $2, $3, $4, $5) RETURNING no`
)

type idRow struct{ ID core.CaseID }

type momentRow struct {
	CaseID  core.CaseID
	At      time.Time
	Handled string
}

type clockRow struct {
	TypeKey  string
	Routine  string
	Rule     string
	Filled   bool
	FilledTo core.CaseID
	NextAt   *time.Time
	DoneTo   core.CaseID
}

// fillBatch is for how many cases moments are found at once.
const fillBatch = 1_000

// moments notes, with what was heard of a case, when time may set off which
// routines for it.
func (s *Service) moments(ctx context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
	var calendar *core.Calendar
	for _, r := range t.Routines {
		kind := r.When.Kind()
		if r.Off || kind != core.TriggerQuiet && kind != core.TriggerDate || !bears(r.When, heard) {
			continue
		}
		if calendar == nil {
			var err error
			if calendar, _, err = s.o.Types.Calendar(ctx, t.Calendar); err != nil {
				return err
			}
		}
		at, ok := s.moment(r.When, cs, lastChange(heard), calendar)
		switch {
		case !ok || cs.IsFinal():
			b.Queue(deleteMoment, cs.ID, r.Key)
		case kind == core.TriggerQuiet:
			b.Queue(keepMoment, cs.ID, t.Key, r.Key, at)
		default:
			b.Queue(upsertMoment, cs.ID, t.Key, r.Key, at)
		}
	}
	return nil
}

// bears reports whether what was heard may give a case another moment.
func bears(when core.Trigger, heard []core.Recorded) bool {
	for _, e := range heard {
		if e.Kind == core.CaseRaised || e.Kind == core.CaseReopened {
			return true
		}
		if _, changed := e.Changes[core.FieldAspect(when.Field)]; changed && when.Field != "" {
			return true
		}
	}
	return false
}

// moment is when time sets off a routine for a case; false when it does not. A
// day whose moment has gone by when it is given sets nothing off, unless the
// routine is for the time before it and the day is still to come.
func (s *Service) moment(when core.Trigger, cs *core.Case, changed time.Time, calendar *core.Calendar) (time.Time, bool) {
	if when.Kind() == core.TriggerQuiet {
		return when.Quiet.After(changed, calendar).UTC(), true
	}
	at, ok := when.Moment(cs, calendar)
	if !ok || at.After(s.o.Clock.Now()) {
		return at, ok
	}
	day, _ := core.Trigger{Field: when.Field}.Moment(cs, calendar)
	return at, !when.Before.IsZero() && day.After(s.o.Clock.Now())
}

// fill finds the moments of the cases that there were when a routine was
// published, a batch at a time; more says that there are further cases.
func (s *Service) fill(ctx context.Context, t *core.CaseType, r core.Routine, clock clockRow, calendar *core.Calendar) (more bool, err error) {
	ids, err := postgres.All[idRow](ctx, s.o.DB.Pool(), selectToFill, t.Key, [16]byte(clock.FilledTo), fillBatch)
	if err != nil {
		return false, fmt.Errorf("find the cases of a routine: %w", err)
	}
	found, err := s.o.Cases.Several(ctx, caseIDs(ids))
	if err != nil {
		return false, err
	}
	err = s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		for _, cs := range found {
			if at, ok := s.moment(r.When, cs.Case, cs.ChangedAt, calendar); ok {
				b.Queue(upsertMoment, cs.ID, t.Key, r.Key, at)
			}
		}
		upTo := clock.FilledTo
		if len(ids) > 0 {
			upTo = ids[len(ids)-1].ID
		}
		b.Queue(updateFilled, t.Key, r.Key, len(ids) < fillBatch, [16]byte(upTo), clock.Rule)
		return tx.SendBatch(ctx, &b).Close()
	})
	return len(ids) == fillBatch, err
}

func caseIDs(rows []idRow) []core.CaseID {
	out := make([]core.CaseID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

// ruleOf is what a routine's moments follow from: with another one they are
// found anew.
func ruleOf(t *core.CaseType, r core.Routine) string {
	raw, err := json.Marshal(struct {
		When     core.Trigger
		If       string
		Calendar string
	}{r.When, r.If, t.Calendar})
	if err != nil {
		return r.When.String() + r.If // it is made of words; it encodes
	}
	return string(raw)
}
