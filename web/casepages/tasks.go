package casepages

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// TaskLine is one open task.
type TaskLine struct {
	Title    string
	Brief    string
	Ref      string
	URL      string // of its page
	Steps    bool   // it is done there, step by step, and not with a tick
	Subject  string
	Group    string
	ID       string // of the row in the page
	Complete string // where the tick posts
	Outcome  layout.Field
	DueAt    time.Time
	Tone     string // "", warn (today), bad (late)
	Back     string
}

// completeTask ticks a task off. Its rules are the door's.
func (p *Pages) completeTask(c *fiber.Ctx) error {
	seen, err := p.seen(c, core.MayTask)
	if err != nil {
		return err
	}
	no, err := c.ParamsInt("no")
	if err != nil || no < 1 {
		return core.NotFound("There is no such task.")
	}
	done := &tasks.Complete{No: no, Outcome: c.FormValue("outcome")}
	if _, err := p.Cases.Do(c.UserContext(), render.Actor(c), cases.One(seen.Case.ID, 0, done)); err != nil {
		return err
	}
	back := listAddress(c.FormValue("back"), "/tasks")
	return render.Done(c, back, render.Toast{
		Text: "Task done", Link: render.Link{Label: "Open the task", URL: taskURL(seen.Case.Ref, no)},
	})
}

// taskLine shows a task; now is in the zone in which days begin.
func taskLine(item tasks.Item, now time.Time, back string) TaskLine {
	line := TaskLine{
		Title: item.Title, Brief: item.Brief, Ref: string(item.Ref), URL: taskURL(item.Ref, item.No), Subject: item.Subject,
		Group: item.GroupName, DueAt: item.DueAt, Back: back, ID: fmt.Sprintf("task-%s-%d", item.Ref, item.No),
		Complete: fmt.Sprintf("/tasks/%s/%d/complete", item.Ref, item.No),
	}
	line.Outcome = layout.Field{Name: "outcome", ID: line.ID + "-outcome", Label: "What came of it", Rows: 2, MaxLength: core.MaxNote, Optional: true}
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	switch {
	case item.DueAt.IsZero():
	case item.DueAt.Before(now):
		line.Tone = "bad"
	case item.DueAt.Before(midnight):
		line.Tone = "warn"
	}
	return line
}

// taskURL is the page of a task: web/taskpages.
func taskURL(ref core.Reference, no int) string { return fmt.Sprintf("%s/tasks/%d", caseURL(ref), no) }

func (w *work) taskLines() []TaskLine {
	out := make([]TaskLine, len(w.list))
	for i, item := range w.list {
		out[i] = taskLine(item, w.now, "/mywork")
		if t := w.types[item.CaseType]; t != nil {
			kind, _ := t.Task(item.Type)
			out[i].Steps = kind.Plugin() != ""
		}
	}
	return out
}
