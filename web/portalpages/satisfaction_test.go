package portalpages_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/webtest"
)

// asks makes complaints of a type that asks how satisfied requesters are.
func (s *site) asks(t *testing.T) {
	t.Helper()
	s.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"calendar": "offices",`,
		`"calendar": "offices", "satisfaction": {"ask": true, "levels": {"1": "reopened", "5": "closed"}, "reason": "upheld"},`, 1))
}

// resolved is a case that is resolved, and the address that a mail would offer.
func (s *site) resolved(t *testing.T) (core.CaseID, string) {
	t.Helper()
	id := s.raise(t, nil)
	s.Do(t, s.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "resolved"})
	published, err := s.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	links, err := s.satisfaction.Links(t.Context(), s.Case(t, id), published, "en")
	if err != nil || len(links) == 0 {
		t.Fatalf("nothing is offered: %v", err)
	}
	return id, "/satisfaction/" + links[0].Token
}

func (s *site) said(t *testing.T, id core.CaseID) []core.Satisfaction {
	t.Helper()
	said, err := s.satisfaction.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func TestAScoreCountsWhenItIsConfirmedAndNotWhenItsLinkIsOpened(t *testing.T) {
	s := open(t)
	s.asks(t)
	id, at := s.resolved(t)
	scanner := s.browser(t, "")
	for _, path := range []string{at, at + "/1", at + "/5", at + "/5"} {
		scanner.get(path, 200)
		if res, _ := scanner.do("HEAD", path, "", nil); res.StatusCode != 200 {
			t.Errorf("HEAD %s: %d", path, res.StatusCode)
		}
	}
	if said := s.said(t, id); len(said) != 0 || s.Case(t, id).Status != "resolved" {
		t.Fatalf("opening links counted: %+v", said)
	}
	b := s.browser(t, "")
	page := b.get(at+"/4", 200)
	wants(t, page, `value="4" checked`, "How satisfied are you")
	lacks(t, page, "Collections missed", "Amara")
	b.send(at, 303, []string{"score", "4", "comment", "Took long"})
	b.get(at, 200)
	wants(t, b.says(), "You said “Good”. You can change it until")
	b.send(at, 303, []string{"score", "3", "comment", "Took too long"})
	if said := s.said(t, id); len(said) != 1 || said[0].Score != 3 || said[0].Comment != "Took too long" || said[0].By.PersonID() != s.Amara {
		t.Errorf("said %+v", said)
	}
	s.Clock.Advance(15 * 24 * time.Hour)
	b.get(at, 200)
	wants(t, b.says(), "It can no longer be changed")
	b.get(at+"/9", 200)
	b.get("/satisfaction/"+strings.Repeat("A", 56), 404)
	b.get(at+"x", 404)
}

func TestWhatIsWrongWithAScoreIsSaid(t *testing.T) {
	s := open(t)
	s.asks(t)
	id, at := s.resolved(t)
	b := s.browser(t, "")
	b.get(at, 200)
	b.send(at, 422, []string{"score", "7", "comment", "Kept"})
	wants(t, b.says(), "Choose one of the five answers.", "Kept")
	b.get(at+"/2", 200)
	s.Do(t, s.Priya, id, &cases.Reopen{})
	b.send(at, 409, []string{"score", "2"})
	wants(t, b.says(), "no longer open")
}

func TestThePortalAsksHowSatisfiedSomebodyIsAndABadScoreTakesTheCaseUpAgain(t *testing.T) {
	s := open(t)
	s.asks(t)
	id, _ := s.resolved(t)
	b := s.browser(t, "amara")
	page := s.portal(t, id)
	wants(t, b.get(page, 200), "How satisfied are you", page+"/satisfaction")
	b.get(page+"/satisfaction", 200)
	b.send(page+"/satisfaction", 303, []string{"score", "1", "comment", "Still there"})
	if cs := s.Case(t, id); cs.Status != "reopened" || !cs.Assignee.IsZero() {
		t.Errorf("the case is %q with %v", cs.Status, cs.Assignee)
	}
	b.get(page, 200)
	wants(t, b.says(), "You said “Very bad”.")
	s.browser(t, "brendan").get(page+"/satisfaction", 404)

	// Types that do not ask have no such page.
	s.Publish(t, casetypes.KindCaseType, "complaint", casestest.ComplaintType)
	b.get(page+"/satisfaction", 404)
	lacks(t, b.get(page, 200), "How satisfied")
}

func TestALetterToTheRequesterStandsInTheirConversation(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	s.Do(t, s.Priya, id, &correspondence.Send{Requester: true, Subject: "Tomorrow", Body: "The crew comes tomorrow."},
		&correspondence.Send{To: []string{"tomasz@northmoor.example"}, Subject: "For you alone", Body: "Not for her."})
	b := s.browser(t, "amara")
	b.get(s.portal(t, id), 200)
	wants(t, b.says(), "Priya, Northmoor Council, by email", "The crew comes tomorrow.")
	lacks(t, b.says(), "Not for her", "For you alone")
}

func TestSatisfactionInABrowser(t *testing.T) {
	s, url := serve(t)
	s.asks(t)
	id, at := s.resolved(t)
	p := webtest.Open(t, url+at+"/4")
	p.WaitForText("h1", "How satisfied are you")
	p.Accessible()
	p.Type("#comment", "It took long, but it is done.")
	if pictures := os.Getenv("CASEMENT_PICTURES"); pictures != "" {
		p.Screenshot(filepath.Join(pictures, "satisfaction.png"), 1440, 1000, false)
		p.Screenshot(filepath.Join(pictures, "satisfaction-dark.png"), 1440, 1000, true)
		p.Screenshot(filepath.Join(pictures, "satisfaction-telephone.png"), 390, 844, false)
	}
	p.Submit("main form")
	p.WaitForText(".notice", "We have your answer")
	p.WaitForText("main", "You said “Good”.")
	p.Accessible()
	if said := s.said(t, id); len(said) != 1 || said[0].Score != 4 || said[0].Comment != "It took long, but it is done." {
		t.Errorf("said %+v", said)
	}
}
