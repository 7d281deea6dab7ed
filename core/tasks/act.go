package tasks

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
)

// Act is one turn of the workflow of a task: task.act. Where the task stands
// then is written down, the task is done if the workflow says so, and what the
// workflow asked for and was granted follows. Only [Service.Turn] makes one that
// does something, since it alone knows what the workflow answered.
type Act struct {
	No int `json:"no"`

	turn  *taken
	found versionRow
}

// taken is what a workflow answered, to what stood then.
type taken struct {
	workflow string
	version  int // that the answer is to; 0 for none
	kind     dialogue.Kind
	reply    Reply
}

// Name implements [cases.Command].
func (*Act) Name() core.CommandName { return "task.act" }

// Inner implements [cases.Inner].
func (*Act) Inner() {}

// Needs implements [cases.Command].
func (*Act) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command]. The workflow decided on the case as it saw
// it, so what it asks for must not have changed since.
func (a *Act) Touches() []core.Aspect {
	if a.turn == nil {
		return nil
	}
	return a.turn.reply.Granted.Touches()
}

// Load implements [cases.Loader].
func (a *Act) Load(r *cases.Reads) { loadVersion(r, a.No, &a.found) }

// Apply implements [cases.Command].
func (a *Act) Apply(_ context.Context, w *cases.Work) error {
	task, err := taskOf(w, a.No)
	if err != nil {
		return err
	}
	if err := maySeeTo(w, task); err != nil {
		return err
	}
	if err := stillOpen(task); err != nil {
		return err
	}
	kind, _ := w.Type.Task(task.Type)
	if err := apart(w, kind, w.By.StaffID()); err != nil {
		return err
	}
	if a.turn == nil {
		return core.InvalidField("no", "A step of a task is taken on the page of the task.")
	}
	if a.found.Version != a.turn.version {
		return errOvertaken
	}
	r := a.turn.reply
	if len(r.Errors) > 0 { // refused answers leave the task where it stood
		r.Status, r.WakeAt = a.found.Status, orZero(a.found.WakeAt)
	}
	a.write(w, task, r)
	if r.Done {
		if err := end(w, task, core.TaskDone, r.Outcome, ""); err != nil {
			return err
		}
		w.Record(core.TaskCompleted, about(*task))
	} else if r.Status != a.found.Status && a.turn.kind != dialogue.Start {
		at := about(*task)
		at["status"] = r.Status
		w.Record(core.TaskMoved, at)
	}
	for _, cmd := range r.Granted.Commands {
		if c, ok := cmd.(own); ok {
			c.of(task.No)
		}
	}
	w.Then(r.Granted)
	return nil
}

// write keeps where the task stands now.
func (a *Act) write(w *cases.Work, task *core.Task, r Reply) {
	task.Status = r.Status
	if a.turn.version == 0 {
		w.Write(insertStands, task.ID, w.Case.ID, a.turn.workflow, r.Pin, r.State, tree(r.View), r.Status, orNull(r.WakeAt), w.Now)
		return
	}
	w.Write(updateStands, task.ID, a.turn.workflow, r.Pin, r.State, tree(r.View), r.Status, orNull(r.WakeAt), a.turn.kind == dialogue.Return, w.Now)
}

// take brings a reply through the door.
func (s *Service) take(ctx context.Context, o *Opened, kind dialogue.Kind, reply Reply) error {
	act := &Act{No: o.No, turn: &taken{o.Workflow, o.stands.Version, kind, reply}}
	result, err := s.cases.Do(ctx, o.By, cases.One(o.Seen.Case.ID, o.Seen.Case.Version, act))
	if err != nil {
		return err
	}
	o.Seen.Case.Version = result.Outcomes[0].Version
	return nil
}
