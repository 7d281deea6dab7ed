package questions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/questions"
)

func TestTheRequesterAnswersAndTheAskerFindsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "Which day?"})
	w.Clock.Advance(24 * time.Hour)
	w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: " Tuesday "})
	q := w.all(t, id)[0]
	if q.Answer != "Tuesday" || q.Channel != core.ChannelWeb || q.AnsweredBy.PersonID() != w.Amara || q.AnsweredBy.Name == "" || q.IsOpen() || w.open(t, id) != 0 {
		t.Errorf("answered %+v", q)
	}
	e := w.Last(t, id, core.QuestionAnswered)
	if e.About["question"] != q.ID.String() || e.About["channel"] != "web" || len(e.About) != 3 {
		t.Errorf("recorded %+v", e.About)
	}
	answered := func(by core.Actor) []questions.Asked {
		t.Helper()
		reach, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.questions.AnsweredFor(t.Context(), reach, casestest.Start)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := answered(w.Priya); len(found) != 1 || found[0].Ref != w.Case(t, id).Ref || found[0].Requester != "Amara Okonkwo-Lindqvist" || found[0].Answer != "Tuesday" {
		t.Errorf("the asker finds %+v", found)
	}
	if found := answered(w.Tomasz); len(found) != 0 {
		t.Errorf("a colleague finds %+v", found)
	}
	if _, err := w.Pool.Exec(t.Context(), `DELETE FROM memberships WHERE staff_id = $1`, w.Priya.StaffID()); err != nil {
		t.Fatal(err)
	}
	if found := answered(w.Priya); len(found) != 0 {
		t.Errorf("who has left the team still finds %+v", found)
	}
	w.Rewinds(t, id)
}

func TestWhatWasAnsweredByTelephoneIsRecordedByStaff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "Which day?"})
	w.Refuses(t, core.ErrInvalid, w.Tomasz, id, &questions.RecordAnswer{No: 1, Answer: "Tuesday"})
	w.Refuses(t, core.ErrInvalid, w.Tomasz, id, &questions.RecordAnswer{No: 1, Answer: "Tuesday", Channel: core.ChannelWeb})
	w.Do(t, w.Tomasz, id, &questions.RecordAnswer{No: 1, Answer: "Tuesday", Channel: core.ChannelTelephone})
	if q := w.all(t, id)[0]; q.AnsweredBy.StaffID() != w.Tomasz.StaffID() || q.Channel != core.ChannelTelephone {
		t.Errorf("recorded %+v", q)
	}
}

func TestAnAnswerThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "Which day?"}, &questions.Ask{Body: "Which bin?"})
	w.Do(t, w.amara, id, &questions.Answer{No: 2, Answer: "Brown"})
	version := w.Case(t, id).Version
	for name, c := range map[string]struct {
		by   core.Actor
		cmd  cases.Command
		kind core.ErrorKind
	}{
		"nothing said":          {w.amara, &questions.Answer{No: 1, Answer: "\n"}, core.ErrInvalid},
		"too long":              {w.amara, &questions.Answer{No: 1, Answer: strings.Repeat("x", core.MaxNote+1)}, core.ErrInvalid},
		"a zero byte":           {w.amara, &questions.Answer{No: 1, Answer: "a\x00"}, core.ErrInvalid},
		"a channel for staff":   {w.amara, &questions.Answer{No: 1, Answer: "x", Channel: core.ChannelLetter}, core.ErrInvalid},
		"no such question":      {w.amara, &questions.Answer{No: 3, Answer: "x"}, core.ErrNotFound},
		"a negative question":   {w.amara, &questions.Answer{No: -1, Answer: "x"}, core.ErrNotFound},
		"answered already":      {w.amara, &questions.Answer{No: 2, Answer: "Green"}, core.ErrConflict},
		"staff as requester":    {w.Priya, &questions.Answer{No: 1, Answer: "x"}, core.ErrForbidden},
		"requester as staff":    {w.amara, &questions.RecordAnswer{No: 1, Answer: "x", Channel: core.ChannelLetter}, core.ErrForbidden},
		"another customer":      {core.PersonActor(w.Brendan, ""), &questions.Answer{No: 1, Answer: "x"}, core.ErrNotFound},
		"somebody else's link":  {core.LinkActor(core.NewID[core.CaseID](), w.Amara), &questions.Answer{No: 1, Answer: "x"}, core.ErrNotFound},
		"an unrelated employee": {w.Other, &questions.RecordAnswer{No: 1, Answer: "x", Channel: core.ChannelLetter}, core.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) { w.Refuses(t, c.kind, c.by, id, c.cmd) })
	}
	if all := w.all(t, id); w.Case(t, id).Version != version || !all[0].IsOpen() || all[1].Answer != "Brown" {
		t.Errorf("changed to %+v", all)
	}
}

