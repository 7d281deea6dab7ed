// Package sdk carries the source of the kit for plugins, so that the program
// can put it beside a plugin that is begun outside of this repository: see
// core/pluginhost/workshop. No plugin imports this package.
package sdk

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed abi/*.go actions/*.go details/*.go forms/*.go host/*.go internal/*/*.go sdktest/*.go state/*.go tasks/*.go view/*.go
var source embed.FS

// Module is the path of the module that plugins find the kit in, at "sdk".
const Module = "github.com/casement-dev/casement"

// Source lists the files of the kit, by their path below the module's "sdk",
// without its tests.
func Source() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files[path], err = source.ReadFile(path)
		return err
	})
	return files, err
}
