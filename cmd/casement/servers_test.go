package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/settings"
	"github.com/casement-dev/casement/core/tracing/tracingtest"
)

// How much goes on while servers come and go.
const (
	fleetSize    = 3
	fleetClients = 4  // who raise cases and read pages through the balancer
	fleetKilled  = 30 // cases raised while the elected server is killed
	fleetPatient = 40 * time.Second
)

// fleet is an installation of three servers on one database.
type fleet struct {
	t       *testing.T
	dir     string
	dsn     string
	clock   string
	traces  *tracingtest.Collector
	door    *parts // on the same database, in this process
	servers [fleetSize]*member
}

// member is one server: a process, which may be another after a restart.
type member struct {
	address string
	cmd     *exec.Cmd
	done    chan struct{}
	log     *lockedBuffer
}

// newFleet starts all servers at once on an empty database: one migrates and
// prepares, the others wait for it.
func newFleet(t *testing.T) *fleet {
	t.Helper()
	if testing.Short() {
		t.Skip("starting three servers is not short")
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.Empty(t)
	f := &fleet{t: t, dir: t.TempDir(), dsn: pgtest.DSN(pool), traces: tracingtest.Start(t)}
	f.clock = filepath.Join(f.dir, "clock")
	for i := range f.servers {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f.servers[i] = &member{address: ln.Addr().String(), log: &lockedBuffer{}}
		ln.Close()
	}
	for _, m := range f.servers {
		f.start(m, bin)
	}
	t.Cleanup(f.stopAll)
	for _, m := range f.servers {
		f.awaitReady(m)
	}
	s, err := settings.Read(f.arguments("127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	if f.door, err = build(s, &database{pool: pool}, s.Clock(slog.New(slog.DiscardHandler)), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.door.close)
	return f
}

func (f *fleet) arguments(address string) []string {
	return []string{"--listen", address, "--public-url", "http://casework.example", "--data-dir", filepath.Join(f.dir, "data"), "--plugin-cache-dir", pluginCache(), "--test", "--clock-file", f.clock,
		"--log-level", "warn", "--drain-time", "2s", "--secret-key", strings.Repeat("5e", 32), "--database-url", f.dsn,
		"--traces-endpoint", f.traces.URL, "--traces-share", "1"}
}

func (f *fleet) start(m *member, bin string) {
	f.t.Helper()
	m.cmd = exec.Command(bin, append([]string{"serve"}, f.arguments(m.address)...)...)
	m.cmd.Stdout, m.cmd.Stderr = m.log, m.log
	if err := m.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	cmd, done := m.cmd, make(chan struct{})
	m.done = done
	go func() {
		defer close(done)
		if err := cmd.Wait(); err != nil {
			fmt.Fprintln(m.log, "ended:", err)
		}
	}()
}

// ready asks a server whether requests should be sent to it.
func (m *member) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.address+"/readyz", nil)
	if err != nil {
		return false
	}
	request.Close = true
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (f *fleet) awaitReady(m *member) {
	f.t.Helper()
	f.eventually("a server is ready", func() bool {
		select {
		case <-m.done:
			f.t.Fatalf("the server ended\n%s", m.log)
		default:
		}
		return m.ready(f.t.Context())
	})
}

// end sends a signal and waits until the process is gone.
func (f *fleet) end(m *member, signal os.Signal) {
	f.t.Helper()
	if err := m.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		f.t.Fatal(err)
	}
	select {
	case <-m.done:
	case <-time.After(fleetPatient):
		_ = m.cmd.Process.Signal(syscall.SIGKILL) // it is reported just now
		f.t.Fatalf("a server did not end\n%s", m.log)
	}
}

func (f *fleet) stopAll() {
	for _, m := range f.servers {
		_ = m.cmd.Process.Signal(os.Interrupt) // it may have ended
	}
	for _, m := range f.servers {
		<-m.done
		if f.t.Failed() {
			f.t.Logf("%s said:\n%s", m.address, m.log)
		}
	}
}

func (f *fleet) eventually(what string, holds func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), fleetPatient)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			f.t.Fatalf("it never came to be that %s", what)
		case <-tick.C:
		}
	}
}

func (f *fleet) count(sql string, args ...any) int {
	var n int
	if err := f.door.db.Pool().QueryRow(f.t.Context(), sql, args...).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *fleet) is(want int, what, sql string, args ...any) {
	f.t.Helper()
	if n := f.count(sql, args...); n != want {
		f.t.Errorf("%s: %d, want %d", what, n, want)
	}
}

