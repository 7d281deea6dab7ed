package people_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

func TestAStaffUserSignsInAndTheSessionKnowsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in, err := w.SignIn(t.Context(), " Ines@Example.org ", goodPassword, "Firefox on Linux")
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Token) != 43 || in.CSRF == "" || in.CSRF == in.Token {
		t.Errorf("token %q, CSRF %q", in.Token, in.CSRF)
	}
	s, err := w.SessionByToken(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind != people.StaffSession || s.Actor.ID != w.admin.ID || s.Actor.Name != "Ines Okafor" || !s.Actor.Has(core.RoleAdministrator) {
		t.Errorf("session of %+v", s)
	}
	if len(s.Groups) != 1 || s.Groups[0] != "complaints-team" || s.Email != "ines@example.org" || s.CSRF != in.CSRF {
		t.Errorf("session %+v", s)
	}
}

func TestTheDatabaseKeepsNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.signIn(t, "ines@example.org")
	var hash []byte
	if err := w.pool.QueryRow(t.Context(), `SELECT token_hash FROM sessions`).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(hash, []byte(in.Token)) || !bytes.Equal(hash, core.TokenHash(in.Token)) {
		t.Error("the session is not kept by the hash of its token")
	}
}

func TestAWrongPasswordAnUnknownAddressAndADeactivatedAccountGetOneAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.user(t, "Tom Reyes", "tom@example.org")
	if err := w.Deactivate(t.Context(), w.admin, gone.ID); err != nil {
		t.Fatal(err)
	}
	none, err := w.CreateUser(t.Context(), w.admin, people.UserInput{Name: "Una Bell", Email: "una@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]bool{}
	for _, attempt := range [][2]string{
		{"ines@example.org", "wrong harbour seven lamps"}, {"nobody@example.org", goodPassword}, {gone.Email, goodPassword},
		{none.Email, ""}, {"not an address", goodPassword}, {"ines@example.org", strings.Repeat("x", 100_000)},
		{"ines@example.org\x00", goodPassword}, {"ines@example.org", "\xff\xfe"},
	} {
		_, err := w.SignIn(t.Context(), attempt[0], attempt[1], "")
		wantKind(t, err, core.ErrInvalid)
		answers[err.Error()] = true
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
}

func TestWrongPasswordsLeadToGrowingWaitsWhetherOrNotThereIsAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, email := range []string{"ines@example.org", "nobody@example.org"} {
		attempt := func(password string) error {
			_, err := w.SignIn(t.Context(), email, password, "")
			return err
		}
		for range 5 {
			wantKind(t, attempt("wrong harbour seven lamps"), core.ErrInvalid)
		}
		// Now even the right password has to wait.
		wantKind(t, attempt(goodPassword), core.ErrTooMany)
		w.clock.pass(29 * time.Second)
		wantKind(t, attempt(goodPassword), core.ErrTooMany)
		w.clock.pass(time.Second)
		wantKind(t, attempt("wrong harbour seven lamps"), core.ErrInvalid)
		w.clock.pass(31 * time.Second) // the next wait is twice as long
		wantKind(t, attempt(goodPassword), core.ErrTooMany)
		for range 10 {
			w.clock.pass(15 * time.Minute) // and none is longer than this
			wantKind(t, attempt("wrong harbour seven lamps"), core.ErrInvalid)
		}
	}
	w.clock.pass(15 * time.Minute)
	w.signIn(t, "ines@example.org")
	// A success forgets what was wrong before.
	for range 4 {
		_, err := w.SignIn(t.Context(), "ines@example.org", "wrong harbour seven lamps", "")
		wantKind(t, err, core.ErrInvalid)
	}
	w.signIn(t, "ines@example.org")
}

func TestAFloodOfGuessesAtOnceGetsOnlyTheFreeAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	kinds := map[core.ErrorKind]int{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := w.SignIn(t.Context(), "ines@example.org", "wrong harbour seven lamps", "")
			mu.Lock()
			defer mu.Unlock()
			kinds[core.KindOf(err)]++
		})
	}
	all.Wait()
	if kinds[core.ErrInvalid] != 5 || kinds[core.ErrTooMany] != 15 {
		t.Errorf("answers: %v", kinds)
	}
}

func TestAnAdministratorSeesALockAndOpensIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org")
	for range 5 {
		_, _ = w.SignIn(t.Context(), user.Email, "wrong harbour seven lamps", "")
	}
	account, err := w.FindAccount(t.Context(), w.admin, user.No)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.clock.Now().Add(30 * time.Second); !account.LockedUntil.Equal(want) {
		t.Errorf("locked until %v, want %v", account.LockedUntil, want)
	}
	wantKind(t, w.Unlock(t.Context(), user.Actor(), user.ID), core.ErrForbidden)
	if err := w.Unlock(t.Context(), w.admin, user.ID); err != nil {
		t.Fatal(err)
	}
	w.signIn(t, user.Email)
}

