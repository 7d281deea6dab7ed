// Package plugins carries the plugins that come with Casement: the modules
// that `make plugins` built from the folders beside this file. They are plugins
// like anybody else's, on the public SDK, and run in the same sandbox.
package plugins

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Modules gives the built modules, one *.wasm file each. There are none in a
// tree where they were not built yet.
func Modules() fs.FS {
	built, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return built
}
