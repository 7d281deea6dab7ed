package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Depth is how much waits in the queue, by kind.
type Depth struct {
	Kind    string
	Waiting int       // to be done now or when it is tried again
	Failing int       // of those, tried more than [worrying] times in vain
	GivenUp int       // tried so often that it is left for TryAgain
	Oldest  time.Time // since when the oldest could have been done; zero when nothing waits
}

// worrying is how many tries in vain are more than a mishap: about a minute.
const worrying = 6

const selectDepth = `SELECT kind,
	count(*) FILTER (WHERE state IN ('available', 'retryable', 'running')) AS waiting,
	count(*) FILTER (WHERE state IN ('available', 'retryable', 'running') AND attempt > $1) AS failing,
	count(*) FILTER (WHERE state = 'discarded') AS given_up,
	coalesce(min(scheduled_at) FILTER (WHERE state IN ('available', 'retryable', 'running')), '0001-01-01T00:00:00Z') AS oldest
FROM river_job WHERE state IN ('available', 'retryable', 'running', 'discarded') GROUP BY kind ORDER BY kind`

// Depths says what waits in the queue. Jobs that were done are not looked at.
func Depths(ctx context.Context, db *postgres.DB) ([]Depth, error) {
	found, err := postgres.All[Depth](ctx, db.Pool(), selectDepth, worrying)
	if err != nil {
		return nil, fmt.Errorf("look at the queue: %w", err)
	}
	return found, nil
}

// tryAgainBatch bounds what is taken up again at once.
const tryAgainBatch = 100

// Jobs that were given up are found by River's own index on (state,
// finalized_at). One is left alone while another of its kind for the same case
// waits: that one will do all there is to do.
const updateGivenUp = `UPDATE river_job SET state = 'available', finalized_at = NULL, scheduled_at = now(),
	max_attempts = least(attempt + 1, 32000)
WHERE id IN (
	SELECT j.id FROM river_job j WHERE j.state = 'discarded' AND j.finalized_at < now() - $1::interval
		AND NOT EXISTS (SELECT FROM river_job o WHERE o.unique_key = j.unique_key AND o.id <> j.id
			AND o.unique_states IS NOT NULL AND river_job_state_in_bitmask(o.unique_states, o.state))
		AND NOT EXISTS (SELECT FROM river_job n WHERE n.unique_key = j.unique_key AND n.id > j.id AND n.state = 'discarded')
	ORDER BY j.finalized_at LIMIT $2 FOR UPDATE SKIP LOCKED)`

// TryAgain takes up jobs that were given up at least after ago, once more each:
// what was wrong may have been put right. It reports how many. Their errors
// stay with them.
func TryAgain(ctx context.Context, pool *pgxpool.Pool, after time.Duration) (int, error) {
	tag, err := pool.Exec(ctx, updateGivenUp, after, tryAgainBatch)
	if err != nil {
		return 0, fmt.Errorf("take up jobs that were given up: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// Unheard is a case of which listeners have not heard all.
type Unheard struct {
	Ref   string
	Tries int    // of its job; 0 when it has none
	Error string // the last of the job, if it has failed
}

// selectUnheard reads every case: nothing that costs each change should be
// kept for what is looked at a few times a year.
const selectUnheard = `SELECT c.ref, coalesce(j.attempt, 0) AS tries, coalesce(j.errors[array_upper(j.errors, 1)]->>'error', '') AS error
FROM cases c LEFT JOIN LATERAL (
	SELECT r.attempt, r.errors, r.state FROM river_job r
	WHERE r.kind = 'react' AND r.args @> jsonb_build_object('case', c.id) AND r.state <> 'completed' ORDER BY r.id DESC LIMIT 1) j ON true
WHERE c.reacted_to < c.version AND (j.state IS NULL OR j.state = 'discarded' OR j.attempt > $1)
ORDER BY c.ref LIMIT $2`

// UnheardOf lists cases whose listeners do not hear what happens: their job
// fails again and again, was given up, or is not there. It reads every case.
func UnheardOf(ctx context.Context, db *postgres.DB, limit int) ([]Unheard, error) {
	found, err := postgres.All[Unheard](ctx, db.Pool(), selectUnheard, worrying, limit)
	if err != nil {
		return nil, fmt.Errorf("look for cases that nobody reacts to: %w", err)
	}
	return found, nil
}

// selectLost finds cases whose reaction has no job at all. Only a queue that
// was emptied by hand, or restored without its cases, leaves such.
const selectLost = `SELECT c.id FROM cases c WHERE c.reacted_to < c.version AND NOT EXISTS (
	SELECT FROM river_job r WHERE r.kind = 'react' AND r.args @> jsonb_build_object('case', c.id) AND r.state <> 'completed')
LIMIT $1`

type lost struct{ ID core.CaseID }

// QueueLost queues the reactions that have no job, and reports how many. It
// reads every case: for the start of a server.
func QueueLost(ctx context.Context, db *postgres.DB) (int, error) {
	found, err := postgres.All[lost](ctx, db.Pool(), selectLost, tryAgainBatch)
	if err != nil {
		return 0, fmt.Errorf("look for reactions without a job: %w", err)
	}
	var b pgx.Batch
	for _, cs := range found {
		QueueReact(ctx, &b, cs.ID)
	}
	return len(found), postgres.Translate(db.Pool().SendBatch(ctx, &b).Close())
}
