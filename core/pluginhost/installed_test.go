package pluginhost_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/sdk/view"
)

// moving is a clock that tests move while others read it.
type moving struct {
	mu  sync.Mutex
	now time.Time
}

func (c *moving) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *moving) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// installation is one server with a database, and the administrator of its plugins.
type installation struct {
	*plugins.Service
	db    *postgres.DB
	clock *moving
	host  *pluginhost.Host
	admin core.Actor
	log   *logged
	uses  []string       // case types that use the plugins
	held  map[string]int // states, by pin
}

type logged struct {
	mu sync.Mutex
	strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(b)
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	in := &installation{db: postgres.NewDB(pgtest.New(t)), clock: &moving{now: time.Date(2026, 12, 4, 9, 0, 0, 0, time.UTC)}}
	u, err := people.New(in.db, people.Options{Clock: in.clock, BaseURL: "https://northmoor.example"}).CreateUser(t.Context(), core.SystemActor(),
		people.UserInput{Name: "Priya Raghunathan", Email: "priya@northmoor.example", Roles: []core.Role{core.RolePluginAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	in.admin = core.StaffActor(u.ID, u.Name, core.RolePluginAdmin)
	in.start(t)
	return in
}

// start makes the services of the server, as a restart does.
func (in *installation) start(t *testing.T) {
	t.Helper()
	in.log = &logged{}
	// The cache outlives the test, so that a guest is compiled once a machine.
	engine, err := wasm.New(wasm.Options{
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere, LoadWait: 5 * time.Minute,
		Limits: wasm.Limits{MemoryMiB: 32, Fuel: 20_000_000, Wall: 20 * time.Second, Output: 1 << 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	in.host = pluginhost.New(engine, in.clock, slog.New(slog.NewTextHandler(in.log, nil)))
	in.Service = plugins.New(in.db, plugins.Options{
		Clock: in.clock, Secret: core.Secret{1}, Runner: in.host,
		Uses: func(context.Context, string) ([]string, error) { return in.uses, nil },
		Pins: []func(context.Context, string) (map[string]int, error){func(context.Context, string) (map[string]int, error) { return in.held, nil }},
	})
	in.host.From(in.Service)
	t.Cleanup(func() {
		in.host.Close()
		engine.Close()
	})
}

// another is a second server on the same database.
func (in *installation) another(t *testing.T) *installation {
	t.Helper()
	other := &installation{db: in.db, clock: in.clock, admin: in.admin}
	other.start(t)
	return other
}

var changingModule = sync.OnceValues(func() ([]byte, error) {
	_, here, _, _ := runtime.Caller(0)
	dir, err := os.MkdirTemp("", "casement-changing-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "plugin.wasm")
	if err := pack.Build(context.Background(), filepath.Join(filepath.Dir(here), "testdata", "guests", "changing"), out); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
})

// changing is the test plugin as another version of itself, which reads states
// of one kind and asks for this and that.
func changing(t *testing.T, version string, states int, migrates []int, needs ...string) []byte {
	t.Helper()
	module, err := changingModule()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pack.Manifest(module)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	m["version"], m["needs"], m["state"] = version, needs, map[string]any{"version": states, "migrates_from": migrates}
	m["config"] = map[string]any{"type": "object", "properties": map[string]any{
		"label":  map[string]any{"type": "string", "default": version, "maxLength": 20},
		"states": map[string]any{"type": "integer", "default": states},
	}}
	if slices.Contains(needs, "note.add") {
		m["reasons"] = map[string]string{"note.add": "Says what it found"}
	}
	m["secrets"] = []map[string]string{{"name": "key", "label": "Key of the service"}}
	if raw, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if module, err = pack.Replace(module, raw); err != nil {
		t.Fatal(err)
	}
	return module
}

// add stores a version of the test plugin, unsigned.
func (in *installation) add(t *testing.T, module []byte) plugins.Version {
	t.Helper()
	in.clock.move(time.Second)
	v, err := in.Add(t.Context(), in.admin, module, plugins.AddOptions{Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// live stores a version and lets it serve with all that it needs.
func (in *installation) live(t *testing.T, module []byte) plugins.Version {
	t.Helper()
	v := in.add(t, module)
	in.activate(t, v.Hash, append([]string{}, v.Needs...))
	return v
}

func (in *installation) activate(t *testing.T, hash string, granted []string) {
	t.Helper()
	if _, err := in.Activate(t.Context(), in.admin, hash, granted); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// turn takes one step of the test plugin's form.
func (in *installation) turn(t *testing.T, before forms.Reply, said string) (forms.Reply, error) {
	t.Helper()
	c := call("test.changing", "steps", forms.Submit, "what", said)
	if before.State == nil {
		c = call("test.changing", "steps", forms.Start)
	}
	c.State, c.Pin = before.State, before.Pin
	return in.host.FormProvider().Serve(t.Context(), c)
}

func TestAVersionThatWantsMoreWaitsUntilSomebodyDecides(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	first := in.live(t, changing(t, "1.0.0", 1, nil))
	begun, err := in.turn(t, forms.Reply{}, "")
	if err != nil || begun.View.Label != "Version 1.0.0" {
		t.Fatalf("%+v, %v", begun.View, err)
	}
	second := in.add(t, changing(t, "1.1.0", 1, nil, "note.add"))
	_, err = in.Activate(ctx, in.admin, second.Hash, nil)
	var waiting *plugins.Waiting
	if core.KindOf(err) != core.ErrConflict || !asWaiting(err, &waiting) || len(waiting.Wants) != 1 || waiting.Wants[0].Reason != "Says what it found" {
		t.Fatalf("it went live: %v", err)
	}
	if p, err := in.Find(ctx, "test.changing"); err != nil || p.Live != first.Hash || p.Newest != second.Hash {
		t.Fatalf("%+v, %v", p, err)
	}
	wants, err := in.Capabilities(ctx, second.Hash)
	if err != nil || len(wants) != 1 || !wants[0].New || wants[0].Granted || wants[0].Title != "Add notes, and write to the requester" {
		t.Fatalf("%+v, %v", wants, err)
	}

	// Decided on, it serves; refused, what it wants is refused.
	in.activate(t, second.Hash, []string{})
	if _, err := in.turn(t, begun, "note"); wasm.AsFault(err) == nil || !strings.Contains(err.Error(), "not granted") {
		t.Errorf("an effect that was refused: %v", err)
	}
	if err := in.Grant(ctx, in.admin, "test.changing", []string{"note.add"}); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, begun, "note"); err == nil || strings.Contains(err.Error(), "not granted") {
		t.Errorf("an effect that was granted: %v", err)
	}
	if err := in.Grant(ctx, in.admin, "test.changing", []string{"case.close"}); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("what it never asked for was granted: %v", err)
	}

	// Back, nothing has to be decided again; and forward neither.
	in.activate(t, first.Hash, nil)
	if reply, err := in.turn(t, begun, "x"); err != nil || reply.View.Label != "Version 1.0.0" {
		t.Errorf("after the roll-back: %+v, %v", reply.View, err)
	}
	in.activate(t, second.Hash, nil)
	if p, err := in.Find(ctx, "test.changing"); err != nil || len(p.Granted) != 1 {
		t.Errorf("what was granted was forgotten: %+v, %v", p, err)
	}
}

func asWaiting(err error, into **plugins.Waiting) bool {
	for err != nil {
		if w, ok := err.(*plugins.Waiting); ok {
			*into = w
			return true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return false
		}
		err = u.Unwrap()
	}
	return false
}

func TestTheSameFileTwiceIsTheSameVersion(t *testing.T) {
	in := newInstallation(t)
	module := changing(t, "1.0.0", 1, nil)
	first, again := in.add(t, module), in.add(t, module)
	if first.Hash != again.Hash || first.AddedBy != "Priya Raghunathan" || !first.Unsigned || first.Signed() {
		t.Errorf("%+v, %+v", first, again)
	}
	versions, err := in.Versions(t.Context(), "test.changing")
	if err != nil || len(versions) != 1 {
		t.Errorf("%+v, %v", versions, err)
	}
	if p, err := in.Find(t.Context(), "test.changing"); err != nil || p.Live != "" || len(in.host.Forms()) != 0 {
		t.Errorf("it serves before it was allowed to: %+v, %v", p, err)
	}
}

func TestOnlyPluginAdministratorsChangeWhatIsInstalled(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	v := in.live(t, changing(t, "1.0.0", 1, nil))
	for _, by := range []core.Actor{
		core.StaffActor(in.admin.StaffID(), "Tom", core.RoleConfigurator, core.RoleAuditor), core.PersonActor(core.NewID[core.PersonID](), "Ada"), core.AnonymousActor(),
		{Kind: core.ActorClient, ID: "1", Roles: []core.Role{core.RoleAdministrator}},
	} {
		for what, do := range map[string]func() error{
			"add": func() error {
				_, err := in.Add(ctx, by, changing(t, "9.0.0", 1, nil), plugins.AddOptions{Unsigned: true})
				return err
			},
			"activate":  func() error { _, err := in.Activate(ctx, by, v.Hash, nil); return err },
			"grant":     func() error { return in.Grant(ctx, by, "test.changing", nil) },
			"configure": func() error { return in.Configure(ctx, by, "test.changing", json.RawMessage(`{}`), nil) },
			"switch":    func() error { return in.Switch(ctx, by, "test.changing", false, "") },
			"record":    func() error { return in.Record(ctx, by, "test.changing", false) },
			"revive":    func() error { return in.Revive(ctx, by, "test.changing") },
			"remove":    func() error { return in.Remove(ctx, by, "test.changing") },
			"version":   func() error { return in.RemoveVersion(ctx, by, v.Hash) },
			"trust":     func() error { return in.Trust(ctx, by, strings.Repeat("a", 64), "X") },
			"distrust":  func() error { return in.Distrust(ctx, by, strings.Repeat("a", 64)) },
			"try":       func() error { _, err := in.Try(ctx, by, plugins.Trial{Hash: v.Hash}); return err },
			"replay":    func() error { _, err := in.Replay(ctx, by, v.Hash, 1); return err },
			"sample":    func() error { _, err := in.Sample(ctx, by, v.Hash, "steps", ""); return err },
		} {
			if err := do(); core.KindOf(err) != core.ErrForbidden {
				t.Errorf("%s may %s: %v", by.Kind, what, err)
			}
		}
	}
}

func TestStatesStayWithTheirVersionUnlessTheNewOneMigratesThem(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	one := in.live(t, changing(t, "1.0.0", 1, nil))
	old, err := in.turn(t, forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	in.live(t, changing(t, "2.0.0", 2, nil)) // migrates nothing
	reply, err := in.turn(t, old, "x")
	if err != nil || reply.View.Label != "Version 1.0.0" || !strings.HasPrefix(reply.Pin, "1.0.0+s1.") {
		t.Fatalf("a form begun with 1.0.0: %+v, %v", reply, err)
	}
	fresh, err := in.turn(t, forms.Reply{}, "")
	if err != nil || fresh.View.Label != "Version 2.0.0" {
		t.Fatalf("a new form: %+v, %v", fresh, err)
	}
	three := in.live(t, changing(t, "3.0.0", 3, []int{1, 2}))
	if reply, err = in.turn(t, reply, "x"); err != nil || reply.View.Label != "Version 3.0.0" || !strings.Contains(string(reply.State), `" 1.0.0+ 3.0.0"`) {
		t.Fatalf("migrated: %+v, %s, %v", reply, reply.State, err)
	}

	// Back to 2.0.0: what 3.0.0 has migrated stays with 3.0.0, which is kept.
	versions, err := in.Versions(ctx, "test.changing")
	if err != nil || len(versions) != 3 {
		t.Fatal(versions, err)
	}
	in.activate(t, versions[1].Hash, nil)
	if reply, err = in.turn(t, reply, "x"); err != nil || reply.Done == nil || reply.Done.Subject != "Seen by 1.0.0+ 3.0.0 3.0.0" {
		t.Fatalf("after the roll-back: %+v, %v", reply, err)
	}

	in.held = map[string]int{reply.Pin: 3}
	if err := in.RemoveVersion(ctx, in.admin, three.Hash); core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "3 forms") {
		t.Errorf("a version whose states are held: %v", err)
	}
	if v, err := in.Version(ctx, three.Hash[:12]); err != nil || v.InUse != 3 {
		t.Errorf("%+v, %v", v, err)
	}
	if err := in.RemoveVersion(ctx, in.admin, one.Hash); err != nil {
		t.Error(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, old, "x"); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("a form whose version is gone: %v", err)
	}
	if err := in.RemoveVersion(ctx, in.admin, versions[1].Hash); core.KindOf(err) != core.ErrConflict {
		t.Errorf("the version that serves: %v", err)
	}
}

func TestAPluginThatIsUsedIsNotRemoved(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	in.live(t, changing(t, "1.0.0", 1, nil))
	in.uses = []string{"the form of “Complaint”"}
	if err := in.Remove(ctx, in.admin, "test.changing"); core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "Complaint") {
		t.Errorf("used by a case type: %v", err)
	}
	in.uses, in.held = nil, map[string]int{"1.0.0+s1.000000000000": 1}
	if err := in.Remove(ctx, in.admin, "test.changing"); core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "one form") {
		t.Errorf("needed by a form: %v", err)
	}
	in.held = nil
	if err := in.Switch(ctx, in.admin, "test.changing", false, "It is being looked into."); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, forms.Reply{}, ""); core.KindOf(err) != core.ErrUnavailable || !strings.Contains(err.Error(), "switched off") {
		t.Errorf("switched off: %v", err)
	}
	if err := in.Remove(ctx, in.admin, "test.changing"); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, forms.Reply{}, ""); core.KindOf(err) != core.ErrUnavailable || len(in.host.Forms()) != 0 {
		t.Errorf("removed: %v", err)
	}
	history, err := in.History(ctx, "test.changing", 10)
	if err != nil || len(history) != 4 || history[0].Kind != core.PluginRemoved || history[1].About["reason"] != "It is being looked into." ||
		history[3].Kind != core.PluginAdded || history[3].Actor.ID != in.admin.ID {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestAPackageIsTakenWhenATrustedPublisherHasSignedIt(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	file, public, err := pack.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := pack.ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := pack.Sign(changing(t, "1.0.0", 1, nil), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Add(ctx, in.admin, changing(t, "1.0.0", 1, nil), plugins.AddOptions{}); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("unsigned: %v", err)
	}
	if _, err := in.Add(ctx, in.admin, signed, plugins.AddOptions{}); core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), public) {
		t.Errorf("signed by nobody who is known: %v", err)
	}
	if err := in.Trust(ctx, in.admin, strings.ToUpper(public), " Northmoor  Digital "); err != nil {
		t.Fatal(err)
	}
	v, err := in.Add(ctx, in.admin, signed, plugins.AddOptions{})
	if err != nil || v.Signer != "Northmoor Digital" || v.Key != public || !v.Signed() {
		t.Errorf("%+v, %v", v, err)
	}
	changed := append([]byte{}, signed...)
	changed[100] ^= 1
	if _, err := in.Add(ctx, in.admin, changed, plugins.AddOptions{Unsigned: true}); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("changed after it was signed: %v", err)
	}
	if err := in.Distrust(ctx, in.admin, public); err != nil {
		t.Fatal(err)
	}
	if v, err := in.Version(ctx, v.Hash); err != nil || v.Signer != "" || v.Signed() || v.Unsigned {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := in.Activate(ctx, in.admin, v.Hash, nil); core.KindOf(err) != core.ErrConflict {
		t.Errorf("it went live: %v", err)
	}
	// Taken as it was, it is marked although it bears a signature.
	again, err := pack.Sign(changing(t, "1.0.1", 1, nil), key)
	if err != nil {
		t.Fatal(err)
	}
	if v := in.add(t, again); !v.Unsigned {
		t.Errorf("%+v", v)
	}
}

func TestAFileThatIsNoPluginIsRefusedInWords(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	for name, file := range map[string][]byte{"text": []byte("no module"), "nothing": nil, "a header": []byte("\x00asm\x01\x00\x00\x00"), "much": make([]byte, plugins.MaxModule+1)} {
		_, err := in.Add(ctx, in.admin, file, plugins.AddOptions{Unsigned: true})
		if kind := core.KindOf(err); kind != core.ErrInvalid && kind != core.ErrTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, err := in.Installed(ctx)
	if err != nil || len(all) != 0 {
		t.Errorf("something stayed: %+v, %v", all, err)
	}
}

func TestSettingsAndSecretsReachThePlugin(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	v := in.live(t, changing(t, "1.0.0", 1, nil))
	err := in.Configure(ctx, in.admin, "test.changing", json.RawMessage(`{"label":"A label that is far too long","other":1}`), nil)
	known, _ := err.(*core.Error)
	if known == nil || known.Fields["label"] == "" || known.Fields["other"] == "" {
		t.Fatalf("settings that do not fit: %v", err)
	}
	if err := in.Configure(ctx, in.admin, "test.changing", nil, map[string]string{"other": "x"}); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a secret nobody asked for: %v", err)
	}
	if err := in.Configure(ctx, in.admin, "test.changing", json.RawMessage(`{"label":"Ours"}`), map[string]string{"key": "hush"}); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if reply, err := in.turn(t, forms.Reply{}, ""); err != nil || reply.View.Label != "Version Ours" {
		t.Errorf("%+v, %v", reply.View, err)
	}
	schema, secrets, err := in.Settings(ctx, v.Hash)
	if err != nil || len(schema.Settings) != 2 || len(secrets) != 1 || !secrets[0].Set || secrets[0].Label != "Key of the service" {
		t.Errorf("%+v, %+v, %v", schema, secrets, err)
	}
	if opened, err := in.Secrets(ctx, "test.changing"); err != nil || opened["key"] != "hush" {
		t.Errorf("%v, %v", opened, err)
	}
	var kept []byte
	if err := in.db.Pool().QueryRow(ctx, `SELECT sealed FROM plugin_secrets`).Scan(&kept); err != nil || strings.Contains(string(kept), "hush") {
		t.Errorf("%q, %v", kept, err)
	}
	history, err := in.History(ctx, "test.changing", 1)
	if err != nil || strings.Contains(fmt.Sprint(history), "hush") || !strings.Contains(fmt.Sprint(history), "Ours") {
		t.Errorf("%v, %v", history, err)
	}
	if err := in.Configure(ctx, in.admin, "test.changing", nil, map[string]string{"key": ""}); err != nil {
		t.Fatal(err)
	}
	if p, err := in.Find(ctx, "test.changing"); err != nil || len(p.Secrets) != 0 || string(p.Config) != `{"label":"Ours"}` {
		t.Errorf("%+v, %v", p, err)
	}
	// What does not fit another version waits for the roll-back.
	other := strings.NewReplacer(`"default":"1.0.0","maxLength":20`, `"default":"new","maxLength":3`, `"version":"1.0.0"`, `"version":"1.1.0"`)
	module, err := pack.Replace(changing(t, "1.0.0", 1, nil), []byte(other.Replace(string(v.Manifest))))
	if err != nil {
		t.Fatal(err)
	}
	in.live(t, module)
	if reply, err := in.turn(t, forms.Reply{}, ""); err != nil || reply.View.Label != "Version new" {
		t.Errorf("%+v, %v", reply.View, err)
	}
	in.activate(t, v.Hash, nil)
	if reply, err := in.turn(t, forms.Reply{}, ""); err != nil || reply.View.Label != "Version Ours" {
		t.Errorf("%+v, %v", reply.View, err)
	}
}

// follows runs a server's listener and its host, until the test ends.
func (in *installation) follows(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	hub := events.NewHub()
	told, err := hub.Subscribe(plugins.Topic)
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { events.Listen(ctx, in.db, hub, func(error) {}) })
	changed := make(chan struct{})
	running.Go(func() {
		for {
			select {
			case <-told.Wake():
				told.Take()
			case <-ctx.Done():
				return
			}
			select {
			case changed <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	})
	running.Go(func() { in.host.Run(ctx, changed) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		hub.Close()
	})
}

func TestAPluginInstalledOnOneServerServesOnTheOther(t *testing.T) {
	in := newInstallation(t)
	if _, err := in.db.Pool().Exec(t.Context(), `INSERT INTO installation (name, test, created_at) VALUES ('Northmoor', true, $1)`, in.clock.Now()); err != nil {
		t.Fatal(err)
	}
	other := in.another(t)
	in.follows(t)
	other.follows(t)
	v := in.add(t, changing(t, "1.0.0", 1, nil))
	began := time.Now()
	if _, err := in.Activate(t.Context(), in.admin, v.Hash, nil); err != nil {
		t.Fatal(err)
	}
	for len(other.host.Forms()) == 0 {
		if time.Since(began) > 2*time.Second {
			t.Fatal("the other server has not heard of it within two seconds")
		}
		runtime.Gosched()
	}
	t.Logf("the other server knew it after %v", time.Since(began).Round(time.Millisecond))
	if reply, err := other.turn(t, forms.Reply{}, ""); err != nil || reply.View.Label != "Version 1.0.0" {
		t.Errorf("%+v, %v", reply, err)
	}
	t.Logf("and had answered after %v", time.Since(began).Round(time.Millisecond))
}

func TestAServerLearnsOfAVersionItHasNotHeardOfWhenAStateNamesIt(t *testing.T) {
	in := newInstallation(t)
	in.live(t, changing(t, "1.0.0", 1, nil))
	other := in.another(t)
	if err := other.host.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	in.live(t, changing(t, "2.0.0", 2, []int{1}))
	begun, err := in.turn(t, forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	in.clock.move(2 * time.Second)
	if reply, err := other.turn(t, begun, "x"); err != nil || reply.View.Label != "Version 2.0.0" {
		t.Errorf("%+v, %v", reply, err)
	}
}

func TestFormsGoOnWhileVersionsChangeBackAndForth(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	// Each version is compiled before it counts: what is measured is the change.
	begin := func(module []byte) plugins.Version {
		v := in.live(t, module)
		if _, err := in.fill(ctx); err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, two, three := begin(changing(t, "1.0.0", 1, nil)), begin(changing(t, "2.0.0", 2, []int{1})), begin(changing(t, "2.1.0", 2, nil))
	const fillers = 16
	least, swaps := 100, 0
	if testing.Short() {
		least = 20
	}
	var met atomic.Bool // a form that began with one version and ended with another
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		for i := 0; i < least || !met.Load() && i < 100*least; i++ {
			swaps++
			v := []plugins.Version{one, two, three, two}[i%4]
			if _, err := in.Activate(ctx, in.admin, v.Hash, nil); err != nil {
				t.Errorf("activate: %v", err)
			}
			if err := in.host.Sync(ctx); err != nil {
				t.Errorf("sync: %v", err)
			}
		}
	}()
	var (
		filling sync.WaitGroup
		mu      sync.Mutex
		kinds   = map[string]int{}
	)
	for range fillers {
		filling.Go(func() {
			for {
				select {
				case <-changed:
					return
				default:
				}
				seen, err := in.fill(ctx)
				if err != nil {
					t.Errorf("a form failed: %v", err)
					return
				}
				mu.Lock()
				if kinds[seen]++; len(kinds) > 1 {
					met.Store(true)
				}
				mu.Unlock()
			}
		})
	}
	<-changed
	filling.Wait()
	t.Logf("%d changes of version, %d different ways through: %v", swaps, len(kinds), kinds)
	if len(kinds) < 2 {
		t.Error("no form met a change of version: the test says nothing")
	}
	for _, s := range in.host.Status() {
		if s.Faults != 0 {
			t.Errorf("%d faults: %s", s.Faults, s.LastFault)
		}
	}
}

// fill takes a form from its beginning to its end. A version that is given a
// state of another kind crashes, and each answer must be pinned to the version
// that has given it.
func (in *installation) fill(ctx context.Context) (seen string, err error) {
	reply, err := in.host.FormProvider().Serve(ctx, call("test.changing", "steps", forms.Start))
	for err == nil && reply.Done == nil {
		label := strings.TrimPrefix(reply.View.Label, "Version ")
		if !strings.HasPrefix(reply.Pin, label+"+s") {
			return "", fmt.Errorf("the page is of version %s, the pin %s", label, reply.Pin)
		}
		c := call("test.changing", "steps", forms.Submit, "what", "x")
		c.State, c.Pin = reply.State, reply.Pin
		reply, err = in.host.FormProvider().Serve(ctx, c)
	}
	if err != nil {
		return "", err
	}
	return reply.Done.Subject, nil
}

func TestHowAPluginDidIsKeptAndRecoverable(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	in.live(t, changing(t, "1.0.0", 1, nil))
	from := in.clock.Now()
	begun, err := in.turn(t, forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := in.turn(t, begun, "crash"); wasm.AsFault(err) == nil {
			t.Fatal(err)
		}
	}
	if _, err := in.turn(t, begun, "x"); err == nil || wasm.AsFault(err) != nil {
		t.Errorf("after five faults: %v", err)
	}
	if r := in.Running("test.changing"); r.OffUntil.IsZero() || !strings.Contains(r.LastFault, "on request") || !r.Loaded {
		t.Errorf("%+v", r)
	}
	in.clock.move(time.Minute)
	in.host.Flush(ctx)
	in.host.Flush(ctx) // nothing is written twice
	figures, err := in.Figures(ctx, "test.changing", from, time.Minute)
	if err != nil || len(figures) != 2 || figures[0].Calls != 6 || figures[0].Faults != 5 || figures[1].Calls != 0 ||
		figures[0].P50 <= 0 || figures[0].P99 < figures[0].P50 || figures[0].MaxFuel == 0 || figures[0].MaxMiB == 0 {
		t.Errorf("%+v, %v", figures, err)
	}
	lines, err := in.Log(ctx, "test.changing", plugins.LogFilter{})
	if err != nil || len(lines) != 7 || !strings.Contains(lines[0].Text, "switched off") || lines[6].Text != "1.0.0 took start" || lines[6].Entry != "steps" {
		t.Errorf("%+v, %v", lines, err)
	}
	faults, err := in.Log(ctx, "test.changing", plugins.LogFilter{Level: plugins.LevelFault, Before: lines[0].No, Limit: 3})
	if err != nil || len(faults) != 3 || !strings.Contains(faults[0].Text, "on request") {
		t.Errorf("%+v, %v", faults, err)
	}
	if err := in.Revive(ctx, in.admin, "test.changing"); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, begun, "x"); err != nil {
		t.Errorf("revived: %v", err)
	}
	// Two servers add up.
	other := in.another(t)
	if err := other.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := other.turn(t, begun, "x"); err != nil {
		t.Fatal(err)
	}
	in.host.Flush(ctx)
	other.host.Flush(ctx)
	if total, err := in.Total(ctx, "test.changing", from); err != nil || total.Calls != 8 || total.Faults != 5 {
		t.Errorf("%+v, %v", total, err)
	}
	if err := in.Sweep(ctx, in.clock.Now().AddDate(0, 0, 31)); err != nil {
		t.Fatal(err)
	}
	if lines, err := in.Log(ctx, "test.changing", plugins.LogFilter{}); err != nil || len(lines) != 0 {
		t.Errorf("after a month: %+v, %v", lines, err)
	}
}

func TestRecordedCallsAreReplayedAgainstANewVersion(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	first := in.live(t, changing(t, "1.0.0", 1, nil))
	draft := core.NewID[core.DraftID]()
	serve := func(before forms.Reply, kind forms.EventKind, answers ...string) forms.Reply {
		t.Helper()
		c := call("test.changing", "steps", kind, answers...)
		c.State, c.Pin, c.Draft = before.State, before.Pin, draft
		reply, err := in.host.FormProvider().Serve(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	reply := serve(forms.Reply{}, forms.Start)
	reply = serve(reply, forms.Submit, "what", "A secret of mine")
	serve(reply, forms.View)
	in.host.Flush(ctx)

	calls, err := in.Calls(ctx, "test.changing", 10)
	if err != nil || len(calls) != 3 || calls[0].Event != "view" || calls[2].Event != "start" || calls[2].Hash != first.Hash || calls[0].Request != nil || calls[0].Fuel == 0 {
		t.Fatalf("%+v, %v", calls, err)
	}
	var content []byte
	if err := in.db.Pool().QueryRow(ctx, `SELECT string_agg(content, '') FROM plugin_calls`).Scan(&content); err != nil || strings.Contains(string(content), "secret of mine") {
		t.Errorf("what was typed can be read in the database: %v", err)
	}
	same, err := in.Replay(ctx, in.admin, first.Hash, 100)
	if err != nil || len(same) != 3 || !same[0].Same || !same[1].Same || !same[2].Same {
		t.Errorf("against itself: %+v, %v", same, err)
	}
	second := in.add(t, changing(t, "1.1.0", 1, nil))
	differs, err := in.Replay(ctx, in.admin, second.Hash, 2)
	if err != nil || len(differs) != 2 || differs[0].Same || differs[0].Call.Event != "submit" {
		t.Fatalf("%+v, %v", differs, err)
	}
	// The page is told in full, what people typed is not.
	want := []string{"state.seen: (6 letters) → (6 letters)", `view.label: "Version 1.0.0" → "Version 1.1.0"`}
	if !slices.Equal(differs[0].Diff, want) {
		t.Errorf("got %q", differs[0].Diff)
	}
	migrated := in.add(t, changing(t, "2.0.0", 2, nil))
	if stays, err := in.Replay(ctx, in.admin, migrated.Hash, 1); err != nil || !strings.Contains(stays[0].Fault, "stay with version 1.0.0") {
		t.Errorf("a state that is not migrated: %+v, %v", stays, err)
	}

	// Without a name, nothing of it is kept.
	in.host.FormProvider().(forms.Hearer).Raised(draft, core.NewID[core.CaseID](), true)
	in.clock.move(time.Minute)
	in.host.Flush(ctx)
	if calls, err := in.Calls(ctx, "test.changing", 10); err != nil || len(calls) != 0 {
		t.Errorf("%+v, %v", calls, err)
	}
	if err := in.Record(ctx, in.admin, "test.changing", false); err != nil {
		t.Fatal(err)
	}
	if err := in.host.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	serve(forms.Reply{}, forms.Start)
	in.host.Flush(ctx)
	if calls, err := in.Calls(ctx, "test.changing", 10); err != nil || len(calls) != 0 {
		t.Errorf("not to be recorded: %+v, %v", calls, err)
	}
}

func TestTheBenchTriesAnythingAndKeepsNothing(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	v := in.add(t, changing(t, "1.0.0", 1, nil, "note.add"))
	for _, event := range plugins.Events(plugins.KindForm) {
		raw, err := in.Sample(ctx, in.admin, v.Hash, "steps", event)
		if err != nil {
			t.Fatalf("%s: %v", event, err)
		}
		tried, err := in.Try(ctx, in.admin, plugins.Trial{Hash: v.Hash, Request: raw})
		if err != nil || tried.Fault != "" || tried.View == nil || tried.View.Type != view.Form || tried.Fuel == 0 || tried.MiB == 0 || tried.Took == 0 || len(tried.Log) != 1 {
			t.Errorf("%s: %+v, %v", event, tried, err)
		}
	}
	note := strings.Replace(`{"v":1,"op":"event","entry":"steps","event":{"type":"submit","fields":{"what":["WHAT"]}},"ctx":{"now":"2026-12-04T09:00:00Z"}}`, "WHAT", "note", 1)
	tried, err := in.Try(ctx, in.admin, plugins.Trial{Hash: v.Hash, Request: json.RawMessage(note)})
	if err != nil || len(tried.Effects) != 1 || tried.Effects[0].Name != "note.add" || tried.Effects[0].Granted {
		t.Errorf("%+v, %v", tried, err)
	}
	tried, err = in.Try(ctx, in.admin, plugins.Trial{Hash: v.Hash, Request: json.RawMessage(strings.Replace(note, "note", "crash", 1))})
	if err != nil || !strings.Contains(tried.Fault, "on request") {
		t.Errorf("%+v, %v", tried, err)
	}
	if _, err := in.Try(ctx, in.admin, plugins.Trial{Hash: v.Hash, Request: json.RawMessage(`{"v":`)}); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("half a request: %v", err)
	}
	if _, err := in.Sample(ctx, in.admin, v.Hash, "steps", "timer"); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("an event that forms do not know: %v", err)
	}
	in.host.Flush(ctx)
	if total, err := in.Total(ctx, "test.changing", in.clock.Now().Add(-time.Hour)); err != nil || total.Calls != 0 {
		t.Errorf("the bench counts: %+v, %v", total, err)
	}
}

func TestWhatComesWithTheProgramIsInstalledOnceAndNeverTakenBack(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	ship := func(modules ...[]byte) error {
		t.Helper()
		files := fstest.MapFS{"readme.txt": {Data: []byte("x")}}
		for i, m := range modules {
			files[fmt.Sprintf("%d.wasm", i)] = &fstest.MapFile{Data: m}
		}
		return in.Ship(ctx, files)
	}
	live := func() plugins.Plugin {
		t.Helper()
		p, err := in.Find(ctx, "test.changing")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	old, present := changing(t, "1.0.0", 1, nil, "note.add"), changing(t, "1.1.0", 1, nil, "note.add", "task.add")
	if err := ship([]byte("no module"), old); err == nil || !strings.Contains(err.Error(), "0.wasm") {
		t.Errorf("a bad one among them: %v", err)
	}
	if p := live(); p.Version != "1.0.0" || !p.Shipped || len(p.Granted) != 1 {
		t.Fatalf("%+v", p)
	}
	// Something was refused, and stays refused; what is new is granted.
	if err := in.Grant(ctx, in.admin, "test.changing", nil); err != nil {
		t.Fatal(err)
	}
	if err := ship(present); err != nil {
		t.Fatal(err)
	}
	if p := live(); p.Version != "1.1.0" || len(p.Granted) != 1 || p.Granted[0] != "task.add" {
		t.Errorf("%+v", p)
	}
	// An older program is started beside the new one.
	if err := ship(old); err != nil {
		t.Fatal(err)
	}
	if err := ship(changing(t, "1.0.1", 1, nil)); err != nil {
		t.Fatal(err)
	}
	if p := live(); p.Version != "1.1.0" {
		t.Errorf("an older program took it back: %+v", p)
	}
	// Rolled back by hand, it stays so when the same program is started again.
	versions, err := in.Versions(ctx, "test.changing")
	if err != nil || len(versions) != 2 || !versions[0].Signed() {
		t.Fatal(versions, err)
	}
	for _, v := range versions {
		if v.Version == "1.0.0" {
			in.activate(t, v.Hash, nil)
		}
	}
	if err := ship(present); err != nil {
		t.Fatal(err)
	}
	if p := live(); p.Version != "1.0.0" {
		t.Errorf("%+v", p)
	}
	if err := in.Remove(ctx, in.admin, "test.changing"); core.KindOf(err) != core.ErrConflict {
		t.Errorf("removed: %v", err)
	}
	// One that was uploaded stays as well.
	in.live(t, changing(t, "1.0.5", 1, nil))
	if err := ship(changing(t, "2.0.0", 1, nil)); err != nil {
		t.Fatal(err)
	}
	if p := live(); p.Version != "1.0.5" {
		t.Errorf("%+v", p)
	}
}

func TestManyServersThatStartAtOnceShipOnce(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	files := fstest.MapFS{"x.wasm": {Data: changing(t, "1.0.0", 1, nil)}}
	var starting sync.WaitGroup
	for range 5 {
		starting.Go(func() {
			if err := in.Ship(ctx, files); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	history, err := in.History(ctx, "test.changing", 10)
	if err != nil || len(history) != 2 {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestWhatCannotBeWrittenDownIsKeptIfItMattersAndCountedIfNot(t *testing.T) {
	in := newInstallation(t)
	in.live(t, changing(t, "1.0.0", 1, nil))
	from := in.clock.Now()
	if _, err := in.turn(t, forms.Reply{}, ""); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	in.host.Flush(gone) // as when the database does not answer
	if r := in.Running("test.changing"); r.Dropped != 2 {
		t.Errorf("a line and a call were dropped, %d are counted", r.Dropped)
	}
	in.host.Flush(t.Context())
	if total, err := in.Total(t.Context(), "test.changing", from); err != nil || total.Calls != 1 {
		t.Errorf("the figures are lost: %+v, %v", total, err)
	}
}

func TestWhatAPluginWasToldOfItsOwnSecretsIsNotRecorded(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	in.live(t, changing(t, "1.0.0", 1, nil))
	if err := in.Configure(ctx, in.admin, "test.changing", nil, map[string]string{"key": `so "quoted" a secret`}); err != nil {
		t.Fatal(err)
	}
	begun, err := in.turn(t, forms.Reply{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.turn(t, begun, `They said: so "quoted" a secret.`); err != nil {
		t.Fatal(err)
	}
	in.host.Flush(ctx)
	if calls, err := in.Calls(ctx, "test.changing", 10); err != nil || len(calls) != 1 || calls[0].Event != "start" {
		t.Errorf("%+v, %v", calls, err)
	}
}
