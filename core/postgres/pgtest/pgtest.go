// Package pgtest gives each test a PostgreSQL database of its own: a copy of a
// template that has been migrated once. It is for tests only.
//
// When CASEMENT_TEST_DATABASE holds a connection string of somebody who may
// create databases, that server is used; otherwise the first test of a process
// starts a private cluster, which ends and is swept away with the process.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/migrations"
)

// Variable names the environment variable with the connection string of the
// server to test on.
const Variable = "CASEMENT_TEST_DATABASE"

const (
	setUpTimeout = 2 * time.Minute
	maxConns     = 12
	templateLock = 7203114455021 // advisory; any number that nobody else uses
)

// New returns a pool on a database of the test's own, migrated, the queue's
// tables included. It is dropped when the test ends; a connection that was not
// released by then fails the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, ensureTemplate)
}

// Empty is New without any schema.
func Empty(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, func(context.Context, *pgx.Conn) (string, error) { return "template0", nil })
}

// DSN is the connection string of the database a pool of this package is on,
// for a program to be started by a test.
func DSN(pool *pgxpool.Pool) string { return pool.Config().ConnString() }

func open(t testing.TB, template func(context.Context, *pgx.Conn) (string, error)) *pgxpool.Pool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	server, err := server()
	if err != nil {
		t.Fatalf("no PostgreSQL to test on: %v", err)
	}
	dsn, err := clone(ctx, server, template)
	if err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	config, err := postgres.PoolConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = maxConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		t.Fatalf("connect to the test's database: %v", err)
	}
	t.Cleanup(func() {
		closePool(t, pool)
		if err := drop(server, config.ConnConfig.Database); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return pool
}

// clone makes the database and returns its connection string.
func clone(ctx context.Context, server string, template func(context.Context, *pgx.Conn) (string, error)) (string, error) {
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", fmt.Errorf("connect to the test server: %w", err)
	}
	defer admin.Close(ctx)
	from, err := template(ctx, admin)
	if err != nil {
		return "", err
	}
	name := "casement_test_" + strings.ToLower(rand.Text()[:16])
	// Copying files is several times faster than writing the copy to the log,
	// which only pays for large databases that must survive.
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from+" STRATEGY file_copy"); err != nil {
		return "", fmt.Errorf("copy database %s: %w", from, err)
	}
	return withDatabase(server, name)
}

// closePool closes a pool, unless a forgotten connection would make that wait
// for ever.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	closed := make(chan struct{})
	go func() {
		pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Errorf("%d connections to the test's database were never released", pool.Stat().AcquiredConns())
	}
}

func drop(server, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	_, err = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	return err
}

// ensureTemplate returns the name of a migrated database to copy. It is made
// once per server and state of the migrations, by whichever test process comes
// first; the name says which state, so that checkouts can share a server.
func ensureTemplate(ctx context.Context, admin *pgx.Conn) (name string, err error) {
	sum, err := schemaHash()
	if err != nil {
		return "", err
	}
	name = "casement_template_" + sum
	if _, err := admin.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return "", fmt.Errorf("wait for the template: %w", err)
	}
	defer func() {
		if _, e := admin.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLock); e != nil {
			err = errors.Join(err, e)
		}
	}()
	var ready bool
	if err := admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", name).Scan(&ready); err != nil {
		return "", fmt.Errorf("look for the template: %w", err)
	}
	if ready {
		return name, nil
	}
	return name, makeTemplate(ctx, admin, name)
}

func makeTemplate(ctx context.Context, admin *pgx.Conn, name string) error {
	// One that a killed process left half-made is no template yet.
	if _, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("remove a half-made template: %w", err)
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return fmt.Errorf("create the template: %w", err)
	}
	dsn, err := withDatabase(admin.Config().ConnString(), name)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, dsn)
	if err != nil {
		return err
	}
	err = postgres.Migrate(ctx, pool)
	pool.Close() // a database in use cannot be copied
	if err != nil {
		return err
	}
	if _, err := admin.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE true"); err != nil {
		return fmt.Errorf("finish the template: %w", err)
	}
	return nil
}

// schemaHash tells one state of the schema from another: our migrations and
// the queue's.
func schemaHash() (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%s %d\n%s", path, len(text), text)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read the migrations: %w", err)
	}
	queue, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", fmt.Errorf("read the queue's migrations: %w", err)
	}
	for _, migration := range queue.AllVersions() {
		fmt.Fprintf(hash, "%d %s\n", migration.Version, migration.SQLUp)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// withDatabase changes the database in a connection string of either form.
func withDatabase(dsn, name string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " dbname=" + name, nil // the last one counts
	}
	address, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New("the address of the test server is not a URL")
	}
	address.Path = "/" + name
	return address.String(), nil
}