func TestAWaitingCaseGoesOnWithTheLastAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, cases.StartWork{}, &questions.Ask{Body: "One?"}, &questions.Ask{Body: "Two?"}, &cases.ChangeStatus{To: "waiting"})
	w.Do(t, w.amara, id, &questions.Answer{No: 2, Answer: "Yes"})
	if cs := w.Case(t, id); cs.Status != "waiting" {
		t.Fatalf("with a question open the case went to %q", cs.Status)
	}
	w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: "No"})
	if cs := w.Case(t, id); cs.Status != "in-progress" || cs.Assignee != w.Priya.StaffID() {
		t.Errorf("the case is %+v", cs)
	}
	w.Rewinds(t, id)
}

func TestAnAnswerLeavesACaseThatDoesNotWaitWhereItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"})
	w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: "Yes"})
	if cs := w.Case(t, id); cs.Status != "new" {
		t.Errorf("the case went to %q", cs.Status)
	}
}

func TestACaseDoesNotCloseWhileAQuestionIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"}, &questions.Ask{Body: "Two?"})
	if err := w.Refuses(t, core.ErrConflict, w.Priya, id, &cases.Close{Reason: "upheld"}); !strings.Contains(err.Error(), "2 questions are still open.") {
		t.Errorf("refused with %v", err)
	}
	w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: "Yes"})
	if err := w.Refuses(t, core.ErrConflict, w.Priya, id, &cases.Close{Reason: "upheld"}); !strings.Contains(err.Error(), "1 question is still open.") {
		t.Errorf("refused with %v", err)
	}
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &cases.Close{Reason: "upheld", Force: "She has moved away."})
	w.Do(t, w.amara, id, &questions.Answer{No: 2, Answer: "Yes"})
	w.Do(t, w.Priya, id, &cases.Close{Reason: "upheld"})
}

func TestTheEndOfACaseWithdrawsItsQuestions(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w world, t *testing.T, id core.CaseID){
		"cancelled": func(w world, t *testing.T, id core.CaseID) { w.Do(t, w.Priya, id, &cases.Cancel{}) },
		"withdrawn": func(w world, t *testing.T, id core.CaseID) { w.Do(t, w.amara, id, &cases.Withdraw{}) },
		"forced": func(w world, t *testing.T, id core.CaseID) {
			w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
			w.Do(t, w.Lead, id, &cases.Close{Reason: "upheld", Force: "She has moved away."})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.Raise(t)
			w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"}, &questions.Ask{Body: "Two?"})
			w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: "Yes"})
			end(w, t, id)
			all := w.all(t, id)
			if !all[0].WithdrawnAt.IsZero() || !all[1].WithdrawnAt.Equal(casestest.Start) || all[1].IsOpen() || w.open(t, id) != 0 {
				t.Fatalf("the questions are %+v", all)
			}
			w.Refuses(t, core.ErrConflict, w.amara, id, &questions.Answer{No: 2, Answer: "Late"})
			w.Clock.Advance(30 * 24 * time.Hour)
			if due, err := w.questions.DueForReminder(t.Context(), w.Clock.Now(), 10); err != nil || len(due) != 0 {
				t.Errorf("a reminder is due for %+v, %v", due, err)
			}
			w.Rewinds(t, id)
		})
	}
}

func TestQuestionsOpenToAPersonAreFoundOverAllTheirCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, a, &questions.Ask{Body: "One?"})
	w.Do(t, w.Priya, b, &questions.Ask{Body: "Two?", DueIn: core.Span{Count: 1, Unit: core.WorkingDays}}, &questions.Ask{Body: "Three?"})
	w.Do(t, w.amara, b, &questions.Answer{No: 2, Answer: "Yes"})
	found, err := w.questions.AwaitedFrom(t.Context(), w.Amara)
	if err != nil || len(found) != 2 || found[0].Body != "Two?" || found[1].Ref != w.Case(t, a).Ref {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := w.questions.AwaitedFrom(t.Context(), w.Brendan); err != nil || len(found) != 0 {
		t.Errorf("another customer finds %+v, %v", found, err)
	}
}

// Targets pause as long as a question that pauses is open: they ask while the
// case is being changed.
func TestOpenQuestionsAreKnownWhileTheCaseChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var open []int
	look := func(cw *cases.Work, _ core.Event) []cases.Command {
		open = append(open, len(questions.Open(cw)))
		return nil
	}
	for _, kind := range []core.EventKind{core.QuestionAsked, core.QuestionAnswered, core.CaseCancelled} {
		w.Cases.On(kind, look)
	}
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"})
	w.Do(t, w.Priya, id, &questions.Ask{Body: "Two?"})
	w.Do(t, w.amara, id, &questions.Answer{No: 1, Answer: "Yes"})
	w.Do(t, w.Priya, id, &cases.Cancel{})
	if got := open; len(got) != 4 || got[0] != 1 || got[1] != 2 || got[2] != 1 || got[3] != 0 {
		t.Errorf("open were %v", got)
	}
}
