// Command packplugin builds the plugin in a folder into one file:
//
//	go run ./core/pluginhost/pack/packplugin plugins/complaint plugins/dist/complaint.wasm
//
// Of a module that another compiler made, and a manifest, it makes one file too:
//
//	go run ./core/pluginhost/pack/packplugin built.wasm manifest.json plugin.wasm
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/casement-dev/casement/core/pluginhost/pack"
)

func main() {
	if len(os.Args) == 4 {
		if err := join(os.Args[1], os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "packplugin:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: packplugin <folder> <file.wasm>")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := pack.Build(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "packplugin:", err)
		os.Exit(1)
	}
}

// join writes a module with a manifest in it.
func join(built, manifest, out string) error {
	module, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	says, err := os.ReadFile(manifest)
	if err != nil {
		return err
	}
	packed, err := pack.Add(module, says)
	if err != nil {
		return fmt.Errorf("%s: %w", manifest, err)
	}
	return os.WriteFile(out, packed, 0o644)
}
