package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	shipped "github.com/casement-dev/casement/plugins"
	"github.com/casement-dev/casement/web/webtest"
)

// packageFile makes a file of the shipped complaint form with another manifest.
func packageFile(t *testing.T, change map[string]any) string {
	t.Helper()
	module, err := fs.ReadFile(shipped.Modules(), "complaint.wasm")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the shipped plugins are not built: make plugins")
	}
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
	path := filepath.Join(t.TempDir(), "plugin.wasm")
	if err := os.WriteFile(path, module, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// upload gives a package to the installation and leaves the browser on its review.
func (in *installation) upload(p *webtest.Page, file string) {
	in.t.Helper()
	p.Go(in.url + "/plugins/install")
	p.Upload(`#file`, file)
	p.Submit(`form[action="/plugins/install"]`)
	p.WaitURL("/versions/")
}

// An administrator who is no programmer installs a plugin, decides what it may
// do, tries it, upgrades it and goes back, and every page on the way is held
// against the accessibility rules.
func TestAPluginIsInstalledTriedUpgradedAndRolledBackInTheBrowser(t *testing.T) {
	in := install(t, "--demo")
	change := map[string]any{
		"id": "org.example.complaint", "version": "1.0.0", "name": "Complain to Elsewhere", "publisher": "Elsewhere Council",
		"reasons": map[string]string{"user.contact": "Fills in your name, so that you need not"},
		"config":  map[string]any{"type": "object", "properties": map[string]any{"days": map[string]any{"type": "integer", "title": "Days to answer", "minimum": 1}}},
	}
	first := packageFile(t, change)
	change["version"], change["needs"] = "1.1.0", []string{"note.add"}
	second := packageFile(t, change)

	admin := in.signIn("morag@northmoor.example")
	admin.Go(in.url + "/mywork")
	admin.Follow(`.rail-foot a[href="/plugins"]`)
	admin.WaitForText(`main`, "Complaint")
	admin.Accessible()
	admin.Follow(`a[href="/plugins/install"]`)
	admin.Accessible()
	in.upload(admin, first)
	admin.WaitForText(`main`, "Nobody has signed it")
	admin.Accessible()

	// It can be left, and returned to.
	admin.Go(in.url + "/plugins")
	admin.WaitForText(`main`, "Waiting for your decision")
	admin.Follow(`main a[href*="/versions/"]`)
	admin.Click(`label:has([name="may"])`)
	admin.Click(`.plugin-decide .button-main`)
	admin.WaitFor(`[role="alert"]`)
	admin.WaitForText(`main`, "Say that you know where this package comes from")
	admin.Accessible()
	admin.Click(`label:has(#unsigned)`)
	admin.Click(`.plugin-decide .button-main`)
	admin.WaitForText(`main`, "1 asked for, 1 allowed")
	admin.WaitForText(`main .page-head`, "Running")
	admin.Accessible()

	// A switch takes effect at once.
	admin.Click(`#may button[role="switch"]`)
	admin.WaitForText(`#may`, "1 asked for, 0 allowed")
	admin.Click(`#may button[role="switch"]`)
	admin.WaitForText(`#may`, "1 asked for, 1 allowed")
	admin.Type(`#setting-0`, "0")
	admin.Click(`#settings button[type="submit"]`)
	admin.WaitForText(`#settings`, "Enter 1 or more.")
	admin.Accessible()
	admin.Type(`#setting-0`, "10")
	admin.Click(`#settings button[type="submit"]`)
	admin.WaitGone(`#settings .error`)

	// Try it: its own buttons carry on.
	admin.Follow(`main a[href$="/try"]`)
	admin.Accessible()
	admin.Click(`button[value="run"]`)
	admin.WaitForText(`#answer`, "Who is this complaint for?")
	admin.Accessible()
	admin.Click(`.plugin-view input[value="myself"]`)
	admin.Click(`.plugin-view .button-main`)
	admin.WaitForText(`#answer`, "What went wrong?")
	admin.Click(`button[value="json"]`)
	admin.WaitFor(`#request`)
	admin.Accessible()

	in.upload(admin, second)
	admin.WaitForText(`main`, "1 of them is new")
	admin.Accessible()
	admin.Click(`label:has(#unsigned)`)
	admin.Click(`.plugin-decide .button-main`)
	admin.WaitForText(`main .page-head`, "version 1.1.0")
	admin.WaitForText(`#may`, "2 asked for, 1 allowed")
	admin.Follow(`.plugin-actions a[href$="` + versionOf(admin, "1.0.0") + `"]`)
	admin.WaitForText(`main`, "Roll back to 1.0.0")
	admin.Accessible()
	admin.Click(`.plugin-decide .button-main`)
	admin.WaitForText(`main .page-head`, "version 1.0.0")

	for _, path := range []string{"/log", "/faults", "/replay", "/off", "/remove"} {
		admin.Go(in.url + "/plugins/org.example.complaint" + path)
		admin.Accessible()
	}
	admin.Click(`main form .button-danger`)
	admin.WaitForText(`main`, "Installed")
	admin.WaitGone(`a[href="/plugins/org.example.complaint"]`)

	// Without a script it is the same.
	plain := webtest.Open(t, in.url+"/staff/sign-in", webtest.WithoutScript)
	in.giveCredentials(plain, "morag@northmoor.example")
	in.upload(plain, first)
	plain.Submit(`main form:has(.plugin-decide)`)
	plain.WaitForText(`main`, "Say that you know where this package comes from")

	priya := in.signIn("priya@northmoor.example")
	priya.Expect("403")
	priya.Go(in.url + "/plugins")
	priya.WaitForText(`main`, "You may not do this")
	if priya.Count(`.rail a[href="/plugins"]`) != 0 {
		t.Error("a case manager is led to plugins")
	}
}

// versionOf is the end of the address of a version that the page lists.
func versionOf(p *webtest.Page, version string) string {
	address := webtest.Eval[string](p, `[...document.querySelectorAll('#versions th a')].find(a => a.textContent === "`+version+`").getAttribute("href")`)
	return address[strings.LastIndexByte(address, '/'):]
}

// The pictures of a plugin that has had a day: "make screenshots".
func TestScreenshotsOfPlugins(t *testing.T) {
	folder := os.Getenv("CASEMENT_SCREENSHOTS")
	if folder == "" {
		t.Skip("set CASEMENT_SCREENSHOTS to the folder for the pictures")
	}
	in := install(t, "--demo")
	change := map[string]any{
		"version": "1.1.0", "publisher": "Northmoor Digital", "needs": []string{"case.search:complaint", "note.add", "http.request:roads.northmoor.example,tiles.example.net"},
		"reasons": map[string]string{
			"user.contact": "Fills in your name and address, so that you need not", "case.search:complaint": "“Somebody has complained of this”: looks for open complaints about the same place",
			"note.add": "Notes which road it found", "http.request:roads.northmoor.example,tiles.example.net": "Looks up who owns the road (council, county, private), and draws it",
		},
		"config": map[string]any{"type": "object", "required": []string{"days"}, "properties": map[string]any{
			"days":  map[string]any{"type": "integer", "title": "Working days we promise an answer in", "minimum": 1, "maximum": 60, "default": 10},
			"tone":  map[string]any{"type": "string", "title": "Manner", "enum": []string{"plain", "friendly"}, "default": "plain"},
			"roads": map[string]any{"type": "array", "title": "Private roads", "description": "Complaints about these are answered by their owners", "items": map[string]any{"type": "string"}},
		}},
		"secrets": []map[string]string{{"name": "roads", "label": "Key of the roads register"}},
	}
	good := packageFile(t, change)
	change["version"], change["limits"] = "1.2.0", map[string]any{"memory_mib": 32, "output_kib": 1}
	bad := packageFile(t, change)
	admin := in.signIn("morag@northmoor.example")
	in.upload(admin, good)
	for _, key := range []string{"context:user.contact", "case.search:complaint", "http.request:roads.northmoor.example"} {
		if !webtest.Eval[bool](admin, `document.querySelector('input[value="`+key+`"]').checked`) {
			admin.Click(`label:has(input[value="` + key + `"])`)
		}
	}
	take := func(p *webtest.Page, name string) {
		webtest.Eval[bool](p, `(document.activeElement.blur(), scrollTo(0, 0), true)`)
		p.Screenshot(filepath.Join(folder, name+".png"), 1440, 1000, false)
		p.Screenshot(filepath.Join(folder, name+"-dark.png"), 1440, 1000, true)
		p.Screenshot(filepath.Join(folder, name+"-telephone.png"), 390, 844, false)
	}
	take(admin, "plugin-review")
	admin.Click(`label:has(#unsigned)`)
	admin.Click(`.plugin-decide .button-main`)
	admin.WaitForText(`main .page-head`, "version 1.1.0")
	admin.Go(in.url + "/plugins/casement.complaint/replay")
	if admin.Count(`form[action$="/recording"][method="post"]`) > 0 {
		admin.Submit(`form[action$="/recording"]`)
	}

	admin.Go(in.url + "/healthz") // a page left open would ask in vain once her session has ended
	resident := webtest.Open(t, in.url+"/")
	resident.Expect("503")
	begin := func(times int) {
		for range times {
			resident.Go(in.url + "/forms/complaint")
			resident.Submit(`main form`)
		}
	}
	hour := time.Duration(0)
	for ; hour < 20*time.Hour; hour += 2 * time.Hour {
		in.pass(hour)
		begin(1 + int(hour/time.Hour)%3)
		if hour == 14*time.Hour {
			admin = in.signIn("morag@northmoor.example")
			in.upload(admin, bad)
			admin.Click(`label:has(#unsigned)`)
			admin.Click(`.plugin-decide .button-main`)
			admin.WaitForText(`main .page-head`, "version 1.2.0")
			for range 3 { // each page of the form that is larger than a kibibyte fails, the first perhaps
				begin(1)
				if !strings.Contains(resident.Text(`body`), "problem") {
					resident.Click(`input[value="myself"]`)
					resident.Click(`main .button-main[value="submit"]`)
				}
				resident.WaitForText(`body`, "problem")
			}
			admin.Go(in.url + "/plugins/casement.complaint")
			admin.Follow(`.plugin-actions a[href$="` + versionOf(admin, "1.1.0") + `"]`)
			admin.Click(`.plugin-decide .button-main`)
			admin.WaitForText(`main .page-head`, "version 1.1.0")
			admin.Go(in.url + "/healthz")
		}
	}
	admin = in.signIn("morag@northmoor.example")
	in.eventually("the calls are counted", 20*time.Second, func() bool {
		admin.Go(in.url + "/plugins/casement.complaint")
		return admin.Count(`.plugin-chart .chart-plot`) == 2 // times and faults
	})
	take(admin, "plugin")
	admin.Go(in.url + "/plugins/casement.complaint/try?event=submit")
	admin.Click(`button[value="run"]`)
	admin.WaitFor(`.plugin-view`)
	take(admin, "plugin-try")
	admin.Go(in.url + "/plugins/casement.complaint/replay")
	admin.Submit(`form[action$="/replay"]`) // against the newest: the one that failed
	admin.WaitForText(`main`, "Some calls fail")
	take(admin, "plugin-replay")
	admin.Go(in.url + "/plugins")
	take(admin, "plugins")
}
