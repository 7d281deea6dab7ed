package targets

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Recalculate puts the running targets of a case on a newer version of their
// calendar: target.recalculate. A published calendar leaves running
// targets alone until somebody asks for this ([Service.Recalculate]). What is
// late no more by it may be breached again; what is late by it is breached when
// it was due.
type Recalculate struct {
	Calendar string `json:"calendar"` // key of the calendar
	Version  int    `json:"version"`  // of the calendar, that is published
	AskedBy  string `json:"asked_by"` // name of whoever asked for it
}

// Name implements [cases.Command].
func (*Recalculate) Name() core.CommandName { return "target.recalculate" }

// Needs implements [cases.Command].
func (*Recalculate) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*Recalculate) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (c *Recalculate) Apply(ctx context.Context, w *cases.Work) error {
	published, err := w.CalendarAt(ctx, c.Calendar, c.Version)
	if err != nil {
		return err
	}
	b := books.Of(w)
	for _, k := range b.running() {
		if k.Calendar.Key != published.Key || k.Calendar.Version >= published.Version {
			continue
		}
		rule, _, err := k.terms(ctx, w)
		if err != nil {
			return err
		}
		was, from := k.DueAt, k.Calendar.Version
		next, differs := k.On(rule, published, w.Now)
		k.Target, k.calendar = next, published
		b.save(w, k)
		if differs {
			about := dueBefore(was)
			about["calendar"], about["version"], about["was_version"], about["asked_by"] = published.Key, published.Version, from, c.AskedBy
			k.tell(w, w.By, w.HappenedAt, core.TargetRecalculated, about)
		}
	}
	return b.settle(ctx, w)
}

// recalculateBatch bounds the cases of one part of [Service.Recalculate].
const recalculateBatch = 200

// Recalculated is one part of a recalculation.
type Recalculated struct {
	Cases   int           // looked at
	Moved   int           // targets with another due time
	Changed []Rescheduled // those of them on cases within the asker's reach
	Next    core.TargetID // where the next part begins
	Done    bool          // there is no next part
}

// Rescheduled is a running target that is due at another time than before.
type Rescheduled struct {
	CaseID core.CaseID
	Ref    core.Reference
	Rule   string
	Name   core.Text
	Was    time.Time // zero while paused
	Is     time.Time
}

// outdatedRow is a target that is on an older version of its calendar.
type outdatedRow struct {
	shownRow
	WithinReach bool
}

const selectOutdated = `SELECT ` + targetColumns + `, c.type_key, c.ref, ` + withinReach + `
FROM targets t JOIN cases c ON c.id = t.case_id
WHERE t.id > $1 AND t.stopped_at IS NULL AND t.calendar = $2 AND t.calendar_version < $6
ORDER BY t.id LIMIT $7`

// Recalculate puts running targets on the published version of a calendar, some
// hundreds at a time, through the door; after says where this part begins, the
// zero ID for the first. Only configurators may ask for it. It says which
// targets have another due time, of the cases within their reach. Targets that are on that version already are
// left alone, so it may be interrupted and begun again.
func (s *Service) Recalculate(ctx context.Context, reach cases.Reach, calendar string, after core.TargetID) (Recalculated, error) {
	if !casetypes.MayPublish(reach.By) {
		return Recalculated{}, core.Forbidden("Only configurators put running targets on a changed calendar.")
	}
	published, version, err := s.types.Calendar(ctx, calendar)
	if err != nil {
		return Recalculated{}, err
	}
	rows, err := postgres.All[outdatedRow](ctx, s.db.Pool(), selectOutdated, [16]byte(after), calendar, reach.Scopes, reach.By.ID, reach.Groups, version, recalculateBatch)
	if err != nil {
		return Recalculated{}, fmt.Errorf("find targets on older versions of calendar %s: %w", calendar, err)
	}
	out := Recalculated{Done: len(rows) < recalculateBatch}
	seen := map[core.CaseID]bool{}
	for _, row := range rows {
		out.Next = row.ID
		if !seen[row.CaseID] {
			seen[row.CaseID] = true
			command := &Recalculate{Calendar: calendar, Version: version, AskedBy: nameOf(reach.By)}
			if _, err := s.cases.Do(ctx, core.SystemActor(), cases.One(row.CaseID, 0, command)); err != nil && core.KindOf(err) != core.ErrNotFound {
				return out, err
			}
		}
		rule, _, err := s.terms(ctx, row.shownRow)
		if err != nil {
			return out, err
		}
		was := row.noun()
		if is, differs := was.On(rule, published, s.clock.Now()); differs {
			out.Moved++
			if !row.WithinReach {
				continue
			}
			out.Changed = append(out.Changed, Rescheduled{row.CaseID, row.Ref, row.RuleKey, row.Name, was.DueAt, is.DueAt})
		}
	}
	out.Cases = len(seen)
	return out, nil
}

const countOutdated = `SELECT count(*) AS n FROM targets t WHERE t.stopped_at IS NULL AND t.calendar = $1 AND t.calendar_version < $2`

// Outdated counts the running targets that are on an older version of a
// calendar than the published one.
func (s *Service) Outdated(ctx context.Context, calendar string) (int, error) {
	_, version, err := s.types.Calendar(ctx, calendar)
	if err != nil {
		return 0, err
	}
	row, err := postgres.One[counted](ctx, s.db.Pool(), nil, countOutdated, calendar, version)
	return row.N, err
}

type counted struct{ N int }
