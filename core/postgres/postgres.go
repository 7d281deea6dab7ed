// Package postgres is the ground the slices stand on: the connection pool,
// transactions, the translation of database errors, migrations, and the
// election of one leader among several servers.
//
// What is not here: any SQL of the domain (that is in the store*.go of each
// slice), the queue (core/jobs) and the history (core/events). embedded/
// supervises a private cluster; pgtest/ hands a fresh database to each test.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// OldestServer is the oldest major version of PostgreSQL we work with.
const OldestServer = 15

const (
	// defaultMaxConns serves sixteen people at once without a queue for
	// connections; "pool_max_conns" in the connection string overrides it.
	defaultMaxConns = 24
	connectTimeout  = 10 * time.Second
)

// PoolConfig reads a connection string (a URL or keywords) and adds what every
// connection of ours has in common: UTC, a name that shows in
// pg_stat_activity, and a bound on forgotten transactions.
func PoolConfig(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the address of the database: %w", err)
	}
	if !saysPoolSize(dsn) {
		config.MaxConns = defaultMaxConns
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	params := config.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	if params["application_name"] == "" {
		params["application_name"] = "casement"
	}
	// A crashed or hanging caller must not hold locks, nor hold back the feed
	// of events, which waits for the oldest open transaction.
	if params["idle_in_transaction_session_timeout"] == "" {
		params["idle_in_transaction_session_timeout"] = "15s"
	}
	return config, nil
}

// Open connects to the database, and refuses one that cannot serve us: too old
// a server, or an encoding other than UTF-8. Each of change may alter how. The
// pool must be closed.
func Open(ctx context.Context, dsn string, change ...func(*pgxpool.Config)) (*pgxpool.Pool, error) {
	config, err := PoolConfig(dsn)
	if err != nil {
		return nil, err
	}
	for _, c := range change {
		c(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := checkServer(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

const selectServer = `SELECT current_setting('server_version_num')::int, current_setting('server_version'),
	current_setting('server_encoding')`

func checkServer(ctx context.Context, pool *pgxpool.Pool) error {
	var number int
	var version, encoding string
	if err := pool.QueryRow(ctx, selectServer).Scan(&number, &version, &encoding); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if number/10000 < OldestServer {
		return fmt.Errorf("the database server is PostgreSQL %s; Casement needs %d or newer", version, OldestServer)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s; Casement needs UTF8 (create it with ENCODING 'UTF8')", encoding)
	}
	return nil
}

// saysPoolSize tells whether the connection string itself chose a size: the
// parsed configuration no longer knows.
func saysPoolSize(dsn string) bool {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return false
	}
	_, says := config.RuntimeParams["pool_max_conns"]
	return says
}

// DB is the database as slices know it. It is safe for concurrent use.
type DB struct {
	pool *pgxpool.Pool
}

// NewDB wraps a pool, which stays owned by the caller.
func NewDB(pool *pgxpool.Pool) *DB { return &DB{pool: pool} }

// Pool gives the pool underneath, for what needs a connection of its own.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// TxLimit bounds every writing transaction: followers of the event feed see
// nothing newer than the oldest open transaction.
const TxLimit = 5 * time.Second

var errTxLimit = errors.New("the transaction took longer than allowed")

// Tx runs work in one read-committed transaction of at most [TxLimit]: all of
// it is kept, or none when work or the commit fails. Errors come back through
// [Translate].
//
// work must not keep tx, and must use the context it is given.
func (db *DB) Tx(ctx context.Context, work func(ctx context.Context, tx pgx.Tx) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, TxLimit, errTxLimit)
	defer cancel()
	return db.inTx(ctx, pgx.TxOptions{}, work)
}

// Snapshot runs read in one read-only transaction in which every statement
// sees the same instant. It has no limit of its own.
func (db *DB) Snapshot(ctx context.Context, read func(ctx context.Context, tx pgx.Tx) error) error {
	return db.inTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
}

func (db *DB) inTx(ctx context.Context, options pgx.TxOptions, work func(context.Context, pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, db.pool, options, func(tx pgx.Tx) error { return work(ctx, tx) })
	if err != nil && errors.Is(context.Cause(ctx), errTxLimit) {
		err = errors.Join(errTxLimit, err)
	}
	return Translate(err)
}

// Querier is what a pool, a connection and a transaction have in common.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// One runs a query that must give exactly one row and scans it by column name.
// No row is notFound, which the caller words; every other failure stays what
// it is.
func One[T any](ctx context.Context, q Querier, notFound error, sql string, args ...any) (T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, Translate(err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return row, notFound
	}
	return row, Translate(err)
}

// All runs a query and scans every row by column name. No rows is an empty
// list, never nil.
func All[T any](ctx context.Context, q Querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, Translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return found, Translate(err)
}
