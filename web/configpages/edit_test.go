package configpages_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
)

const enquiry = "/configuration/types/enquiry/draft"

// press presses a button of a page with its form as it stands and what is typed
// over it, and returns the answer. Typed values of one name replace what stands
// there; a blank one clears it.
func (s *site) press(at, do string, typed ...string) (int, string, *goquery.Document) {
	s.t.Helper()
	status, doc := s.get(at)
	if status != 200 {
		s.t.Fatalf("%s: %d", at, status)
	}
	form := doc.Find(`button[name="do"][value="` + do + `"]`).Last().Closest("form")
	if form.Length() == 0 {
		s.t.Fatalf("%s has no button %q", at, do)
	}
	values := url.Values{"do": {do}}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		switch {
		case in.Is("textarea"):
			value = in.Text()
		case in.Is("select"):
			chosen := in.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = in.Find("option").First()
			}
			value = chosen.AttrOr("value", "")
		case in.AttrOr("type", "") == "checkbox":
			if _, on := in.Attr("checked"); !on {
				return
			}
		}
		values.Add(name, value)
	})
	cleared := map[string]bool{}
	for i := 0; i+1 < len(typed); i += 2 {
		if !cleared[typed[i]] {
			values.Del(typed[i])
			cleared[typed[i]] = true
		}
		values.Add(typed[i], typed[i+1])
	}
	return s.post(form.AttrOr("action", ""), values)
}

// does presses a button that must lead on, and returns where.
func (s *site) does(at, do string, typed ...string) string {
	s.t.Helper()
	status, to, doc := s.press(at, do, typed...)
	if status != 303 {
		s.t.Fatalf("%s at %s answers %d: %s", do, at, status, doc.Find(".error-summary, .error, main").First().Text())
	}
	return to
}

// refuses presses a button that must not lead on, and returns the page.
func (s *site) refuses(want int, at, do string, typed ...string) *goquery.Document {
	s.t.Helper()
	status, _, doc := s.press(at, do, typed...)
	if status != want {
		s.t.Fatalf("%s at %s with %q answers %d", do, at, typed, status)
	}
	return doc
}

