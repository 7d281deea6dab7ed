package server_test

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
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
)

// clock is moved by tests.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// sessions answers from a table; "broken" is a database that is away.
type sessions map[string]core.Actor

func (s sessions) SessionByToken(_ context.Context, token string) (people.Session, error) {
	if token == "broken" {
		return people.Session{}, errors.New("connection refused")
	}
	actor, ok := s[token]
	if !ok {
		return people.Session{}, core.NotFound("There is no such session.")
	}
	return people.Session{Actor: actor}, nil
}

type site struct {
	*server.App
	t     *testing.T
	clock *clock
	log   *bytes.Buffer
	hub   *events.Hub
}

func newSite(t *testing.T, change func(*server.Options)) *site {
	t.Helper()
	s := &site{
		t:     t,
		clock: &clock{now: time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)},
		log:   &bytes.Buffer{},
		hub:   events.NewHub(),
	}
	staff, person := core.NewID[core.StaffID](), core.NewID[core.PersonID]()
	o := server.Options{
		BaseURL: "http://casework.example",
		Secret:  bytes.Repeat([]byte("s"), 32),
		Clock:   s.clock,
		Log:     slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Sessions: sessions{
			"priya": core.StaffActor(staff, "Priya Raghunathan"),
			"admin": core.StaffActor(staff, "Kofi Mensah", core.RoleAdministrator),
			"amara": core.PersonActor(person, "Amara Okonkwo-Lindqvist"),
		},
		Live: s.hub,
		Assets: func(name string) (server.Asset, bool) {
			if name != "app-4QX9K2M7.css" {
				return server.Asset{}, false
			}
			return server.Asset{Name: name, ContentType: "text/css; charset=utf-8", Body: []byte("body{}body{}"), Compressed: []byte("packed")}, true
		},
	}
	if change != nil {
		change(&o)
	}
	app, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.App = app
	public, console, admin := app.Public(), app.Console(), app.Admin(core.RoleAdministrator)
	public.Get("/form", func(c *fiber.Ctx) error { return c.SendString(app.CSRF(c)) })
	public.Post("/form", func(c *fiber.Ctx) error { return c.SendString("sent by " + string(server.Actor(c).Kind)) })
	public.Limited(server.LimitSignIn).Post("/sign-in", func(c *fiber.Ctx) error {
		app.SignIn(c, "priya", s.clock.Now().Add(time.Hour))
		return c.SendString("welcome")
	})
	public.Get("/track/:secret", func(c *fiber.Ctx) error { return c.SendString("tracked") })
	public.Get("/fails/:how", fail)
	app.Portal().Get("/portal", func(c *fiber.Ctx) error { return c.SendString("portal") })
	console.Get("/cases/:ref", func(c *fiber.Ctx) error { return c.SendString("case " + c.Params("ref")) })
	console.Post("/cases/:ref/note", func(c *fiber.Ctx) error { return c.SendString("noted") })
	admin.Get("/configuration", func(c *fiber.Ctx) error { return c.SendString("configuration") })
	app.API("/api/v1").Get("/cases", func(*fiber.Ctx) error { return core.InvalidField("subject", "Say what it is about.") })
	return s
}

func fail(c *fiber.Ctx) error {
	switch c.Params("how") {
	case "invalid":
		return core.Invalid("No.")
	case "not-found":
		return fmt.Errorf("finding: %w", core.NotFound("No."))
	case "forbidden":
		return core.Forbidden("No.")
	case "conflict":
		return core.Conflict("No.")
	case "unavailable":
		return core.Unavailable(errors.New("dial tcp: refused"), "No.")
	case "too-many":
		return &core.Error{Kind: core.ErrTooMany, Message: "No."}
	case "too-large":
		return &core.Error{Kind: core.ErrTooLarge, Message: "No."}
	case "panic":
		panic("planted secret")
	case "slow":
		<-c.UserContext().Done()
		return fmt.Errorf("query: %w", c.UserContext().Err())
	}
	return errors.New("planted secret")
}

type answer struct {
	*http.Response
	body string
}

// ask sends one request; headers are pairs of name and value.
func (s *site) ask(method, target, body string, headers ...string) answer {
	s.t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Host = "casework.example"
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := s.Fiber().Test(req, 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res, string(raw)}
}

