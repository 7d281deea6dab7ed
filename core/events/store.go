package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const insertEvent = `
WITH e AS (
	INSERT INTO events (stream_kind, stream_id, version, kind, aspects, actor_kind, actor_id, origin, happened_at, recorded_at, digest)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	RETURNING seq)
INSERT INTO event_bodies (seq, salt, body) SELECT seq, $12, $13 FROM e`

const selectHistory = `
SELECT e.seq, e.stream_id, e.version, e.kind, e.aspects, e.actor_kind, e.actor_id, e.origin, e.happened_at, e.recorded_at,
	coalesce(b.body, '') AS body
FROM events e LEFT JOIN event_bodies b USING (seq)
WHERE e.stream_kind = $1 AND e.stream_id = $2 AND e.version > $3
ORDER BY e.version LIMIT $4`

// row is an event as the database gives it.
type row struct {
	Seq        int64
	StreamID   string
	Version    core.Version
	Kind       core.EventKind
	Aspects    []core.Aspect
	ActorKind  core.ActorKind
	ActorID    string
	Origin     core.Origin
	HappenedAt time.Time
	RecordedAt time.Time
	Body       []byte
}

// History reads the events of one stream after a version, oldest first, at
// most limit. An erased body leaves Changes and About empty.
func History(ctx context.Context, q postgres.Querier, stream core.Stream, id string, after core.Version, limit int) ([]core.Recorded, error) {
	rows, err := postgres.All[row](ctx, q, selectHistory, stream, id, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s %s: %w", stream, id, err)
	}
	out := make([]core.Recorded, len(rows))
	for i, r := range rows {
		if out[i], err = r.recorded(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r row) recorded() (core.Recorded, error) {
	rec := core.Recorded{
		Seq: r.Seq, Version: r.Version, Kind: r.Kind, Aspects: r.Aspects, Origin: r.Origin,
		Actor:      core.Actor{Kind: r.ActorKind, ID: r.ActorID},
		HappenedAt: r.HappenedAt.UTC(), RecordedAt: r.RecordedAt.UTC(),
	}
	if id, err := core.ParseID[core.CaseID](r.StreamID); err == nil {
		rec.CaseID = id
	}
	if len(r.Body) == 0 {
		return rec, nil
	}
	var b body
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return rec, fmt.Errorf("decode the body of event %d: %w", r.Seq, err)
	}
	rec.Changes, rec.About, rec.Actor.Through, rec.Actor.Chain = b.Changes, b.About, b.Through, b.Chain
	return rec, nil
}

const nextVersion = `SELECT coalesce(max(version), 0) + 1 AS version FROM events WHERE stream_kind = $1 AND stream_id = $2`

// AppendNext appends an event to a stream that is not a case's, in the
// caller's transaction, as the stream's next version. Two writers at once on
// one stream: the later one gets a conflict.
func AppendNext(ctx context.Context, tx pgx.Tx, e Entry) error {
	if err := tx.QueryRow(ctx, nextVersion, e.Stream, e.StreamID).Scan(&e.Version); err != nil {
		return fmt.Errorf("find the next version of %s %s: %w", e.Stream, e.StreamID, postgres.Translate(err))
	}
	var b pgx.Batch
	if err := Append(&b, e); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("record %s of %s: %w", e.Event.Kind, e.StreamID, postgres.Translate(err))
	}
	return nil
}
