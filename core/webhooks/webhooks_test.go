package webhooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/webhooks"
)

const base = "https://casework.northmoor.example"

var administrator = core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)

// house is the small council with webhooks.
type house struct {
	*casestest.World
	*webhooks.Service
	people  *people.Service
	options webhooks.Options
	queued  []string // endpoints for which a job was queued
	mailed  int
}

func open(t *testing.T, change ...func(*webhooks.Options)) *house {
	t.Helper()
	t.Parallel()
	h := &house{World: casestest.New(t)}
	h.people = people.New(h.DB, people.Options{Clock: h.Clock, BaseURL: base, CaseTypes: func(context.Context) ([]string, error) { return []string{"complaint"}, nil }})
	shown := api.New(api.Options{BaseURL: base, Clock: h.Clock, Cases: h.Cases, People: h.people, Targets: targets.New(h.DB, h.Cases, h.Clock)})
	h.options = webhooks.Options{
		DB: h.DB, Cases: h.Cases, People: h.people, Messages: messages.New(h.DB, h.Clock, messages.Options{Domain: "northmoor.example"}),
		Clock: h.Clock, Log: slog.New(slog.DiscardHandler), Secret: casestest.Secret, BaseURL: base + "/",
		Queue: func(_ *pgx.Batch, endpoint string) { h.queued = append(h.queued, endpoint) }, Deliver: func(*pgx.Batch) { h.mailed++ },
		Case: shown.CaseFor, Loopback: true, Plain: true,
	}
	for _, c := range change {
		c(&h.options)
	}
	h.Service = h.server(t)
	h.Cases.Listen(h.Heard)
	return h
}

// server is one more server of the installation.
func (h *house) server(t testing.TB) *webhooks.Service {
	s := webhooks.New(h.options)
	t.Cleanup(s.Close)
	return s
}

