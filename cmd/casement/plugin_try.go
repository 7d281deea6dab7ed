package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/casement-dev/casement/core/pluginhost/conform"
)

// pluginTestCommand tests a plugin: natively, and then in the sandbox.
type pluginTestCommand struct {
	Folder  pluginFolder `arg:"" optional:"" type:"existingdir" help:"The folder of the plugin; by default where you are."`
	Verbose bool         `short:"v" help:"Say what was tried, not only what failed."`
}

// Run implements the command.
func (cmd *pluginTestCommand) Run(ctx context.Context, out io.Writer) error {
	arguments := []string{"test", "./..."}
	if cmd.Verbose {
		arguments = []string{"test", "-v", "./..."}
	}
	test := exec.CommandContext(ctx, "go", arguments...)
	test.Dir, test.Stdout, test.Stderr = cmd.Folder.path(), out, out
	if err := test.Run(); err != nil {
		return fmt.Errorf("its own test failed: %w", err)
	}
	built, err := buildPlugin(ctx, cmd.Folder.path(), out)
	if err != nil {
		return err
	}
	checks, err := conformance(ctx, built.Module)
	if err != nil {
		return err
	}
	good := 0
	for _, check := range checks {
		if check.OK {
			good++
		}
		if cmd.Verbose || !check.OK {
			fmt.Fprintln(out, check)
		}
	}
	fmt.Fprintf(out, "%s %s: %d of %d things tried in the sandbox are as they should be.\n", built.Manifest.ID, built.Manifest.Version, good, len(checks))
	if !conform.Passed(checks) {
		return errors.New("this module does not keep the contract")
	}
	return nil
}