// form fetches a CSRF token as a browser with the given cookies and returns it
// with the cookies the browser then holds.
func (s *site) form(cookies string) (token, jar string) {
	s.t.Helper()
	res := s.ask("GET", "/form", "", "Cookie", cookies)
	if res.StatusCode != 200 {
		s.t.Fatalf("GET /form: %d %s", res.StatusCode, res.body)
	}
	jar = cookies
	for _, c := range res.Cookies() {
		jar += "; " + c.Name + "=" + c.Value
	}
	return res.body, strings.TrimPrefix(jar, "; ")
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	s := newSite(t, nil)
	answers := map[string]answer{
		"page":          s.ask("GET", "/form", ""),
		"missing":       s.ask("GET", "/nowhere", ""),
		"redirect":      s.ask("GET", "/cases/CMP-1", ""),
		"refused write": s.ask("POST", "/form", "a=b"),
		"internal":      s.ask("GET", "/fails/x", ""),
		"asset":         s.ask("GET", "/assets/app-4QX9K2M7.css", ""),
		"health":        s.ask("GET", "/healthz", ""),
		"api":           s.ask("GET", "/api/v1/cases", ""),
		"bad method":    s.ask("BREW", "/form", ""),
		"wrong method":  s.ask("DELETE", "/form", ""),
	}
	for name, a := range answers {
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s (%d): policy %q", name, a.StatusCode, policy)
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: nosniff or referrer policy is missing", name)
		}
		if a.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS over http", name)
		}
	}
	if got := answers["asset"].Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("a hashed asset is cached %q", got)
	}
	if got := answers["page"].Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page is cached %q", got)
	}
}

func TestUnderHTTPSCookiesAreSecureAndHSTSIsSent(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.BaseURL = "https://casework.example" })
	res := s.ask("GET", "/form", "")
	if res.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	cookies := res.Cookies()
	if len(cookies) != 1 || !cookies[0].Secure || !cookies[0].HttpOnly || !strings.HasPrefix(cookies[0].Name, "__Host-") || cookies[0].SameSite != http.SameSiteLaxMode {
		t.Fatalf("cookies: %+v", cookies)
	}
}

func TestErrorsAnswerWithTheStatusOfTheirKindAndNeverTheirText(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.RequestTime = 20 * time.Millisecond })
	for how, want := range map[string]int{
		"invalid": 422, "not-found": 404, "forbidden": 403, "conflict": 409, "unavailable": 503,
		"too-many": 429, "too-large": 413, "other": 500, "panic": 500, "slow": 503,
	} {
		s.log.Reset()
		res := s.ask("GET", "/fails/"+how, "")
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", how, res.StatusCode, want)
		}
		if strings.Contains(res.body, "secret") || strings.Contains(res.body, "refused") {
			t.Errorf("%s shows internal text: %s", how, res.body)
		}
		id := res.Header.Get("X-Request-Id")
		logged := strings.Count(s.log.String(), `"msg":"failed"`)
		if wantLogged := want >= 500; (logged == 1) != wantLogged || logged > 1 {
			t.Errorf("%s: logged %d times", how, logged)
		}
		if want >= 500 && (!strings.Contains(res.body, id) || strings.Count(s.log.String(), id) < 2) {
			t.Errorf("%s: the page and the log do not share request id %q", how, id)
		}
	}
}

func TestTheAPIAnswersErrorsInJSON(t *testing.T) {
	s := newSite(t, nil)
	res := s.ask("GET", "/api/v1/cases", "")
	if res.StatusCode != 422 || !strings.Contains(res.Header.Get("Content-Type"), "application/problem+json") || !strings.Contains(res.body, `{"location":"subject","message":"Say what it is about."}`) {
		t.Fatalf("%d %s", res.StatusCode, res.body)
	}
	if res := s.ask("GET", "/api/v1/nowhere", ""); res.StatusCode != 404 || !strings.Contains(res.body, `"status":404`) {
		t.Fatalf("%d %s", res.StatusCode, res.body)
	}
}