func (h *house) react(t testing.TB, id core.CaseID) {
	t.Helper()
	if err := h.Cases.React(t.Context(), id, func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func (h *house) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := h.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// add adds an endpoint and returns it with its secret.
func (h *house) add(t testing.TB, in webhooks.Input) (webhooks.Endpoint, string) {
	t.Helper()
	if in.Name == "" {
		in.Name = in.Key
	}
	e, secret, err := h.Add(t.Context(), administrator, in)
	if err != nil {
		t.Fatal(err)
	}
	return e, secret
}

func (h *house) work(t testing.TB, e webhooks.Endpoint) {
	t.Helper()
	for {
		more, err := h.Work(t.Context(), e.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func (h *house) log(t testing.TB, e webhooks.Endpoint) []webhooks.Delivery {
	t.Helper()
	list, _, err := h.Deliveries(t.Context(), administrator, e, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (h *house) find(t testing.TB, e webhooks.Endpoint) webhooks.Endpoint {
	t.Helper()
	found, err := h.Find(t.Context(), administrator, e.No)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// receiver is a real server that takes webhooks.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []request
	answer func(http.ResponseWriter, *http.Request) // nil answers 204
}

type request struct {
	id, at, signatures, kind, agent string
	body                            []byte
}

func receive(t testing.TB, answer func(http.ResponseWriter, *http.Request)) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.got = append(r.got, request{
			in.Header.Get("webhook-id"), in.Header.Get("webhook-timestamp"), in.Header.Get("webhook-signature"), in.Header.Get("content-type"), in.Header.Get("user-agent"), body,
		})
		answer := r.answer
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, in)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) requests() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) answers(answer func(http.ResponseWriter, *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprintf(w, "the answer is %d", code)
	}
}

// signed computes the signature as docs/webhooks.md tells receivers to.
func signed(t testing.TB, secret string, r request) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.id + "." + r.at + "." + string(r.body)))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// told is a body as a receiver reads it.
type told struct {
	Type      string
	Timestamp time.Time
	Data      struct {
		Case struct {
			ID, Ref, Type, URL string
			Version            int64
		}
		Event struct {
			Aspects []string
			By      string
		}
		Current map[string]any
	}
}

func (r request) told(t testing.TB) (out told) {
	t.Helper()
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnEventIsToldOnceToEachEndpointThatWantsIt(t *testing.T) {
	h := open(t)
	all, closings, others := receive(t, nil), receive(t, nil), receive(t, nil)
	every, secret := h.add(t, webhooks.Input{Key: "all", URL: all.URL + "/hooks?from=casement"})
	closed, _ := h.add(t, webhooks.Input{Key: "closings", URL: closings.URL, Kinds: []core.EventKind{core.CaseClosed}, Types: []string{"complaint"}})
	h.add(t, webhooks.Input{Key: "raisings", URL: others.URL, Kinds: []core.EventKind{core.TaskAdded}})
	id := h.Raise(t)
	h.react(t, id)
	h.exec(t, `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id) // heard again
	h.react(t, id)
	if !slices.Equal(h.queued, []string{every.ID.String(), every.ID.String()}) {
		t.Errorf("jobs were queued for %v", h.queued)
	}
	for range 3 {
		h.work(t, every)
		h.work(t, closed)
	}
	got := all.requests()
	if len(got) != 1 || len(closings.requests())+len(others.requests()) != 0 {
		t.Fatalf("%d messages came, and %d elsewhere", len(got), len(closings.requests())+len(others.requests()))
	}
	r, cs := got[0], h.Case(t, id)
	if r.signatures != signed(t, secret, r) || !strings.HasPrefix(r.id, "msg_") || r.at != fmt.Sprint(h.Clock.Now().Unix()) || r.kind != "application/json" {
		t.Errorf("the headers are %+v, the signature ought to be %s", r, signed(t, secret, r))
	}
	m := r.told(t)
	if m.Type != "case.raised" || m.Data.Case.ID != id.String() || m.Data.Case.Ref != string(cs.Ref) || m.Data.Case.Type != "complaint" || m.Data.Case.Version != 1 ||
		m.Data.Case.URL != base+"/api/v1/cases/"+string(cs.Ref) || m.Data.Event.By == "" || !m.Timestamp.Equal(h.Clock.Now()) || m.Data.Current != nil {
		t.Errorf("the body is %s", r.body)
	}
	for _, personal := range []string{cs.Subject, cs.Contact.Name, cs.Contact.Email, cs.Requester.String()} {
		if personal != "" && strings.Contains(string(r.body), personal) {
			t.Errorf("the body holds %q: %s", personal, r.body)
		}
	}
	if log := h.log(t, every); len(log) != 1 || log[0].State != webhooks.Delivered || log[0].Status != 204 || log[0].MessageID != r.id || log[0].Tries != 1 || log[0].Ref != cs.Ref {
		t.Errorf("the log says %+v", log)
	}
}

func TestAKeyThatWasReplacedSignsTooForADay(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, old := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	fresh, err := h.Replace(t.Context(), administrator, e.No)
	if err != nil || fresh == old || !strings.HasPrefix(fresh, "whsec_") {
		t.Fatalf("%q, %v", fresh, err)
	}
	send := func() request {
		t.Helper()
		if _, err := h.Test(t.Context(), administrator, e); err != nil {
			t.Fatal(err)
		}
		all := to.requests()
		return all[len(all)-1]
	}
	if r := send(); r.signatures != signed(t, fresh, r)+" "+signed(t, old, r) {
		t.Errorf("signed with %s", r.signatures)
	}
	h.Clock.Advance(24*time.Hour - time.Second)
	if r := send(); strings.Count(r.signatures, "v1,") != 2 {
		t.Errorf("within the day: %s", r.signatures)
	}
	h.Clock.Advance(time.Second)
	if r := send(); r.signatures != signed(t, fresh, r) {
		t.Errorf("after the day: %s", r.signatures)
	}
	if _, err := h.Sweep(t.Context(), h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	var kept bool
	if err := h.Pool.QueryRow(t.Context(), `SELECT old_secret IS NOT NULL FROM webhook_endpoints`).Scan(&kept); err != nil || kept {
		t.Errorf("the old key is kept: %v", err)
	}
	for _, secret := range []string{old, fresh} { // neither as it is written nor as it is
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		var found bool
		if err := h.Pool.QueryRow(t.Context(), `SELECT bool_or(position($1::bytea in secret) > 0) FROM webhook_endpoints`, key).Scan(&found); err != nil || found {
			t.Errorf("the database holds a key as it is: %v", err)
		}
	}
}

func TestWhatIsNotTakenIsSentAgainWithTheSameIDForThreeDays(t *testing.T) {
	h := open(t)
	to := receive(t, status(500))
	e, secret := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	id := h.Raise(t)
	h.react(t, id)
	began := h.Clock.Now()
	waits := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	for i, wait := range waits {
		h.work(t, e)
		h.work(t, e) // too early for another
		log := h.log(t, e)
		if n := len(to.requests()); n != i+1 || log[0].State != webhooks.Waiting || !log[0].NextAt.Equal(h.Clock.Now().Add(wait)) || log[0].Problem != "It answered 500." {
			t.Fatalf("after attempt %d: %d requests, %+v", i+1, n, log[0])
		}
		h.Clock.Advance(wait)
	}
	if passed := h.Clock.Now().Sub(began); passed < 3*24*time.Hour || passed > 4*24*time.Hour {
		t.Errorf("the waits are %s in all", passed)
	}
	h.work(t, e)
	h.Clock.Advance(48 * time.Hour)
	h.work(t, e)
	log, got := h.log(t, e), to.requests()
	if len(got) != 10 || log[0].State != webhooks.GivenUp {
		t.Fatalf("%d requests, %+v", len(got), log[0])
	}
	for _, r := range got {
		if r.id != got[0].id || r.signatures != signed(t, secret, r) {
			t.Errorf("%s of %s is signed %s", r.id, r.at, r.signatures)
		}
	}
	d, attempts, err := h.FindDelivery(t.Context(), administrator, e, log[0].No)
	if err != nil || len(attempts) != 10 || attempts[0].Status != 500 || attempts[0].Answer != "the answer is 500" || d.Tries != 10 {
		t.Errorf("%+v, %d attempts, %v", d, len(attempts), err)
	}
	// Sent again by hand it is taken, and the endpoint fails no more.
	to.answers(nil)
	if h.find(t, e).FailingSince.IsZero() {
		t.Error("the endpoint does not fail")
	}
	if err := h.Again(t.Context(), administrator, e, d.No); err != nil {
		t.Fatal(err)
	}
	h.work(t, e)
	if log = h.log(t, e); log[0].State != webhooks.Delivered || log[0].Rounds != 1 || len(to.requests()) != 11 || to.requests()[10].id != got[0].id {
		t.Errorf("sent again: %+v", log[0])
	}
	if !h.find(t, e).FailingSince.IsZero() {
		t.Error("the endpoint still fails")
	}
}

func TestAReceiverMayAskForMoreTime(t *testing.T) {
	h := open(t)
	to := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	h.react(t, h.Raise(t))
	h.work(t, e)
	if log := h.log(t, e); !log[0].NextAt.Equal(h.Clock.Now().Add(10 * time.Minute)) {
		t.Errorf("it is tried again at %s", log[0].NextAt)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	h := open(t)
	elsewhere := receive(t, nil)
	to := receive(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusPermanentRedirect)
	})
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	h.react(t, h.Raise(t))
	h.work(t, e)
	if log := h.log(t, e); len(elsewhere.requests()) != 0 || log[0].State != webhooks.Waiting || !strings.Contains(log[0].Problem, "Redirects are not followed") {
		t.Errorf("%d were led on, %+v", len(elsewhere.requests()), log[0])
	}
}

func TestAddressesInsideAreNotReachedUnlessTheOperatorAllowsIt(t *testing.T) {
	h := open(t, func(o *webhooks.Options) { o.Loopback, o.Plain = false, false })
	to := receive(t, nil)
	for address, wrong := range map[string]string{
		"http://hooks.example.org/": "https", "ftp://hooks.example.org": "https", "https://127.0.0.1/": "public", "https://[::1]/": "public",
		"https://10.0.0.8/x": "public", "https://user:pass@hooks.example.org": "name or password", "https://": "https", "": "https", "https://" + strings.Repeat("x", 2000): "https",
	} {
		if _, _, err := h.Add(t.Context(), administrator, webhooks.Input{Key: "one", Name: "One", URL: address}); core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", address, err)
		}
	}
	// A name that leads inside is found when something is sent.
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: "https://hooks.example.org/"})
	_, port, _ := strings.Cut(strings.TrimPrefix(to.URL, "http://"), ":")
	h.exec(t, `UPDATE webhook_endpoints SET url = 'http://localhost:' || $1`, port)
	h.react(t, h.Raise(t))
	h.work(t, e)
	if log := h.log(t, e); len(to.requests()) != 0 || log[0].Problem != "Its name does not lead to a public address." {
		t.Errorf("%d requests came, %+v", len(to.requests()), log[0])
	}
	h.options.Private = true
	allowed := h.server(t)
	h.Clock.Advance(time.Minute)
	if _, err := allowed.Work(t.Context(), e.ID.String()); err != nil || len(to.requests()) != 1 {
		t.Errorf("with the operator's leave %d requests came, %v", len(to.requests()), err)
	}
}

func TestAnEndpointThatFailsForDaysIsSwitchedOffAndTheAdministratorsAreWrittenTo(t *testing.T) {
	h := open(t)
	to := receive(t, status(502))
	h.exec(t, `UPDATE staff_users SET roles = '{administrator}' WHERE id = $1`, h.Lead.ID)
	e, _ := h.add(t, webhooks.Input{Key: "one", Name: "Warehouse", URL: to.URL})
	for range 5 {
		h.react(t, h.Raise(t))
		h.work(t, e)
		h.Clock.Advance(24 * time.Hour)
	}
	if found := h.find(t, e); !found.On {
		t.Fatal("it was switched off too early")
	}
	h.react(t, h.Raise(t))
	h.work(t, e)
	found := h.find(t, e)
	if found.On || found.OffReason != "It has failed for 5 days." {
		t.Fatalf("it is %+v", found)
	}
	var to1, subject, text string
	if err := h.Pool.QueryRow(t.Context(), `SELECT recipient, subject, body_text FROM outbox`).Scan(&to1, &subject, &text); err != nil {
		t.Fatal(err)
	}
	if to1 != "yusuf@northmoor.example" || !strings.Contains(subject, "Warehouse") || !strings.Contains(text, fmt.Sprintf("%s/webhooks/%d", base, e.No)) || h.mailed != 1 {
		t.Errorf("written was to %s: %s\n%s", to1, subject, text)
	}
	before, waiting := len(to.requests()), len(h.log(t, e))
	h.Clock.Advance(48 * time.Hour)
	h.react(t, h.Raise(t))
	h.work(t, e)
	if len(to.requests()) != before || len(h.log(t, e)) != waiting {
		t.Error("it is told although it is off")
	}
	if due, err := h.Due(t.Context(), h.Clock.Now()); err != nil || len(due) != 0 {
		t.Errorf("due are %v, %v", due, err)
	}
	// Switched on, it gets what waited.
	to.answers(nil)
	if err := h.Switch(t.Context(), administrator, e.No, true); err != nil {
		t.Fatal(err)
	}
	h.work(t, e)
	for _, d := range h.log(t, e) {
		if d.State == webhooks.Waiting {
			t.Errorf("left waiting: %+v", d)
		}
	}
	if found = h.find(t, e); !found.On || found.OffReason != "" {
		t.Errorf("it is %+v", found)
	}
}

func TestAnEndpointThatIsGoneIsSwitchedOffAtOnce(t *testing.T) {
	h := open(t)
	to := receive(t, status(410))
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	h.react(t, h.Raise(t))
	h.work(t, e)
	if found := h.find(t, e); found.On || found.OffReason != "It answered that it is gone." {
		t.Errorf("it is %+v", found)
	}
}

// A server that is killed while it waits for an answer has claimed the message
// and can tell nobody how it went.
func TestWhatAServerWasSendingWhenItWasKilledIsSentAgainByAnother(t *testing.T) {
	h := open(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	to := receive(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	h.react(t, h.Raise(t))
	ctx, kill := context.WithCancel(t.Context())
	killed := make(chan error, 1)
	dying := h.server(t)
	go func() {
		_, err := dying.Work(ctx, e.ID.String())
		killed <- err
	}()
	<-arrived
	kill()
	if err := <-killed; err == nil {
		t.Error("the server that was killed says that all is well")
	}
	close(release)
	to.answers(nil)
	h.work(t, e) // its claim has not run out
	if n := len(to.requests()); n != 1 {
		t.Errorf("%d requests came while the claim held", n)
	}
	h.Clock.Advance(time.Minute)
	if due, err := h.Due(t.Context(), h.Clock.Now()); err != nil || !slices.Equal(due, []string{e.ID.String()}) {
		t.Errorf("due are %v, %v", due, err)
	}
	h.work(t, e)
	got := to.requests()
	if log := h.log(t, e); len(got) != 2 || got[0].id != got[1].id || log[0].State != webhooks.Delivered || len(log) != 1 {
		t.Errorf("%d requests, %+v", len(got), log)
	}
}

func TestSeveralServersSendEachMessageOnce(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	for range 40 {
		h.react(t, h.Raise(t))
	}
	var servers sync.WaitGroup
	for range 3 {
		s := h.server(t)
		servers.Go(func() {
			if _, err := s.Work(t.Context(), e.ID.String()); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	ids := map[string]int{}
	for _, r := range to.requests() {
		ids[r.id]++
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if len(ids) != 40 {
		t.Errorf("%d messages came", len(ids))
	}
}

func TestNothingIsToldOfRestrictedCases(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	restrict := func(id core.CaseID) {
		h.exec(t, `WITH made AS (INSERT INTO scopes (type_key, group_key, confidentiality) SELECT type_key, group_key, 'restricted' FROM cases WHERE id = $1 RETURNING id)
			UPDATE cases SET confidentiality = 'restricted', scope_id = (SELECT id FROM made) WHERE id = $1`, id)
	}
	id := h.Raise(t)
	h.react(t, id)
	restrict(id) // after it was queued
	h.work(t, e)
	if log := h.log(t, e); len(to.requests()) != 0 || log[0].State != webhooks.Dropped {
		t.Errorf("%d requests, %+v", len(to.requests()), log[0])
	}
	h.exec(t, `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id)
	h.exec(t, `DELETE FROM webhook_deliveries`)
	h.react(t, id)
	if log := h.log(t, e); len(log) != 0 {
		t.Errorf("queued was %+v", log)
	}
	heard := core.Recorded{Seq: 1, Kind: core.CaseRaised}
	if err := h.Hook(t.Context(), "one", h.Case(t, id), heard); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("a routine told it: %v", err)
	}
}

func TestACaseIsSentAlongAsAProgramSeesIt(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	grant := func(name string, may ...core.Permission) core.Client {
		client, _, err := h.people.CreateClient(t.Context(), administrator, people.ClientInput{Name: name, Types: []string{"complaint"}, Permissions: may})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	sees, asks, none := grant("Sees", core.MayView), grant("Asks", core.MayEnquire), grant("Raises", core.MayRaise)
	id := h.Raise(t)
	cs := h.Case(t, id)
	current := func(client core.Client) map[string]any {
		t.Helper()
		e, _ := h.add(t, webhooks.Input{Key: strings.ToLower(client.Name), URL: to.URL, As: client.ID})
		h.exec(t, `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id)
		h.react(t, id)
		h.work(t, e)
		all := to.requests()
		if err := h.Remove(t.Context(), administrator, e.No); err != nil {
			t.Fatal(err)
		}
		return all[len(all)-1].told(t).Data.Current
	}
	if got := current(sees); got["subject"] != cs.Subject || got["contact"] == nil {
		t.Errorf("who may view sees %v", got)
	}
	if got := current(asks); got["subject"] != cs.Subject || got["contact"] != nil {
		t.Errorf("who may enquire sees %v", got)
	}
	if got := current(none); got != nil {
		t.Errorf("who may do neither sees %v", got)
	}
	if err := h.people.RevokeClient(t.Context(), administrator, sees.ID); err != nil {
		t.Fatal(err)
	}
	if got := current(sees); got != nil {
		t.Errorf("a revoked program sees %v", got)
	}
}

func TestARoutineTellsOneEndpointByItsKeyOnce(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, _ := h.add(t, webhooks.Input{Key: "warehouse", URL: to.URL, Kinds: []core.EventKind{core.TaskAdded}})
	id := h.Raise(t)
	cs := h.Case(t, id)
	history := h.History(t, id)
	event := history[len(history)-1]
	for range 2 {
		if err := h.Hook(t.Context(), "warehouse", cs, event); err != nil {
			t.Fatal(err)
		}
	}
	h.work(t, e)
	if got := to.requests(); len(got) != 1 || got[0].told(t).Type != string(event.Kind) {
		t.Errorf("%d requests came", len(got))
	}
	if err := h.Hook(t.Context(), "nowhere", cs, event); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("to a key that nobody has: %v", err)
	}
	if err := h.Switch(t.Context(), administrator, e.No, false); err != nil {
		t.Fatal(err)
	}
	if err := h.Hook(t.Context(), "warehouse", cs, event); core.KindOf(err) != core.ErrConflict {
		t.Errorf("to one that is off: %v", err)
	}
}

func TestWhatWasGivenUpInARangeIsSentAgain(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	from := h.Clock.Now()
	for range 4 {
		h.react(t, h.Raise(t))
		h.Clock.Advance(time.Hour)
	}
	h.work(t, e)
	h.exec(t, `UPDATE webhook_deliveries SET state = 'given_up' WHERE no IN (SELECT no FROM webhook_deliveries ORDER BY no LIMIT 2)`)
	again := func(delivered bool, want int) {
		t.Helper()
		n, err := h.AgainBetween(t.Context(), administrator, e, from, from.Add(3*time.Hour), delivered)
		if err != nil || n != want {
			t.Errorf("%d are sent again, wanted %d, %v", n, want, err)
		}
		h.work(t, e)
	}
	again(false, 2)
	again(false, 0)
	again(true, 3)
	if n := len(to.requests()); n != 9 {
		t.Errorf("%d requests came in all", n)
	}
	if _, err := h.AgainBetween(t.Context(), administrator, e, from, from, true); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("an empty range: %v", err)
	}
}

func TestATestIsSentAtOnceAndNotRepeated(t *testing.T) {
	h := open(t)
	to := receive(t, status(404))
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	no, err := h.Test(t.Context(), administrator, e)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Advance(time.Hour)
	h.work(t, e)
	d, attempts, err := h.FindDelivery(t.Context(), administrator, e, no)
	if err != nil || d.State != webhooks.GivenUp || d.Kind != webhooks.TestKind || len(attempts) != 1 || attempts[0].Answer != "the answer is 404" || len(to.requests()) != 1 {
		t.Errorf("%+v, %+v, %v", d, attempts, err)
	}
	if !h.find(t, e).FailingSince.IsZero() {
		t.Error("a test counts as a failure")
	}
}

func TestOnlyAdministratorsSeeAndChangeWebhooks(t *testing.T) {
	h := open(t)
	to := receive(t, nil)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: to.URL})
	ctx, by, in := t.Context(), h.Priya, webhooks.Input{Key: "two", Name: "Two", URL: to.URL}
	for what, err := range map[string]error{
		"list":    second(h.Endpoints(ctx, by)),
		"find":    second(h.Find(ctx, by, e.No)),
		"change":  h.Change(ctx, by, e.No, in),
		"switch":  h.Switch(ctx, by, e.No, false),
		"replace": second(h.Replace(ctx, by, e.No)),
		"remove":  h.Remove(ctx, by, e.No),
		"again":   h.Again(ctx, by, e, 1),
		"range":   second(h.AgainBetween(ctx, by, e, time.Time{}, h.Clock.Now(), true)),
		"test":    second(h.Test(ctx, by, e)),
	} {
		if core.KindOf(err) != core.ErrForbidden {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := h.Add(ctx, by, in); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("add: %v", err)
	}
	if _, _, err := h.Deliveries(ctx, by, e, "", 0); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("log: %v", err)
	}
	if _, _, err := h.FindDelivery(ctx, by, e, 1); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("delivery: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestEndpointsAreCheckedChangedAndRecorded(t *testing.T) {
	h := open(t)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: "https://hooks.example.org/a"})
	for what, in := range map[string]webhooks.Input{
		"no name":         {Key: "two", URL: "https://hooks.example.org"},
		"a key of others": {Key: "one", Name: "One", URL: "https://hooks.example.org"},
		"no key":          {Name: "One", URL: "https://hooks.example.org"},
		"a strange key":   {Key: "Ünö", Name: "One", URL: "https://hooks.example.org"},
		"a strange event": {Key: "two", Name: "One", URL: "https://hooks.example.org", Kinds: []core.EventKind{"case.sung"}},
		"a strange type":  {Key: "two", Name: "One", URL: "https://hooks.example.org", Types: []string{"song"}},
	} {
		if _, _, err := h.Add(t.Context(), administrator, in); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := h.Change(t.Context(), administrator, e.No, webhooks.Input{Name: "One", URL: "https://hooks.example.org/b#x", Kinds: []core.EventKind{core.CaseClosed, core.CaseClosed}}); err != nil {
		t.Fatal(err)
	}
	if found := h.find(t, e); found.Name != "One" || found.URL != "https://hooks.example.org/b" || len(found.Kinds) != 1 || found.Key != "one" {
		t.Errorf("changed to %+v", found)
	}
	if err := h.Remove(t.Context(), administrator, e.No); err != nil {
		t.Fatal(err)
	}
	rows, err := h.Pool.Query(t.Context(), `SELECT kind FROM events WHERE stream_kind = 'configuration' AND stream_id = 'webhook/one' ORDER BY version`)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Equal(kinds, []string{"webhook.added", "webhook.changed", "webhook.removed"}) {
		t.Errorf("recorded are %v, %v", kinds, err)
	}
}

func TestAnImportIsToldToNobody(t *testing.T) {
	h := open(t)
	e, _ := h.add(t, webhooks.Input{Key: "one", URL: "https://hooks.example.org/a"})
	id := core.NewID[core.CaseID]()
	request := cases.One(id, 0, &cases.Raise{Type: "complaint", Subject: "Old", Channel: core.ChannelLetter, Requester: h.Amara})
	request.Origin = core.OriginImport
	if _, err := h.Cases.Do(t.Context(), core.SystemActor(), request); err != nil {
		t.Fatal(err)
	}
	h.react(t, id)
	if log := h.log(t, e); len(log) != 0 || len(h.queued) != 0 {
		t.Errorf("queued was %+v", log)
	}
}
