package routinepages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// samples show every template with what is usual, nothing, and the odd.
func samples() []render.Sample {
	long := strings.Repeat("Zuständigkeitsprüfung ", 6) + "شكوى"
	at := time.Date(2026, 11, 26, 10, 12, 0, 0, time.UTC)
	groups := []OptionGroup{{"The case", []layout.Option{{Value: "case.status", Label: "Status"}, {Value: "long", Label: long}}}}
	line := editing.Input{Field: layout.Field{Name: "when-quiet", ID: "in-when-quiet", Label: "How long", Value: "3 working days"}}
	body := editing.Input{Field: layout.Field{Name: "do-0-with-body", ID: "in-do-0-with-body", Label: "Body", Value: long, Rows: 3}}
	ops := []layout.Option{{Value: "one_of", Label: "is one of"}, {Value: "is", Label: "is"}}
	values := []editing.Tick{{Value: "new", Label: "New", On: true}, {Value: "long", Label: long}}
	several := RowPart{No: 1, At: 0, Joined: "if", Name: "case.status", Names: groups, Op: "one_of", Ops: ops, Input: "several", Values: values}
	one, text, none := several, several, several
	one.No, one.At, one.Joined, one.Input, one.Op = 2, 1, "and", "one", "is"
	text.No, text.At, text.Joined, text.Input, text.Value, text.Hint = 3, 2, "and", "text", long, "days"
	none.No, none.At, none.Joined, none.Input = 4, 3, "and", "none"
	when := WhenPart{Kinds: []KindPart{{Value: "on", Label: "Something happens", Groups: groups, Chosen: "case.status"}, {Value: "quiet", Label: "Nothing has happened for", On: true, Inputs: []editing.Input{line}, Hint: "Such as 3 working days."}}, Timely: true, Batch: "50"}
	rows := IfPart{Rows: []RowPart{several, one, text, none}, Names: groups}
	written := IfPart{Written: true, Text: `case.stauts == "new"`, Problems: []ProblemPart{{Place: "At letter 1", Message: "There is no “case.stauts”. Did you mean “case.status”?", Here: "case.stauts", After: ` == "new"`}, {Message: "It takes too long to answer."}},
		Known: []KnownName{{"case.status", "text", "Key of the status", `"new", "closed"`}, {"long", "text", long, ""}}, Functions: conditions.Functions()}
	action := ActionPart{No: 1, Title: "Add a note", More: "Body: " + long, Icon: "message", First: true, Open: true, Problems: []string{"There is no reason “x”."}, Kind: "command", Inputs: []editing.Input{body}, Command: "case.status", CommandName: "do-0-command", Commands: groups}
	letter := ActionPart{No: 2, Title: "Send a message to the requester", Icon: "mail", Last: true, Kind: "message"}
	do := DoPart{Actions: []ActionPart{action, letter}, Add: groups}
	try := TryForm{Action: "/try", Draft: true, Case: "CMP-7H2K-9QX4"}
	wrong := try
	wrong.Problem = "There is no such case, or you may not see it."
	facts := []layout.Fact{{Term: "Status", Text: "New"}, {Term: long, Text: long}}
	act := TriedAct{No: 1, Title: "Add a note", Icon: "message", Facts: facts}
	nobody := TriedAct{No: 2, Title: "Send a message", Icon: "mail", Letters: []layout.Fact{{Term: "amara@example.org", Text: long}}, Problem: "Nobody would get it."}
	tried := TryPage{Type: "Complaint", Name: long, TypeURL: "#a", Edit: "#b", Log: "#c", Draft: true, Form: try, Result: &Tried{
		Ref: "CMP-7H2K-9QX4", Subject: long, URL: "#d", SetOff: "When nothing has happened for 3 working days.", Due: at, Chip: layout.Chip{Label: "Its condition holds", Icon: "ok", Tone: "good"},
		Condition: "status is one of New", Values: facts, Acts: []TriedAct{act, nobody}}}
	bare := TryPage{Type: "Complaint", Name: "Nudge", TypeURL: "#a", Edit: "#b", Log: "#c", Off: true, Form: wrong}
	idle := tried
	idle.Draft, idle.Result = false, &Tried{Ref: "CMP-7H2K-9QX4", URL: "#d", SetOff: "When the case is raised.", Problem: "It takes too long to answer.", Chip: layout.Chip{Label: "Would do nothing", Icon: "stop"}}
	ran := RunRow{Ref: "CMP-7H2K-9QX4", URL: "#d", At: at, Why: "The case is raised", Chip: layout.Chip{Label: "Failed", Icon: "warn", Tone: "bad"}, Values: facts, Chain: "“Make it urgent”", Results: []ResultRow{
		{No: 1, Title: "Add a note", More: "note 4", Chip: layout.Chip{Label: "Done", Icon: "ok", Tone: "good"}, At: at, Took: "4ms"}, {No: 2, Title: long, More: long, Chip: layout.Chip{Label: "Refused", Icon: "warn", Tone: "warn"}, Retried: "3 tries"}}}
	passed := RunRow{Ref: "CMP-1111-2222", URL: "#d", At: at, Why: "Its date came", Chip: layout.Chip{Label: "Did not hold", Icon: "stop"}, Problem: "It takes too long to answer."}
	log := LogPage{Type: "Complaint", Name: long, TypeURL: "#a", Edit: "#b", Try: "#c", Past: "#p", Meaning: []string{long}, Facts: facts, Filter: layout.Tabs{Label: "Which runs", Items: []layout.Tab{{Label: "All", URL: "#x", Current: true}}},
		Runs: []RunRow{ran, passed}, First: "#f", Following: "#n", Rounds: []RoundRow{{At: at, Looked: 1200, Fired: 3, Done: 2, Failed: 1}}}
	empty := LogPage{Type: "Complaint", Name: "Nudge", TypeURL: "#a", Edit: "#b", Try: "#c", Past: "#p", Off: true, Filter: log.Filter}
	gone := LogPage{Type: "Complaint", Name: "nudge", TypeURL: "#a", Gone: true, Filter: log.Filter, Filtered: true}
	page := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "routinepages/" + template, Name: name, View: render.View{Template: "routinepages/" + template, Title: name, Nav: nav}, Data: data}
	}
	part := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "routinepages/" + template, Name: name, Data: data}
	}
	bad := when
	bad.Error = "There is no event “x”."
	return append([]render.Sample{
		part("routine", "rows", Steps{when, rows, do}), part("routine", "an expression", Steps{when, written, DoPart{Error: "A routine does something: add at least one action.", Add: groups}}),
		part("when", "quiet", when), part("when", "a mistake", bad), part("options", "two", map[string]any{"Groups": groups, "Chosen": "case.status"}),
		part("rows", "four", rows), part("rows", "none", IfPart{Any: true, Error: "It cannot be answered.", Names: groups}),
		part("row", "several", several), part("row", "one", one), part("row", "text", text), part("row", "no value", none), part("condition", "rows", rows), part("condition", "an expression", written), part("expression", "mistakes", written), part("expression", "empty", IfPart{Written: true}),
		part("actions", "two", do), part("actions", "none", DoPart{Error: "Add one."}), part("action", "a command", action), part("action", "a message", letter),
		part("try-form", "empty", TryForm{Action: "/try"}), part("try-form", "wrong", wrong), part("tried", "a command", act), part("tried", "a message", nobody),
		part("chain", "a circle", ChainPart{Loop: long, Chains: [][]ChainStep{{{Name: "Nudge", URL: "#a"}, {Name: long, Because: "Add a note: " + long}, {Name: "Nudge", URL: "#a", Because: "Change priority: the priority changes", Again: true}}}}),
		part("chain", "two", ChainPart{Chains: [][]ChainStep{{{Name: long}, {Name: "Nudge", URL: "#a", Because: "Change priority: the priority changes"}}, {{Name: "One"}, {Name: "Two", Because: long}}}}),
		page("try", "holds", tried), page("try", "a mistake", bare), page("try", "cannot be answered", idle),
		page("log", "two runs", log), page("log", "nothing", empty), page("log", "gone", gone), part("run", "failed", ran), part("run", "passed", passed),
	}, pastSamples()...)
}
