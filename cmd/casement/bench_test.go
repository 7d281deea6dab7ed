package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/embedded"
)

// These benchmarks print the figures of docs/benchmarks.md: "make bench". They
// judge nothing, since machines differ. The database is the one that the
// program brings, with its own settings: every commit is on disk before it is
// acknowledged.

const nodeModules = "../../web/assets/node_modules"

// users are how many work at once, without a pause between two requests.
var users = []int{1, 16}

// shortDir is a directory that the database's user may enter, with a path short
// enough for a socket.
func shortDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/tmp", "cb")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		b.Fatal(err)
	}
	return dir
}

// latencies are how long each of many operations took.
type latencies []time.Duration

// report adds the figures to a benchmark's line.
func (l latencies) report(b *testing.B, took time.Duration) {
	slices.Sort(l)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(l[len(l)/2]), "p50-ms")
	b.ReportMetric(ms(l[len(l)*95/100]), "p95-ms")
	b.ReportMetric(float64(len(l))/took.Seconds(), "per-s")
	b.ReportMetric(0, "ns/op") // says the same again, for one user alone
}

// closedLoop lets n users do something b.N times in all, each as soon as the
// last is done.
func closedLoop(b *testing.B, n int, do func(user int) error) {
	b.Helper()
	var wait sync.WaitGroup
	var next atomic.Int64
	each := make([]latencies, n)
	b.ResetTimer()
	began := time.Now()
	for user := range n {
		wait.Go(func() {
			for next.Add(1) <= int64(b.N) {
				start := time.Now()
				if err := do(user); err != nil {
					b.Errorf("user %d: %v", user, err)
					return
				}
				each[user] = append(each[user], time.Since(start))
			}
		})
	}
	wait.Wait()
	took := time.Since(began)
	b.StopTimer()
	if all := slices.Concat(each...); len(all) > 0 {
		all.report(b, took)
	}
}

// hurried is a clock on which a little more time passes with each look, so that
// the limit on one address is not what is measured.
type hurried struct{ looks atomic.Int64 }

// Now implements core.Clock.
func (h *hurried) Now() time.Time {
	return time.Now().UTC().Add(time.Duration(h.looks.Add(1)) * 10 * time.Millisecond).Truncate(time.Microsecond)
}

// bench is an installation on a durable database of its own.
type bench struct {
	*parts
	b       *testing.B
	tracer  *tracer
	priya   core.Actor
	session string
	amara   core.Person
}

func newBench(b *testing.B) *bench {
	b.Helper()
	s, err := embedded.Start(b.Context(), embedded.Config{Dir: shortDir(b), Programs: embedded.Programs{NodeModules: []string{nodeModules}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Stop(); err != nil {
			b.Error(err)
		}
	})
	dsn, err := s.EnsureDatabase(b.Context(), "casement")
	if err != nil {
		b.Fatal(err)
	}
	config, err := postgres.PoolConfig(dsn)
	if err != nil {
		b.Fatal(err)
	}
	it := &bench{b: b, tracer: &tracer{}}
	config.ConnConfig.Tracer = it.tracer
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if err := postgres.Migrate(b.Context(), pool); err != nil {
		b.Fatal(err)
	}
	it.parts = assemble(b, pool, &hurried{})
	if err := it.prepare(b.Context(), false); err != nil {
		b.Fatal(err)
	}
	priya, err := it.people.CreateUser(b.Context(), core.SystemActor(), people.UserInput{
		Name: "Priya Raghunathan", Email: "priya@northmoor.example", Groups: []string{"complaints-team"}, Password: demoPassword,
	})
	if err != nil {
		b.Fatal(err)
	}
	it.priya = priya.Actor()
	in, err := it.people.SignIn(b.Context(), priya.Email, demoPassword, "")
	if err != nil {
		b.Fatal(err)
	}
	it.session = "casement-session=" + in.Token
	if it.amara, err = it.people.FindOrCreate(b.Context(), core.SystemActor(), people.Details{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org"}); err != nil {
		b.Fatal(err)
	}
	return it
}

func (it *bench) raise() (core.CaseID, error) {
	id := core.NewID[core.CaseID]()
	_, err := it.cases.Do(it.b.Context(), core.PersonActor(it.amara.ID, it.amara.Name), cases.One(id, 0, &cases.Raise{
		Type: "complaint", Subject: "Clinical-waste collections missed five weeks running", Subtype: "missed-collection", Channel: core.ChannelWeb,
		Description: strings.Repeat("The yellow sacks outside flat 14 have not been collected. ", 10),
		Requester:   it.amara.ID, Contact: core.Contact{Name: it.amara.Name, Email: it.amara.Email}, Address: "14 Larkspur Court, Chapel Rise",
		Submission: &core.Submission{Form: "bench", Review: []core.ReviewRow{{Question: "What happened?", Answer: "Nobody came."}}},
	}))
	return id, err
}

// many raises one case for each user.
func (it *bench) many(n int) []core.CaseID {
	it.b.Helper()
	out := make([]core.CaseID, n)
	for i := range out {
		var err error
		if out[i], err = it.raise(); err != nil {
			it.b.Fatal(err)
		}
	}
	return out
}

// tracer counts round trips to the database and remembers the last batches of
// one connection.
type tracer struct {
	trips   atomic.Int64
	mu      sync.Mutex
	record  bool
	batches [][]statement
}

type statement struct {
	sql  string
	args []any
}

// TraceQueryStart implements pgx.QueryTracer.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	t.trips.Add(1)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (t *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (t *tracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	t.trips.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.record {
		t.batches = append(t.batches, nil)
	}
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (t *tracer) TraceBatchQuery(_ context.Context, _ *pgx.Conn, q pgx.TraceBatchQueryData) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.record {
		last := len(t.batches) - 1
		t.batches[last] = append(t.batches[last], statement{q.SQL, q.Args})
	}
}

