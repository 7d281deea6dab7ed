package postgresindex_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
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
		fillCity(b, pool, number)
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

// fillCity makes a city's cases of ten years: twenty types with five groups
// each, some words in most cases and most words in few.
func fillCity(t testing.TB, pool *pgxpool.Pool, number int) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	exec := func(sql string, args ...any) {
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO groups (key, name, created_at) SELECT 'city-' || n, 'City ' || n, $1 FROM generate_series(1, 10) n`, casestest.Start)
	exec(`INSERT INTO scopes (type_key, group_key, confidentiality)
		SELECT 'type-' || t, 'city-' || (t + g) % 10 + 1, 'normal' FROM generate_series(1, 20) t, generate_series(1, 5) g`)
	type scope struct {
		ID       int32
		TypeKey  string
		GroupKey string
	}
	scopes, err := postgres.All[scope](t.Context(), pool, `SELECT id, type_key, group_key FROM scopes ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	vocabulary := make([]string, 60_000)
	for i := range vocabulary {
		n := 2 + r.IntN(3)
		for range n {
			vocabulary[i] += syllables[r.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(r, 1.1, 20, uint64(len(vocabulary)-1))
	sentence := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = vocabulary[zipf.Uint64()]
		}
		return strings.Join(words, " ")
	}
	statuses := []struct{ status, kind string }{{"new", "start"}, {"in-progress", "open"}, {"waiting", "waiting"}, {"resolved", "resolved"}, {"closed", "final"}}
	channels := []string{"web", "phone", "email", "api"}
	end := time.Now().UTC().Truncate(time.Second)
	step := 10 * 365 * 24 * time.Hour / time.Duration(number)
	used := map[core.Reference]bool{}
	reference := func() core.Reference {
		for {
			if ref := core.NewReference("CTY"); !used[ref] {
				used[ref] = true
				return ref
			}
		}
	}
	i := 0
	_, err = pool.CopyFrom(t.Context(), pgx.Identifier{"cases"}, []string{
		"id", "ref", "type_key", "type_version", "scope_id", "version", "subject", "description", "subtype", "priority", "channel", "contact", "status", "status_kind", "stage",
		"group_key", "raised_at", "received_at", "opened_at", "due_at", "updated_at", "place", "address",
	}, pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i > number {
			return nil, nil
		}
		raised := end.Add(-time.Duration(number-i) * step)
		s := scopes[r.IntN(len(scopes))]
		at := statuses[4]
		var due any
		if i > number*9/10 || r.IntN(50) == 0 {
			at = statuses[r.IntN(4)]
			due = raised.Add(time.Duration(r.IntN(2000)) * time.Hour)
		}
		description := sentence(25)
		if r.IntN(10) < 6 {
			description += " street"
		}
		if r.IntN(10) < 3 {
			description += " council"
		}
		place := fmt.Sprintf("(%f,%f)", -71.09+0.05*r.NormFloat64(), 42.31+0.04*r.NormFloat64())
		return []any{core.NewID[core.CaseID](), reference(), s.TypeKey, 1, s.ID, 1, sentence(5), description, "kind-" + strconv.Itoa(r.IntN(6)),
			[]string{"low", "normal", "normal", "high"}[r.IntN(4)], channels[r.IntN(4)], core.Contact{Name: sentence(2), Phone: fmt.Sprintf("01632 %06d", r.IntN(1000000))},
			at.status, at.kind, "", s.GroupKey, raised, raised, raised, due, raised, place, fmt.Sprintf("%d %s", r.IntN(200), sentence(1))}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	exec("ANALYZE")
}

// BenchmarkFigures prints how long searches take for many at once: words that
// are rare and everywhere, with typing errors, facets, maps and suggestions,
// for one who reaches all and for one who reaches little.
func BenchmarkFigures(b *testing.B) {
	pool := benchPool(b)
	x := benchIndex(pool)
	scopes, err := postgres.All[struct{ ID int32 }](b.Context(), pool, `SELECT id FROM scopes ORDER BY id`)
	if err != nil {
		b.Fatal(err)
	}
	var all []int32
	for _, s := range scopes {
		all = append(all, s.ID)
	}
	words, err := postgres.All[struct{ Word string }](b.Context(), pool, `SELECT word FROM search_words WHERE length(word) BETWEEN 6 AND 9 ORDER BY md5(word) LIMIT 2000`)
	if err != nil {
		b.Fatal(err)
	}
	readers := []struct {
		name string
		search.Reader
	}{
		{"all", search.Reader{Scopes: all, Staff: core.NewID[core.StaffID]().String(), Groups: []string{"city-1"}}},
		{"few", search.Reader{Scopes: all[:4], Staff: core.NewID[core.StaffID]().String(), Groups: []string{"city-1"}}},
	}
	terms := func(typed string) search.Terms {
		t, err := search.Parse(typed)
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	word := func(i int) string { return words[i%len(words)].Word }
	slip := func(s string, i int) string { at := 1 + i%(len(s)-2); return s[:at] + s[at+1:] }
	find := func(typed func(int) string, f search.Filter, facets bool) func(context.Context, search.Reader, int) error {
		return func(ctx context.Context, r search.Reader, i int) error {
			t := search.Terms{}
			if typed != nil {
				t = terms(typed(i))
			}
			_, err := x.Search(ctx, r, search.Query{Terms: t, Filter: f, Page: 1, Facets: facets})
			return err
		}
	}
	city := core.Box{South: 42.2, West: -71.25, North: 42.42, East: -70.95}
	shown := func(box core.Box, zoom int, typed string, f search.Filter) func(context.Context, search.Reader, int) error {
		return func(ctx context.Context, r search.Reader, i int) error {
			moved := box
			moved.South += float64(i%500) * 1e-5 // nobody looks at exactly the same
			moved.North += float64(i%500) * 1e-5
			_, err := x.Map(ctx, r, search.Query{Terms: terms(typed), Filter: f}, search.View{Box: moved, Zoom: zoom})
			return err
		}
	}
	small := core.Box{South: 42.31, West: -71.09, North: 42.313, East: -71.084}
	for _, what := range []struct {
		name string
		do   func(context.Context, search.Reader, int) error
	}{
		{"rare word", find(word, search.Filter{}, false)},
		{"rare word, facets", find(word, search.Filter{}, true)},
		{"two words", find(func(i int) string { return word(i) + " " + word(i*7) }, search.Filter{}, false)},
		{"typing error", find(func(i int) string { return slip(word(i), i) }, search.Filter{}, false)},
		{"common word", find(func(int) string { return "street" }, search.Filter{}, false)},
		{"common word, facets", find(func(int) string { return "street" }, search.Filter{}, true)},
		{"two common words, facets", find(func(int) string { return "council street" }, search.Filter{}, true)},
		{"common word, waiting", find(func(int) string { return "street" }, search.Filter{Kinds: []core.StatusKind{core.StatusWaiting}}, true)},
		{"common and rare word", find(func(i int) string { return "street " + word(i) }, search.Filter{}, true)},
		{"a type alone", find(nil, search.Filter{Types: []string{"type-3"}}, true)},
		{"waiting alone", find(nil, search.Filter{Kinds: []core.StatusKind{core.StatusWaiting}}, true)},
		{"overdue alone", find(nil, search.Filter{Overdue: true}, true)},
		{"map of the city", shown(city, 12, "", search.Filter{})},
		{"map of the city, open", shown(city, 12, "", search.Filter{Kinds: []core.StatusKind{core.StatusOpen}})},
		{"map of some streets", shown(small, 17, "", search.Filter{})},
		{"map of a district", shown(core.Box{South: 42.29, West: -71.12, North: 42.32, East: -71.06}, 14, "", search.Filter{})},
		{"map of a common word", shown(city, 12, "street", search.Filter{})},
		{"streets and a common word", shown(small, 17, "street", search.Filter{})},
		{"suggest, 3 letters", func(ctx context.Context, r search.Reader, i int) error {
			_, err := x.Suggest(ctx, r, terms(word(i)[:3]), 6)
			return err
		}},
		{"suggest, common word", func(ctx context.Context, r search.Reader, i int) error {
			_, err := x.Suggest(ctx, r, terms("street"[:3+i%4]), 6)
			return err
		}},
		{"suggest, typing error", func(ctx context.Context, r search.Reader, i int) error {
			_, err := x.Suggest(ctx, r, terms(slip(word(i), i)), 6)
			return err
		}},
	} {
		for _, r := range readers {
			b.Run(what.name+", "+r.name, func(b *testing.B) {
				for _, users := range []int{1, 16} {
					measure(b, pool, users, func(ctx context.Context, i int) error { return what.do(ctx, r.Reader, i) })
				}
			})
		}
	}
}

// measure lets users ask one question after another for a while and reports how
// long they waited, and how long the database computed for each where the
// operating system says so: that does not depend on what else the machine does.
func measure(b *testing.B, pool *pgxpool.Pool, users int, ask func(context.Context, int) error) {
	b.Helper()
	const long = 1500 * time.Millisecond
	var mu sync.Mutex
	var took []time.Duration
	if err := ask(b.Context(), 0); err != nil {
		b.Fatal(err)
	}
	before := computed(b, pool)
	end := time.Now().Add(long)
	var wait sync.WaitGroup
	for user := range users {
		wait.Go(func() {
			for i := user*1000 + 1; time.Now().Before(end); i++ {
				begun := time.Now()
				if err := ask(b.Context(), i); err != nil {
					b.Error(err)
					return
				}
				one := time.Since(begun)
				mu.Lock()
				took = append(took, one)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(took) == 0 {
		return
	}
	used := 0.0
	for pid, now := range computed(b, pool) {
		used += now - before[pid]
	}
	slices.Sort(took)
	ms := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(0.5), fmt.Sprintf("p50-ms/%d-users", users))
	b.ReportMetric(ms(0.95), fmt.Sprintf("p95-ms/%d-users", users))
	b.ReportMetric(used*1000/float64(len(took)), fmt.Sprintf("db-cpu-ms/%d-users", users))
	b.ReportMetric(0, "ns/op")
}

// computed is how long each process of the database has computed.
func computed(b *testing.B, pool *pgxpool.Pool) map[int]float64 {
	b.Helper()
	rows, err := postgres.All[struct{ Pid int }](b.Context(), pool, `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)
	if err != nil {
		b.Fatal(err)
	}
	out := map[int]float64{}
	for _, r := range rows {
		out[r.Pid] = processorTime(r.Pid)
	}
	return out
}
