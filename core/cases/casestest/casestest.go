// Package casestest makes a small council for tests of everything that goes
// through the door: a database of its own, a clock that is moved by hand, two
// teams, a calendar and a case type "complaint" with stages, targets and
// reasons.
package casestest

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

// Start is the instant at which every test begins: a Tuesday, 10:00 in London.
var Start = time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)

// Secret is the installation's key in tests.
var Secret = core.Secret{1, 2, 3}

// Clock is moved by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now implements core.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to an instant.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now.UTC()
}

// Advance moves the clock on.
func (c *Clock) Advance(by time.Duration) { c.Set(c.Now().Add(by)) }

// World is the small council.
type World struct {
	Pool  *pgxpool.Pool
	DB    *postgres.DB
	Clock *Clock
	Types *casetypes.Service
	Cases *cases.Service

	Priya  core.Actor // complaints-team
	Tomasz core.Actor // complaints-team
	Ines   core.Actor // highways: may be handed complaints
	Lead   core.Actor // complaints-leads: escalation level 1
	Other  core.Actor // parks: nothing to do with complaints

	Amara   core.PersonID // a customer
	Brendan core.PersonID // another
}

// New makes the council. Hooks may still be added to w.Cases.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{Pool: pgtest.New(t), Clock: &Clock{now: Start}}
	w.DB = postgres.NewDB(w.Pool)
	w.Types = casetypes.New(w.DB)
	w.Cases = cases.New(w.DB, w.Types, w.Clock, Secret)
	for _, g := range []string{"complaints-team", "highways", "complaints-leads", "heads-of-service", "parks", "contact-centre"} {
		w.exec(t, `INSERT INTO groups (key, name, created_at) VALUES ($1, $1, $2)`, g, Start)
	}
	w.Priya = w.staff(t, "Priya Raghunathan", "priya@northmoor.example", "complaints-team")
	w.Tomasz = w.staff(t, "Tomasz Wiśniewski", "tomasz@northmoor.example", "complaints-team")
	w.Ines = w.staff(t, "Ines Carvalho", "ines@northmoor.example", "highways")
	w.Lead = w.staff(t, "Yusuf Abdirahman", "yusuf@northmoor.example", "complaints-leads")
	w.Other = w.staff(t, "Kofi Mensah", "kofi@northmoor.example", "parks")
	w.Amara = w.person(t, "Amara Okonkwo-Lindqvist", "amara@example.org")
	w.Brendan = w.person(t, "Brendan Walsh", "brendan@example.org")
	w.Publish(t, casetypes.KindCalendar, "offices", calendar)
	w.Publish(t, casetypes.KindCaseType, "complaint", ComplaintType)
	return w
}

// Publish stores a document as the next version of its kind and key.
func (w *World) Publish(t testing.TB, kind, key, body string) {
	t.Helper()
	if !json.Valid([]byte(body)) {
		t.Fatalf("the body of %s %s is not JSON", kind, key)
	}
	w.exec(t, `INSERT INTO documents (kind, key, version, body, at)
		SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM documents WHERE kind = $1 AND key = $2`, kind, key, body, Start)
}

// Raise raises a complaint for a customer and returns its id.
func (w *World) Raise(t testing.TB) core.CaseID {
	t.Helper()
	id := core.NewID[core.CaseID]()
	raise := &cases.Raise{
		Type: "complaint", Subject: "Collections missed", Description: "Five weeks running.", Subtype: "waste",
		Channel: core.ChannelWeb, Requester: w.Amara,
		Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Phone: "07700 900482"},
	}
	if _, err := w.Cases.Do(t.Context(), core.PersonActor(w.Amara, "Amara"), cases.One(id, 0, raise)); err != nil {
		t.Fatalf("raise a case: %v", err)
	}
	return id
}

// Do sends commands for a case and fails the test if they are refused.
func (w *World) Do(t testing.TB, by core.Actor, id core.CaseID, commands ...cases.Command) cases.Outcome {
	t.Helper()
	result, err := w.Cases.Do(t.Context(), by, cases.One(id, 0, commands...))
	if err != nil {
		t.Fatalf("%s: %v", commands[0].Name(), err)
	}
	return result.Outcomes[0]
}

// Refuses sends commands and fails the test unless they are refused with the
// kind of error; it returns the error.
func (w *World) Refuses(t testing.TB, kind core.ErrorKind, by core.Actor, id core.CaseID, commands ...cases.Command) error {
	t.Helper()
	_, err := w.Cases.Do(t.Context(), by, cases.One(id, 0, commands...))
	if core.KindOf(err) != kind {
		t.Fatalf("%s: got %v, want an error of kind %s", commands[0].Name(), err, kind)
	}
	return err
}

// Case reads a case as it stands.
func (w *World) Case(t testing.TB, id core.CaseID) *core.Case {
	t.Helper()
	cs, err := w.Cases.ByID(t.Context(), id)
	if err != nil {
		t.Fatalf("read a case: %v", err)
	}
	return cs
}

func (w *World) staff(t testing.TB, name, email string, groups ...string) core.Actor {
	t.Helper()
	id := core.NewID[core.StaffID]()
	w.exec(t, `INSERT INTO staff_users (id, name, email, created_at) VALUES ($1, $2, $3, $4)`, id, name, email, Start)
	for _, g := range groups {
		w.exec(t, `INSERT INTO memberships (staff_id, group_key) VALUES ($1, $2)`, id, g)
	}
	return core.StaffActor(id, name)
}

func (w *World) person(t testing.TB, name, email string) core.PersonID {
	t.Helper()
	id := core.NewID[core.PersonID]()
	w.exec(t, `INSERT INTO persons (id, name, email, created_at) VALUES ($1, $2, $3, $4)`, id, name, email, Start)
	return id
}

func (w *World) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := w.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("set up the council: %v", err)
	}
}
