package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// Draft is what [Service.WhatIf] supposes: a case type, or a calendar.
type Draft struct {
	CaseType *core.CaseType
	Calendar *core.CalendarSpec
}

// whatIfBatch bounds the cases of one part of [Service.WhatIf].
const whatIfBatch = 1_000

// WhatIf is one part of what a draft would change for open cases.
type WhatIf struct {
	Cases   int // open cases looked at
	Targets int // running targets on them
	Late    int // targets that would be late now, and are not
	Saved   int // targets that are late now, and would not be
	Sooner  int // others that would be due sooner
	Later   int // others that would be due later
	Added   int // targets that the cases do not have and would have
	Dropped int // targets that the cases have and would not have

	Listed []Shift // those that would be late or saved, on cases within reach

	Next core.CaseID // where the next part begins
	Done bool        // there is no next part
}

// Shift is a target that would be late, or would not be.
type Shift struct {
	CaseID  core.CaseID
	Ref     core.Reference
	Subject string
	Rule    string
	Name    core.Text
	Was     time.Time // due now; zero while paused, and for a target that would be added
	Is      time.Time // due under the draft; zero while paused, and for one that would be dropped
	Late    bool      // it would be late; else it is late and would be saved
	Zone    *time.Location
}

// Add puts the figures of a later part to those of the parts before.
func (w WhatIf) Add(more WhatIf) WhatIf {
	w.Cases, w.Targets, w.Late, w.Saved = w.Cases+more.Cases, w.Targets+more.Targets, w.Late+more.Late, w.Saved+more.Saved
	w.Sooner, w.Later, w.Added, w.Dropped = w.Sooner+more.Sooner, w.Later+more.Later, w.Added+more.Added, w.Dropped+more.Dropped
	w.Listed = append(slices.Clip(w.Listed), more.Listed...)
	w.Next, w.Done = more.Next, more.Done
	return w
}

const supposedColumns = `c.id, c.ref, c.type_key, c.subject, c.subtype, c.priority, c.channel, c.fields, c.status, c.status_kind, c.stage,
	c.raised_at, c.received_at, c.first_response_at, c.resolved_at, ` + withinReach

// withinReach is true of cases that whoever asks may see; the parameters are
// the scopes of their reach, their identifier and their groups.
const withinReach = `(c.scope_id = ANY ($3) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why <> 'brief'
	AND (a.actor_kind = 'staff' AND a.actor_id = $4 OR a.actor_kind = 'group' AND a.actor_id = ANY ($5)))) AS within_reach`

const selectSupposed = `SELECT ` + supposedColumns + ` FROM cases c
WHERE c.id > $1 AND c.status_kind NOT IN ('final', 'resolved') AND c.type_key = ANY ($2) ORDER BY c.id LIMIT $6`

const selectOnCalendar = `SELECT ` + supposedColumns + ` FROM cases c
WHERE c.id > $1 AND c.status_kind NOT IN ('final', 'resolved')
	AND EXISTS (SELECT FROM targets t WHERE t.case_id = c.id AND t.calendar = ANY ($2) AND t.stopped_at IS NULL)
ORDER BY c.id LIMIT $6`

// supposedRow is an open case with what its targets may depend on.
type supposedRow struct {
	ID              core.CaseID
	Ref             core.Reference
	TypeKey         string
	Subject         string
	Subtype         string
	Priority        string
	Channel         core.Channel
	Fields          map[string]any
	Status          string
	StatusKind      core.StatusKind
	Stage           string
	RaisedAt        time.Time
	ReceivedAt      time.Time
	FirstResponseAt *time.Time
	ResolvedAt      *time.Time
	WithinReach     bool
}

func (r supposedRow) noun() *core.Case {
	return &core.Case{
		ID: r.ID, Ref: r.Ref, Type: r.TypeKey, Subject: r.Subject, Subtype: r.Subtype, Priority: r.Priority, Channel: r.Channel,
		Fields: r.Fields, Status: r.Status, StatusKind: r.StatusKind, Stage: r.Stage, RaisedAt: r.RaisedAt.UTC(), ReceivedAt: r.ReceivedAt.UTC(),
		FirstResponseAt: orZero(r.FirstResponseAt), ResolvedAt: orZero(r.ResolvedAt),
	}
}

const selectOfCases = `SELECT ` + targetColumns + `, c.type_key, c.ref
FROM targets t JOIN cases c ON c.id = t.case_id
WHERE t.case_id = ANY ($1::uuid[]) AND t.rule_key NOT LIKE 'task:%' ORDER BY t.case_id, t.rule_key`

