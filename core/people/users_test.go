package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

func TestOnlyAdministratorsChangeStaffUsersAndGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org", core.RoleConfigurator, core.RoleAuditor, core.RolePluginAdmin)
	person := core.PersonActor(core.NewID[core.PersonID](), "Salma")
	for _, by := range []core.Actor{user.Actor(), person, core.AnonymousActor(), {Kind: core.ActorClient, Roles: []core.Role{core.RoleAdministrator}}} {
		ctx := t.Context()
		_, err := w.CreateUser(ctx, by, people.UserInput{Name: "X", Email: "x@example.org"})
		wantKind(t, err, core.ErrForbidden)
		wantKind(t, w.UpdateUser(ctx, by, user.ID, people.UserInput{Name: "X", Email: "x@example.org"}), core.ErrForbidden)
		wantKind(t, w.Deactivate(ctx, by, user.ID), core.ErrForbidden)
		wantKind(t, w.Activate(ctx, by, user.ID), core.ErrForbidden)
		_, _, err = w.NewPasswordLink(ctx, by, user.ID)
		wantKind(t, err, core.ErrForbidden)
		_, err = w.FindAccount(ctx, by, user.No)
		wantKind(t, err, core.ErrForbidden)
		_, err = w.AccountHistory(ctx, by, user.ID)
		wantKind(t, err, core.ErrForbidden)
		_, err = w.Accounts(ctx, by, people.AccountFilter{})
		wantKind(t, err, core.ErrForbidden)
		_, err = w.CreateGroup(ctx, by, core.Group{Name: "X"})
		wantKind(t, err, core.ErrForbidden)
		wantKind(t, w.UpdateGroup(ctx, by, core.Group{Key: "complaints-team", Name: "X"}), core.ErrForbidden)
		wantKind(t, w.AddMember(ctx, by, "complaints-team", user.ID), core.ErrForbidden)
		wantKind(t, w.RemoveMember(ctx, by, "complaints-team", user.ID), core.ErrForbidden)
	}
	if got := w.history(t, user.ID.String()); len(got) != 1 {
		t.Errorf("recorded %v", got)
	}
}

func TestAStaffUserIsEditedAndTheChangeReachesTheirSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org")
	in := w.signIn(t, user.Email)
	if _, err := w.CreateGroup(t.Context(), w.admin, core.Group{Name: "Highways"}); err != nil {
		t.Fatal(err)
	}
	change := people.UserInput{
		Name: "  Tomás   Reyes ", Email: "TOMAS@example.org", Groups: []string{"highways", "highways"},
		Roles: []core.Role{core.RoleConfigurator, core.RoleConfigurator},
	}
	if err := w.UpdateUser(t.Context(), w.admin, user.ID, change); err != nil {
		t.Fatal(err)
	}
	s, err := w.SessionByToken(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	if s.Actor.Name != "Tomás Reyes" || s.Email != "tomas@example.org" || !slices.Equal(s.Groups, []string{"highways"}) || !slices.Equal(s.Actor.Roles, []core.Role{core.RoleConfigurator}) {
		t.Errorf("session %+v", s)
	}
	if err := w.UpdateUser(t.Context(), w.admin, user.ID, change); err != nil {
		t.Fatal(err)
	}
	if got := w.history(t, user.ID.String()); !slices.Equal(got, []string{"staff_user.created", "staff_user.changed"}) {
		t.Errorf("recorded %v", got)
	}
	w.signIn(t, "tomas@example.org")
}

