package core_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/casement-dev/casement/core"
)

func anyPoint(t *rapid.T) core.Point {
	return core.Point{Lat: rapid.Float64Range(-85, 85).Draw(t, "lat"), Lng: rapid.Float64Range(-180, 179.9999).Draw(t, "lng")}
}

func TestAPointLiesInTheBoxOfItsCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, zoom := anyPoint(t), rapid.IntRange(core.MinZoom, core.MaxZoom).Draw(t, "zoom")
		b := core.CellAt(p, zoom).Box()
		const hair = 1e-9
		b = core.Box{South: b.South - hair, West: b.West - hair, North: b.North + hair, East: b.East + hair}
		if !b.Contains(p) {
			t.Fatalf("%v at zoom %d is not in %v", p, zoom, b)
		}
	})
}

func TestACellIsOneOfTheFourQuartersOfTheCellAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, zoom := anyPoint(t), rapid.IntRange(core.MinZoom+1, core.MaxZoom).Draw(t, "zoom")
		lower, upper := core.CellAt(p, zoom), core.CellAt(p, zoom-1)
		if lower.X/2 != upper.X || lower.Y/2 != upper.Y {
			t.Fatalf("%v: %v is not within %v", p, lower, upper)
		}
	})
}

func TestWhatIsInACircleIsInItsBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := core.Circle{Centre: anyPoint(t), Metres: rapid.Float64Range(1, 50_000).Draw(t, "metres")}
		p := core.Point{
			Lat: c.Centre.Lat + rapid.Float64Range(-0.6, 0.6).Draw(t, "dlat"),
			Lng: c.Centre.Lng + rapid.Float64Range(-6, 6).Draw(t, "dlng"),
		}
		if p.Valid() && c.Contains(p) && !c.Box().Contains(p) {
			t.Fatalf("%v is in %v and not in its box %v", p, c, c.Box())
		}
	})
}

func TestDistancesAreThoseOfTheEarth(t *testing.T) {
	boston, cambridge := core.Point{Lat: 42.3601, Lng: -71.0589}, core.Point{Lat: 42.3736, Lng: -71.1097}
	if got := boston.Metres(cambridge); math.Abs(got-4434) > 15 {
		t.Errorf("Boston to Cambridge is %.0f m, want about 4,434", got)
	}
	if got := boston.Metres(boston); got != 0 {
		t.Errorf("a place is %.3f m from itself", got)
	}
}

func TestAPointIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for typed, want := range map[[2]string]core.Point{
		{"54.978", "-1.617"}: {Lat: 54.978, Lng: -1.617}, {" 54,978 ", "1"}: {Lat: 54.978, Lng: 1}, {"-90", "180"}: {Lat: -90, Lng: 180},
	} {
		if got, err := core.ParsePoint(typed[0], typed[1]); err != nil || got != want {
			t.Errorf("%q: %v %v", typed, got, err)
		}
	}
	for typed, field := range map[[2]string]string{{"", "1"}: "lat", {"91", "1"}: "lat", {"NaN", "1"}: "lat", {"Inf", "1"}: "lat", {"1", "181"}: "lng", {"1", "west"}: "lng", {"1", ""}: "lng"} {
		_, err := core.ParsePoint(typed[0], typed[1])
		var said *core.Error
		if !errors.As(err, &said) || said.Fields[field] == "" {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestARouteGoesToTheNearestThatIsLeft(t *testing.T) {
	t.Parallel()
	places := []core.Point{{Lat: 54.99}, {Lat: 54.95}, {Lat: 54.98}, {Lat: 54.90}}
	if got := core.Route(core.Point{Lat: 54.96}, places); !slices.Equal(got, []int{1, 2, 0, 3}) {
		t.Errorf("%v", got)
	}
	if got := core.Route(core.Point{}, nil); len(got) != 0 {
		t.Errorf("nowhere to go: %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.SliceOfN(rapid.Custom(anyPoint), 0, 20).Draw(t, "places")
		order := core.Route(anyPoint(t), places)
		sorted := slices.Sorted(slices.Values(order))
		for i := range places {
			if len(sorted) != len(places) || sorted[i] != i {
				t.Fatalf("%d places in order %v", len(places), order)
			}
		}
	})
}
