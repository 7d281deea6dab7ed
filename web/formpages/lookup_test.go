package formpages_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/formpages"
)

// streets is a form of two pages: a street to choose, and whether that is all.
type streets struct{}

// Serve implements forms.Provider.
func (streets) Serve(_ context.Context, call forms.Call) (forms.Reply, error) {
	s := struct{ Street, Step string }{Step: "where"}
	if len(call.State) > 0 {
		if err := json.Unmarshal(call.State, &s); err != nil {
			return forms.Reply{}, err
		}
	}
	switch call.Event.Kind {
	case forms.Submit:
		s.Street, s.Step = call.Event.Answers.Text("street"), "sure"
	case forms.Goto:
		s.Step = call.Event.Target
	}
	r := forms.Reply{Pin: "1.0.0+s1.0123456789ab"}
	r.State, _ = json.Marshal(s)
	if s.Step == "sure" {
		r.View = &view.Node{Type: view.Form, ID: "sure", Label: "Is that all?", Back: "where", Items: []view.Node{{Type: view.Text, Text: "Chosen: " + s.Street}}}
		return r, nil
	}
	field := view.Node{Type: view.Field, Kind: view.KindLookup, ID: "street", Label: "Street", List: "streets", Required: true}
	if s.Street != "" {
		field.Value = []string{s.Street}
	}
	r.View = &view.Node{Type: view.Form, ID: "where", Label: "Where is it?", Items: []view.Node{field}}
	return r, nil
}

// withStreets is the site with a form that chooses a street, and two lists.
func withStreets(t *testing.T, change func(*formpages.Options, *server.Options)) *site {
	t.Helper()
	s := newSite(t, change)
	s.Change(t, intaketest.Wilful, func(ct *core.CaseType) { ct.Form = core.FormRule{Plugin: "test.streets", Entry: "streets"} })
	lists := lookups.New(s.DB, s.Clock)
	for _, key := range []string{"streets", "informers"} {
		rows := []lookups.Row{{Value: "s1", Label: "Mill Lane"}, {Value: "s2", Label: "Mill Street"}, {Value: "s3", Label: "Old Road"}}
		if err := lists.Put(t.Context(), core.SystemActor(), lookups.List{Key: key, Name: key}, rows); err != nil {
			t.Fatal(err)
		}
	}
	s.pages.Lookups, s.pages.Forms = lists, forms.New(s.DB, s.Types, s.Clock, streets{})
	s.pages.Forms.ChooseFrom(lists)
	return s
}

const streetRows = "/forms/wilful/rows/where/streets"

func TestRowsAreSuggestedToWhoeverFillsInThePageThatChoosesThem(t *testing.T) {
	t.Parallel()
	s := withStreets(t, nil)
	s.browser(t).get(streetRows+"?q=mill", 404) // nobody's page
	b := s.browser(t).get("/forms/wilful", 200)
	b.send("/forms/wilful/where")
	b.get("/forms/wilful/where", 200)
	if !strings.Contains(b.body, `data-lookup="`+streetRows+`"`) || !strings.Contains(b.body, `<option value="Old Road">`) {
		t.Errorf("the page suggests nothing:\n%s", b.body)
	}
	if got := b.get(streetRows+"?q=mil+l", 200).body; got != `{"more":false,"rows":[{"value":"s1","label":"Mill Lane"}]}` {
		t.Errorf("suggested is %s", got)
	}
	for _, path := range []string{
		"/forms/wilful/rows/where/informers?q=mill", "/forms/wilful/rows/sure/streets?q=mill", "/forms/nothing/rows/where/streets", "/forms/complaint/rows/where/streets",
	} {
		b.get(path, 404)
	}
	b.get(streetRows+"?q="+strings.Repeat("x", 300), 422)
}

func TestWhatIsTypedIsTheRowThatIsCalledSoOrIsRefused(t *testing.T) {
	t.Parallel()
	s := withStreets(t, nil)
	b := s.browser(t).get("/forms/wilful", 200)
	b.send("/forms/wilful/where")
	b.get("/forms/wilful/where", 200)
	if res := b.post("/forms/wilful/where", "f:street", "High Street"); res.StatusCode != 422 || !strings.Contains(b.body, "Choose one that is in the list") ||
		!strings.Contains(b.body, `value="High Street"`) {
		t.Errorf("%d\n%s", res.StatusCode, b.body)
	}
	b.get("/forms/wilful/where", 200)
	b.send("/forms/wilful/sure", "f:street", "mill street")
	if b.get("/forms/wilful/sure", 200); !strings.Contains(b.body, "Chosen: s2") {
		t.Errorf("the form was given\n%s", b.body)
	}
	// Whoever goes back sees the row by its name, and is suggested others.
	if b.get("/forms/wilful/where", 200); !strings.Contains(b.body, `value="Mill Street" autocomplete`) {
		t.Errorf("what was chosen is shown as\n%s", b.body)
	}
	b.get(streetRows+"?q=old", 200)
}

func TestSuggestionsAreCountedByAddress(t *testing.T) {
	t.Parallel()
	s := withStreets(t, func(_ *formpages.Options, so *server.Options) {
		so.Limits = map[string]server.Rate{server.LimitLookup: {Requests: 2, Per: time.Minute}}
	})
	b := s.browser(t).get("/forms/wilful", 200)
	b.send("/forms/wilful/where")
	b.get(streetRows+"?q=a", 200)
	b.get(streetRows+"?q=b", 200)
	b.get(streetRows+"?q=c", 429)
}
