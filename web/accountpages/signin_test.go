package accountpages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/server"
)

func TestStaffSignInAndTheCookieIsKeptSafe(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	wants(t, b.get("/staff/sign-in?next=/queues", 200), `value="/queues"`, `autocomplete="current-password"`)
	res, _ := b.send("/staff/sign-in", 303, "email", "ines@example.org", "password", goodPassword, "next", "/queues")
	if res.Header.Get("Location") != "/queues" {
		t.Errorf("led to %s", res.Header.Get("Location"))
	}
	cookie := b.cookies["__Host-session"]
	if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("cookie %+v", cookie)
	}
	if until := s.clock.Now().Add(12 * time.Hour); cookie.Expires.Unix() != until.Unix() {
		t.Errorf("kept until %v, want %v", cookie.Expires, until)
	}
	wants(t, b.get("/account", 200), "Your account", "Firefox on Windows", "This one")
	if res, _ := b.do("GET", "/staff/sign-in", nil); res.StatusCode != 303 || res.Header.Get("Location") != "/mywork" {
		t.Errorf("somebody signed in is asked again: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
}

func TestSigningInEndsTheSessionTheBrowserHad(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.signIn()
	first := b.cookies["__Host-session"]
	b.get("/account", 200)
	b.send("/staff/sign-in", 303, "email", "ines@example.org", "password", goodPassword)
	if b.cookies["__Host-session"].Value == first.Value {
		t.Fatal("the token stayed the same")
	}
	old := s.browser(t)
	old.cookies[first.Name] = first
	old.get("/account", 303)
}

func TestAWrongPasswordIsAnsweredAlikeForEverybodyAndNotSentBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	var answers []string
	for _, email := range []string{"ines@example.org", "nobody@example.org"} {
		b := s.browser(t)
		b.get("/staff/sign-in", 200)
		for range 5 {
			_, body := b.send("/staff/sign-in", 422, "email", email, "password", "wrong harbour seven lamps")
			if strings.Contains(body, "wrong harbour") {
				t.Error("the password is in the page")
			}
			wants(t, body, "do not belong together", `value="`+email+`"`)
		}
		_, body := b.send("/staff/sign-in", 429, "email", email, "password", goodPassword)
		wants(t, body, "too many attempts")
		body = csrfValue.ReplaceAllString(body, "")
		answers = append(answers, strings.ReplaceAll(body, email, ""))
		if b.cookies["__Host-session"] != nil {
			t.Error("a session was begun")
		}
	}
	if answers[0] != answers[1] {
		t.Errorf("the answers differ:\n%s\n%s", answers[0], answers[1])
	}
}

var nextField = regexp.MustCompile(`name="next" value="([^"]*)"`)

func TestNobodyIsSentToAnotherSiteAfterSigningIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, next := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "javascript:alert(1)", "/\t/evil.example"} {
		b := s.browser(t)
		body := b.get("/staff/sign-in?next="+url.QueryEscape(next), 200)
		for _, field := range nextField.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(field[1], "/staff/sign-in") { // the theme switch leads back here
				t.Errorf("%q is carried along as %q", next, field[1])
			}
		}
		res, _ := b.send("/staff/sign-in", 303, "email", "ines@example.org", "password", goodPassword, "next", next)
		if got := res.Header.Get("Location"); got != "/mywork" {
			t.Errorf("%q led to %q", next, got)
		}
	}
}

func TestOddFieldsAreRefusedAndDoNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.get("/staff/sign-in", 200)
	b.send("/staff/sign-in", 422)
	b.send("/staff/sign-in", 422, "email", strings.Repeat("x", 100_000), "password", strings.Repeat("y", 100_000))
	b.send("/staff/sign-in", 422, "email", "ines@example.org\x00", "password", "\xff\xfe")
	b.send("/sign-in", 422, "email", "")
	b.send("/sign-in", 422, "email", strings.Repeat("x", 100_000)+"@example.org")
	b.send("/sign-in", 422, "email", "a@example.org\r\nBcc: b@example.org")
	if len(s.post.links) > 0 {
		t.Error("a mail was sent")
	}
	if res, _ := b.do("POST", "/staff/sign-in", url.Values{"_csrf": {"forged"}, "email": {"ines@example.org"}, "password": {goodPassword}}); res.StatusCode != 403 {
		t.Errorf("a forged form is answered with %d", res.StatusCode)
	}
}

