package questions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/questions"
)

type world struct {
	*casestest.World
	questions *questions.Service
	amara     core.Actor
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := casestest.New(t)
	questions.Wire(w.Cases)
	return world{w, questions.New(w.DB, w.Cases, w.Clock, casestest.Secret), core.PersonActor(w.Amara, "")}
}

func (w world) all(t *testing.T, id core.CaseID) []core.Question {
	t.Helper()
	found, err := w.questions.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w world) open(t *testing.T, id core.CaseID) int {
	t.Helper()
	found, err := w.questions.OpenOfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestTheTypeSaysHowLongAQuestionMayStayUnanswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"calendar": "offices",`,
		`"calendar": "offices", "questions": {"within": "2 working days"},`, 1))
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "As the type says?"}, &questions.Ask{Body: "Or as I say?", DueIn: core.Span{Count: 3, Unit: core.WorkingDays}})
	asked := w.all(t, id)
	if want := casestest.Start.AddDate(0, 0, 2); !asked[0].DueAt.Equal(want) || !asked[1].DueAt.Equal(want.AddDate(0, 0, 1)) {
		t.Errorf("due %v and %v", asked[0].DueAt, asked[1].DueAt)
	}
}

func TestAQuestionIsAResponseWithATimeAndAPause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	made := w.Do(t, w.Priya, id, &questions.Ask{Body: "Which day\r\nwere they missed? "})
	q := w.all(t, id)[0]
	// A Tuesday at 10:00; five working days later is the next Tuesday.
	due := casestest.Start.AddDate(0, 0, 7)
	if q.No != 1 || q.Body != "Which day\nwere they missed?" || !q.DueAt.Equal(due) || !q.Pauses || !q.IsOpen() || q.AskedBy.Name != "Priya Raghunathan" || made.Made["question"] != "1" {
		t.Errorf("asked %+v, made %v", q, made.Made)
	}
	if at := w.Case(t, id).FirstResponseAt; !at.Equal(casestest.Start) {
		t.Errorf("first response at %v", at)
	}
	if e := w.Last(t, id, core.QuestionAsked); e.About["question"] != q.ID.String() || e.About["no"] != 1.0 || e.About["pauses"] != true {
		t.Errorf("recorded %+v", e.About)
	}
	w.Rewinds(t, id)
}

func TestWhoAsksChoosesTheTimeAndThePause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	no := false
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One", DueIn: core.Span{Count: 2, Unit: core.WorkingDays}, Pauses: &no}, &questions.Ask{Body: "Two"})
	w.Do(t, w.Tomasz, id, &questions.Ask{Body: "Three"})
	all := w.all(t, id)
	if len(all) != 3 || all[0].Pauses || !all[0].DueAt.Equal(casestest.Start.AddDate(0, 0, 2)) || all[1].No != 2 || !all[1].Pauses || all[2].No != 3 {
		t.Errorf("asked %+v", all)
	}
}

func TestAQuestionThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	for name, c := range map[string]struct {
		by   core.Actor
		ask  questions.Ask
		kind core.ErrorKind
	}{
		"nothing asked":    {w.Priya, questions.Ask{Body: " "}, core.ErrInvalid},
		"too long":         {w.Priya, questions.Ask{Body: strings.Repeat("x", core.MaxNote+1)}, core.ErrInvalid},
		"a zero byte":      {w.Priya, questions.Ask{Body: "a\x00"}, core.ErrInvalid},
		"years to answer":  {w.Priya, questions.Ask{Body: "x", DueIn: core.Span{Count: 2, Unit: core.Years}}, core.ErrInvalid},
		"the requester":    {w.amara, questions.Ask{Body: "x"}, core.ErrForbidden},
		"another team":     {w.Other, questions.Ask{Body: "x"}, core.ErrNotFound},
		"another customer": {core.PersonActor(w.Brendan, ""), questions.Ask{Body: "x"}, core.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) { w.Refuses(t, c.kind, c.by, id, &c.ask) })
	}
	if w.Case(t, id).Version != 1 || len(w.all(t, id)) != 0 {
		t.Errorf("kept %+v", w.all(t, id))
	}
	w.Do(t, w.Priya, id, &cases.Close{Reason: "upheld"})
	w.Refuses(t, core.ErrConflict, w.Priya, id, &questions.Ask{Body: "Late"})
}

func TestTheRequesterIsNotFloodedWithQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	for range 20 {
		w.Do(t, w.Priya, id, &questions.Ask{Body: "And this?"})
	}
	w.Refuses(t, core.ErrConflict, w.Priya, id, &questions.Ask{Body: "And that?"})
	w.Do(t, w.amara, id, &questions.Answer{No: 7, Answer: "Yes"})
	w.Do(t, w.Priya, id, &questions.Ask{Body: "And that?"})
}

func TestAQuestionAskedTwiceWithOneKeyIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	seen := w.Case(t, id).Version
	w.Do(t, w.Tomasz, id, &cases.ChangeStatus{To: "in-progress"}) // what others change does not matter
	for i := range 2 {
		r := cases.One(id, seen, &questions.Ask{Body: "Once?"})
		r.Key = "k"
		if result, err := w.Cases.Do(t.Context(), w.Priya, r); err != nil || result.Repeated != (i == 1) {
			t.Fatalf("time %d gave %+v, %v", i+1, result, err)
		}
	}
	if n := w.open(t, id); n != 1 {
		t.Errorf("%d are open", n)
	}
}

func TestReminders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, a, &questions.Ask{Body: "First?"}, &questions.Ask{Body: "Second?"})
	w.Do(t, w.Priya, b, &questions.Ask{Body: "Third?"}, &questions.Ask{Body: "Later?", DueIn: core.Span{Count: 20, Unit: core.WorkingDays}})
	w.Do(t, w.amara, a, &questions.Answer{No: 2, Answer: "Yes."})
	due := casestest.Start.AddDate(0, 0, 7)
	list := func() []questions.Due {
		t.Helper()
		found, err := w.questions.DueForReminder(t.Context(), w.Clock.Now(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	w.Clock.Set(due.Add(-time.Second))
	if found := list(); len(found) != 0 {
		t.Fatalf("too early: %+v", found)
	}
	w.Do(t, core.SystemActor(), a, &questions.Remind{No: 1}) // too early: nothing happens
	w.Clock.Set(due.Add(3 * time.Hour))
	found := list()
	if len(found) != 2 {
		t.Fatalf("due are %+v", found)
	}
	for range 2 { // a job may run twice
		for _, d := range found {
			w.Do(t, core.SystemActor(), d.CaseID, &questions.Remind{No: d.No})
		}
		w.Do(t, core.SystemActor(), a, &questions.Remind{No: 2}) // answered meanwhile
	}
	if found := list(); len(found) != 0 {
		t.Errorf("reminded, and still due: %+v", found)
	}
	for _, id := range []core.CaseID{a, b} {
		n := 0
		for _, e := range w.History(t, id) {
			if e.Kind == core.QuestionUnanswered {
				n++
				if !e.HappenedAt.Equal(due) || e.Actor.Kind != core.ActorSystem || e.About["no"] != 1.0 {
					t.Errorf("recorded %+v", e)
				}
			}
		}
		if n != 1 {
			t.Errorf("recorded %d times", n)
		}
	}
	w.Refuses(t, core.ErrForbidden, w.Priya, b, &questions.Remind{No: 2})
	w.Refuses(t, core.ErrForbidden, w.amara, b, &questions.Remind{No: 2})
	w.Refuses(t, core.ErrNotFound, core.SystemActor(), b, &questions.Remind{No: 9})
}
