package casepages

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// caseSamples are the states of the page of a case and of raising one.
func caseSamples() []render.Sample {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	page := sampleCase(now)
	tab := func(name string, change func(*CasePage)) render.Sample {
		p := page
		p.Tab = name
		change(&p)
		view := render.View{Template: "casepages/case", Part: "casepages/case-main", Nav: "queues", Main: "main-case", Title: p.Head.Ref}
		return render.Sample{Template: "casepages/case", Name: name, View: view, Data: p}
	}
	part := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "casepages/" + template, Name: name, Data: data}
	}
	form := sampleAct()
	asked := form
	asked.Problems, _ = render.ProblemsOf(core.InvalidField("reason", "Choose a reason."), "reason")
	stale := form
	stale.Conflict = "Somebody changed the status while you were looking. Nothing of yours was saved; see how it stands now, and try again."
	stale.Since = []EventLine{{Icon: "ring-half", At: now, Parts: sentence{{Text: "Ines Carvalho", Name: true}}.say(" changed the status from ").fromTo("New", "In progress")}}
	actView := render.View{Template: "casepages/act", Nav: "queues", Title: form.Title}
	file := FilePage{FileRow: page.Files.Files[0], Ref: page.Head.Ref, Subject: page.Head.Subject, Back: "#files"}
	picture, text := file, file
	picture.View, picture.Image = "data:,", true
	text.View, text.Boxed = "data:,", true
	fileView := render.View{Template: "casepages/case-file", Nav: "queues", Title: file.Name}
	whole := func(template, name string, view render.View, data any) render.Sample {
		return render.Sample{Template: "casepages/" + template, Name: name, View: view, Data: data}
	}
	fresh := sampleNew()
	chosen := fresh
	chosen.Type = ""
	nothing := NewPage{}
	again := page
	again.Composer.Error = "Write the note first."
	entries := page.History
	entries.Entries, entries.New = nil, NewEntries{URL: "#", Live: page.Live, After: 7, Count: 2, Swap: true}
	reduced := page
	reduced.Head = CaseHead{Ref: page.Head.Ref, URL: page.Head.URL, Subject: page.Head.Subject, Status: page.Head.Status, Words: page.Head.Words, Received: now, Channel: "online"}
	reduced.Composer = Composer{}
	return []render.Sample{
		tab(tabSummary, func(*CasePage) {}), tab(tabDetails, func(*CasePage) {}), tab(tabTasks, func(*CasePage) {}),
		tab(tabHistory, func(*CasePage) {}), tab(tabAttachments, func(*CasePage) {}), tab(tabEmails, func(*CasePage) {}),
		tab(tabLinks, func(*CasePage) {}), tab(tabLinks, func(p *CasePage) { p.Links = LinksTab{} }),
		tab(tabSummary, func(p *CasePage) { *p = reduced; p.Tab = tabSummary }),
		tab(tabTasks, func(p *CasePage) { p.Tasks = TasksTab{} }), tab(tabAttachments, func(p *CasePage) { p.Files = FilesTab{} }),
		tab(tabEmails, func(p *CasePage) { p.Emails = EmailsTab{} }), tab(tabHistory, func(p *CasePage) { p.History.Entries = nil }),
		part("case-head", "open", page.Head), part("case-side", "with a ledger", page.Side), part("case-main", "summary", page),
		part("case-presence", "two others", page.Head.Presence), part("case-presence", "nobody", Presence{URL: "#"}),
		whole("access", "two", render.View{Template: "casepages/access", Nav: "queues", Title: "Who has seen it"}, AccessPage{Ref: page.Head.Ref, URL: "#", Older: "#", Newer: "#", Lines: []AccessLine{
			{now, "Priya Raghunathan", "section outcome: was shown description, fields:remedy", "casement.outcome 1.0.0"}, {now, "Ines Carvalho", "the tab History", ""},
		}}),
		whole("access", "nobody", render.View{Template: "casepages/access", Nav: "queues", Title: "Who has seen it"}, AccessPage{Ref: page.Head.Ref, URL: "#", Code: true}),
		part("act-button", "quick", page.Head.Main[1]), part("act-button", "composer", page.Head.Main[0]), part("act-button", "form", page.Head.Main[2]),
		part("act-item", "form", page.Head.Main[2]), part("act-item", "quick", page.Head.Main[1]),
		part("act-form", "empty", form), part("act-form", "refused", asked), part("act-form", "stale", stale), part("act-done", "done", nil),
		part("act-place", "known", samplePlace()),
		part("tab-links", "two", page.Links), part("linked-case", "blocks", page.Links.Groups[0].Cases[0]),
		part("act-finder", "two fit", *sampleFinder(page.Links)), part("found-cases", "none", FoundCases{None: true}), part("found-cases", "two fit", sampleFinder(page.Links).Found),
		whole("act", "empty", actView, form), whole("act", "stale", actView, stale),
		part("case-sentence", "a change", stale.Since[0]), part("case-lines", "mentions", page.History.Entries[2].Body),
		part("tab-summary", "open", page.Summary), part("tab-details", "both", page.Details), part("tab-tasks", "two", page.Tasks),
		part("tab-history", "conversation", page.History), part("tab-attachments", "two", page.Files), part("tab-emails", "two", page.Emails),
		part("case-task", "late", page.Tasks.Open[0]), part("ledger", "of a task", *page.Tasks.Open[0].Target), part("case-entries", "conversation", page.History), part("case-more", "two came", entries), part("case-news", "two came", entries.New), part("case-news", "nothing came", page.History.New), part("case-entry", "private", page.History.Entries[2]),
		part("case-file-act", "publish", map[string]any{"Action": page.Head.Main[1], "No": 2, "Name": "letter.pdf"}),
		whole("case-file", "cannot be shown", fileView, file), whole("case-file", "picture", fileView, picture), whole("case-file", "text", fileView, text),
		part("compose", "private", page.Composer), part("compose", "refused", again.Composer), part("compose-kept", "kept", page.Composer), part("compose-again", "refused", again),
		whole("letter", "refused", letterSample, sampleLetter()), whole("letter", "empty", letterSample, LetterPage{Requester: LetterReader{None: "The case has no email address for its requester."}, Held: true}),
		whole("new", "choose a type", newView, chosen), whole("new", "the form", newView, fresh), whole("new", "nothing", newView, nothing),
		part("new-callers", "two", fresh.Callers), part("new-callers", "nobody", Callers{Query: "zz"}),
	}
}

