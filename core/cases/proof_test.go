package cases_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestAReferenceWithAPostcodeOrEmailAddressFindsTheCase(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.PersonActor(w.Amara, "Amara"), id, &cases.Raise{
		Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Requester: w.Amara, Address: "9 Public Square, NM9 9ZZ",
		Contact: core.Contact{Name: "Amara", Email: "Amara.Home@example.org", Address: "Flat 10245, 4 Mill Lane\nNorthmoor\nNM1 2AB"},
	})
	if _, err := w.Pool.Exec(t.Context(), `UPDATE persons SET address = '1 Old Road, NM7 7QQ' WHERE id = $1`, w.Amara); err != nil {
		t.Fatal(err)
	}
	ref := string(w.Case(t, id).Ref)
	for _, proof := range []string{"NM1 2AB", "nm12ab", " NM1-2AB ", "amara.home@example.org", "AMARA@EXAMPLE.ORG", "nm7 7qq"} {
		token, err := w.Cases.FindByProof(t.Context(), ref, proof)
		if err != nil {
			t.Errorf("%q: %v", proof, err)
			continue
		}
		if seen, by, err := w.Cases.FindByToken(t.Context(), token); err != nil || seen.Case.ID != id || by.Case != id {
			t.Errorf("%q opens %v, %v", proof, seen, err)
		}
	}
	wrong := ""
	check := func(ref, proof string) {
		t.Helper()
		w.Clock.Advance(time.Hour) // so that nobody is told to wait
		_, err := w.Cases.FindByProof(t.Context(), ref, proof)
		if core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%q with %q: %v", ref, proof, err)
		} else if wrong == "" {
			wrong = err.Error()
		} else if err.Error() != wrong {
			t.Errorf("%q with %q is told apart: %v", ref, proof, err)
		}
	}
	for _, proof := range []string{"", "NM9 9ZZ", "NM1", "MILL LANE", "4 MILL", "brendan@example.org", "@", "%", "NM12ABX", "2AB", "AB NM1"} {
		check(ref, proof)
	}
	check("CMP-0000-0000", "NM1 2AB")
	check(string(core.NewReference("CMP")), "NM1 2AB")
	check("", "NM1 2AB")
}

func TestAnAnonymousCaseIsFoundByItsLinkAlone(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.AnonymousActor(), id, &cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Anonymous: true,
		Contact: core.Contact{Email: "amara@example.org", Address: "NM1 2AB"}})
	for _, proof := range []string{"amara@example.org", "NM1 2AB", ""} {
		if _, err := w.Cases.FindByProof(t.Context(), string(w.Case(t, id).Ref), proof); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%q: %v", proof, err)
		}
	}
	if _, by, err := w.Cases.FindByToken(t.Context(), w.Cases.TrackingToken(id)); err != nil || by.Kind != core.ActorAnonymous {
		t.Errorf("the link: %+v, %v", by, err)
	}
}

func TestTheRequesterChangesTheirOwnContactDetailsAlone(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	mine := func() cases.Command {
		return &cases.ChangeMyContact{ChangeContact: cases.ChangeContact{Contact: core.Contact{Name: "Amara", Email: "new@example.org"}}}
	}
	w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Brendan, "Brendan"), id, mine())
	w.Refuses(t, core.ErrForbidden, w.Priya, id, mine())
	w.Refuses(t, core.ErrForbidden, core.PersonActor(w.Amara, "Amara"), id, &cases.ChangeContact{Contact: core.Contact{Email: "new@example.org"}})
	w.Do(t, core.LinkActor(id, w.Amara), id, mine())
	if got := w.Case(t, id).Contact; got.Email != "new@example.org" || got.Phone != "" {
		t.Errorf("the contact is %+v", got)
	}
	w.Rewinds(t, id)
}

func TestAReferenceIsTriedTenTimesAnHourOnAllServersTogether(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	servers := []*cases.Service{w.Cases, cases.New(w.DB, w.Types, w.Clock, casestest.Secret)}
	for _, ref := range []string{string(w.Case(t, w.Raise(t)).Ref), string(core.NewReference("CMP"))} { // whether or not there is such a case
		for n := range 10 {
			if _, err := servers[n%2].FindByProof(t.Context(), strings.ToLower(ref), "NM9 9ZZ"); core.KindOf(err) != core.ErrNotFound {
				t.Fatalf("try %d: %v", n, err)
			}
		}
		if _, err := w.Cases.FindByProof(t.Context(), ref, "NM9 9ZZ"); core.KindOf(err) != core.ErrTooMany {
			t.Errorf("the eleventh try: %v", err)
		}
	}
}
