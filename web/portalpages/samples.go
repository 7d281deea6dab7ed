package portalpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 10, 12, 0, 0, time.UTC)
	none := render.Problems{}
	noAnswer, _ := render.ProblemsOf(core.InvalidField("answer", "Enter your answer."))
	noWords, _ := render.ProblemsOf(core.InvalidField("body", "Write what you want to add."))
	noEmail, _ := render.ProblemsOf(core.InvalidField("email", "Enter an email address in the correct format, like name@example.org."))
	notFound := render.Problems{Message: "We cannot find a case with this reference and this postcode or email address"}
	complaint := &core.CaseType{Name: core.Plain("Complaint")}

	todo := func(problems render.Problems) ToAnswer {
		q := ToAnswer{
			No: 2, Asks: "Priya asks", Text: "Did the crew come this morning, and did they take everything?\n\nIf anything was left behind, a photograph would help.",
			By: "Monday 30 November", Action: "/track/token/questions/2", Key: "KEY",
			Answer: layout.Field{Name: "answer", ID: "answer-2", Label: "Your answer", Rows: 5, MaxLength: core.MaxNote, Error: problems.For("answer")},
			Files:  filesField("file-2", complaint, problems.For("file")),
		}
		return q
	}
	theirs := Said{Who: "Priya, Northmoor Council", At: at, Text: "The depot tells me the crew came at 8:40 this morning with the new gate code."}
	mineSaid := Said{Who: "You, by telephone", Mine: true, At: at.AddDate(0, 0, -8), Text: "Yes to the inner door. Mrs Ferreira at number 12 is in every Thursday before 11."}
	happened := Said{At: at.AddDate(0, 0, -13), Text: "You sent your complaint.", Icon: "mail", Sent: true}
	steps := []Step{
		{1, "We received your complaint", "Friday 13 November", true, false}, {2, "Stage 1", "Priya Raghunathan has it, since Monday 16 November.", false, true},
		{3, "We write to you with our answer", "By Friday 27 November", false, false}, {4, "You tell us whether that settles it", "If it does not, you can ask us to look again.", false, false},
	}
	open := CasePage{
		Base: "/track/token", Noun: "complaint", Kicker: "Your complaint CMP-7K2M-4QX9: Missed clinical-waste collections",
		Headline: "We are looking into it. Priya Raghunathan will reply by Friday 27 November.", Chip: layout.StatusChip(core.StatusOpen, "We are looking into it"),
		Steps: steps, Said: []Said{theirs, mineSaid, happened},
		Promise:  Promise{Sentence: "We aim to reply by Friday 27 November.", By: "Friday 27 November", How: []string{"We aim to answer within 10 working days, counted from Friday 13 November. Weekends, bank holidays and other days on which we are closed do not count.", "We stopped the clock from Tuesday 17 November to Wednesday 18 November while we waited for your answer."}},
		Sent:     &Sent{At: at.AddDate(0, 0, -13), Sections: []SentSection{{"What happened", []core.ReviewRow{{Question: "What is it about?", Answer: "Missed bin or waste collection"}, {Question: "Tell us what happened", Answer: "Five weeks running.\n\nThe sacks are in the hallway."}, {Question: "Anything else?"}}}}},
		Sections: []SectionBox{{"section-outcome", "What came of it", "#"}},
		Files:    []File{{"hallway-12-november.jpg", "/track/token/files/1", "image", 2_100_000}, {"Sammelbescheinigung_Dialyseabfallentsorgung_2026.pdf", "/track/token/files/2", "file", 340_000}},
		Facts:    []Fact{{"Reference", "CMP-7K2M-4QX9"}, {"About", "Missed bin or waste collection"}, {"Where", "14 Larkspur Court, Chapel Rise"}, {"For", "Ngozi Okonkwo, by you"}},
		May:      May{Add: true, Contact: true, Withdraw: true},
	}
	asked, refused := open, open
	asked.Headline, asked.ToAnswer = "We need an answer from you before we can go on.", []ToAnswer{todo(none)}
	refused.ToAnswer, refused.Problems = []ToAnswer{todo(noAnswer)}, render.Problems{Items: []render.FieldProblem{{Field: "answer-2", Message: "Enter your answer."}}}
	closed := CasePage{
		Base: "/portal/cases/CMP-1HVP-9XYZ", Noun: "شكوى", Kicker: "Your complaint CMP-1HVP-9XYZ: " + strings.Repeat("Donaudampfschifffahrtsgesellschaft ", 4),
		Headline: "We closed your complaint on 11 June 2026. Outcome: upheld.", Chip: layout.StatusChip(core.StatusFinal, "Closed"),
		Steps: []Step{{1, "We received your complaint", "1 June 2026", true, false}}, Said: []Said{{Who: "You", Mine: true, At: at, Text: "لم يأتوا اليوم أيضا"}},
		Facts: []Fact{{"Reference", "CMP-1HVP-9XYZ"}}, May: May{Reopen: true, ReopenUntil: "9 July 2026", Contact: true},
	}
	closed.Satisfied = Satisfied{URL: "/portal/cases/CMP-1HVP-9XYZ/satisfaction", Given: "You said “Good”."}
	over := closed
	over.Noun, over.Lost, over.May = "complaint", true, May{TooLate: true, Closed: "on 11 June 2026", Begin: true}

	item := func(kind core.StatusKind, label, text string) Item {
		return Item{"Pothole outside Eastgate Primary School", "/portal/cases/POT-3WRF-8QQQ", layout.StatusChip(kind, label), text, "POT-3WRF-8QQQ", ""}
	}
	needs := Item{"Missed clinical-waste collections", "/portal/cases/CMP-7K2M-4QX9", layout.Chip{Label: "Answer needed", Icon: "question", Tone: "warn"}, "Priya asked you a question today. Please answer by Monday 30 November.", "CMP-7K2M-4QX9", "Ngozi Okonkwo"}
	home := HomePage{Lead: "One of your cases needs an answer from you.", Any: true, States: stateTabs("", ""), Groups: []Group{
		{stateNeeds, "Needs you", []Item{needs}},
		{stateOpen, "Open", []Item{item(core.StatusOpen, "Repair planned", "You will hear from us by Thursday 17 December.")}},
		{stateClosed, "Closed", []Item{item(core.StatusResolved, "Repaired", "We replied on 4 September 2026."), item(core.StatusFinal, "Closed", "Closed on 11 June 2026. Outcome: upheld.")}},
	}}
	caseView := render.View{Template: "portalpages/case", Layout: render.Public, Title: "Your complaint CMP-7K2M-4QX9", Nav: "cases", Main: "main-wide", Back: render.Link{Label: "Your cases", URL: "/portal"}}
	below := func(template string) render.View {
		return render.View{Template: "portalpages/" + template, Layout: render.Public, Title: "Your complaint", Back: render.Link{Label: "Your complaint", URL: "/track/token"}}
	}
	add := func(problems render.Problems) AddPage {
		return AddPage{Title: "Add something to your complaint", Lead: "Whoever deals with your complaint will read it.", Action: "/track/token/add", Send: "Send", Key: "KEY", Problems: problems,
			Words: layout.Field{Name: "body", Label: "What do you want to tell us?", Rows: 7, MaxLength: core.MaxNote, Error: problems.For("body")}, Files: filesField("file", complaint, problems.For("file"))}
	}
	reopen := add(none)
	reopen.Title, reopen.Files, reopen.Send = "Ask us to look at it again", FilesField{}, "Ask us to look again"
	contact := func(problems render.Problems) ContactPage {
		return contactPage(&way{Seen: &cases.Seen{Case: &core.Case{Version: 7}, Type: complaint}, base: "/track/token"}, core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example", Address: "4 Mill Lane\nNM1 2AB"}, problems)
	}
	answer := func(state string, problems render.Problems) AnswerPage {
		return AnswerPage{Noun: "complaint", Ref: "CMP-7K2M-4QX9", Question: todo(problems), State: state, When: "on Tuesday 24 November", Problems: problems}
	}
	noScore, _ := render.ProblemsOf(core.InvalidField("score", "Choose one of the five answers."))
	score := func(state string, problems render.Problems) SatisfactionPage {
		page := SatisfactionPage{
			Noun: "complaint", Ref: "CMP-7K2M-4QX9", State: state, Given: "Good", Until: "Tuesday 8 December", Action: "/satisfaction/token", Key: "KEY",
			Problems: problems, Error: problems.For("score"), Comment: layout.Field{Name: "comment", Label: "Do you want to tell us why?", Rows: 4, Optional: true},
		}
		for s := core.MaxScore; s > 0; s-- {
			page.Levels = append(page.Levels, Level{s, core.ScoreName(s, core.DefaultLanguage), s == 4 && !problems.Any()})
		}
		return page
	}
	late := answer("answered", none)
	late.Unsent = "They came on Tuesday.\n\nBoth times."
	about := AboutPage{core.Organisation{Name: "Northmoor Council", Telephone: "01632 960 100", Hours: "Monday to Friday, 8:30am to 5pm", Email: "hello@northmoor.example", Home: "https://northmoor.example"}}

	return []render.Sample{
		{Template: "portalpages/home", Name: "needs, open, closed", View: homeView, Data: home},
		{Template: "portalpages/home", Name: "nobody", View: homeView, Data: HomePage{Lead: "You have no cases yet."}},
		{Template: "portalpages/home", Name: "nothing found", View: homeView, Data: HomePage{Lead: "Nothing needs you at the moment.", Any: true, Query: `"><b>bins`, State: stateOpen, States: stateTabs(stateOpen, "bins")}},
		{Template: "portalpages/item", Name: "needs", Data: needs},
		{Template: "portalpages/case", Name: "open", View: caseView, Data: open},
		{Template: "portalpages/case", Name: "a question", View: caseView, Data: asked},
		{Template: "portalpages/case", Name: "an answer is missing", View: caseView, Data: refused},
		{Template: "portalpages/case", Name: "closed, long and right-to-left words", View: caseView, Data: closed},
		{Template: "portalpages/case", Name: "anonymous, over", View: caseView, Data: over},
		{Template: "portalpages/todo", Name: "first", Data: todo(none)},
		{Template: "portalpages/answer-form", Name: "refused", Data: todo(noAnswer)},
		{Template: "portalpages/files-field", Name: "first", Data: filesField("file", complaint, "")},
		{Template: "portalpages/files-field", Name: "refused", Data: filesField("file", complaint, "The file “hall.exe” is of a kind that cannot be sent here.")},
		{Template: "portalpages/said", Name: "by staff", Data: theirs}, {Template: "portalpages/said", Name: "by the requester", Data: mineSaid}, {Template: "portalpages/said", Name: "happened", Data: happened},
		{Template: "portalpages/answer", Name: "open", View: answerView, Data: answer("open", none)},
		{Template: "portalpages/answer", Name: "empty", View: answerView, Data: answer("open", noAnswer)},
		{Template: "portalpages/answer", Name: "answered", View: answerView, Data: answer("answered", none)},
		{Template: "portalpages/answer", Name: "too late", View: answerView, Data: late},
		{Template: "portalpages/answer", Name: "not needed", View: answerView, Data: answer("withdrawn", none)},
		{Template: "portalpages/add", Name: "first", View: below("add"), Data: add(none)},
		{Template: "portalpages/add", Name: "empty", View: below("add"), Data: add(noWords)},
		{Template: "portalpages/add", Name: "reopen", View: below("add"), Data: reopen},
		{Template: "portalpages/contact", Name: "first", View: below("contact"), Data: contact(none)},
		{Template: "portalpages/contact", Name: "a wrong address", View: below("contact"), Data: contact(noEmail)},
		{Template: "portalpages/withdraw", Name: "asks", View: below("withdraw"), Data: WithdrawPage{Noun: "complaint", Ref: "CMP-7K2M-4QX9", Subject: "Missed clinical-waste collections", Action: "/track/token/withdraw", Back: "/track/token", Key: "KEY", Reopen: true}},
		{Template: "portalpages/satisfaction", Name: "asks", View: satisfactionView, Data: score("ask", none)},
		{Template: "portalpages/satisfaction", Name: "nothing chosen", View: satisfactionView, Data: score("ask", noScore)},
		{Template: "portalpages/satisfaction", Name: "can be changed", View: satisfactionView, Data: score("change", none)},
		{Template: "portalpages/satisfaction", Name: "given", View: satisfactionView, Data: score("given", none)},
		{Template: "portalpages/satisfaction", Name: "over", View: satisfactionView, Data: score("over", none)},
		{Template: "portalpages/find", Name: "first", View: findView, Data: findPage("", "", none)},
		{Template: "portalpages/find", Name: "not found", View: findView, Data: findPage("CMP-7K2M-4QX9", "NM1 2AB", notFound)},
		{Template: "portalpages/accessibility", Name: "all", View: accessibilityView, Data: about},
		{Template: "portalpages/accessibility", Name: "little", View: accessibilityView, Data: AboutPage{core.Organisation{Name: "Casement"}}},
		{Template: "portalpages/privacy", Name: "all", View: privacyView, Data: about},
	}
}