func TestAWriteNeedsATokenOfItsOwnSessionOrVisit(t *testing.T) {
	s := newSite(t, nil)
	visitor, visit := s.form("")
	staff, staffJar := s.form("casement-session=priya")
	other, _ := s.form("")
	forgedVisit := "casement-visit=ABCDEFGHIJKLMNOPQRSTUVWXYZ.forged"
	cases := []struct {
		name, token, cookies string
		want                 int
	}{
		{"a visitor with the token of this visit", visitor, visit, 200},
		{"staff with the token of this session", staff, staffJar, 200},
		{"no token", "", visit, 403},
		{"no cookies", visitor, "", 403},
		{"another visitor's token", other, visit, 403},
		{"a visitor's token in a session", visitor, staffJar, 403},
		{"a session's token in a visit", staff, visit, 403},
		{"a token of a session that is another's", staff, "casement-session=amara", 403},
		{"a visit we did not sign", visitor, forgedVisit, 403},
		{"rubbish", "%%%", visit, 403},
		{"a token cut short", visitor[:20], visit, 403},
	}
	for _, test := range cases {
		body := url.Values{"_csrf": {test.token}, "text": {"x"}}.Encode()
		if res := s.ask("POST", "/form", body, "Cookie", test.cookies); res.StatusCode != test.want {
			t.Errorf("%s, in the field: %d, want %d", test.name, res.StatusCode, test.want)
		}
		if res := s.ask("POST", "/form", "text=x", "Cookie", test.cookies, "X-CSRF-Token", test.token); res.StatusCode != test.want {
			t.Errorf("%s, in the header: %d, want %d", test.name, res.StatusCode, test.want)
		}
	}
	again, _ := s.form(visit)
	if again == visitor {
		t.Error("two tokens of one visit look the same")
	}
}

func TestSigningInEndsTheTokensOfTheVisitBefore(t *testing.T) {
	s := newSite(t, nil)
	token, visit := s.form("")
	res := s.ask("POST", "/sign-in", "_csrf="+token, "Cookie", visit)
	if res.StatusCode != 200 {
		t.Fatalf("sign-in: %d %s", res.StatusCode, res.body)
	}
	var session string
	for _, c := range res.Cookies() {
		switch c.Name {
		case "casement-session":
			session = c.Name + "=" + c.Value
		case "casement-visit":
			if c.Value != "" {
				t.Error("the visit outlives sign-in")
			}
		}
	}
	if session == "" {
		t.Fatal("no session cookie")
	}
	if res := s.ask("POST", "/cases/CMP-1/note", "_csrf="+token, "Cookie", session+"; "+visit); res.StatusCode != 403 {
		t.Fatalf("the visitor's token still works after sign-in: %d", res.StatusCode)
	}
}

func TestAWriteFromAnotherSiteIsRefusedEvenWithAToken(t *testing.T) {
	s := newSite(t, nil)
	token, jar := s.form("casement-session=priya")
	for name, test := range map[string]struct {
		header, value string
		want          int
	}{
		"same origin":              {"Sec-Fetch-Site", "same-origin", 200},
		"typed by the person":      {"Sec-Fetch-Site", "none", 200},
		"cross site":               {"Sec-Fetch-Site", "cross-site", 403},
		"sibling domain":           {"Sec-Fetch-Site", "same-site", 403},
		"own origin":               {"Origin", "http://casework.example", 200},
		"foreign origin":           {"Origin", "https://evil.example", 403},
		"no origin to speak of":    {"Origin", "null", 403},
		"own name as a user":       {"Origin", "http://casework.example@evil.example", 403},
		"neither: not from a page": {"Accept", "*/*", 200},
	} {
		res := s.ask("POST", "/cases/CMP-1/note", "_csrf="+token, "Cookie", jar, test.header, test.value)
		if res.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, test.want)
		}
	}
}

