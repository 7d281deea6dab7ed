package formpages_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/formpages"
)

func TestTheStartPageLeadsToEveryFormAndToOnesOwnCases(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t)
	b.get("/", 200).wants("How can we help?", `href="/forms/complaint"`, "Tell us when something went wrong", `href="/sign-in"`, `action="/track"`)
	b.signIn(core.PersonActor(s.Amara, "Amara")).get("/", 200).wants(`href="/portal"`).lacks(`href="/sign-in"`)
	b.get("/forms/complaint", 200).wants("Start now", "30 days")
	b.get("/forms/nowhere", 404)
	b.get("/forms/nowhere/step", 404)
}

func TestAComplaintForMyselfFromTheFirstPageToTheReference(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).toOutcome("f:for", "myself")
	b.send(c("you"), "f:wanted", "Fill it").send(c("check"), "f:name", "Ada Lovelace", "f:email", "ada@example.org")
	b.wants("A hole as deep as a boot.", "9 October 2026", "Mill Lane", "Ada Lovelace", `href="/forms/complaint/what"`, "Send my complaint")
	ref := b.sendAway()
	b.wants("We have your complaint", "What happens next", "a•••@example.org", base+"/track/").lacks("Keep this private link")
	cs := s.find(t, ref)
	if cs.Subtype != "pothole" || cs.Contact.Email != "ada@example.org" || cs.Fields["incident-date"] != "2026-10-09" || cs.Address != "Mill Lane" {
		t.Errorf("%+v", cs)
	}
	link := regexp.MustCompile(`/track/([\w-]{22})"`).FindStringSubmatch(b.body)
	if seen, _, err := s.Cases.FindByToken(t.Context(), link[1]); err != nil || seen.Case.ID != cs.ID {
		t.Errorf("the link opens %+v, %v", seen, err)
	}
	b.leads(c("what"), "/forms/complaint/done/"+ref)
	s.browser(t).get("/forms/complaint/done/"+ref, 404) // another browser
	b.get("/forms/complaint/done/CMP-0000-0000", 404)
	s.Clock.Advance(61 * time.Minute)
	b.get("/forms/complaint/done/"+ref, 404)
	b.begin("complaint") // and another one
}

func TestAComplaintOnBehalfOfSomebodyElseWithFiles(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).begin("complaint")
	b.refused(422, "f:for", "other").wants("Two answers need another look", "Enter the name of the person you complain for", `href="#f-their_name"`)
	b.send(c("what"), "f:for", "other", "f:their_name", "Ngozi Okonkwo", "f:relationship", "daughter").
		send(c("where"), "f:kind", "housing", "f:what", "Damp").send(c("outcome"), "f:where", "")
	b.wants(`enctype="multipart/form-data"`, `type="file"`, "multiple")
	if res := b.upload("submit", []string{"f:wanted", "A dry wall"}, [2]string{"../wall.png", pngPicture(t)}, [2]string{"letter.exe", "MZ"}, [2]string{"two.png", pngPicture(t)}); res.StatusCode != 422 {
		t.Fatalf("a file of a wrong kind: %d\n%s", res.StatusCode, b.body)
	}
	b.wants("letter.exe", "A dry wall", "wall.png", "two.png", "Error: ").lacks("../wall")
	remove := regexp.MustCompile(`value="(remove:files:[^"]+)"`).FindAllStringSubmatch(b.body, -1)
	if len(remove) != 2 {
		t.Fatalf("%d files can be removed\n%s", len(remove), b.body)
	}
	b.send(c("outcome")+"#f-files", "do", remove[1][1], "f:wanted", "A dry wall").wants("wall.png", "A dry wall").lacks("two.png")
	if res := b.upload("submit", []string{"f:wanted", "A dry wall"}); res.StatusCode != 303 { // the empty part that browsers send
		t.Fatalf("%d\n%s", res.StatusCode, b.body)
	}
	b.get(c("you"), 200).send(c("check"), "f:name", "Amara", "f:phone", "07700 900 482").wants("wall.png", "Ngozi Okonkwo")
	cs := s.find(t, b.sendAway())
	if cs.OnBehalfOf != "Ngozi Okonkwo" || s.count(t, "attachments WHERE source = 'form'") != 1 {
		t.Errorf("%+v", cs)
	}
}

