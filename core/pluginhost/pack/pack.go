// Package pack makes the one file that is a plugin: it builds a Go module for
// wasip1 and puts the manifest beside it into a custom section. It does not run
// anything; whether a server would take the file is for core/pluginhost/wasm.
package pack

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/casement-dev/casement/sdk/abi"
)

// ManifestFile is the manifest's name in the folder of a plugin.
const ManifestFile = "manifest.json"

// Build compiles the plugin in a folder with plain Go and writes the packed
// module to out, replacing it only when all went well.
func Build(ctx context.Context, folder, out string) error {
	manifest, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil { // the compiler runs in the plugin's folder
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(out), ".pack-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	built := filepath.Join(work, "built.wasm")
	if err := Compile(ctx, folder, built, os.Stderr); err != nil {
		return fmt.Errorf("building %s: %w", folder, err)
	}
	module, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	packed, err := Add(module, manifest)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(folder, ManifestFile), err)
	}
	if err := os.WriteFile(built, packed, 0o644); err != nil {
		return err
	}
	return os.Rename(built, out)
}

// Compile compiles the plugin in a folder with plain Go, into a module that is
// not packed yet. What the compiler says goes to said. out is an absolute path:
// the compiler runs in the plugin's folder.
func Compile(ctx context.Context, folder, out string, said io.Writer) error {
	build := exec.CommandContext(ctx, "go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	build.Dir = folder
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	build.Stderr = said
	build.WaitDelay = time.Second
	return build.Run()
}

// Add returns the module with the manifest in its custom section. The manifest
// must be valid, and the module must have none.
func Add(module, manifest []byte) ([]byte, error) {
	var m abi.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("the manifest is not valid: %w", err)
	}
	if len(module) < 8 || string(module[:4]) != "\x00asm" {
		return nil, errors.New("not a WebAssembly module")
	}
	small, err := json.Marshal(m) // without the layout of the source
	if err != nil {
		return nil, err
	}
	return AddSection(module, abi.ManifestSection, small), nil
}

// AddSection returns the module with a custom section at its end.
func AddSection(module []byte, name string, content []byte) []byte {
	body := binary.AppendUvarint(nil, uint64(len(name)))
	body = append(append(body, name...), content...)
	out := append(make([]byte, 0, len(module)+len(body)+6), module...)
	out = append(out, 0)
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}
