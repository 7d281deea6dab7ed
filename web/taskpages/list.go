package taskpages

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var listView = render.View{Template: "taskpages/list", Title: "Tasks", Nav: "tasks"}

// perPage is how many tasks a page of the list has.
const perPage = 50

// ListPage is the tasks of a reader and of their groups.
type ListPage struct {
	Words   string // "7 yours, 3 for your groups, 1 late."
	Which   layout.Tabs
	Rows    []Row
	Paging  layout.Paging
	Nothing layout.Empty
}

// Row is one task in the list.
type Row struct {
	ID     string // of the row in the page
	Title  string
	URL    string
	Why    string // its brief, or what its case is about
	Ref    string
	Case   string // address of its case; "" for those who see the task alone
	Status layout.Chip
	Who    string // who has it; "" for nobody yet
	Group  string
	At     time.Time // when it is due, or was ended
	Tone   string    // of that: "", warn (today), bad (late)
	Ended  bool
	Claim  string // where the button posts; "" for none
}

func (p *Pages) showList(c *fiber.Ctx) error {
	ctx := c.UserContext()
	which := tasks.Which(c.Query("show"))
	if !slices.Contains([]tasks.Which{tasks.Unclaimed, tasks.Overdue, tasks.Ended}, which) {
		which = tasks.Waiting
	}
	page := min(max(c.QueryInt("page", 1), 1), 1000)
	reach, err := p.Cases.ReachOf(ctx, render.Actor(c), core.MayView)
	if err != nil {
		return err
	}
	list, more, err := p.Tasks.List(ctx, reach, which, page, perPage)
	if err != nil {
		return err
	}
	counts, err := p.Tasks.Count(ctx, reach)
	if err != nil {
		return err
	}
	types, err := p.Cases.Types().All(ctx)
	if err != nil {
		return err
	}
	out := ListPage{Words: wordsOf(counts), Which: whichOf(which, counts), Nothing: nothing[which]}
	now := p.Cases.Clock().Now().In(p.Zone)
	for _, item := range list {
		i := slices.IndexFunc(types, func(t *core.CaseType) bool { return t.Key == item.CaseType })
		shows := item.SeesCase
		if i >= 0 && !shows {
			kind, _ := types[i].Task(item.Type)
			shows = slices.Contains(kind.Shows, core.ShowSubject)
		}
		out.Rows = append(out.Rows, rowOf(item, shows, now))
	}
	out.Paging = paging(which, page, len(list), more)
	return render.Page(c, listView, out)
}

func wordsOf(n tasks.Counts) string {
	words := render.Count(n.Mine) + " yours, " + render.Count(n.Unclaimed) + " for your groups"
	if n.Overdue > 0 {
		words += ", " + render.Count(n.Overdue) + " late"
	}
	return words + "."
}

func whichOf(current tasks.Which, n tasks.Counts) layout.Tabs {
	t := layout.Tabs{Label: "Which tasks"}
	for _, one := range []struct {
		which tasks.Which
		label string
		count int
	}{
		{tasks.Waiting, "Open", n.Mine + n.Unclaimed}, {tasks.Unclaimed, "To claim", n.Unclaimed}, {tasks.Overdue, "Late", n.Overdue}, {tasks.Ended, "Done", 0},
	} {
		t.Items = append(t.Items, layout.Tab{Label: one.label, URL: listURL(one.which, 1), Count: one.count, Current: one.which == current})
	}
	return t
}

func listURL(which tasks.Which, page int) string {
	switch {
	case which == "" && page <= 1:
		return "/tasks"
	case which == "":
		return "/tasks?page=" + strconv.Itoa(page)
	case page <= 1:
		return "/tasks?show=" + string(which)
	}
	return "/tasks?show=" + string(which) + "&page=" + strconv.Itoa(page)
}

var nothing = map[tasks.Which]layout.Empty{
	tasks.Waiting: {
		Icon: "task", Title: "No tasks wait for you", Text: "Tasks given to you or to your groups stand here until they are done.",
		Link: render.Link{Label: "Go to my work", URL: "/mywork"},
	},
	tasks.Unclaimed: {Icon: "task", Title: "Nothing to claim", Text: "Every task of your groups has somebody.", Link: render.Link{Label: "Show open tasks", URL: "/tasks"}},
	tasks.Overdue:   {Icon: "ok", Title: "Nothing is late", Text: "Tasks that are past their due time stand here.", Link: render.Link{Label: "Show open tasks", URL: "/tasks"}},
	tasks.Ended:     {Icon: "task", Title: "Nothing done yet", Text: "Tasks that you have ended stand here, the newest first.", Link: render.Link{Label: "Show open tasks", URL: "/tasks"}},
}

func paging(which tasks.Which, page, n int, more bool) layout.Paging {
	out := layout.Paging{Label: "Pages of tasks"}
	if page > 1 {
		out.Previous = listURL(which, page-1)
	}
	if more {
		out.Next = listURL(which, page+1)
	}
	if n > 0 {
		from := (page - 1) * perPage
		out.Words = render.Number(from+1) + " to " + render.Number(from+n)
	}
	return out
}

// rowOf shows a task; now is in the zone in which days begin.
func rowOf(item tasks.Listed, subject bool, now time.Time) Row {
	row := Row{
		ID: "task-" + string(item.Ref) + "-" + strconv.Itoa(item.No), Title: item.Title, URL: taskURL(item.Ref, item.No), Why: item.Brief,
		Ref: string(item.Ref), Status: chipOf(item.Task), Who: item.AssigneeName, Group: item.GroupName, At: item.DueAt,
	}
	if row.Why == "" && subject {
		row.Why = item.Subject
	}
	if item.SeesCase {
		row.Case = "/cases/" + string(item.Ref)
	}
	if item.State != core.TaskOpen {
		row.At, row.Ended = item.EndedAt, true
		return row
	}
	row.Tone = toneOf(item.DueAt, now)
	if item.Assignee.IsZero() {
		row.Claim = taskURL(item.Ref, item.No, "do", "claim")
	}
	return row
}

// toneOf says how urgent something is: late, due today, or neither.
func toneOf(due, now time.Time) string {
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	switch {
	case due.IsZero():
		return ""
	case due.Before(now):
		return "bad"
	case due.Before(midnight):
		return "warn"
	}
	return ""
}

// chipOf says how a task stands: in the words of its workflow, if it has any.
func chipOf(t core.Task) layout.Chip {
	switch {
	case t.State == core.TaskDone:
		return layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}
	case t.State == core.TaskCancelled:
		return layout.Chip{Label: "Cancelled", Icon: "x"}
	case t.Status != "":
		return layout.Chip{Label: t.Status, Icon: "ring-half", Tone: "accent"}
	}
	return layout.Chip{Label: "Open", Icon: "ring-open", Tone: "info"}
}
