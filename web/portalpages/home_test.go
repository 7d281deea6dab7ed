package portalpages_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
)

// list reads the groups of the page with the titles of their cases.
func (b *browser) list() string {
	var out []string
	b.page.Find("h2").Each(func(i int, _ *goquery.Selection) {
		h := b.page.Find("h2").Eq(i)
		items := h.NextFiltered(".case-list")
		if items.Length() == 0 {
			return
		}
		var titles []string
		for n := range items.Find("h3").Length() {
			titles = append(titles, items.Find("h3").Eq(n).Text())
		}
		out = append(out, h.Text()+": "+strings.Join(titles, ", "))
	})
	return strings.Join(out, "; ")
}

func TestMyCasesStandByWhatTheyNeed(t *testing.T) {
	s := open(t)
	b := s.browser(t, "amara")
	b.get("/portal", 200)
	wants(t, b.says(), "You have no cases yet.")

	raise := func(subject string) core.CaseID {
		return s.raise(t, func(r *cases.Raise) { r.Subject, r.Description = subject, "Words of "+subject })
	}
	bins, street, lamp := raise("Bins missed"), raise("A hole in the street"), raise("The lamp flickers")
	s.raise(t, func(r *cases.Raise) { r.Subject, r.Requester = "Somebody else’s", s.Brendan })
	s.Do(t, s.Priya, bins, &questions.Ask{Body: "Which day?"})
	s.Clock.Advance(24 * time.Hour)
	s.Do(t, core.PersonActor(s.Amara, ""), lamp, &cases.Withdraw{})

	b.get("/portal", 200)
	if got, want := b.list(), "Needs you: Bins missed; Open: A hole in the street; Closed: The lamp flickers"; got != want {
		t.Errorf("the list is %q, want %q", got, want)
	}
	wants(t, b.says(), "One of your cases needs an answer from you.", "Priya asked you a question yesterday. Please answer by Tuesday 24 November.",
		"You will hear from us by Tuesday 24 November.", "Closed today.")
	for query, want := range map[string]string{
		"?q=HOLE+street":       "Open: A hole in the street",
		"?q=words+lamp":        "Closed: The lamp flickers",
		"?q=hole+lamp":         "",
		"?q=else":              "",
		"?q=waste":             "Needs you: Bins missed; Open: A hole in the street; Closed: The lamp flickers", // the subtype
		"?state=open":          "Open: A hole in the street",
		"?state=closed&q=bins": "",
		"?q=" + strings.ToLower(string(s.Case(t, street).Ref)): "Open: A hole in the street",
		"?q=" + url.QueryEscape(strings.Repeat("bins ", 1000)): "Needs you: Bins missed",
	} {
		b.get("/portal"+query, 200)
		if got := b.list(); got != want {
			t.Errorf("%.40s shows %q, want %q", query, got, want)
		}
	}
	b.get("/portal?q=%3Cb%3E&state=needs", 200)
	if got := b.page.Find("#q").AttrOr("value", ""); got != "<b>" {
		t.Errorf("the field holds %q", got)
	}
	states := b.page.Find(".portal-states a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
	if !slices.Contains(states, "/portal?q=%3Cb%3E&state=closed") {
		t.Errorf("the states lead to %q", states)
	}
}
