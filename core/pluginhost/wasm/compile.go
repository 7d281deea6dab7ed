package wasm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
)

// Compiler turns a metered module into native code in a cache folder, which
// exists. It must not let the module take the server's time or memory.
type Compiler func(ctx context.Context, code []byte, folder string) error

const (
	compileTime   = 2 * time.Minute
	compileCPU    = 60      // seconds
	compileMemory = 2 << 30 // bytes
	compileFile   = 1 << 30 // bytes of native code; the largest module makes a tenth of that
)

// ChildCompiler compiles in a child process: a 9 KB module can take a minute
// to compile and does not listen to a context. command is the program and its
// first arguments; it must end in [CompileMain].
func ChildCompiler(command ...string) Compiler {
	return func(ctx context.Context, code []byte, folder string) error {
		ctx, cancel := context.WithTimeout(ctx, compileTime)
		defer cancel()
		args := append(append([]string{}, command[1:]...), folder)
		child := exec.CommandContext(ctx, command[0], args...)
		child.Stdin = bytes.NewReader(code)
		child.Env = []string{"GOMEMLIMIT=1500MiB"}
		child.WaitDelay = time.Second
		var said limitedBuffer
		child.Stderr = &said
		err := child.Run()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("compiling took longer than %v", compileTime)
		default:
			return fmt.Errorf("compiling failed: %w: %s", err, strings.TrimSpace(said.String()))
		}
	}
}

// CompileMain is the child of [ChildCompiler]: it limits itself, reads a metered
// module from stdin, compiles it into the cache folder args[0], and returns the
// exit status.
func CompileMain(args []string, stdin io.Reader, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, "want one argument: the cache folder")
		return 2
	}
	if err := limitProcess(compileCPU, compileMemory, compileFile); err != nil {
		fmt.Fprintln(stderr, "cannot limit the process:", err)
		return 2
	}
	code, err := io.ReadAll(io.LimitReader(stdin, 4*meter.MaxSize))
	if err == nil {
		err = CompileHere(context.Background(), code, args[0])
	}
	if err != nil {
		fmt.Fprintln(stderr, firstLine(err))
		return 1
	}
	return 0
}

// CompileHere is a [Compiler] without a child. It is for modules that are
// trusted, in tests: a hostile one would hold the process for as long as it likes.
func CompileHere(ctx context.Context, code []byte, folder string) error {
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err != nil {
		return err
	}
	defer cache.Close(ctx)
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache))
	defer rt.Close(ctx)
	_, err = rt.CompileModule(ctx, code)
	return err
}

// firstLine keeps the first line of what went wrong, as far as it can be shown.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > 300 {
		line = line[:300]
	}
	return clean(line)
}

// limitedBuffer keeps the first 4 KiB written to it.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), 4096-b.Len())])
	return len(p), nil
}
