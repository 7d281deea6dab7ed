package workshop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// Built is a plugin as a file.
type Built struct {
	Manifest *abi.Manifest
	Module   []byte // packed
	Took     time.Duration
}

// Build compiles and packs the plugin in a folder, and looks at the file as a
// server would before anything of it runs. What its author got wrong comes as
// [Mistakes].
func Build(ctx context.Context, folder string) (*Built, error) {
	start := time.Now()
	manifest, raw, err := ReadManifest(folder)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); errors.Is(err, fs.ErrNotExist) && !inModule(folder) {
		return nil, wrong("there is no go.mod in %s: “casement plugin new” begins a plugin with one", folder)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return nil, wrong("the go command is not there: plugins are compiled with Go %s or newer, from https://go.dev/dl/", goVersion)
	}
	work, err := os.MkdirTemp("", "casement-plugin-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, "built.wasm")
	var said bytes.Buffer
	if err := pack.Compile(ctx, folder, file, &said); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if found := readCompiler(folder, said.String()); len(found) > 0 {
			return nil, found
		}
		return nil, fmt.Errorf("run the compiler: %w", err)
	}
	bare, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	module, err := pack.Add(bare, raw)
	if err != nil {
		return nil, err
	}
	if _, err := wasm.Inspect(module); err != nil {
		return nil, refused(err)
	}
	return &Built{manifest, module, time.Since(start)}, nil
}

// Prove loads a module as a server does when it is installed, without compiling
// it: it fails unless the module serves what its manifest promises.
func Prove(ctx context.Context, module []byte) error {
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return refused(err)
	}
	engine, err := wasm.New(wasm.Options{Interpret: true, Reset: wasm.ResetFresh, Limits: wasm.Limits{Wall: interpreted}})
	if err != nil {
		return err
	}
	defer engine.Close()
	m := engine.Open(pkg)
	defer m.Close()
	if err := m.Load(ctx); err != nil {
		return refused(err)
	}
	return nil
}

// interpreted is how long a call may take that is interpreted: fuel is what
// ends it as on a server.
const interpreted = time.Minute

func refused(err error) error {
	if f := wasm.AsFault(err); f != nil {
		return wrong("a server would refuse it: %s", f.Message)
	}
	return err
}

// inModule says whether a folder above has a go.mod.
func inModule(folder string) bool {
	whole, err := filepath.Abs(folder)
	for err == nil {
		if _, err := os.Stat(filepath.Join(whole, "go.mod")); err == nil {
			return true
		}
		above := filepath.Dir(whole)
		if above == whole {
			return false
		}
		whole = above
	}
	return false
}
