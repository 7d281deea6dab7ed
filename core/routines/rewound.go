package routines

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// replayedCases are those of a type ($1) to which something happened since ($2),
// or, when time is tried ($3), that have not ended; of them those that the
// reader reaches: their scopes ($4), or opened to them ($5) or their groups ($6)
// for another reason, or all ($7).
const replayedCases = ` FROM cases c
WHERE c.type_key = $1 AND (c.updated_at >= $2 OR $3 AND c.status_kind <> 'final')
	AND ($7 OR c.scope_id = ANY ($4) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why IN ('escalated', 'named')
		AND (a.actor_kind = 'staff' AND a.actor_id = $5 OR a.actor_kind = 'group' AND a.actor_id = ANY ($6))))`

const (
	countReplayed = `SELECT count(*)::int AS n` + replayedCases

	selectReplayed = `SELECT c.id` + replayedCases + ` AND c.id < $8 ORDER BY c.id DESC LIMIT $9`

	selectNumberedTasks = `SELECT case_id, no, type, state, due_at FROM tasks WHERE case_id = ANY ($1) ORDER BY case_id, no`

	selectAskedQuestions = `SELECT case_id, asked_at, coalesce(answered_at, withdrawn_at) AS ended_at FROM questions WHERE case_id = ANY ($1)`

	countDid = `SELECT case_id, count(*)::int AS n FROM routine_runs
WHERE case_id = ANY ($1) AND ($2 = '' OR routine = $2) AND at >= $3 AND at <= $4 AND state IN ('waiting', 'done', 'failed') GROUP BY case_id`
)

type numberedTaskRow struct {
	CaseID core.CaseID
	No     int
	Type   string
	State  core.TaskState
	DueAt  *time.Time
}

type askedRow struct {
	CaseID  core.CaseID
	AskedAt time.Time
	EndedAt *time.Time
}

// newestID stands before all cases that there are.
var newestID = core.CaseID(bytes.Repeat([]byte{0xff}, 16))

// pastCase is a case as it is, with all that takes it back.
type pastCase struct {
	cases.Standing
	targets   []core.Target
	tasks     []core.Task
	questions []askedRow
	events    []events.Past // since the beginning of the trial, newest first
	before    time.Time     // when anything last happened to it before that
	did       int           // runs of the routines in the log
	cut       bool          // there are earlier events that were not read
}

// pastBatch is one part of what a trial reads.
type pastBatch struct {
	cases []pastCase // newest first
	last  core.CaseID
	more  bool
	full  bool // the bound of events was reached
}

// Replayable counts the cases that a trial looks at.
func (s *Service) Replayable(ctx context.Context, reach cases.Reach, trial Trial) (int, error) {
	r, err := s.replay(ctx, trial)
	if err != nil {
		return 0, err
	}
	n, err := postgres.One[countRow](ctx, s.o.DB.Pool(), nil, countReplayed, r.filter(reach)...)
	if err != nil {
		return 0, fmt.Errorf("count the cases of a trial: %w", err)
	}
	return n.N, nil
}

// filter is what replayedCases asks for.
func (r *replay) filter(reach cases.Reach) []any {
	return []any{r.Type.Key, r.Since, r.timed, reach.Scopes, reach.By.ID, reach.Groups, reach.By.Has(core.RoleAuditor)}
}

// readPast reads the next cases of a trial, with their past.
func (s *Service) readPast(ctx context.Context, reach cases.Reach, r *replay) (*pastBatch, error) {
	after := r.sum.Next
	if after.IsZero() {
		after = newestID
	}
	rows, err := postgres.All[idRow](ctx, s.o.DB.Pool(), selectReplayed, append(r.filter(reach), after, replayBatch)...)
	if err != nil {
		return nil, fmt.Errorf("find the cases of a trial: %w", err)
	}
	out := &pastBatch{more: len(rows) == replayBatch}
	if len(rows) == 0 {
		return out, nil
	}
	out.last = rows[len(rows)-1].ID
	standing, err := s.o.Cases.Several(ctx, caseIDs(rows))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(standing, func(a, b cases.Standing) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	out.cases = make([]pastCase, len(standing))
	for i, cs := range standing {
		out.cases[i] = pastCase{Standing: cs}
	}
	// What happens after the cases were read is taken back from what stands beside
	// them: all of that is of one instant.
	err = s.o.DB.Snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error { return out.read(ctx, tx, r) })
	return out, err
}

