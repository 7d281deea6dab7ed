package meili_test

import (
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili"
	"github.com/casement-dev/casement/core/search/meili/meilitest"
	"github.com/casement-dev/casement/core/search/postgresindex"
	"github.com/casement-dev/casement/core/search/searchtest"
)

// The same city as that of the other engine, and the same variables:
// CASEMENT_BENCH_CASES cases (100,000 unless it says otherwise), in the database
// that CASEMENT_BENCH_DATABASE names or in one of the benchmark's own.
func benchPool(b *testing.B) *pgxpool.Pool {
	b.Helper()
	number := 100_000
	if n, err := strconv.Atoi(os.Getenv("CASEMENT_BENCH_CASES")); err == nil {
		number = n
	}
	dsn := os.Getenv("CASEMENT_BENCH_DATABASE")
	if dsn == "" {
		pool := pgtest.New(b)
		searchtest.FillCity(b, pool, number)
		return pool
	}
	config, err := postgres.PoolConfig(dsn)
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	var has bool
	if err := pool.QueryRow(b.Context(), `SELECT EXISTS (SELECT FROM cases)`).Scan(&has); err != nil {
		b.Fatal(err)
	}
	if !has {
		searchtest.FillCity(b, pool, number)
	}
	return pool
}

func BenchmarkMeilisearch(b *testing.B) {
	meilitest.Need(b)
	pool := benchPool(b)
	if _, err := pool.Exec(b.Context(), `INSERT INTO installation (name, created_at) VALUES ('bench', $1) ON CONFLICT DO NOTHING`, casestest.Start); err != nil {
		b.Fatal(err)
	}
	db, documents := postgres.NewDB(pool), search.NewDocuments(nil)
	maps := postgresindex.New(db, documents, core.SystemClock{})
	if err := maps.Rebuild(b.Context(), func(int, int) {}); err != nil {
		b.Fatal(err)
	}
	x, err := meili.New(meili.Options{
		URL: shared.URL, Key: meilitest.Key, Index: "bench", DB: db, Documents: documents, Clock: core.SystemClock{},
		Log: slog.New(slog.DiscardHandler), Maps: maps,
	})
	if err != nil {
		b.Fatal(err)
	}
	began, all := time.Now(), 0
	if err := x.Rebuild(b.Context(), func(_, total int) { all = total }); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	b.Logf("%d cases indexed in %s: %.0f a second", all, took.Round(time.Millisecond), float64(all)/took.Seconds())
	searchtest.Figures(b, pool, x)
}