func TestACustomerSignsInByLinkAndAScannerUsesNothingUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	wants(t, b.get("/sign-in?next=/portal/cases/CMP-1", 200), "Sign in to see your cases", `action="/track"`)
	res, _ := b.send("/sign-in", 303, "email", "Salma@Example.org", "next", "/portal/cases/CMP-1")
	if res.Header.Get("Location") != "/sign-in/sent" {
		t.Fatalf("led to %s", res.Header.Get("Location"))
	}
	wants(t, b.get("/sign-in/sent", 200), "Check your email")
	link := s.post.links[0]

	scanner := s.browser(t)
	for range 3 {
		scanner.get(link, 200)
		scanner.do("HEAD", link, nil)
	}
	if scanner.cookies["__Host-session"] != nil {
		t.Fatal("looking signed somebody in")
	}
	phone := s.browser(t) // opened elsewhere than it was asked for
	wants(t, phone.get(link, 200), "s•••@example.org")
	if strings.Contains(phone.get(link, 200), "salma@example.org") {
		t.Error("the page tells the address to whoever has the link")
	}
	res, _ = phone.send(link, 303)
	if res.Header.Get("Location") != "/portal/cases/CMP-1" || phone.cookies["__Host-session"] == nil {
		t.Fatalf("led to %s with %v", res.Header.Get("Location"), phone.cookies)
	}
	wants(t, phone.get("/portal/account", 200), "salma@example.org", "Your details")
	phone.get("/account", 303) // the console is not theirs

	wants(t, b.get(link, 404), "This link does not work any more", `href="/sign-in"`)
	b.get("/sign-in", 200)
	b.send(link, 404)
	b.get("/sign-in/link/"+strings.Repeat("x", 5000), 404)
	b.get("/sign-in/link/%00", 404)
}

func TestALinkIsTooOldAfterHalfAnHour(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.get("/sign-in", 200)
	b.send("/sign-in", 303, "email", "salma@example.org")
	b.get(s.post.links[0], 200)
	s.clock.pass(30 * time.Minute)
	b.send(s.post.links[0], 404)
	if b.cookies["__Host-session"] != nil {
		t.Error("a session was begun")
	}
}

func TestSignInIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]server.Rate{server.LimitSignIn: {Requests: 3, Per: time.Minute}})
	b := s.browser(t)
	b.get("/sign-in", 200)
	for _, email := range []string{"a@example.org", "b@example.org", "c@example.org"} {
		b.send("/sign-in", 303, "email", email)
	}
	b.send("/sign-in", 429, "email", "d@example.org")
	b.get("/sign-in", 200)
	if len(s.post.links) != 3 {
		t.Errorf("%d mails", len(s.post.links))
	}
}

func TestSigningOutIsAPostAndEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.signIn()
	kept := b.cookies["__Host-session"]
	if res, _ := b.do("GET", "/sign-out", nil); res.StatusCode < 400 {
		t.Errorf("GET /sign-out: %d", res.StatusCode)
	}
	b.get("/account", 200)
	res, _ := b.send("/sign-out", 303)
	if res.Header.Get("Location") != "/staff/sign-in" || b.cookies["__Host-session"] != nil {
		t.Errorf("led to %s with %v", res.Header.Get("Location"), b.cookies)
	}
	b.cookies[kept.Name] = kept
	b.get("/account", 303)
	anybody := s.browser(t)
	anybody.get("/staff/sign-in", 200)
	anybody.send("/sign-out", 303) // nobody was signed in: nothing to say
}

func TestAPasswordIsSetByLink(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	link, _, err := s.people.NewPasswordLink(t.Context(), s.admin.Actor(), s.admin.ID)
	if err != nil {
		t.Fatal(err)
	}
	link = strings.TrimPrefix(link, "https://casework.example.org")
	b := s.browser(t)
	wants(t, b.get(link, 200), "Ines Okafor", "At least 12 characters")
	_, body := b.send(link, 422, "password", "Short one 1")
	wants(t, body, "Use at least 12 characters")
	if strings.Contains(body, "Short one 1") {
		t.Error("the password is in the page")
	}
	b.send(link, 303, "password", "another good long one")
	wants(t, b.get("/staff/sign-in", 200), "Your password is set")
	b.send("/staff/sign-in", 303, "email", "ines@example.org", "password", "another good long one")
	wants(t, b.get(link, 404), "Ask your administrator")
	b.get("/account", 200)
	b.send(link, 404, "password", "yet another good one")
}
