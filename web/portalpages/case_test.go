package portalpages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
)

func TestTheCaseOpensWithWhatIsHappening(t *testing.T) {
	s := open(t)
	id := s.raise(t, func(r *cases.Raise) { r.OnBehalfOf = "Ngozi Okonkwo" })
	b := s.browser(t, "amara")
	headline := func(want string) {
		t.Helper()
		b.get(s.portal(t, id), 200)
		if got := b.page.Find("h1").Text(); got != want {
			t.Errorf("the page says %q, want %q", got, want)
		}
	}
	// Ten working days from Tuesday 17 November.
	headline("We have received your complaint. You will hear from us by Tuesday 1 December.")
	wants(t, b.says(), "We aim to answer within 10 working days, counted from today.", "Ngozi Okonkwo, by you", "How often?", "Five weeks running.", "You sent your complaint.")
	if got := b.page.Find("li[aria-current=step] strong").Text(); !strings.HasPrefix(got, "We look into it") {
		t.Errorf("the current step is %q", got)
	}
	s.Do(t, s.Priya, id, cases.StartWork{})
	headline("We are working on your complaint. Priya Raghunathan will reply by Tuesday 1 December.")
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Which day?"})
	headline("We are working on your complaint. We need an answer from you to go on.")
	s.Clock.Advance(24 * time.Hour)
	s.Do(t, core.PersonActor(s.Amara, ""), id, &questions.Answer{No: 1, Answer: "Tuesday"})
	headline("We are working on your complaint. Priya Raghunathan will reply by Wednesday 2 December.")
	wants(t, b.says(), "We stopped the clock from yesterday to today while we waited for your answer.", "Which day?", "Tuesday")
	s.Clock.Set(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC))
	headline("We are working on your complaint.")
	wants(t, b.says(), "We aimed to reply by Wednesday 2 December. We are late, and we are sorry.")
	s.Do(t, s.Priya, id, &cases.ChangeStatus{To: "resolved"})
	headline("We have replied.")
	s.exec(t, `UPDATE tasks SET state = 'cancelled' WHERE case_id = $1`, id)
	s.Do(t, s.Tomasz, id, &cases.Cancel{Reason: s.cancelReason(t)})
	b.get(s.portal(t, id), 200)
	wants(t, b.page.Find("h1").Text(), "We cancelled your complaint today.")
}

func TestTheSamePageOpensByItsLink(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	signedIn, holder := s.browser(t, "amara"), s.browser(t, "")
	signedIn.get(s.portal(t, id), 200)
	holder.get(s.track(id), 200)
	if a, b := signedIn.page.Find("h1, .steps, .messages, .summary-list").Text(), holder.page.Find("h1, .steps, .messages, .summary-list").Text(); a != b {
		t.Errorf("signed in:\n%s\nby the link:\n%s", a, b)
	}
	if len(holder.cookies) != 1 { // the visit that CSRF tokens are bound to
		t.Errorf("the link set the cookies %v", holder.cookies)
	}
	holder.get("/portal", 303)
	for _, wrong := range []string{"/track/x", "/track/" + strings.Repeat("A", 22), s.track(id) + "x", s.track(id) + "/files/1", s.track(id) + "/files/x"} {
		holder.get(wrong, 404)
	}
}

func TestNobodyElseSeesTheCase(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	s.browser(t, "brendan").get(s.portal(t, id), 404)
	s.browser(t, "").get(s.portal(t, id), 303)
	s.browser(t, "priya").get(s.portal(t, id), 303)
	b := s.browser(t, "brendan")
	b.get("/portal", 200)
	lacks(t, b.says(), "Collections missed")
	for _, page := range []string{"/add", "/contact", "/withdraw", "/reopen", "/files/1"} {
		s.browser(t, "brendan").get(s.portal(t, id)+page, 404)
	}
}