// WhatIf says what a draft would change for open cases, a thousand at a time,
// had it held from the beginning of each: which targets would be late, and which
// late ones would not. after says where this part begins, the zero ID for the
// first; [WhatIf.Add] sums parts up. Due times come from the function that gives
// all due times.
//
// It changes nothing. It counts all cases; it lists those within the reader's
// reach alone.
func (s *Service) WhatIf(ctx context.Context, reach cases.Reach, d Draft, after core.CaseID) (WhatIf, error) {
	sup, err := s.supposition(ctx, d)
	if err != nil {
		return WhatIf{}, err
	}
	sql, keys := selectSupposed, []string{}
	if d.CaseType != nil {
		keys = append(keys, d.CaseType.Key)
	} else {
		sql, keys = selectOnCalendar, append(keys, d.Calendar.Key)
	}
	found, err := postgres.All[supposedRow](ctx, s.db.Pool(), sql, [16]byte(after), keys, reach.Scopes, reach.By.ID, reach.Groups, whatIfBatch)
	if err != nil {
		return WhatIf{}, fmt.Errorf("read the open cases that a draft is about: %w", err)
	}
	out := WhatIf{Cases: len(found), Done: len(found) < whatIfBatch}
	ids := make([]core.CaseID, len(found))
	for i, row := range found {
		ids[i], out.Next = row.ID, row.ID
	}
	rows, err := postgres.All[shownRow](ctx, s.db.Pool(), selectOfCases, ids)
	if err != nil {
		return WhatIf{}, fmt.Errorf("read the targets that a draft is about: %w", err)
	}
	byCase := map[core.CaseID][]shownRow{}
	for _, row := range rows {
		byCase[row.CaseID] = append(byCase[row.CaseID], row)
	}
	whole, pasts, err := sup.read(ctx, ids)
	if err != nil {
		return WhatIf{}, err
	}
	for _, row := range found {
		cs := row.noun()
		if all, ok := whole[row.ID]; ok {
			cs = all
		}
		shifts, err := sup.ofCase(ctx, &out, cs, byCase[row.ID], pasts[row.ID.String()])
		if err != nil {
			return WhatIf{}, err
		}
		if row.WithinReach {
			out.Listed = append(out.Listed, shifts...)
		}
	}
	return out, nil
}

const countSupposed = `SELECT count(*) AS n FROM cases c WHERE c.status_kind NOT IN ('final', 'resolved') AND c.type_key = $1`

const countOnCalendar = `SELECT count(*) AS n FROM cases c WHERE c.status_kind NOT IN ('final', 'resolved')
	AND EXISTS (SELECT FROM targets t WHERE t.case_id = c.id AND t.calendar = $1 AND t.stopped_at IS NULL)`

// Supposed counts the open cases that a draft is about: what [Service.WhatIf]
// will have looked at in the end.
func (s *Service) Supposed(ctx context.Context, d Draft) (int, error) {
	sql, key := countOnCalendar, ""
	if d.CaseType != nil {
		sql, key = countSupposed, d.CaseType.Key
	} else if d.Calendar != nil {
		key = d.Calendar.Key
	}
	row, err := postgres.One[counted](ctx, s.db.Pool(), nil, sql, key)
	return row.N, err
}

// supposition is a draft made ready to be tried.
type supposition struct {
	service  *Service
	now      time.Time
	caseType *core.CaseType // nil when only the calendar is another
	calendar *core.Calendar

	conditions map[string]compiled // of the draft, by their text
}

// compiled is a condition that was made ready, or why it could not be.
type compiled struct {
	condition *conditions.Condition
	err       error
}

// asks reports whether a rule of the draft has a condition in CEL.
func (sup *supposition) asks() bool {
	return sup.caseType != nil && slices.ContainsFunc(sup.caseType.Targets, func(r core.TargetRule) bool { return r.If != "" })
}

func (s *Service) supposition(ctx context.Context, d Draft) (*supposition, error) {
	sup := &supposition{service: s, now: s.clock.Now(), caseType: d.CaseType, conditions: map[string]compiled{}}
	var err error
	switch {
	case d.CaseType != nil:
		sup.calendar, _, err = s.types.Calendar(ctx, d.CaseType.Calendar)
	case d.Calendar != nil:
		sup.calendar, err = core.NewCalendar(*d.Calendar, 0)
	default:
		err = core.Invalid("There is nothing to suppose.")
	}
	return sup, err
}

// read reads what a draft of a case type asks of cases beside their targets: all
// of them where conditions ask, and what has happened to them so far.
func (sup *supposition) read(ctx context.Context, ids []core.CaseID) (whole map[core.CaseID]*core.Case, pasts map[string]*past, err error) {
	if sup.caseType == nil {
		return nil, nil, nil
	}
	if pasts, err = sup.service.pasts(ctx, sup.caseType, ids); err != nil || !sup.asks() {
		return nil, pasts, err
	}
	found, err := sup.service.cases.Several(ctx, ids)
	whole = make(map[core.CaseID]*core.Case, len(found))
	for _, cs := range found {
		whole[cs.ID] = cs.Case
	}
	return whole, pasts, err
}

