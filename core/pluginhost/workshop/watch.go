package workshop

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Pace is how often a folder is looked at for changes.
const Pace = 150 * time.Millisecond

// mostFiles bounds how many files are looked at.
const mostFiles = 5000

// Stand is how the files of a plugin stand: when each was changed.
type Stand map[string]time.Time

// Look says how the files in a plugin's folder stand. The kit, what begins with
// a dot and what was built are left out.
func Look(folder string) Stand {
	out := Stand{}
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || len(out) >= mostFiles:
			return filepath.SkipDir
		case path != folder && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case entry.IsDir():
			if entry.Name() == KitFolder || entry.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		case strings.HasSuffix(entry.Name(), ".wasm"):
			return nil
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			out[path] = info.ModTime()
		}
		return nil
	})
	return out
}

// Same says whether nothing was changed.
func (s Stand) Same(other Stand) bool {
	if len(s) != len(other) {
		return false
	}
	for path, at := range s {
		if then, there := other[path]; !there || !then.Equal(at) {
			return false
		}
	}
	return true
}

// Latest is when the last change was made.
func (s Stand) Latest() time.Time {
	var last time.Time
	for _, at := range s {
		if at.After(last) {
			last = at
		}
	}
	return last
}

// Watch calls changed with how the files stand, whenever they stand otherwise
// than before, until the context ends. before is how they stood when the caller
// looked last.
func Watch(ctx context.Context, folder string, before Stand, changed func(Stand)) {
	tick := time.NewTicker(Pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := Look(folder); !now.Same(before) {
			before = now
			changed(now)
		}
	}
}
