package satisfaction_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
)

type world struct {
	*casestest.World
	satisfaction *satisfaction.Service
	amara        core.Actor
}

const day = 24 * time.Hour

func newWorld(t *testing.T) world {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	w.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"calendar": "offices",`,
		`"calendar": "offices", "satisfaction": {"ask": true, "levels": {"1": "reopened", "2": "reopened", "5": "closed"}, "reason": "upheld"},`, 1))
	satisfaction.Wire(w.Cases)
	questions.Wire(w.Cases)
	return world{w, satisfaction.New(w.DB, w.Cases, w.Clock, casestest.Secret), core.PersonActor(w.Amara, "Amara")}
}

func (w world) resolved(t *testing.T) core.CaseID {
	t.Helper()
	id := w.Raise(t)
	w.Do(t, w.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "resolved"})
	return id
}

func (w world) said(t *testing.T, id core.CaseID) []core.Satisfaction {
	t.Helper()
	found, err := w.satisfaction.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAScoreLeadsWhereItsTypeSays(t *testing.T) {
	w := newWorld(t)
	for score, want := range map[int]string{1: "reopened", 2: "reopened", 3: "resolved", 4: "resolved", 5: "closed"} {
		id := w.resolved(t)
		w.Do(t, w.amara, id, &satisfaction.Give{Score: score, Comment: " It took\r\nlong. "})
		cs := w.Case(t, id)
		if cs.Status != want || (score < 3) != (cs.Reopened == 1) || (score < 3) != cs.Assignee.IsZero() || (score == 5) != (cs.Outcome == "upheld") {
			t.Errorf("%d led to %q, outcome %q, reopened %d times, assignee %v", score, cs.Status, cs.Outcome, cs.Reopened, cs.Assignee)
		}
		if said := w.said(t, id); len(said) != 1 || said[0].Score != score || said[0].Comment != "It took\nlong." || said[0].Round != 0 || said[0].Channel != core.ChannelWeb {
			t.Errorf("kept %+v", said)
		}
		e := w.Last(t, id, core.SatisfactionGiven)
		if e.About["score"] != float64(score) || e.About["comment"] != true {
			t.Errorf("recorded as %v", e.About)
		}
		w.Rewinds(t, id)
	}
}

func TestAScoreIsNotRefusedForWhatStandsInTheWayOfClosing(t *testing.T) {
	w := newWorld(t)
	id := w.resolved(t)
	w.Do(t, w.Priya, id, &questions.Ask{Body: "One more thing?"})
	w.Do(t, w.amara, id, &satisfaction.Give{Score: 5})
	if cs := w.Case(t, id); cs.Status != "resolved" || len(w.said(t, id)) != 1 {
		t.Errorf("the case is %q, said %+v", cs.Status, w.said(t, id))
	}
}

func TestAScoreIsGivenOnceAndMayBeChangedForFourteenDays(t *testing.T) {
	w := newWorld(t)
	id := w.resolved(t)
	w.Do(t, w.amara, id, &satisfaction.Give{Score: 3})
	w.Clock.Advance(13 * day)
	w.Do(t, w.amara, id, &satisfaction.Give{Score: 4, Comment: "Better now"})
	if said := w.said(t, id); len(said) != 1 || said[0].Score != 4 || !said[0].GivenAt.Equal(casestest.Start) {
		t.Errorf("kept %+v", said)
	}
	if e := w.Last(t, id, core.SatisfactionGiven); e.About["was"] != 3.0 {
		t.Errorf("recorded as %v", e.About)
	}
	w.Clock.Advance(day)
	w.Refuses(t, core.ErrConflict, w.amara, id, &satisfaction.Give{Score: 5})

	// A case that a bad score took up again: the score may be put right, and the
	// next resolution is asked about anew.
	again := w.resolved(t)
	w.Do(t, w.amara, again, &satisfaction.Give{Score: 1})
	w.Do(t, w.amara, again, &satisfaction.Give{Score: 4})
	if cs := w.Case(t, again); cs.Status != "reopened" || len(w.said(t, again)) != 1 {
		t.Errorf("the case is %q, said %+v", cs.Status, w.said(t, again))
	}
	w.Do(t, w.Priya, again, &cases.ChangeStatus{To: "resolved"})
	w.Do(t, w.amara, again, &satisfaction.Give{Score: 5})
	if said := w.said(t, again); len(said) != 2 || said[0].Round != 1 || said[0].Score != 5 || said[1].Score != 4 {
		t.Errorf("said %+v", said)
	}
}

func TestAScoreOfACaseThatIsOpenOrWasNotResolvedIsRefused(t *testing.T) {
	w := newWorld(t)
	open, cancelled, late := w.Raise(t), w.Raise(t), w.resolved(t)
	w.Do(t, w.Priya, cancelled, &cases.Cancel{})
	for name, c := range map[string]struct {
		id   core.CaseID
		by   core.Actor
		give cases.Command
		want core.ErrorKind
	}{
		"open":               {open, w.amara, &satisfaction.Give{Score: 4}, core.ErrConflict},
		"cancelled":          {cancelled, w.amara, &satisfaction.Give{Score: 4}, core.ErrConflict},
		"no score":           {late, w.amara, &satisfaction.Give{}, core.ErrInvalid},
		"too good":           {late, w.amara, &satisfaction.Give{Score: 6}, core.ErrInvalid},
		"too many words":     {late, w.amara, &satisfaction.Give{Score: 3, Comment: strings.Repeat("é", core.MaxComment+1)}, core.ErrInvalid},
		"somebody else":      {late, core.PersonActor(w.Brendan, ""), &satisfaction.Give{Score: 1}, core.ErrNotFound},
		"staff as requester": {late, w.Priya, &satisfaction.Give{Score: 5}, core.ErrForbidden},
		"no channel":         {late, w.Priya, &satisfaction.Record{Score: 5}, core.ErrInvalid},
		"requester as staff": {late, w.amara, &satisfaction.Record{Score: 5, Channel: core.ChannelTelephone}, core.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) { w.Refuses(t, c.want, c.by, c.id, c.give) })
	}
	w.Clock.Advance(61 * day)
	w.Refuses(t, core.ErrConflict, w.amara, late, &satisfaction.Give{Score: 4})
	w.Do(t, w.Priya, late, &satisfaction.Record{Score: 4, Channel: core.ChannelLetter})
	if said := w.said(t, late); len(said) != 1 || !said[0].By.IsStaff() || said[0].Channel != core.ChannelLetter {
		t.Errorf("recorded %+v", said)
	}
}

func TestABadScoreTooLateForReopeningIsKeptAndReopensNothing(t *testing.T) {
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Close{Reason: "not-upheld"})
	w.Clock.Advance(40 * day) // within 28 days it would have been reopened
	w.Do(t, w.amara, id, &satisfaction.Give{Score: 1})
	if cs := w.Case(t, id); cs.Status != "closed" || len(w.said(t, id)) != 1 {
		t.Errorf("the case is %q", cs.Status)
	}
}

func TestTheLinkOfAMailOpensTheQuestionOfItsRoundAndNothingElse(t *testing.T) {
	w := newWorld(t)
	id := w.resolved(t)
	cs := w.Case(t, id)
	published, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	links, err := w.satisfaction.Links(t.Context(), cs, published, "en")
	if err != nil || len(links) != 5 || links[0].Score != 5 || links[0].Name != "Very good" {
		t.Fatalf("offered %+v, %v", links, err)
	}
	token := links[0].Token
	found, err := w.satisfaction.ByToken(t.Context(), token)
	if err != nil || !found.Asked.Open || found.Seen.Case.ID != id || found.By.PersonID() != w.Amara {
		t.Fatalf("found %+v, %v", found, err)
	}
	if len(w.said(t, id)) != 0 {
		t.Error("a link that was opened counted")
	}
	for _, forged := range []string{"", "x", token[:len(token)-2] + "AA", strings.Repeat("A", 700)} {
		if _, err := w.satisfaction.ByToken(t.Context(), forged); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%q opened something: %v", forged, err)
		}
	}
	w.Do(t, found.By, id, &satisfaction.Give{Score: 2})
	if links, _ := w.satisfaction.Links(t.Context(), w.Case(t, id), published, "en"); len(links) != 0 {
		t.Error("it is asked again after an answer")
	}
	w.Do(t, w.Priya, id, &cases.ChangeStatus{To: "resolved"})
	if found, err := w.satisfaction.ByToken(t.Context(), token); err != nil || found.Asked.Open || !found.Over {
		t.Errorf("the link of the round before opens %+v, %v", found, err)
	}
	w.Clock.Advance(61 * day)
	if _, err := w.satisfaction.ByToken(t.Context(), token); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after 60 days: %v", err)
	}
}