func TestAQuestionIsAnsweredWithAFile(t *testing.T) {
	s := open(t)
	for who, address := range map[string]func(core.CaseID) string{"amara": func(id core.CaseID) string { return s.portal(t, id) }, "": s.track} {
		id := s.raise(t, nil)
		s.Do(t, s.Priya, id, &questions.Ask{Body: "Which day?"}, &questions.Ask{Body: "Which bin?"})
		b := s.browser(t, who)
		b.get(address(id), 200)
		wants(t, b.says(), "Priya asks:", "Which day?", "By Tuesday 24 November", "Which bin?")
		b.send(address(id)+"/questions/1", 422, []string{"answer", " "})
		if b.page.Find("#answer-1[aria-invalid]").Length() != 1 || b.page.Find(`.error-summary a[href="#answer-1"]`).Length() != 1 {
			t.Errorf("an empty answer: %s", b.says())
		}
		b.send(address(id)+"/questions/1", 422, []string{"answer", "Tuesday"}, upload{"bin.exe", "MZ"})
		if b.page.Find("#file-1[aria-invalid]").Length() != 1 || b.page.Find("#answer-1").Text() != "Tuesday" {
			t.Errorf("a file that is not allowed: %s", b.says())
		}
		b.send(address(id)+"/questions/1", 303, []string{"answer", "Tuesday"}, upload{"../bin day.txt", "it was a Tuesday"}, upload{"second.txt", "and a bin"})
		b.get(address(id), 200)
		wants(t, b.says(), "Thank you. We have your answer.", "Tuesday", "bin day.txt", "second.txt")
		if b.page.Find(".todo").Length() != 1 {
			t.Error("the other question is not open any more")
		}
		res, content := b.do("GET", address(id)+"/files/1", "", nil)
		if res.StatusCode != 200 || content != "it was a Tuesday" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") ||
			res.Header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the file came as %d %v", res.StatusCode, res.Header)
		}
	}
}

func TestWhatIsSentTwiceIsDoneOnce(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	b := s.browser(t, "")
	b.get(s.track(id)+"/add", 200)
	form := b.page
	b.send(s.track(id)+"/add", 303, []string{"body", "Still nothing"})
	b.page = form
	b.send(s.track(id)+"/add", 303, []string{"body", "Still nothing"})
	if n := s.count(t, `SELECT count(*) FROM notes WHERE case_id = $1`, id); n != 1 {
		t.Errorf("%d updates", n)
	}
	b.page = form
	b.send(s.track(id)+"/add", 422, []string{"body", "Still nothing, and now it rains"})
	wants(t, b.says(), "You have sent this page before")
	b.send(s.track(id)+"/add", 303, nil) // what was typed is still in the form
	if n := s.count(t, `SELECT count(*) FROM notes WHERE body LIKE '%rains' AND case_id = $1`, id); n != 1 {
		t.Errorf("%d second updates", n)
	}
}

func TestTheRequesterAddsSomething(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	b := s.browser(t, "amara")
	at := s.portal(t, id)
	b.get(at+"/add", 200)
	b.send(at+"/add", 422, []string{"body", ""})
	wants(t, b.says(), "Write what you want to add.")
	b.send(at+"/add", 303, []string{"body", "Still nothing <b>today</b>"}, upload{"photo.png", "\x89PNG\r\n\x1a\nxxxx"})
	body := b.get(at, 200)
	wants(t, body, "Still nothing &lt;b&gt;today&lt;/b&gt;", "photo.png")
	if b.page.Find(".message-mine").Length() != 1 {
		t.Error("what they said does not stand on their side")
	}
}