func TestASessionEndsWhenItIsNotUsedAndAtItsLatest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.signIn(t, "ines@example.org")
	alive := func() error {
		_, err := w.SessionByToken(t.Context(), in.Token)
		return err
	}
	for range 3 { // used every three hours it goes on
		w.clock.pass(3 * time.Hour)
		if err := alive(); err != nil {
			t.Fatalf("after %v: %v", w.clock.Now(), err)
		}
	}
	w.clock.pass(3 * time.Hour) // but not longer than twelve in all
	wantKind(t, alive(), core.ErrNotFound)

	in = w.signIn(t, "ines@example.org")
	w.clock.pass(4 * time.Hour)
	wantKind(t, alive(), core.ErrNotFound)
}

func TestAForgedTokenOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.signIn(t, "ines@example.org")
	for _, token := range []string{"", "x", in.Token + "x", strings.ToLower(in.Token), strings.Repeat("a", 100_000), "\x00\xff"} {
		_, err := w.SessionByToken(t.Context(), token)
		wantKind(t, err, core.ErrNotFound)
	}
}

func TestRevokingASessionTakesEffectAtOnceAndOnlyOnOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.user(t, "Tom Reyes", "tom@example.org")
	here, there, theirs := w.signIn(t, "ines@example.org"), w.signIn(t, "ines@example.org"), w.signIn(t, other.Email)

	list, err := w.Sessions(t.Context(), w.admin, here.Token)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d sessions, %v", len(list), err)
	}
	for _, s := range list {
		if s.Device != "Firefox on Linux" {
			t.Errorf("device %q", s.Device)
		}
		if !s.Current {
			wantKind(t, w.Revoke(t.Context(), other.Actor(), s.ID), core.ErrNotFound)
			if err := w.Revoke(t.Context(), w.admin, s.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.SessionByToken(t.Context(), s.ID); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("the name of a session opens it: %v", err)
		}
	}
	_, err = w.SessionByToken(t.Context(), there.Token)
	wantKind(t, err, core.ErrNotFound)
	for _, id := range []string{"", "zz", strings.Repeat("0", 64), strings.Repeat("0", 1000)} {
		wantKind(t, w.Revoke(t.Context(), w.admin, id), core.ErrNotFound)
	}
	wantKind(t, w.Revoke(t.Context(), core.AnonymousActor(), list[0].ID), core.ErrNotFound)

	w.signIn(t, "ines@example.org")
	if n, err := w.RevokeOthers(t.Context(), w.admin, here.Token); n != 1 || err != nil {
		t.Fatalf("%d revoked, %v", n, err)
	}
	if err := w.SignOut(t.Context(), here.Token); err != nil {
		t.Fatal(err)
	}
	_, err = w.SessionByToken(t.Context(), here.Token)
	wantKind(t, err, core.ErrNotFound)
	if _, err := w.SessionByToken(t.Context(), theirs.Token); err != nil {
		t.Errorf("somebody else was signed out: %v", err)
	}
}

func TestALinkSignsInOnceAndMakesTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.RequestLink(t.Context(), " Salma@Example.org", "/my/cases?state=open"); err != nil {
		t.Fatal(err)
	}
	if link := w.post.links[0]; !strings.HasPrefix(link, "https://casework.example.org/sign-in/link/") || w.post.to[0] != "salma@example.org" {
		t.Errorf("%q to %q", link, w.post.to[0])
	}
	token := w.post.token(t)
	for range 3 { // looking at it, as mail scanners do, uses nothing up
		if email, err := w.OpenLink(t.Context(), token); err != nil || email != "salma@example.org" {
			t.Fatalf("%q, %v", email, err)
		}
	}
	in, err := w.SignInByLink(t.Context(), token, "Safari on iPhone")
	if err != nil {
		t.Fatal(err)
	}
	if in.Kind != people.PersonSession || in.Next != "/my/cases?state=open" || in.Actor.PersonID().IsZero() {
		t.Errorf("signed in as %+v", in)
	}
	s, err := w.SessionByToken(t.Context(), in.Token)
	if err != nil || s.Actor.ID != in.Actor.ID || s.Actor.IsStaff() {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = w.SignInByLink(t.Context(), token, "")
	wantKind(t, err, core.ErrNotFound)
	_, err = w.OpenLink(t.Context(), token)
	wantKind(t, err, core.ErrNotFound)
	if got := w.history(t, in.Actor.ID); len(got) != 1 || got[0] != "person.created" {
		t.Errorf("recorded %v", got)
	}

	if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
		t.Fatal(err)
	}
	again, err := w.SignInByLink(t.Context(), w.post.token(t), "")
	if err != nil || again.Actor.ID != in.Actor.ID {
		t.Errorf("the second time somebody else: %+v, %v", again.Actor, err)
	}
}

