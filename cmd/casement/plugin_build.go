package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/workshop"
)

// pluginBuildCommand makes the file that is installed.
type pluginBuildCommand struct {
	Folder pluginFolder `arg:"" optional:"" type:"existingdir" help:"The folder of the plugin; by default where you are."`
	Out    string       `short:"o" help:"The file to write. By default the last part of the plugin's id, in its folder."`
}

// Run implements the command.
func (cmd *pluginBuildCommand) Run(ctx context.Context, out io.Writer) error {
	built, err := buildPlugin(ctx, cmd.Folder.path(), out)
	if err != nil {
		return err
	}
	file := cmd.Out
	if file == "" {
		file = filepath.Join(cmd.Folder.path(), workshop.FileName(built.Manifest.ID))
	}
	if err := replaceFile(file, built.Module); err != nil {
		return err
	}
	m := built.Manifest
	fmt.Fprintf(out, "Built %s: %s %s, %.1f MB, in %v.\n", file, m.ID, m.Version, float64(len(built.Module))/1e6, built.Took.Round(10*time.Millisecond))
	for _, e := range m.Entries {
		fmt.Fprintf(out, "  %s %s: plugin:%s/%s\n", e.Kind, e.ID, m.ID, e.ID)
	}
	return nil
}

// buildPlugin builds a plugin, looks whether it serves what its manifest says,
// and prints what is wrong, a mistake after the other.
func buildPlugin(ctx context.Context, folder string, out io.Writer) (*workshop.Built, error) {
	built, err := workshop.Build(ctx, folder)
	if err == nil {
		err = workshop.Prove(ctx, built.Module)
	}
	var wrong workshop.Mistakes
	if !errors.As(err, &wrong) {
		return built, err
	}
	for _, m := range wrong {
		fmt.Fprintln(out, m)
		if m.Source != "" {
			fmt.Fprintf(out, "\t%s\n", m.Source)
		}
	}
	return nil, errors.New("the plugin cannot be built")
}