func TestTheRequesterChangesHowTheyAreReached(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	b := s.browser(t, "")
	at := s.track(id) + "/contact"
	b.get(at, 200)
	b.send(at, 422, []string{"email", "nowhere"})
	if b.page.Find("#email[aria-invalid]").Length() != 1 || b.page.Find("#email").AttrOr("value", "") != "nowhere" {
		t.Errorf("a wrong address: %s", b.says())
	}
	b.send(at, 303, []string{"email", "new@example.org", "phone", "01632 960 001"})
	if got := s.Case(t, id).Contact; got.Email != "new@example.org" || got.Phone != "01632 960 001" || got.Name != "Amara Okonkwo-Lindqvist" {
		t.Errorf("the contact is %+v", got)
	}
	b.get(at, 200)
	s.Do(t, s.Priya, id, &cases.ChangeContact{Contact: core.Contact{Name: "Amara", Email: "third@example.org"}})
	b.send(at, 409, []string{"email", "fourth@example.org"})
	if typed := b.page.Find("#email").AttrOr("value", ""); typed != "fourth@example.org" {
		t.Errorf("what was typed is lost: the field holds %q", typed)
	}
	if got := s.Case(t, id).Contact.Email; got != "third@example.org" {
		t.Errorf("what staff had changed was overwritten with %s", got)
	}
}

func TestACaseIsWithdrawnAndTakenUpAgain(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	b := s.browser(t, "amara")
	at := s.portal(t, id)
	b.get(at+"/withdraw", 200)
	b.send(at+"/withdraw", 303, nil)
	b.get(at, 200)
	wants(t, b.says(), "You withdrew your complaint today.", "Ask us to look at it again, until Tuesday 15 December")
	for _, gone := range []string{"/add", "/withdraw"} {
		b.get(at+gone, 303)
	}
	b.get(at+"/reopen", 200)
	b.send(at+"/reopen", 422, []string{"body", ""})
	if !s.Case(t, id).IsFinal() {
		t.Fatal("it was reopened by a form that was refused")
	}
	b.send(at+"/reopen", 303, []string{"body", "It has begun anew"})
	b.get(at, 200)
	wants(t, b.says(), "You asked us to look at it again.", "It has begun anew")
	if cs := s.Case(t, id); cs.IsFinal() || cs.Reopened != 1 {
		t.Errorf("reopened is %d, %s", cs.Reopened, cs.Status)
	}

	b.get(at+"/withdraw", 200)
	b.send(at+"/withdraw", 303, nil)
	b.get(at+"/reopen", 200)
	s.Clock.Advance(29 * 24 * time.Hour)
	b.send(at+"/reopen", 409, []string{"body", "Too late"}) // the page was open since before
	wants(t, b.says(), "This case can no longer be reopened", "Too late", "Your message starts a new case")
	if s.continued(t, id) != "" {
		t.Error("a new case was begun that its requester had not been told of")
	}
	b.get(at, 200)
	wants(t, b.says(), "can no longer be reopened.", "Write to us again: your message starts a new case")
	b.get(at+"/reopen", 200)
	wants(t, b.says(), "Your message starts a new case with a reference of its own.")
	b.send(at+"/add", 303, []string{"body", "Too late"})
	next := s.continued(t, id)
	if next == "" {
		t.Fatal("no new case was begun")
	}
	b.get("/portal/cases/"+next, 200)
	wants(t, b.says(), "Your complaint "+next, "Re: ", "Too late", "Goes on from", string(s.Case(t, id).Ref))
	b.get(at, 200)
	wants(t, b.says(), "You wrote to us again", "it goes on in "+next)
	b.get(at+"/add", 303) // to the new one
}

// continued is the reference of the case that goes on with one, "" for none.
func (s *site) continued(t *testing.T, id core.CaseID) string {
	t.Helper()
	next, _, err := links.New(s.DB, s.Cases).Continued(t.Context(), s.Case(t, id))
	if err != nil {
		t.Fatal(err)
	}
	return string(next.Ref)
}

