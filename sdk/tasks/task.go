package tasks

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/state"
)

// Task is a workflow over a struct of variables S.
type Task[S any] struct {
	ID    string // entry of the manifest
	Title string // stands above each page; the task's own title when empty

	// Start is called once, when the task is opened for the first time or given
	// in a case. Optional.
	Start func(c *Ctx, s *S)

	// Steps are the pages, of which the first is shown first.
	Steps []Step[S]

	// Keep names the variables that last. A task without variables has none.
	Keep func(k *state.Keeper, s *S)

	// Timer is called when the time of [Ctx.Wait] has come, unless the step has a
	// Timer of its own. Without either the step is simply shown again.
	Timer func(c *Ctx, s *S)

	// Returned is called when the task was done and is to be corrected; why is
	// in a person's words, and stands above the page until it is sent again.
	// Without it, or without a Goto in it, the step that ended the task is shown.
	Returned func(c *Ctx, s *S, why string)

	// Watch draws the task for people who only look. Without it they see the
	// page of the step, with answers as words and without buttons.
	Watch func(c *Ctx, s *S) forms.Page

	// Done draws the task after it is done. Without it the outcome is shown.
	Done func(c *Ctx, s *S) forms.Page

	// StateVersion is the manifest's state.version. Migrate brings a state of an
	// earlier one forward; it is called once for each version in between.
	StateVersion int
	Migrate      func(old *state.Old)
}

// Step is one page of a task.
type Step[S any] struct {
	ID string

	// View draws the page. Its Button is ignored: outcomes are the buttons.
	View func(c *Ctx, s *S) forms.Page

	// Outcomes are the buttons below the page. The first is the main one, which
	// the Enter key presses too. A step without outcomes waits.
	Outcomes []Outcome[S]

	// Check is for rules over several fields: it calls c.Error. It is asked for
	// every outcome that checks. Optional.
	Check func(c *Ctx, s *S)

	// Press is for buttons and tables within the page: the variables hold what
	// was typed so far, unchecked, and what it changes in them stands on the
	// page. Optional.
	Press func(c *Ctx, s *S, p forms.Pressed)

	// Timer is called when the time of [Ctx.Wait] has come. Optional.
	Timer func(c *Ctx, s *S)

	// Status says where a task is that stands here, in a few words for lists:
	// "Waiting for approval". [Ctx.Status] and [Ctx.Wait] say it otherwise.
	Status string

	// Back is a step that a link leads back to; what was typed stays. Optional.
	Back string
}

// Outcome is a way out of a step: a button.
type Outcome[S any] struct {
	ID    string
	Label string // words on the button
	// Kind is "" for the first and view.KindSecondary for the others, or
	// view.KindWarning for what cannot be undone.
	Kind    string
	Confirm string // a question to be asked before; of any but the first

	// If says whether there is such a button now. Optional.
	If func(c *Ctx, s *S) bool

	// Unchecked takes the answers as they are, required or not: "Save and go on
	// later". Only an outcome that is not the first can be.
	Unchecked bool

	// Check is for rules that hold for this outcome alone. Optional.
	Check func(c *Ctx, s *S)

	// Goto is the step that follows, or Done ends the task with a sentence. Both
	// are for outcomes that always lead to the same; Then decides else.
	Goto string
	Done string

	// Then does what the outcome means: effects, and c.Goto, c.Done or c.Wait.
	// Without any of them the next step of the list follows.
	Then func(c *Ctx, s *S)
}

// Ctx is all a task may know, and what it may want done.
type Ctx struct {
	host.Ctx
	next   string // the step to go to
	done   bool
	stays  bool
	said   string // outcome
	status *string
	wake   *string
}

// Goto shows another step, or the same again, empty.
func (c *Ctx) Goto(step string) { c.next = step }

// Stay shows the step again as it is.
func (c *Ctx) Stay() { c.stays = true }

// Done ends the task. The outcome is a sentence for the case's history.
func (c *Ctx) Done(outcome string) { c.done, c.said = true, outcome }

// Status says where the task stands, in a few words for lists, until it moves to
// another step: "Waiting for approval".
func (c *Ctx) Status(text string) { c.status = &text }

// Wait wakes the task at a time in RFC 3339, or on a date, which is its first
// minute in UTC: Timer is called then, whoever looks or not. Status says for
// what it waits. The task stays at its step unless Goto says otherwise. The wait
// ends when the task moves on before; a new one replaces it.
func (c *Ctx) Wait(until, status string) {
	if _, isDate := host.DaysBetween(until, until); isDate && len(until) == 10 {
		until += "T00:00:00Z"
	}
	c.wake, c.stays = &until, true
	if status != "" {
		c.Status(status)
	}
}

// StopWaiting forgets the time of the last Wait.
func (c *Ctx) StopWaiting() { none := ""; c.wake = &none }

// Mine reports whether the task is for whoever looks to do.
func (c *Ctx) Mine() bool { return c.Task != nil && c.Task.Mine }

// Manages reports whether whoever looks works the whole case.
func (c *Ctx) Manages() bool { return c.Task != nil && c.Task.Manages }

func (c *Ctx) no() int {
	if c.Task == nil {
		return 0
	}
	return c.Task.No
}

// AssignTask hands this task to another group; "manager" is whoever holds the
// case: task.assign.
func (c *Ctx) AssignTask(group string) {
	c.EffectOf("task.assign", host.Object("no", c.no(), "group", group))
}

// AssignTaskTo hands this task to a person, by their id, in a group or, with "",
// in the one it has: task.assign.
func (c *Ctx) AssignTaskTo(group, person string) {
	if group == "" {
		c.EffectOf("task.assign", host.Object("no", c.no(), "assignee", person))
		return
	}
	c.EffectOf("task.assign", host.Object("no", c.no(), "group", group, "assignee", person))
}

// ChangeDue gives this task another due time, in RFC 3339: task.change_due.
func (c *Ctx) ChangeDue(at string) {
	c.EffectOf("task.change_due", host.Object("no", c.no(), "due_at", at))
}

// Serve makes the module answer for the task. Call it from an init function: in
// a plugin main never runs.
func Serve[S any](t Task[S]) { guest.Module.Add(t.ID, abi.KindTask, t.Handle) }
