package portals_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/portals"
)

func TestTheOrganisationIsWhatWasPublishedLast(t *testing.T) {
	w := casestest.New(t)
	s := portals.New(w.DB, w.Types, w.Clock)
	if o, err := s.Organisation(t.Context()); err != nil || o.Name != "Casement" {
		t.Fatalf("before: %+v, %v", o, err)
	}
	for _, name := range []string{"Northmoor", "Northmoor Council"} {
		if err := s.SetOrganisation(t.Context(), core.SystemActor(), core.Organisation{Name: name, Zone: "Europe/London"}); err != nil {
			t.Fatal(err)
		}
	}
	if o, err := s.Organisation(t.Context()); err != nil || o.Name != "Northmoor Council" {
		t.Errorf("after: %+v, %v", o, err)
	}
	for _, by := range []core.Actor{w.Priya, core.AnonymousActor(), core.PersonActor(w.Amara, "")} {
		if err := s.SetOrganisation(t.Context(), by, core.Organisation{Name: "X", Zone: "UTC"}); core.KindOf(err) != core.ErrForbidden {
			t.Errorf("%s may rename the organisation: %v", by.Kind, err)
		}
	}
}

func TestThePublicSeesTheTypesItMayRaise(t *testing.T) {
	w := casestest.New(t)
	s := portals.New(w.DB, w.Types, w.Clock)
	w.Publish(t, "case_type", "internal", `{"name": "Internal", "reference": {"prefix": "INT"}, "calendar": "offices", "groups": {"raise": ["parks"], "manage": ["parks"]}, "statuses": []}`)
	types, err := s.Raisable(t.Context(), core.AnonymousActor())
	if err != nil || len(types) != 1 || types[0].Key != "complaint" {
		t.Errorf("the public may raise %v, %v", types, err)
	}
}
