package embedded

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALibraryListIsLinkedOnceAndAgain(t *testing.T) {
	t.Parallel()
	native := fakePackage(t, `[{"source":"native/lib/liba.so.1.2","target":"native/lib/liba.so.1"},
		{"source":"native/lib/liba.so.1.2","target":"native/lib/liba.so"}]`)
	for range 2 {
		if err := linkLibraries(native); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"liba.so", "liba.so.1"} {
		text, err := os.ReadFile(filepath.Join(native, "lib", name))
		if err != nil || string(text) != "library" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestALibraryListThatLeadsOutsideThePackageIsRefused(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{
		"a target outside":  `[{"source":"native/lib/liba.so.1.2","target":"../../liba.so"}]`,
		"an absolute one":   `[{"source":"native/lib/liba.so.1.2","target":"/tmp/liba.so"}]`,
		"a source outside":  `[{"source":"../../../../../../etc/passwd","target":"native/lib/liba.so"}]`,
		"a missing library": `[{"source":"native/lib/libb.so","target":"native/lib/libb.so.1"}]`,
		"no list at all":    `{"source"`,
	} {
		if err := linkLibraries(fakePackage(t, list)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestADirectoryWithoutALibraryListNeedsNoLinks(t *testing.T) {
	t.Parallel()
	if err := linkLibraries(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestProgramsThatCannotRunAreNamed(t *testing.T) {
	t.Parallel()
	bin := filepath.Join(openDir(t), "bin")
	if err := makeDirs(bin); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{
		"#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.1'\n": "PostgreSQL 9.6.1",
		"#!/bin/sh\necho hello\n":                         "nobody understands",
		"#!/bin/sh\necho 'no such library' >&2; exit 1\n": "no such library",
	} {
		if err := os.WriteFile(filepath.Join(bin, "postgres"), []byte(program), 0o755); err != nil {
			t.Fatal(err)
		}
		c := config(openDir(t))
		c.Programs = Programs{BinDir: bin}
		_, err := Start(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: err = %v", program, err)
		}
	}
}

func TestTheNewestOfADistributionsVersionsIsTriedFirst(t *testing.T) {
	t.Parallel()
	if a, b := numberIn("/usr/lib/postgresql/9/bin"), numberIn("/usr/lib/postgresql/15/bin"); a >= b {
		t.Errorf("%d >= %d", a, b)
	}
}

func TestProgramsTheServersUserCannotReachAreCopiedOnce(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("a plain user runs the programs under its own name")
	}
	closed := filepath.Join(openDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(closed, "native", "bin")
	if err := makeDirs(bin); err != nil {
		t.Fatal(err)
	}
	program := "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n"
	if err := os.WriteFile(filepath.Join(bin, "postgres"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	run, err := findRunner()
	if err != nil {
		t.Fatal(err)
	}
	at := place{data: openDir(t), fallback: openDir(t), runner: run}
	var copies []string
	for range 2 {
		found, err := inspect(t.Context(), bin, at, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if found.major != 18 || !strings.HasPrefix(found.bin, at.fallback) {
			t.Errorf("found %+v", found)
		}
		copies = append(copies, found.bin)
	}
	if copies[0] != copies[1] {
		t.Errorf("copied twice: %v", copies)
	}
	entries, err := os.ReadDir(at.fallback)
	if err != nil || len(entries) != 1 {
		t.Errorf("the fall-back directory holds %v, %v", entries, err)
	}
}

// fakePackage lays out a package as npm does and returns its native directory.
func fakePackage(t *testing.T, list string) string {
	t.Helper()
	native := filepath.Join(t.TempDir(), "native")
	if err := os.MkdirAll(filepath.Join(native, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(native, "lib", "liba.so.1.2"), []byte("library"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(native, "pg-symlinks.json"), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	return native
}
