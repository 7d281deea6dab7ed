package pack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

func TestAShippedPluginIsBuiltIntoOneFileThatTheHostTakes(t *testing.T) {
	folder, err := filepath.Abs("../../../plugins/complaint")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	out := "complaint.wasm"
	if err := pack.Build(t.Context(), folder, out); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	p, err := wasm.Inspect(module)
	if err != nil || p.Manifest.ID != "casement.complaint" {
		t.Errorf("%v, %+v", err, p)
	}
	if left, _ := filepath.Glob(".pack-*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAFolderThatDoesNotBuildLeavesTheOldFileAlone(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.wasm")
	if err := os.WriteFile(out, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := pack.Build(t.Context(), t.TempDir(), out); err == nil {
		t.Error("built from nothing")
	}
	if b, _ := os.ReadFile(out); string(b) != "old" {
		t.Errorf("the file is now %q", b)
	}
}

func TestAManifestThatIsNotValidIsNotPacked(t *testing.T) {
	module := []byte("\x00asm\x01\x00\x00\x00")
	for manifest, want := range map[string]string{
		`{`:          "reading the manifest",
		`{"id":"x"}`: "not valid",
	} {
		if _, err := pack.Add(module, []byte(manifest)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", manifest, err)
		}
	}
}
