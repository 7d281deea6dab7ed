package people_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

func TestAKeyIsShownOnceAndOpensItsClientAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	client, key, err := w.CreateClient(ctx, core.SystemActor(), people.ClientInput{
		Name: " Web  site ", Types: []string{"pothole"}, Permissions: []core.Permission{core.MayWork}, Rights: []core.Right{core.RightFeed},
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := w.ClientByKey(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if found.Client.ID != client.ID || found.Client.Name != "Web site" || found.Client.PerMinute != people.DefaultPerMinute {
		t.Errorf("the key opens %+v", found.Client)
	}
	if want := []core.Permission{core.MayEnquire, core.MayView, core.MayWork}; !slices.Equal(found.Client.Grant.Permissions, want) {
		t.Errorf("whoever works also sees: %v, want %v", found.Client.Grant.Permissions, want)
	}
	account, err := w.FindClient(ctx, core.SystemActor(), client.No)
	if err != nil || len(account.Keys) != 1 || !strings.HasPrefix(key, account.Keys[0].Prefix+"_") || account.Keys[0].UsedAt.IsZero() {
		t.Errorf("the administrator sees %+v, %v", account.Keys, err)
	}
	for _, wrong := range []string{"", "casement_", key[:len(key)-1], key + "a", strings.ToUpper(key), account.Keys[0].Prefix + "_" + strings.Repeat("a", 26)} {
		if _, err := w.ClientByKey(ctx, wrong); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%q opens something: %v", wrong, err)
		}
	}
	names, err := w.NamesOf(ctx, client.ID.String())
	if err != nil || names[client.ID.String()] != "Program “Web site”" {
		t.Errorf("histories say %q, %v", names, err)
	}
}

func TestAnEmptySettingOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, in := range map[string]people.ClientInput{
		"nothing at all":             {Name: "A"},
		"permissions without types":  {Name: "A", Permissions: []core.Permission{core.MayView}},
		"a permission nobody grants": {Name: "A", Types: []string{"x"}, Permissions: []core.Permission{core.MayKeepTime}},
		"an unknown right":           {Name: "A", Rights: []core.Right{"everything"}},
		"no name":                    {Rights: []core.Right{core.RightFeed}},
		"an end in the past":         {Name: "A", Rights: []core.Right{core.RightFeed}, ExpiresAt: w.clock.Now().Add(-time.Hour)},
	} {
		if _, _, err := w.CreateClient(t.Context(), core.SystemActor(), in); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, g := range []core.Grant{{}, {Types: []string{"x"}}, {Permissions: []core.Permission{core.MayView}}} {
		if may := g.On("x"); len(may) > 0 {
			t.Errorf("%+v allows %v", g, may)
		}
	}
	if (core.Grant{Types: []string{"x"}}).Covers(core.EveryType) {
		t.Error("a type of the name * is no type")
	}
}

func TestAKeyEndsWhenItIsReplacedRemovedOrItsClientRevokedOrExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, admin := t.Context(), core.SystemActor()
	create := func(name string, until time.Time) (core.Client, string) {
		client, key, err := w.CreateClient(ctx, admin, people.ClientInput{Name: name, Rights: []core.Right{core.RightFeed}, ExpiresAt: until})
		if err != nil {
			t.Fatal(err)
		}
		return client, key
	}
	works := func(key string) bool {
		_, err := w.ClientByKey(ctx, key)
		if err != nil && core.KindOf(err) != core.ErrNotFound {
			t.Fatal(err)
		}
		return err == nil
	}

	client, old := create("replaced", time.Time{})
	second, err := w.ReplaceClientKey(ctx, admin, client.ID, 24*time.Hour)
	if err != nil || !works(old) || !works(second) {
		t.Fatalf("both keys work for a day: %v", err)
	}
	if _, err := w.ReplaceClientKey(ctx, admin, client.ID, time.Hour); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a third key: %v", err)
	}
	w.clock.pass(24 * time.Hour)
	if works(old) || !works(second) {
		t.Error("after a day the new key works alone")
	}
	account, err := w.FindClient(ctx, admin, client.No)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveClientKey(ctx, admin, client.ID, account.Keys[len(account.Keys)-1].Prefix); err != nil || works(second) {
		t.Errorf("a key that was taken away works: %v", err)
	}

	client, key := create("revoked", time.Time{})
	if err := w.RevokeClient(ctx, admin, client.ID); err != nil || works(key) {
		t.Errorf("a revoked client comes in: %v", err)
	}
	if _, err := w.ReplaceClientKey(ctx, admin, client.ID, 0); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a revoked client got a key: %v", err)
	}

	_, key = create("for a day", w.clock.Now().Add(24*time.Hour))
	if !works(key) {
		t.Error("it has not ended yet")
	}
	w.clock.pass(24*time.Hour - time.Second)
	if !works(key) {
		t.Error("it has a second left")
	}
	w.clock.pass(time.Second)
	if works(key) {
		t.Error("it has ended")
	}
	history, err := w.ClientHistory(ctx, admin, client.ID)
	if err != nil || len(history) != 3 || history[2].Kind != people.ClientRevoked {
		t.Errorf("the history of a revoked client: %v, %v", history, err)
	}
}

func TestOnlyAdministratorsSayWhichProgramsUseTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, by := range []core.Actor{
		core.StaffActor(core.NewID[core.StaffID](), "Colin", core.RoleConfigurator), core.AnonymousActor(),
		core.ClientActor(core.NewID[core.ClientID](), "itself", core.Rights()...),
	} {
		_, _, create := w.CreateClient(t.Context(), by, people.ClientInput{Name: "x", Rights: core.Rights()})
		_, list := w.Clients(t.Context(), by)
		_, find := w.FindClient(t.Context(), by, 1)
		for what, err := range map[string]error{
			"create": create, "list": list, "find": find,
			"revoke": w.RevokeClient(t.Context(), by, core.NewID[core.ClientID]()),
			"change": w.UpdateClient(t.Context(), by, core.NewID[core.ClientID](), people.ClientInput{Name: "x"}),
		} {
			if core.KindOf(err) != core.ErrForbidden {
				t.Errorf("%s as %s: %v", what, by.Kind, err)
			}
		}
	}
}

func TestAnAccessTokenStandsForItsKeyUntilItEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, key, err := w.CreateClient(t.Context(), core.SystemActor(), people.ClientInput{Name: "warehouse", Rights: []core.Right{core.RightFeed}})
	if err != nil {
		t.Fatal(err)
	}
	found, err := w.ClientByKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, other := core.Secret{1}, core.Secret{2}
	until := w.clock.Now().Add(time.Hour)
	token := secret.AccessToken(found.ID, until)
	id, ok := secret.OpenAccessToken(token, w.clock.Now())
	if !ok || id != found.ID {
		t.Fatal("the token does not open")
	}
	if again, err := w.ClientByKeyID(context.Background(), id); err != nil || again.Client.ID != found.Client.ID {
		t.Errorf("the token opens %+v, %v", again, err)
	}
	if _, ok := secret.OpenAccessToken(token, until); ok {
		t.Error("the token has ended")
	}
	if _, ok := other.OpenAccessToken(token, w.clock.Now()); ok {
		t.Error("another installation made this token")
	}
	for i := range token {
		bent := []byte(token)
		bent[i] ^= 1
		if _, ok := secret.OpenAccessToken(string(bent), w.clock.Now()); ok {
			t.Errorf("with byte %d changed the token still opens", i)
		}
	}
}
