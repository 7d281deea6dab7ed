package conform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/pack"
)

// The kits for other languages, each with the program that its build needs.
var kits = []struct{ folder, needs, debian string }{
	{"pdk-rust", "wasm-ld", "rustc libstd-rust-dev-wasm32 lld"},
	{"pdk-assemblyscript", "node", "nodejs npm"},
	{"pdk-c", "clang", "clang lld"},
}

func TestThePluginsWrittenInOtherLanguagesConform(t *testing.T) {
	if testing.Short() {
		t.Skip("compilers of other languages are at work")
	}
	for _, kit := range kits {
		t.Run(kit.folder, func(t *testing.T) {
			folder := filepath.Join("../../../examples", kit.folder)
			built := filepath.Join(t.TempDir(), "built.wasm")
			if b, err := exec.Command(filepath.Join(folder, "build.sh"), built).CombinedOutput(); err != nil {
				if _, missing := exec.LookPath(kit.needs); missing != nil && os.Getenv("CI") != "true" {
					t.Skipf("*** %s is not installed (apt-get install %s): this is not tested ***", kit.needs, kit.debian)
				}
				t.Fatalf("building it (Debian: apt-get install %s): %v\n%s", kit.debian, err, b)
			}
			module, err := os.ReadFile(built)
			if err != nil {
				t.Fatal(err)
			}
			manifest, err := os.ReadFile(filepath.Join(folder, pack.ManifestFile))
			if err != nil {
				t.Fatal(err)
			}
			packed, err := pack.Add(module, manifest)
			if err != nil {
				t.Fatal(err)
			}
			wantConforming(t, packed)
		})
	}
}
