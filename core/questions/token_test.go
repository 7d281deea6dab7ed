package questions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
)

func TestTheLinkInAMailOpensItsQuestionUntilItExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"}, &questions.Ask{Body: "Two?"})
	q, err := w.questions.Find(t.Context(), id, 2)
	if err != nil {
		t.Fatal(err)
	}
	token := w.questions.Token(q)
	linked, err := w.questions.ByToken(t.Context(), token)
	if err != nil || linked.Question.ID != q.ID || linked.Seen.Case.ID != id || linked.By.PersonID() != w.Amara {
		t.Fatalf("opened %+v, %v", linked, err)
	}
	w.Do(t, linked.By, id, &questions.Answer{No: linked.Question.No, Answer: "Yes"})
	if linked, err = w.questions.ByToken(t.Context(), token); err != nil || linked.Question.Answer != "Yes" {
		t.Errorf("afterwards it opens %+v, %v", linked, err)
	}
	w.Clock.Set(q.DueAt.Add(60*24*time.Hour + time.Second))
	if _, err := w.questions.ByToken(t.Context(), token); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after its time it gives %v", err)
	}
}

func TestTheLinkWorksForSomebodyAnonymous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.AnonymousActor(), id, &cases.Raise{Type: "complaint", Subject: "Hole", Channel: core.ChannelWeb, Anonymous: true})
	w.Do(t, w.Priya, id, &questions.Ask{Body: "Where?"})
	linked, err := w.questions.ByToken(t.Context(), w.questions.Token(w.all(t, id)[0]))
	if err != nil {
		t.Fatal(err)
	}
	w.Do(t, linked.By, id, &questions.Answer{No: 1, Answer: "Mill Lane"})
	if q := w.all(t, id)[0]; q.AnsweredBy.Kind != core.ActorAnonymous || q.AnsweredBy.ID != "" {
		t.Errorf("answered by %+v", q.AnsweredBy)
	}
}

func TestAForgedLinkOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One?"})
	q := w.all(t, id)[0]
	token := w.questions.Token(q)
	for name, forged := range map[string]string{
		"nothing":                "",
		"nonsense":               "%00%ff",
		"endless":                strings.Repeat("A", 1<<20),
		"one letter changed":     "Z" + token[1:],
		"cut":                    token[:len(token)-1],
		"another key":            core.Secret{9}.QuestionToken(q.ID, q.DueAt),
		"a question that is not": (core.Secret{1, 2, 3}).QuestionToken(core.NewID[core.QuestionID](), q.DueAt),
		"a tracking link":        w.Cases.TrackingToken(id),
	} {
		if forged == token {
			t.Fatalf("%s: the forgery is the token", name)
		}
		if linked, err := w.questions.ByToken(t.Context(), forged); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s: opened %+v, %v", name, linked, err)
		}
	}
}

func TestAQuestionThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.questions.Find(t.Context(), w.Raise(t), 1); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("got %v", err)
	}
}

// Numbers stand in addresses, where anybody may write any.
func TestANumberThatNoQuestionCanHaveIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	for _, no := range []int{0, -1, 1 << 40} {
		if _, err := w.questions.Find(t.Context(), id, no); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%d gave %v", no, err)
		}
		w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Amara, ""), id, &questions.Answer{No: no, Answer: "Yes"})
	}
}
