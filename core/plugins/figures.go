package plugins

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/casement-dev/casement/core/postgres"
)

// Calls are counted by how long they took: each bucket reaches half as far
// again as the one before.
const (
	buckets     = 28
	firstBucket = 50 * time.Microsecond
	widen       = 1.5
)

// Tally counts the calls of one plugin in one minute on one server.
type Tally struct {
	Plugin  string    `json:"plugin"`
	Minute  time.Time `json:"minute"`
	Calls   int64     `json:"calls"`
	Faults  int64     `json:"faults"`
	Waits   int64     `json:"waits"` // calls that had to wait for a free instance
	Took    []int64   `json:"took"`  // by bucket
	MaxFuel int64     `json:"max_fuel"`
	MaxMiB  int       `json:"max_mib"`
}

// NewTally begins to count.
func NewTally(plugin string, minute time.Time) *Tally {
	return &Tally{Plugin: plugin, Minute: minute.UTC().Truncate(time.Minute), Took: make([]int64, buckets)}
}

// Count counts one call.
func (t *Tally) Count(took time.Duration, fuel int64, mib int, failed, waited bool) {
	t.Calls++
	if failed {
		t.Faults++
	}
	if waited {
		t.Waits++
	}
	t.Took[bucketOf(took)]++
	t.MaxFuel, t.MaxMiB = max(t.MaxFuel, fuel), max(t.MaxMiB, mib)
}

// add counts what another one of the same minute has counted.
func (t *Tally) add(other *Tally) {
	t.Calls, t.Faults, t.Waits = t.Calls+other.Calls, t.Faults+other.Faults, t.Waits+other.Waits
	for i, n := range other.Took {
		t.Took[i] += n
	}
	t.MaxFuel, t.MaxMiB = max(t.MaxFuel, other.MaxFuel), max(t.MaxMiB, other.MaxMiB)
}

// together makes one of those that are of the same plugin and minute: a clock
// may go back, and what could not be written down is written down with what came
// after.
func together(tallies []*Tally) []*Tally {
	type of struct {
		plugin string
		minute int64
	}
	var out []*Tally
	first := map[of]*Tally{}
	for _, t := range tallies {
		key := of{t.Plugin, t.Minute.Unix()}
		if first[key] == nil {
			sum := *t
			sum.Took = slices.Clone(t.Took)
			first[key] = &sum
			out = append(out, &sum)
			continue
		}
		first[key].add(t)
	}
	return out
}

func bucketOf(took time.Duration) int {
	if took <= firstBucket {
		return 0
	}
	return min(buckets-1, int(math.Ceil(math.Log(float64(took)/float64(firstBucket))/math.Log(widen))))
}

// quantile finds within what time a share of calls were answered, reckoning
// that those in a bucket are spread evenly over it.
func quantile(took []int64, share float64) time.Duration {
	var all int64
	for _, n := range took {
		all += n
	}
	if all == 0 {
		return 0
	}
	rank, from := share*float64(all), 0.0
	for i, n := range took {
		to := float64(firstBucket) * math.Pow(widen, float64(i))
		if rank <= float64(n) {
			return time.Duration(from + (to-from)*rank/float64(n)).Round(time.Microsecond)
		}
		rank, from = rank-float64(n), to
	}
	return time.Duration(from)
}

const selectFigures = `WITH t AS (
	SELECT date_bin($3::interval, minute, $2) AS start, minute, calls, faults, waits, took, max_fuel, max_mib
	FROM plugin_figures WHERE plugin_id = $1 AND minute >= $2 AND minute < $4
), b AS (
	SELECT start, i, sum(n)::bigint AS n FROM t, unnest(t.took) WITH ORDINALITY AS u(n, i) GROUP BY start, i
), h AS (
	SELECT start, array_agg(n ORDER BY i) AS took FROM b GROUP BY start
)
SELECT t.start, sum(t.calls)::bigint AS calls, sum(t.faults)::bigint AS faults, sum(t.waits)::bigint AS waits, h.took,
	max(t.max_fuel) AS max_fuel, max(t.max_mib) AS max_mib
FROM t JOIN h ON h.start = t.start GROUP BY t.start, h.took ORDER BY t.start`

type figuresRow struct {
	Start   time.Time
	Calls   int64
	Faults  int64
	Waits   int64
	Took    []int64
	MaxFuel int64
	MaxMib  int
}

// maxSteps bounds how many stretches are asked for at once.
const maxSteps = 2000

// Figures says how a plugin did on all servers, in stretches of step from an
// instant until now: one for every stretch, those without calls included.
// Steps are whole minutes.
func (s *Service) Figures(ctx context.Context, id string, from time.Time, step time.Duration) ([]Figures, error) {
	from, step, now := from.UTC().Truncate(time.Minute), max(step.Truncate(time.Minute), time.Minute), s.o.Clock.Now()
	n := int(now.Sub(from)/step) + 1
	if n < 1 {
		return nil, nil
	}
	n = min(n, maxSteps)
	until := from.Add(time.Duration(n) * step)
	rows, err := postgres.All[figuresRow](ctx, s.db.Pool(), selectFigures, id, from, step, until)
	if err != nil {
		return nil, err
	}
	out := make([]Figures, n)
	for i := range out {
		out[i].From = from.Add(time.Duration(i) * step)
	}
	for _, r := range rows {
		out[int(r.Start.Sub(from)/step)] = r.noun()
	}
	return out, nil
}

func (r figuresRow) noun() Figures {
	return Figures{
		From: r.Start.UTC(), Calls: int(r.Calls), Faults: int(r.Faults), Waits: int(r.Waits),
		P50: quantile(r.Took, 0.5), P90: quantile(r.Took, 0.9), P99: quantile(r.Took, 0.99), MaxFuel: r.MaxFuel, MaxMiB: r.MaxMib,
	}
}

// Total says how a plugin did from an instant until now, in one.
func (s *Service) Total(ctx context.Context, id string, from time.Time) (Figures, error) {
	from = from.UTC().Truncate(time.Minute)
	until := s.o.Clock.Now().Add(time.Minute)
	rows, err := postgres.All[figuresRow](ctx, s.db.Pool(), selectFigures, id, from, until.Sub(from)+time.Hour, until)
	if err != nil || len(rows) == 0 {
		return Figures{From: from}, err
	}
	return rows[0].noun(), nil
}
