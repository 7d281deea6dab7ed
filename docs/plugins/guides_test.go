package plugins_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
)

// block is a file on a guide's page: its name stands behind the language.
var block = regexp.MustCompile("(?ms)^```(go|json) (\\S+)$\n(.*?)^```$")

// TestThePluginOfEachGuideIsBuiltAndPassesItsTest keeps the guides from saying
// what does not work: the blocks of a page are the files of a plugin, in order.
func TestThePluginOfEachGuideIsBuiltAndPassesItsTest(t *testing.T) {
	pages, err := filepath.Glob("guide-*.md")
	if err != nil || len(pages) != 4 {
		t.Fatalf("%d guides, %v", len(pages), err)
	}
	for _, page := range pages {
		t.Run(strings.TrimSuffix(page, ".md"), func(t *testing.T) { build(t, page) })
	}
}

func build(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	// Within the module, so that the kit is found; with an underscore, so that
	// nobody else finds it.
	folder, err := os.MkdirTemp(".", "_guide-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	files := block.FindAllStringSubmatch(string(text), -1)
	for _, m := range files {
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(m[2])), []byte(m[3]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all := strings.Count(string(text), "\n```go") + strings.Count(string(text), "\n```json"); all != len(files) {
		t.Errorf("%d blocks of code, of which %d have a name: the others are not built", all, len(files))
	}
	manifest, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := abi.DecodeManifest(manifest)
	if err == nil {
		err = m.Validate()
	}
	if err != nil {
		t.Errorf("the manifest: %v", err)
	}
	run := func(env []string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", append(args, "./"+folder)...)
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run(nil, "test", "-count=1")
	run([]string{"GOOS=wasip1", "GOARCH=wasm"}, "list", "-export") // compiles, and does not link
}
