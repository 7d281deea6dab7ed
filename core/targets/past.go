package targets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// past is what has happened to a case so far, as far as it starts, stops,
// restarts or pauses targets.
type past struct {
	moments []happened
	stands  []stand
}

// happened is a moment that has been.
type happened struct {
	at     time.Time
	moment core.Moment
	leaves bool // it restarts nothing: the answer to a question that left the clocks alone
}

// stand is a time in which there was a reason to pause.
type stand struct {
	reason core.PauseReason
	from   time.Time
	to     time.Time // zero while the reason remains
}

const selectPastChanges = `SELECT e.stream_id AS case_id, e.happened_at,
	coalesce(convert_from(b.body, 'UTF8')::jsonb -> 'changes' -> 'stage' ->> 1, '') AS stage,
	coalesce(convert_from(b.body, 'UTF8')::jsonb -> 'changes' -> 'status' ->> 1, '') AS status
FROM events e JOIN event_bodies b USING (seq)
WHERE e.stream_kind = 'case' AND e.stream_id = ANY ($1::text[]) AND e.aspects && ARRAY['stage', 'status']
ORDER BY e.stream_id, e.version`

const selectPastTasks = `SELECT case_id::text AS case_id, type, ended_at FROM tasks
WHERE case_id = ANY ($1::uuid[]) AND state = 'done' AND ended_at IS NOT NULL ORDER BY case_id, ended_at`

const selectPastQuestions = `SELECT case_id::text AS case_id, pauses, asked_at, answered_at, withdrawn_at FROM questions
WHERE case_id = ANY ($1::uuid[]) ORDER BY case_id, asked_at`

type pastChangeRow struct {
	CaseID     string
	HappenedAt time.Time
	Stage      string
	Status     string
}

type pastTaskRow struct {
	CaseID  string
	Type    string
	EndedAt time.Time
}

type pastQuestionRow struct {
	CaseID      string
	Pauses      bool
	AskedAt     time.Time
	AnsweredAt  *time.Time
	WithdrawnAt *time.Time
}

// pasts reads what has happened to cases of a type so far.
func (s *Service) pasts(ctx context.Context, t *core.CaseType, ids []core.CaseID) (map[string]*past, error) {
	out, keys := make(map[string]*past, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		keys[i] = id.String()
		out[keys[i]] = &past{}
	}
	changes, err := postgres.All[pastChangeRow](ctx, s.db.Pool(), selectPastChanges, keys)
	if err != nil {
		return nil, fmt.Errorf("read the stages and statuses that cases have been in: %w", err)
	}
	for _, row := range changes {
		out[row.CaseID].change(t, row)
	}
	done, err := postgres.All[pastTaskRow](ctx, s.db.Pool(), selectPastTasks, ids)
	if err != nil {
		return nil, fmt.Errorf("read the tasks that were done: %w", err)
	}
	for _, row := range done {
		out[row.CaseID].add(row.EndedAt, core.Moment("task:"+row.Type))
	}
	asked, err := postgres.All[pastQuestionRow](ctx, s.db.Pool(), selectPastQuestions, ids)
	if err != nil {
		return nil, fmt.Errorf("read the questions that were asked: %w", err)
	}
	for _, row := range asked {
		out[row.CaseID].question(row)
	}
	return out, nil
}

func (p *past) add(at time.Time, m core.Moment) {
	p.moments = append(p.moments, happened{at: at.UTC(), moment: m})
}

// change adds a change of stage, of status, or of both.
func (p *past) change(t *core.CaseType, row pastChangeRow) {
	if row.Stage != "" {
		p.add(row.HappenedAt, core.Moment("stage:"+row.Stage))
	}
	if row.Status == "" {
		return
	}
	p.add(row.HappenedAt, core.Moment("status:"+row.Status))
	status, _ := t.Status(row.Status)
	if status.Kind == core.StatusWaiting {
		p.stand(core.PauseWaiting, row.HappenedAt, nil)
	} else {
		p.end(core.PauseWaiting, row.HappenedAt)
	}
}

