package searchpages_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// words are the texts of all that match.
func words(page *goquery.Document, selector string) []string {
	return page.Find(selector).Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

// attribute is one of the first that matches.
func attribute(page *goquery.Document, selector, name string) string {
	value, _ := page.Find(selector).First().Attr(name)
	return value
}

func TestEachFilterStandsInTheAddressAndComesBackFromIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lamp := s.raise("Lamp on Mill Lane", func(r *cases.Raise) {
		r.Place, r.Priority, r.Channel, r.Subtype = &core.Point{Lat: 54.97, Lng: -2.1}, "high", core.ChannelWeb, "waste"
	})
	s.Do(t, s.Priya, lamp, cases.Claim{}, &cases.SetField{Field: "finding", Value: "upheld"})
	other := s.raise("Lamp elsewhere", func(r *cases.Raise) { r.Place, r.Subtype = &core.Point{Lat: 55.5, Lng: -2.5}, "roads" })
	s.Do(t, s.Ines, other, cases.Open{}, &cases.ChangeStatus{To: "waiting"})
	s.indexed()
	s.Clock.Advance(48 * time.Hour)
	for query, want := range map[string]struct {
		results int
		chip    string
		on      string // a field that shows it
	}{
		"type=complaint":                        {2, "Complaint", `input[name="type"][value="complaint"][checked]`},
		"subtype=waste":                         {1, "Waste", `input[name="subtype"][value="waste"][checked]`},
		"subtype=roads&subtype=waste":           {2, "Roads, Waste", `input[name="subtype"][value="roads"][checked]`},
		"kind=waiting":                          {1, "Waiting", `input[name="kind"][value="waiting"][checked]`},
		"status=waiting":                        {1, "Status: Waiting for requester", `input[name="status"][value="waiting"][checked]`},
		"stage=stage-1":                         {2, "Stage: Stage 1", `input[name="stage"][value="stage-1"][checked]`},
		"group=highways":                        {1, "Group: highways", `input[name="group"][value="highways"][checked]`},
		"priority=high":                         {1, "Priority: High", `input[name="priority"][value="high"][checked]`},
		"channel=web":                           {2, "Channel: Web", `input[name="channel"][value="web"][checked]`},
		"assignee=me":                           {1, "With me", `input[name="assignee"][value="me"][checked]`},
		"assignee=none":                         {1, "With nobody", `input[name="assignee"][value="none"][checked]`},
		"due=today":                             {0, "Due: today", `input[name="due"][value="today"][checked]`},
		"due=next-week":                         {2, "Due: next week", `input[name="due"][value="next-week"][checked]`},
		"due-from=2026-11-17&due-to=2026-12-31": {2, "Due 17 Nov 2026 to 31 Dec 2026", `input[name="due-from"][value="2026-11-17"]`},
		"received=7-days":                       {2, "Received: last 7 days", `input[name="received"][value="7-days"][checked]`},
		"received=today&q=lamp":                 {0, "Received: today", `input[name="received"][value="today"][checked]`},
		"from=2026-11-17&to=2026-11-17":         {2, "Received on 17 Nov 2026", `input[name="to"][value="2026-11-17"]`},
		"closed-from=2026-01-01":                {0, "Closed from 1 Jan 2026", `input[name="closed-from"][value="2026-01-01"]`},
		"within=" + url.QueryEscape("54.9,-2.2,55,-2"):    {1, "Inside the drawn box", `input[name="within"][value="54.9,-2.2,55,-2"]`},
		"near=" + url.QueryEscape("54.97,-2.1,500"):       {1, "Within 500 m of the chosen place", `input[name="near"][value="54.97,-2.1,500"]`},
		"f.finding=upheld&type=complaint":                 {1, "Finding: Upheld", `input[name="f.finding"][value="upheld"][checked]`},
		"f.finding=not-upheld&q=lamp&type=complaint":      {0, "Finding: Not upheld", `input[name="f.finding"][value="not-upheld"][checked]`},
		"priority=high&q=lamp&show=cards&sort=newest":     {1, "Priority: High", `input[name="show"][value="cards"]`},
		"priority=high&show=map&sort=due&type=complaint":  {1, "Priority: High", `input[name="sort"][value="due"]`},
		"assignee=1&due=week&priority=high&subtype=waste": {0, "Due: this week", `input[name="due"][value="week"][checked]`},
	} {
		page := s.page("Priya", "/search?"+query, 200)
		if n := page.Find("[data-row]").Length(); n != want.results {
			t.Errorf("%s finds %d cases, want %d", query, n, want.results)
		}
		if chips := strings.Join(words(page, ".chip-filter"), "; "); !strings.Contains(chips, want.chip) {
			t.Errorf("%s has the chips %q", query, chips)
		}
		if page.Find(want.on).Length() != 1 {
			t.Errorf("%s does not show %s", query, want.on)
		}
		// The form of the page, sent as it is, asks for the same again.
		again := url.Values{}
		page.Find(`#search-form input, [form="search-form"]`).Each(func(_ int, field *goquery.Selection) {
			kind, _ := field.Attr("type")
			_, checked := field.Attr("checked")
			name, _ := field.Attr("name")
			value, _ := field.Attr("value")
			if name != "" && (kind != "checkbox" && kind != "radio" || checked) && value != "" {
				again.Add(name, value)
			}
		})
		want, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		want.Del("assignee") // a number of staff that may be the reader's own
		again.Del("assignee")
		if again.Encode() != want.Encode() {
			t.Errorf("%s comes back as %s", query, again.Encode())
		}
	}
	// Each chip leads to the search without it, and "Clear all" keeps the words.
	page := s.page("Priya", "/search?q=lamp&priority=high&kind=open&show=cards", 200)
	if to := attribute(page, `[aria-label="Remove filter Priority: High"]`, "href"); to != "/search?kind=open&q=lamp&show=cards" {
		t.Errorf("without the priority it is %s", to)
	}
	if to := attribute(page, ".chip-row > a", "href"); to != "/search?q=lamp&show=cards" {
		t.Errorf("cleared it is %s", to)
	}
}