// worker is a staff user with a session, and a token for forms.
type worker struct {
	core.Actor
	session string
	csrf    string
}

func (f *fleet) hireWorker(name string, roles []core.Role, groups ...string) *worker {
	f.t.Helper()
	u, err := f.door.people.CreateUser(f.t.Context(), core.SystemActor(), people.UserInput{
		Name: name, Email: strings.ToLower(name) + "@northmoor.example", Roles: roles, Groups: groups, Password: demoPassword,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	in, err := f.door.people.SignIn(f.t.Context(), u.Email, demoPassword, "")
	if err != nil {
		f.t.Fatal(err)
	}
	w := &worker{Actor: u.Actor(), session: in.Token}
	page, err := f.ask(f.servers[0].address, w, http.MethodGet, "/people/new", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	found := csrfField.FindStringSubmatch(page.body)
	if found == nil {
		f.t.Fatalf("no form in %.300s", page.body)
	}
	w.csrf = found[1]
	return w
}

// ask sends one request to a server, or to the balancer.
func (f *fleet) ask(address string, by *worker, method, path string, form url.Values) (reply, error) {
	var body io.Reader
	if form != nil {
		form.Set("_csrf", by.csrf)
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(f.t.Context(), method, "http://"+address+path, body)
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Cookie", "casement-session="+by.session)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return roundTrip(request)
}

func (f *fleet) status(want, server int, by *worker, method, path string, form url.Values) reply {
	f.t.Helper()
	a, err := f.ask(f.servers[server].address, by, method, path, form)
	if err != nil || a.status != want {
		f.t.Fatalf("%s %s on server %d: %d, want %d (%v)\n%.400s", method, path, server+1, a.status, want, err, a.body)
	}
	return a
}

func (f *fleet) raise(by core.Actor, subject string) core.CaseID {
	f.t.Helper()
	id := core.NewID[core.CaseID]()
	if _, err := f.door.cases.Do(f.t.Context(), by, cases.One(id, 0, raising(subject))); err != nil {
		f.t.Fatal(err)
	}
	return id
}

func raising(subject string) *cases.Raise {
	return &cases.Raise{Type: "complaint", Subject: subject, Description: "Nobody came.", Subtype: "other", Channel: core.ChannelTelephone, Contact: core.Contact{Name: "Caller"}}
}

func (f *fleet) ref(id core.CaseID) string {
	f.t.Helper()
	cs, err := f.door.cases.ByID(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(cs.Ref)
}

// elected is the server that follows the feed, by its own figures.
func (f *fleet) elected() *member {
	f.t.Helper()
	var found *member
	f.eventually("one server follows the feed", func() bool {
		for _, m := range f.servers {
			resp, err := http.Get("http://" + m.address + "/metrics")
			if err != nil {
				continue
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err == nil && bytes.Contains(body, []byte("\ncasement_follower_elected 1\n")) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

func TestThreeServersAreOneInstallation(t *testing.T) {
	f := newFleet(t)
	begun := time.Now()
	defer func() { t.Logf("with the servers running it took %s", time.Since(begun).Round(time.Millisecond)) }()
	f.is(1, "installations", `SELECT count(*) FROM installation WHERE prepared_at IS NOT NULL AND key_proof IS NOT NULL`)
	priya := f.hireWorker("Priya", nil, "complaints-team")
	morag := f.hireWorker("Morag", []core.Role{core.RoleAdministrator, core.RoleConfigurator}, "complaints-team")

	f.aServerWithAnotherKeyDoesNotStart()
	f.aSessionAndItsFormsWorkEverywhereAndEndEverywhere(priya)
	f.aChangeShowsOnAPageOfAnotherServer(priya)
	f.configurationIsSeenEverywhere(morag)
	f.guessesAreCountedTogether(morag)
	ids := f.theElectedOneIsKilledWhileCasesAreRaised(priya)
	f.serversAreReplacedUnderLoad(priya)
	f.targetsAreBreachedOnce(ids)
	f.nothingWasLostOrDoubled()
	f.requestsAreTracedToWhatFollowed()
}

// requestsAreTracedToWhatFollowed looks at what the collector was sent of the
// raising of cases: the request, the door, a batch of statements, and the job,
// on whichever server it was done.
func (f *fleet) requestsAreTracedToWhatFollowed() {
	f.t.Helper()
	f.eventually("a raising has been traced from the request to the job", func() bool {
		byID, under := map[string]tracingtest.Span{}, map[string]map[string]bool{} // by the identifier of the door
		for _, span := range f.traces.Spans() {
			byID[span.ID] = span
			if under[span.Parent] == nil {
				under[span.Parent] = map[string]bool{}
			}
			under[span.Parent][span.Name] = true
		}
		for id, names := range under {
			door := byID[id]
			request := byID[door.Parent]
			if door.Name == "door case.raise" && request.Name == "POST /cases/new" && request.Trace == door.Trace && names["batch"] && names["job react"] {
				return true
			}
		}
		return false
	})
	for _, private := range []string{"Priya", "Rolled", "Nobody came", "example.org"} {
		if strings.Contains(f.traces.String(), private) {
			f.t.Errorf("the traces hold %q", private)
		}
	}
}

func (f *fleet) aServerWithAnotherKeyDoesNotStart() {
	f.t.Helper()
	bin, err := built()
	if err != nil {
		f.t.Fatal(err)
	}
	arguments := append([]string{"serve"}, f.arguments("127.0.0.1:0")...)
	out, err := exec.CommandContext(f.t.Context(), bin, append(arguments, "--secret-key", strings.Repeat("ab", 32))...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the same CASEMENT_SECRET_KEY") {
		f.t.Errorf("with another key: %v\n%s", err, out)
	}
}

func (f *fleet) aSessionAndItsFormsWorkEverywhereAndEndEverywhere(by *worker) {
	f.t.Helper()
	for server := range f.servers {
		f.status(200, server, by, http.MethodGet, "/mywork", nil)
		f.status(303, server, by, http.MethodPost, "/people", url.Values{"name": {"Visitor"}, "email": {fmt.Sprintf("visitor-%d@example.org", server)}})
	}
	in, err := f.door.people.SignIn(f.t.Context(), "priya@northmoor.example", demoPassword, "")
	if err != nil {
		f.t.Fatal(err)
	}
	second := &worker{Actor: by.Actor, session: in.Token}
	f.status(200, 1, second, http.MethodGet, "/mywork", nil)
	if err := f.door.people.SignOut(f.t.Context(), second.session); err != nil {
		f.t.Fatal(err)
	}
	f.status(303, 1, second, http.MethodGet, "/mywork", nil)
}

func (f *fleet) aChangeShowsOnAPageOfAnotherServer(by *worker) {
	f.t.Helper()
	ref := f.ref(f.raise(by.Actor, "Seen from afar"))
	ctx, cancel := context.WithTimeout(f.t.Context(), fleetPatient)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.servers[2].address+"/live?topics=case:"+ref, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Cookie", "casement-session="+by.session)
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	wait := func(want string) {
		f.t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
		}
		f.t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	wait(": listening")
	f.status(303, 0, by, http.MethodPost, "/cases/"+ref+"/claim", url.Values{})
	wait("data: case:" + ref)
}

func (f *fleet) configurationIsSeenEverywhere(by *worker) {
	f.t.Helper()
	file, err := f.door.types.File(f.t.Context(), casetypes.KindCaseType, "enquiry", 1)
	if err != nil {
		f.t.Fatal(err)
	}
	changed := bytes.Replace(file.Source, []byte("General enquiry"), []byte("Question at the counter"), 1)
	if bytes.Equal(changed, file.Source) {
		f.t.Fatal("the shipped enquiry has another name")
	}
	for server := range f.servers { // each has read the old one
		f.status(200, server, by, http.MethodGet, "/configuration", nil)
	}
	if _, err := f.door.publisher.Publish(f.t.Context(), by.Actor, casetypes.Upload{File: casetypes.File{Name: "enquiry.yaml", Source: changed}, Note: "Renamed"}); err != nil {
		f.t.Fatal(err)
	}
	for server := range f.servers {
		if page := f.status(200, server, by, http.MethodGet, "/configuration", nil); !strings.Contains(page.body, "Question at the counter") {
			f.t.Errorf("server %d shows the case type as it was", server+1)
		}
	}
	leaver := f.hireWorker("Leaver", nil, "parks")
	for server := range f.servers {
		f.status(200, server, leaver, http.MethodGet, "/mywork", nil)
	}
	if err := f.door.deactivate(f.t.Context(), by.Actor, leaver.StaffID()); err != nil {
		f.t.Fatal(err)
	}
	for server := range f.servers {
		f.status(303, server, leaver, http.MethodGet, "/mywork", nil)
	}
}

// guessesAreCountedTogether tries one reference at every server in turn.
func (f *fleet) guessesAreCountedTogether(by *worker) {
	f.t.Helper()
	ref := string(core.NewReference("CMP"))
	refused := 0
	for n := range 12 {
		a, err := f.ask(f.servers[n%fleetSize].address, by, http.MethodPost, "/find", url.Values{"ref": {ref}, "postcode": {fmt.Sprintf("NM%d 9ZZ", n)}})
		if err != nil {
			f.t.Fatal(err)
		}
		if a.status == http.StatusTooManyRequests {
			refused++
		} else if a.status != http.StatusUnprocessableEntity {
			f.t.Fatalf("a guess: %d", a.status)
		}
	}
	if refused != 2 {
		f.t.Errorf("of 12 guesses at one reference at three servers %d were refused, want 2", refused)
	}
}

func (f *fleet) theElectedOneIsKilledWhileCasesAreRaised(by *worker) []core.CaseID {
	f.t.Helper()
	leader := f.elected()
	var ids []core.CaseID
	for n := range fleetKilled {
		ids = append(ids, f.raise(by.Actor, fmt.Sprintf("Fleetword raised %d", n)))
		if n == fleetKilled/2 {
			f.end(leader, syscall.SIGKILL)
		}
	}
	killed := time.Now()
	f.eventually("every case can be found, although the elected server was killed", func() bool {
		return f.count(`SELECT count(*) FROM case_search s JOIN cases c ON c.id = s.case_id WHERE c.subject LIKE 'Fleetword%'`) == fleetKilled
	})
	f.t.Logf("the other servers had caught up %s after the kill", time.Since(killed).Round(time.Millisecond))
	bin, err := built()
	if err != nil {
		f.t.Fatal(err)
	}
	f.start(leader, bin)
	f.awaitReady(leader)
	return ids
}

func (f *fleet) targetsAreBreachedOnce(ids []core.CaseID) {
	f.t.Helper()
	if err := os.WriteFile(f.clock, []byte("+1440h"), 0o644); err != nil {
		f.t.Fatal(err)
	}
	f.eventually("time has caught up with every target", func() bool {
		return f.count(`SELECT count(*) FROM targets WHERE next_at <= $1`, f.door.clock.Now()) == 0
	})
	f.is(len(ids), "cases raised while the elected server was killed, with a target that is breached", `SELECT count(*) FROM cases c WHERE c.id = ANY ($1)
		AND EXISTS (SELECT FROM targets t WHERE t.case_id = c.id AND t.state = 'breached')`, ids)
	f.is(0, "cases whose breaches were not recorded once each", `SELECT count(*) FROM cases c WHERE
		(SELECT count(*) FROM targets t WHERE t.case_id = c.id AND t.state = 'breached') <>
		(SELECT count(*) FROM events e WHERE e.stream_kind = 'case' AND e.stream_id = c.id::text AND e.kind = 'target.breached')`)
}

// serversAreReplacedUnderLoad restarts one server after the other, as an
// upgrade does, while people raise cases and read pages through a balancer. No
// request fails, and each raising that was answered is there once.
func (f *fleet) serversAreReplacedUnderLoad(by *worker) {
	f.t.Helper()
	b := newBalancer(f)
	ctx, finish := context.WithCancel(f.t.Context())
	var served atomic.Int64
	var mu sync.Mutex
	var raised []core.CaseID // of which the answer said so
	var clients sync.WaitGroup
	for client := range fleetClients {
		clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				id := core.NewID[core.CaseID]()
				for _, step := range []struct {
					method, path string
					form         url.Values
					want         int
				}{
					{http.MethodPost, "/cases/new", url.Values{
						"type": {"complaint"}, "case": {id.String()}, "person": {"0"}, "name": {"Rolled"}, "email": {fmt.Sprintf("rolled-%d-%d@example.org", client, n)},
						"subject": {"Rolled"}, "description": {"Nobody came."}, "subtype": {"other"}, "channel": {"telephone"},
					}, 303},
					{http.MethodGet, "/mywork", nil, 200},
					{http.MethodGet, "/queues/complaint/complaints-team", nil, 200},
				} {
					a, err := f.ask(b.address, by, step.method, step.path, step.form)
					if err != nil || a.status != step.want {
						f.t.Errorf("%s %s: %d, want %d (%v)\n%.300s", step.method, step.path, a.status, step.want, err, a.body)
						return
					}
					served.Add(1)
					if step.method == http.MethodPost {
						mu.Lock()
						raised = append(raised, id)
						mu.Unlock()
					}
				}
			}
		})
	}
	bin, err := built()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, m := range f.servers {
		until := served.Load() + 3*fleetClients
		f.eventually("requests are answered", func() bool { return served.Load() >= until || f.t.Failed() })
		f.end(m, syscall.SIGTERM)
		if strings.Contains(m.log.String(), "ended:") && !strings.Contains(m.log.String(), "killed") {
			f.t.Errorf("a server ended badly:\n%s", m.log)
		}
		f.start(m, bin)
		f.awaitReady(m)
		b.look(f.t.Context())
	}
	finish()
	clients.Wait()
	b.close()
	f.t.Logf("%d requests were answered while three servers were replaced, %d cases were raised, %d connections were refused and tried elsewhere", served.Load(), len(raised), b.refused.Load())
	f.is(len(raised), "cases that are there, of those whose raising was answered", `SELECT count(*) FROM cases WHERE id = ANY ($1)`, raised)
	f.is(len(raised), "cases that are there at all", `SELECT count(*) FROM cases WHERE subject = 'Rolled'`)
	f.is(0, "customers that are there twice", `SELECT count(*) FROM (SELECT email FROM persons WHERE email <> '' GROUP BY email HAVING count(*) > 1) d`)
}

func (f *fleet) nothingWasLostOrDoubled() {
	f.t.Helper()
	f.eventually("every case has been reacted to, and no job is left", func() bool {
		return f.count(`SELECT count(*) FROM cases WHERE reacted_to < version`) == 0 &&
			f.count(`SELECT count(*) FROM river_job WHERE kind IN ('react', 'step') AND state <> 'completed'`) == 0
	})
	f.eventually("every event is sealed", func() bool {
		v, err := events.Verify(f.t.Context(), f.door.db)
		return err == nil && v.Unsealed == 0
	})
	v, err := events.Verify(f.t.Context(), f.door.db)
	if err != nil || len(v.Broken) > 0 {
		f.t.Errorf("the history: %+v, %v", v, err)
	}
	f.is(0, "cases whose history has gaps", `SELECT count(*) FROM cases c WHERE c.version <>
		(SELECT count(*) FROM events e WHERE e.stream_kind = 'case' AND e.stream_id = c.id::text)`)
	f.is(0, "messages that were written twice", `SELECT count(*) FROM (SELECT event_seq, audience, recipient FROM outbox
		WHERE event_seq IS NOT NULL GROUP BY event_seq, audience, recipient HAVING count(*) > 1) d`)
	f.is(0, "events followed to no end", `SELECT count(*) FROM events e, feed_cursors c WHERE c.name = 'follower' AND (e.tx, e.seq) > (c.tx, c.seq)`)
}

// balancer sends each request to a server that is ready, as the balancers
// people use do: it asks them at intervals, and tries another one only when a
// connection is refused, because then nothing has been sent.
type balancer struct {
	f       *fleet
	address string
	server  *http.Server
	stop    context.CancelFunc
	done    sync.WaitGroup
	next    atomic.Int64
	ready   [fleetSize]atomic.Bool
	refused atomic.Int64
	client  http.Client
}

const balancerLooks = 200 * time.Millisecond

func newBalancer(f *fleet) *balancer {
	f.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	b := &balancer{f: f, address: ln.Addr().String()}
	b.client = http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: fleetClients},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: time.Minute}
	ctx, stop := context.WithCancel(f.t.Context())
	b.stop = stop
	b.look(ctx)
	b.done.Go(func() {
		tick := time.NewTicker(balancerLooks)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				b.look(ctx)
			}
		}
	})
	b.done.Go(func() {
		if err := b.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			f.t.Error(err)
		}
	})
	f.t.Cleanup(b.close)
	return b
}

func (b *balancer) close() {
	b.stop()
	_ = b.server.Close() // a second time is no fault
	b.done.Wait()
	b.client.CloseIdleConnections()
}

func (b *balancer) look(ctx context.Context) {
	for i, m := range b.f.servers {
		b.ready[i].Store(m.ready(ctx))
	}
}

// ServeHTTP implements http.Handler.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	begin := int(b.next.Add(1))
	for i := range 2 * fleetSize {
		at := (begin + i) % fleetSize
		if !b.ready[at].Load() && i < fleetSize {
			continue // first those that say they are ready
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+b.f.servers[at].address+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out.Header = r.Header.Clone()
		resp, err := b.client.Do(out)
		// Refused, or reset by a server that ends while it is dialled.
		if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
			b.refused.Add(1)
			continue
		}
		if err != nil {
			http.Error(w, "the balancer: "+err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for name, values := range resp.Header {
			if name != "Connection" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body) // the client notices for itself
		return
	}
	http.Error(w, "no server is ready", http.StatusServiceUnavailable)
}
