package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/settings"
	"github.com/casement-dev/casement/core/tasks"
	shipped "github.com/casement-dev/casement/plugins"
)

// premises is one or more running programs on a database that the test opens
// beside them: it installs plugins, publishes case types and raises cases there
// without asking for a page.
type premises struct {
	*installation                 // the first
	others        []*installation // more servers of the same
	door          *parts
	admin         core.Actor
	mu            sync.Mutex
	ahead         time.Duration // of the real clock
}

// openPremises starts so many servers on one empty database.
func openPremises(t *testing.T, servers int) *premises {
	t.Helper()
	if testing.Short() {
		t.Skip("starting the whole program is not short")
	}
	pool := pgtest.Empty(t)
	arguments := []string{
		"--database-url", pgtest.DSN(pool), "--secret-key", strings.Repeat("5e", 32), "--log-level", "error", "--drain-time", "0s", "--trusted-proxies", "127.0.0.1",
		// It outlives the test, so that a plugin is compiled once a machine.
		"--plugin-cache-dir", filepath.Join(os.TempDir(), "casement-test-plugin-cache"),
	}
	if servers > 1 {
		arguments = append(arguments, "--public-url", "http://casework.example")
	}
	w := &premises{installation: install(t, arguments...)}
	for range servers - 1 {
		more := install(t, append(arguments, "--clock-file", w.clock)...)
		w.others = append(w.others, more)
	}
	s, err := settings.Read(append([]string{"--listen", "127.0.0.1:1", "--data-dir", t.TempDir(), "--plugin-cache-dir", pluginCache(), "--test", "--clock-file", w.clock}, arguments...))
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	if w.door, err = build(s, &database{pool: pool}, s.Clock(quiet), quiet); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.door.close)
	if err := w.door.plugins.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.admin = w.employ("Morag Sinclair", []core.Role{core.RoleAdministrator, core.RoleConfigurator}, "complaints-team")
	return w
}

