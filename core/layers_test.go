package core_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/casement-dev/casement/"

// rungs is the ladder of slices: a slice may import slices on lower rungs,
// never on its own, never upward.
var rungs = map[string]int{
	"messages": 0, "conditions": 0,
	"people":    1,
	"casetypes": 2, "plugins": 2, "dialogue": 2, "lookups": 2,
	"cases": 3, "forms": 3, "formdesigns": 3,
	"details": 4, "actions": 4, "pluginstore": 4,
	"tasks": 4, "targets": 4, "appointments": 4, "notes": 4, "links": 4, "questions": 4, "attachments": 4,
	"correspondence": 4, "satisfaction": 4, "followers": 4, "knowledge": 4,
	"intake": 5, "conversions": 5, "merging": 5, "processes": 5, "portals": 5,
	"routines": 6, "notifications": 6, "search": 6, "reports": 6, "retention": 6,
	"examples": 7,
}

// ground is what every slice stands on.
var ground = []string{"postgres", "events", "settings", "outside"}

// edges are where people, programs and foreign technology come in.
var edges = []string{"pluginhost", "schedule", "jobs", "mail", "files", "webhooks", "api", "server", "tracing"}

// homes says where each foreign technology may be imported. Everything else
// may not: to replace one, empty its home.
var homes = map[string][]string{
	"github.com/gofiber/fiber":      {"core/server", "core/api", "web"},
	"github.com/gofiber/template":   {"web/render"},
	"github.com/danielgtaylor/huma": {"core/api"},
	"github.com/tetratelabs/wazero": {"core/pluginhost/wasm"},
	"github.com/riverqueue/river":   {"core/jobs", "core/postgres"},
	"github.com/go-co-op/gocron":    {"core/schedule"},
	"github.com/meilisearch":        {"core/search/meili"},
	"github.com/wneessen/go-mail":   {"core/mail"},
	"github.com/emersion":           {"core/mail"},
	"github.com/jhillyerd/enmime":   {"core/mail"},
	"github.com/microcosm-cc":       {"core/mail", "core/messages"},
	"github.com/minio":              {"core/files"},
	"github.com/osteele/liquid":     {"core/messages"},
	"cel.dev/cel-go":                {"core/conditions"},
	"github.com/pressly/goose":      {"core/postgres"},
	"github.com/jackc/pgx":          {"core"},
	"github.com/chromedp":           {"web/webtest"},
	"gopkg.in/yaml.v3":              {"core/casetypes", "core/messages", "core/intake"},
	"github.com/goccy/go-yaml":      {"core/casetypes", "core/messages"},
	"github.com/rickar/cal":         {"core/casetypes"},
	"golang.org/x/crypto":           {"core/people"},
	"github.com/alecthomas/kong":    {"core/settings"},
	"go.opentelemetry.io":           {"core/tracing"},
	"github.com/xuri/excelize":      {"core/search/exports"},
}

type goPackage struct {
	ImportPath, Standard string
	Imports              []string
}

func list(t *testing.T, env []string, args ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// within reports whether a package path is a folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func TestEachPackageImportsOnlyWhatItsPlaceAllows(t *testing.T) {
	for _, p := range list(t, nil, "./...") {
		from, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		for _, imported := range p.Imports {
			to, own := strings.CutPrefix(imported, module)
			var rule string
			if own {
				rule = breaks(from, to)
			} else {
				rule = strays(from, imported)
			}
			if rule != "" {
				t.Errorf("%s imports %s: %s", from, strings.TrimPrefix(imported, module), rule)
			}
		}
	}
}

// breaks returns the sentence of the rule that an import of ours breaks.
func breaks(from, to string) string {
	// A package may always import what lies in its own folder, and the folder it lies in.
	if within(to, from) && from != "core" && from != "sdk" || within(from, to) && to != "core" && to != "sdk" {
		return ""
	}
	// Tools for tests are imported by tests and by other tools for tests.
	if isTestTool(from) {
		return ""
	}
	if isTestTool(to) {
		return "only tests may use it."
	}
	switch {
	case within(to, "cmd"):
		return "nothing imports cmd."
	case within(from, "cmd"):
		return ""
	case from == "core":
		return "package core imports the standard library only."
	case within(from, "sdk"):
		if !within(to, "sdk") {
			return "the SDK imports the standard library and itself only."
		}
		return ""
	case within(from, "plugins"), within(from, "examples"):
		if !within(to, "sdk") {
			return "a plugin sees the SDK and nothing of ours."
		}
		return ""
	case within(from, "migrations"):
		return "migrations import nothing."
	case to == "core", to == "migrations" && within(from, "core/postgres"):
		return ""
	case within(from, "web"):
		return webBreaks(from, to)
	case within(from, "core"):
		return coreBreaks(strings.TrimPrefix(from, "core/"), to)
	}
	return "this place is not on the map (core/layers_test.go)."
}

