package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// measurement is one run.
type measurement struct {
	options
	db     *pgxpool.Pool
	dsn    string
	server *server
	sample *sample

	readers [3]*reader // who reaches everything, who reaches few, a customer
	// programs change cases. They are several because each may make a thousand
	// requests a second, and take turns.
	programs []*browser
	changed  atomic.Int64
}

// program is the one whose turn it is.
func (m *measurement) program() *browser { return m.programs[int(m.changed.Add(1))%len(m.programs)] }

// scenario is one thing people ask for.
type scenario struct {
	what string
	must time.Duration
	// asks makes what one reader does again and again; nil for a reader whom it
	// does not concern.
	asks func(r *reader) func(ctx context.Context, user int) (int64, error)
	who  int // 0: both staff users; 2: the customer
}

const budget = 50 * time.Millisecond

// scenarios lists what is measured, in the order of the table.
func (m *measurement) scenarios(ctx context.Context) ([]scenario, error) {
	one, two, wrong, err := m.sample.words(ctx)
	if err != nil {
		return nil, err
	}
	south, west, north, east, err := m.sample.box(ctx)
	if err != nil {
		return nil, err
	}
	city := fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", south, west, north, east)
	var streets []string
	for range 200 {
		streets = append(streets, boxAround(m.sample.random, south, west, north, east, 0.01))
	}
	page := func(path func(*reader) string) func(*reader) func(context.Context, int) (int64, error) {
		return func(r *reader) func(context.Context, int) (int64, error) {
			return func(ctx context.Context, _ int) (int64, error) { return r.get(ctx, path(r)) }
		}
	}
	among := func(prefix string, values []string, suffix string) func(*reader) func(context.Context, int) (int64, error) {
		return func(r *reader) func(context.Context, int) (int64, error) { return turns(r, prefix, values, suffix) }
	}
	return []scenario{
		{what: "a queue, its first page", must: budget, asks: page(func(r *reader) string { return r.queue })},
		{what: "a queue, page 10,000", must: budget, asks: page(func(r *reader) string { return r.deep })},
		{what: "My work", must: budget, asks: page(func(*reader) string { return "/mywork" })},
		{what: "a case", must: budget, asks: page(func(r *reader) string { return "/cases/" + r.next() })},
		{what: "search, one word, with facets", must: budget, asks: among("/search?q=", one, "")},
		{what: "search, two words, with facets", must: budget, asks: among("/search?q=", two, "")},
		{what: "search, a typing error", must: budget, asks: among("/search?q=", wrong, "")},
		{what: "search, open ones, no words", must: budget, asks: page(func(*reader) string { return "/search?kind=open&kind=start" })},
		{what: "suggestions while typing, with an error", must: 2 * budget, asks: among("/palette?q=", wrong, "")},
		{what: "map of the city, clusters", must: budget, asks: page(func(*reader) string { return "/search/map?box=" + city + "&zoom=11" })},
		{what: "map of some streets, single cases", must: budget, asks: among("/search/map?zoom=17&box=", streets, "")},
		{what: "map of a word", must: budget, asks: among("/search/map?zoom=11&box="+city+"&q=", one, "")},
		{what: "portal, a customer’s cases", must: budget, who: 2, asks: page(func(*reader) string { return "/portal" })},
	}, nil
}

// prepare signs everybody in.
func (m *measurement) prepare(ctx context.Context) (err error) {
	if err := m.db.QueryRow(ctx, `SELECT count(*) FROM cases`).Scan(&m.sample.cases); err != nil {
		return err
	}
	if m.readers[0], err = m.staff(ctx, m.admin); err != nil {
		return err
	}
	if m.readers[1], err = m.staff(ctx, m.restricted); err != nil {
		return err
	}
	if m.readers[2], err = m.customer(ctx); err != nil {
		return err
	}
	for n := range 4 {
		key, err := m.newKey(ctx, n)
		if err != nil {
			return err
		}
		b := newBrowser(m.server.url, m.users)
		b.header.Set("Authorization", "Bearer "+key)
		m.programs = append(m.programs, b)
	}
	return nil
}

