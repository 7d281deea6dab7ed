package workshop

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

// begin makes a plugin in a folder outside of this module.
func begin(t *testing.T, p Plan) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "call-back")
	if _, err := New(folder, p); err != nil {
		t.Fatal(err)
	}
	return folder
}

// offline is an environment in which Go reaches no network.
func offline() []string { return append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off") }

func TestWhatIsBegunPassesItsTestAndIsTakenByTheSandbox(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			folder := begin(t, Plan{Kind: kind, Name: `The "Mill Lane" desk`, From: "1.0.0"})
			test := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...")
			test.Dir, test.Env = folder, offline()
			if said, err := test.CombinedOutput(); err != nil {
				t.Fatalf("go test: %v\n%s", err, said)
			}
			format := exec.CommandContext(t.Context(), "gofmt", "-l", ".")
			format.Dir = folder
			if said, err := format.CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("gofmt: %v\n%s", err, said)
			}
			built, err := Build(t.Context(), folder)
			if err != nil {
				t.Fatal(err)
			}
			if built.Manifest.ID != "org.example.call-back" || built.Manifest.Entries[0].ID != "call-back" || built.Manifest.Name != `The "Mill Lane" desk` {
				t.Errorf("the manifest is %+v", built.Manifest)
			}
			if err := Prove(t.Context(), built.Module); err != nil {
				t.Error(err)
			}
			if pkg, err := wasm.Inspect(built.Module); err != nil || pkg.Manifest.Entries[0].Kind != kind {
				t.Errorf("%+v, %v", pkg, err)
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	folder := begin(t, Plan{Kind: "form"})
	mine := filepath.Join(folder, "plugin.go")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(folder, Plan{Kind: "form"}); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a second time: %v", err)
	}
	if kept, _ := os.ReadFile(mine); string(kept) != "mine" {
		t.Errorf("the file says %q", kept)
	}
	for _, p := range []Plan{{}, {Kind: "page"}, {Kind: "form", ID: "Bad"}, {Kind: "form", Name: "a\nb"}, {Kind: "form", Name: strings.Repeat("a", 101)}} {
		elsewhere := filepath.Join(t.TempDir(), "x")
		if _, err := New(elsewhere, p); err == nil {
			t.Errorf("%+v was begun", p)
		}
		if _, err := os.Stat(elsewhere); err == nil {
			t.Errorf("%+v left a folder behind", p)
		}
	}
}

