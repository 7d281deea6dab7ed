package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// View is a target as a case's page shows it.
type View struct {
	core.Target
	Rule   core.TargetRule // that it is set under; Extend as published
	Zone   *time.Location  // in which its times are said
	Due    core.DueTime
	Ledger core.Ledger
	Lines  []core.LedgerLine // of the ledger's segments
}

// Standing reports whether the promise still stands, paused or not.
func (v View) Standing() bool { return v.StoppedAt.IsZero() }

// OfCase lists the targets of a case with their explanations, in the order of
// its type; those the type no longer has come last. Those of its tasks are
// left out: see [Service.OfTasks].
func (s *Service) OfCase(ctx context.Context, id core.CaseID) ([]View, error) {
	all, err := s.views(ctx, id)
	return slices.DeleteFunc(all, func(v View) bool { _, _, isTask := core.ParseTaskTarget(v.Target.Rule); return isTask }), err
}

// OfTasks lists the targets of the tasks of a case, by the number of the task.
func (s *Service) OfTasks(ctx context.Context, id core.CaseID) (map[int]View, error) {
	all, err := s.views(ctx, id)
	if err != nil {
		return nil, err
	}
	out := map[int]View{}
	for _, v := range all {
		if no, _, isTask := core.ParseTaskTarget(v.Target.Rule); isTask {
			out[no] = v
		}
	}
	return out, nil
}

// views lists all targets of a case.
func (s *Service) views(ctx context.Context, id core.CaseID) ([]View, error) {
	rows, err := postgres.All[shownRow](ctx, s.db.Pool(), selectShown, id)
	if err != nil {
		return nil, fmt.Errorf("list the targets of a case: %w", err)
	}
	now, out := s.clock.Now(), make([]View, 0, len(rows))
	for _, row := range rows {
		rule, calendar, err := s.terms(ctx, row)
		if err != nil {
			return nil, err
		}
		target := row.noun()
		ledger := target.Ledger(now, calendar)
		out = append(out, View{
			Target: target, Rule: rule, Zone: calendar.Location(), Due: core.SayDue(now, calendar, target),
			Ledger: ledger, Lines: ledger.Lines(calendar),
		})
	}
	if len(rows) > 0 {
		published, err := s.types.Published(ctx, rows[0].TypeKey)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(out, func(a, b View) int { return placeOf(a, published) - placeOf(b, published) })
	}
	return out, nil
}

// placeOf is a target's place among the rules of the type.
func placeOf(v View, t *core.CaseType) int {
	i := slices.IndexFunc(t.Targets, func(r core.TargetRule) bool { return r.Key == v.Rule.Key })
	if i < 0 {
		return len(t.Targets)
	}
	return i
}

// terms are the rule and the calendar of a target that is only looked at.
func (s *Service) terms(ctx context.Context, row shownRow) (core.TargetRule, *core.Calendar, error) {
	set, err := s.types.At(ctx, row.TypeKey, row.TypeVersion)
	if err != nil {
		return core.TargetRule{}, nil, err
	}
	published, err := s.types.Published(ctx, row.TypeKey)
	if err != nil {
		return core.TargetRule{}, nil, err
	}
	rule, err := ruleOf(row.RuleKey, set, published)
	if err != nil {
		return rule, nil, err
	}
	calendar, err := s.types.CalendarAt(ctx, row.Calendar, row.CalendarVersion)
	return rule, calendar, err
}

// Urgent is the most urgent target of a case, for a row of a list.
type Urgent struct {
	Rule  string
	Name  core.Text
	State core.TargetState
	DueAt time.Time // zero while paused
	Due   core.DueTime
}

// OfCases says of each case how its most urgent target stands: the one that
// runs and is due first, or else a paused one. Cases without either are left
// out. Whether the reader may see the cases is for the caller to have asked.
func (s *Service) OfCases(ctx context.Context, ids []core.CaseID) (map[core.CaseID]Urgent, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := postgres.AllPlanned[shownRow](ctx, s.db.Pool(), selectMostUrgent, ids)
	if err != nil {
		return nil, fmt.Errorf("list the most urgent targets: %w", err)
	}
	now, out := s.clock.Now(), make(map[core.CaseID]Urgent, len(rows))
	for _, row := range rows {
		calendar, err := s.types.CalendarAt(ctx, row.Calendar, row.CalendarVersion)
		if err != nil {
			return nil, err
		}
		t := row.noun()
		out[t.CaseID] = Urgent{t.Rule, t.Name, t.State, t.DueAt, core.SayDue(now, calendar, t)}
	}
	return out, nil
}