// employ adds somebody on the staff who signs in with the password of the
// demonstration.
func (w *premises) employ(name string, roles []core.Role, groups ...string) core.Actor {
	w.t.Helper()
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	u, err := w.door.people.CreateUser(w.t.Context(), core.SystemActor(), people.UserInput{
		Name: name, Email: first + "@northmoor.example", Roles: roles, Groups: groups, Password: demoPassword,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Actor()
}

// later lets so much more time pass on the clock of all servers.
func (w *premises) later(more time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += more
	w.pass(w.ahead)
}

// shippedModule is a package that comes with the program.
func shippedModule(t *testing.T, name string) []byte {
	t.Helper()
	module, err := fs.ReadFile(shipped.Modules(), name+".wasm")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the shipped plugins are not built: make plugins")
	}
	return module
}

// hostileModule is the plugin that does wrong when it is told to.
func hostileModule(t *testing.T) []byte {
	t.Helper()
	return intaketest.PluginModule(t, "cmd/casement/testdata/guests/hostile")
}

// repacked is a module with another manifest.
func repacked(t *testing.T, module []byte, change map[string]any) []byte {
	t.Helper()
	raw, err := pack.Manifest(module)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for key, value := range change {
		m[key] = value
	}
	if raw, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if module, err = pack.Replace(module, raw); err != nil {
		t.Fatal(err)
	}
	return module
}

// add uploads a package, as an administrator does on the page for it: it is a
// version that does not serve yet.
func (w *premises) add(module []byte) plugins.Version {
	w.t.Helper()
	v := w.enter("morag@northmoor.example")
	page, err := v.get("/plugins/install")
	if err != nil {
		w.t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("_csrf", hidden(page.body).Get("_csrf")); err != nil {
		w.t.Fatal(err)
	}
	file, err := form.CreateFormFile("file", "plugin.wasm")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := file.Write(module); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	a, err := v.send(http.MethodPost, "/plugins/install", form.FormDataContentType(), &body)
	if err != nil || a.status != http.StatusSeeOther {
		w.t.Fatalf("upload a package: %d, %v\n%.600s", a.status, err, words(a.body))
	}
	added, err := w.door.installed.Version(w.t.Context(), a.location[strings.LastIndexByte(a.location, '/')+1:])
	if err != nil {
		w.t.Fatal(err)
	}
	return added
}

// serve lets a version serve, with all that it asks for.
func (w *premises) serve(v plugins.Version) {
	w.t.Helper()
	if _, err := w.door.installed.ActivateUnsigned(w.t.Context(), w.admin, v.Hash, append([]string{}, v.Needs...)); err != nil {
		w.t.Fatal(err)
	}
}

var (
	lessonsLine = regexp.MustCompile(`(?m)^  - \{ key: lessons,.*\n`)
	formLine    = regexp.MustCompile(`(?m)^form: .*\n`)
	tasksLine   = regexp.MustCompile(`(?m)^tasks:.*\n`)
	sectionLine = regexp.MustCompile(`(?m)^(details|actions|portal):.*\n(  .*\n)*`)
)

// publish makes a case type of the shipped complaint: with another form, or
// with "" its own, with these tasks beside its own, and with what is added at
// the end of the file.
func (w *premises) publish(key, prefix, form string, taskLines []string, more string) {
	w.t.Helper()
	file, err := w.door.types.File(w.t.Context(), casetypes.KindCaseType, "complaint", 1)
	if err != nil {
		w.t.Fatal(err)
	}
	source := string(file.Source)
	source = strings.Replace(source, "key: complaint\n", "key: "+key+"\n", 1)
	source = strings.Replace(source, "prefix: CMP", "prefix: "+prefix, 1)
	source = sectionLine.ReplaceAllString(lessonsLine.ReplaceAllString(source, ""), "")
	if form != "" {
		source = formLine.ReplaceAllString(source, "form: plugin:"+form+"\n")
	}
	source = tasksLine.ReplaceAllString(source, "tasks:\n"+strings.Join(taskLines, ""))
	source += "\n" + more
	if err := w.door.plugins.Sync(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.door.publisher.Publish(w.t.Context(), w.admin, casetypes.Upload{File: casetypes.File{Name: key + ".yaml", Source: []byte(source)}, Note: "For a test"}); err != nil {
		w.t.Fatalf("publish %s: %v", key, err)
	}
}

// raise raises a case as a member of staff would at the telephone.
func (w *premises) raise(by core.Actor, typ, subject, description string) *core.Case {
	w.t.Helper()
	id := core.NewID[core.CaseID]()
	if _, err := w.door.cases.Do(w.t.Context(), by, cases.One(id, 0, &cases.Raise{
		Type: typ, Subject: subject, Description: description, Subtype: "other", Channel: core.ChannelTelephone,
		Contact: core.Contact{Name: "Oluwaseun Adéyẹmí", Email: "seun@example.org", Address: "27 Weir View, NM3 9PL"},
	})); err != nil {
		w.t.Fatal(err)
	}
	return w.read(id)
}

func (w *premises) read(id core.CaseID) *core.Case {
	w.t.Helper()
	cs, err := w.door.cases.ByID(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return cs
}

// do gives commands about a case.
func (w *premises) do(by core.Actor, id core.CaseID, cmds ...cases.Command) {
	w.t.Helper()
	for _, cmd := range cmds {
		if _, err := w.door.cases.Do(w.t.Context(), by, cases.One(id, w.read(id).Version, cmd)); err != nil {
			w.t.Fatalf("%s: %v", cmd.Name(), err)
		}
	}
}

// task adds a task and gives it to somebody; its number is that of the tasks
// added so far.
func (w *premises) task(by core.Actor, id core.CaseID, add *tasks.Add) {
	w.t.Helper()
	w.do(by, id, add)
}

func (w *premises) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.door.db.Pool().QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// list reads the one column of a query.
func (w *premises) list(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.door.db.Pool().Query(w.t.Context(), sql, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// visit is somebody before the program over HTTP: their cookies, and an address
// that a proxy tells.
type visit struct {
	ctx    context.Context
	base   string
	from   string
	client *http.Client
}

func newVisit(ctx context.Context, base, from string) *visit {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it fails for no reason that could come to be here
	}
	return &visit{ctx, base, from, &http.Client{
		Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// enter signs somebody on the staff in.
func (w *premises) enter(email string) *visit {
	w.t.Helper()
	in, err := w.door.people.SignIn(w.t.Context(), email, demoPassword, "")
	if err != nil {
		w.t.Fatal(err)
	}
	v := newVisit(w.t.Context(), w.url, "10.0.0.1")
	address, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	v.client.Jar.SetCookies(address, []*http.Cookie{{Name: "casement-session", Value: in.Token, Path: "/"}})
	return v
}

// ask sends one request and follows nothing.
func (v *visit) ask(method, path string, form url.Values) (reply, error) {
	if form == nil {
		return v.send(method, path, "", nil)
	}
	return v.send(method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (v *visit) send(method, path, contentType string, body io.Reader) (reply, error) {
	request, err := http.NewRequestWithContext(v.ctx, method, v.base+path, body)
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("X-Forwarded-For", v.from)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := v.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, most))
	return reply{status: response.StatusCode, location: response.Header.Get("Location"), body: string(raw)}, err
}

// get is ask for a page that has to be there.
func (v *visit) get(path string) (reply, error) {
	a, err := v.ask(http.MethodGet, path, nil)
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("GET %s: %d\n%.600s", path, a.status, words(a.body))
	}
	return a, err
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	tag         = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)
	blanks      = regexp.MustCompile(`\s+`)
)

// hidden are the hidden fields of a page, to be sent back with what was typed.
func hidden(page string, typed ...string) url.Values {
	form := url.Values{}
	for _, found := range hiddenField.FindAllStringSubmatch(page, -1) {
		if !form.Has(found[1]) {
			form.Set(found[1], html.UnescapeString(found[2]))
		}
	}
	for i := 0; i+1 < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return form
}

// words are what a reader sees of a page, roughly.
func words(page string) string {
	return strings.TrimSpace(html.UnescapeString(blanks.ReplaceAllString(tag.ReplaceAllString(page, " "), " ")))
}

// begin begins a form and gives its first page and where that is.
func (v *visit) begin(typ string) (path string, page reply, err error) {
	start, err := v.get("/forms/" + typ)
	if err != nil {
		return "", page, err
	}
	begun, err := v.ask(http.MethodPost, "/forms/"+typ, hidden(start.body))
	if err != nil || begun.status != http.StatusSeeOther {
		return "", page, fmt.Errorf("begin the form %s: %d, %v\n%.600s", typ, begun.status, err, words(begun.body))
	}
	if path, err = pathOf(begun.location); err != nil {
		return "", page, err
	}
	page, err = v.get(path)
	return path, page, err
}

func pathOf(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil {
		return "", err
	}
	return u.RequestURI(), nil
}
