package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
)

// How much is broken, and how much is going on meanwhile.
const (
	faultKills   = 6 // of the server, and of PostgreSQL in between
	faultDoors   = 6 // clients that change cases through the door
	faultVisits  = 2 // clients that post forms to the server
	faultMost    = 60
	faultLeast   = 15  // changes acknowledged between two kills: a random number from least to most
	faultCases   = 150 // cases at most; then clients only say things on the ones there are
	faultPatient = 30 * time.Second
)

// outage is an installation that is killed again and again while people work
// with it, and what they were told was done.
type outage struct {
	*installation
	t      *testing.T
	door   *parts // on the same database as the program
	priya  core.Actor
	cookie string
	csrf   string
	base   atomic.Pointer[string] // the server's address, which changes

	acks atomic.Int64
	mu   sync.Mutex
	// What was acknowledged.
	raised  map[string]core.CaseID // by idempotency key
	said    map[string]core.CaseID // by the words of the note
	persons map[string]bool        // by email: whether the server said it was done
}

func TestFaultsLoseAndRepeatNothing(t *testing.T) {
	o := newOutage(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))

	ctx, finish := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for n := range faultDoors {
		clients.Go(func() { o.work(ctx, n) })
	}
	for n := range faultVisits {
		clients.Go(func() { o.visit(ctx, n) })
	}
	for n := range faultKills {
		until := o.acks.Load() + int64(faultLeast+chance.IntN(faultMost-faultLeast))
		o.eventually("work goes on", faultPatient, func() bool { return o.acks.Load() >= until })
		if n%3 == 1 {
			o.killDatabase()
		} else {
			o.killServer()
		}
	}
	until := o.acks.Load() + faultLeast
	o.eventually("work goes on after the last kill", faultPatient, func() bool { return o.acks.Load() >= until })
	finish()
	clients.Wait()
	t.Logf("%d changes were acknowledged: %d cases, %d notes, %d people", o.acks.Load(), len(o.raised), len(o.said), len(o.persons))

	o.checkRepeats() // now: keys are forgotten after two days
	o.killWhileTargetsBreach()
	o.settle()
	o.checkCases()
	o.checkPeople()
	o.checkHistory()
	o.checkNothingIsLeftRunning()
}

func newOutage(t *testing.T) *outage {
	in := install(t)
	o := &outage{installation: in, t: t, raised: map[string]core.CaseID{}, said: map[string]core.CaseID{}, persons: map[string]bool{}}
	address := in.url // a copy: start writes the field again
	o.base.Store(&address)
	data := filepath.Join(in.dir, "data")
	s, err := settings.Read([]string{"--data-dir", data, "--plugin-cache-dir", pluginCache(), "--test", "--clock-file", in.clock, "--log-level", "error"})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Open(t.Context(), fmt.Sprintf("host='%s' port=5432 user=postgres dbname=casement", filepath.Join(data, "postgres", "run")))
	if err != nil {
		t.Fatal(err)
	}
	log := newLog(s)
	d := &database{pool: pool}
	t.Cleanup(func() { d.close(log) })
	if o.door, err = build(s, d, s.Clock(log), log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.door.close)
	priya, err := o.door.people.CreateUser(t.Context(), core.SystemActor(), people.UserInput{
		Name: "Priya Raghunathan", Email: "priya@northmoor.example", Groups: []string{"complaints-team"}, Password: demoPassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.priya = priya.Actor()
	signedIn, err := o.door.people.SignIn(t.Context(), priya.Email, demoPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	o.cookie = "casement-session=" + signedIn.Token
	page, err := o.send(t.Context(), http.MethodGet, "/people/new", nil)
	if err != nil {
		t.Fatal(err)
	}
	found := csrfField.FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("no form in %.300s", page.body)
	}
	o.csrf = found[1]
	return o
}

// work raises cases, claims them and says things on them, each change with a
// key under which it is repeated until somebody says that it was done.
func (o *outage) work(ctx context.Context, client int) {
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("%d-%d", client, n)
		id := o.insist(ctx, "raise-"+key, func() cases.Request {
			return cases.One(core.NewID[core.CaseID](), 0, &cases.Raise{
				Type: "complaint", Subject: "Outage " + key, Description: "Nobody came.", Subtype: "other", Channel: core.ChannelTelephone,
				Contact: core.Contact{Name: "Caller " + key},
			})
		})
		if id.IsZero() {
			return
		}
		o.mu.Lock()
		o.raised["raise-"+key] = id
		full := len(o.raised) >= faultCases
		o.mu.Unlock()
		for m := 0; ctx.Err() == nil && (m < 3 || full); m++ {
			words := fmt.Sprintf("Said %s %d", key, m)
			commands := []cases.Command{&notes.Add{Body: words, Audience: core.Staff}}
			if m == 0 {
				commands = append(commands, cases.StartWork{})
			}
			if o.insist(ctx, "note-"+words, func() cases.Request { return cases.One(id, 0, commands...) }).IsZero() {
				return
			}
			o.mu.Lock()
			o.said[words] = id
			o.mu.Unlock()
		}
	}
}

// insist sends a change until it is acknowledged, and returns the case; zero
// when the test ends first.
func (o *outage) insist(ctx context.Context, key string, request func() cases.Request) core.CaseID {
	for ctx.Err() == nil {
		r := request()
		r.Key = key
		result, err := o.door.cases.Do(ctx, o.priya, r)
		if err == nil {
			o.acks.Add(1)
			return result.Outcomes[0].Case
		}
		switch kind := core.KindOf(err); kind {
		case "", core.ErrUnavailable: // the database is away
			o.pause(ctx)
		default:
			if ctx.Err() == nil {
				o.t.Errorf("%s: %v", key, err)
			}
			return core.CaseID{}
		}
	}
	return core.CaseID{}
}

// visit posts people to the server, each once: whoever is not told "done" does
// not know.
func (o *outage) visit(ctx context.Context, client int) {
	for n := 0; ctx.Err() == nil; n++ {
		email := fmt.Sprintf("visit-%d-%d@example.org", client, n)
		a, err := o.send(ctx, http.MethodPost, "/people", url.Values{"_csrf": {o.csrf}, "name": {"Visit"}, "email": {email}})
		if err == nil && a.status != http.StatusSeeOther && a.status < 500 {
			o.t.Errorf("post %s: %d", email, a.status)
			return
		}
		done := err == nil && a.status == http.StatusSeeOther
		o.mu.Lock()
		o.persons[email] = done
		o.mu.Unlock()
		if done {
			o.acks.Add(1)
		}
		o.pause(ctx) // leaves the door some room
	}
}

// pause keeps a client from turning in circles while nobody answers.
func (o *outage) pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(20 * time.Millisecond):
	}
}