func TestTheKitIsExchangedWhole(t *testing.T) {
	folder := begin(t, Plan{Kind: "action", From: "1.0.0"})
	stray := filepath.Join(folder, KitFolder, "sdk", "old.go")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(folder, "2.0.0"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("a file of the old kit is still there")
	}
	mod, err := os.ReadFile(filepath.Join(folder, KitFolder, "go.mod"))
	if err != nil || !strings.Contains(string(mod), "version 2.0.0") {
		t.Errorf("%s, %v", mod, err)
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), "."+KitFolder) {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func TestTheKitIsWrittenInTheLanguageOfThisModule(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil || !strings.Contains(string(mod), "\ngo "+goVersion+"\n") {
		t.Errorf("go.mod does not say go %s: %v", goVersion, err)
	}
}

func change(t *testing.T, folder, file, old, now string) {
	t.Helper()
	path := filepath.Join(folder, file)
	b, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mistakes(t *testing.T, err error) Mistakes {
	t.Helper()
	var found Mistakes
	if !errors.As(err, &found) {
		t.Fatalf("%v is no list of mistakes", err)
	}
	return found
}

func TestAMistakeInTheSourceIsToldWithItsLine(t *testing.T) {
	folder := begin(t, Plan{Kind: "form"})
	change(t, folder, "plugin.go", "a.What,", "a.Wat,")
	_, err := Build(t.Context(), folder)
	found := mistakes(t, err)
	if m := found[0]; m.File != "plugin.go" || m.Line == 0 || m.Column == 0 || !strings.Contains(m.Says, "a.Wat undefined") || !strings.Contains(m.Source, "a.Wat") {
		t.Errorf("%+v", found)
	}
}

func TestAnEntryThatIsNotServedIsFoundBeforeInstallation(t *testing.T) {
	folder := begin(t, Plan{Kind: "form"})
	change(t, folder, "plugin.go", `ID:    "call-back"`, `ID:    "call"`)
	built, err := Build(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := Prove(t.Context(), built.Module); err == nil || !strings.Contains(err.Error(), `promises ["form call-back"], it serves ["form call"]`) {
		t.Errorf("%v", err)
	}
}

func TestAMistakeInTheManifestIsToldWithItsPlace(t *testing.T) {
	const good = `{
  "id": "org.example.x", "version": "1.0.0", "abi": 1, "name": "X", "publisher": "P",
  "entries": [
    { "id": "a", "kind": "form", "title": "A" },
    { "id": "b", "kind": "details", "title": "B", "fields": [
      { "key": "one", "kind": "text", "label": "One" },
      { "key": "two", "kind": "text", "label": "Two" }
    ] }
  ],
  "needs": ["note.add"],
  "reasons": { "note.add": "To note." },
  "secrets": [{ "name": "token" }],
  "state": { "version": 2, "migrates_from": [1] }
}`
	if _, err := CheckManifest([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, now, at, says string }{
		{`"1.0.0"`, `"one"`, "2:26", "version must be three numbers"},
		{`"X"`, `""`, "2:56", "name must be"},
		{`"id": "org.example.x", `, ``, "1:1", "id must be words"},
		{`"abi": 1`, `"abi": 2`, "2:46", "abi must be 1"},
		{`"abi": 1`, `"abi": "1"`, "2:55", "abi must be a whole number, not a string"},
		{`"A" },`, `"A" }`, "5:5", "this is not JSON"},
		{`"kind": "form"`, `"kind": "page"`, "4:18", "entry a: kind must be"},
		{`"id": "b"`, `"id": "a"`, "5:5", "entry a is listed twice"},
		{`"label": "Two"`, `"label": ""`, "7:39", "entry b: field two: label must be"},
		{`"needs"`, `"need"`, "10:3", `there is no member "need" here: perhaps "needs" is meant`},
		{`"title": "B"`, `"titel": "B"`, "5:37", `perhaps "title" is meant`},
		{`{ "note.add"`, `{ "note.ad"`, "11:16", `"note.ad" stands neither`},
		{`"name": "token"`, `"name": "Token"`, "12:17", "a secret's name must"},
		{`[1] }`, `[3] }`, "13:28", "migrates_from must be"},
		{`"publisher": "P",`, `"publisher": "P", "name": "Y",`, "2:87", `"name" stands here a second time`},
	} {
		_, err := CheckManifest([]byte(strings.Replace(good, c.old, c.now, 1)))
		found := mistakes(t, err)
		if !slices.ContainsFunc(found, func(m Mistake) bool {
			return strings.HasPrefix(m.String(), "manifest.json:"+c.at+": ") && strings.Contains(m.Says, c.says)
		}) {
			t.Errorf("%s in place of %s: want %s: …%s…, got %v", c.now, c.old, c.at, c.says, found)
		}
	}
}

func TestThePlaceOfAPanicIsFoundInTheSource(t *testing.T) {
	folder := begin(t, Plan{Kind: "form"})
	for said, want := range map[string]string{
		"org.example.call-back/plugin.go:3: index out of range":                                      "plugin.go:3",
		"goroutine 1:\nruntime/panic.go:10\norg.example.call-back/main.go:1 +0x1":                    "main.go:1",
		"github.com/casement-dev/casement/sdk/forms/plugin.go:3\norg.example.call-back/plugin.go:12": "plugin.go:12",
		"org.example.call-back/plugin.go:9999: far away":                                             "",
		"org.example.call-back/../../plugin.go:1: outside":                                           "plugin.go:1",
		"no place": "",
	} {
		got := ""
		if m := Traced(folder, said); m != nil {
			got = m.String()
			got = got[:strings.LastIndexByte(got, ':')]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestAFolderWithoutAPluginIsToldSo(t *testing.T) {
	_, err := Build(t.Context(), t.TempDir())
	if found := mistakes(t, err); !strings.Contains(found[0].Says, "casement plugin new") {
		t.Errorf("%v", found)
	}
}
