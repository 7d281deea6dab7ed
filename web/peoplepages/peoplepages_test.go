package peoplepages_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/peoplepages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

const (
	password = "violet harbour seven lamps"
	host     = "casework.example.org"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, peoplepages.Source()) }

// site is the real server with the people pages on a database of its own.
type site struct {
	t       *testing.T
	app     *server.App
	people  *people.Service
	admin   core.StaffUser
	officer core.StaffUser
	person  core.Person

	asked []core.PersonID // whose cases were asked for
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, people: people.New(postgres.NewDB(pgtest.New(t)), people.Options{BaseURL: "https://" + host})}
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.SecureCookies, o.Actor = core.SystemClock{}, true, server.Actor
		o.CSRF = func(c *fiber.Ctx) string { return s.app.CSRF(c) }
	}, peoplepages.Source())
	var err error
	s.app, err = server.New(server.Options{
		BaseURL: "https://" + host, Secret: []byte(strings.Repeat("s", 32)), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler),
		Sessions: s.people, Views: engine, Limits: map[string]server.Rate{},
		ErrorPage: func(c *fiber.Ctx, p server.Problem) error {
			return render.Failed(c, render.Problem{Status: p.Status, Kind: p.Kind, Title: p.Title, Message: p.Message})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := peoplepages.New(peoplepages.Options{
		People: s.people, NewCase: func(no int) string { return fmt.Sprintf("/cases/new?person=%d", no) },
		Cases: func(_ context.Context, by core.Actor, person core.PersonID) ([]peoplepages.CaseRow, error) {
			s.asked = append(s.asked, person)
			return []peoplepages.CaseRow{{Ref: "CMP-1", URL: "/cases/CMP-1", Subject: "Bins for " + by.Name, Status: layout.StatusChip(core.StatusOpen, "In progress"), RaisedAt: time.Now()}}, nil
		},
	})
	pages.RegisterConsole(s.app.Console())
	pages.RegisterAdmin(s.app.Admin(core.RoleAdministrator))
	if _, err := s.people.CreateGroup(t.Context(), core.SystemActor(), core.Group{Name: "Complaints"}); err != nil {
		t.Fatal(err)
	}
	user := func(name, email string, roles ...core.Role) core.StaffUser {
		u, err := s.people.CreateUser(t.Context(), core.SystemActor(), people.UserInput{Name: name, Email: email, Password: password, Roles: roles})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	s.admin = user("Ines Okafor", "ines@example.org", core.RoleAdministrator)
	s.officer = user("Tom Reyes", "tom@example.org", core.RoleConfigurator, core.RoleAuditor, core.RolePluginAdmin)
	s.person, err = s.people.FindOrCreate(t.Context(), s.admin.Actor(), people.Details{
		Name: "Salma Karim", Email: "salma@example.org", Phone: "01632 960 123", Address: "4 Mill Lane\nNM1 2AB",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reader is somebody signed in.
type reader struct {
	*site
	token string
}

func (s *site) as(u core.StaffUser) reader {
	s.t.Helper()
	in, err := s.people.SignIn(s.t.Context(), u.Email, password, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return reader{s, in.Token}
}

func (r reader) do(method, path string, form url.Values, status int, headers ...string) (*http.Response, string) {
	r.t.Helper()
	headers = append(headers, "Host", host, "Cookie", "__Host-session="+r.token)
	if form != nil {
		headers = append(headers, server.CSRFHeader, r.csrf())
	}
	res, body := rendertest.Do(r.t, r.app.Fiber(), method, path, form.Encode(), headers...)
	if res.StatusCode != status {
		r.t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, status, body)
	}
	return res, body
}

// csrf takes a token from a page that this reader may see.
func (r reader) csrf() string {
	r.t.Helper()
	_, body := rendertest.Do(r.t, r.app.Fiber(), "GET", "/people/new", "", "Cookie", "__Host-session="+r.token)
	_, after, _ := strings.Cut(body, `name="_csrf" value="`)
	token, _, _ := strings.Cut(after, `"`)
	return token
}

func (r reader) get(path string, status int, headers ...string) string {
	r.t.Helper()
	_, body := r.do("GET", path, nil, status, headers...)
	return body
}

// post sends fields (pairs) and returns where the answer leads and its body.
func (r reader) post(path string, status int, fields ...string) (to, body string) {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	res, body := r.do("POST", path, form, status)
	return res.Header.Get("Location"), body
}

func wants(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(body, word) {
			t.Errorf("the page lacks %q\n%s", word, body)
		}
	}
}

func TestStaffFindACallerAndSeeTheirPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.as(s.officer)
	url := fmt.Sprintf("/people/%d", s.person.No)
	wants(t, r.get("/people", 200), "Who is calling?")
	wants(t, r.get("/people?q=nm12ab", 200), "<html", "Salma Karim", `href="`+url+`"`)
	part := r.get("/people?q=960123", 200, "HX-Request", "true")
	if strings.Contains(part, "<html") || !strings.Contains(part, "Salma Karim") {
		t.Errorf("the part:\n%s", part)
	}
	wants(t, r.get("/people?q=Nobody+Here", 200), "Nobody found", "/people/new?q=Nobody&#43;Here")
	ref := core.NewReference("CMP")
	wants(t, r.get("/people?q="+strings.ToLower(string(ref)), 200), "Open "+string(ref))
	if strings.Contains(r.get("/people", 200), "/people/groups") {
		t.Error("somebody who is no administrator is led to the groups")
	}
	wants(t, r.get("/people?q="+strings.Repeat("x", 500), 422), "too long")

	wants(t, r.get(url, 200), "Salma Karim", "Bins for Tom Reyes", "/cases/new?person=", "made the record", "tel:01632960123")
	if len(s.asked) != 1 || s.asked[0] != s.person.ID {
		t.Errorf("asked for the cases of %v", s.asked)
	}
	for _, path := range []string{"/people/999", "/people/0", "/people/-1", "/people/99999999999", "/people/99999999999999999999", "/people/1x", "/people/999/edit"} {
		r.get(path, 404)
	}
}

func TestDetailsAreEditedAndBadOnesComeBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.as(s.officer)
	url := fmt.Sprintf("/people/%d", s.person.No)
	wants(t, r.get(url+"/edit", 200), `value="salma@example.org"`)
	_, body := r.post(url, 422, "name", "Salma <Karim>", "email", "nowhere", "phone", "call me", "address", strings.Repeat("x", 501))
	wants(t, body, "3 answers need another look", `value="nowhere"`, `value="call me"`, "Salma &lt;Karim&gt;")
	if to, _ := r.post(url, 303, "name", "Salma Karim", "email", "salma.new@example.org", "phone", "01632 960 999", "language", "cy"); to != url {
		t.Errorf("led to %s", to)
	}
	wants(t, r.get(url, 200), "salma.new@example.org", "Welsh", "<bdi>01632 960 123</bdi> → <bdi>01632 960 999</bdi>", "Tom Reyes")

	wants(t, r.get("/people/new?q=ben@example.org", 200), `value="ben@example.org"`)
	to, _ := r.post("/people", 303, "name", "Ben", "email", "ben@example.org")
	wants(t, r.get(to, 200), "Ben")
	if known, _ := r.post("/people", 303, "name", "Benjamin", "email", "ben@example.org"); known != to {
		t.Errorf("the same address led to %s, not %s", known, to)
	}
	r.post("/people", 422, "address", "only an address")
}

func TestAnAdministratorMakesAndChangesAStaffUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.as(s.admin)
	_, body := r.post("/people/staff", 422, "name", "Una Bell", "email", "TOM@example.org", "groups", "complaints", "roles", "auditor")
	wants(t, body, "Another staff user has this email address.", `value="complaints" checked`, `value="auditor" checked`)
	to, _ := r.post("/people/staff", 303, "name", "Una Bell", "email", "una@example.org", "groups", "complaints", "roles", "auditor", "roles", "configurator")
	wants(t, r.get(to, 200), "Una Bell", "There is no password yet", `value="configurator" checked`, "made the account")
	wants(t, r.get("/people/staff?group=complaints", 200), "Una Bell", "No password yet", "Configurator")

	_, body = r.post(to, 422, "name", "", "email", "una@example.org", "roles", "emperor", "groups", "nowhere")
	wants(t, body, "Enter the person&#39;s name.", "Choose roles from the list.", "Choose groups from the list.")
	r.post(to, 303, "name", "Una Bell-Ward", "email", "una@example.org")
	wants(t, r.get(to, 200), "Una Bell-Ward", "changed the account")

	_, body = r.post(to+"/password-link", 200)
	wants(t, body, "https://"+host+"/staff/password/")
	if strings.Contains(r.get(to, 200), "/staff/password/") {
		t.Error("the link is shown a second time")
	}
	r.post(to+"/deactivate", 303)
	wants(t, r.get(to, 200), "Activate the account")
	wants(t, r.get("/people/staff?state=deactivated", 200), "Una Bell-Ward")
	r.post(to+"/password-link", 409)
	r.post(to+"/activate", 303)
	r.post(fmt.Sprintf("/people/staff/%d/deactivate", s.admin.No), 409)
	wants(t, r.get(fmt.Sprintf("/people/staff/%d", s.admin.No), 200), "This is your own account")
	for _, path := range []string{"/people/staff/999", "/people/staff/99999999999"} {
		r.get(path, 404)
		r.post(path+"/deactivate", 404)
	}
}

func TestAnAdministratorOpensALock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 5 {
		_, _ = s.people.SignIn(t.Context(), s.officer.Email, "wrong harbour seven lamps", "")
	}
	r, url := s.as(s.admin), fmt.Sprintf("/people/staff/%d", s.officer.No)
	wants(t, r.get(url, 200), "they must wait until")
	r.post(url+"/unlock", 303)
	s.as(s.officer)
}

func TestAnAdministratorKeepsTheGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.as(s.admin)
	_, body := r.post("/people/groups", 422, "name", "Everybody", "key", "everyone", "email", "x")
	wants(t, body, "This key has a meaning of its own", `value="Everybody"`)
	to, _ := r.post("/people/groups", 303, "name", "Highways & lights")
	if to != "/people/groups/highways-lights" {
		t.Fatalf("led to %s", to)
	}
	wants(t, r.get(to, 200), "Nobody is in this group", "Tom Reyes, tom@example.org")
	r.post(to+"/members", 422, "member", "")
	r.post(to+"/members", 422, "member", "nobody@example.org")
	r.post(to+"/members", 303, "member", "tom@example.org")
	wants(t, r.get(to, 200), "1 member", "/people/staff/")
	wants(t, r.get("/people/groups", 200), "Highways &amp; lights")
	r.post(to+"/members/remove", 303, "member", "tom@example.org")
	wants(t, r.get(to, 200), "Nobody is in this group")
	_, body = r.post(to, 422, "name", strings.Repeat("x", 201), "email", "x")
	wants(t, body, "2 answers need another look")
	r.post(to, 303, "name", "Highways", "email", "highways@example.org")
	wants(t, r.get(to, 200), `value="highways@example.org"`)
	r.get("/people/groups/no-such", 404)
	r.get("/people/groups/%00", 404)
	r.post("/people/groups/no-such/members", 404, "member", "tom@example.org")
}

func TestOnlyAdministratorsReachStaffUsersAndGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	officer, nobody := s.as(s.officer), reader{s, ""}
	for _, route := range s.app.Table() {
		if route.Audience != server.ForAdmin || !strings.HasPrefix(route.Path, "/people/") {
			continue
		}
		path := strings.NewReplacer(":no<int>", "1", ":key", "complaints").Replace(route.Path)
		if route.Method == http.MethodPost {
			officer.post(path, 403)
			continue
		}
		officer.get(path, 403)
		nobody.get(path, 303)
	}
	nobody.get("/people?q=salma", 303)
}
