package postgres

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/casement-dev/casement/migrations"
)

// ErrNewerDatabase is in the chain when the database has been changed by a
// newer program in a way this one does not understand.
var ErrNewerDatabase = errors.New("the database is newer than this program")

// Migrate brings the database to the schema of this program, the queue's
// tables included. Any number of servers may start at once: one migrates, the
// others wait for it. The pool needs two connections.
//
// A database that a newer program has changed is left alone. If that program
// said that this one can still work with it, all is well; otherwise the error
// wraps [ErrNewerDatabase].
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	return migrate(ctx, pool, migrations.FS)
}

// Schema says how far a database has been migrated, by the numbers in the
// names of the migrations.
type Schema struct {
	Database int64 // newest migration applied; 0 on an empty database
	Program  int64 // newest migration this program knows
}

// ReadSchema looks, and changes nothing.
func ReadSchema(ctx context.Context, pool *pgxpool.Pool) (Schema, error) {
	known, err := readMigrations(migrations.FS)
	if err != nil {
		return Schema{}, err
	}
	applied, err := appliedVersions(ctx, pool)
	if err != nil {
		return Schema{}, err
	}
	s := Schema{Program: newest(known)}
	for _, version := range applied {
		s.Database = max(s.Database, version)
	}
	return s, nil
}

func migrate(ctx context.Context, pool *pgxpool.Pool, fsys fs.FS) (err error) {
	known, err := readMigrations(fsys)
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()

	// The lock spans our migrations, the queue's, and the check before them.
	// It is tried again each second rather than waited for: a waiting session
	// would hold a snapshot and so block CREATE INDEX CONCURRENTLY for ever.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return fmt.Errorf("prepare the migration lock: %w", err)
	}
	holder, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect for migrating: %w", err)
	}
	defer holder.Close()
	if err := locker.SessionLock(ctx, holder); err != nil {
		return fmt.Errorf("wait for another server to finish migrating: %w", err)
	}
	defer func() {
		// Not with ctx: when it has ended the lock must go all the same,
		// because the connection returns to the pool.
		if e := locker.SessionUnlock(context.WithoutCancel(ctx), holder); e != nil {
			err = errors.Join(err, fmt.Errorf("release the migration lock: %w", e))
		}
	}()

	if err := refuseNewer(ctx, pool, known); err != nil {
		return err
	}
	if err := applyOurs(ctx, pool, db, fsys, known); err != nil {
		return err
	}
	return applyQueue(ctx, pool)
}

func applyOurs(ctx context.Context, pool *pgxpool.Pool, db *sql.DB, fsys fs.FS, known map[int64]int64) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, fsys,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	batch := &pgx.Batch{}
	for version, oldest := range known {
		batch.Queue(upsertSupport, version, oldest)
	}
	if err := pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("record which programs may use the database: %w", err)
	}
	return nil
}

func applyQueue(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare the queue's tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue's tables: %w", err)
	}
	return nil
}

// refuseNewer compares what has been applied with what we know.
func refuseNewer(ctx context.Context, pool *pgxpool.Pool, known map[int64]int64) error {
	applied, err := appliedVersions(ctx, pool)
	if err != nil {
		return err
	}
	var unknown []int64
	for _, version := range applied {
		if _, ok := known[version]; !ok {
			unknown = append(unknown, version)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	stated := map[int64]int64{}
	rows, err := pool.Query(ctx, selectSupport, unknown)
	if err != nil {
		return fmt.Errorf("read which programs may use the database: %w", err)
	}
	var version, oldest int64
	if _, err := pgx.ForEachRow(rows, []any{&version, &oldest}, func() error {
		stated[version] = oldest
		return nil
	}); err != nil {
		return fmt.Errorf("read which programs may use the database: %w", err)
	}
	ours := newest(known)
	for _, version := range unknown {
		if oldest, ok := stated[version]; !ok || ours < oldest {
			return fmt.Errorf("%w: it has had migration %d, and this program knows migrations up to %d; "+
				"start the newer Casement, or restore a backup made before the upgrade", ErrNewerDatabase, version, ours)
		}
	}
	return nil
}

const (
	selectHasMigrations = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	selectApplied       = `SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`
	selectSupport       = `SELECT version, oldest_binary FROM migration_support WHERE version = ANY ($1)`
	upsertSupport       = `INSERT INTO migration_support (version, oldest_binary) VALUES ($1, $2)
		ON CONFLICT (version) DO UPDATE SET oldest_binary = excluded.oldest_binary
		WHERE migration_support.oldest_binary <> excluded.oldest_binary`
)

func appliedVersions(ctx context.Context, pool *pgxpool.Pool) ([]int64, error) {
	var has bool
	if err := pool.QueryRow(ctx, selectHasMigrations).Scan(&has); err != nil {
		return nil, fmt.Errorf("look for earlier migrations: %w", err)
	}
	if !has {
		return nil, nil
	}
	rows, err := pool.Query(ctx, selectApplied)
	if err != nil {
		return nil, fmt.Errorf("read earlier migrations: %w", err)
	}
	versions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read earlier migrations: %w", err)
	}
	return versions, nil
}

var (
	migrationName = regexp.MustCompile(`^(\d{14})_[a-z0-9_]+\.sql$`)
	oldestBinary  = regexp.MustCompile(`^-- oldest binary: (\d{14})$`)
)

// readMigrations lists the migrations: version → the oldest program that can
// work with it, which is a program that knows it unless its file says better.
func readMigrations(fsys fs.FS) (map[int64]int64, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	known := make(map[int64]int64, len(names))
	for _, name := range names {
		match := migrationName.FindStringSubmatch(name)
		if match == nil {
			return nil, fmt.Errorf("migration %q is not named YYYYMMDDHHMMSS_words.sql", name)
		}
		version := parseVersion(match[1])
		if _, twice := known[version]; twice {
			return nil, fmt.Errorf("two migrations have the number %d", version)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		oldest, err := statedOldest(text, version)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		known[version] = oldest
	}
	return known, nil
}

// statedOldest reads the line "-- oldest binary: N", which stands before the
// first statement.
func statedOldest(text []byte, version int64) (int64, error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if match := oldestBinary.FindStringSubmatch(line); match != nil {
			oldest := parseVersion(match[1])
			if oldest > version {
				return 0, fmt.Errorf("states an oldest binary (%d) newer than itself", oldest)
			}
			return oldest, nil
		}
		if line != "" && !bytes.HasPrefix([]byte(line), []byte("--")) {
			break
		}
	}
	return version, lines.Err()
}

// parseVersion reads fourteen digits, which always fit.
func parseVersion(digits string) int64 {
	version, _ := strconv.ParseInt(digits, 10, 64)
	return version
}

func newest(known map[int64]int64) int64 {
	var version int64
	for v := range known {
		version = max(version, v)
	}
	return version
}
