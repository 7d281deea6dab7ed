package postgresindex

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
)

func TestTheNumberOfACellBeginsThoseOfAllWithinIt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		p := core.Point{Lat: r.Float64()*170 - 85, Lng: r.Float64()*360 - 180}
		code := cellCode(core.CellAt(p, core.MaxZoom))
		for zoom := core.MinZoom; zoom <= core.MaxZoom; zoom++ {
			cell := core.CellAt(p, zoom)
			if got := code >> (2 * (core.MaxZoom - zoom)); got != cellCode(cell) || cellOf(zoom, got) != cell {
				t.Fatalf("%v at zoom %d is in %v, and by its number in %v", p, zoom, cell, cellOf(zoom, got))
			}
		}
	}
}

// The migration numbers what was there before with the database's arithmetic.
func TestTheDatabaseNumbersCellsAlike(t *testing.T) {
	pool := pgtest.New(t)
	r := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		p := core.Point{Lat: r.Float64()*180 - 90, Lng: r.Float64()*360 - 180}
		var code int64
		if err := pool.QueryRow(t.Context(), `SELECT map_cell(point($1, $2))`, p.Lng, p.Lat).Scan(&code); err != nil {
			t.Fatal(err)
		}
		if want := cellCode(core.CellAt(p, core.MaxZoom)); code != want {
			t.Errorf("%v is in %d, want %d", p, code, want)
		}
	}
}

func TestARegionCoversItsView(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		south, west := r.Float64()*160-80, r.Float64()*340-170
		box := core.Box{South: south, West: west, North: south + r.Float64(), East: west + r.Float64()}
		p := core.Point{Lat: box.South + (box.North-box.South)*r.Float64(), Lng: box.West + (box.East-box.West)*r.Float64()}
		code := cellCode(core.CellAt(p, core.MaxZoom))
		for _, region := range []region{regionOf(search.View{Box: box, Zoom: r.IntN(core.MaxZoom + 1)}), regionAround(box)} {
			if !slices.Contains(region.codes, code>>region.shift()) || len(region.codes) > search.MaxCells {
				t.Errorf("%d cells at zoom %d around %v do not cover %v", len(region.codes), region.zoom, box, p)
			}
		}
	}
}

func TestEveryDayHasOneMarkOfATime(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	day := func() time.Time {
		return time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(36500)) * 24 * time.Hour)
	}
	for range 500 {
		from, to, raised := day(), day(), day()
		marks := dayMarks(dayOf(from), dayOf(to))
		has := 0
		for _, mark := range marksOf(1, raised) {
			if slices.Contains(marks, mark) {
				has++
			}
		}
		want := 0
		if dayOf(raised) >= dayOf(from) && dayOf(raised) <= dayOf(to) {
			want = 1
		}
		if has != want || len(marks) > 140 {
			t.Errorf("from %v to %v are %d marks, of which a case of %v has %d", from, to, len(marks), raised, has)
		}
	}
}

func TestTheNewestPartIsFoundAmongTheQuantiles(t *testing.T) {
	st := &statistics{}
	if !st.newest(0.1, time.Time{}).IsZero() {
		t.Error("what was not measured is guessed at")
	}
	begin := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 101 {
		st.raised = append(st.raised, begin.AddDate(0, 0, i))
	}
	for _, test := range []struct {
		part   float64
		before int // days; 0 for none
		want   int // days; -1 for all
	}{{0.1, 0, 90}, {0.001, 0, 99}, {0.5, 0, 50}, {0.95, 0, -1}, {0.1, 50, 40}, {0.5, 50, -1}} {
		var before time.Time
		if test.before > 0 {
			before = begin.AddDate(0, 0, test.before)
		}
		got, want := st.newest(test.part, before), time.Time{}
		if test.want >= 0 {
			want = begin.AddDate(0, 0, test.want)
		}
		if !got.Equal(want) {
			t.Errorf("the newest %v before day %d begin %v, want %v", test.part, test.before, got, want)
		}
	}
}
