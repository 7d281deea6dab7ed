package searchpages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/search/exports"
)

func TestASearchIsSavedSharedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	page := s.page("Priya", "/search?q=lamp&kind=start&page=1", 200)
	if query, name := attribute(page, `.save-form [name="query"]`, "value"), attribute(page, "#save-name", "value"); query != "kind=start&q=lamp" || name != "lamp, New" {
		t.Errorf("the page would save %q as %q", query, name)
	}
	if options := words(page, "#save-share option"); strings.Join(options, ", ") != "Only me, complaints-team, All staff" {
		t.Errorf("it can be shared with %q", options)
	}
	to, _ := s.post("Priya", "/search/saved", url.Values{"query": {"kind=start&q=lamp&type=nope&page=7"}, "name": {"New lamps"}, "share": {"group:complaints-team"}}, 303)
	if to != "/search?kind=start&q=lamp" {
		t.Errorf("saving leads to %s", to)
	}
	for who, want := range map[string]string{"Priya": "New lamps", "Tomasz": "New lamps Priya Raghunathan", "Ines": "", "Kofi": ""} {
		if got := strings.Join(words(s.page(who, "/search?q=lamp", 200), ".save-links .menu-item:not(.save-all) > span"), ", "); got != want {
			t.Errorf("%s is offered %q, want %q", who, got, want)
		}
	}
	if _, body := s.get("Tomasz", "/palette?q=new", 200); !strings.Contains(body, "/search?kind=start&amp;q=lamp") {
		t.Error("the palette does not find it")
	}
	if _, body := s.get("Ines", "/palette?q=new", 200); strings.Contains(body, "kind=start") {
		t.Error("the palette shows it to those it is not shared with")
	}
	list := s.page("Priya", "/search/saved", 200)
	edit := attribute(list, ".saved-line .button", "href")
	if row := words(list, ".saved-line"); len(row) != 1 || !strings.Contains(row[0], "New lamps") || !strings.Contains(row[0], "complaints-team") || edit == "" {
		t.Fatalf("the list is %q", row)
	}

	// Others cannot change it, and those it is not shared with do not learn of it.
	s.post("Tomasz", edit, url.Values{"name": {"Mine"}, "share": {"me"}}, 403)
	s.post("Tomasz", edit+"/delete", nil, 403)
	if to, _ := s.post("Ines", edit, url.Values{"name": {"Mine"}, "share": {"me"}}, 404); to != "" {
		t.Error("somebody else is led on")
	}
	s.get("Ines", edit, 404)
	if res, _ := s.get("Tomasz", edit, 303); res.Header.Get("Location") != "/search?kind=start&q=lamp" {
		t.Error("who may not change it is not led to what it finds")
	}

	_, page = s.post("Priya", edit, url.Values{"name": {" "}, "share": {"staff"}}, 422)
	if page.Find(`#name[aria-invalid="true"]`).Length() != 1 || attribute(page, `#share option[selected]`, "value") != "staff" {
		t.Error("a missing name is not said beside its field")
	}
	s.post("Priya", edit, url.Values{"name": {"All new lamps"}, "share": {"staff"}}, 303)
	if got := strings.Join(words(s.page("Ines", "/search/saved", 200), ".saved-line > a:not(.button)"), ", "); got != "All new lamps" {
		t.Errorf("shared with all, Ines has %q", got)
	}
	// What it finds is what the reader may find.
	if page := s.page("Kofi", "/search?kind=start&q=lamp", 200); page.Find("[data-row]").Length() != 0 {
		t.Error("a shared search widens somebody's reach")
	}
	s.post("Priya", edit+"/delete", nil, 303)
	if page := s.page("Ines", "/search/saved", 200); page.Find(".saved-line").Length() != 0 {
		t.Error("a deleted search is still there")
	}
}

func TestASearchThatCannotBeSavedIsShownAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp", nil)
	s.indexed()
	form := url.Values{"query": {"q=lamp"}, "name": {"Lamps"}, "share": {"me"}}
	s.post("Priya", "/search/saved", form, 303)
	_, page := s.post("Priya", "/search/saved", form, 422)
	if attribute(page, "#name", "value") != "Lamps" || attribute(page, `[name="query"]`, "value") != "q=lamp" || page.Find("#name-error").Length() != 1 {
		t.Error("the form does not come back as it was")
	}
	for what, form := range map[string]url.Values{
		"nothing to save": {"query": {""}, "name": {"x"}, "share": {"me"}}, "a wrong filter": {"query": {"from=soon"}, "name": {"x"}, "share": {"me"}},
		"a long query": {"query": {"q=" + strings.Repeat("x", 5000)}, "name": {"x"}, "share": {"me"}}, "no query": {"query": {"%zz"}, "name": {"x"}, "share": {"me"}},
		"another's group": {"query": {"q=x"}, "name": {"x"}, "share": {"group:parks"}},
	} {
		if to, _ := s.post("Priya", "/search/saved", form, 422); to != "" {
			t.Errorf("%s leads to %s", what, to)
		}
	}
	if _, page := s.post("Priya", "/search/saved", url.Values{"query": {""}, "name": {"x"}, "share": {"me"}}, 422); !strings.Contains(page.Text(), "nothing to save yet") {
		t.Error("nothing is said")
	}
}

func TestResultsAreExportedByWhomMayAndDownloadedByThemAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.raise("Lamp in Mill Lane", nil)
	s.raise("Lamp, broken", func(r *cases.Raise) { r.Priority = "high" })
	s.indexed()
	if s.page("Ines", "/search?q=lamp", 200).Find(`form[action="/search/exports"]`).Length() != 0 {
		t.Error("who may not export is offered to")
	}
	s.post("Ines", "/search/exports", url.Values{"query": {"q=lamp"}, "format": {"csv"}}, 403)
	page := s.page("Priya", "/search?q=lamp&priority=high", 200)
	query := attribute(page, `form[action="/search/exports"] [name="query"]`, "value")
	to, _ := s.post("Priya", "/search/exports", url.Values{"query": {query}, "format": {"csv"}}, 303)
	page = s.page("Priya", to, 200)
	if state := words(page, ".export-state .chip"); len(state) != 1 || state[0] != "Ready" || attribute(page, ".export-state", "hx-get") != "" || !strings.Contains(page.Text(), "1 case in the file") {
		t.Errorf("the page of the export says %q: %s", state, page.Find(".export-state").Text())
	}
	res, file := s.get("Priya", attribute(page, "a[download]", "href"), 200)
	if !strings.Contains(file, "Lamp, broken") || strings.Contains(file, "Mill Lane") || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename*=UTF-8''cases-2026-11-17-") || res.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("the file is %q with %v", file, res.Header)
	}
	for _, path := range []string{to, to + "/file"} {
		s.get("Tomasz", path, 404)
	}
	s.post("Tomasz", to+"/delete", nil, 404)
	if rows := words(s.page("Priya", "/search/exports", 200), ".saved-line"); len(rows) != 1 || !strings.Contains(rows[0], "1 result for “lamp”") {
		t.Errorf("listed are %q", rows)
	}
	s.post("Priya", to+"/cancel", nil, 409)
	s.post("Priya", to+"/delete", nil, 303)
	s.get("Priya", to+"/file", 404)
	for what, form := range map[string]url.Values{"format": {"query": {"q=lamp"}, "format": {"pdf"}}, "nothing": {"query": {"q=zzzz"}, "format": {"csv"}}, "a wrong filter": {"query": {"within=x"}, "format": {"csv"}}} {
		if to, _ := s.post("Priya", "/search/exports", form, 422); to != "" {
			t.Errorf("%s leads to %s", what, to)
		}
	}
}

func TestALargeExportShowsItsProgressUntilItIsReady(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range exports.AtOnce + 1 {
		s.raise(fmt.Sprintf("Lamp %d", i), nil)
	}
	s.indexed()
	to, _ := s.post("Priya", "/search/exports", url.Values{"query": {"q=lamp"}, "format": {"xlsx"}}, 303)
	page := s.page("Priya", to, 200)
	if attribute(page, ".export-state", "hx-get") != to || page.Find("progress").Length() != 1 || page.Find("a[download]").Length() != 0 || len(s.queued) != 1 {
		t.Fatalf("the page does not wait: %s", page.Find(".export-state").Text())
	}
	if _, part := s.get("Priya", to, 200, "HX-Request", "true"); strings.Contains(part, "<html") || !strings.Contains(part, `id="export-state"`) {
		t.Error("a script gets more than the state")
	}
	if err := s.exports.Run(t.Context(), s.queued[0]); err != nil {
		t.Fatal(err)
	}
	if page := s.page("Priya", to, 200); !strings.Contains(page.Text(), fmt.Sprintf("%d cases in the file", exports.AtOnce+1)) {
		t.Errorf("it says %s", page.Find(".export-state").Text())
	}
	s.Clock.Advance(25 * time.Hour)
	s.get("Priya", to+"/file", 404)
}
