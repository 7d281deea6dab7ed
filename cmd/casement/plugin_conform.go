package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/casement-dev/casement/core/pluginhost/conform"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

// pluginConformCommand tries a module out against the contract. It needs no
// installation.
type pluginConformCommand struct {
	File string `arg:"" type:"existingfile" help:"The packed plugin, manifest and all."`
}

// Run prints what was tried, a line each, and fails if something is wrong.
func (c pluginConformCommand) Run(ctx context.Context, out io.Writer) error {
	module, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	checks, err := conformance(ctx, module)
	if err != nil {
		return err
	}
	for _, check := range checks {
		fmt.Fprintln(out, check)
	}
	if !conform.Passed(checks) {
		return errors.New("this module does not keep the contract")
	}
	return nil
}

// conformance tries a module out against the contract, in the sandbox that a
// server has.
func conformance(ctx context.Context, module []byte) ([]conform.Check, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cache, err := os.MkdirTemp("", "casement-conform-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	return conform.Run(ctx, wasm.Options{CacheDir: cache, Compile: wasm.ChildCompiler(self, compilerWord)}, module), nil
}