// read reads what stands beside the cases, and their history.
func (b *pastBatch) read(ctx context.Context, tx pgx.Tx, r *replay) error {
	at, ids, names := map[core.CaseID]*pastCase{}, make([]core.CaseID, len(b.cases)), make([]string, len(b.cases))
	for i := range b.cases {
		p := &b.cases[i]
		at[p.ID], ids[i], names[i] = p, p.ID, p.ID.String()
	}
	most := max(1, MaxReplayedEvents-r.sum.Events)
	past, err := events.Since(ctx, tx, core.StreamCase, names, r.Since, most)
	if err != nil {
		return err
	}
	for _, e := range past {
		if p := at[e.CaseID]; p != nil {
			p.events = append(p.events, e)
		}
	}
	if len(past) == most {
		b.cutAt(past[most-1].CaseID)
	}
	before, err := events.LastBefore(ctx, tx, core.StreamCase, names, r.Since)
	if err != nil {
		return err
	}
	for name, p := range at {
		p.before = before[name.String()]
	}
	targets, err := postgres.All[targetRow](ctx, tx, selectTargets, ids)
	if err != nil {
		return fmt.Errorf("read the targets of a trial: %w", err)
	}
	for _, row := range targets {
		at[row.CaseID].targets = append(at[row.CaseID].targets, row.noun())
	}
	tasks, err := postgres.All[numberedTaskRow](ctx, tx, selectNumberedTasks, ids)
	if err != nil {
		return fmt.Errorf("read the tasks of a trial: %w", err)
	}
	for _, row := range tasks {
		at[row.CaseID].tasks = append(at[row.CaseID].tasks, core.Task{CaseID: row.CaseID, No: row.No, Type: row.Type, State: row.State, DueAt: orZero(row.DueAt)})
	}
	questions, err := postgres.All[askedRow](ctx, tx, selectAskedQuestions, ids)
	if err != nil {
		return fmt.Errorf("read the questions of a trial: %w", err)
	}
	for _, row := range questions {
		at[row.CaseID].questions = append(at[row.CaseID].questions, row)
	}
	did, err := postgres.All[didRow](ctx, tx, countDid, ids, r.Routine, r.Since, r.Until)
	if err != nil {
		return fmt.Errorf("count the runs in the time of a trial: %w", err)
	}
	for _, row := range did {
		at[row.CaseID].did = row.N
	}
	return nil
}

type didRow struct {
	CaseID core.CaseID
	N      int
}

// cutAt leaves out the cases whose events were not read any more, after the one
// whose events were read in part.
func (b *pastBatch) cutAt(id core.CaseID) {
	b.full = true
	i := slices.IndexFunc(b.cases, func(p pastCase) bool { return p.ID == id })
	if i < 0 {
		return
	}
	b.cases[i].cut = true
	b.cases = b.cases[:i+1]
}

// end says what has become of the case.
func (p *pastCase) end(now time.Time) End {
	out := End{Over: !p.Case.IsOpen()}
	for _, t := range p.targets {
		if _, _, isTask := core.ParseTaskTarget(t.Rule); isTask {
			continue
		}
		switch {
		case t.LateAt(now):
			out.Late, out.By = true, max(out.By, now.Sub(t.DueAt))
		case t.State == core.StateBreached && t.StoppedAt.IsZero():
			out.Late = true
		case t.State == core.StateBreached:
			out.Late = true
			if !t.Left.Working {
				out.By = max(out.By, -t.Left.Time)
			}
		}
	}
	return out
}

// rewound is a case on the way back through its past.
type rewound struct {
	cs        *core.Case
	types     []*core.CaseType // that know its statuses, the published one first
	targets   []core.Target
	tasks     []core.Task
	questions []askedRow
	exists    bool // it had been raised
}

