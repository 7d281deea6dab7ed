// Command packplugin builds the plugin in a folder into one file:
//
//	go run ./core/pluginhost/pack/packplugin plugins/complaint plugins/dist/complaint.wasm
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/casement-dev/casement/core/pluginhost/pack"
)

func main() {
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