// TraceBatchEnd implements pgx.BatchTracer.
func (t *tracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// BenchmarkDoor is one change at a time through the door: lock, permission,
// rule, history, targets, reaction queued, committed to disk.
func BenchmarkDoor(b *testing.B) {
	it := newBench(b)
	for _, n := range users {
		ids := it.many(n)
		turns := make([]int, n)
		for _, change := range []struct {
			name string
			make func(user int) error
		}{
			{"raise", func(int) error { _, err := it.raise(); return err }},
			{"note", func(user int) error { return it.do(ids[user], &notes.Add{Body: "Rang the depot."}) }},
			{"claim-release", func(user int) error {
				if turns[user]++; turns[user]%2 == 1 {
					return it.do(ids[user], cases.Claim{})
				}
				return it.do(ids[user], cases.Release{})
			}},
			{"priority", func(user int) error {
				turns[user]++
				return it.do(ids[user], &cases.ChangePriority{To: []string{"high", "low"}[turns[user]%2]})
			}},
		} {
			b.Run(fmt.Sprintf("%s/%d-users", change.name, n), func(b *testing.B) {
				before := it.tracer.trips.Load()
				closedLoop(b, n, change.make)
				b.ReportMetric(float64(it.tracer.trips.Load()-before)/float64(b.N), "round-trips")
			})
		}
	}
}

func (it *bench) do(id core.CaseID, command cases.Command) error {
	_, err := it.cases.Do(it.b.Context(), it.priya, cases.One(id, 0, command))
	return err
}

// BenchmarkBareInserts sends the very statements with which the door writes a
// raised case, in one batch, without the door: the most that this database can
// take. Compare with BenchmarkDoor/raise.
func BenchmarkBareInserts(b *testing.B) {
	it := newBench(b)
	it.many(20) // statements are prepared on first use
	it.tracer.record = true
	id, err := it.raise()
	it.tracer.record = false
	if err != nil {
		b.Fatal(err)
	}
	writes := it.tracer.batches[len(it.tracer.batches)-1]
	if len(writes) < 5 || writes[len(writes)-1].sql != "COMMIT" {
		b.Fatalf("the door wrote %v", writes)
	}
	pool := it.db.Pool()
	for _, n := range users {
		b.Run(fmt.Sprintf("%d-users", n), func(b *testing.B) {
			closedLoop(b, n, func(int) error {
				var batch pgx.Batch
				batch.Queue("BEGIN")
				fresh := renewal{it.amara.ID: it.amara.ID} // the customer stays
				for _, w := range writes {
					batch.Queue(w.sql, fresh.arguments(id, w.args)...)
				}
				return pool.SendBatch(b.Context(), &batch).Close()
			})
		})
	}
}

// renewal gives the things of a recorded case new identifiers, so that the same
// rows can be written again.
type renewal map[[16]byte][16]byte

func (r renewal) of(old [16]byte) [16]byte {
	if _, ok := r[old]; !ok && old != [16]byte{} {
		r[old] = core.NewID[[16]byte]()
	}
	return r[old]
}

func (r renewal) arguments(id core.CaseID, args []any) []any {
	was, is := id.String(), core.CaseID(r.of(id)).String()
	out := make([]any, len(args))
	for i, arg := range args {
		v := reflect.ValueOf(arg)
		switch {
		case !v.IsValid():
		case v.Type() == reflect.TypeFor[core.Reference]():
			arg = core.NewReference("CMP")
		case v.Type() == reflect.TypeFor[pgtype.UUID]():
			if old := arg.(pgtype.UUID); old.Valid {
				arg = pgtype.UUID{Bytes: r.of(old.Bytes), Valid: true}
			}
		case v.Kind() == reflect.Array && v.Len() == 16 && v.Type().Elem().Kind() == reflect.Uint8:
			fresh := reflect.New(v.Type()).Elem()
			fresh.Set(reflect.ValueOf(r.of(v.Convert(reflect.TypeFor[[16]byte]()).Interface().([16]byte))).Convert(v.Type()))
			arg = fresh.Interface()
		case v.Kind() == reflect.String:
			fresh := reflect.New(v.Type()).Elem()
			fresh.SetString(strings.ReplaceAll(v.String(), was, is))
			arg = fresh.Interface()
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 && v.Len() == 32: // the hash of the tracking link
			random := make([]byte, 32)
			rand.Read(random)
			arg = random
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
			arg = bytes.ReplaceAll(v.Bytes(), []byte(was), []byte(is))
		}
		out[i] = arg
	}
	return out
}

// manyCases copies the cases there are until there are so many, raised over two
// years and due over three months.
const manyCases = `INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, reacted_to, subject, description, subtype, priority,
	channel, address, status, status_kind, stage, group_key, requester_id, contact, raised_at, received_at, due_at, updated_at)
SELECT gen_random_uuid(), 'BEN-' || n, c.type_key, c.type_version, c.scope_id, c.version, c.version, c.subject, c.description, c.subtype, c.priority,
	c.channel, c.address, c.status, c.status_kind, c.stage, c.group_key, c.requester_id, c.contact, c.raised_at - n * interval '50 minutes',
	c.received_at, c.raised_at + (n % 90) * interval '1 day' + n * interval '1 second', c.updated_at
FROM generate_series(1, $1) n, (SELECT * FROM cases LIMIT 1) c`

// BenchmarkPages asks for pages of the console as a case manager, with 20,000
// cases in their queue. A page that the program does not have is left out.
func BenchmarkPages(b *testing.B) {
	it := newBench(b)
	it.many(1)
	if _, err := it.db.Pool().Exec(b.Context(), manyCases, 20_000); err != nil {
		b.Fatal(err)
	}
	if _, err := it.db.Pool().Exec(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
	site := it.serve()
	for _, path := range []string{"/queues", "/mywork", "/search?q=clinical", "/people/1", "/account"} {
		for _, n := range users {
			b.Run(fmt.Sprintf("%s/%d-users", strings.Trim(path, "/"), n), func(b *testing.B) {
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
				defer client.CloseIdleConnections()
				size, err := it.get(client, site+path)
				if err != nil {
					b.Skip(err)
				}
				closedLoop(b, n, func(int) error { _, err := it.get(client, site+path); return err })
				b.ReportMetric(float64(size)/1024, "kB")
			})
		}
	}
	b.Run("queue-query/16-users", func(b *testing.B) {
		reach, err := it.cases.ReachOf(b.Context(), it.priya, core.MayWork)
		if err != nil {
			b.Fatal(err)
		}
		closedLoop(b, 16, func(int) error {
			list, err := it.cases.List(b.Context(), reach, cases.Filter{}, "", cases.PageSize)
			if err == nil && len(list.Rows) != cases.PageSize {
				err = fmt.Errorf("%d rows", len(list.Rows))
			}
			return err
		})
	})
}

// serve answers on a port of its own.
func (it *bench) serve() string {
	it.b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		it.b.Fatal(err)
	}
	it.settings.PublicURL = "http://" + ln.Addr().String()
	app, err := it.newServer(it.b.Context())
	if err != nil {
		it.b.Fatal(err)
	}
	go app.Serve(ln) // until Shutdown
	it.b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := app.Shutdown(ctx); err != nil {
			it.b.Error(err)
		}
	})
	return it.settings.PublicURL
}