// ofCase counts what would change for one case, and returns what would be late
// or saved.
func (sup *supposition) ofCase(ctx context.Context, out *WhatIf, cs *core.Case, rows []shownRow, p *past) ([]Shift, error) {
	var shifts []Shift
	tell := func(name core.Text, rule string, was, is core.Target) {
		shift := Shift{CaseID: cs.ID, Ref: cs.Ref, Subject: cs.Subject, Rule: rule, Name: name, Was: was.DueAt, Is: is.DueAt, Zone: sup.calendar.Location()}
		switch wasLate, isLate := was.LateAt(sup.now), is.LateAt(sup.now); {
		case isLate && !wasLate:
			out.Late++
			shift.Late = true
			shifts = append(shifts, shift)
		case wasLate && !isLate:
			out.Saved++
			shifts = append(shifts, shift)
		case is.DueAt.Before(was.DueAt) && !is.DueAt.IsZero():
			out.Sooner++
		case is.DueAt.After(was.DueAt) && !was.DueAt.IsZero():
			out.Later++
		}
	}
	for _, row := range rows {
		was := row.noun()
		if !was.StoppedAt.IsZero() || sup.caseType == nil && was.Calendar.Key != sup.calendar.Key {
			continue
		}
		out.Targets++
		rule, is, runs, err := sup.supposed(ctx, cs, row, p)
		if err != nil {
			return nil, err
		}
		if !runs {
			out.Dropped++
			if was.LateAt(sup.now) {
				tell(was.Name, was.Rule, was, core.Target{StoppedAt: sup.now})
			}
			continue
		}
		tell(rule.Name, rule.Key, was, is)
	}
	if sup.caseType == nil {
		return shifts, nil
	}
	for _, rule := range sup.caseType.Targets {
		is, would, err := sup.added(ctx, cs, rule, rows, p)
		if err != nil {
			return nil, err
		}
		if would {
			out.Added++
			if is.LateAt(sup.now) {
				tell(rule.Name, rule.Key, core.Target{}, is)
			}
		}
	}
	return shifts, nil
}

// supposed is a running target under the draft, and the rule it would have;
// false when it would not run. A calendar that is another leaves each target its
// own promise, and a rule that starts at the same moment the beginning it had.
func (sup *supposition) supposed(ctx context.Context, cs *core.Case, row shownRow, p *past) (rule core.TargetRule, is core.Target, runs bool, err error) {
	set, err := sup.service.types.At(ctx, row.TypeKey, row.TypeVersion)
	if err != nil {
		return rule, is, false, err
	}
	was, err := ruleOf(row.RuleKey, set, set)
	switch {
	case err != nil:
		return was, is, false, err
	case sup.caseType == nil:
		is, _ = row.noun().On(was, sup.calendar, sup.now)
		return was, is, true, nil
	}
	rule, known := sup.caseType.Target(row.RuleKey)
	if !known {
		return rule, is, false, nil
	}
	if runs, _, err = sup.applies(ctx, rule, cs); err != nil || !runs {
		return rule, is, false, err
	}
	if rule.Starts != was.Starts {
		is, runs = sup.begun(cs, rule, p)
		return rule, is, runs, nil
	}
	return rule, row.noun().Supposed(rule, sup.calendar), true, nil
}

// applies reports whether a rule of the draft is for a case.
func (sup *supposition) applies(ctx context.Context, rule core.TargetRule, cs *core.Case) (bool, *core.Because, error) {
	return judge(ctx, sup.compile, sup.caseType, rule, cs, sup.now)
}

// compile keeps what it has made: a draft has many cases.
func (sup *supposition) compile(text string) (*conditions.Condition, error) {
	if made, ok := sup.conditions[text]; ok {
		return made.condition, made.err
	}
	condition, err := of(sup.caseType, sup.service.language)(text)
	sup.conditions[text] = compiled{condition, err}
	return condition, err
}

// added is the target that a case would have by a rule and does not have.
func (sup *supposition) added(ctx context.Context, cs *core.Case, rule core.TargetRule, rows []shownRow, p *past) (core.Target, bool, error) {
	if slices.ContainsFunc(rows, func(r shownRow) bool { return r.RuleKey == rule.Key }) {
		return core.Target{}, false, nil
	}
	is, _, err := sup.applies(ctx, rule, cs)
	if err != nil || !is {
		return core.Target{}, false, err
	}
	t, runs := sup.begun(cs, rule, p)
	if !runs {
		return t, false, nil
	}
	for _, row := range rows {
		if other := row.noun(); other.StoppedAt.IsZero() {
			if known, ok := sup.caseType.Target(other.Rule); ok && known.Starts == rule.Starts {
				return other.For(core.TargetID{}, rule, sup.calendar), true, nil // with the same pauses, those by hand too
			}
		}
	}
	return t, true, nil
}

// begun is the target that would run by a rule, from what has happened to the
// case: begun at its moment, paused when there was a reason to.
func (sup *supposition) begun(cs *core.Case, rule core.TargetRule, p *past) (core.Target, bool) {
	began, runs := running(rule, p.of(cs, sup.caseType.Targets, sup.calendar.Location()))
	if !runs || began.Before(sup.now.AddDate(-maxYears, 0, 0)) || began.After(sup.now.AddDate(maxYears, 0, 0)) {
		return core.Target{}, false
	}
	t := core.NewTarget(core.TargetID{}, cs.ID, rule, sup.calendar, began)
	return p.paused(t, rule, sup.calendar, began), true
}
