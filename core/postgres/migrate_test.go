package postgres_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/migrations"
)

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if err := postgres.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	schema, err := postgres.ReadSchema(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if schema.Database != schema.Program {
		t.Errorf("schema = %+v", schema)
	}
}

func TestAnEmptyDatabaseHasHadNoMigration(t *testing.T) {
	t.Parallel()
	schema, err := postgres.ReadSchema(t.Context(), pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	if schema.Database != 0 || schema.Program == 0 {
		t.Errorf("schema = %+v", schema)
	}
}

func TestServersThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	shared := pgtest.Empty(t)
	var wait sync.WaitGroup
	errs := make(chan error, 3)
	for range cap(errs) {
		wait.Go(func() {
			pool, err := postgres.Open(t.Context(), pgtest.DSN(shared))
			if err != nil {
				errs <- err
				return
			}
			defer pool.Close()
			errs <- postgres.Migrate(t.Context(), pool)
		})
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var twice int
	err := shared.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT version_id FROM goose_db_version
		WHERE version_id > 0 GROUP BY version_id HAVING count(*) > 1) AS repeated`).Scan(&twice)
	if err != nil {
		t.Fatal(err)
	}
	if twice != 0 {
		t.Errorf("%d migrations were applied twice", twice)
	}
}

func TestAFailedMigrationLeavesNothingAndTheLockFree(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	broken := release("20261201090000_extensions.sql", migration("", "CREATE TABLE half (id int); SELECT 1/0;"))
	if err := postgres.MigrateFrom(t.Context(), pool, broken); err == nil {
		t.Fatal("a broken migration went through")
	}
	if hasTable(t, pool, "half") {
		t.Error("half of a migration is left")
	}
	if err := postgres.Migrate(t.Context(), pool); err != nil {
		t.Errorf("the next try: %v", err)
	}
}

func TestAnOlderProgramIsRefusedUnlessTheNewerOneSaidItMayStay(t *testing.T) {
	t.Parallel()
	const old, expand, contract = "20990101000000_old.sql", "20990102000000_expand.sql", "20990103000000_contract.sql"
	first := with(base(t), old, migration("", "CREATE TABLE a (id int);"))
	second := with(first, expand, migration("20990101000000", "CREATE TABLE b (id int);"))
	third := with(second, contract, migration("", "DROP TABLE a;"))

	pool := pgtest.Empty(t)
	for _, step := range []struct {
		name    string
		program fstest.MapFS
		refused bool
	}{
		{"the first release", first, false},
		{"the second", second, false},
		{"the first again, which the second can work beside", first, false},
		{"the third", third, false},
		{"the first, which knows nothing of what the third removed", first, true},
		{"the second, likewise", second, true},
		{"the third again", third, false},
	} {
		err := postgres.MigrateFrom(t.Context(), pool, step.program)
		switch {
		case !step.refused && err != nil:
			t.Fatalf("%s: %v", step.name, err)
		case step.refused && !errors.Is(err, postgres.ErrNewerDatabase):
			t.Fatalf("%s: err = %v, want a refusal", step.name, err)
		case step.refused && !strings.Contains(err.Error(), "20990103000000"):
			t.Errorf("%s: the refusal does not name the migration: %v", step.name, err)
		}
	}
}

func TestMigrationsThatAreNotInOrderAreRefused(t *testing.T) {
	t.Parallel()
	for name, fsys := range map[string]fstest.MapFS{
		"a name without a number":      release("cases.sql", migration("", "SELECT 1;")),
		"a short number":               release("20261201_cases.sql", migration("", "SELECT 1;")),
		"a number twice":               with(release("20261201090000_a.sql", ""), "20261201090000_b.sql", ""),
		"a support newer than itself":  release("20261201090000_a.sql", migration("20271201090000", "SELECT 1;")),
		"capital letters in the words": release("20261201090000_Cases.sql", ""),
	} {
		if _, err := postgres.ReadMigrations(fsys); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSupportIsReadOnlyBeforeTheFirstStatement(t *testing.T) {
	t.Parallel()
	known, err := postgres.ReadMigrations(release("20270101000000_a.sql",
		"-- +goose Up\nSELECT 1;\n-- oldest binary: 20260101000000\n"))
	if err != nil {
		t.Fatal(err)
	}
	if oldest := known[20270101000000]; oldest != 20270101000000 {
		t.Errorf("oldest = %d", oldest)
	}
}

func TestSearchIgnoresAccentsAndCase(t *testing.T) {
	t.Parallel()
	var found bool
	err := pgtest.New(t).QueryRow(t.Context(),
		`SELECT to_tsvector('casement', 'Zoë Müller, Straße') @@ plainto_tsquery('casement', 'MULLER zoe')`).Scan(&found)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Error("Müller is not found by MULLER")
	}
}

func migration(oldest, sql string) string {
	text := "-- +goose Up\n" + sql + "\n"
	if oldest != "" {
		text = "-- oldest binary: " + oldest + "\n" + text
	}
	return text
}

func release(name, text string) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: []byte(text)}}
}

func with(fsys fstest.MapFS, name, text string) fstest.MapFS {
	more := release(name, text)
	for n, file := range fsys {
		more[n] = file
	}
	return more
}

// base is the first real migration, which makes the tables Migrate itself uses.
func base(t *testing.T) fstest.MapFS {
	t.Helper()
	const name = "20261201090000_extensions.sql"
	text, err := migrations.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return release(name, string(text))
}

func hasTable(t *testing.T, pool *pgxpool.Pool, name string) (has bool) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", name).Scan(&has); err != nil {
		t.Fatal(err)
	}
	return has
}
