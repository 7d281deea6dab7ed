package casepages

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// listSamples are the states of the lists: empty, one, many, long words, right
// to left.
func listSamples() []render.Sample {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	row := func(ref, subject, who string, status layout.Chip, stage int, due layout.Due, with string, days int) Row {
		return Row{
			Ref: ref, URL: "/cases/" + ref, Subject: subject, Requester: who, Status: status, Stage: layout.StagePips("Investigation", stage, 5),
			Due: due, Assignee: with, Claimable: with == "", RaisedAt: now.AddDate(0, 0, -days), Why: who + ", online, yesterday 15:02", Back: "/mywork",
		}
	}
	open, fresh := layout.StatusChip(core.StatusOpen, "In progress"), layout.StatusChip(core.StatusStart, "New")
	late := row("CMP-9QD3-7AK2", "Council-tax bill sent to a man who died in March", "Oluwaseun Adébáyọ̀", open, 3, layout.Due{Words: "2 hours late", Tone: "bad", Percent: 100}, "Tomasz Wiśniewski", 18)
	soon := row("CMP-7K4Q-2B1C", "Clinical-waste collections missed at Larkspur Court five weeks running", "Amara Okonkwo-Lindqvist", open, 3, layout.Due{Words: "Tomorrow 12:00", Tone: "warn", Percent: 91}, "Priya Raghunathan", 13)
	soon.Files = true
	unread := row("CMP-6TRW-9C3D", "شكوى بشأن إيقاف إعانة السكن", "يوسف الحدّاد", fresh, 1, layout.Due{Words: "Mon 30 Nov 10:15", Percent: 40}, "", 1)
	unread.Unread = true
	paused := row("CMP-5BQZ-8E4F", "Straßenreinigungsgebührenbescheid in wrong name", "Requester is anonymous", layout.StatusChip(core.StatusWaiting, "Awaiting reply"), 2, layout.Due{Words: "Paused, 21 h left", Tone: "paused", Percent: 47}, "Ines Carvalho-Duarte", 9)
	paused.Asked = true
	reopened := row("CMP-2MXA-4G5H", "Housing officer did not attend three booked inspections", "Fatemeh Hosseini", layout.Chip{Label: "Reopened", Icon: "undo", Tone: "bad"}, 2, layout.Due{Words: "Tomorrow 16:30", Tone: "warn", Percent: 80}, "Priya Raghunathan", 31)
	closed := Row{Ref: "GEN-0000-0000", URL: "/cases/GEN-0000-0000", Subject: `<b>"quoted"</b>`, Requester: "No name given", Status: layout.StatusChip(core.StatusFinal, "Closed"), RaisedAt: now.AddDate(-1, 0, 0)}
	moved := closed
	moved.Ref, moved.Moved = "GEN-0000-0001", "Now with Highways"
	rows := []Row{late, soon, reopened, unread, paused, closed, moved}

	queue := QueuePage{
		Title: "Complaint, Complaints team", URL: "/queues/complaint/complaints-team", Here: "/queues/complaint/complaints-team?only=unclaimed", Topic: "queue:complaint",
		News: "/queues/complaint/complaints-team/news?shown=CMP-9QD3-7AK2", Next: "/queues/complaint/complaints-team/next",
		Queues: []QueueLink{{Label: "Complaint, Complaints team", URL: "#1", Count: 48, Late: 1, Current: true}, {Label: "Zuständigkeitsprüfung und Rechtsbehelfe", URL: "#2", Count: 1200, Late: 1000}, {Label: "Report it", URL: "#3"}},
		Narrow: []QueueLink{{Label: "Unclaimed", URL: "#4", Count: 11, Current: true}, {Label: "Closed", URL: "#5"}},
		Words:  "11 of 48 open", Rows: rows, Sorts: []QueueLink{{Label: "Due first", URL: "#6", Current: true}, {Label: "Newest first", URL: "#7"}}, Sorted: "Due first", Due: true,
		Filter: QueueFilter{
			Fields: []layout.Field{{Name: "status", ID: "filter-status", Label: "Status", Value: "new", Options: []layout.Option{{Value: "", Label: "Any status"}, {Value: "new", Label: "New"}}}},
			Kept:   []Pair{{"only", "unclaimed"}}, Chips: []QueueChip{{"Status: New", "#8"}}, Clear: "#9",
		},
		Range: "1 to 25 of 48", After: "#10",
	}
	fresher := queue
	fresher.Live, fresher.New = true, 3
	empty := queue
	empty.Rows, empty.After, empty.Range, empty.First = nil, "", "", "#11"
	empty.Nothing = layout.Empty{Icon: "filter", Title: "Nothing fits the filter", Text: "Take a part of it off, or look at the whole queue.", Link: render.Link{Label: "Show the whole queue", URL: "#12"}}
	none := QueuePage{Title: "Queues", Nothing: layout.Empty{Icon: "queue", Title: "You have no queues", Text: "Ask an administrator to make you a member of a group."}}

	outcome := layout.Field{Name: "outcome", ID: "task-CMP-7K4Q-2B1C-1-outcome", Label: "What came of it", Rows: 2, Optional: true}
	task := TaskLine{Title: "Check collection history", Ref: "CMP-7K4Q-2B1C", URL: "/cases/CMP-7K4Q-2B1C/tasks/1", Subject: soon.Subject, Group: "Highways", ID: "task-CMP-7K4Q-2B1C-1", Complete: "/tasks/CMP-7K4Q-2B1C/1/complete", Outcome: outcome, DueAt: now.Add(3 * time.Hour), Tone: "warn", Back: "/tasks"}
	lateTask, plainTask := task, task
	lateTask.ID, lateTask.Outcome.ID, lateTask.Tone, lateTask.DueAt, lateTask.Brief = "task-2", "task-2-outcome", "bad", now.AddDate(0, 0, -2), "اتصل بالسيدة حسيني"
	plainTask.ID, plainTask.Outcome.ID, plainTask.Tone, plainTask.DueAt = "task-3", "task-3-outcome", "", time.Time{}
	plainTask.Steps = true

	list := func(words, more string, rows ...Row) WorkList { return WorkList{Words: words, Rows: rows, More: more} }
	work := MyWorkPage{
		Today: now, Words: "12 cases, 1 late, 2 due tomorrow.", Unopened: list("1, oldest 1 d", "", unread), Reopened: list("1", "", reopened),
		Lifted: list("1", "", paused), Mine: list("2, most urgent first", "", late, soon), Free: list("1 of 11", "/queues/complaint/complaints-team?only=unclaimed", unread),
		Answers: []AnswerLine{{Who: "Amara Okonkwo-Lindqvist", URL: "/cases/CMP-7K4Q-2B1C", How: "answered yesterday 16:40", Words: "Yes to the inner door. Mrs Ferreira at number 12 …"}, {Who: "Eastgate Allotment Association", URL: "/cases/CMP-9LTS-2AAA", How: "answered by telephone", Words: "نعم"}},
		Tasks:   []TaskLine{task, lateTask, plainTask}, AllTasks: 7, HasQueue: true, Shown: "x",
	}
	changed, refreshed := work, work
	changed.Live, changed.Changed, refreshed.Live = true, true, true
	idle := MyWorkPage{Today: now, Words: "0 cases.", Nothing: true}
	freeOnly := MyWorkPage{Today: now, Words: "0 cases.", Free: list("1", "", unread), HasQueue: true}

	view := func(title string) render.View {
		v := queueView
		v.Title = title
		return v
	}
	part := func(name, state string, data any) render.Sample {
		return render.Sample{Template: "casepages/" + name, Name: state, Data: data, Alone: true}
	}
	return []render.Sample{
		{Template: "casepages/queue", Name: "narrowed, with a filter", View: view(queue.Title), Data: queue},
		{Template: "casepages/queue", Name: "nothing fits", View: view(queue.Title), Data: empty},
		{Template: "casepages/queue", Name: "no queues", View: view(none.Title), Data: none},
		part("queue-news", "three new", fresher), part("queue-news", "nothing shown", QueuePage{Live: true}),
		part("queue-rows", "seven", queue), part("queue-views", "three", queue), part("queue-words", "narrowed", queue),
		part("queue-new", "three", fresher), part("queue-new", "one", QueuePage{New: 1, Here: "/queues/a/b"}), part("queue-filter", "on", queue),
		part("row", "late", late), part("row", "unread", unread), part("row", "closed", closed),
		{Template: "casepages/mywork", Name: "a full day", View: myWorkView, Data: work},
		{Template: "casepages/mywork", Name: "nothing at all", View: myWorkView, Data: idle},
		{Template: "casepages/mywork", Name: "only cases to claim", View: myWorkView, Data: freeOnly},
		part("mywork-news", "changed", changed), part("mywork-news", "as before", refreshed), part("mywork-lists", "full", work), part("mywork-new", "changed", changed), part("mywork-words", "some", work),
		part("mywork-card", "free", layout.Dict{"ID": "free", "Title": "Nobody has these", "Class": "", "List": work.Free}), part("mywork-row", "unread", unread), part("mywork-row", "closed", closed),
		part("tasks-tick", "one", task),
	}
}