func TestWhoFollowsAClosedCaseByItsLinkBeginsANewOneThere(t *testing.T) {
	s := open(t)
	for name, change := range map[string]func(*cases.Raise){
		"known": nil, "anonymous": func(r *cases.Raise) { r.Anonymous, r.Requester = true, core.PersonID{} },
	} {
		id := s.raise(t, change)
		s.Do(t, s.Priya, id, &cases.Cancel{})
		s.Clock.Advance(29 * 24 * time.Hour)
		b := s.browser(t, "")
		b.get(s.track(id)+"/add", 200)
		wants(t, b.says(), "can no longer be reopened. Your message starts a new case")
		b.send(s.track(id)+"/add", 422, []string{"body", ""})
		b.send(s.track(id)+"/add", 303, []string{"body", "It has come back"}, upload{"back.txt", "here"})
		next := s.continued(t, id)
		if next == "" {
			t.Fatalf("%s: no new case was begun", name)
		}
		seen, err := s.Cases.Find(t.Context(), s.Priya, core.Reference(next), core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		if cs := seen.Case; cs.Anonymous != (name == "anonymous") || cs.Description != "It has come back" {
			t.Errorf("%s: the new case is %+v", name, cs)
		}
		b.get(s.track(seen.Case.ID), 200)
		wants(t, b.says(), "It has come back", "back.txt")
	}
}

func TestWhatIsAnsweredTooLateCanStillBeSent(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Which day?"})
	b := s.browser(t, "amara")
	b.get(s.portal(t, id), 200)
	s.Do(t, s.Priya, id, &questions.RecordAnswer{No: 1, Answer: "Monday", Channel: core.ChannelTelephone})
	b.send(s.portal(t, id)+"/questions/1", 409, []string{"answer", "No, Tuesday"})
	wants(t, b.says(), "This question has been answered already")
	b.send(s.portal(t, id)+"/add", 303, nil)
	b.get(s.portal(t, id), 200)
	wants(t, b.says(), "You, by telephone", "Monday", "No, Tuesday")
}

func TestAnAnonymousCaseIsFollowedByItsLink(t *testing.T) {
	s := open(t)
	id := s.raise(t, func(r *cases.Raise) { r.Anonymous, r.Requester = true, core.PersonID{} })
	b := s.browser(t, "")
	b.get(s.track(id), 200)
	wants(t, b.says(), "You gave us no name, so we cannot write to you.")
	if b.page.Find(`a[href$="/contact"]`).Length() != 0 {
		t.Error("contact details are offered")
	}
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Where was it?"}, &notes.Add{Body: "Thank you for telling us.", Audience: core.Public})
	b.get(s.track(id), 200)
	wants(t, b.says(), "Thank you for telling us.")
	b.send(s.track(id)+"/questions/1", 303, []string{"answer", "At the corner"}, upload{"corner.txt", "here"})
	b.get(s.track(id)+"/add", 200)
	b.send(s.track(id)+"/add", 303, []string{"body", "More"})
	b.get(s.track(id)+"/contact", 303)
	if n := s.count(t, `SELECT count(*) FROM events WHERE stream_id = $1 AND actor_kind NOT IN ('anonymous', 'staff', 'system')`, id.String()); n != 0 {
		t.Errorf("%d events name a person", n)
	}
}

func TestTheLinkOfAMailOpensItsQuestionAlone(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	s.Do(t, s.Priya, id, &notes.Add{Body: "Something else we said", Audience: core.Public}, &questions.Ask{Body: "Which day?"}, &questions.Ask{Body: "Which bin?"})
	all, err := s.questions.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	at := "/answer/" + s.questions.Token(all[0])
	version := s.Case(t, id).Version
	b := s.browser(t, "")
	b.get(at, 200)
	b.get(at, 200)
	res, _ := s.browser(t, "").do("HEAD", at, "", nil)
	if s.Case(t, id).Version != version || res.StatusCode != 200 {
		t.Error("looking at the question changed the case")
	}
	wants(t, b.says(), "Which day?")
	lacks(t, b.says(), "Which bin?", "Something else", "Collections missed", "Amara", "Mill Lane")
	b.send(at, 422, []string{"answer", ""})
	b.send(at, 303, []string{"answer", "Tuesday"})
	b.get(at, 200)
	wants(t, b.says(), "We have the answer to our question", "It came today.")
	lacks(t, b.says(), "Tuesday")
	if cs := s.Case(t, id); cs.Version <= version {
		t.Error("the answer was not kept")
	}
	second := "/answer/" + s.questions.Token(all[1])
	b.get(second, 200)
	form := b.page
	s.Do(t, core.PersonActor(s.Amara, ""), id, &cases.Withdraw{})
	b.page = form
	b.send(second, 409, []string{"answer", "Too late"})
	wants(t, b.says(), "We do not need an answer any more", "This was not sent", "Too late")
	b.get(second, 200)
	wants(t, b.says(), "We do not need an answer any more")
	for _, forged := range []string{at + "x", "/answer/" + strings.Repeat("A", 54), "/answer/x"} {
		b.get(forged, 404)
	}
}

func TestACaseIsFoundByReferenceAndPostcode(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	ref := strings.ToLower(string(s.Case(t, id).Ref))
	b := s.browser(t, "")
	b.get("/find", 200)
	b.send("/find", 422, nil)
	wants(t, b.says(), "2 answers need another look")
	res := b.send("/find", 303, []string{"ref", ref, "postcode", "nm12ab"})
	if to := res.Header.Get("Location"); !token.MatchString(to) {
		t.Fatalf("led to %s", to)
	}
	b.get(res.Header.Get("Location"), 200)

	b.get("/find", 200)
	wrong := func(ref, proof string) string {
		t.Helper()
		b.send("/find", 422, []string{"ref", ref, "postcode", proof})
		return b.page.Find(".error-summary").Text() + b.page.Find(".error").Text()
	}
	unknown, known := wrong(string(core.NewReference("CMP")), "NM1 2AB"), wrong(ref, "NM9 9ZZ")
	if unknown != known || unknown == "" || wrong("nonsense", "x") != known {
		t.Errorf("an unknown reference: %q; a known one: %q", unknown, known)
	}
}

func TestOneReferenceIsNotTriedForEver(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	ref := string(s.Case(t, id).Ref)
	b := s.browser(t, "")
	b.get("/find", 200)
	form := b.page
	try := func(proof string, status int) {
		t.Helper()
		b.page = form
		b.send("/find", status, []string{"ref", ref, "postcode", proof})
	}
	for range 10 {
		try("NM9 9ZZ", 422)
	}
	try("NM1 2AB", 429)
	s.Clock.Advance(time.Hour)
	try("NM1 2AB", 303)
}

func TestTheLookUpIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, base, map[string]server.Rate{server.LimitSignIn: {Requests: 3, Per: time.Minute}})
	b := s.browser(t, "")
	b.get("/find", 200)
	form := b.page
	for i := range 4 {
		b.page = form
		status := http.StatusUnprocessableEntity
		if i == 3 {
			status = http.StatusTooManyRequests
		}
		b.send("/find", status, []string{"ref", string(core.NewReference("CMP")), "postcode", "NM1 2AB"})
	}
}

func TestACaseIsNotChangedFromAnotherSite(t *testing.T) {
	s := open(t)
	id := s.raise(t, nil)
	b := s.browser(t, "amara")
	for _, page := range []string{"/withdraw", "/add", "/contact", "/reopen", "/questions/1"} {
		for _, at := range []string{s.track(id), s.portal(t, id)} {
			res, _ := b.do("POST", at+page, "application/x-www-form-urlencoded", strings.NewReader("body=x&answer=x"))
			if res.StatusCode != 403 {
				t.Errorf("%s without a token: %d", at+page, res.StatusCode)
			}
		}
	}
}

func TestThePagesAboutTheSiteSayWhereToTurn(t *testing.T) {
	s := open(t)
	b := s.browser(t, "")
	for _, page := range []string{"/accessibility", "/privacy"} {
		b.get(page, 200)
		wants(t, b.says(), "Northmoor Council", "01632 960 100")
	}
}

func (s *site) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (s *site) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := s.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// cancelReason is a reason of the type to cancel for, "" when it has none.
func (s *site) cancelReason(t *testing.T) string {
	t.Helper()
	ct, err := s.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	if len(ct.Reasons.Cancel) == 0 {
		return ""
	}
	return ct.Reasons.Cancel[0].Key
}
