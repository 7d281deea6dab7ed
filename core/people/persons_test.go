package people_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

var salma = people.Details{
	Name: "Salma Karim", Email: "salma@example.org", Phone: "+44 1632 960 123", Address: "4 Mill Lane\nNorthmoor\nNM1 2AB",
}

func (w *world) person(t *testing.T, d people.Details) core.Person {
	t.Helper()
	p, err := w.FindOrCreate(t.Context(), w.admin, d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOnePersonHasOneEmailAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := make(chan core.PersonID, 8)
	var all sync.WaitGroup
	for range cap(ids) {
		all.Go(func() {
			p, err := w.FindOrCreate(t.Context(), core.AnonymousActor(), people.Details{Name: "Salma", Email: "Salma@example.org"})
			if err != nil {
				t.Error(err)
			}
			ids <- p.ID
		})
	}
	all.Wait()
	close(ids)
	first := <-ids
	for id := range ids {
		if id != first {
			t.Error("two persons with one address")
		}
	}
	a, b := w.person(t, people.Details{Name: "J Smith"}), w.person(t, people.Details{Name: "J Smith"})
	if a.ID == b.ID {
		t.Error("two of one name became one person")
	}
	_, err := w.FindOrCreate(t.Context(), w.admin, people.Details{Address: "4 Mill Lane"})
	wantField(t, err, "name")
}

func TestAFormDoesNotOverwriteWhatIsKnownOfSomebody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	known := w.person(t, people.Details{Name: "Salma Karim", Email: salma.Email})
	forged := people.Details{Name: "Evil", Email: salma.Email, Phone: "01632 960 999"}
	stranger := core.PersonActor(core.NewID[core.PersonID](), "Evil")
	holder := core.LinkActor(core.NewID[core.CaseID](), known.ID)
	for _, by := range []core.Actor{core.AnonymousActor(), stranger, holder} {
		p, err := w.FindOrCreate(t.Context(), by, forged)
		if err != nil || p != known {
			t.Errorf("%s: %+v, %v", by.Kind, p, err)
		}
	}
	// They themselves, and staff, add what was missing.
	p, err := w.FindOrCreate(t.Context(), core.PersonActor(known.ID, ""), forged)
	if err != nil || p.Name != "Salma Karim" || p.Phone != "01632 960 999" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestDetailsAreChangedByStaffAndByThePersonAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person(t, salma)
	self := core.PersonActor(p.ID, p.Name)
	other := w.person(t, people.Details{Name: "Ben", Email: "ben@example.org"})
	moved := salma
	moved.Address = "9 Hill Road\r\nNM1 3XY"
	for _, by := range []core.Actor{core.PersonActor(other.ID, ""), core.AnonymousActor(), core.LinkActor(core.NewID[core.CaseID](), p.ID), {Kind: core.ActorPerson}} {
		wantKind(t, w.UpdatePerson(t.Context(), by, p.ID, moved), core.ErrNotFound)
		_, err := w.FindPerson(t.Context(), by, p.ID)
		wantKind(t, err, core.ErrNotFound)
	}
	if err := w.UpdatePerson(t.Context(), self, p.ID, moved); err != nil {
		t.Fatal(err)
	}
	got, err := w.FindPerson(t.Context(), self, p.ID)
	if err != nil || got.Address != "9 Hill Road\nNM1 3XY" {
		t.Errorf("%+v, %v", got, err)
	}
	elsewhere := moved
	elsewhere.Email = "evil@example.org"
	wantField(t, w.UpdatePerson(t.Context(), self, p.ID, elsewhere), "email")
	elsewhere.Email = "ben@example.org"
	wantField(t, w.UpdatePerson(t.Context(), w.admin, p.ID, elsewhere), "email")
	elsewhere.Email = "salma.new@example.org"
	if err := w.UpdatePerson(t.Context(), w.admin, p.ID, elsewhere); err != nil {
		t.Fatal(err)
	}
	history, err := w.PersonHistory(t.Context(), w.admin, p.ID)
	if err != nil || len(history) != 3 {
		t.Fatalf("%d changes, %v", len(history), err)
	}
	if change := history[2].Changes["email"]; change[0] != "salma@example.org" || change[1] != "salma.new@example.org" {
		t.Errorf("recorded %v", change)
	}
	if by := history[1].Actor; by.Kind != core.ActorPerson || by.ID != p.ID.String() {
		t.Errorf("recorded as done by %+v", by)
	}
	_, err = w.PersonHistory(t.Context(), self, p.ID)
	wantKind(t, err, core.ErrNotFound)
}

func TestBadDetailsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person(t, salma)
	for field, bad := range map[string]people.Details{
		"name": {Name: strings.Repeat("x", 201)}, "email": {Name: "X", Email: "nowhere"}, "phone": {Name: "X", Phone: "call me"},
		"address": {Name: "X", Address: strings.Repeat("x", 501)}, "language": {Name: "X", Language: strings.Repeat("x", 21)},
	} {
		wantField(t, w.UpdatePerson(t.Context(), w.admin, p.ID, bad), field)
		_, err := w.FindOrCreate(t.Context(), core.AnonymousActor(), bad)
		wantField(t, err, field)
	}
	wantField(t, w.UpdatePerson(t.Context(), w.admin, p.ID, people.Details{}), "name")
	wantField(t, w.UpdatePerson(t.Context(), w.admin, p.ID, people.Details{Name: "a\x00b"}), "name")
	wantField(t, w.UpdatePerson(t.Context(), w.admin, p.ID, people.Details{Name: "\xff\xff"}), "name")
	if got, err := w.FindPerson(t.Context(), w.admin, p.ID); err != nil || got != p {
		t.Errorf("now %+v, %v", got, err)
	}
}

func TestACallerIsFoundByWhateverTheySay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person(t, salma)
	w.person(t, people.Details{Name: "Ben Catherall", Email: "ben@example.net", Phone: "07700 900456", Address: "12 Mill Lane, NM1 2AC"})
	w.person(t, people.Details{Name: "Mo 50%", Phone: "020 7946 0000"})
	search := func(query string) string {
		found, err := w.SearchPersons(t.Context(), w.admin, query, 10)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		var names []string
		for _, p := range found {
			names = append(names, strings.Fields(p.Name)[0])
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	for query, want := range map[string]string{
		"salma": "Salma", "KARIM": "Salma", "karim salma": "Salma", "Katherall": "Ben", "mo": "Mo",
		"01632 960123": "Salma", "0044 1632 960 123": "Salma", "+44 (0)7700": "", "960123": "Salma", "07700-900-456": "Ben",
		"salma@example.org": "Salma", "example.net": "Ben", "nm12ab": "Salma", "NM1 2A": "Ben Salma", "mill lane": "Ben Salma", "12 mill": "Ben",
		"50%": "Mo", "%": "", "%%%": "", "___": "", "x": "", "": "", "nobody at all": "", `\`: "",
	} {
		if got := search(query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	_, err := w.SearchPersons(t.Context(), w.admin, strings.Repeat("x", 101), 10)
	wantField(t, err, "q")
	_, err = w.SearchPersons(t.Context(), w.admin, "a\x00b", 10)
	wantField(t, err, "q")
	for _, by := range []core.Actor{core.AnonymousActor(), core.PersonActor(core.NewID[core.PersonID](), "")} {
		_, err := w.SearchPersons(t.Context(), by, "salma", 10)
		wantKind(t, err, core.ErrForbidden)
	}
}

func TestLikelyDuplicatesAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person(t, salma)
	w.person(t, people.Details{Name: "salma karim"})
	w.person(t, people.Details{Name: "S. K.", Phone: "+441632960123"})
	w.person(t, people.Details{Name: "Ben"})
	w.person(t, people.Details{Name: "Somebody", Email: "other@example.org"})
	found, err := w.Duplicates(t.Context(), w.admin, p.ID)
	if err != nil || len(found) != 2 || found[0].Name != "S. K." || found[1].Name != "salma karim" {
		t.Errorf("%+v, %v", found, err)
	}
	_, err = w.Duplicates(t.Context(), core.AnonymousActor(), p.ID)
	wantKind(t, err, core.ErrForbidden)
}