var keyShown = regexp.MustCompile(`casement_[a-z0-9]+_[a-z0-9]+`)

// newKey lets a program in that may raise and work cases.
func (m *measurement) newKey(ctx context.Context, n int) (string, error) {
	cmd := exec.CommandContext(ctx, m.options.server, "api-client", "create", fmt.Sprintf("Measure %d, %d", n, time.Now().UnixNano()), "--type", "*",
		"--permission", "case.raise,case.work", "--per-minute", "60000", "--days", "1", "--data-dir", m.data)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+m.dsn)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("make a key: %w\n%s", err, out)
	}
	key := keyShown.Find(out)
	if key == nil {
		return "", fmt.Errorf("no key was shown:\n%s", out)
	}
	return string(key), nil
}

// all measures everything and prints it.
func (m *measurement) all(ctx context.Context) error {
	out := os.Stdout
	if err := m.prepare(ctx); err != nil {
		return err
	}
	if m.plans {
		return m.explain(ctx, out)
	}
	fmt.Fprintf(out, "%d cases; %s.\n\n%d users, each sending the next request as soon as the last is answered, %s for each figure.\n\n",
		m.sample.cases, machine(ctx, m.db), m.users, m.lasting)
	if err := m.pages(ctx, out); err != nil {
		return err
	}
	if err := m.writes(ctx, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nMemory of the server afterwards: %.0f MB.\n", residentMB(m.server.cmd))
	return nil
}

// pages measures what is read, idle first and then under changes.
func (m *measurement) pages(ctx context.Context, out *os.File) error {
	scenarios, err := m.scenarios(ctx)
	if err != nil {
		return err
	}
	rows := make([]row, 0, len(scenarios))
	run := func(s scenario, who int) figures {
		if s.who == 2 && who != 0 {
			return figures{}
		}
		r := m.readers[who]
		if s.who == 2 {
			r = m.readers[2]
		}
		return closedLoop(ctx, m.users, m.warm, m.lasting, s.asks(r))
	}
	chosen := scenarios[:0:0]
	for _, s := range scenarios {
		if strings.Contains(s.what, m.only) {
			chosen = append(chosen, s)
		}
	}
	for _, s := range chosen {
		fmt.Fprintf(os.Stderr, "%s …\n", s.what)
		rows = append(rows, row{what: s.what, must: s.must, idle: run(s, 0), idleFew: run(s, 1)})
	}
	busy, cancel := context.WithCancel(ctx)
	defer cancel()
	var done, failed int64
	var changing sync.WaitGroup
	changing.Go(func() { done, failed = steadily(busy, m.changes, m.change) })
	begun := time.Now()
	for i, s := range chosen {
		fmt.Fprintf(os.Stderr, "%s, with changes …\n", s.what)
		rows[i].busy, rows[i].busyFew = run(s, 0), run(s, 1)
	}
	took := time.Since(begun)
	cancel()
	changing.Wait()
	fmt.Fprint(out, heading)
	for _, r := range rows {
		r.print(out)
	}
	fmt.Fprintf(out, "\nBold: above its budget. Ratio: the middle of the restricted reader’s latencies to the other’s, 1.2 at most. %.0f changes a second arrived meanwhile, %d of %d failed.\n",
		float64(done)/took.Seconds(), failed, done+failed)
	return ctx.Err()
}

// made is what the API answers to a raise.
type made struct {
	Ref string `json:"ref"`
}

// change changes a case as a program does: every third raises one.
func (m *measurement) change(ctx context.Context, n int) error {
	if n%3 == 0 {
		_, err := m.raise(ctx)
		return err
	}
	return m.note(ctx)
}

// raise raises a case through the API.
func (m *measurement) raise(ctx context.Context) (made, error) {
	var out made
	program := m.program()
	n := m.changed.Load()
	body, err := program.post(ctx, "/api/v1/cases", fmt.Sprintf(`{"type":"complaint","subtype":"missed-collection","channel":"api",
		"subject":"Clinical waste collection missed again, week %d","description":%q,"contact":{"name":"Amara Okonkwo","email":"amara@example.org"},
		"address":"14 Larkspur Court, Chapel Rise"}`, n, strings.Repeat("The yellow sacks outside flat 14 have not been collected. ", 10)))
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(body, &out)
}

// note adds a note to one of the cases.
func (m *measurement) note(ctx context.Context) error {
	_, err := m.program().post(ctx, "/api/v1/cases/"+m.readers[0].next()+"/commands/note-add", `{"body":"Rang the depot: the crew comes on Thursday."}`)
	return err
}

// writes measures what is changed, beside what PostgreSQL's own benchmark makes
// of the same rows.
func (m *measurement) writes(ctx context.Context, out *os.File) error {
	if !strings.Contains("raise, note", m.only) {
		return nil
	}
	first, err := m.raise(ctx)
	if err != nil {
		return fmt.Errorf("raise a case: %w", err)
	}
	raised := closedLoop(ctx, m.users, m.warm, m.lasting, func(ctx context.Context, _ int) (int64, error) { _, err := m.raise(ctx); return 0, err })
	drained, err := m.drain(ctx)
	if err != nil {
		return err
	}
	noted := closedLoop(ctx, m.users, m.warm, m.lasting, func(ctx context.Context, _ int) (int64, error) { return 0, m.note(ctx) })
	if _, err := m.drain(ctx); err != nil {
		return err
	}
	fmt.Fprint(out, "\n| change through the API | p50 / p95 | a second |\n| --- | --- | --- |\n")
	for _, w := range []struct {
		what string
		f    figures
	}{{"raise a case, with history, targets and reaction", raised}, {"add a note", noted}} {
		fmt.Fprintf(out, "| %s | %s / %s | %.0f |\n", w.what, ms(w.f.at(0.5)), ms(w.f.at(0.95)), w.f.perSecond())
		if w.f.failed > 0 {
			fmt.Fprintf(out, "\n%s: %d failed: %v\n\n", w.what, w.f.failed, w.f.why)
		}
	}
	fmt.Fprintf(out, "\nReactions, index and counts of these were drained %.1f s after the load stopped.\n", drained.Seconds())
	var id string
	if err := m.db.QueryRow(ctx, `SELECT id::text FROM cases WHERE ref = $1`, first.Ref).Scan(&id); err != nil {
		return fmt.Errorf("find the case that was raised: %w", err)
	}
	rate, err := pgbench(ctx, m.db, m.dsn, id, m.users, m.lasting)
	switch {
	case errors.Is(err, errNoPgbench):
		fmt.Fprintf(out, "\nNot compared with pgbench: %v.\n", err)
	case err != nil:
		return err
	default:
		fmt.Fprintf(out, "\npgbench inserts the same rows %.0f times a second: raising reaches %.0f %% of it (budget: 50 %%).\n", rate, 100*raised.perSecond()/rate)
	}
	return nil
}

// selectBehind asks whether a follower has events before it, or the queue work.
const selectBehind = `SELECT EXISTS (SELECT FROM feed_cursors c CROSS JOIN LATERAL (SELECT FROM events e WHERE (e.tx, e.seq) > (c.tx, c.seq) LIMIT 1) e)
	OR EXISTS (SELECT FROM river_job WHERE state IN ('available', 'running'))`

// drain waits until the index and the reactions have caught up.
func (m *measurement) drain(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < 5*time.Minute {
		var behind bool
		if err := m.db.QueryRow(ctx, selectBehind).Scan(&behind); err != nil {
			return 0, err
		}
		if !behind {
			return time.Since(begun), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-tick.C:
		}
	}
	return 0, errors.New("the index did not catch up within five minutes")
}
