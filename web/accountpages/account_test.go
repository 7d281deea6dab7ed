package accountpages_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

var sessionID = regexp.MustCompile(`name="session" value="([0-9a-f]+)"`)

func TestARevokedSessionIsSignedOutAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	here, there := s.browser(t), s.browser(t)
	there.signIn()
	theirs := sessionID.FindStringSubmatch(there.get("/account", 200))[1]
	here.signIn()
	wants(t, here.get("/account", 200), theirs, "Sign out everywhere else")
	here.send("/account/sessions/revoke", 303, "session", theirs)
	there.get("/account", 303)

	here.get("/account", 200)
	here.send("/account/sessions/revoke", 303, "session", theirs) // again: it has ended already
	here.send("/account/sessions/revoke", 303, "session", "nonsense")
	mine := sessionID.FindStringSubmatch(here.get("/account", 200))[1]
	res, _ := here.send("/account/sessions/revoke", 303, "session", mine)
	if res.Header.Get("Location") != "/staff/sign-in" {
		t.Errorf("led to %s", res.Header.Get("Location"))
	}
	here.get("/account", 303)
}

func TestEverywhereElseIsSignedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	here, there := s.browser(t), s.browser(t)
	there.signIn()
	here.signIn()
	here.get("/account", 200)
	here.send("/account/sessions/revoke-others", 303)
	wants(t, here.get("/account", 200), "1 session is signed out")
	there.get("/account", 303)
}

func TestThePasswordIsChangedByWhoeverKnowsIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	here, there := s.browser(t), s.browser(t)
	there.signIn()
	here.signIn()
	here.get("/account", 200)
	_, body := here.send("/account/password", 422, "current", "wrong", "password", "another good long one")
	wants(t, body, "This is not your current password.", `aria-invalid="true"`)
	_, body = here.send("/account/password", 422, "current", goodPassword, "password", "short")
	wants(t, body, "Use at least 12 characters")
	if strings.Contains(body, goodPassword) {
		t.Error("the password is in the page")
	}
	there.get("/account", 200)
	here.send("/account/password", 303, "current", goodPassword, "password", "another good long one")
	here.get("/account", 200)
	there.get("/account", 303)
}

func TestWhereToGoAfterASaveIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.signIn()
	b.get("/account", 200)
	b.send("/account/after-save", 422, "after_save", "anywhere")
	b.send("/account/after-save", 303, "after_save", "next")
	wants(t, b.get("/account", 200), `<option value="next" selected>`)
	session, err := s.people.SessionByToken(t.Context(), b.cookies["__Host-session"].Value)
	if err != nil || session.AfterSave != core.AfterNext {
		t.Errorf("%q, %v", session.AfterSave, err)
	}
}

func TestACustomerKeepsTheirOwnDetails(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t)
	b.get("/sign-in", 200)
	b.send("/sign-in", 303, "email", "salma@example.org")
	b.get(s.post.links[0], 200)
	b.send(s.post.links[0], 303)
	b.get("/portal/account", 200)
	b.send("/portal/account", 303, "name", " Salma  Karim ", "phone", "01632 960 123", "address", "4 Mill Lane\r\nNM1 2AB", "email", "evil@example.org")
	wants(t, b.get("/portal/account", 200), `value="Salma Karim"`, "salma@example.org", "Your details are saved")
	_, body := b.send("/portal/account", 422, "name", "<script>", "phone", "call me", "address", strings.Repeat("x", 501))
	wants(t, body, "2 answers need another look", `value="call me"`, "&lt;script&gt;")
	wants(t, b.get("/portal/account", 200), `value="Salma Karim"`)

	staff := s.browser(t)
	staff.signIn()
	staff.get("/portal/account", 303)
}