func sampleCase(now time.Time) CasePage {
	ask := Action{Name: "ask", Label: "Ask a question", Icon: "question", URL: "#composer", Composer: "question"}
	start := Action{Name: "start-work", Label: "Start work", Icon: "play", URL: "#", Quick: true, Version: 3, Once: "k", Key: "w"}
	resolve := Action{Name: "resolve", Label: "Resolve", Icon: "ok", URL: "#resolve", Main: true, Key: "r"}
	due := TargetView{
		Key: "respond", ID: "target-respond", Name: "Full response", Short: "Fri 27 Nov, 12:00",
		Due:   layout.Due{Words: "Due tomorrow 12:00, 6 working hours left", Tone: "warn", Percent: 91, Exact: "Friday 27 November 2026, 12:00"},
		Lines: []core.LedgerLine{{Words: "Fri 13 Nov 16:50 to 17:00", Amount: "0 h 10", Counted: true}, {Words: "Weekend", Amount: "not counted"}},
		Sums:  []LedgerSum{{"Used", "58 h 00"}, {"Allowed: 8 working days + 8 h 00", "64 h 00"}, {"Left", "6 h 00"}},
		Notes: []string{"8 h 00 added by Priya Raghunathan, 24 Nov: “waiting for the contractor’s round sheets”."}, Actions: []Action{{Label: "Extend", Icon: "plus", URL: "#"}},
	}
	met := TargetView{Key: "acknowledge", ID: "target-acknowledge", Name: "Acknowledge", Short: "Met", Over: true, Due: layout.Due{Words: "Met, 2 hours early", Tone: "good", Percent: 100}}
	words := linesOf("The sacks have not been collected since 9 October.\n\nPlease do not tell us to ring again.", nil)
	entries := []Entry{
		{Anchor: "e1", NewDay: true, At: now.AddDate(0, 0, -3), Class: "in", Who: "Amara Okonkwo-Lindqvist", How: "requester, online", Audience: layout.PublicChip(), Body: words, Files: []FileLink{{Name: "hallway.jpg", URL: "#f", Size: 2_100_000, Image: true}, {Name: "sheet.pdf", URL: "#g", Size: 34_000}}},
		{Anchor: "e2", At: now.AddDate(0, 0, -3), All: "Casement did 2 things", Line: EventLine{Icon: "bolt", Parts: sentence{{Text: "Casement", Name: true}}}, More: []EventLine{{Parts: sentence{}.say("set “Full response”")}, {Parts: sentence{}.say("added task 1")}}},
		{Anchor: "e3", NewDay: true, At: now, Class: "private", Who: "Priya Raghunathan", Private: "staff only", Body: linesOf("@Tomasz Wiśniewski can you confirm?", map[string]string{"1": "Tomasz Wiśniewski"})},
		{Anchor: "e4", At: now, Class: "out", Who: "Priya Raghunathan", How: "asked a question", Audience: layout.PublicChip(), Body: words, Foot: []FootNote{{"clock", "No answer yet"}}, Answer: &Action{Label: "Record an answer", URL: "#"}},
		{Anchor: "e5", At: now, Line: EventLine{Icon: "play", Parts: sentence{{Text: "Priya Raghunathan", Name: true}}.say(" started work: status ").fromTo("New", "In progress")}},
		{Anchor: "e6", At: now, Line: EventLine{Icon: "check", Parts: sentence{{Text: "يوسف الحدّاد", Name: true}}.say(" closed the case")}, More: []EventLine{{Parts: sentence{}.say("cancelled task 2")}}},
	}
	task := TaskCard{No: 1, Title: "Check collection history", Who: "Ines Carvalho", Group: "Highways", Brief: words, State: taskChip(core.Task{State: core.TaskOpen, Status: "Waiting for approval"}), Created: now, DueAt: now.AddDate(0, 0, -1), Required: true, Late: true, URL: "#", Complete: "#", Cancel: "#", Assign: "#", Due: "#"}
	ofTask := due
	ofTask.ID = "task-target-1"
	task.Target = &ofTask
	done := TaskCard{No: 2, Title: "Write the response", Group: "Complaints", State: taskChip(core.Task{State: core.TaskDone}), Created: now, Ended: now, EndedBy: "Priya Raghunathan", Outcome: words, Reason: "not needed"}
	rows := []FileRow{
		{No: 1, Name: "hallway-12-november.jpg", Kind: "JPG", Icon: "image", Size: 2_100_000, From: "Amara Okonkwo-Lindqvist, with the form", At: now, Audience: layout.PublicChip(), URL: "#", Download: "#", Delete: "#"},
		{No: 2, Name: "Sammelbescheinigung_Dialyseabfallentsorgung_2026.pdf", Kind: "PDF", Icon: "file", Size: 340_000, From: "Priya Raghunathan, by staff", At: now, Audience: audienceChip(core.Staff), URL: "#", Download: "#", Publish: &start, Withdraw: &start, Delete: "#"},
	}
	live := "case:CMP-7K2M-4QX9"
	linked := LinksTab{
		Add: &Action{Label: "Link a case", URL: "#"}, Obstacles: []string{"A case that blocks this one is still open: STR-2M4T-9PQ7."},
		Groups: []LinkGroup{
			{ID: "links-blocked-by", Name: "Blocked by", Cases: []LinkedCase{{
				Ref: "STR-2M4T-9PQ7", Subject: "The gate at Larkspur Court does not open", URL: "#", Status: layout.StatusChip(core.StatusOpen, "In progress"), Type: "Report",
				Who: "Ines Carvalho", Group: "Highways", Raised: now.AddDate(0, 0, -4), Since: now, By: "Priya Raghunathan", Remove: "#",
			}}},
			{ID: "links-continues", Name: "Continues", Cases: []LinkedCase{{
				Ref: "CMP-3H8W-1ZK5", Subject: "شكوى", URL: "#", Status: layout.StatusChip(core.StatusFinal, "Closed"), Type: "Complaint", Group: "Complaints", Raised: now.AddDate(0, -3, 0),
			}}},
		},
	}
	return CasePage{
		Links: linked,
		Tab:   tabSummary, URL: "#", Live: live,
		Head: CaseHead{
			Ref: "CMP-7K2M-4QX9", URL: "#", Live: live, Subject: "Clinical-waste collections missed at Larkspur Court five weeks running",
			Status: layout.StatusChip(core.StatusOpen, "In progress"), Flags: []layout.Chip{{Label: "High", Icon: "flag", Tone: "bad"}},
			Words: []string{"Complaint", "Waste and recycling"}, Received: now.AddDate(0, 0, -13), Channel: "online", ShowWho: true,
			Presence: Presence{URL: "#", People: []cases.Present{{Name: "Ines Carvalho", Doing: cases.WritingNote}, {Name: "Tomasz Wiśniewski", Doing: cases.Reading}}, Words: "Ines is writing a note, Tomasz is reading"},
			Main:     []Action{ask, start, resolve}, More: []ActionGroup{{[]Action{start}}, {[]Action{resolve, {Label: "Cancel the case", Icon: "x", URL: "#", Danger: true}}}},
			Stages: []StageStep{{Label: "Stage 1", Done: true, URL: "#"}, {Label: "Stage 2", Current: true}, {Label: "Ombudsman", URL: "#"}}, Targets: []TargetView{met, due}, Manager: "Priya Raghunathan", Group: "Complaints",
		},
		Side: CaseSide{
			URL: "#", Live: live, Targets: []TargetView{met, due}, Unset: []Action{{Label: "Set “Review”", URL: "#"}}, Access: "#",
			Actions: ActionsCard{
				Buttons: []ActionButton{{"Send to the contractor", "Sends the case to the contractor’s system.", "#", "k"}},
				Done: []ActionLine{
					{"Tell the ward councillor", layout.Chip{Label: "Done", Icon: "check", Tone: "good"}, "Sent to Councillor Haddad", now},
					{"Close at the contractor", layout.Chip{Label: "Trying again", Icon: "clock", Tone: "warn"}, "Tried 3 times: roads.example.org did not answer in time.", now},
				},
			},
			Requester: RequesterCard{Name: "Amara Okonkwo-Lindqvist", URL: "#", OnBehalfOf: "her mother, Ngozi Okonkwo", Contact: core.Contact{Email: "amara@example.org", Phone: "07700 900482", Address: "14 Larkspur Court\nNM4 2QT"}, Others: "1 open, 3 closed", Edit: "#"},
			Where: Where{
				Address: "14 Larkspur Court, Chapel Rise, NM4 2QT", Point: "54.97780, -1.61290", Near: "/search?show=map&near=54.97780,-1.61290,250", Edit: "/cases/CMP-7K2M-4QX9/act/place",
				ID: "map-1", Pins: pinsJSON(mapPin{Lat: 54.9778, Lng: -1.6129, Ref: "CMP-7K2M-4QX9", Subject: "Pothole", Kind: core.StatusOpen, Status: "In progress"}),
			}, Facts: []layout.Fact{{Term: "Raised", Text: "13 Nov 16:50"}},
		},
		Tabs: layout.Tabs{Label: "Case", Items: []layout.Tab{{Label: "Summary", URL: "#", Current: true}, {Label: "Tasks", URL: "#t", Count: 3}, {Label: "History", URL: "#h"}}},
		Summary: SummaryTab{
			Full: true, Asked: AskedItem{Line: "The sacks have not been collected", Body: words, Facts: []layout.Fact{{Term: "Since", Text: "9 October"}}},
			Since: SinceItem{Received: now.AddDate(0, 0, -13), Channel: "online", Steps: []Step{{"Received", now.AddDate(0, 0, -13), "online"}}},
			Open:  OpenItem{Line: "1 question to Amara and 1 task", Questions: []OpenQuestion{{Body: "Which day?", Asked: now, Due: now, Record: "#"}}, Tasks: []OpenTask{{No: 1, Title: task.Title, Who: task.Who, URL: "#", Due: now, Late: true}}},
			Due:   DueItem{Line: "Full response: Due tomorrow 12:00", Tone: "warn", Targets: []TargetView{met, due}}, Contact: ContactItem{Line: "We asked: Which day?", At: now, Who: "Priya Raghunathan", Body: words, URL: "#"},
			Next: []NextStep{{Text: "Wait for Amara: 1 question is open."}, {Text: "Nothing is open: reply and resolve it.", Action: &resolve}},
		},
		Details: DetailsTab{
			Sent: []SentSection{{Title: "What happened", Rows: []core.ReviewRow{{Section: "What happened", Question: "When?", Answer: "9 October"}}}}, SentAt: now, HasForm: true,
			Fields: []FieldRow{{Key: "depth", Label: "Depth in centimetres", Words: "12", Edit: "#"}, {Key: "finding", Label: "Finding", Private: true}}, Contact: core.Contact{Name: "Amara", Email: "amara@example.org"}, Edit: "#", Subject: "Missed", Describe: words,
			Sections: []SectionBox{{"section-outcome", "Complaint outcome", "Lessons, remedy and costs.", "#"}},
		},
		Tasks:   TasksTab{Open: []TaskCard{task}, Ended: []TaskCard{done}, Obstacles: []string{"1 required task is open: “Check collection history”."}, Add: &Action{URL: "#"}},
		History: HistoryTab{Views: layout.Tabs{Label: "Show", Items: []layout.Tab{{Label: "Everything", URL: "#", Current: true}, {Label: "Private notes", Icon: "lock", URL: "#n"}}}, Count: 170, Left: 20, Earlier: "#", Entries: entries, New: NewEntries{URL: "#", Live: live, After: 7}},
		Files:   FilesTab{Files: rows, Upload: "#", Once: "k", Accept: ".pdf,.jpg", Limit: "Up to 20 files on one case, 20 MB each.", Share: true},
		Emails: EmailsTab{Messages: []EmailRow{
			{ID: "m1", Subject: "We have your complaint", Masked: "a•••@example.org", Why: "To the requester", State: deliveryChip(core.DeliverySent), At: now, Own: "Dear Amara,\n\nthank you.",
				Readers: []EmailReader{{Address: "Amara <amara@example.org>", State: deliveryChip(core.DeliverySent), Words: "Taken by mail.example: 250 queued", Sent: now}}, Notes: []string{"The secret part of its links is not shown."}},
			{ID: "m2", Subject: "سؤال", Masked: "2 readers", Why: "Written by Priya Raghunathan", State: deliveryChip(core.DeliveryRefused), At: now, Own: "…", Files: []EmailFile{{Name: "sheet.pdf", URL: "#f"}, {Name: "A file", Why: "not on the case any more"}},
				Readers: []EmailReader{{Address: "amara@example.org", State: deliveryChip(core.DeliveryRefused), Words: "Not taken by mail.example: 550 no such user", Again: "#again", Once: "k"}, {Address: "depot@contractor.example", Copy: true, State: deliveryChip(core.DeliveryQueued), Words: "Tried once.", Next: now}}},
			{ID: "m3", In: true, Subject: "Re: We have your complaint", Masked: "a•••@example.org", Why: "From the requester", State: layout.Chip{Label: "Received", Icon: "mail", Tone: "plain"}, At: now, From: "Amara <amara@example.org>", Own: "They have still not come.", Answer: "#answer", Quoted: "On Monday you wrote:\n> thank you"},
		}, Write: "#write", Draft: true, Trouble: "1 message did not arrive, or may not have."},
		Composer: Composer{Show: true, Action: "#", Draft: "#", Once: "k", Mode: notes.ModeStaff, Body: "Collection happened at 08:40 today", Kept: now, Name: "Amara", Reach: "in the portal, and is emailed", Pauses: true, Accept: ".pdf"},
	}
}