// get reads a whole page and returns its size in bytes.
func (it *bench) get(client *http.Client, address string) (int64, error) {
	request, err := http.NewRequestWithContext(it.b.Context(), http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Cookie", it.session)
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", request.URL.Path, response.StatusCode)
	}
	return size, err
}

// started is the program as a process of its own.
type started struct {
	b   *testing.B
	cmd *exec.Cmd
	url string
}

// launch starts the program and waits until a page answers.
func launch(b *testing.B, dir string, arguments ...string) *started {
	b.Helper()
	bin, err := built()
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	s := &started{b: b, url: "http://" + address, cmd: exec.Command(bin, append([]string{"serve", "--listen", address, "--log-level", "error",
		"--data-dir", filepath.Join(dir, "data"), "--node-modules", nodeModules}, arguments...)...)}
	s.cmd.Env = append(os.Environ(), "DATABASE_URL=", "CASEMENT_DATABASE_URL=")
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-tick.C {
		if s.status("/staff/sign-in") == http.StatusOK {
			return s
		}
	}
	b.Fatal("the program does not answer")
	return nil
}

// status asks for a page as nobody; 0 when nobody answers.
func (s *started) status(path string) int {
	response, err := http.Get(s.url + path)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0
	}
	return response.StatusCode
}

// stop ends the program as Ctrl-C does.
func (s *started) stop() {
	s.b.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.b.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.b.Error(err)
	}
}

