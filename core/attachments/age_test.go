package attachments_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// age makes all files of a folder two months old.
func age(t *testing.T, folder string) {
	t.Helper()
	old := time.Now().AddDate(0, -2, 0)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			err = os.Chtimes(path, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