func TestAnAnonymousComplaintShowsItsLinkAndNamesNobody(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).signIn(core.StaffActor(s.Priya.StaffID(), "Priya Raghunathan"))
	b.toOutcome("f:for", "anonymous").send(c("check"), "f:wanted", "").lacks("Full name")
	ref := b.sendAway()
	b.wants("Keep this private link", base+"/track/", "never again")
	cs := s.find(t, ref)
	if !cs.Anonymous || !cs.Creator.IsZero() || !cs.Requester.IsZero() {
		t.Errorf("%+v", cs)
	}
	for _, secret := range []string{s.Priya.ID, "Priya", "staff="} {
		for _, line := range strings.Split(s.log.String(), "\n") {
			if strings.Contains(line, "/forms/:type/") && strings.Contains(line, secret) {
				t.Errorf("the log tells: %s", line)
			}
		}
	}
	if !strings.Contains(s.log.String(), "/forms/:type/:step") {
		t.Error("the log does not show the forms at all")
	}
}

func TestMistakesAreShownAboveAndBesideAndNothingTypedIsLost(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).begin("complaint")
	b.refused(422).wants(`class="error-summary"`, `href="#f-for~0"`, "Choose who this complaint is for", "<title>Error: ")
	b.send(c("what"), "f:for", "myself")
	b.refused(422, "f:what", "Half <b>a</b> complaint", "f:when:day", "31", "f:when:month", "11", "f:when:year", "2026")
	b.wants("November has 30 days", "Half &lt;b&gt;a&lt;/b&gt; complaint", `value="31"`, "Everything you typed is still here.")
	b.get(c("what"), 200).wants("Half &lt;b&gt;a&lt;/b&gt; complaint")
	b.send(c("for"), "do", "back", "f:what", "Half a page").send(c("what"), "f:for", "myself").wants("Half a page")
	b.leads(c("check"), c("what")) // not yet
	b.get(c("what"), 200)
	if res := b.post(c("you"), "f:name", "Too early"); res.StatusCode != 303 || res.Header.Get("Location") != c("what") {
		t.Errorf("a page that was not reached: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
}

func TestADraftIsGoneOnWithAfterARestartWithoutASessionAndFromALink(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).signIn(core.PersonActor(s.Amara, "Amara"))
	b.begin("complaint").send(c("what"), "f:for", "myself")
	s.as = nil // the session ends while they write
	b.send(c("where"), "f:kind", "other", "f:what", "Written for an hour")
	b.get("/forms/complaint", 200).wants("You have begun this form", `href="/forms/complaint/where"`, "Start again")

	b.get(c("where"), 200).send("/forms/complaint/saved/where", "do", "save", "f:where", "The bridge").wants("Your answers are saved", "17 December")
	b.refused(422, "email", "nonsense").wants("Enter an email address")
	b.send("/forms/complaint/saved/where", "email", "me@example.org").wants("m•••@example.org")
	if len(s.mails) != 1 || !strings.HasPrefix(s.mails[0], "me@example.org "+base+"/forms/complaint/continue/") {
		t.Fatalf("mails %q", s.mails)
	}
	link := strings.TrimPrefix(strings.Fields(s.mails[0])[1], base)
	other := s.browser(t)
	other.get(link, 200).wants("Go on with your form")
	other.send(c("where")).wants("The bridge")
	other.get(c("what"), 200).wants("Written for an hour")
	s.browser(t).get("/forms/complaint/continue/"+strings.Repeat("A", 43), 404)

	s.Clock.Advance(31 * 24 * time.Hour)
	b.leads(c("where"), "/forms/complaint")
	b.get("/forms/complaint", 200).wants("Start now", "30 days")
}

func TestADoubleClickRaisesOneCase(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).toOutcome("f:for", "myself").send(c("you"), "f:wanted", "").send(c("check"), "f:name", "Ada", "f:phone", "01632 960 003")
	s.Clock.Advance(time.Minute)
	var wg sync.WaitGroup
	to := make([]string, 3)
	for i := range to {
		clicker := &browser{t: t, site: s, cookies: map[string]*http.Cookie{}, hidden: b.hidden, at: b.at}
		for name, cookie := range b.cookies {
			clicker.cookies[name] = cookie
		}
		wg.Go(func() { to[i] = clicker.post(clicker.at).Header.Get("Location") })
	}
	wg.Wait()
	if to[0] == "" || to[1] != to[0] || to[2] != to[0] || s.count(t, "cases") != 1 || s.count(t, "persons WHERE name = 'Ada'") != 1 {
		t.Errorf("led to %q; %d cases, %d people", to, s.count(t, "cases"), s.count(t, "persons WHERE name = 'Ada'"))
	}
}

