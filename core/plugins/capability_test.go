package plugins

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
)

// An administrator decides on words, not on names: what the plugins that come
// with the program ask for, and what a section needs to be shown in the portal,
// has words of its own.
func TestWhatShippedPluginsAskForIsSaidInWords(t *testing.T) {
	files, err := filepath.Glob("../../plugins/*/manifest.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	keys := []string{contextKey + "portal"}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var m abi.Manifest
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		keys = append(keys, Keys(m.Context, m.Needs)...)
	}
	for _, key := range keys {
		title := manifest{}.capability(key, state{}).Title
		if strings.HasPrefix(title, "Give the command") || strings.Contains(title, "does not know") {
			t.Errorf("%s is called %q", key, title)
		}
	}
}