func TestOfTwoWhoUseALinkAtOnceOneSignsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
		t.Fatal(err)
	}
	token := w.post.token(t)
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			_, err := w.SignInByLink(t.Context(), token, "")
			results <- err
		}()
	}
	in := 0
	for range cap(results) {
		if err := <-results; err == nil {
			in++
		} else if core.KindOf(err) != core.ErrNotFound {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d signed in", in)
	}
}

func TestALinkDiesAfterHalfAnHourAndWhenAnotherIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	request := func() string {
		if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
			t.Fatal(err)
		}
		return w.post.token(t)
	}
	old := request()
	w.clock.pass(30 * time.Minute)
	_, err := w.SignInByLink(t.Context(), old, "")
	wantKind(t, err, core.ErrNotFound)

	first, second := request(), request()
	if _, err := w.SignInByLink(t.Context(), second, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.SignInByLink(t.Context(), first, "")
	wantKind(t, err, core.ErrNotFound)
	for _, token := range []string{"", first + "x", strings.Repeat("a", 100_000), "\x00"} {
		_, err = w.SignInByLink(t.Context(), token, "")
		wantKind(t, err, core.ErrNotFound)
	}
}

func TestAnAddressIsSentFewLinksAndTheAnswerStaysTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(w.post.links) != 3 {
		t.Errorf("%d mails at once", len(w.post.links))
	}
	if err := w.RequestLink(t.Context(), "other@example.org", ""); err != nil || len(w.post.links) != 4 {
		t.Errorf("another address: %d mails, %v", len(w.post.links), err)
	}
	for range 20 {
		w.clock.pass(time.Hour)
		if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.post.links) != 4+7 {
		t.Errorf("%d mails in a day", len(w.post.links))
	}
	w.clock.pass(24 * time.Hour)
	if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil || len(w.post.links) != 12 {
		t.Errorf("the next day: %d mails, %v", len(w.post.links), err)
	}
}

func TestABadAddressIsRefusedAndAPostThatFailsIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, email := range []string{"", " ", "x", "a@b", "a b@example.org", "a@example.org\r\nBcc: b@example.org", strings.Repeat("a", 300) + "@example.org", "a\x00@example.org", "\xff@example.org"} {
		wantField(t, w.RequestLink(t.Context(), email, ""), "email")
	}
	w.post.err = errors.New("connection refused")
	if err := w.RequestLink(t.Context(), "salma@example.org", ""); !errors.Is(err, w.post.err) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyPathsOnThisSiteAreLocal(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/my/cases": "/my/cases", "/cases/CMP-1?tab=notes#n3": "/cases/CMP-1?tab=notes#n3", "/": "/",
		"": "", "my": "", "//evil.example": "", "/\\evil.example": "", "\\\\evil.example": "", "https://evil.example": "",
		"javascript:alert(1)": "", "/\t/evil.example": "", "/\n/evil.example": "", "/%zz": "", "/a\x00": "", "/a\xff": "",
		"/" + strings.Repeat("a", 3000): "",
	} {
		if got := people.LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestALinkToAnotherSiteLeadsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.RequestLink(t.Context(), "salma@example.org", "//evil.example/steal"); err != nil {
		t.Fatal(err)
	}
	in, err := w.SignInByLink(t.Context(), w.post.token(t), "")
	if err != nil || in.Next != "" {
		t.Errorf("next %q, %v", in.Next, err)
	}
}

func TestSweepingKeepsWhatStillMatters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(t, "ines@example.org")
	if err := w.RequestLink(t.Context(), "salma@example.org", ""); err != nil {
		t.Fatal(err)
	}
	_, _ = w.SignIn(t.Context(), "nobody@example.org", "wrong harbour seven lamps", "")
	count := func() (n int) {
		const sql = `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM sign_in_links) + (SELECT count(*) FROM sign_in_failures)`
		if err := w.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := w.Sweep(t.Context()); err != nil || count() != 3 {
		t.Fatalf("%d left at once, %v", count(), err)
	}
	w.clock.pass(25 * time.Hour)
	if err := w.Sweep(t.Context()); err != nil || count() != 0 {
		t.Errorf("%d left after a day, %v", count(), err)
	}
}