func (s *site) draft(key string) casetypes.KeptDraft {
	s.t.Helper()
	k, err := casetypes.NewDrafts(s.publisher).Get(s.t.Context(), casetypes.KindCaseType, key)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

func TestEverySectionIsShownForChangingAndSavedAsItStandsChangesNothing(t *testing.T) {
	s := newSite(t)
	for _, key := range []string{"complaint", "enquiry", "report"} {
		base := "/configuration/types/" + key + "/draft"
		for _, section := range casetypes.Sections() {
			at := base + "?section=" + section.Key
			status, doc := s.get(at)
			if status != 200 || doc.Find("h1").Text() != section.Name || doc.Find(".views a[aria-current]").Length() != 1 {
				t.Errorf("%s: %d %q", at, status, doc.Find("h1").Text())
			}
			pages := []string{at}
			doc.Find(".config-main th a").Each(func(_ int, a *goquery.Selection) { pages = append(pages, a.AttrOr("href", "")) })
			for _, page := range pages {
				if _, doc := s.get(page); doc.Find(`button[value="save"]`).Length() > 0 {
					s.does(page, "save")
				}
			}
			if _, doc := s.get(at + "&text=1"); doc.Find("textarea").Length() != 1 {
				t.Errorf("%s is not shown as text", at)
			}
		}
		if k := s.draft(key); k.Kept {
			t.Errorf("%s: saving what stands there led to %+v: %s", key, k.Changes, k.Said)
		}
	}
}

func TestAnEntryIsAddedChangedMovedAndRemoved(t *testing.T) {
	s := newSite(t)
	at := enquiry + "?section=statuses"
	to := s.does(at, "add:statuses", "name", "Checking facts", "kind", "open")
	if !strings.HasSuffix(to, "&item="+url.QueryEscape("statuses/checking-facts")) {
		t.Fatalf("adding leads to %s", to)
	}
	s.does(to, "save", "name.en", "Checking the facts", "name.cy", "Gwirio", "public.en", "We are checking", "to", "waiting", "to", "answered", "after", "list")
	k := s.draft("enquiry")
	status, _ := k.Document.CaseType.Status("checking-facts")
	if status.Name["cy"] != "Gwirio" || status.Public.String() != "We are checking" || !slices.Equal(status.To, []string{"waiting", "answered"}) || status.After != core.AfterList || len(k.Findings) > 0 {
		t.Errorf("the status is %+v, %v", status, k.Findings)
	}
	s.does(at, "up:statuses/checking-facts")
	if list := s.draft("enquiry").Document.CaseType.Statuses; list[len(list)-2].Key != "checking-facts" {
		t.Errorf("it did not move: %v", list)
	}
	_, doc := s.get(at)
	if bar := doc.Find(".draft-bar").Text(); !strings.Contains(bar, "1 change since version 1") || !strings.Contains(bar, "Moved status ‘Checking the facts’, Priya Raghunathan") {
		t.Errorf("the bar says %q", bar)
	}
	s.does(to, "remove:statuses/checking-facts")
	if k := s.draft("enquiry"); len(k.Changes) != 0 {
		t.Errorf("after removing it %v", k.Changes)
	}
}

func TestWhatCannotBeReadIsRefusedAndNothingTypedIsLost(t *testing.T) {
	s := newSite(t)
	complaint := "/configuration/types/complaint/draft"
	for _, bad := range []struct {
		at, do, says string
		typed        []string
	}{
		{enquiry + "?section=statuses", "add:statuses", "Enter a name", []string{"name", " "}},
		{enquiry + "?section=statuses", "add:statuses", "with this key already", []string{"name", "x", "key", "waiting"}},
		{enquiry + "?section=statuses", "add:statuses", "A key has", []string{"name", "x", "key", "Not A Key"}},
		{enquiry + "?section=statuses", "add:statuses", "Choose what the status means", []string{"name", "x", "kind", "odd"}},
		{enquiry + "?section=statuses&item=statuses/waiting", "save", "Choose what the status means", []string{"kind", ""}},
		{enquiry + "?section=statuses", "save", "Write a length of time", []string{"reopen-within", "soon"}},
		{enquiry + "?section=subtypes", "add:priorities", "Enter a name", []string{"name", ""}},
		{enquiry + "?section=stages", "add:stages", "Enter a name", []string{"name", ""}},
		{enquiry + "?section=tasks&item=tasks/find-out", "save", "Write a length of time", []string{"within", "-3 days"}},
		{enquiry + "?section=tasks&item=tasks/find-out", "save", "whole number", []string{"max", "many"}},
		{enquiry + "?section=reasons", "add:reasons.close", "Enter a name", []string{"name", ""}},
		{enquiry + "?section=attachments", "save", "whole number", []string{"files", "-1"}},
		{enquiry + "?section=attachments", "save", "whole number", []string{"megabytes", "99999999999999999999"}},
		{enquiry + "?section=actions", "add:actions", "Choose an action", nil},
		{enquiry + "?section=setup", "save", "Choose the language", []string{"language-name", "Nom"}},
		{enquiry + "?section=setup", "save", "Enter the name in French", []string{"language", "fr"}},
		{complaint + "?section=form", "save", "Choose one of the forms", []string{"form", "plugin:evil/form"}},
		{enquiry + "?section=form", "add:fields", "Choose what the field holds", []string{"name", "A", "kind", "blob"}},
		{enquiry + "?section=form&item=fields/topic", "save", "key: name", []string{"choices.en", "Not A Key: x"}},
		{enquiry + "?section=form&item=fields/topic", "save", "Welsh: Begin each line with the key", []string{"choices.cy", "Unrhyw beth"}},
		{enquiry + "?section=form&item=fields/subject", "save", "whole number", []string{"max_length", "long"}},
		{enquiry + "?section=form&item=fields/subject", "save", "Choose what the answer is", []string{"is", "password"}},
	} {
		doc := s.refuses(422, bad.at, bad.do, bad.typed...)
		if text := doc.Find(".config-main .error, .error-summary").Text(); !strings.Contains(text, bad.says) {
			t.Errorf("%s with %q says %q", bad.at, bad.typed, text)
		}
	}
	doc := s.refuses(422, enquiry+"?section=statuses&item=statuses/waiting", "save", "kind", "", "name.en", "<b>Typed</b>", "to", "answered")
	if got := doc.Find(`[name="name.en"]`).AttrOr("value", ""); got != "<b>Typed</b>" || doc.Find(`[name="to"][value="answered"][checked]`).Length() != 1 {
		t.Errorf("what was typed came back as %q", got)
	}
	if s.draft("enquiry").Kept || s.draft("complaint").Kept {
		t.Error("something was changed")
	}
	for name, form := range map[string]url.Values{
		"no section": {"do": {"save"}}, "a strange section": {"section": {"x"}, "do": {"save"}}, "a strange button": {"section": {"statuses"}, "do": {"x"}},
		"a strange list": {"section": {"statuses"}, "do": {"add:x"}, "name": {"a"}}, "what is gone": {"section": {"statuses"}, "do": {"remove:statuses/gone"}},
	} {
		if status, _, _ := s.post(enquiry, form); status != 404 && status != 422 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func TestADraftThatIsNotRightIsKeptAndSaysWhereItIsPutRight(t *testing.T) {
	s := newSite(t)
	s.does(enquiry+"?section=statuses&item=statuses/reopened", "remove:statuses/reopened")
	_, doc := s.get(enquiry + "?section=stages")
	if doc.Find(`.views a[href$="section=statuses"] .bad`).Length() != 1 || doc.Find(`.views .bad`).Length() > 2 {
		t.Errorf("the list of sections marks %s", doc.Find(".views").Text())
	}
	_, doc = s.get(enquiry + "/changes")
	link := doc.Find("#findings a").First()
	if !strings.Contains(link.Text(), "There is no status “reopened”") || link.AttrOr("href", "") != enquiry+"?section=statuses" || doc.Find(`form[action$="/publish"]`).Length() > 0 {
		t.Errorf("the page of changes says %q, leads to %s", link.Text(), link.AttrOr("href", ""))
	}
	k := s.draft("enquiry")
	status, _, doc := s.post(enquiry+"/publish", url.Values{"revision": {"2"}, "current": {"1"}})
	if status != 422 || doc.Find("#findings").Length() != 1 || k.Revision != 2 {
		t.Errorf("publishing it answers %d at revision %d", status, k.Revision)
	}
	_, doc = s.get(enquiry + "?section=statuses")
	if doc.Find(".config-main .field-bad").Length() == 0 {
		t.Error("the input that is wrong does not say so")
	}
}

func TestWhatOpenCasesHoldIsReplacedWhenItIsRemoved(t *testing.T) {
	s := newSite(t)
	s.held = core.Held{Statuses: map[string]int{"waiting": 12}, Groups: map[string]int{"highways": 3}}
	at := enquiry + "?section=statuses&item=statuses/waiting"
	if _, doc := s.get(at); !strings.Contains(doc.Find(".edit-remove").Text(), "12 open cases have it.") {
		t.Errorf("the page says %q", doc.Find(".edit-remove").Text())
	}
	for _, nothing := range []string{"", "waiting", "gone"} {
		doc := s.refuses(422, at, "remove:statuses/waiting", "replacement", nothing)
		if !strings.Contains(doc.Find(".edit-remove .error").Text(), "Choose what takes its place") {
			t.Errorf("with %q it says %q", nothing, doc.Find(".error").Text())
		}
	}
	s.does(at, "remove:statuses/waiting", "replacement", "in-progress")
	k := s.draft("enquiry")
	if k.Document.CaseType.ReplacedBy.Statuses["waiting"] != "in-progress" || len(k.Findings) > 0 {
		t.Errorf("replaced: %+v, %v", k.Document.CaseType.ReplacedBy, k.Findings)
	}
	if moved, ok := k.Document.CaseType.Status("waiting"); !ok || moved.Key != "in-progress" {
		t.Errorf("a case that waits becomes %+v", moved)
	}
	groups := enquiry + "?section=groups"
	s.does(groups, "save", "duty-reassign_to", "contact-centre", "duty-reassign_to", "waste", "duty-reassign_to", "parks")
	if k := s.draft("enquiry"); len(k.Findings) == 0 || !strings.Contains(k.Findings[0].Message, "highways") {
		t.Errorf("dropping a group that holds cases says %v", k.Findings)
	}
	s.does(enquiry+"?section=subtypes&item=subtypes/roads", "save", "group", "")
	s.does(groups, "save", "heir-highways", "customer-services")
	if k := s.draft("enquiry"); len(k.Findings) > 0 || k.Document.CaseType.ReplacedBy.Groups["highways"] != "customer-services" {
		t.Errorf("with an heir it says %v", k.Findings)
	}
}

func TestTheSecondOfTwoSeesWhatTheFirstChangedAndKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	at := enquiry + "?section=statuses&item=statuses/waiting"
	_, mine := s.get(at)
	seen := mine.Find(`[name="seen"]`).First().AttrOr("value", "")
	s.does(at, "save", "name.en", "On hold")
	form := url.Values{"section": {"statuses"}, "item": {"statuses/waiting"}, "seen": {seen}, "do": {"save"}, "kind": {"waiting"}, "name.en": {"Paused"}}
	status, _, doc := s.post(enquiry, form)
	if said := doc.Find(".error-summary").Text(); status != 409 || !strings.Contains(said, "Priya Raghunathan changed this meanwhile: Status ‘Waiting for requester’ renamed to ‘On hold’.") {
		t.Fatalf("%d: %q", status, said)
	}
	if doc.Find(`[name="name.en"]`).AttrOr("value", "") != "Paused" || doc.Find(`[name="seen"]`).First().AttrOr("value", "") == seen {
		t.Error("what was typed is lost, or cannot be saved now")
	}
	form.Set("seen", doc.Find(`[name="seen"]`).First().AttrOr("value", ""))
	if status, _, _ := s.post(enquiry, form); status != 303 {
		t.Errorf("saving it after a look answers %d", status)
	}
}

func TestUndoRedoAndDiscardStandInTheBar(t *testing.T) {
	s := newSite(t)
	at := enquiry + "?section=attachments"
	s.does(at, "save", "files", "7")
	for _, step := range []struct {
		do   string
		want int
	}{{"undo", 10}, {"redo", 7}} {
		if to := s.does(at, step.do); to != at {
			t.Errorf("%s leads to %s", step.do, to)
		}
		if got := s.draft("enquiry").Document.CaseType.Attachments.Files; got != step.want {
			t.Errorf("after %s it is %d", step.do, got)
		}
	}
	if status, to, _ := s.post(enquiry+"/step", url.Values{"do": {"undo"}, "revision": {"1"}}); status != 303 || to != enquiry || s.draft("enquiry").Document.CaseType.Attachments.Files != 7 {
		t.Errorf("an old page takes something back: %d to %s", status, to)
	}
	s.does(at, "discard")
	if s.draft("enquiry").Kept {
		t.Error("the draft is still there")
	}
}

func TestADraftIsPublishedFromThePageOfItsChanges(t *testing.T) {
	s := newSite(t)
	s.whatIf = func(before, after *core.CaseType) []editing.Note {
		return []editing.Note{{Title: "Targets", Sentences: []string{before.Key + " has files: " + after.Key}}}
	}
	s.does(enquiry+"?section=attachments", "save", "files", "7", "kinds", "image/png\nimage/jpeg, text/plain")
	_, doc := s.get(enquiry + "/changes")
	if !strings.Contains(doc.Find(".diff").Text(), "7") || !strings.Contains(doc.Find(".config-side").Text(), "enquiry has files") {
		t.Errorf("the page says %q", doc.Find("main").Text())
	}
	form := url.Values{"note": {"Fewer."}}
	doc.Find(`form[action$="/publish"] input[type="hidden"]`).Each(func(_ int, in *goquery.Selection) { form.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	long := url.Values{"note": {strings.Repeat("n", 501)}, "revision": form["revision"], "current": form["current"]}
	if status, _, doc := s.post(enquiry+"/publish", long); status != 422 || !strings.Contains(doc.Find(".banner-warn").Text(), "500 letters") {
		t.Errorf("a long note answers %d", status)
	}
	status, to, _ := s.post(enquiry+"/publish", form)
	now, err := s.types.Published(t.Context(), "enquiry")
	if status != 303 || to != "/configuration/types/enquiry" || err != nil || now.Version != 2 || now.Attachments.Files != 7 || len(now.Attachments.Kinds) != 3 {
		t.Fatalf("publishing answers %d to %s: %+v", status, to, now.Attachments)
	}
	if status, _, _ := s.post(enquiry+"/publish", form); status != 409 {
		t.Errorf("publishing again answers %d", status)
	}
}

func TestAFindingOfACheckerBlocksPublishing(t *testing.T) {
	s := newSite(t)
	s.publisher.Require(func(_ context.Context, doc casetypes.Document) (casetypes.Findings, error) {
		if doc.CaseType != nil && doc.CaseType.Attachments.Files == 7 {
			return casetypes.Findings{{Path: "attachments.files", Message: "The example “seven files” does not come true."}}, nil
		}
		return nil, nil
	})
	s.does(enquiry+"?section=attachments", "save", "files", "7")
	_, doc := s.get(enquiry + "/changes")
	if link := doc.Find("#findings a"); !strings.Contains(link.Text(), "does not come true") || link.AttrOr("href", "") != enquiry+"?section=attachments" {
		t.Errorf("the page says %q", doc.Find("main").Text())
	}
	if status, _, _ := s.post(enquiry+"/publish", url.Values{"revision": {"2"}, "current": {"1"}}); status != 422 {
		t.Errorf("publishing answers %d", status)
	}
}

func TestASectionAsTextSaysItsMistakesByLine(t *testing.T) {
	s := newSite(t)
	at := enquiry + "?section=subtypes&text=1"
	doc := s.refuses(422, at, "text", "text", "subtypes:\r\n  - { key: a, colour: red }\r\n")
	if cell := doc.Find("tbody td").First().Text(); cell != "2" || !strings.Contains(doc.Find("textarea").Text(), "colour: red") {
		t.Errorf("the mistake is in line %q", cell)
	}
	s.does(at, "text", "text", "subtypes: [first, second]\n")
	if got := s.draft("enquiry").Document.CaseType.Subtypes; len(got) != 2 {
		t.Errorf("the subtypes are %+v", got)
	}
	whole := enquiry + "?section=file"
	_, doc = s.get(whole)
	s.does(whole, "text", "text", strings.Replace(doc.Find("textarea").Text(), "prefix: ENQ", "prefix: ASK", 1))
	if got := s.draft("enquiry").Document.CaseType.Reference.Prefix; got != "ASK" {
		t.Errorf("the prefix is %s", got)
	}
}

func TestAFileIsKeptAsADraftAfterItSaidWhatItChanges(t *testing.T) {
	s := newSite(t)
	source := strings.Replace(s.file("enquiry"), "name: Waiting for requester", "name: On hold", 1)
	_, _, doc := s.post("/configuration/upload", url.Values{"source": {source}})
	if doc.Find(`button[formaction="/configuration/keep"]`).Length() != 1 || !strings.Contains(doc.Find(".diff").Text(), "‘On hold’") {
		t.Fatalf("the page offers no draft: %s", doc.Find("main").Text())
	}
	status, to, _ := s.post("/configuration/keep", url.Values{"source": {source}, "revision": {"0"}, "note": {"From git."}})
	if status != 303 || to != enquiry+"/changes" || s.draft("enquiry").Said != "From a file: From git." {
		t.Fatalf("keeping answers %d to %s", status, to)
	}
	if status, _, _ := s.post("/configuration/keep", url.Values{"source": {source}, "revision": {"0"}}); status != 409 {
		t.Errorf("a second file over the draft answers %d", status)
	}
	if status, _, _ := s.post("/configuration/keep", url.Values{"source": {"kind: ["}}); status != 422 {
		t.Errorf("rubbish answers %d", status)
	}
	_, doc = s.get("/configuration")
	if doc.Find(`a[href="`+enquiry+`"]`).Length() != 1 {
		t.Error("the list does not show that there is a draft")
	}
	if _, doc := s.get("/configuration/types/enquiry"); doc.Find(".draft-bar").Length() != 1 {
		t.Error("the page of what is live does not lead to the draft")
	}
}

func TestANewCaseTypeGoesFromNothingToPublished(t *testing.T) {
	s := newSite(t)
	_, doc := s.get("/configuration/new")
	if doc.Find(`option[value="complaint"]`).Length() != 1 {
		t.Error("a copy is not offered")
	}
	for _, bad := range []url.Values{{}, {"name": {"Noise"}, "prefix": {"X"}}, {"name": {"Noise"}, "prefix": {"CMP"}}, {"name": {"Enquiry"}, "key": {"enquiry"}, "prefix": {"NEW"}}} {
		if status, _, doc := s.post("/configuration/new", bad); status != 422 || doc.Find(".error-summary").Length() != 1 {
			t.Errorf("%v answers %d", bad, status)
		}
	}
	status, to, _ := s.post("/configuration/new", url.Values{"name": {"Noise report"}, "prefix": {"noi"}})
	if status != 303 || to != "/configuration/types/noise-report/draft" {
		t.Fatalf("beginning answers %d to %s", status, to)
	}
	if status, _ := s.get("/configuration/types/noise-report"); status != 404 {
		t.Errorf("the draft shows as live: %d", status)
	}
	s.does(to+"?section=groups", "save", "duty-raise", "everyone", "duty-manage", "waste")
	s.does(to+"?section=setup", "save", "language", "cy", "language-name", "Adroddiad sŵn")
	s.does(to+"?section=subtypes", "add:subtypes", "name", "Barking dog")
	_, doc = s.get(to + "?section=subtypes&item=subtypes/barking-dog")
	if doc.Find(`[name="name.cy"]`).Length() != 1 {
		t.Error("the new language cannot be written in")
	}
	k := s.draft("noise-report")
	if len(k.Findings) > 0 {
		t.Fatalf("it is wrong in %v", k.Findings)
	}
	_, doc = s.get(to + "/changes")
	form := url.Values{}
	doc.Find(`form[action$="/publish"] input[type="hidden"]`).Each(func(_ int, in *goquery.Selection) { form.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	if status, _, _ := s.post(to+"/publish", form); status != 303 {
		t.Fatalf("publishing answers %d", status)
	}
	if now, err := s.types.Published(t.Context(), "noise-report"); err != nil || now.Version != 1 || !now.Groups.RaisableBy(core.AnonymousActor()) {
		t.Errorf("published is %+v, %v", now, err)
	}
}

func TestANewCalendarIsBegunAndPublished(t *testing.T) {
	s := newSite(t)
	for _, bad := range []url.Values{{"kind": {"calendar"}}, {"kind": {"calendar"}, "name": {"Offices"}, "key": {"northmoor-offices"}}, {"kind": {"calendar"}, "name": {"Offices"}, "key": {"A b"}}} {
		if status, _, doc := s.post("/configuration/new", bad); status != 422 || doc.Find("h1").Text() != "New calendar" {
			t.Errorf("%v answers %d", bad, status)
		}
	}
	for name, from := range map[string]string{"Wardens": "", "Another office": "northmoor-offices"} {
		status, to, _ := s.post("/configuration/new", url.Values{"kind": {"calendar"}, "name": {name}, "from": {from}})
		if status != 303 {
			t.Fatalf("%s answers %d", name, status)
		}
		_, doc := s.get(to + "/changes")
		form := url.Values{}
		doc.Find(`form[action$="/publish"] input[type="hidden"]`).Each(func(_ int, in *goquery.Selection) { form.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
		if status, _, _ := s.post(to+"/publish", form); status != 303 {
			t.Errorf("publishing %s answers %d: %s", name, status, doc.Find("main").Text())
		}
	}
	wardens, _, err := s.types.Calendar(t.Context(), "wardens")
	if err != nil || wardens.Zone != "Europe/London" || len(wardens.Hours[1]) != 1 || len(wardens.Hours[0]) != 0 {
		t.Errorf("the new calendar is %+v, %v", wardens, err)
	}
}

func TestACalendarIsChangedAsAFileUntilItHasAnEditor(t *testing.T) {
	s := newSite(t)
	at := "/configuration/calendars/northmoor-offices/draft"
	status, doc := s.get(at)
	if status != 200 || !strings.Contains(doc.Find("textarea").Text(), "kind: calendar") {
		t.Fatalf("%d: %s", status, doc.Find("main").Text())
	}
	s.does(at, "text", "text", strings.Replace(doc.Find("textarea").Text(), "en: Northmoor Council offices", "en: Northmoor's offices", 1))
	if _, doc := s.get(at + "/changes"); !strings.Contains(doc.Find(".diff").Text(), "Northmoor's offices") {
		t.Errorf("the changes are %q", doc.Find("main").Text())
	}
}

func TestAFieldIsMadeWithItsChoices(t *testing.T) {
	s := newSite(t)
	to := s.does(enquiry+"?section=form", "add:fields", "name", "How often?", "kind", "choice")
	s.does(to, "save", "choices.en", "daily: Every day\nNow and then\n\nrare: Rarely", "choices.cy", "rare: Anaml\nnow-and-then: O bryd i'w gilydd\ndaily:", "choices.<b>", "daily: x", "searchable", "yes", "private", "yes")
	k := s.draft("enquiry")
	f, _ := k.Document.CaseType.Field("how-often")
	if len(f.Choices) != 3 || f.Choices[1].Key != "now-and-then" || f.Choices[1].Name["cy"] != "O bryd i'w gilydd" || f.Choices[2].Name["cy"] != "Anaml" || len(f.Choices[0].Name) != 1 ||
		!f.Searchable || !f.Private || len(k.Findings) > 0 {
		t.Errorf("the field is %+v, %v", f, k.Findings)
	}
	_, doc := s.get(to)
	if en, cy := doc.Find(`[name="choices.en"]`).Text(), doc.Find(`[name="choices.cy"]`).Text(); en != "daily: Every day\nnow-and-then: Now and then\nrare: Rarely\n" || cy != "daily:\nnow-and-then: O bryd i'w gilydd\nrare: Anaml\n" {
		t.Errorf("the choices are shown as %q and %q", en, cy)
	}
	topic, _ := k.Document.CaseType.Field("topic")
	s.does(enquiry+"?section=subtypes", "add:subtypes", "name", "Noise")
	if now, _ := s.draft("enquiry").Document.CaseType.Field("topic"); len(now.Choices) != len(topic.Choices)+1 {
		t.Errorf("the question offers %d subtypes, and %d before", len(now.Choices), len(topic.Choices))
	}
}

func TestATypeIsRetiredAndRaisedAgain(t *testing.T) {
	s := newSite(t)
	at := enquiry + "?section=setup"
	s.does(at, "save", "retired", "yes")
	k := s.draft("enquiry")
	if !k.Document.CaseType.Retired || len(k.Document.CaseType.Groups[core.DutyRaise]) > 0 || len(k.Findings) > 0 {
		t.Fatalf("retired: %+v, %v", k.Document.CaseType.Groups, k.Findings)
	}
	status, _, _ := s.post(enquiry+"/publish", url.Values{"revision": {"2"}, "current": {"1"}})
	_, doc := s.get("/configuration")
	if status != 303 || !strings.Contains(doc.Find("tbody").First().Text(), "Retired") {
		t.Errorf("%d: the list says %q", status, doc.Find("tbody").First().Text())
	}
	s.does(enquiry+"?section=groups", "save", "duty-raise", "everyone")
	if k := s.draft("enquiry"); len(k.Findings) != 1 || !strings.Contains(k.Findings[0].Message, "is retired") {
		t.Errorf("with somebody who raises it says %v", k.Findings)
	}
	s.does(at, "save", "retired", "")
	if k := s.draft("enquiry"); len(k.Findings) > 0 || k.Document.CaseType.Retired {
		t.Errorf("raised again: %v", k.Findings)
	}
}