func TestWhatCannotBeReadIsRefusedBesideItsField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for query, field := range map[string]string{
		"from=soon": "search-from", "to=2026-13-01": "search-to", "closed-to=1": "search-closed-to", "due-from=x": "search-due-from", "from=2026-11-02&to=2026-11-01": "search-to",
		"within=1,2,3": "", "within=1,2,x,4": "", "within=5,2,1,4": "", "within=91,0,92,1": "", "within=NaN,0,1,1": "", "near=1,2": "", "near=1,2,0": "", "near=1,2,1e9": "", "near=100,2,50": "",
		"q=" + strings.Repeat("x", 300): "",
	} {
		page := s.page("Priya", "/search?"+query, 422)
		if field != "" && page.Find("#"+field+`[aria-invalid="true"]`).Length() != 1 {
			t.Errorf("%s is not said beside its field", query)
		}
		if page.Find(".state-bad").Length() != 1 || page.Find("[data-row]").Length() > 0 {
			t.Errorf("%s does not say what is wrong", query)
		}
	}
	for _, query := range []string{"", "box=1,2,3&zoom=3", "box=1,2,3,4", "box=1,2,3,4&zoom=x", "box=1,2,3,4&zoom=20", "box=1,2,3,4&zoom=-1", "box=5,2,1,4&zoom=3", "box=1,2,3,4&zoom=3&from=soon", "box=1,2,3,4&zoom=3&within=x"} {
		s.get("Priya", "/search/map?"+query, 422)
	}
}

// onMap is what a map is told.
type onMap struct {
	Clusters []struct {
		N     int
		Box   []float64
		Kinds map[string]int
	}
	Pins []struct {
		Lat, Lng                        float64
		Ref, Subject, URL, Kind, Status string
		Late                            bool
	}
	Total int
}

func (s *site) mapped(who, query string) onMap {
	s.t.Helper()
	res, body := s.get(who, "/search/map?"+query+"&box=-90,-180,90,180&zoom=4", 200)
	if res.Header.Get("Cache-Control") != "private, no-store" || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		s.t.Errorf("the map is answered with %v", res.Header)
	}
	var out onMap
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestNoPresentationShowsAnythingBeyondTheReadersReach(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	place := func(r *cases.Raise) { r.Place = &core.Point{Lat: 54.97, Lng: -2.1} }
	s.raise("The depot's secret", place)
	s.raise("The depot's lamp", func(r *cases.Raise) { place(r); r.Subtype = "roads" })
	s.indexed()
	for _, query := range []string{"q=depot", "type=complaint", "within=" + url.QueryEscape("54,-3,55,-2"), "near=" + url.QueryEscape("54.97,-2.1,900"), "q=dpeot"} {
		for _, show := range []string{"list", "cards", "map"} {
			for who, sees := range map[string]int{"Priya": 2, "Ines": 1, "Kofi": 0} {
				page := s.page(who, "/search?"+query+"&show="+show, 200)
				if n := page.Find("[data-row]").Length(); n != sees {
					t.Errorf("%s sees %d cases as a %s (%s), want %d", who, n, show, query, sees)
				}
				for _, count := range words(page, `.facet .tick .count`) {
					if strings.Trim(count, "0123456789") != "" || sees == 0 && count != "0" || len(count) > 1 || count[0] > byte('0'+sees) {
						t.Errorf("%s sees the count %s (%s)", who, count, query)
					}
				}
				if text := page.Find("main").Text(); who != "Priya" && strings.Contains(text, "secret") {
					t.Errorf("%s reads a subject beyond their reach (%s as %s)", who, query, show)
				}
			}
		}
		for who, sees := range map[string]int{"Priya": 2, "Ines": 1, "Kofi": 0} {
			found := s.mapped(who, query)
			if found.Total != sees || len(found.Pins) != sees || len(found.Clusters) != 0 {
				t.Errorf("the map tells %s of %+v (%s), want %d", who, found, query, sees)
			}
		}
	}
	s.get("", "/search/map?box=1,2,3,4&zoom=3", 303)
	s.get("Amara", "/search/map?box=1,2,3,4&zoom=3", 303)
}