func TestGuardsLetEachAudienceSeeItsOwnPages(t *testing.T) {
	s := newSite(t, nil)
	for _, test := range []struct {
		path, session string
		want          int
		to            string
	}{
		{"/portal", "", 303, "/sign-in?next=%2Fportal"},
		{"/portal", "amara", 200, ""},
		{"/portal", "priya", 303, "/sign-in?next=%2Fportal"},
		{"/cases/CMP-1?tab=history", "", 303, "/staff/sign-in?next=%2Fcases%2FCMP-1%3Ftab%3Dhistory"},
		{"/cases/CMP-1", "amara", 303, "/staff/sign-in?next=%2Fcases%2FCMP-1"},
		{"/cases/CMP-1", "priya", 200, ""},
		{"/configuration", "priya", 403, ""},
		{"/configuration", "admin", 200, ""},
		{"/cases/CMP-1", "gone", 303, "/staff/sign-in?next=%2Fcases%2FCMP-1"},
		{"/cases/CMP-1", "broken", 500, ""},
	} {
		res := s.ask("GET", test.path, "", "Cookie", "casement-session="+test.session)
		if res.StatusCode != test.want || res.Header.Get("Location") != test.to {
			t.Errorf("%s as %q: %d to %q, want %d to %q", test.path, test.session, res.StatusCode, res.Header.Get("Location"), test.want, test.to)
		}
	}
}

func TestAFragmentThatIsNotThereIsNotFoundWithoutASessionToo(t *testing.T) {
	s := newSite(t, nil)
	res := s.ask("GET", "/cases/CMP-1/history", "", "HX-Request", "true", "HX-Current-URL", "http://casework.example/cases/CMP-1")
	if res.StatusCode != 404 {
		t.Fatalf("unknown page: %d", res.StatusCode)
	}
}

func TestTheLogNamesTheRouteAndNoSecret(t *testing.T) {
	s := newSite(t, nil)
	s.ask("GET", "/track/verysecret?email=amara@example.org", "", "Cookie", "casement-session=amara")
	s.ask("GET", "/cases/CMP-1?q=okonkwo", "", "Cookie", "casement-session=priya")
	s.ask("GET", "/nowhere/verysecret", "")
	log := s.log.String()
	for _, private := range []string{"verysecret", "example.org", "okonkwo", "Amara", "Priya", "priya", "0.0.0.0"} {
		if strings.Contains(log, private) {
			t.Errorf("the log holds %q:\n%s", private, log)
		}
	}
	if !strings.Contains(log, `"route":"/track/:secret"`) || strings.Count(log, `"staff":`) != 1 {
		t.Errorf("log:\n%s", log)
	}
}

func TestAnAddressThatAsksTooOftenMustWaitAndMayThenGoOn(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Limits = map[string]server.Rate{
			server.LimitGeneral: {Requests: 1000, Per: time.Minute},
			server.LimitSignIn:  {Requests: 3, Per: time.Minute},
		}
	})
	token, visit := s.form("")
	try := func() answer { return s.ask("POST", "/sign-in", "_csrf="+token, "Cookie", visit) }
	for range 3 {
		if res := try(); res.StatusCode != 200 {
			t.Fatalf("within the limit: %d", res.StatusCode)
		}
	}
	if res := try(); res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Fatalf("over the limit: %d", res.StatusCode)
	}
	if res := s.ask("GET", "/form", ""); res.StatusCode != 200 {
		t.Fatalf("reading is limited too: %d", res.StatusCode)
	}
	s.clock.move(61 * time.Second)
	if first, second := try(), try(); first.StatusCode != 200 || second.StatusCode != 429 {
		t.Fatalf("just after the window, most of it still counts: %d, %d", first.StatusCode, second.StatusCode)
	}
	s.clock.move(59 * time.Second)
	if res := try(); res.StatusCode != 200 {
		t.Fatalf("after the window: %d", res.StatusCode)
	}
}

func TestOnlyTrustedProxiesSayWhereARequestComesFrom(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}
	})
	s.Public().Get("/whence", func(c *fiber.Ctx) error { return c.SendString(s.Address(c).String()) })
	for forwarded, want := range map[string]string{
		"":                                    "0.0.0.0",
		"203.0.113.7":                         "203.0.113.7",
		"198.51.100.1, 203.0.113.7":           "203.0.113.7",
		"198.51.100.1, 203.0.113.7, 10.1.1.1": "203.0.113.7",
		"unknown, 10.1.1.1":                   "10.1.1.1",
		"::ffff:203.0.113.9":                  "203.0.113.9",
	} {
		if got := s.ask("GET", "/whence", "", "X-Forwarded-For", forwarded).body; got != want {
			t.Errorf("%q: %s, want %s", forwarded, got, want)
		}
	}
	direct := newSite(t, nil)
	direct.Public().Get("/whence", func(c *fiber.Ctx) error { return c.SendString(direct.Address(c).String()) })
	if got := direct.ask("GET", "/whence", "", "X-Forwarded-For", "203.0.113.7").body; got != "0.0.0.0" {
		t.Errorf("a stranger's header is believed: %s", got)
	}
}