func sampleAct() ActPage {
	return ActPage{
		Name: "close", Title: "Close this case", Button: "Close", Danger: true, Ref: "CMP-7K2M-4QX9", Subject: "Collections missed", Action: "#", Back: "#", Seen: 7, Once: "k",
		ActForm: ActForm{
			Hint: "The requester is told.", Obstacles: []string{"1 question is still open."}, Hidden: []Hidden{{"task", "3"}},
			Fields:  []layout.Field{{Name: "reason", Label: "Reason", Options: []layout.Option{{Value: "", Label: "Choose"}, {Value: "upheld", Label: "Upheld"}}}},
			Choices: []ChoiceField{{Name: "value", Label: "Which?", Error: "Choose from the answers offered.", Ticks: []Tick{{Value: "a", Label: "A", Checked: true}}}}, Ticks: []Tick{{Name: "optional", Value: "1", Label: "The case may close without it"}},
		},
	}
}

func sampleNew() NewPage {
	page := NewPage{
		Types: []NewType{{Key: "complaint", Name: "Complaint", Description: "Tell us when something went wrong.", URL: "#"}}, Type: "complaint", TypeName: "Complaint", MayTake: true, Assign: true, Case: "0",
		Callers: Callers{Query: "ama", Type: "complaint", Chosen: 12, More: true, Found: []core.Person{{No: 12, Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Phone: "07700 900482"}, {No: 13, Phone: "07700 900483"}}},
	}
	page.fill(&core.CaseType{Subtypes: []core.Subtype{{Key: "waste", Name: core.Plain("Waste")}}, Priorities: []core.Choice{{Key: "normal", Name: core.Plain("Normal")}}}, func(string) []string { return nil }, render.Problems{})
	return page
}

