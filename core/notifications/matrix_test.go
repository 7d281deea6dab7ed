package notifications_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
)

// cast is who works on a type in the walk through its matrix, with mail
// addresses of first names: bo and cy manage, di can be handed cases, ed and fi
// are the two levels of escalation.
type cast struct {
	manage, other   string // groups
	bo, cy, di      core.Actor
	levels          []string // addresses, by level
	reassign, climb string   // reasons
	resolved        string   // status
}

func (o *office) castFor(t *testing.T, typeKey string) cast {
	t.Helper()
	ct, err := o.Types.Published(t.Context(), typeKey)
	if err != nil {
		t.Fatal(err)
	}
	o.exec(t, `DELETE FROM memberships`) // the small council's own people look on
	c := cast{manage: ct.DefaultGroup(), other: "highways", reassign: "wrong-team", climb: "press"}
	hire := func(name, group string) core.Actor { return o.Hire(t, name, strings.ToLower(name)+"@x.example", group) }
	c.bo, c.cy, c.di = hire("Bo", c.manage), hire("Cy", c.manage), hire("Di", c.other)
	for i, group := range ct.Groups[core.DutyEscalation] {
		name := []string{"Ed", "Fi"}[i]
		hire(name, group)
		c.levels = append(c.levels, strings.ToLower(name)+"@x.example")
	}
	resolved, _ := ct.FirstStatus(core.StatusResolved)
	c.resolved = resolved.Key
	return c
}

