package events

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Past is an event with the transaction that recorded it: what one change of a
// stream recorded has the same.
type Past struct {
	core.Recorded
	TX uint64
}

// selectSince goes back through each stream.
const selectSince = `
SELECT e.tx, e.seq, e.stream_id, e.version, e.kind, e.aspects, e.actor_kind, e.actor_id, e.origin, e.happened_at, e.recorded_at,
	coalesce(b.body, '') AS body
FROM events e LEFT JOIN event_bodies b USING (seq)
WHERE e.stream_kind = $1 AND e.stream_id = ANY ($2) AND e.recorded_at >= $3
ORDER BY e.stream_id COLLATE "C" DESC, e.version DESC LIMIT $4`

type pastRow struct {
	TX uint64
	row
}

// Since reads what was recorded of several streams since an instant, at most
// limit events: stream by stream, the last identifier first, and of each the
// newest first. An erased body leaves Changes and About empty.
func Since(ctx context.Context, q postgres.Querier, stream core.Stream, ids []string, since time.Time, limit int) ([]Past, error) {
	rows, err := postgres.All[pastRow](ctx, q, selectSince, stream, ids, since, limit)
	if err != nil {
		return nil, fmt.Errorf("read the past of several streams: %w", err)
	}
	out := make([]Past, len(rows))
	for i, r := range rows {
		out[i].TX = r.TX
		if out[i].Recorded, err = r.recorded(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const selectLastBefore = `
SELECT DISTINCT ON (stream_id) stream_id, recorded_at FROM events
WHERE stream_kind = $1 AND stream_id = ANY ($2) AND recorded_at < $3 ORDER BY stream_id, version DESC`

type lastRow struct {
	StreamID   string
	RecordedAt time.Time
}

// LastBefore says when anything was last recorded of each of several streams
// before an instant; those of which nothing was are left out.
func LastBefore(ctx context.Context, q postgres.Querier, stream core.Stream, ids []string, before time.Time) (map[string]time.Time, error) {
	rows, err := postgres.All[lastRow](ctx, q, selectLastBefore, stream, ids, before)
	if err != nil {
		return nil, fmt.Errorf("find what was last recorded of several streams: %w", err)
	}
	out := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		out[r.StreamID] = r.RecordedAt.UTC()
	}
	return out, nil
}
