package taskpages

import (
	"html/template"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// samples are the states of the pages that the gallery shows and tests execute.
func samples() []render.Sample {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	open := layout.Chip{Label: "Open", Icon: "ring-open", Tone: "info"}
	waits := layout.Chip{Label: "Waiting for approval", Icon: "ring-half", Tone: "accent"}
	late := Row{ID: "t1", Title: "Check collection history", URL: "#1", Why: "Ask the depot for the round sheets of all five dates.", Ref: "CMP-7K4Q-2B1C", Status: open, Group: "Highways", At: now.AddDate(0, 0, -1), Tone: "bad", Claim: "#c"}
	today := Row{ID: "t2", Title: "Investigate", URL: "#2", Why: "Clinical-waste collections missed at Larkspur Court five weeks running", Ref: "CMP-7K4Q-2B1C", Case: "#case", Status: waits, Who: "Ines Carvalho", Group: "Highways", At: now.Add(3 * time.Hour), Tone: "warn"}
	long := Row{ID: "t3", Title: strings.Repeat("Straßenreinigungsgebührenbescheid ", 4), URL: "#3", Why: "اتصل بالسيدة حسيني بشأن الزيارة الرابعة", Ref: "FOI-4KZP-3D2A", Status: open, Group: "Legal"}
	done := Row{ID: "t4", Title: "Ring <b>Ms Hosseini</b>", URL: "#4", Ref: "CMP-2MXA-4G5H", Status: layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}, At: now.AddDate(0, 0, -3), Ended: true, Who: "Ines Carvalho"}
	which := layout.Tabs{Label: "Which tasks", Items: []layout.Tab{{Label: "Open", URL: "/tasks", Count: 4, Current: true}, {Label: "To claim", URL: "#u", Count: 1}, {Label: "Late", URL: "#l", Count: 1}, {Label: "Done", URL: "#d"}}}
	list := ListPage{Words: "2 yours, 1 for your groups, 1 late.", Which: which, Rows: []Row{late, today, long, done}, Paging: layout.Paging{Label: "Pages of tasks", Next: "#n", Words: "1 to 4"}}
	empty := ListPage{Words: "0 yours, 0 for your groups.", Which: which, Nothing: nothing[""]}

	reason := layout.Field{Name: "reason", ID: "hand-back-reason", Label: "Why?", Rows: 3}
	wrong := reason
	wrong.ID, wrong.Error = "return-reason", "Say what is to be corrected."
	task := TaskPage{
		URL: "#", Live: "case:CMP-7K4Q-2B1C", Ref: "CMP-7K4Q-2B1C", Title: "Investigate", Status: waits,
		Brief: "Ask the depot for the round sheets of all five dates.\n\nIs it the contractor, or is it the gate?",
		Facts: []layout.Fact{{Term: "With", Text: "Ines Carvalho"}, {Term: "Group", Text: "Highways"}}, Due: now.Add(3 * time.Hour), Tone: "warn",
		Quick:    []Quick{{"Release", "undo", "#"}},
		Workflow: template.HTML(`<p>What did you find?</p>`),
		Shown:    []layout.Fact{{Term: "Place", Text: "14 Larkspur Court"}}, Long: "The sacks have not been collected.\nPlease do something.",
		Files: []FileLink{{"round-sheets.pdf", "#f", 340_000}},
		Forms: []Form{{Name: "ask", Label: "Ask the case manager", Icon: "question", Button: "Ask", Action: "#", Fields: []layout.Field{{Name: "body", ID: "ask-body", Label: "Your question", Rows: 3}}}, {Name: "hand-back", Label: "Hand back", Icon: "undo", Hint: "The task goes back to Highways.", Button: "Hand back", Action: "#", Fields: []layout.Field{reason}}},
		History: []Line{
			{Icon: "clock", Who: "Ines Carvalho", Did: "asked for more time, until Fri 27 Nov 17:00", Words: "The depot is shut.", At: now},
			{Icon: "ring-half", Who: "Ines Carvalho, through casement.investigate 1.0.0", Did: "went on: Waiting for approval", At: now.Add(-time.Hour)},
			{Icon: "plus", Who: "Priya Raghunathan", Did: "gave out the task", At: now.AddDate(0, 0, -2)},
		},
	}
	tick := TaskPage{URL: "#", Live: "case:CMP-7K4Q-2B1C", Ref: "CMP-7K4Q-2B1C", Case: "#case", Title: "Check the history", Status: open, Facts: []layout.Fact{{Term: "With", Text: "Nobody yet"}}, Quick: []Quick{{"Claim", "person", "#"}}, Tick: &Form{Name: "complete", Button: "It is done", Action: "#", Fields: []layout.Field{{Name: "outcome", ID: "complete-outcome", Label: "What came of it?", Rows: 5, Optional: true}}}, Notices: []render.Notice{{Tone: "warn", Text: "The task has gone on meanwhile."}}}
	ended := TaskPage{URL: "#", Live: "case:CMP-7K4Q-2B1C", Ref: "CMP-7K4Q-2B1C", Title: "Investigate", Status: chipOf(core.Task{State: core.TaskDone}), Ended: "Done by Ines Carvalho", EndedAt: now, Outcome: "The contractor accepts the fault.", Forms: []Form{{Name: "return", Label: "Take up again", Icon: "undo", Button: "Take up again", Action: "#", Open: true, Fields: []layout.Field{wrong}, Problems: render.Problems{Message: wrong.Error, Items: []render.FieldProblem{{Field: "return-reason", Message: wrong.Error}}}}}}
	broken := task
	broken.Workflow, broken.Trouble = "", &Trouble{Message: "This task has a problem just now, and we have been told.", Again: "#", Typed: []layout.Fact{{Term: "What did you find?", Text: "The gate code changed.\nNobody told the contractor."}}}
	return []render.Sample{
		{Template: "taskpages/list", Name: "many", View: listView, Data: list},
		{Template: "taskpages/list", Name: "none", View: listView, Data: empty},
		{Template: "taskpages/row", Name: "late", Data: late},
		{Template: "taskpages/row", Name: "done", Data: done},
		{Template: "taskpages/task", Name: "with a workflow", View: viewOf(task), Data: task},
		{Template: "taskpages/task", Name: "a text and a tick", View: viewOf(tick), Data: tick},
		{Template: "taskpages/task", Name: "done", View: viewOf(ended), Data: ended},
		{Template: "taskpages/task", Name: "a workflow that fails", View: viewOf(broken), Data: broken},
		{Template: "taskpages/task-body", Name: "alone", Data: task},
		{Template: "taskpages/task-form", Name: "a form", Data: task.Forms[1]},
	}
}