func webBreaks(from, to string) string {
	for _, no := range []string{"core/api", "core/pluginhost", "core/postgres", "core/jobs", "core/mail", "core/files"} {
		if within(to, no) {
			return "pages know slices, not technologies."
		}
	}
	if within(to, "web") && strings.HasSuffix(to, "pages") && from != "web/gallery" {
		return "page packages do not know each other."
	}
	if from == "web/viewtree" && to != "sdk/view" {
		return "the view tree knows the contract only."
	}
	return ""
}

func coreBreaks(from, to string) string {
	name, _, _ := strings.Cut(from, "/")
	target := strings.TrimPrefix(to, "core/")
	targetName, _, _ := strings.Cut(target, "/")
	rung, isSlice := rungs[name]
	targetRung, toSlice := rungs[targetName]
	toGround := slices.Contains(ground, targetName) && within(to, "core")
	switch {
	case slices.Contains(ground, name):
		if toGround || to == "migrations" {
			return ""
		}
		return "the ground knows the words only."
	case within(to, "web") && !(name == "server" && to == "web"):
		return "nothing in core knows pages."
	case within(to, "sdk"):
		if name == "pluginhost" || slices.Contains([]string{"forms", "details", "tasks", "intake", "dialogue", "plugins"}, name) && to == "sdk/view" {
			return ""
		}
		return "only the plugin host, and forms, intake, details and tasks for views, know the contract."
	case name == "search" && from != "search" && from != "search/saved" && from != "search/exports": // the engines
		if toGround || target == "search" {
			return ""
		}
		return "a search engine knows the interface it satisfies."
	case isSlice && toSlice:
		if targetRung < rung {
			return ""
		}
		return "a slice imports slices on lower rungs only."
	case isSlice && toGround:
		return ""
	case isSlice:
		return "a slice knows words, ground and lower slices, never an edge."
	case name == "server":
		if toGround || targetName == "people" || to == "web" {
			return ""
		}
		return "the server knows people and nothing of cases."
	case name == "api", name == "pluginhost":
		if toSlice || toGround || targetName == name && name == "pluginhost" {
			return ""
		}
		return "an edge does not know another edge."
	case slices.Contains(edges, name):
		if toGround || toSlice {
			return ""
		}
		return "an edge does not know another edge."
	}
	return "this place is not on the map (core/layers_test.go)."
}

// isTestTool reports whether a package exists for tests alone.
func isTestTool(path string) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	return strings.HasSuffix(last, "test") && path != "sdk/sdktest"
}

// strays returns the sentence for a foreign package out of its home.
func strays(from, imported string) string {
	if isTestTool(from) || within(from, "cmd") {
		return ""
	}
	if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
		return "" // the standard library
	}
	if from == "core" || within(from, "sdk") || within(from, "plugins") || within(from, "examples") || within(from, "migrations") {
		return "only the standard library may be imported here."
	}
	for technology, places := range homes {
		if !strings.HasPrefix(imported, technology) {
			continue
		}
		for _, place := range places {
			if within(from, place) {
				return ""
			}
		}
		return technology + " lives in " + strings.Join(places, ", ") + " and nowhere else."
	}
	return ""
}

func TestAGuestLinksNothingButTheStandardLibraryAndTheSDK(t *testing.T) {
	if _, err := os.Stat("../sdk"); err != nil {
		t.Fatal("the SDK is gone")
	}
	for _, p := range list(t, []string{"GOOS=wasip1", "GOARCH=wasm"}, "-deps", "./sdk/...", "./plugins/...", "./examples/...") {
		first, _, _ := strings.Cut(p.ImportPath, "/")
		if strings.Contains(first, ".") && !strings.HasPrefix(p.ImportPath, module+"sdk") && !strings.HasPrefix(p.ImportPath, module+"plugins") && !strings.HasPrefix(p.ImportPath, module+"examples") {
			t.Errorf("a guest would link %s", p.ImportPath)
		}
	}
}
