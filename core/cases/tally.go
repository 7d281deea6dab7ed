package cases

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/casement-dev/casement/core/postgres"
)

// Tally is how many open cases there are, and of which sort: the figures
// beside the names of queues. Overdue and Soon of one scope stop at
// [MaxCount]+1.
type Tally struct {
	Open      int
	Overdue   int
	Unclaimed int
	Unopened  int
	Reopened  int
	Waiting   int
	Soon      int // due before the instant asked for, late ones included
}

// Plus adds up two tallies.
func (t Tally) Plus(other Tally) Tally {
	return Tally{
		t.Open + other.Open, t.Overdue + other.Overdue, t.Unclaimed + other.Unclaimed, t.Unopened + other.Unopened,
		t.Reopened + other.Reopened, t.Waiting + other.Waiting, t.Soon + other.Soon,
	}
}

// selectTally reads what the follower has counted. What time alone changes is
// counted here, no further than anybody wants to know.
const selectTally = `SELECT f.scope_id, f.open, f.unclaimed, f.unopened, f.reopened, f.waiting,
	(SELECT count(*) FROM (SELECT FROM counted_cases k WHERE k.scope_id = f.scope_id AND k.due_at < $2 LIMIT 1000) late) AS overdue,
	(SELECT count(*) FROM (SELECT FROM counted_cases k WHERE k.scope_id = f.scope_id AND k.due_at < $3 LIMIT 1000) near) AS soon
FROM scope_figures f WHERE f.scope_id = ANY ($1::int[])`

type tallyRow struct {
	ScopeID int32
	Tally
}

// Tally says how many open cases every scope in the reach has, by scope, as the
// follower of the feed last counted them: a moment ago. The result must not be
// changed. soon is best a round instant: each is read and kept by itself
// ([Service.KeepFigures]).
func (s *Service) Tally(ctx context.Context, r Reach, soon time.Time) (map[int32]Tally, error) {
	scopes := slices.Clone(r.Scopes)
	slices.Sort(scopes)
	return s.figures.get(ctx, tallyKey(scopes, soon), func(ctx context.Context) (map[int32]Tally, error) {
		rows, err := postgres.All[tallyRow](ctx, s.db.Pool(), selectTally, scopes, s.clock.Now(), soon)
		if err != nil {
			return nil, fmt.Errorf("read the figures of queues: %w", err)
		}
		out := make(map[int32]Tally, len(rows))
		for _, row := range rows {
			out[row.ScopeID] = row.Tally
		}
		return out, nil
	})
}

// tallyKey names a set of scopes.
func tallyKey(scopes []int32, soon time.Time) string {
	key := strconv.AppendInt(make([]byte, 0, 12+4*len(scopes)), soon.Unix(), 36)
	for _, scope := range scopes {
		key = strconv.AppendInt(append(key, ' '), int64(scope), 36)
	}
	return string(key)
}

// Load is what every page of a staff user says of their work.
type Load struct {
	Mine int // open cases they hold, up to [MaxCount]+1
	Open int // open cases in their reach; exact below [MaxCount]
}

// selectMine counts the open cases that the one who looks holds.
const selectMine = `SELECT count(*)::int AS n FROM (SELECT FROM cases c
	WHERE c.assignee_id = $1::uuid AND c.status_kind IN ('start', 'open', 'waiting') AND ` + isReached + ` LIMIT 1000) held`

// selectBeside counts the open cases that are opened to them for another reason
// than their duties. One look-up for each: the database would rather read all
// open cases when it expects many.
const selectBeside = `SELECT count(*)::int AS n FROM (SELECT FROM (SELECT DISTINCT a.case_id FROM case_access a
	WHERE (a.actor_kind = 'staff' AND a.actor_id = $2 OR a.actor_kind = 'group' AND a.actor_id = ANY ($3)) AND a.why IN ('escalated', 'named')) a
	CROSS JOIN LATERAL (SELECT FROM cases c WHERE c.id = a.case_id AND c.status_kind IN ('start', 'open', 'waiting')
		AND NOT c.scope_id = ANY ($1) OFFSET 0) c LIMIT 1000) beside`

type countRow struct{ N int }

// heldKey tells apart for whom cases are counted, and within which reach.
type heldKey struct{ by, reach string }

// heldIn asks how many cases a staff user holds.
func heldIn(r Reach) postgres.Question[countRow] {
	return postgres.Question[countRow]{
		Key: heldKey{r.By.ID, r.Fingerprint()}, SQL: selectMine, Args: []any{r.By.StaffID(), r.Scopes, r.By.ID, r.Groups},
	}
}

// AheadOfLoad is what [Service.LoadOf] asks that can be asked with other counts
// of the same reach: see [postgres.Ahead].
func (s *Service) AheadOfLoad(r Reach) []postgres.Foreseen { return []postgres.Foreseen{heldIn(r)} }

// LoadOf says how much work is in the reach of a staff user.
func (s *Service) LoadOf(ctx context.Context, r Reach) (Load, error) {
	load := Load{}
	tallies, err := s.Tally(ctx, r, time.Time{})
	if err != nil {
		return load, err
	}
	for _, t := range tallies {
		load.Open += t.Open
	}
	held, err := heldIn(r).Ask(ctx, s.db.Pool())
	if err != nil {
		return load, fmt.Errorf("count the cases of a staff user: %w", err)
	}
	load.Mine = held[0].N
	if load.Open > MaxCount {
		return load, nil // "999+" says enough
	}
	beside, err := postgres.OnePlanned[countRow](ctx, s.db.Pool(), nil, selectBeside, r.Scopes, r.By.ID, r.Groups)
	if err != nil {
		return load, fmt.Errorf("count the cases opened to a staff user: %w", err)
	}
	load.Open += beside.N
	return load, nil
}
