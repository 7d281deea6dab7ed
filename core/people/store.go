package people

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/casement-dev/casement/core/postgres"
)

// Store holds the SQL of people. Its methods run on a pool or in a transaction.
type Store struct{}

// querier is a pool or a transaction.
type querier interface {
	postgres.Querier
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func exec(ctx context.Context, q querier, sql string, args ...any) (rows int, err error) {
	tag, err := q.Exec(ctx, sql, args...)
	return int(tag.RowsAffected()), postgres.Translate(err)
}

// execOne is exec for a statement that must change exactly one row.
func execOne(ctx context.Context, q querier, notFound error, sql string, args ...any) error {
	rows, err := exec(ctx, q, sql, args...)
	if err == nil && rows == 0 {
		return notFound
	}
	return err
}

// utc returns a time that may be NULL in the database; NULL is the zero time.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
