package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func TestOpenTalksUTCUnderOurName(t *testing.T) {
	t.Parallel()
	pool, err := postgres.Open(t.Context(), pgtest.DSN(pgtest.Empty(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var zone, name string
	err = pool.QueryRow(t.Context(), "SELECT current_setting('timezone'), current_setting('application_name')").Scan(&zone, &name)
	if err != nil {
		t.Fatal(err)
	}
	if zone != "UTC" || name != "casement" {
		t.Errorf("timezone %q, application_name %q", zone, name)
	}
}

func TestTheConnectionStringChoosesTheSizeOfThePool(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]int32{
		"host=localhost dbname=x":                   24,
		"host=localhost dbname=x pool_max_conns=3":  3,
		"postgres://localhost/x?pool_max_conns=5":   5,
		"postgres://localhost/x?application_name=a": 24,
	} {
		config, err := postgres.PoolConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		if config.MaxConns != want {
			t.Errorf("%s: %d connections, want %d", dsn, config.MaxConns, want)
		}
	}
}

func TestOpenRefusesADatabaseThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	name := pool.Config().ConnConfig.Database + "_latin1"
	sql := "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := pool.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	opened, err := postgres.Open(t.Context(), pgtest.DSN(pool)+" dbname="+name)
	if err == nil {
		opened.Close()
		t.Fatal("a LATIN1 database was accepted")
	}
}

func TestATransactionKeepsAllOrNothing(t *testing.T) {
	t.Parallel()
	db, ctx := table(t), t.Context()
	refused := errors.New("no")
	err := db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO item (id) VALUES (1)"); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatalf("err = %v", err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows after a failed transaction", n)
	}
	err = db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO item (id) VALUES (1), (2)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows after a transaction of two", n)
	}
}

func TestATransactionSurvivesAPanicOfItsWork(t *testing.T) {
	t.Parallel()
	db := table(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Tx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO item (id) VALUES (1)"); err != nil {
				return err
			}
			panic("a fault in work")
		})
	}()
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows after a panic", n)
	}
	if held := db.Pool().Stat().AcquiredConns(); held != 0 {
		t.Errorf("%d connections still taken", held)
	}
}

func TestATransactionThatTakesTooLongIsEndedAsUnavailable(t *testing.T) {
	t.Parallel()
	start := time.Now()
	err := table(t).Tx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT pg_sleep(60)")
		return err
	})
	if core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("err = %v, want unavailable", err)
	}
	if took := time.Since(start); took > 2*postgres.TxLimit {
		t.Errorf("it took %v", took)
	}
}

func TestASnapshotSeesOneInstantAndCannotWrite(t *testing.T) {
	t.Parallel()
	db, ctx := table(t), t.Context()
	err := db.Snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var before, after int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM item").Scan(&before); err != nil {
			return err
		}
		if _, err := db.Pool().Exec(ctx, "INSERT INTO item (id) VALUES (7)"); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM item").Scan(&after); err != nil {
			return err
		}
		if before != after {
			t.Errorf("saw %d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO item (id) VALUES (8)")
		return err
	})
	if err == nil {
		t.Error("a snapshot could write")
	}
}

type item struct {
	ID     int
	Parent *int
}

func TestOneRowOrTheCallersNotFound(t *testing.T) {
	t.Parallel()
	db, ctx := table(t), t.Context()
	missing := core.NotFound("There is no such item.")
	const byID = "SELECT id, parent FROM item WHERE id = $1"
	if _, err := postgres.One[item](ctx, db.Pool(), missing, byID, 1); !errors.Is(err, missing) {
		t.Errorf("no row: err = %v", err)
	}
	if _, err := db.Pool().Exec(ctx, "INSERT INTO item (id) VALUES (1), (2)"); err != nil {
		t.Fatal(err)
	}
	found, err := postgres.One[item](ctx, db.Pool(), missing, byID, 2)
	if err != nil || found.ID != 2 {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := postgres.One[item](ctx, db.Pool(), missing, "SELECT id, parent FROM item"); err == nil || errors.Is(err, missing) {
		t.Errorf("two rows: err = %v, want a fault", err)
	}
	if _, err := postgres.One[item](ctx, db.Pool(), missing, "SELECT id, parent FROM nothing"); err == nil || errors.Is(err, missing) {
		t.Errorf("a broken query: err = %v, want a fault", err)
	}
	all, err := postgres.All[item](ctx, db.Pool(), "SELECT id, parent FROM item ORDER BY id")
	if err != nil || len(all) != 2 || all[1].ID != 2 {
		t.Errorf("all = %+v, %v", all, err)
	}
}

// table returns a database with one table, item.
func table(t *testing.T) *postgres.DB {
	t.Helper()
	pool := pgtest.Empty(t)
	_, err := pool.Exec(t.Context(), `CREATE TABLE item (
		id int CONSTRAINT item_id_key PRIMARY KEY,
		parent int CONSTRAINT item_parent_fkey REFERENCES item,
		CONSTRAINT item_id_check CHECK (id > 0))`)
	if err != nil {
		t.Fatal(err)
	}
	return postgres.NewDB(pool)
}

func count(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM item").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
