package postgresindex_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
	"github.com/casement-dev/casement/core/search/searchtest"
)

// The figures are measured on CASEMENT_BENCH_CASES cases (100,000 unless it
// says otherwise). A database named by CASEMENT_BENCH_DATABASE is filled once and kept.
const (
	benchDatabase = "CASEMENT_BENCH_DATABASE"
	benchCases    = "CASEMENT_BENCH_CASES"
)

// benchPool is a migrated database with cases that are indexed.
func benchPool(b *testing.B) *pgxpool.Pool {
	b.Helper()
	var pool *pgxpool.Pool
	if dsn := os.Getenv(benchDatabase); dsn != "" {
		config, err := postgres.PoolConfig(dsn)
		if err != nil {
			b.Fatal(err)
		}
		config.MaxConns = 20
		if pool, err = pgxpool.NewWithConfig(b.Context(), config); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(pool.Close)
	} else {
		pool = pgtest.New(b)
	}
	number := 100_000
	if n, err := strconv.Atoi(os.Getenv(benchCases)); err == nil {
		number = n
	}
	var has int
	if err := pool.QueryRow(b.Context(), `SELECT count(*) FROM cases`).Scan(&has); err != nil {
		b.Fatal(err)
	}
	if has == 0 {
		begun := time.Now()
		searchtest.FillCity(b, pool, number)
		b.Logf("%d cases made in %v", number, time.Since(begun).Round(time.Millisecond))
		has = number
	}
	var indexed bool
	if err := pool.QueryRow(b.Context(), `SELECT EXISTS (SELECT FROM case_search)`).Scan(&indexed); err != nil {
		b.Fatal(err)
	}
	if !indexed {
		begun := time.Now()
		if err := benchIndex(pool).Rebuild(b.Context(), func(int, int) {}); err != nil {
			b.Fatal(err)
		}
		took := time.Since(begun)
		b.Logf("%d cases indexed in %v: %.0f a second", has, took.Round(time.Millisecond), float64(has)/took.Seconds())
	}
	return pool
}

func benchIndex(pool *pgxpool.Pool) *postgresindex.Index {
	return postgresindex.New(postgres.NewDB(pool), search.NewDocuments(nil), core.SystemClock{})
}

// BenchmarkFigures prints how long searches take for many at once: words that
// are rare and everywhere, with typing errors, facets, maps and suggestions,
// for one who reaches all and for one who reaches little.
func BenchmarkFigures(b *testing.B) {
	pool := benchPool(b)
	searchtest.Figures(b, pool, benchIndex(pool))
}