// Some proxies add a line of their own instead of continuing the client's.
func TestALineThatTheClientMadeUpIsNotBelievedBecauseItComesFirst(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")} })
	s.Public().Get("/whence", func(c *fiber.Ctx) error { return c.SendString(s.Address(c).String()) })
	if got := s.ask("GET", "/whence", "", "X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", "203.0.113.7").body; got != "203.0.113.7" {
		t.Errorf("the request is said to come from %s", got)
	}
}

func TestAssetsAreCompressedAndRevalidated(t *testing.T) {
	s := newSite(t, nil)
	res := s.ask("GET", "/assets/app-4QX9K2M7.css", "", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || res.body != "packed" || res.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("headers %v, body %q", res.Header, res.body)
	}
	if res := s.ask("GET", "/assets/app-4QX9K2M7.css", ""); res.body != "body{}body{}" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("uncompressed: headers %v, body %q", res.Header, res.body)
	}
	if res := s.ask("GET", "/assets/app-4QX9K2M7.css", "", "If-None-Match", res.Header.Get("ETag")); res.StatusCode != 304 || res.body != "" {
		t.Errorf("revalidated: %d", res.StatusCode)
	}
	for _, path := range []string{"/assets/none.css", "/assets/../server.go", "/assets/%2e%2e/server.go", "/assets/"} {
		if res := s.ask("GET", path, ""); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestMetricsCountByRouteAndAreForThisMachineOnly(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}
		o.Families = func(context.Context) []server.Family {
			return []server.Family{
				{Name: "casement_commands_total", Kind: "counter", Help: "Commands.", Samples: []server.Sample{{Labels: []string{"command", "case.claim", "result", "done"}, Value: 3}}},
				{Name: "casement_command_seconds", Kind: "summary", Help: "Time.", Samples: []server.Sample{{Suffix: "_sum", Labels: []string{"command", "case.claim"}, Value: 0.25}}},
			}
		}
		o.Gauges = []server.Gauge{{Name: "casement_jobs_waiting", Help: "Jobs waiting.", Read: func() float64 { return 7 }}}
	})
	s.ask("GET", "/track/one", "")
	s.ask("GET", "/track/two", "")
	body := s.ask("GET", "/metrics", "").body
	for _, want := range []string{
		`casement_http_requests_total{method="GET",route="/track/:secret",status="200"} 2`,
		`casement_http_request_duration_seconds_count{route="/track/:secret",status="2xx"} 2`,
		`casement_commands_total{command="case.claim",result="done"} 3`,
		`casement_command_seconds_sum{command="case.claim"} 0.25`,
		"casement_jobs_waiting 7",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if res := newSite(t, nil).ask("GET", "/metrics", ""); res.StatusCode != 404 {
		t.Errorf("a stranger reads the metrics: %d", res.StatusCode)
	}
}