func TestTheMapShowsTheResultsAndSaysWhichAreNotOnIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3 {
		id := s.raise("Lamp", func(r *cases.Raise) {
			if i < 2 {
				r.Place, r.Address = &core.Point{Lat: 54.97 + float64(i)/100, Lng: -2.1}, "Mill Lane"
			}
		})
		if i == 0 {
			s.Do(t, s.Priya, id, cases.Open{}, &cases.ChangeStatus{To: "waiting"})
		}
	}
	s.indexed()
	s.Clock.Advance(30 * 24 * time.Hour)
	page := s.page("Priya", "/search?q=lamp&show=map&type=complaint", 200)
	if on, off := page.Find(`[aria-label="Results on the map"] [data-row]`).Length(), page.Find(`[aria-label="Results without a place"] [data-row]`).Length(); on != 2 || off != 1 {
		t.Errorf("%d are on the map and %d are not", on, off)
	}
	if note := words(page, ".spots-note"); len(note) != 1 || note[0] != "1 case has no place and is in the list alone." {
		t.Errorf("the page says %q", note)
	}
	if box, view := attribute(page, "#search-map", "data-box"), attribute(page, "#search-map", "data-view"); box != "54.97,-2.1,54.98,-2.1" || view != "/search/map?q=lamp&show=map&type=complaint" {
		t.Errorf("the map begins at %s with %s", box, view)
	}
	found := s.mapped("Priya", "q=lamp&type=complaint")
	if len(found.Pins) != 2 {
		t.Fatalf("the map is told %+v", found)
	}
	for _, pin := range found.Pins {
		if pin.Subject != "Lamp" || pin.URL != "/cases/"+pin.Ref || pin.Kind == "start" && (!pin.Late || pin.Status != "New") || pin.Kind == "waiting" && pin.Status != "Waiting for requester" {
			t.Errorf("a pin is %+v", pin)
		}
	}
	if page := s.page("Priya", "/search?q=zzzz&show=map&near="+url.QueryEscape("54.97,-2.1,500"), 200); attribute(page, "#search-map", "data-drawn-circle") != "54.97,-2.1,500" {
		t.Error("the circle is not shown when nothing is in it")
	}
}

func TestAColleagueIsChosenFromAListAndNamedByNumber(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Do(t, s.Tomasz, s.raise("Lamp", nil), cases.Claim{})
	s.raise("Lantern", nil)
	s.indexed()
	page := s.page("Priya", "/search?q=la", 200)
	var no string
	page.Find(`select[name="colleague"] option`).Each(func(_ int, o *goquery.Selection) {
		if strings.HasPrefix(o.Text(), "Tomasz") {
			no, _ = o.Attr("value")
		}
	})
	page = s.page("Priya", "/search?q=la&assignee=none&colleague="+no, 200)
	if chips := words(page, ".chip-filter"); len(chips) != 1 || chips[0] != "With Tomasz Wiśniewski" || page.Find("[data-row]").Length() != 1 {
		t.Errorf("the page shows %q with %d cases", chips, page.Find("[data-row]").Length())
	}
	if page.Find(`input[name="assignee"][value="`+no+`"][checked]`).Length() != 1 {
		t.Error("the colleague is not shown as chosen")
	}
	if page := s.page("Tomasz", "/search?q=la&assignee="+no, 200); strings.Join(words(page, ".chip-filter"), "") != "With me" {
		t.Error("one's own number is not oneself")
	}
	if page := s.page("Priya", "/search?q=la&assignee=999", 200); page.Find(".chip-filter").Length() != 0 {
		t.Error("nobody's number narrows")
	}
}

func TestASmallerOrALateSearchSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	if notes := words(s.page("Priya", "/search?q=lamp", 200), ".results-note"); len(notes) != 0 {
		t.Errorf("an ordinary search says %q", notes)
	}
	s.behind = 5 * time.Minute
	if notes := words(s.page("Priya", "/search?q=lamp", 200), ".results-note"); len(notes) != 1 || !strings.Contains(notes[0], "in the last 6 minutes") {
		t.Errorf("a late index says %q", notes)
	}
	s.engine.down = true
	page := s.page("Priya", "/search?q=lamp", 200)
	if notes := words(page, ".results-note"); len(notes) != 1 || notes[0] != "The search engine is not answering, so this is a smaller search by the database." {
		t.Errorf("the fallback says %q", notes)
	}
	if page.Find("[data-row]").Length() != 1 {
		t.Error("the fallback finds nothing")
	}
}

func TestNothingFoundOffersToTakeFiltersOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	page := s.page("Priya", "/search?q=lamp&kind=final&priority=high", 200)
	if links := words(page, ".drops a"); len(links) != 2 || links[0] != "Without “Closed”" || links[1] != "Without “Priority: High”" {
		t.Errorf("offered are %q", links)
	}
	if to := attribute(page, ".drops a", "href"); to != "/search?priority=high&q=lamp" {
		t.Errorf("the first leads to %s", to)
	}
}
