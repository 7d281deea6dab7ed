package casepages

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var tasksView = render.View{Template: "casepages/tasks", Title: "Tasks", Nav: "tasks"}

// maxTaskList bounds the page of tasks.
const maxTaskList = 200

// TasksPage is the open tasks of one staff user and of their groups.
type TasksPage struct {
	Words   string // "7 yours, 3 for your groups, 1 late."
	Mine    []TaskLine
	Groups  []TaskLine
	More    bool
	Nothing layout.Empty
}

// TaskLine is one open task.
type TaskLine struct {
	Title    string
	Brief    string
	Ref      string
	CaseURL  string
	Subject  string
	Group    string
	ID       string // of the row in the page
	Complete string // where the tick posts
	Outcome  layout.Field
	DueAt    time.Time
	Tone     string // "", warn (today), bad (late)
	Back     string
}

func (p *Pages) showTasks(c *fiber.Ctx) error {
	page, err := p.tasksPage(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	return render.Page(c, tasksView, page)
}

// completeTask ticks a task off. Its rules are the door's.
func (p *Pages) completeTask(c *fiber.Ctx) error {
	seen, err := p.seen(c, core.MayEnquire)
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
		Text: "Task done", Link: render.Link{Label: "Open " + string(seen.Case.Ref), URL: caseURL(seen.Case.Ref) + "/tasks"},
	})
}

func (p *Pages) tasksPage(ctx context.Context, by core.Actor) (TasksPage, error) {
	page := TasksPage{Nothing: layout.Empty{
		Icon: "task", Title: "No tasks wait for you", Text: "Tasks given to you or to your groups stand here until they are done.",
		Link: render.Link{Label: "Go to my work", URL: "/mywork"},
	}}
	reach, err := p.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return page, err
	}
	all, err := p.Tasks.Mine(ctx, reach, maxTaskList+1)
	if err != nil {
		return page, err
	}
	counts, err := p.Tasks.Count(ctx, reach)
	if err != nil {
		return page, err
	}
	if page.More = len(all) > maxTaskList; page.More {
		all = all[:maxTaskList]
	}
	now := p.Cases.Clock().Now().In(p.Zone)
	for _, item := range all {
		line := taskLine(item, now, "/tasks")
		if item.Assignee.IsZero() {
			page.Groups = append(page.Groups, line)
		} else {
			page.Mine = append(page.Mine, line)
		}
	}
	page.Words = render.Count(counts.Mine) + " yours, " + render.Count(counts.Unclaimed) + " for your groups"
	if counts.Overdue > 0 {
		page.Words += ", " + render.Count(counts.Overdue) + " late"
	}
	page.Words += "."
	return page, nil
}

// taskLine shows a task; now is in the zone in which days begin.
func taskLine(item tasks.Item, now time.Time, back string) TaskLine {
	line := TaskLine{
		Title: item.Title, Brief: item.Brief, Ref: string(item.Ref), CaseURL: caseURL(item.Ref), Subject: item.Subject,
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

func (w *work) taskLines() []TaskLine {
	out := make([]TaskLine, len(w.list))
	for i, item := range w.list {
		out[i] = taskLine(item, w.now, "/mywork")
	}
	return out
}