func (o *outage) send(ctx context.Context, method, path string, form url.Values) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, *o.base.Load()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Cookie", o.cookie)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return roundTrip(request)
}

// killServer ends the program as a power cut would, and starts it again.
func (o *outage) killServer() {
	o.t.Helper()
	if err := o.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		o.t.Fatal(err)
	}
	<-o.done
	bin, err := built()
	if err != nil {
		o.t.Fatal(err)
	}
	o.installation.start(bin)
	address := o.url
	o.base.Store(&address)
}

// killDatabase ends PostgreSQL under the running program, which starts it again.
func (o *outage) killDatabase() {
	o.t.Helper()
	before := o.postmaster()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		o.t.Fatal(err)
	}
	o.eventually("the program has started PostgreSQL again", faultPatient, func() bool {
		pid := o.postmaster()
		return pid != 0 && pid != before && o.door.db.Pool().Ping(o.t.Context()) == nil
	})
}

// postmaster is the process of the private PostgreSQL; 0 while there is none.
func (o *outage) postmaster() int {
	raw, err := os.ReadFile(filepath.Join(o.dir, "data", "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// killWhileTargetsBreach lets two months pass, so that every target falls due,
// and kills the program when it has begun to say so.
func (o *outage) killWhileTargetsBreach() {
	o.t.Helper()
	o.pass(60 * 24 * time.Hour)
	for n := range 3 {
		o.eventually("targets are breached", faultPatient, func() bool {
			return o.count(`SELECT count(*) FROM events WHERE kind = 'target.breached'`) > n*len(o.raised)/3
		})
		o.killServer()
	}
}

// settle waits until everything that should follow has followed.
func (o *outage) settle() {
	o.t.Helper()
	o.settleWithin(faultPatient)
}

func (o *outage) settleWithin(patience time.Duration) {
	o.t.Helper()
	defer o.sayWhatIsLeft()
	o.eventually("time has caught up with every target", patience, func() bool {
		return o.count(`SELECT count(*) FROM targets WHERE next_at <= $1`, o.door.clock.Now()) == 0
	})
	o.eventually("every case has been reacted to, and no job is left", patience, func() bool {
		return o.count(`SELECT count(*) FROM cases WHERE reacted_to < version`) == 0 &&
			o.count(`SELECT count(*) FROM river_job WHERE kind IN ('react', 'step') AND state NOT IN ('completed')`) == 0
	})
	o.eventually("every event is sealed", patience, func() bool {
		v, err := events.Verify(o.t.Context(), o.door.db)
		return err == nil && v.Unsealed == 0
	})
}

// sayWhatIsLeft helps to understand why nothing settled.
func (o *outage) sayWhatIsLeft() {
	if !o.t.Failed() {
		return
	}
	for _, sql := range []string{
		`SELECT format('%s jobs to %s are %s, the oldest since %s, attempted by %s', count(*), kind, state, min(attempted_at), max(attempted_by::text)) FROM river_job GROUP BY kind, state`,
		`SELECT format('%s targets are %s, the next at %s', count(*), state, min(next_at)) FROM targets GROUP BY state`,
	} {
		lines, err := postgres.All[struct{ Format string }](context.Background(), o.door.db.Pool(), sql)
		o.t.Log(lines, err)
	}
}

// count runs a query for one number; -1 while the database is away.
func (o *outage) count(sql string, args ...any) int {
	var n int
	if err := o.door.db.Pool().QueryRow(o.t.Context(), sql, args...).Scan(&n); err != nil {
		return -1
	}
	return n
}

// is fails the test unless a count is so.
func (o *outage) is(want int, what, sql string, args ...any) {
	o.t.Helper()
	if n := o.count(sql, args...); n != want {
		o.t.Errorf("%s: %d, want %d", what, n, want)
	}
}

func (o *outage) checkCases() {
	o.t.Helper()
	// Every client insisted, so nothing was left in doubt but the last change
	// of each.
	for key, id := range o.raised {
		o.is(1, key, `SELECT count(*) FROM cases WHERE subject = $1`, "Outage "+strings.TrimPrefix(key, "raise-"))
		o.is(1, key+" under its identifier", `SELECT count(*) FROM cases WHERE id = $1`, id)
	}
	for words, id := range o.said {
		o.is(1, words, `SELECT count(*) FROM notes WHERE body = $1`, words)
		o.is(1, words+" on its case", `SELECT count(*) FROM notes WHERE body = $1 AND case_id = $2`, words, id)
	}
	o.is(0, "subjects that two cases have", `SELECT count(*) FROM (SELECT subject FROM cases GROUP BY subject HAVING count(*) > 1) d`)
	o.is(0, "words that were noted twice", `SELECT count(*) FROM (SELECT body FROM notes GROUP BY body HAVING count(*) > 1) d`)
	o.is(0, "cases whose history has gaps", `SELECT count(*) FROM cases c WHERE c.version <>
		(SELECT count(*) FROM events e WHERE e.stream_kind = 'case' AND e.stream_id = c.id::text)`)
	o.is(0, "cases without targets", `SELECT count(*) FROM cases c WHERE NOT EXISTS (SELECT FROM targets t WHERE t.case_id = c.id)`)
	o.is(0, "targets that are not breached after two months", `SELECT count(*) FROM targets WHERE rule_key = 'respond' AND state <> 'breached'`)
	o.is(0, "cases whose breaches were not recorded once each", `SELECT count(*) FROM cases c WHERE
		(SELECT count(*) FROM targets t WHERE t.case_id = c.id AND t.state = 'breached') <>
		(SELECT count(*) FROM events e WHERE e.stream_kind = 'case' AND e.stream_id = c.id::text AND e.kind = 'target.breached')`)
}

func (o *outage) checkPeople() {
	o.t.Helper()
	for email, done := range o.persons {
		n := o.count(`SELECT count(*) FROM persons WHERE email = $1`, email)
		if done && n != 1 || n > 1 || n < 0 {
			o.t.Errorf("%s, of whom the server said “done”: %v, is there %d times", email, done, n)
		}
	}
}

// checkRepeats sends changes once more: each is known.
func (o *outage) checkRepeats() {
	o.t.Helper()
	for key, id := range o.raised {
		words := strings.TrimPrefix(key, "raise-")
		result, err := o.door.cases.Do(o.t.Context(), o.priya, cases.Request{Key: key, Origin: core.OriginLive, Changes: []cases.Change{{
			Case: core.NewID[core.CaseID](), Commands: []cases.Command{&cases.Raise{
				Type: "complaint", Subject: "Outage " + words, Description: "Nobody came.", Subtype: "other", Channel: core.ChannelTelephone,
				Contact: core.Contact{Name: "Caller " + words},
			}},
		}}})
		if err != nil || !result.Repeated || result.Outcomes[0].Case != id {
			o.t.Errorf("%s sent again: %+v, %v", key, result, err)
		}
	}
}

func (o *outage) checkHistory() {
	o.t.Helper()
	v, err := events.Verify(o.t.Context(), o.door.db)
	if err != nil || len(v.Broken) > 0 || v.Events == 0 {
		o.t.Errorf("the history: %+v, %v", v, err)
	}
	wrong, err := o.door.targets.Check(o.t.Context())
	if err != nil || len(wrong) > 0 {
		o.t.Errorf("the ledgers: %v, %v", wrong, err)
	}
}

// checkNothingIsLeftRunning ends the program as Ctrl-C does: its PostgreSQL ends
// with it.
func (o *outage) checkNothingIsLeftRunning() {
	o.t.Helper()
	database := o.postmaster()
	if database == 0 {
		o.t.Fatal("PostgreSQL does not run")
	}
	o.stop()
	if err := syscall.Kill(database, 0); err == nil {
		o.t.Errorf("PostgreSQL (process %d) still runs", database)
	}
	running, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		o.t.Fatal(err)
	}
	for _, link := range running {
		if at, err := os.Readlink(link); err == nil && strings.HasPrefix(at, o.dir+"/") {
			o.t.Errorf("%s still runs in %s", filepath.Dir(link), at)
		}
	}
}
