package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Reads collects the queries that a command, guard or consequence wants to
// have run under the case's lock, in one batch.
type Reads struct {
	Case core.CaseID
	Work *Work

	queries []read
}

type read struct {
	sql  string
	args []any
	scan func(pgx.Rows) error
}

// Query adds a query. scan reads the rows and need not close them.
func (r *Reads) Query(sql string, args []any, scan func(pgx.Rows) error) {
	r.queries = append(r.queries, read{sql, args, scan})
}

// ReadAll adds a query whose rows are collected by column name.
func ReadAll[T any](r *Reads, sql string, args []any, into func([]T)) {
	r.Query(sql, args, func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
		if err != nil {
			return err
		}
		into(found)
		return nil
	})
}

func (r *Reads) queue(b *pgx.Batch) {
	for _, q := range r.queries {
		b.Queue(q.sql, q.args...)
	}
}

func (r *Reads) scan(results pgx.BatchResults) error {
	for _, q := range r.queries {
		rows, err := results.Query()
		if err != nil {
			return postgres.Translate(err)
		}
		err = q.scan(rows)
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return fmt.Errorf("read under the lock: %w", postgres.Translate(err))
		}
	}
	return nil
}

func (r *Reads) send(ctx context.Context, q querier) error {
	if len(r.queries) == 0 {
		return nil
	}
	var b pgx.Batch
	r.queue(&b)
	results := q.SendBatch(ctx, &b)
	err := r.scan(results)
	if closing := results.Close(); err == nil {
		err = postgres.Translate(closing)
	}
	return err
}

// Slot is where a slice keeps what it knows of the case while a change is
// made: loaded once, changed by its commands, read by its guards.
type Slot[T any] struct{ name string }

// NewSlot makes a slot; the name is for people who debug.
func NewSlot[T any](name string) *Slot[T] { return &Slot[T]{name} }

// Of returns the slot's value for this change, a new one if none was loaded.
func (s *Slot[T]) Of(w *Work) *T {
	if v, ok := w.slots[s]; ok {
		return v.(*T)
	}
	v := new(T)
	w.slots[s] = v
	return v
}