func TestAFormThatFailsKeepsWhatWasTypedAndSaysHowToReachUs(t *testing.T) {
	s := newSite(t, nil)
	for _, does := range []string{"trap", "loop", "nonsense", "markup", "effect"} {
		b := s.browser(t).begin("wilful")
		b.refused(503, "f:what", does).wants("This form has a problem", "Nothing you typed is lost.", does, "01632 960 100", "help@northmoor.example", `href="/forms/wilful/one"`)
		b.lacks("<script>alert", "panic", "unreachable")
		b.get("/forms/wilful/one", 200).wants(`value="` + does + `"`)
		s.Clock.Advance(time.Minute)
	}
	b := s.browser(t).begin("wilful")
	for range 5 {
		b.refused(503, "f:what", "trap")
		b.get("/forms/wilful", 200)
		b.at = "/forms/wilful/one"
		b.hidden.Set("draft", sealOf(b))
	}
	b.get("/forms/wilful/one", 503).wants("switched off for a few minutes", "trap")
	s.browser(t).get("/forms/wilful", 200)
	s.Clock.Advance(5 * time.Minute)
	b.get("/forms/wilful/one", 200).wants(`value="trap"`)
	b.refused(422, "f:what", "").wants("Enter an answer")
	s.Clock.Advance(time.Minute)
	if res := b.post(b.at, "f:what", "all right"); res.StatusCode != 303 || s.count(t, "cases") != 1 {
		t.Errorf("%d, %d cases\n%s", res.StatusCode, s.count(t, "cases"), b.body)
	}
}

// sealOf keeps the seal of a page over pages without one.
func sealOf(b *browser) string {
	b.t.Helper()
	page := &browser{t: b.t, site: b.site, cookies: b.cookies}
	page.do("GET", "/forms/wilful/one", "", nil)
	if found := hiddenInput.FindStringSubmatch(page.body); found != nil {
		return html.UnescapeString(found[2])
	}
	return ""
}

func TestScriptsAndOtherSitesDoNotSendForms(t *testing.T) {
	s := newSite(t, func(_ *formpages.Options, o *server.Options) {
		o.Limits = map[string]server.Rate{server.LimitForm: {Requests: 12, Per: time.Minute}}
	})
	b := s.browser(t).get("/forms/complaint", 200)
	if res := b.post("/forms/complaint", "website", "http://spam.example"); res.StatusCode != 403 || s.count(t, "form_drafts") != 0 {
		t.Errorf("the unseen field was filled in: %d", res.StatusCode)
	}
	b.toOutcome("f:for", "anonymous").send(c("check"), "f:wanted", "")
	b.refused(422).wants("That was very quick", "Send my complaint")
	b.hidden.Set("draft", "forged")
	b.refused(403)
	b.hidden.Del("draft")
	b.refused(403)
	b.get(c("check"), 200)
	b.sendAway()
	if s.count(t, "cases") != 1 {
		t.Errorf("%d cases", s.count(t, "cases"))
	}
	flood := s.browser(t)
	last := 0
	for range 20 {
		flood.get("/forms/complaint", 200)
		last = flood.post("/forms/complaint").StatusCode
	}
	if last != 429 {
		t.Errorf("twenty forms begun in a second: %d", last)
	}
}

func TestAFormForThoseSignedInAsksToSignInAndKeepsEverything(t *testing.T) {
	s := newSite(t, nil)
	s.Change(t, "complaint", func(typ *core.CaseType) { typ.Groups[core.DutyRaise] = []string{core.SignedIn} })
	b := s.browser(t)
	b.get("/", 200).wants("You are asked to sign in first.")
	b.leads("/forms/complaint", "/sign-in?next=%2Fforms%2Fcomplaint")
	b.signIn(core.PersonActor(s.Amara, "Amara")).toOutcome("f:for", "myself").send(c("you"), "f:wanted", "Fill it")
	b.wants(`value="Amara Okonkwo-Lindqvist"`, `value="amara@example.org"`)
	b.send(c("check"), "f:name", "Amara", "f:email", "amara@example.org")
	amara := s.as
	s.as = nil // signed out by time
	s.Clock.Advance(time.Minute)
	if res := b.post(b.at); res.StatusCode != 303 || res.Header.Get("Location") != "/sign-in?next=%2Fforms%2Fcomplaint%2Fsend" {
		t.Fatalf("%d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	s.as = amara
	b.signIn(*amara).get(c("send"), 200).wants("Ready to be sent")
	if cs := s.find(t, b.sendAway()); cs.Requester != s.Amara {
		t.Errorf("%+v", cs)
	}
}

func TestATypeWithoutAPluginIsRaisedFromItsFields(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser(t).get("/forms/enquiry", 200).wants("We ask you for:")
	b.begin("enquiry").refused(422).wants("error-summary")
}
