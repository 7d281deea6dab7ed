package postgresindex

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/postgres"
)

// steer keeps the database, for the one statement after it, from reading whole
// tables where an index was meant, as it would for words of which it expects
// many matches, and from compiling what takes milliseconds.
const steer = `SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`

// ask runs a search, in one round trip.
func ask[T any](ctx context.Context, db *postgres.DB, sql string, args []any) ([]T, error) {
	var b pgx.Batch
	b.Queue(steer)
	b.Queue(sql, args...)
	results := db.Pool().SendBatch(ctx, &b)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return nil, postgres.Translate(err)
	}
	rows, err := results.Query()
	if err != nil {
		return nil, postgres.Translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, postgres.Translate(err)
	}
	return found, postgres.Translate(results.Close())
}
