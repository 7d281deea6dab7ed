package wasm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/cpu"
)

// The cache has a folder for each module, named by the hash of the code that
// was compiled and of all that the native code depends on. In it lie the engine's
// file and the sum of that: what was cut short, or changed by whoever or
// whatever, is compiled again and never run. Whoever may write here could change
// both, so the folder must be the server's alone.
const (
	sumFile    = "sum"
	unfinished = ".unfinished-"
)

// cacheFolder is where the native code of a module lies.
func cacheFolder(root string, code []byte) string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/tetratelabs/wazero" {
				version = dep.Version
			}
		}
	}
	h := sha256.New()
	h.Write(code)
	fmt.Fprintf(h, "\x00%s\x00%s\x00%v\x00%v\x00%s", version, runtime.GOARCH, cpu.X86, cpu.ARM64, processor())
	return filepath.Join(root, hex.EncodeToString(h.Sum(nil))[:40])
}

// processor names what this processor can do, as the kernel knows it: the
// engine's own key depends on more of it than the language shows.
func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && (strings.TrimSpace(name) == "flags" || strings.TrimSpace(name) == "Features") {
			return value
		}
	}
	return ""
}

// compiled says whether a cache folder holds native code that may be run.
func compiled(folder string) bool {
	want, err := os.ReadFile(filepath.Join(folder, sumFile))
	if err != nil || ownFolder(folder) != nil {
		return false
	}
	have, err := sumOf(folder)
	return err == nil && have == string(want)
}

// sumOf is over the one file the engine wrote, its name included.
func sumOf(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("the cache folder holds %d files and not one", len(files))
	}
	if err := errors.Join(ownFolder(filepath.Dir(files[0])), ownFile(files[0])); err != nil {
		return "", err
	}
	f, err := os.Open(files[0])
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	fmt.Fprintln(h, filepath.Base(files[0]))
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// ownFolder says what is wrong with a folder that only we should be able to change.
func ownFolder(path string) error { return ownAlone(path, os.ModeDir) }

func ownFile(path string) error { return ownAlone(path, 0) }

func ownAlone(path string, want os.FileMode) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case info.Mode().Type() != want:
		return fmt.Errorf("%s is not what it should be: %s", path, info.Mode())
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("others may write to %s (%s): take that right away, or delete it", path, info.Mode())
	case !ownedByUs(info):
		return fmt.Errorf("%s belongs to somebody else", path)
	}
	return nil
}

// ensureCompiled compiles code unless the cache has it. It is made beside its
// place and moved there whole, so that several servers may share a cache.
func ensureCompiled(ctx context.Context, compile Compiler, code []byte, folder string) error {
	if compiled(folder) { // by another while this one waited
		return nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing what is left in the cache: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(folder), filepath.Base(folder)+unfinished)
	if err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}
	defer os.RemoveAll(work)
	if err := compile(ctx, code, work); err != nil {
		return err
	}
	sum, err := sumOf(work)
	if err != nil {
		return fmt.Errorf("compiling left nothing usable: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, sumFile), []byte(sum), 0o600); err != nil {
		return fmt.Errorf("writing the cache: %w", err)
	}
	if err := os.Rename(work, folder); err != nil && !compiled(folder) {
		return fmt.Errorf("writing the cache: %w", err)
	}
	return nil
}
