package postgres

import (
	"context"
	"fmt"
	"time"
)

// Counts are rates that all servers on one database keep together. They are
// for the few things where a limit for each server would let through as many
// times more as there are servers: guesses at secrets.
type Counts struct{ db *DB }

// NewCounts makes counts in a database.
func NewCounts(db *DB) *Counts { return &Counts{db} }

// countTry counts a try, in a new span when the one before is over. A clock that
// was set back begins a new one too. The row is locked for this statement alone.
const countTry = `INSERT INTO rate_counts (subject, span, count) VALUES ($1, $2, 1)
ON CONFLICT (subject) DO UPDATE SET
	count = CASE WHEN rate_counts.span > $3 AND rate_counts.span <= $2 THEN least(rate_counts.count + 1, $4::int + 1) ELSE 1 END,
	span = CASE WHEN rate_counts.span > $3 AND rate_counts.span <= $2 THEN rate_counts.span ELSE $2 END
RETURNING span, count`

type tried struct {
	Span  time.Time
	Count int
}

// Try counts one try of a subject, a hash of at most 32 bytes, and says whether
// it is among the first limit tries since the span of time began, which is at
// the first try after the span before; if not, how long to wait for the next.
func (c *Counts) Try(ctx context.Context, subject []byte, limit int, per time.Duration, now time.Time) (ok bool, wait time.Duration, err error) {
	now = now.UTC()
	n, err := One[tried](ctx, c.db.Pool(), nil, countTry, subject, now, now.Add(-per), limit)
	if err != nil {
		return false, 0, fmt.Errorf("count a try: %w", err)
	}
	if n.Count > limit {
		return false, n.Span.Add(per).Sub(now), nil
	}
	return true, 0, nil
}

const deleteOldCounts = `DELETE FROM rate_counts WHERE span < $1`

// countsKept is longer than any span that is counted.
const countsKept = 24 * time.Hour

// Sweep forgets what no limit looks at any more.
func (c *Counts) Sweep(ctx context.Context, now time.Time) error {
	_, err := c.db.Pool().Exec(ctx, deleteOldCounts, now.Add(-countsKept))
	return Translate(err)
}