func TestBadFieldsOfAStaffUserAreRefusedAndNothingChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org")
	good := people.UserInput{Name: "Tom Reyes", Email: "tom@example.org", Groups: []string{"complaints-team"}}
	for field, inputs := range map[string][]people.UserInput{
		"name":   {{Email: good.Email}, {Name: strings.Repeat("é", 201), Email: good.Email}, {Name: "T\x00m", Email: good.Email}, {Name: "\xff", Email: good.Email}},
		"email":  {{Name: "Tom"}, {Name: "Tom", Email: "tom"}, {Name: "Tom", Email: "ines@example.org"}, {Name: "Tom", Email: "INES@example.org"}},
		"roles":  {{Name: "Tom", Email: good.Email, Roles: []core.Role{"owner"}}},
		"groups": {{Name: "Tom", Email: good.Email, Groups: []string{"no-such-group"}}, {Name: "Tom", Email: good.Email, Groups: []string{"x\x00"}}},
	} {
		for i, in := range inputs {
			t.Run(fmt.Sprintf("%s %d", field, i), func(t *testing.T) {
				wantField(t, w.UpdateUser(t.Context(), w.admin, user.ID, in), field)
			})
		}
	}
	got, err := w.FindUser(t.Context(), user.ID)
	if err != nil || got.Name != good.Name || got.Email != good.Email || !slices.Equal(got.Groups, good.Groups) {
		t.Errorf("now %+v, %v", got, err)
	}
	wantKind(t, w.UpdateUser(t.Context(), w.admin, core.NewID[core.StaffID](), good), core.ErrNotFound)
}

