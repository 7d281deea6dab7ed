package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

const goodPassword = "violet harbour seven lamps"

// clock is moved by tests instead of waiting.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// post keeps the links that would have been mailed.
type post struct {
	mu    sync.Mutex
	links []string
	to    []string
	err   error
}

func (p *post) SendSignIn(_ context.Context, email, link string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	p.to, p.links = append(p.to, email), append(p.links, link)
	return nil
}

// token is the secret at the end of the last link sent.
func (p *post) token(t *testing.T) string {
	t.Helper()
	if len(p.links) == 0 {
		t.Fatal("no link was sent")
	}
	link := p.links[len(p.links)-1]
	return link[strings.LastIndex(link, "/")+1:]
}

// world is an installation with an administrator and one group.
type world struct {
	*people.Service
	pool  *pgxpool.Pool
	clock *clock
	post  *post
	admin core.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		pool:  pgtest.New(t),
		clock: &clock{now: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)},
		post:  &post{},
	}
	w.Service = people.New(postgres.NewDB(w.pool), people.Options{
		Clock: w.clock, Mailer: w.post, BaseURL: "https://casework.example.org/",
	})
	if _, err := w.CreateGroup(t.Context(), core.SystemActor(), core.Group{Name: "Complaints team"}); err != nil {
		t.Fatal(err)
	}
	user := w.user(t, "Ines Okafor", "ines@example.org", core.RoleAdministrator)
	w.admin = user.Actor()
	return w
}

// user adds a staff user with goodPassword in the complaints team.
func (w *world) user(t *testing.T, name, email string, roles ...core.Role) core.StaffUser {
	t.Helper()
	user, err := w.CreateUser(t.Context(), core.SystemActor(), people.UserInput{
		Name: name, Email: email, Roles: roles, Groups: []string{"complaints-team"}, Password: goodPassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func (w *world) signIn(t *testing.T, email string) people.SignedIn {
	t.Helper()
	in, err := w.SignIn(t.Context(), email, goodPassword, "Firefox on Linux")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func wantKind(t *testing.T, err error, kind core.ErrorKind) {
	t.Helper()
	if core.KindOf(err) != kind {
		t.Fatalf("got %v, want kind %q", err, kind)
	}
}

// wantField checks that err is about one field.
func wantField(t *testing.T, err error, field string) {
	t.Helper()
	wantKind(t, err, core.ErrInvalid)
	e, ok := err.(*core.Error)
	if !ok || e.Fields[field] == "" {
		t.Fatalf("got %v, want a message for field %q", err, field)
	}
}

// history lists the kinds of what was recorded about somebody.
func (w *world) history(t *testing.T, stream string) []string {
	t.Helper()
	rows, err := w.pool.Query(t.Context(), `SELECT kind FROM events WHERE stream_kind = 'people' AND stream_id = $1 ORDER BY version`, stream)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var kinds []string
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
	}
	return kinds
}
