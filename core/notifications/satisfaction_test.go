package notifications_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/satisfaction"
)

var scoreLinks = regexp.MustCompile(base + `/satisfaction/([A-Za-z0-9_-]{56})/([1-5])`)

func TestTheMailAboutTheEndAsksOnceWithALinkForEachScore(t *testing.T) {
	o := open(t)
	satisfaction.Wire(o.Cases)
	asks := satisfaction.New(o.DB, o.Cases, o.Clock, casestest.Secret)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.StartWork{})
	o.letters(t, id)
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "resolved"})
	mail := toAmara(t, o.letters(t, id))
	links := scoreLinks.FindAllStringSubmatch(mail.Text, -1)
	if len(links) != 5 || links[0][2] != "5" || links[4][2] != "1" {
		t.Fatalf("the mail offers %v:\n%s", links, mail.Text)
	}
	found, err := asks.ByToken(t.Context(), links[0][1])
	if err != nil || found.Seen.Case.ID != id || !found.Asked.Open {
		t.Fatalf("its link opens %+v, %v", found, err)
	}
	// Whoever works the case sees the mail, and not its links.
	sent, err := o.messages.OfCase(t.Context(), id)
	if err != nil || slices.ContainsFunc(sent, func(e messages.Entry) bool { return strings.Contains(e.Text, links[0][1]) }) {
		t.Errorf("staff see the secret of a link: %v", err)
	}

	// A bad score takes the case up again; its group hears of it, and the next
	// mail asks anew. Said once, the closing mail asks no more.
	o.Do(t, found.By, id, &satisfaction.Give{Score: 1})
	wants(t, "a bad score", o.letters(t, id), "case.reopened manage case-reopened priya@northmoor.example", "case.reopened manage case-reopened tomasz@northmoor.example",
		"case.reopened requester reopened amara@example.org")
	o.Do(t, o.Priya, id, &cases.ChangeStatus{To: "resolved"})
	if mail := toAmara(t, o.letters(t, id)); len(scoreLinks.FindAllString(mail.Text, -1)) != 5 {
		t.Errorf("the next mail says:\n%s", mail.Text)
	}
	o.Do(t, o.amara(), id, &satisfaction.Give{Score: 3})
	o.letters(t, id)
	o.Do(t, o.Priya, id, &cases.Close{Reason: "upheld", Force: ""})
	if mail := toAmara(t, o.letters(t, id)); scoreLinks.MatchString(mail.Text) {
		t.Errorf("it is asked again:\n%s", mail.Text)
	}
}

func toAmara(t *testing.T, letters []letter) letter {
	t.Helper()
	i := slices.IndexFunc(letters, func(l letter) bool { return l.To == amaraMail })
	if i < 0 {
		t.Fatalf("Amara is not written to: %v", letters)
	}
	return letters[i]
}

func TestALetterIsFilledWithPublicWordsWithoutSecretLinks(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.StartWork{}, &cases.SetField{Field: "at-risk", Value: true}, &cases.SetField{Field: "service", Value: "Waste"})
	desk := correspondence.NewDesk(correspondence.DeskOptions{DB: o.DB, Messages: o.messages, Merge: o.Merge})
	seen, err := o.Cases.Find(t.Context(), o.Priya, o.Case(t, id).Ref, core.MayWork)
	if err != nil {
		t.Fatal(err)
	}
	page, err := desk.Fill(t.Context(), seen, o.Priya, "{{ case.reference }}",
		"{{ requester.name }}, {{ case.status }}, {{ case.fields.service }}, {{ case.fields.at-risk }}, {{ actor.name }}, {{ case.expected }}, {{ case.link }}, {{ case.outcome }}")
	if err != nil {
		t.Fatal(err)
	}
	if page.Subject != string(seen.Case.Ref) || !strings.HasPrefix(page.Body, "Amara Okonkwo-Lindqvist, We are looking into it, Waste, ") || !strings.Contains(page.Body, "Priya Raghunathan") {
		t.Errorf("it says %q: %q", page.Subject, page.Body)
	}
	if !slices.Equal(page.Missing, []string{"case.fields.at-risk", "case.link", "case.outcome"}) {
		t.Errorf("missing are %v", page.Missing)
	}
	all, err := desk.Beginnings(t.Context(), seen, []string{"complaints-team"})
	if err != nil || !slices.ContainsFunc(all, func(b correspondence.Beginning) bool { return b.Key == "reply:holding" }) ||
		slices.ContainsFunc(all, func(b correspondence.Beginning) bool {
			return b.Key == "template:sign-in" || strings.Contains(b.Body, ".link")
		}) {
		t.Errorf("it may begin with %+v, %v", all, err)
	}
}
