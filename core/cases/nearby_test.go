package cases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

// bridge is where the reports of these tests are.
var bridge = core.Point{Lat: 54.978, Lng: -1.617}

// north is a point so many metres north of another.
func north(from core.Point, metres float64) *core.Point {
	return &core.Point{Lat: from.Lat + metres/111_195, Lng: from.Lng}
}

func openNearby(t *testing.T, w *casestest.World) *core.CaseType {
	t.Helper()
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, "{", `{"nearby":{"within":"150 metres","days":90},`, 1))
	found, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func at(t *testing.T, w *casestest.World, place *core.Point) core.CaseID {
	t.Helper()
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.ChangePlace{Place: place, Address: "14 Larkspur Court"})
	return id
}

func TestWhatIsOpenNearbyIsFoundNearestFirst(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	complaint := openNearby(t, w)
	far := at(t, w, north(bridge, 140))
	near := at(t, w, north(bridge, 20))
	at(t, w, north(bridge, 160)) // beyond the circle, and one in the corner of its box
	at(t, w, &core.Point{Lat: north(bridge, 130).Lat, Lng: bridge.Lng + 130/(111_195*0.574)})
	closed := at(t, w, north(bridge, 30))
	w.Do(t, w.Priya, closed, &cases.Cancel{})
	w.Raise(t) // nowhere
	found, err := w.Cases.Nearby(t.Context(), complaint, bridge)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[0].Ref != w.Case(t, near).Ref || found[1].Ref != w.Case(t, far).Ref {
		t.Fatalf("found %+v", found)
	}
	if found[0].Metres < 19 || found[0].Metres > 21 || found[0].Status == "" || !found[0].RaisedAt.Equal(casestest.Start) {
		t.Errorf("%+v", found[0])
	}
	w.Clock.Advance(91 * 24 * time.Hour)
	if found, err := w.Cases.Nearby(t.Context(), complaint, bridge); err != nil || len(found) != 0 {
		t.Errorf("after 91 days: %v %v", found, err)
	}
}

func TestATypeThatDoesNotSaySoShowsNothingNearby(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	at(t, w, &bridge)
	complaint, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	if found, err := w.Cases.Nearby(t.Context(), complaint, bridge); err != nil || found != nil {
		t.Errorf("%v %v", found, err)
	}
	if found, err := w.Cases.Nearby(t.Context(), openNearby(t, w), core.Point{Lat: 91}); err != nil || found != nil {
		t.Errorf("off the earth: %v %v", found, err)
	}
}

func TestARestrictedCaseIsNeverNearby(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	complaint := openNearby(t, w)
	id := at(t, w, &bridge)
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted' WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if found, err := w.Cases.Nearby(t.Context(), complaint, bridge); err != nil || len(found) != 0 {
		t.Errorf("%v %v", found, err)
	}
}

// What is told of a case nearby holds nothing that anybody wrote: whoever adds
// a field to it has to think of this first.
func TestNothingPrivateIsToldOfACaseNearby(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	complaint := openNearby(t, w)
	cs := w.Case(t, at(t, w, &bridge))
	found, err := w.Cases.Nearby(t.Context(), complaint, bridge)
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	told := fmt.Sprintf("%+v", found[0])
	for _, secret := range []string{cs.Subject, cs.Description, cs.Address, cs.Contact.Name, cs.Contact.Email, cs.Group, "Larkspur"} {
		if secret != "" && strings.Contains(told, secret) {
			t.Errorf("%q is told in %s", secret, told)
		}
	}
}
