package events

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/postgres"
)

// nextPlaces takes places of the feed ahead of the events that will have them.
const nextPlaces = `SELECT nextval(pg_get_serial_sequence('events', 'seq')) AS seq FROM generate_series(1, $1)`

type placeRow struct{ Seq int64 }

// Copy appends many events at once, in the writer's transaction: what [Append]
// does for one. Entries of one stream come in the order of their versions.
func Copy(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	places, err := postgres.All[placeRow](ctx, tx, nextPlaces, len(entries))
	if err != nil {
		return fmt.Errorf("take places in the feed: %w", err)
	}
	rows, bodies := make([][]any, len(entries)), make([][]any, len(entries))
	for i, e := range entries {
		salt, raw, err := e.body()
		if err != nil {
			return err
		}
		rows[i] = []any{
			places[i].Seq, e.Stream, e.StreamID, e.Version, e.Event.Kind, aspectsOf(e.Event),
			e.Actor.Kind, e.Actor.ID, e.Origin, e.HappenedAt, e.RecordedAt, digest(salt, raw),
		}
		bodies[i] = []any{places[i].Seq, salt, raw}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"events"}, []string{
		"seq", "stream_kind", "stream_id", "version", "kind", "aspects",
		"actor_kind", "actor_id", "origin", "happened_at", "recorded_at", "digest",
	}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("append %d events: %w", len(entries), postgres.Translate(err))
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"event_bodies"}, []string{"seq", "salt", "body"}, pgx.CopyFromRows(bodies))
	if err != nil {
		return fmt.Errorf("append the bodies of %d events: %w", len(entries), postgres.Translate(err))
	}
	return nil
}
