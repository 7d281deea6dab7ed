package formpages_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/formpages"
)

// report raises a pothole with everything about it that is nobody's business.
func (s *site) report(t *testing.T, at core.Point) *core.Case {
	t.Helper()
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{
		Type: intaketest.Report, Subject: "SECRET subject", Description: "SECRET words of a neighbour", Subtype: "pothole",
		Channel: core.ChannelWeb, Requester: s.Amara, Place: &at, Address: "SECRET 14 Larkspur Court",
		Contact: core.Contact{Name: "SECRET Amara", Email: "secret@example.org", Phone: "07700 900482"},
		Fields:  map[string]any{"details": "SECRET words of a neighbour", "dangerous": true},
	}
	if _, err := s.Cases.Do(t.Context(), core.PersonActor(s.Amara, "SECRET Amara"), cases.One(id, 0, raise)); err != nil {
		t.Fatal(err)
	}
	return s.Case(t, id)
}

func (s *site) ask(t *testing.T, path string) (int, string) {
	t.Helper()
	res, err := s.app.Fiber().Test(httptest.NewRequest("GET", path, nil), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestWhatIsReportedNearbyIsToldInPublicWordsAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *formpages.Options, _ *server.Options) {
		o.Report = func(_ *core.CaseType, ref core.Reference) string { return "/reports/" + string(ref) }
	})
	cs := s.report(t, core.Point{Lat: 54.97800, Lng: -1.61700})
	s.Clock.Advance(3 * 24 * time.Hour)
	status, body := s.ask(t, "/forms/report/nearby?lat=54.97836&lng=-1.617")
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for _, want := range []string{"<strong>Pothole</strong>, 40 metres away.", "Reported 3 days ago.", "Now: Reported.", `href="/reports/` + string(cs.Ref) + `"`, "Somebody has reported this: follow it"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in %s", want, body)
		}
	}
	for _, secret := range []string{"SECRET", "secret@", "Larkspur", "07700", "Amara", cs.Group, "54.978", cs.ID.String(), "Customer"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is told: %s", secret, body)
		}
	}
	if _, body := s.ask(t, "/forms/report/nearby?lat=55.5&lng=-1.617"); !strings.Contains(body, "Nothing is reported near here yet") || strings.Contains(body, "Pothole") {
		t.Errorf("elsewhere: %s", body)
	}
}

func TestWithoutAPublicPageNothingIsLinkedNearby(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	cs := s.report(t, core.Point{Lat: 54.978, Lng: -1.617})
	_, body := s.ask(t, "/forms/report/nearby?lat=54.978&lng=-1.617")
	if !strings.Contains(body, "Pothole") || strings.Contains(body, "follow it") || strings.Contains(body, string(cs.Ref)) {
		t.Errorf("%s", body)
	}
}

func TestOnlyTypesThatSaySoTellWhatIsNearby(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for path, want := range map[string]int{
		"/forms/complaint/nearby?lat=54.978&lng=-1.617": 404,
		"/forms/nothing/nearby?lat=54.978&lng=-1.617":   404,
		"/forms/report/nearby?lat=91&lng=0":             422,
		"/forms/report/nearby?lat=1&lng=NaN":            422,
		"/forms/report/nearby?lat=1":                    422,
		"/forms/report/nearby":                          303, // a step of the form, which nobody has begun
	} {
		if status, body := s.ask(t, path); status != want {
			t.Errorf("%s: %d, want %d: %.200s", path, status, want, body)
		}
	}
}

func TestThePlaceOfAFormIsChosenOnAMapThatIsLoadedWhenOpened(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.begin("report")
	for _, want := range []string{"data-map-pick", `data-js="/assets/map.js"`, `data-css="/assets/map.css"`, "data-map-open", `data-nearby="/forms/report/nearby"`, "data-location-lat"} {
		if !strings.Contains(b.body, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, no := range []string{`src="/assets/map.js"`, `href="/assets/map.css"`} {
		if strings.Contains(b.body, no) {
			t.Errorf("%q is loaded with the page", no)
		}
	}
}
