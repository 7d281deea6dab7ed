package postgresindex_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
)

var syllables = []string{"ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "dar", "fen", "gol", "hin", "jas", "kur"}

// vocabulary is words as they stand in cases: a few in one of every thirty, and
// many that are rarer.
func vocabulary(r *rand.Rand) func() string {
	common := []string{"the", "and", "street", "council", "bins", "lane", "light", "road", "noise", "reply"}
	words := slices.Concat(common, common, common)
	for range 4000 {
		word := ""
		for range 2 + r.IntN(3) {
			word += syllables[r.IntN(len(syllables))]
		}
		words = append(words, word)
	}
	return func() string { return words[r.IntN(len(words))] }
}

// populate fills a council with cases of several groups, a third of them open.
func populate(t testing.TB, w *casestest.World, number int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	word := vocabulary(r)
	exec := func(sql string, args ...any) {
		if _, err := w.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO groups (key, name, created_at) SELECT 'team-' || n, 'Team ' || n, $1 FROM generate_series(1, 8) n`, casestest.Start)
	exec(`INSERT INTO scopes (type_key, group_key, confidentiality) SELECT 'complaint', key, 'normal' FROM groups`)
	// Eighty more, so that whoever reaches all has more than lists look at one by one.
	exec(`INSERT INTO scopes (type_key, group_key, confidentiality) SELECT 'old-' || n, 'team-1', 'normal' FROM generate_series(1, 80) n`)
	scopes, err := postgres.All[struct {
		ID       int32
		GroupKey string
	}](t.Context(), w.Pool, `SELECT id, group_key FROM scopes ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	sentence := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = word()
		}
		return strings.Join(words, " ")
	}
	i := 0
	_, err = w.Pool.CopyFrom(t.Context(), pgx.Identifier{"cases"}, []string{
		"id", "ref", "type_key", "type_version", "scope_id", "version", "subject", "description", "channel", "contact", "status", "status_kind", "stage",
		"group_key", "assignee_id", "raised_at", "received_at", "opened_at", "due_at", "updated_at", "place", "fields",
	}, pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i > number {
			return nil, nil
		}
		raised := casestest.Start.Add(-time.Duration(number-i) * 10 * time.Minute)
		scope := scopes[r.IntN(len(scopes))]
		status, kind, due := "closed", "final", any(nil)
		if r.IntN(3) == 0 {
			status, kind, due = "in-progress", "open", raised.Add(time.Duration(r.IntN(3000))*time.Hour)
		}
		var assignee any
		if r.IntN(2) == 0 {
			assignee = w.Tomasz.StaffID()
		}
		if r.IntN(200) == 0 {
			assignee = w.Priya.StaffID()
		}
		return []any{core.NewID[core.CaseID](), core.NewReference("CMP"), "complaint", 1, scope.ID, 1, sentence(5), sentence(20), "web",
			core.Contact{Name: sentence(2)}, status, kind, "stage-1", scope.GroupKey, assignee, raised, raised, raised, due, raised,
			fmt.Sprintf("(%f,%f)", -0.12+0.03*r.NormFloat64(), 51.5+0.02*r.NormFloat64()), map[string]any{"finding": []string{"upheld", "not-upheld"}[r.IntN(2)]}}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// watched is a pool whose server says how it ran each statement.
type watched struct {
	mu    sync.Mutex
	plans []string
}

func watch(t testing.TB, pool *pgxpool.Pool) (*watched, *pgxpool.Pool) {
	t.Helper()
	w := &watched{}
	config := pool.Config().Copy()
	config.ConnConfig.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if strings.Contains(n.Message, "plan:") {
			w.plans = append(w.plans, n.Message)
		}
	}
	config.MaxConns = 2
	ready, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ready.Close)
	// Only a superuser may load it; a private cluster's owner is one.
	if _, err := ready.Exec(t.Context(), "LOAD 'auto_explain'"); err != nil {
		t.Skipf("the server does not explain itself: %v", err)
	}
	ready.Close()
	config.AfterConnect = nil
	params := config.ConnConfig.RuntimeParams
	params["session_preload_libraries"], params["auto_explain.log_min_duration"], params["auto_explain.log_analyze"] = "auto_explain", "0", "on"
	params["auto_explain.log_timing"], params["auto_explain.log_parameter_max_length"], params["client_min_messages"] = "off", "0", "log"
	if ready, err = pgxpool.NewWithConfig(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ready.Close)
	return w, ready
}

