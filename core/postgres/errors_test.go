package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

func TestWhatTheDatabaseRefusesIsTranslatedByItsReason(t *testing.T) {
	t.Parallel()
	db, ctx := table(t), t.Context()
	pool := db.Pool()
	if _, err := pool.Exec(ctx, "INSERT INTO item (id) VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, sql, constraint string
		want                  core.ErrorKind
	}{
		{"a duplicate", "INSERT INTO item (id) VALUES (1)", "item_id_key", core.ErrConflict},
		{"a missing reference", "INSERT INTO item (id, parent) VALUES (2, 99)", "item_parent_fkey", core.ErrConflict},
		{"a broken check is a fault of ours", "INSERT INTO item (id) VALUES (-1)", "item_id_check", ""},
		{"a missing table is a fault of ours", "SELECT * FROM nothing", "", ""},
		{"a statement that was too slow", "SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(5)", "", core.ErrUnavailable},
		{"a lock somebody holds", "DO $$ BEGIN RAISE lock_not_available; END $$", "", core.ErrConflict},
		{"a deadlock", "DO $$ BEGIN RAISE deadlock_detected; END $$", "", core.ErrConflict},
		{"bytes that are no text", `SELECT E'a\xff'`, "", core.ErrInvalid},
		{"NUL in a document", `SELECT '["\u0000"]'::jsonb`, "", core.ErrInvalid},
		{"a full disk", "DO $$ BEGIN RAISE disk_full; END $$", "", core.ErrUnavailable},
		{"a server going down", "DO $$ BEGIN RAISE admin_shutdown; END $$", "", core.ErrUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := pool.Exec(ctx, test.sql)
			if err == nil {
				t.Fatal("not refused")
			}
			translated := postgres.Translate(err)
			if kind := core.KindOf(translated); kind != test.want {
				t.Errorf("kind = %q (%v), want %q", kind, translated, test.want)
			}
			var cause *pgconn.PgError
			if !errors.As(translated, &cause) {
				t.Error("the database's own error is lost")
			}
			if test.constraint != "" && !postgres.Violates(translated, test.constraint) {
				t.Errorf("does not say that %s was violated", test.constraint)
			}
			if postgres.Violates(translated, "another") {
				t.Error("says that another constraint was violated")
			}
		})
	}
}

func TestALostSerializationRaceIsAConflict(t *testing.T) {
	t.Parallel()
	db, ctx := table(t), t.Context()
	pool := db.Pool()
	if _, err := pool.Exec(ctx, "INSERT INTO item (id) VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM item").Scan(&n); err != nil {
			return err
		}
		if _, err := pool.Exec(ctx, "UPDATE item SET parent = 1"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE item SET parent = NULL")
		return err
	})
	if kind := core.KindOf(postgres.Translate(err)); kind != core.ErrConflict {
		t.Errorf("kind = %q (%v)", kind, err)
	}
}

func TestACallerWhoWentAwayIsNotAFailureOfTheDatabase(t *testing.T) {
	t.Parallel()
	db := table(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		cancel()
		_, err := tx.Exec(ctx, "SELECT 1")
		return err
	})
	if !errors.Is(err, context.Canceled) || core.KindOf(err) != "" {
		t.Errorf("err = %v", err)
	}
}

func TestADatabaseThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := pgx.Connect(t.Context(), "host="+t.TempDir()+" dbname=x")
	if kind := core.KindOf(postgres.Translate(err)); kind != core.ErrUnavailable {
		t.Errorf("kind = %q (%v)", kind, err)
	}
}

func TestTranslateLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	ours := core.Forbidden("No.")
	other := errors.New("something else")
	for _, err := range []error{nil, ours, other, pgx.ErrNoRows} {
		if got := postgres.Translate(err); got != err {
			t.Errorf("Translate(%v) = %v", err, got)
		}
	}
}
