package saved_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/search/saved"
)

func newService(t *testing.T) (*casestest.World, *saved.Service) {
	t.Helper()
	w := casestest.New(t)
	return w, saved.New(w.DB, w.Clock)
}

func save(t *testing.T, s *saved.Service, by core.Actor, name string, audience saved.Audience, group string) saved.Search {
	t.Helper()
	made, err := s.Save(t.Context(), by, saved.Input{Name: name, Query: "q=mill+lane&due=overdue", Audience: audience, Group: group})
	if err != nil {
		t.Fatalf("save %s: %v", name, err)
	}
	return made
}

func names(t *testing.T, s *saved.Service, by core.Actor) string {
	t.Helper()
	all, err := s.List(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range all {
		out = append(out, one.Name)
	}
	return strings.Join(out, ", ")
}

func TestASearchIsSeenByThoseItIsSharedWithAndNobodyElse(t *testing.T) {
	t.Parallel()
	w, s := newService(t)
	mine := save(t, s, w.Priya, "Mine alone", saved.ForMe, "")
	team := save(t, s, w.Priya, "For the team", saved.ForGroup, "complaints-team")
	all := save(t, s, w.Priya, "For all", saved.ForStaff, "")
	save(t, s, w.Tomasz, "A private one", saved.ForMe, "")
	for _, c := range []struct {
		by   core.Actor
		want string
	}{
		{w.Priya, "For all, For the team, Mine alone"},
		{w.Tomasz, "A private one, For all, For the team"}, // their own first
		{w.Ines, "For all"},
		{core.PersonActor(w.Amara, "Amara"), ""},
		{core.AnonymousActor(), ""},
	} {
		if got := names(t, s, c.by); got != c.want {
			t.Errorf("%s sees %q, want %q", c.by.Name, got, c.want)
		}
	}
	for by, hidden := range map[*core.Actor]int{&w.Tomasz: mine.No, &w.Ines: team.No} {
		if _, err := s.Find(t.Context(), *by, hidden); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s finds a search of others: %v", by.Name, err)
		}
	}
	if found, err := s.Find(t.Context(), w.Ines, all.No); err != nil || found.Query != "q=mill+lane&due=overdue" || found.OwnerName != w.Priya.Name {
		t.Errorf("what is shared with all is %+v, %v", found, err)
	}
}

func TestOnlyItsOwnerChangesASearchAndAnAdministratorWhatIsShared(t *testing.T) {
	t.Parallel()
	w, s := newService(t)
	shared, private := save(t, s, w.Priya, "Shared", saved.ForStaff, ""), save(t, s, w.Priya, "Private", saved.ForMe, "")
	administrator := core.StaffActor(w.Other.StaffID(), w.Other.Name, core.RoleAdministrator)
	input := saved.Input{Name: "Renamed", Audience: saved.ForStaff}
	if _, err := s.Change(t.Context(), w.Tomasz, shared.No, input); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("a colleague changes it: %v", err)
	}
	if err := s.Delete(t.Context(), w.Tomasz, private.No); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a colleague learns of a private one: %v", err)
	}
	if err := s.Delete(t.Context(), administrator, private.No); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("an administrator learns of a private one: %v", err)
	}
	if changed, err := s.Change(t.Context(), w.Priya, shared.No, input); err != nil || changed.Name != "Renamed" || changed.Query != shared.Query {
		t.Errorf("its owner changes it to %+v, %v", changed, err)
	}
	if err := s.Delete(t.Context(), administrator, shared.No); err != nil {
		t.Errorf("an administrator cannot delete what is shared: %v", err)
	}
	if got := names(t, s, w.Priya); got != "Private" {
		t.Errorf("left are %q", got)
	}
}

func TestASearchNeedsANameOfItsOwnAndAGroupOfItsOwners(t *testing.T) {
	t.Parallel()
	w, s := newService(t)
	save(t, s, w.Priya, "Late potholes", saved.ForMe, "")
	save(t, s, w.Tomasz, "Late potholes", saved.ForMe, "") // names are each person's own
	for what, in := range map[string]saved.Input{
		"name taken":      {Name: "late Potholes", Query: "q=x", Audience: saved.ForMe},
		"no name":         {Name: "  ", Query: "q=x", Audience: saved.ForMe},
		"long name":       {Name: strings.Repeat("ä", saved.MaxName+1), Query: "q=x", Audience: saved.ForMe},
		"nothing to save": {Name: "Nothing", Audience: saved.ForMe},
		"long query":      {Name: "Long", Query: "q=" + strings.Repeat("x", saved.MaxQuery), Audience: saved.ForMe},
		"no query":        {Name: "Broken", Query: "q=%zz", Audience: saved.ForMe},
		"another's group": {Name: "Parks", Query: "q=x", Audience: saved.ForGroup, Group: "parks"},
		"no group":        {Name: "Group", Query: "q=x", Audience: saved.ForGroup},
		"no audience":     {Name: "Nobody", Query: "q=x", Audience: "everyone"},
	} {
		if _, err := s.Save(t.Context(), w.Priya, in); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Save(t.Context(), core.PersonActor(w.Amara, "Amara"), saved.Input{Name: "x", Query: "q=x", Audience: saved.ForMe}); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("a customer saves a search: %v", err)
	}
	if got := names(t, s, w.Priya); got != "Late potholes" {
		t.Errorf("refused searches were kept: %q", got)
	}
}

func TestNobodyKeepsMoreSearchesThanTheLimit(t *testing.T) {
	t.Parallel()
	w, s := newService(t)
	for i := range saved.MaxSearches {
		save(t, s, w.Priya, fmt.Sprintf("Search %d", i), saved.ForMe, "")
	}
	in := saved.Input{Name: "One more", Query: "q=x", Audience: saved.ForMe}
	if _, err := s.Save(t.Context(), w.Priya, in); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("the limit does not hold: %v", err)
	}
	if _, err := s.Save(t.Context(), w.Tomasz, in); err != nil {
		t.Errorf("the limit counts the searches of others: %v", err)
	}
}