func TestReadinessFollowsWhatPagesNeed(t *testing.T) {
	var away error
	s := newSite(t, func(o *server.Options) { o.Ready = func(context.Context) error { return away } })
	if res := s.ask("GET", "/readyz", ""); res.StatusCode != 200 {
		t.Fatalf("ready: %d", res.StatusCode)
	}
	away = errors.New("database is away")
	if res := s.ask("GET", "/readyz", ""); res.StatusCode != 503 || strings.Contains(res.body, "database") {
		t.Fatalf("not ready: %d %s", res.StatusCode, res.body)
	}
	if res := s.ask("GET", "/healthz", ""); res.StatusCode != 200 {
		t.Fatalf("healthy all the same: %d", res.StatusCode)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for next, want := range map[string]string{
		"/cases/CMP-1?tab=x": "/cases/CMP-1?tab=x",
		"":                   "/home", "//evil.example": "/home", "https://evil.example": "/home",
		`/\evil.example`: "/home", "/a\r\nSet-Cookie: x": "/home", "javascript:alert(1)": "/home",
	} {
		if got := server.LocalPath(next, "/home"); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestEveryRouteHasAnAudience(t *testing.T) {
	s := newSite(t, nil)
	for _, route := range s.Table() {
		if route.Audience == "" || route.Path == "" || (route.Audience == server.ForAdmin) != (len(route.Roles) > 0) {
			t.Errorf("route %+v", route)
		}
	}
	if n := len(s.Table()); n < 9 {
		t.Errorf("%d routes in the table", n)
	}
}

// serve starts the site on a real listener.
func (s *site) serve() (address string, done <-chan error) {
	s.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	return ln.Addr().String(), served
}

func TestABodyThatIsTooLargeIsRefusedWith413(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.BodyLimit, o.UploadLimit = 1000, 5000 })
	address, _ := s.serve()
	defer s.Shutdown(context.Background())
	send := func(kind string, size int) *http.Response {
		res, err := http.Post("http://"+address+"/form", kind, strings.NewReader(strings.Repeat("x", size)))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	if res := send("application/x-www-form-urlencoded", 2000); res.StatusCode != 413 || res.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("too large: %d, headers %v", res.StatusCode, res.Header)
	}
	if res := send("application/x-www-form-urlencoded", 500); res.StatusCode != 403 {
		t.Errorf("small enough, without a token: %d", res.StatusCode)
	}
	if res := send("multipart/form-data; boundary=b", 2000); res.StatusCode == 413 {
		t.Error("an upload is held to the limit of forms")
	}
	if res := send("multipart/form-data; boundary=b", 6000); res.StatusCode != 413 {
		t.Errorf("an upload that is too large: %d", res.StatusCode)
	}
}

func TestLiveStreamsWhatWasAskedForUntilTheServerStops(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Heartbeat = 20 * time.Millisecond })
	address, served := s.serve()
	open := func(topics, cookie string) *http.Response {
		req, err := http.NewRequest("GET", "http://"+address+"/live?topics="+topics, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", cookie)
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	for topics, want := range map[string]int{"counts": 303, "bad%20topic": 303} {
		if res := open(topics, ""); res.StatusCode != want {
			t.Errorf("without a session: %d", res.StatusCode)
		}
	}
	if res := open("bad%20topic", "casement-session=priya"); res.StatusCode != 422 {
		t.Errorf("a bad topic: %d", res.StatusCode)
	}

	res := open("counts,case:CMP-1", "casement-session=priya")
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("live: %d %v", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	wait := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), "CMP-2") {
				t.Fatal("heard a topic that was not asked for")
			}
			if lines.Text() == want {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	wait(": listening")
	s.hub.Publish("case:CMP-2")
	s.hub.Publish("case:CMP-1")
	wait("event: change")
	wait("data: case:CMP-1")
	wait(": still here")

	stop, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(stop); err != nil {
		t.Fatalf("shutting down with an open stream: %v", err)
	}
	for lines.Scan() {
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if n := s.hub.Listeners(); n != 0 {
		t.Fatalf("%d listeners after shutdown", n)
	}
}

func TestAServerToldToStopBeforeItListensDoesNotServe(t *testing.T) {
	for name, stopAt := range map[string]func(s *site, stop func()){
		"before it begins": func(_ *site, stop func()) { stop() },
		"while it begins": func(s *site, stop func()) {
			s.Fiber().Hooks().OnListen(func(fiber.ListenData) error { stop(); return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			stopAt(s, func() {
				if err := s.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
			address, served := s.serve()
			select {
			case err := <-served:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("it still serves 5 seconds later")
			}
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				t.Error("the address is still open")
			}
		})
	}
}

func TestAListenerThatHasGoneIsForgotten(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Heartbeat = 5 * time.Millisecond })
	address, _ := s.serve()
	defer s.Shutdown(context.Background())
	ctx, leave := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "GET", "http://"+address+"/live?topics=counts", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "casement-session=priya")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if s.hub.Listeners() != 1 {
		t.Fatal("nobody listens")
	}
	leave()
	res.Body.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if s.hub.Listeners() == 0 {
			return
		}
		<-tick.C
	}
	t.Fatal("the listener is still there after 5 seconds")
}