func TestDeactivatingEndsAccessAtOnceAndActivatingGivesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org")
	in := w.signIn(t, user.Email)
	link, _, err := w.NewPasswordLink(t.Context(), w.admin, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Deactivate(t.Context(), w.admin, user.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.SessionByToken(t.Context(), in.Token)
	wantKind(t, err, core.ErrNotFound)
	_, err = w.SignIn(t.Context(), user.Email, goodPassword, "")
	wantKind(t, err, core.ErrInvalid)
	wantKind(t, w.SetPassword(t.Context(), link[strings.LastIndex(link, "/")+1:], "another good long one"), core.ErrNotFound)
	_, _, err = w.NewPasswordLink(t.Context(), w.admin, user.ID)
	wantKind(t, err, core.ErrConflict)
	members, err := w.GroupMembers(t.Context(), "complaints-team")
	if err != nil || len(members) != 1 || members[0].Name != "Ines Okafor" {
		t.Errorf("members %+v, %v", members, err)
	}
	names, err := w.NamesOf(t.Context(), user.ID.String(), "", "routine-1")
	if err != nil || names[user.ID.String()] != "Tom Reyes" || len(names) != 1 {
		t.Errorf("names %v, %v", names, err)
	}

	if err := w.Activate(t.Context(), w.admin, user.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.SessionByToken(t.Context(), in.Token)
	wantKind(t, err, core.ErrNotFound) // what ended stays ended
	w.signIn(t, user.Email)
	want := []string{"staff_user.created", "staff_user.password_link_made", "staff_user.deactivated", "staff_user.activated"}
	if got := w.history(t, user.ID.String()); !slices.Equal(got, want) {
		t.Errorf("recorded %v", got)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantKind(t, w.Deactivate(t.Context(), w.admin, w.admin.StaffID()), core.ErrConflict)
	wantKind(t, w.Deactivate(t.Context(), core.SystemActor(), w.admin.StaffID()), core.ErrConflict)
	demote := people.UserInput{Name: "Ines Okafor", Email: "ines@example.org"}
	wantKind(t, w.UpdateUser(t.Context(), w.admin, w.admin.StaffID(), demote), core.ErrConflict)
	w.signIn(t, "ines@example.org")

	second := w.user(t, "Tom Reyes", "tom@example.org", core.RoleAdministrator)
	if err := w.UpdateUser(t.Context(), w.admin, w.admin.StaffID(), demote); err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.Deactivate(t.Context(), core.SystemActor(), second.ID), core.ErrConflict)
}

func TestAPasswordIsSetByALinkThatWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user(t, "Tom Reyes", "tom@example.org")
	in := w.signIn(t, user.Email)
	first, _, err := w.NewPasswordLink(t.Context(), w.admin, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	link, until, err := w.NewPasswordLink(t.Context(), w.admin, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(link, "https://casework.example.org/staff/password/") || !until.Equal(w.clock.Now().Add(24*time.Hour)) {
		t.Errorf("%s until %v", link, until)
	}
	token := link[strings.LastIndex(link, "/")+1:]
	_, err = w.OpenPasswordLink(t.Context(), first[strings.LastIndex(first, "/")+1:])
	wantKind(t, err, core.ErrNotFound)
	_, err = w.SignInByLink(t.Context(), token, "") // it is for a password alone
	wantKind(t, err, core.ErrNotFound)
	wantField(t, w.SetPassword(t.Context(), token, "short"), "password")
	if u, err := w.OpenPasswordLink(t.Context(), token); err != nil || u.ID != user.ID {
		t.Fatalf("%+v, %v", u, err)
	}
	if err := w.SetPassword(t.Context(), token, "another good long one"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.SetPassword(t.Context(), token, "yet another good one"), core.ErrNotFound)
	_, err = w.SessionByToken(t.Context(), in.Token)
	wantKind(t, err, core.ErrNotFound)
	if _, err := w.SignIn(t.Context(), user.Email, "another good long one", ""); err != nil {
		t.Error(err)
	}
}

func TestASignInLinkSetsNoPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.RequestLink(t.Context(), "ines@example.org", ""); err != nil {
		t.Fatal(err)
	}
	wantKind(t, w.SetPassword(t.Context(), w.post.token(t), "another good long one"), core.ErrNotFound)
	in, err := w.SignInByLink(t.Context(), w.post.token(t), "")
	if err != nil || in.Actor.IsStaff() || len(in.Actor.Roles) > 0 {
		t.Errorf("a customer's link made %+v, %v", in.Actor, err)
	}
}

func TestChangingThePasswordNeedsTheOldOneAndEndsOtherSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.signIn(t, "ines@example.org"), w.signIn(t, "ines@example.org")
	ctx := t.Context()
	wantField(t, w.ChangePassword(ctx, w.admin, "wrong", "another good long one", here.Token), "current")
	wantField(t, w.ChangePassword(ctx, w.admin, strings.Repeat("x", 100_000), "another good long one", here.Token), "current")
	wantField(t, w.ChangePassword(ctx, w.admin, goodPassword, "short", here.Token), "password")
	wantField(t, w.ChangePassword(ctx, w.admin, goodPassword, goodPassword, here.Token), "password")
	wantKind(t, w.ChangePassword(ctx, core.AnonymousActor(), goodPassword, "another good long one", ""), core.ErrForbidden)
	if _, err := w.SessionByToken(ctx, there.Token); err != nil {
		t.Fatal(err)
	}
	if err := w.ChangePassword(ctx, w.admin, goodPassword, "another good long one", here.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SessionByToken(ctx, here.Token); err != nil {
		t.Error(err)
	}
	_, err := w.SessionByToken(ctx, there.Token)
	wantKind(t, err, core.ErrNotFound)
	for range 5 {
		wantField(t, w.ChangePassword(ctx, w.admin, "wrong", "another good long two", here.Token), "current")
	}
	wantKind(t, w.ChangePassword(ctx, w.admin, "another good long one", "another good long two", here.Token), core.ErrTooMany)
}

func TestAccountsAreListedByWhatAnAdministratorLooksFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tom := w.user(t, "Tom Reyes", "tom@example.org")
	w.signIn(t, tom.Email)
	if _, err := w.CreateUser(t.Context(), w.admin, people.UserInput{Name: "Una 100% Bell", Email: "una@example.org"}); err != nil {
		t.Fatal(err)
	}
	names := func(f people.AccountFilter) string {
		accounts, err := w.Accounts(t.Context(), w.admin, f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range accounts {
			out = append(out, strings.Fields(a.Name)[0])
		}
		return strings.Join(out, " ")
	}
	for want, f := range map[string]people.AccountFilter{
		"Ines Tom Una": {}, "Tom": {Query: "REYES"}, "Una": {Query: "0% b"}, "Ines Tom": {Group: "complaints-team"}, "": {Deactivated: true},
	} {
		if got := names(f); got != want {
			t.Errorf("%+v lists %q, want %q", f, got, want)
		}
	}
	account, err := w.FindAccount(t.Context(), w.admin, tom.No)
	if err != nil || !account.HasPassword || !account.SeenAt.Equal(w.clock.Now()) || !account.LockedUntil.IsZero() {
		t.Errorf("%+v, %v", account, err)
	}
	_, err = w.Accounts(t.Context(), w.admin, people.AccountFilter{Query: "x\x00"})
	wantField(t, err, "q")
	_, err = w.FindAccount(t.Context(), w.admin, 999)
	wantKind(t, err, core.ErrNotFound)
}

func TestGroupsHaveAKeyThatStaysAndMembersThatCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	tom := w.user(t, "Tom Reyes", "tom@example.org")
	g, err := w.CreateGroup(ctx, w.admin, core.Group{Name: "Noise & nuisance, Ünder-team", Email: "NOISE@example.org"})
	if err != nil || g.Key != "noise-nuisance-nder-team" || g.Email != "noise@example.org" {
		t.Fatalf("%+v, %v", g, err)
	}
	if err := w.UpdateGroup(ctx, w.admin, core.Group{Key: g.Key, Name: "Noise"}); err != nil {
		t.Fatal(err)
	}
	if got, err := w.FindGroup(ctx, g.Key); err != nil || got != (core.Group{Key: g.Key, Name: "Noise"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for range 2 { // twice is once
		if err := w.AddMember(ctx, w.admin, g.Key, tom.ID); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := w.MemberGroups(ctx, tom.ID); err != nil || !slices.Equal(keys, []string{"complaints-team", g.Key}) {
		t.Errorf("%v, %v", keys, err)
	}
	sizes, err := w.GroupSizes(ctx)
	if err != nil || len(sizes) != 2 || sizes[1].Members != 1 || sizes[0].Members != 2 {
		t.Errorf("%+v, %v", sizes, err)
	}
	if err := w.RemoveMember(ctx, w.admin, "complaints-team", tom.ID); err != nil {
		t.Fatal(err)
	}
	if keys, err := w.MemberGroups(ctx, tom.ID); err != nil || !slices.Equal(keys, []string{g.Key}) {
		t.Errorf("%v, %v", keys, err)
	}
	if got := w.history(t, "group:"+g.Key); !slices.Equal(got, []string{"group.created", "group.changed"}) {
		t.Errorf("recorded %v", got)
	}
	if got := w.history(t, tom.ID.String()); !slices.Equal(got, []string{"staff_user.created", "staff_user.changed", "staff_user.changed"}) {
		t.Errorf("recorded %v", got)
	}

	wantKind(t, w.AddMember(ctx, w.admin, "no-such", tom.ID), core.ErrNotFound)
	wantKind(t, w.AddMember(ctx, w.admin, g.Key, core.NewID[core.StaffID]()), core.ErrNotFound)
	wantKind(t, w.UpdateGroup(ctx, w.admin, core.Group{Key: "no-such", Name: "X"}), core.ErrNotFound)
	_, err = w.FindGroup(ctx, "no\x00such")
	wantKind(t, err, core.ErrNotFound)
	for field, bad := range map[string]core.Group{
		"name": {Key: "x"}, "email": {Name: "X", Email: "x"}, "key": {Name: "X", Key: "Big Letters"},
	} {
		_, err := w.CreateGroup(ctx, w.admin, bad)
		wantField(t, err, field)
	}
	for _, key := range []string{"everyone", "signed-in", "manager", g.Key, "-x", strings.Repeat("x", 61), "x\x00"} {
		_, err := w.CreateGroup(ctx, w.admin, core.Group{Key: key, Name: "X"})
		wantField(t, err, "key")
	}
	_, err = w.CreateGroup(ctx, w.admin, core.Group{Name: "!!!"})
	wantField(t, err, "key")
}

func TestAPasswordIsLongAndNotTheObviousOne(t *testing.T) {
	t.Parallel()
	for _, good := range []string{goodPassword, "ääääääöööööö", "tR4!kd92-xQw", strings.Repeat("violets ", 32) + "end", strings.Repeat("long pass phrase ", 50)} {
		if err := people.CheckPassword(good, "Ines Okafor", "ines@example.org"); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "short", "elevenchars", "Ines Okafor!", "ines.okafor@example.org", "inesokaforinesokafor", "password1234", "PasswordPassword",
		"123456789012", "aaaaaaaaaaaaa", "!!!!!!!!!!!!!", "qwertyuiop12", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4", strings.Repeat("x y", 400),
	} {
		wantField(t, people.CheckPassword(bad, "Ines Okafor", "ines.okafor@example.org"), "password")
	}
}

func TestAPasswordTypedOnAnotherKeyboardIsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.CreateUser(t.Context(), w.admin, people.UserInput{Name: "Una", Email: "una@example.org", Password: "café au lait deux"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SignIn(t.Context(), "una@example.org", "cafe\u0301 au lait deux", ""); err != nil {
		t.Error(err)
	}
}