func (p *pastCase) rewound(r *replay) *rewound {
	out := &rewound{
		cs: p.Case.Clone(), types: []*core.CaseType{r.Type}, targets: slices.Clone(p.targets), tasks: slices.Clone(p.tasks), questions: p.questions, exists: true,
	}
	if r.Published != nil {
		out.types = []*core.CaseType{r.Published, r.Type}
	}
	if p.before.IsZero() && len(p.events) == 0 {
		p.before = p.ChangedAt
	}
	return out
}

// known reports whether the case is known as it stood after a version of it. It
// may have gone on since it was read.
func (r *rewound) known(version core.Version) bool { return r.exists && version <= r.cs.Version }

// undo takes one event back.
func (r *rewound) undo(e core.Recorded) error {
	if e.Version <= r.cs.Version {
		if err := r.cs.Rewind(e.Changes); err != nil {
			return err
		}
		if _, changed := e.Changes[core.AspectStatus]; changed {
			r.cs.StatusKind = r.statusKind()
		}
	}
	for aspect, change := range e.Changes {
		if key, ok := strings.CutPrefix(string(aspect), string(core.TargetAspect(""))); ok {
			if err := r.undoTarget(key, change[0]); err != nil {
				return err
			}
		}
	}
	r.undoTask(e)
	if e.Kind == core.CaseRaised {
		r.exists = false
	}
	r.cs.DueAt = time.Time{}
	for _, t := range r.targets {
		if _, _, isTask := core.ParseTaskTarget(t.Rule); !isTask && t.Running() && (r.cs.DueAt.IsZero() || t.DueAt.Before(r.cs.DueAt)) {
			r.cs.DueAt = t.DueAt
		}
	}
	return nil
}

func (r *rewound) statusKind() core.StatusKind {
	for _, t := range r.types {
		if status, ok := t.Status(r.cs.Status); ok {
			return status.Kind
		}
	}
	return ""
}

// undoTarget gives a target back how it stood; nil for none.
func (r *rewound) undoTarget(key string, was any) error {
	i := slices.IndexFunc(r.targets, func(t core.Target) bool { return t.Rule == key })
	if was == nil {
		if i >= 0 {
			r.targets = slices.Delete(r.targets, i, i+1)
		}
		return nil
	}
	raw, err := json.Marshal(was)
	if err != nil {
		return err
	}
	t := core.Target{Rule: key}
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	t.Rule = key
	if i >= 0 {
		r.targets[i] = t
	} else {
		r.targets = append(r.targets, t)
	}
	if no, _, isTask := core.ParseTaskTarget(key); isTask && !t.DueAt.IsZero() {
		if task := r.task(no); task != nil {
			task.DueAt = t.DueAt.UTC()
		}
	}
	return nil
}

func (r *rewound) task(no int) *core.Task {
	i := slices.IndexFunc(r.tasks, func(k core.Task) bool { return k.No == no })
	if i < 0 {
		return nil
	}
	return &r.tasks[i]
}

// undoTask gives a task back how it stood.
func (r *rewound) undoTask(e core.Recorded) {
	states := map[core.EventKind]core.TaskState{core.TaskCompleted: core.TaskOpen, core.TaskCancelledEvent: core.TaskOpen, core.TaskReturned: core.TaskDone}
	was, ended := states[e.Kind]
	if !ended && e.Kind != core.TaskAdded {
		return
	}
	no, _ := e.About["task"].(float64)
	task := r.task(int(no))
	switch {
	case task == nil:
	case ended:
		task.State = was
	default:
		r.tasks = slices.DeleteFunc(r.tasks, func(k core.Task) bool { return k.No == int(no) })
	}
}

// snapshot is the case as conditions see it at an instant.
func (r *rewound) snapshot(t *core.CaseType, now, changed time.Time) conditions.Snapshot {
	open := 0
	for _, q := range r.questions {
		if !q.AskedAt.After(now) && (q.EndedAt == nil || q.EndedAt.After(now)) {
			open++
		}
	}
	return conditions.Snapshot{Case: r.cs, Type: t, Targets: r.targets, Tasks: r.tasks, Questions: open, Changed: changed, Now: now}
}
