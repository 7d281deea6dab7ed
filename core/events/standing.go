package events

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core/postgres"
)

// Standing is how far the follower is behind, and what holds it up.
type Standing struct {
	Waiting  int       // events that have not been followed, at most 10,000
	Since    time.Time // when the oldest of them was recorded; zero without one
	Unsealed int       // events without a seal, at most 10,000
	// Held says that the oldest waits for a transaction that is still open, in
	// whichever database of the server: nobody can know whether it has events
	// that come before.
	Held bool
	// Open is for how long the oldest transaction that has written has been
	// open, and Where what the server knows of it. Of other users' transactions a
	// user without the right pg_read_all_stats is told nothing: then 0 and "".
	Open  time.Duration
	Where string
}

const selectStanding = `SELECT
	(SELECT count(*) FROM (SELECT FROM events e WHERE (e.tx, e.seq) > (f.tx, f.seq) LIMIT 10000) w) AS waiting,
	o.recorded_at AS since, coalesce(o.tx >= pg_snapshot_xmin(pg_current_snapshot()), false) AS held,
	(SELECT count(*) FROM (SELECT FROM events e WHERE (e.tx, e.seq) > (s.to_tx, s.to_seq) LIMIT 10000) u) AS unsealed,
	coalesce(extract(epoch FROM h.since), 0)::float8 AS open, coalesce(h.place, '') AS place
FROM (SELECT coalesce(max(tx), '0'::xid8) AS tx, coalesce(max(seq), 0) AS seq FROM feed_cursors WHERE name = 'follower') f
CROSS JOIN (SELECT coalesce(max(to_tx), '0'::xid8) AS to_tx, coalesce(max(to_seq), 0) AS to_seq
	FROM (SELECT to_tx, to_seq FROM event_seals ORDER BY no DESC LIMIT 1) l) s
LEFT JOIN LATERAL (SELECT e.tx, e.recorded_at FROM events e WHERE (e.tx, e.seq) > (f.tx, f.seq) ORDER BY e.tx, e.seq LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT clock_timestamp() - a.since AS since, a.place FROM (
	SELECT xact_start AS since, format('process %s of %s in database %s (%s)', pid, usename, datname, application_name) AS place
	FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
	UNION ALL SELECT prepared, format('prepared transaction %s of %s in database %s', gid, owner, database) FROM pg_prepared_xacts) a
	WHERE a.since IS NOT NULL ORDER BY a.since LIMIT 1) h ON true`

type standingRow struct {
	Waiting  int
	Since    *time.Time
	Held     bool
	Unsealed int
	Open     float64 // seconds
	Place    string
}

// Stand looks how far the follower is behind.
func Stand(ctx context.Context, db *postgres.DB) (Standing, error) {
	row, err := postgres.One[standingRow](ctx, db.Pool(), nil, selectStanding)
	if err != nil {
		return Standing{}, fmt.Errorf("look how far the feed has been followed: %w", err)
	}
	s := Standing{Waiting: row.Waiting, Unsealed: row.Unsealed, Held: row.Held, Open: time.Duration(row.Open * float64(time.Second)), Where: row.Place}
	if row.Since != nil {
		s.Since = row.Since.UTC()
	}
	return s, nil
}

// Behind is for how long the oldest event has waited.
func (s Standing) Behind(now time.Time) time.Duration {
	if s.Since.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.Since))
}