func (p *past) question(row pastQuestionRow) {
	over := row.WithdrawnAt
	if row.AnsweredAt != nil {
		over = row.AnsweredAt
		p.moments = append(p.moments, happened{row.AnsweredAt.UTC(), core.MomentQuestionAnswered, !row.Pauses})
	}
	if row.Pauses {
		p.stand(core.PauseOpenQuestion, row.AskedAt, over)
	}
}

// stand adds a time with a reason to pause. It is joined to one of the same
// reason that has not ended by then.
func (p *past) stand(reason core.PauseReason, from time.Time, to *time.Time) {
	next := stand{reason: reason, from: from.UTC(), to: orZero(to)}
	for i := range p.stands {
		if s := &p.stands[i]; s.reason == reason && (s.to.IsZero() || !s.to.Before(next.from)) {
			if next.to.IsZero() || !s.to.IsZero() && next.to.After(s.to) {
				s.to = next.to
			}
			return
		}
	}
	p.stands = append(p.stands, next)
}

func (p *past) end(reason core.PauseReason, at time.Time) {
	for i := range p.stands {
		if p.stands[i].reason == reason && p.stands[i].to.IsZero() {
			p.stands[i].to = at.UTC()
		}
	}
}

// of adds what the case itself says of its past: dates stand in the zone of the
// calendar.
func (p *past) of(cs *core.Case, rules []core.TargetRule, zone *time.Location) []happened {
	all := append(slices.Clip(p.moments), happened{at: cs.RaisedAt, moment: core.MomentRaised}, happened{at: cs.ReceivedAt, moment: core.MomentReceived})
	if !cs.FirstResponseAt.IsZero() {
		all = append(all, happened{at: cs.FirstResponseAt, moment: core.MomentFirstResponse})
	}
	if !cs.ResolvedAt.IsZero() {
		all = append(all, happened{at: cs.ResolvedAt, moment: core.MomentResolved})
	}
	for _, rule := range rules {
		_, key := rule.Starts.Split()
		if date, err := core.ParseDate(fmt.Sprint(cs.Fields[key])); isField(rule.Starts) && err == nil {
			all = append(all, happened{time.Date(date.Year, date.Month, date.Day, 0, 0, 0, 0, zone).UTC(), rule.Starts, false})
		}
	}
	slices.SortStableFunc(all, func(a, b happened) int { return a.at.Compare(b.at) })
	return all
}

// running is when the target of a rule began that would run now; false when
// none would.
func running(rule core.TargetRule, all []happened) (began time.Time, runs bool) {
	for _, h := range all {
		switch {
		case runs && h.moment == rule.Stops:
			runs = false
		case !runs && h.moment == rule.Starts, runs && !h.leaves && slices.Contains(rule.Restarts, h.moment):
			began, runs = h.at, true
		}
	}
	return began, runs
}

// paused lets a target that began stand still when there was a reason to.
func (p *past) paused(t core.Target, rule core.TargetRule, calendar *core.Calendar, began time.Time) core.Target {
	var causes []core.Cause
	for _, s := range p.stands {
		if !s.to.IsZero() && !s.to.After(began) {
			continue
		}
		from := s.from
		if from.Before(began) {
			from = began
		}
		causes = append(causes, core.Cause{Kind: core.CausePaused, Reason: s.reason, At: from})
		if !s.to.IsZero() {
			causes = append(causes, core.Cause{Kind: core.CauseResumed, Reason: s.reason, At: s.to})
		}
	}
	slices.SortStableFunc(causes, func(a, b core.Cause) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Kind, a.Kind)) // what ends comes before what begins
	})
	for _, cause := range causes {
		if next, _, err := t.Apply(rule, calendar, cause); err == nil {
			t = next
		}
	}
	return t
}
