package layout

import (
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// SampleFrame is the frame of the gallery and of tests.
func SampleFrame() render.Frame {
	return render.Frame{
		Organisation: render.Organisation{
			Name: "Northmoor Council", Language: "en-GB", Home: "/", Telephone: "01632 960 100",
			HelpNote: "Minicom and Relay UK: dial 18001 first.",
			Hours:    "Monday to Friday, 8:30am to 5pm. Closed on bank holidays.",
			Links:    []render.Link{{Label: "Accessibility", URL: "/accessibility"}, {Label: "Privacy", URL: "/privacy"}},
		},
		Viewer:   render.Viewer{Name: "Priya Raghunathan", Detail: "priya@northmoor.example", Account: "/account", SignOut: "/sign-out"},
		Rail:     Entries(map[string]int{"mywork": 12, "queues": 1480, "tasks": 7}, "mywork", "queues", "search", "tasks", "calendar", "dashboards", "knowledge"),
		RailFoot: Entries(map[string]int{"plugins": 1}, "configuration", "plugins", "people"),
		SiteNav:  []render.Entry{{Key: "cases", Label: "Your cases", URL: "/portal"}},
		Bell:     "/notifications", Unread: 4, BellTopic: "notifications:01900000-0000-7000-8000-000000000000",
		NewCase: "/cases/new",
	}
}

func samples() []render.Sample {
	frame := SampleFrame()
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren"
	problems, _ := render.ProblemsOf(&core.Error{Kind: core.ErrInvalid, Message: "Two answers need another look.", Fields: map[string]string{
		"when": "Enter a date that exists: November has 30 days", "who": "Tell us who you spoke to, or write “not sure”",
	}}, "when", "who")
	one := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "layout/" + template, Name: name, Data: data}
	}
	alone := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "layout/" + template, Name: name, Data: data, Alone: true}
	}
	problem := render.Problem{Status: 404, Title: "Page not found", Message: "If you typed the address, check it. If you followed a link, the page may have moved."}
	fault := render.Problem{Status: 500, Title: "Something went wrong", Message: "This is our fault, not yours. Nothing was changed.", Request: "J3K2M4N5P6Q7"}
	ring := Due{Words: "Thu 3 Dec 15:45", Exact: "Thursday 3 December 2026, 15:45", Percent: 22}
	late := Due{Words: "2 working hours late", Tone: "bad", Percent: 100}
	palette := PalettePage{Query: "esc", Items: []PaletteItem{{Label: "Escalate CMP-7K4Q-2…", Icon: "flag", URL: "/cases/CMP-7K4Q-2/escalate", Keys: "E"}, {Label: "Go to queue: Escalated", Detail: "3 cases", Icon: "queue", URL: "/queues/escalated", Keys: "G E"}}}
	nothing := PalettePage{Query: "<script>"}
	text := Field{Name: "subject", Label: "Subject", Hint: "One line, as you would say it on the telephone", Value: "Clinical-waste collections missed", MaxLength: 200}
	bad := Field{Name: "postcode", Label: "Postcode", Error: "Enter a full postcode, like NM4 2QT", Value: `NM4"><script>`, Width: "20", Autocomplete: "postal-code", Plain: true}
	choice := Field{Name: "group", Label: "Group", Value: "2", Options: []Option{{"1", "Complaints, stage 1"}, {"2", "Complaints, stage 2"}}}
	area := Field{Name: "reason", Label: "Reason", Rows: 3, Optional: true, Value: "سبب التأخير"}
	tabs := Tabs{Label: "Case", Items: []Tab{{Label: "Summary", URL: "#s"}, {Label: "History", URL: "#h", Current: true}, {Label: "Tasks", URL: "#t", Count: 3}, {Label: "Outcome", URL: "#o", Icon: "plug"}}}

	return []render.Sample{
		{Template: "layout/problem", Name: "in the console", View: render.View{Template: "layout/problem", Title: problem.Title}, Data: problem},
		{Template: "layout/problem", Name: "in public", View: render.View{Template: "layout/problem", Title: problem.Title, Layout: render.Public, Back: render.Link{Label: "Back", URL: "/"}}, Data: problem},
		{Template: "layout/problem", Name: "our fault", View: render.View{Template: "layout/problem", Title: fault.Title, Layout: render.Bare}, Data: fault},
		{Template: "layout/problem", Name: "while signing in", View: render.View{Template: "layout/problem", Title: fault.Title, Layout: render.SignIn}, Data: fault},
		{Template: "layout/palette-page", Name: "found", View: render.View{Template: "layout/palette-page", Title: "Commands"}, Data: palette},
		alone("head", "the same on every page", nil),
		one("palette-items", "found", palette), one("palette-items", "nothing", nothing),
		alone("rail", "administrator", frame), alone("topbar", "signed in", frame), alone("counts", "after a change", frame),
		one("rail-count", "faults", frame.RailFoot[1]), one("rail-count", "none", render.Entry{Key: "none"}),
		one("bell", "unread", Dict{"Unread": 4}), one("bell", "nothing", Dict{"Unread": 0}), one("bell", "more than it counts", Dict{"Unread": 100}),
		one("person-menu", "somebody", frame.Viewer), one("theme-switch", "as the system", frame.Viewer), one("theme-switch-public", "as the system", nil),
		alone("palette", "closed", nil), alone("shortcuts", "closed", frame),
		alone("site-header", "signed in", frame), alone("site-header", "nobody", render.Frame{Organisation: frame.Organisation}), alone("site-footer", "full", frame), alone("site-footer", "nothing known", render.Frame{}),
		alone("toasts", "one", render.Toast{Text: "CMP-6TRW-9 assigned to Kofi Mensah", Link: render.Link{Label: "Undo", URL: "/undo"}}), alone("toasts", "none", render.Toast{}),
		one("toast", "bad", render.Toast{Text: "The email was refused.", Tone: "bad"}),
		one("chip", "start", StatusChip(core.StatusStart, "New")), one("chip", "open", StatusChip(core.StatusOpen, "In progress")), one("chip", "waiting", StatusChip(core.StatusWaiting, "Awaiting reply")), one("chip", "resolved", StatusChip(core.StatusResolved, "Resolved")), one("chip", "final", StatusChip(core.StatusFinal, "Closed")), one("chip", "private", PrivateChip()), one("chip", "public", PublicChip()), one("chip", "long", Chip{Label: long, Tone: "outline"}),
		one("ring", "a fifth", ring), one("due", "in time", ring), one("due", "soon", Due{Words: "Due tomorrow 12:00, 6 working hours left", Tone: "warn", Percent: 91}), one("due", "late", late), one("due", "paused", Due{Words: "Paused, 21 working hours left", Tone: "paused", Percent: 47}), one("due", "met", Due{Words: "Met, 2 hours early", Tone: "good", Percent: 100}),
		one("target", "named", Target{"Full response", late}), one("target", "soon", Target{"Acknowledge", Due{Words: "Due today 17:00", Tone: "warn"}}), one("target", "met", Target{"Acknowledge", ring}),
		one("facts", "some", []Fact{{"Email", "a.okonkwo@example.org", "mailto:a.okonkwo@example.org"}, {"For", "والدتها نغوزي", ""}}),
		one("empty", "nothing waits", Empty{Icon: "ok", Title: "Nothing waits for you", Text: "11 complaints in your groups are unclaimed.", Link: render.Link{Label: "See them", URL: "/queues"}}), one("empty", "broken", Empty{Icon: "plug", Title: "“Collection record” is not available", Text: "The plugin did not answer within 2 seconds. Nothing was lost.", Bad: true}),
		one("error-summary", "two", problems), one("error-summary", "none", render.Problems{}), one("error-summary", "the form as a whole", render.Problems{Message: "That reference and postcode do not match."}),
		one("field", "text", text), one("field", "error", bad), one("field", "choice", choice), one("field", "long text", area),
		one("pagination", "middle", Paging{First: "/a", Previous: "/b", Next: "/c", Words: "51 to 100"}), one("pagination", "one page", Paging{}),
		one("banner", "info", render.Notice{Tone: "info", Text: "Search is catching up: 40 seconds behind."}), one("banner", "good", render.Notice{Tone: "good", Text: "Version 14 is live."}), one("banner", "warn", render.Notice{Tone: "warn", Text: "Ines changed the status while you were writing. Your text is kept.", Link: render.Link{Label: "See what changed", URL: "#d"}}), one("banner", "bad", render.Notice{Tone: "bad", Text: "The email was refused by example.org."}),
		one("tabs", "four", tabs), one("segmented", "four", tabs),
		one("stage-bar", "third of five", []Stage{{Label: "Received", Done: true}, {Label: "Assessed", Done: true}, {Label: "Investigation", Current: true}, {Label: "Response"}, {Label: long}}),
		one("pips", "three of five", StagePips("Investigation", 3, 5)),
	}
}

// Dict is a component's values by name, as {{dict}} makes them.
type Dict = map[string]any