// take returns the plans since the last time.
func (w *watched) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	plans := w.plans
	w.plans = nil
	return plans
}

var wholeTable = regexp.MustCompile(`(?:Parallel )?Seq Scan on (cases|case_search|search_slips|search_words|search_newest|case_values|map_cells)\b`)

// The lists that people wait for read what they show, not all there is.
func TestNoListReadsEveryCase(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty thousand cases are not short")
	}
	w := casestest.New(t)
	open(t, w)
	const number = 30_000
	populate(t, w, number)
	documents := search.NewDocuments(w.Types)
	begun := time.Now()
	if err := postgresindex.New(w.DB, documents, w.Clock).Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	t.Logf("indexed %d cases in %v", number, time.Since(begun).Round(time.Millisecond))
	if _, err := w.Pool.Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	watching, pool := watch(t, w.Pool)
	db := postgres.NewDB(pool)
	door := cases.New(db, w.Types, w.Clock, casestest.Secret)
	service := search.New(db, door, documents, postgresindex.NewFresh(db, documents, w.Clock))
	reach, err := door.ReachOf(t.Context(), w.Priya, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	one := reach.Scopes[:1]
	index := postgresindex.NewFresh(db, documents, w.Clock)
	all, err := postgres.All[struct{ ID int32 }](t.Context(), w.Pool, `SELECT id FROM scopes`)
	if err != nil {
		t.Fatal(err)
	}
	everything := search.Reader{Staff: w.Priya.ID, Groups: reach.Groups}
	for _, scope := range all {
		everything.Scopes = append(everything.Scopes, scope.ID)
	}
	if len(everything.Scopes) <= 64 {
		t.Fatalf("%d scopes are few", len(everything.Scopes))
	}
	little := everything
	little.Scopes = one
	town := core.Box{South: 51.4, West: -0.25, North: 51.6, East: 0}
	look := func(r search.Reader, zoom int, box core.Box, typed string, f search.Filter) error {
		found, err := index.Map(t.Context(), r, search.Query{Terms: parsed(t, typed), Filter: f}, search.View{Box: box, Zoom: zoom})
		if err == nil && found.Total == 0 {
			err = fmt.Errorf("the map is empty")
		}
		return err
	}
	corner := core.Box{South: 51.5, West: -0.125, North: 51.504, East: -0.12}
	var rare string
	if err := w.Pool.QueryRow(t.Context(), `SELECT word FROM search_words WHERE length(word) > 6 ORDER BY word LIMIT 1`).Scan(&rare); err != nil {
		t.Fatal(err)
	}
	find := func(r search.Request) error {
		found, err := service.Find(t.Context(), w.Priya, r)
		if err == nil && len(found.Results) == 0 {
			err = fmt.Errorf("%q found nothing", r.Typed)
		}
		return err
	}
	list := func(f cases.Filter) error {
		_, err := door.List(t.Context(), reach, f, "", 25)
		return err
	}
	for _, what := range []struct {
		name string
		do   func() error
	}{
		{"a queue, due first", func() error { return list(cases.Filter{Scopes: one}) }},
		{"a queue, newest first", func() error { return list(cases.Filter{Scopes: one, Order: cases.ByNewest}) }},
		{"unclaimed in a queue", func() error { return list(cases.Filter{Scopes: one, Only: cases.OnlyUnclaimed}) }},
		{"closed in a queue", func() error { return list(cases.Filter{Scopes: one, Only: cases.OnlyClosed, Order: cases.ByNewest}) }},
		{"all queues at once", func() error { return list(cases.Filter{}) }},
		{"the counts of a queue", func() error { _, err := door.Count(t.Context(), reach, cases.Filter{Scopes: one}); return err }},
		{"the figures of all queues", func() error { _, err := door.Tally(t.Context(), reach, w.Clock.Now()); return err }},
		{"my work", func() error { _, err := door.AssignedTo(t.Context(), w.Priya.StaffID(), 100); return err }},
		{"the next one", func() error { _, err := door.TakeNext(t.Context(), w.Priya, one); return err }},
		{"the beginning of a reference", func() error { _, err := door.ByRefPrefix(t.Context(), reach, "CMP-7K", 5); return err }},
		{"a common word", func() error { return find(search.Request{Typed: "street", Facets: true}) }},
		{"two words", func() error { return find(search.Request{Typed: "council noise", Facets: true}) }},
		{"a rare word", func() error { return find(search.Request{Typed: rare, Facets: true}) }},
		{"a beginning", func() error { return find(search.Request{Typed: "street ke", Facets: true}) }},
		{"a typing error", func() error { return find(search.Request{Typed: "stret counsil", Facets: true}) }},
		{"a word and a filter", func() error {
			return find(search.Request{Typed: "lane", Filter: search.Filter{Kinds: []core.StatusKind{core.StatusOpen}, Assignee: search.AssigneeNone}, Facets: true})
		}},
		{"a common word, newest", func() error { return find(search.Request{Typed: "street", Order: search.ByNewest, Facets: true}) }},
		{"a common word, due", func() error { return find(search.Request{Typed: "street", Order: search.ByDue}) }},
		{"a common word, oldest", func() error { return find(search.Request{Typed: "street", Order: search.ByOldest}) }},
		{"those of somebody", func() error {
			return find(search.Request{Filter: search.Filter{Assignee: search.AssigneeMe}, Facets: true})
		}},
		{"a group alone", func() error {
			return find(search.Request{Filter: search.Filter{Groups: []string{"team-2"}}, Facets: true})
		}},
		{"a common word and a status", func() error {
			return find(search.Request{Typed: "street", Filter: search.Filter{Statuses: []string{"in-progress"}}, Facets: true})
		}},
		{"within a box", func() error { return find(search.Request{Filter: search.Filter{Within: &corner}, Facets: true}) }},
		{"a word near a place", func() error {
			return find(search.Request{Typed: "street", Filter: search.Filter{Near: &core.Circle{Centre: core.Point{Lat: 51.5, Lng: -0.12}, Metres: 900}}})
		}},
		{"a field", func() error {
			return find(search.Request{Typed: "noise", Filter: search.Filter{Fields: map[string][]string{"finding": {"upheld"}}}})
		}},
		{"a word in all scopes", func() error {
			_, err := index.Search(t.Context(), everything, search.Query{Terms: parsed(t, "street"), Page: 1, Facets: true})
			return err
		}},
		{"a word in one scope", func() error {
			_, err := index.Search(t.Context(), little, search.Query{Terms: parsed(t, "street"), Page: 1, Facets: true})
			return err
		}},
		{"suggestions", func() error { _, err := service.Suggest(t.Context(), w.Priya, "stre", 6); return err }},
		{"suggestions for a typing error", func() error { _, err := service.Suggest(t.Context(), w.Priya, "counsil", 6); return err }},
		{"a page of an export", func() error {
			_, err := index.List(t.Context(), everything, search.Query{Terms: parsed(t, "street")}, core.CaseID{}, 500)
			return err
		}},
		{"the map of a town", func() error { return look(everything, 12, town, "", search.Filter{}) }},
		{"the map of a town in one scope", func() error { return look(little, 12, town, "", search.Filter{}) }},
		{"the map of some streets", func() error { return look(everything, 17, corner, "", search.Filter{}) }},
		{"the map of some streets in one scope", func() error { return look(little, 17, corner, "", search.Filter{}) }},
		{"the map of a word", func() error { return look(everything, 12, town, "noise", search.Filter{}) }},
		{"the map of some streets and a word", func() error { return look(everything, 17, corner, "street", search.Filter{}) }},
		{"the map of what is overdue", func() error { return look(everything, 12, town, "", search.Filter{Overdue: true}) }},
		{"a filter alone", func() error { return find(search.Request{Filter: search.Filter{Overdue: true}, Facets: true}) }},
	} {
		if err := what.do(); err != nil {
			t.Errorf("%s: %v", what.name, err)
			continue
		}
		watching.take()
		begun := time.Now()
		if err := what.do(); err != nil {
			t.Errorf("%s: %v", what.name, err)
		}
		took, plans := time.Since(begun), watching.take()
		if len(plans) == 0 {
			t.Errorf("%s was not explained", what.name)
		}
		t.Logf("%-30s %7.1f ms, %d statements", what.name, float64(took.Microseconds())/1000, len(plans))
		for _, plan := range plans {
			if found := wholeTable.FindString(plan); found != "" {
				t.Errorf("%s: %s\n%s", what.name, found, plan)
			}
		}
	}
}
