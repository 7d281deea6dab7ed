package cases_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestThePlaceOfACaseIsChangedAndTheChangeIsRecorded(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	at := core.Point{Lat: 54.978, Lng: -1.617}
	w.Do(t, w.Priya, id, &cases.ChangePlace{Place: &at, Address: " Mill Lane,\nby the bridge "})
	e := w.Last(t, id, core.PlaceChanged)
	raw, err := json.Marshal(e.Changes[core.AspectPlace][1])
	if err != nil || string(raw) != `{"address":"Mill Lane,\nby the bridge","point":{"lat":54.978,"lng":-1.617}}` {
		t.Errorf("recorded %s %v", raw, err)
	}
	cs := w.Case(t, id)
	if cs.Place == nil || *cs.Place != at || cs.Address != "Mill Lane,\nby the bridge" {
		t.Errorf("%v %q", cs.Place, cs.Address)
	}
	// The same once more is no change, whatever the hand that sent it meant.
	w.Refuses(t, core.ErrConflict, w.Priya, id, &cases.ChangePlace{Place: &core.Point{Lat: 54.978, Lng: -1.617}, Address: "Mill Lane,\nby the bridge"})
	w.Do(t, w.Priya, id, &cases.ChangePlace{})
	if cs := w.Case(t, id); cs.Place != nil || cs.Address != "" {
		t.Errorf("after taking it away: %v %q", cs.Place, cs.Address)
	}
}

func TestAPlaceThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	for name, wrong := range map[string]cases.ChangePlace{
		"off the earth":    {Place: &core.Point{Lat: 91, Lng: 0}},
		"a control letter": {Address: "Mill\x00Lane"},
		"a long address":   {Address: strings.Repeat("x", 600)},
	} {
		t.Log(name)
		w.Refuses(t, core.ErrInvalid, w.Priya, id, &wrong)
	}
	at := core.Point{Lat: 54.978, Lng: -1.617}
	w.Refuses(t, core.ErrNotFound, w.Other, id, &cases.ChangePlace{Place: &at})
	w.Refuses(t, core.ErrForbidden, core.PersonActor(w.Amara, "Amara"), id, &cases.ChangePlace{Place: &at})
}
