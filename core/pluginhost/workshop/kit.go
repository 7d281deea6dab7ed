package workshop

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/casement-dev/casement/sdk"
)

// KitFolder is where in the folder of a plugin the kit lies: a module that its
// go.mod puts in place of ours, so that it is built without a network.
const KitFolder = "casement-sdk"

// goVersion is the language version of the kit, as in this module's go.mod.
const goVersion = "1.26.0"

// Unpack puts the kit of this program into the folder of a plugin, in place of
// one that is there. It is exchanged whole.
func Unpack(folder, from string) error {
	files, err := sdk.Source()
	if err != nil {
		return fmt.Errorf("read the kit: %w", err)
	}
	fresh, err := os.MkdirTemp(folder, "."+KitFolder+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	mod := "// The kit for plugins of Casement, unpacked from the program of version " + from + ".\n// It is replaced as a whole: change nothing here.\nmodule " +
		sdk.Module + "\n\ngo " + goVersion + "\n"
	if err := write(filepath.Join(fresh, "go.mod"), []byte(mod)); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := write(filepath.Join(fresh, "sdk", filepath.FromSlash(path)), files[path]); err != nil {
			return err
		}
	}
	kit := filepath.Join(folder, KitFolder)
	old := fresh + "-old"
	err = os.Rename(kit, old)
	if err == nil {
		defer os.RemoveAll(old)
	} else if !os.IsNotExist(err) {
		return err
	}
	return os.Rename(fresh, kit)
}

// write makes a file that is not there yet, and the folders it lies in.
func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
