package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// planOnce lets the database keep one plan for a statement, until the end of the
// round trip. By itself it plans a statement anew for each array it is asked
// with; one that finds a few rows by the indexes of a large table, as all
// statements of pages do, costs ten times as much to plan as to run.
const planOnce = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`

// Batcher is what can be asked several things in one round trip. It must not be
// a transaction: what [AllPlanned] says of plans would hold until its end.
type Batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// AllPlanned is [All] for statements whose plan is the same whatever they are
// asked with: it is made once for each connection. It is not for statements
// whose values decide how to go about them, such as the words of a search.
func AllPlanned[T any](ctx context.Context, db Batcher, sql string, args ...any) (found []T, err error) {
	err = together(ctx, db, []round{{sql, args, collect(&found)}})
	return found, err
}

// OnePlanned is [One], planned as [AllPlanned] says.
func OnePlanned[T any](ctx context.Context, db Batcher, notFound error, sql string, args ...any) (row T, err error) {
	err = together(ctx, db, []round{{sql, args, func(rows pgx.Rows) (err error) {
		row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		return err
	}}})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, notFound
	}
	return row, err
}

// Question is what the parts of a page want to know under one key: it is asked
// once ([Share]), alone or with others in one round trip ([Ahead]).
type Question[T any] struct {
	Key  any // of a type of its owner's
	SQL  string
	Args []any
}

// Ask returns the rows, scanned by column name. They must not be changed.
func (q Question[T]) Ask(ctx context.Context, db Querier) ([]T, error) {
	return Share(ctx, q.Key, func() ([]T, error) { return All[T](ctx, db, q.SQL, q.Args...) })
}

// Foreseen is a [Question] of any kind.
type Foreseen interface {
	foresee() (key any, r round, answer func() any)
}

func (q Question[T]) foresee() (any, round, func() any) {
	found := new([]T)
	return q.Key, round{q.SQL, q.Args, collect(found)}, func() any { return *found }
}

// Ahead asks what a page is going to ask, in one round trip and planned as
// [AllPlanned] says; the page then finds the answers. Under a context without [Sharing] it does nothing, and when it
// fails the page asks for itself, and is told why.
func Ahead(ctx context.Context, db Batcher, questions ...Foreseen) {
	s, ok := ctx.Value(sharedKey{}).(*shared)
	if !ok {
		return
	}
	var rounds []round
	answers := map[any]func() any{}
	for _, q := range questions {
		key, r, answer := q.foresee()
		if !s.knows(key) && answers[key] == nil {
			rounds, answers[key] = append(rounds, r), answer
		}
	}
	if len(rounds) == 0 || together(ctx, db, rounds) != nil {
		return
	}
	for key, answer := range answers {
		s.keep(key, answer())
	}
}

// round is one statement of a round trip.
type round struct {
	sql  string
	args []any
	read func(pgx.Rows) error
}

func collect[T any](into *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	}
}

// together asks everything in one round trip.
func together(ctx context.Context, db Batcher, rounds []round) error {
	var b pgx.Batch
	b.Queue(planOnce)
	for _, r := range rounds {
		b.Queue(r.sql, r.args...)
	}
	results := db.SendBatch(ctx, &b)
	_, err := results.Exec()
	for _, r := range rounds {
		if err != nil {
			break
		}
		var rows pgx.Rows
		if rows, err = results.Query(); err == nil {
			err = r.read(rows)
		}
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	return Translate(err)
}