var residentSize = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// memory is what the program holds itself, without its database, in MB.
func (s *started) memory() float64 {
	s.b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.b.Skip(err) // elsewhere than on Linux
	}
	found := residentSize.FindSubmatch(raw)
	if found == nil {
		s.b.Fatal("no resident size in /proc")
	}
	kb, err := strconv.Atoi(string(found[1]))
	if err != nil {
		s.b.Fatal(err)
	}
	return float64(kb) / 1024
}

// openPlugin begins the form that is a plugin, as a browser does, and answers
// whether a page of it was shown.
func (s *started) openPlugin() bool {
	s.b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.b.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	const begin = "/forms/complaint"
	page, err := browser.Get(s.url + begin)
	if err != nil {
		s.b.Fatal(err)
	}
	defer page.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(page.Body, most))
	if err != nil {
		s.b.Fatal(err)
	}
	token := csrfField.FindSubmatch(raw)
	if token == nil {
		return false
	}
	first, err := browser.PostForm(s.url+begin, url.Values{"_csrf": {string(token[1])}})
	if err != nil {
		s.b.Fatal(err)
	}
	defer first.Body.Close()
	if _, err := io.Copy(io.Discard, first.Body); err != nil {
		s.b.Fatal(err)
	}
	return first.StatusCode == http.StatusOK && strings.HasPrefix(first.Request.URL.Path, begin+"/")
}

// BenchmarkProgram starts the built binary until a page answers.
func BenchmarkProgram(b *testing.B) {
	if _, err := built(); err != nil {
		b.Fatal(err)
	}
	b.Run("first-start-with-demonstration", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := shortDir(b)
			b.StartTimer()
			s := launch(b, dir, "--demo")
			b.StopTimer()
			s.stop()
			b.StartTimer()
		}
		seconds(b)
	})
	dir := shortDir(b)
	launch(b, dir, "--demo").stop()
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			s := launch(b, dir)
			b.StopTimer()
			s.stop()
			b.StartTimer()
		}
		seconds(b)
	})
	b.Run("idle-memory", func(b *testing.B) {
		s := launch(b, dir)
		defer s.stop()
		for b.Loop() {
			<-time.After(3 * time.Second) // what starting took is given back
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(s.memory(), "MB")
		if s.openPlugin() {
			b.ReportMetric(s.memory(), "MB-with-a-plugin")
		}
	})
}

func seconds(b *testing.B) {
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
	b.ReportMetric(0, "ns/op")
}
