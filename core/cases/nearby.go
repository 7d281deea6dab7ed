package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Nearby is an open case near a place, as whoever is about to report the same
// may know it: what kind it is, where, since when and how it stands in public
// words. There is no field here for anything that somebody wrote.
type Nearby struct {
	Ref      core.Reference
	Subtype  string
	Status   string // key: its public name is the type's to say
	RaisedAt time.Time
	Metres   float64
}

// maxNearby is how many cases are shown of one place. A few more are read,
// because the corners of the box are outside the circle.
const (
	maxNearby     = 20
	maxNearbyRead = 60
)

// selectNearby reads the nearest first along the index of places; the box keeps
// the walk short where there is nothing.
const selectNearby = `SELECT c.ref, c.subtype, c.status, c.raised_at, c.place[1]::float8 AS lat, c.place[0]::float8 AS lng
FROM cases c
WHERE c.place <@ box(point($1::float8, $2::float8), point($3::float8, $4::float8)) AND c.place IS NOT NULL
	AND c.type_key = $5 AND c.confidentiality = 'normal' AND c.status_kind IN ('start', 'open', 'waiting') AND c.raised_at >= $6
ORDER BY c.place <-> point($7::float8, $8::float8) LIMIT $9`

type nearbyRow struct {
	Ref      core.Reference
	Subtype  string
	Status   string
	RaisedAt time.Time
	Lat      float64
	Lng      float64
}

// Nearby finds the open cases of a type around a place, the nearest first, as
// far and as long ago as the type allows. A type that does not say so shows
// none, and neither does a restricted case.
func (s *Service) Nearby(ctx context.Context, t *core.CaseType, at core.Point) ([]Nearby, error) {
	if !t.Nearby.Shown() || !at.Valid() {
		return nil, nil
	}
	circle := core.Circle{Centre: at, Metres: float64(t.Nearby.Within)}
	box := circle.Box()
	since := s.clock.Now().AddDate(0, 0, -t.Nearby.Days)
	found, err := postgres.All[nearbyRow](ctx, s.db.Pool(), selectNearby,
		box.West, box.South, box.East, box.North, t.Key, since, at.Lng, at.Lat, maxNearbyRead)
	if err != nil {
		return nil, fmt.Errorf("find cases nearby: %w", err)
	}
	var out []Nearby
	for _, r := range found {
		metres := at.Metres(core.Point{Lat: r.Lat, Lng: r.Lng})
		if metres <= circle.Metres {
			out = append(out, Nearby{Ref: r.Ref, Subtype: r.Subtype, Status: r.Status, RaisedAt: r.RaisedAt.UTC(), Metres: metres})
		}
	}
	// The index counts in degrees, which are shorter from east to west.
	slices.SortStableFunc(out, func(a, b Nearby) int { return cmp.Compare(a.Metres, b.Metres) })
	return out[:min(len(out), maxNearby)], nil
}