var letterSample = render.View{Template: "casepages/letter", Nav: "queues", Title: "Write a message, CMP-7K2M-4QX9"}

func sampleLetter() LetterPage {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	return LetterPage{
		Ref: "CMP-7K2M-4QX9", Subject: "Clinical-waste collections missed", Back: "#", Action: "#", Draft: "#", Once: "k", Kept: now, Saved: "reply:holding",
		Requester: LetterReader{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Checked: true},
		To:        layout.Field{Name: "to", Label: "Also to", Hint: "Email addresses, with commas between them", Value: "depot@contractor.example", Optional: true},
		Cc:        layout.Field{Name: "cc", Label: "Copy to", Optional: true}, Title: layout.Field{Name: "subject", Label: "Subject", Value: "CMP-7K2M-4QX9: we are still looking into it"},
		Begin: layout.Field{Name: "begin", Label: "Begin with", Options: []layout.Option{{Value: "", Label: "A saved reply or template"}, {Value: "reply:holding", Label: "We are still looking into it"}}},
		Body:  layout.Field{Name: "body", Label: "Message", Value: "Dear Amara,\n\nby {{ case.expected }}.", Error: "Nothing stands on this case for: case.expected."},
		Files: []LetterFile{{Tick: Tick{Name: "file", Value: "1", Label: "hallway.jpg", Checked: true}, Size: 2_100_000, Audience: layout.PublicChip()}},
		Sent:  []Hidden{{"letter.pdf", "0 letter.pdf"}}, Accept: ".pdf", Limit: "Up to 10 files, 15 MB together",
		Confirm: []Tick{{Name: "outside", Value: "depot@contractor.example", Label: "depot@contractor.example"}}, Missing: []MergeField{{"case.expected", "by when the requester can expect an answer"}},
		Preview:  &LetterPreview{To: []string{"Amara <amara@example.org>"}, Cc: []string{"depot@contractor.example"}, Subject: "CMP-7K2M-4QX9", Text: "Dear Amara,", Files: []string{"hallway.jpg"}},
		Problems: render.Problems{Message: "Write it yourself.", Items: []render.FieldProblem{{Field: "body", Message: "Nothing stands on this case for: case.expected."}}},
	}
}

// sampleFinder is a case that is looked for.
func sampleFinder(found LinksTab) *CaseFinder {
	return &CaseFinder{
		Field: layout.Field{Name: "to", Label: "The other case", Value: "larkspur", Hint: "Its reference, or words of its subject to choose it by."}, URL: "#",
		Found: FoundCases{Cases: []LinkedCase{found.Groups[0].Cases[0], found.Groups[1].Cases[0]}, Chosen: "STR-2M4T-9PQ7"},
	}
}