// The words of the test are the matrix: who gets which template. It walks
// every line of every shipped type's table, in the order of a case's life.
func TestTheWholeMatrixOfTheShippedTypesTellsWhomItShould(t *testing.T) {
	closings := map[string]map[string]string{ // reason: template
		"complaint": {"upheld": "closed-upheld", "partly-upheld": "closed-upheld", "not-upheld": "closed-not-upheld", "withdrawn": "closed-withdrawn"},
		"enquiry":   {"answered": "closed", "passed-on": "closed", "withdrawn": "closed-withdrawn"},
		"report":    {"fixed": "closed", "nothing-found": "closed", "not-ours": "closed", "withdrawn": "closed-withdrawn"},
	}
	for typeKey, reasons := range closings {
		t.Run(typeKey, func(t *testing.T) {
			o := open(t)
			c := o.castFor(t, typeKey)
			walked := map[string]bool{}
			check := func(what string, id core.CaseID, want ...string) {
				t.Helper()
				for _, line := range want {
					f := strings.Fields(line)
					walked[f[0]+" "+f[1]] = true
				}
				wants(t, what, o.letters(t, id), want...)
			}

			// Reports are public: a neighbour follows, and hears of what is public.
			follow := func(id core.CaseID) {
				if typeKey == "report" {
					o.Do(t, core.PersonActor(o.Brendan, "Brendan"), id, &followers.Add{})
				}
			}
			and := func(event string, lines ...string) []string {
				if typeKey == "report" {
					lines = append(lines, event+" follower follower-news brendan@example.org")
				}
				return lines
			}

			id := o.raise(t, typeKey)
			check("raised", id, "case.raised requester confirmation "+amaraMail, "case.raised manage new-case bo@x.example", "case.raised manage new-case cy@x.example")
			follow(id)
			o.Do(t, c.bo, id, cases.StartWork{})
			check("work started", id, and("case.work_started", "case.work_started requester work-started "+amaraMail)...)
			o.Do(t, c.bo, id, &cases.Assign{To: c.cy.StaffID()})
			check("assigned", id, "case.assigned assignee assigned cy@x.example")
			o.Do(t, c.bo, id, &notes.Add{Body: "for us"})
			check("a note of staff", id)
			o.Do(t, c.cy, id, &notes.Add{Body: "for you", Audience: core.Public})
			check("a public note", id, "note.added requester public-note "+amaraMail)

			o.Do(t, c.bo, id, &questions.Ask{Body: "Which day?"})
			check("asked", id, "question.asked requester question "+amaraMail)
			o.Do(t, o.amara(), id, &questions.Answer{No: 1, Answer: "Tuesday"})
			check("answered", id, "question.answered asker question-answered bo@x.example")
			o.Do(t, c.bo, id, &questions.Ask{Body: "And which bin?", DueIn: core.Span{Count: 1, Unit: core.Hours}})
			check("asked again", id, "question.asked requester question "+amaraMail)
			o.Clock.Advance(time.Hour)
			o.Do(t, core.SystemActor(), id, &questions.Remind{No: 2})
			check("unanswered", id, "question.unanswered requester question-reminder "+amaraMail, "question.unanswered asker question-unanswered bo@x.example")
			o.Do(t, c.bo, id, &questions.RecordAnswer{No: 2, Answer: "Brown", Channel: core.ChannelTelephone})
			check("the asker's own record", id)
			o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "Still nothing"})
			check("an update", id, "update.added assignee update-received cy@x.example")

			// cy holds the case; di has the task, and does not see the case at all.
			o.Do(t, c.bo, id, &tasks.Add{Title: "Visit the site", Group: c.other})
			check("a task for a group", id, "task.added receiver task-assigned di@x.example")
			o.Do(t, c.bo, id, &tasks.Assign{No: 1, Group: c.other, Assignee: c.di.StaffID()})
			check("a task for a person", id, "task.assigned receiver task-assigned di@x.example")
			o.Do(t, c.di, id, &tasks.Ask{No: 1, Body: "Which gate?"})
			check("asked about a task", id, "task.asked assignee task-asked cy@x.example")
			o.Do(t, c.cy, id, &tasks.Ask{No: 1, Body: "The northern one."})
			check("answered about a task", id, "task.answered receiver task-answered di@x.example")
			o.Do(t, c.di, id, &tasks.RequestTime{No: 1, Until: o.Clock.Now().AddDate(0, 0, 3), Reason: "It is locked"})
			check("more time asked for", id, "task.time_requested assignee task-time-requested cy@x.example")
			o.Do(t, c.di, id, &tasks.HandBack{No: 1, Reason: "I am away"})
			check("a task handed back", id, "task.handed_back assignee task-handed-back cy@x.example")
			o.Do(t, c.di, id, &tasks.Claim{No: 1})
			o.Do(t, c.di, id, &tasks.Complete{No: 1, Outcome: "Seen"})
			o.Do(t, c.cy, id, &tasks.Return{No: 1, Reason: "No picture"})
			check("a task returned", id, "task.returned receiver task-returned di@x.example")
			o.Do(t, c.di, id, &tasks.Complete{No: 1, Outcome: "Seen, with a picture"})

			moved := core.Contact{Name: "Amara", Email: "new@example.org"}
			o.Do(t, c.bo, id, &cases.ChangeContact{Contact: moved})
			check("contact changed", id, "case.contact_changed requester contact-changed new@example.org", "case.contact_changed requester contact-changed "+amaraMail)

			o.Do(t, c.bo, id, &cases.Reassign{Group: c.other, Reason: c.reassign})
			check("handed to a group", id, "case.reassigned manage reassigned-group di@x.example")
			o.Do(t, c.di, id, &cases.Reassign{Group: c.manage, To: c.bo.StaffID(), Reason: c.reassign})
			check("handed to a person", id, "case.reassigned assignee assigned bo@x.example")

			o.Do(t, c.cy, id, &cases.Escalate{Reason: c.climb})
			check("escalated by hand", id, "case.escalated assignee escalated bo@x.example", "case.escalated escalation escalated "+c.levels[0])
			o.Do(t, c.cy, id, &cases.ChangeStatus{To: c.resolved})
			check("resolved", id, and("case.resolved", "case.resolved requester resolved new@example.org")...)

			for reason, template := range reasons {
				o.Do(t, c.cy, id, &cases.Close{Reason: reason})
				check("closed: "+reason, id, and("case.closed", "case.closed requester "+template+" new@example.org")...)
				o.Do(t, c.cy, id, &cases.Reopen{})
				// bo holds the case, or, where the type clears that, is who is left of the group.
				check("reopened", id, and("case.reopened", "case.reopened requester reopened new@example.org", "case.reopened manage case-reopened bo@x.example")...)
			}

			// The first climb is told by the letter about the breach itself.
			late := []string{"target.reminder assignee reminder cy@x.example", "target.breached assignee breached cy@x.example",
				"target.breached escalation breached " + c.levels[0]}
			for _, above := range c.levels[1:] {
				late = append(late, "case.escalated assignee escalated cy@x.example", "case.escalated escalation escalated "+above)
			}
			written := map[string]bool{}
			for _, l := range o.passTime(t, typeKey, c) {
				written[l.String()], walked[l.Event+" "+l.Audience] = true, true
			}
			if got := slices.Sorted(maps.Keys(written)); !slices.Equal(got, sorted(late)) {
				t.Errorf("as time passed, these were written: %q, wanted %q", got, sorted(late))
			}

			if typeKey == "complaint" { // its investigations have a due time of their own
				id := o.raise(t, typeKey)
				o.Do(t, c.cy, id, cases.Claim{})
				o.Do(t, c.bo, id, &tasks.Add{Type: "investigate", Title: "Look into it", Group: c.other})
				o.letters(t, id)
				var late []letter
				for range 10 {
					o.Clock.Advance(24 * time.Hour)
					if err := o.targets.StepCase(t.Context(), id); err != nil {
						t.Fatal(err)
					}
					for _, l := range o.letters(t, id) {
						if strings.HasPrefix(l.Event, "task.") {
							late = append(late, l)
							walked[l.Event+" "+l.Audience] = true
						}
					}
				}
				wants(t, "a task that is late", late, "task.reminder receiver task-due di@x.example", "task.breached receiver task-late di@x.example", "task.breached assignee task-late cy@x.example")
			}

			cancelled := o.raise(t, typeKey)
			o.letters(t, cancelled)
			if typeKey == "report" {
				follow(cancelled)
				o.Do(t, c.bo, cancelled, &cases.ChangeStatus{To: "inspected"})
				check("looked at", cancelled, and("case.status_changed")...)
			}
			o.Do(t, c.bo, cancelled, &cases.Cancel{Reason: "duplicate"})
			check("cancelled", cancelled, "case.cancelled requester cancelled "+amaraMail)
			withdrawn := o.raise(t, typeKey)
			o.letters(t, withdrawn)
			o.Do(t, o.amara(), withdrawn, &cases.Withdraw{})
			check("withdrawn while nobody had it", withdrawn, "case.withdrawn requester withdrawn "+amaraMail,
				"case.withdrawn assignee case-withdrawn bo@x.example", "case.withdrawn assignee case-withdrawn cy@x.example")

			ct, err := o.Types.Published(t.Context(), typeKey)
			if err != nil {
				t.Fatal(err)
			}
			for event, table := range ct.Messages {
				for audience := range table {
					if !walked[event+" "+audience] {
						t.Errorf("the walk missed %s to %s", event, audience)
					}
				}
			}
			if missing := o.missing(t); len(missing) > 0 {
				t.Errorf("letters went out without: %q", missing)
			}
			if o.delivered == 0 {
				t.Error("nothing was queued to be delivered")
			}
			o.ringsAsItWrites(t)
		})
	}
}

// passTime lets a case that cy holds pass its targets with nobody at work, and
// returns what was written.
func (o *office) passTime(t *testing.T, typeKey string, c cast) []letter {
	t.Helper()
	id := o.raise(t, typeKey)
	o.Do(t, c.cy, id, cases.Claim{})
	o.letters(t, id)
	var out []letter
	start := o.Clock.Now()
	for day := range 40 {
		o.Clock.Set(start.AddDate(0, 0, day))
		if err := o.targets.StepCase(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		out = append(out, o.letters(t, id)...)
	}
	return out
}

func sorted(lines []string) []string { slices.Sort(lines); return lines }
