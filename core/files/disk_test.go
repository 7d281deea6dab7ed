package files_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/files/filestest"
)

func openDisk(t *testing.T, folder string) *files.Disk {
	t.Helper()
	disk, err := files.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	return disk
}

func TestDisk(t *testing.T) {
	filestest.Run(t, func(t *testing.T) files.Store { return openDisk(t, t.TempDir()) })
}

// listed gives the paths of all files below a folder.
func listed(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			out = append(out, relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAFileLiesInTwoFoldersNamedByTheEndOfItsKey(t *testing.T) {
	folder := t.TempDir()
	disk := openDisk(t, folder)
	key, err := core.ParseID[core.AttachmentID]("0197f0c2-1111-7222-8333-44445555cdab")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := disk.Put(t.Context(), key, bytes.NewReader([]byte("x")), 10); err != nil {
		t.Fatal(err)
	}
	got := listed(t, folder)
	if want := filepath.Join("ab", "cd", key.String()); len(got) != 1 || got[0] != want {
		t.Errorf("the files are %v, want %s", got, want)
	}
	info, err := os.Stat(filepath.Join(folder, got[0]))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestWhatWasNotFinishedLeavesNoFileBehind(t *testing.T) {
	folder := t.TempDir()
	disk := openDisk(t, folder)
	source := io.MultiReader(bytes.NewReader([]byte("half")), iotest.ErrReader(errors.New("gone")))
	if _, _, err := disk.Put(t.Context(), core.NewID[core.AttachmentID](), source, 100); err == nil {
		t.Error("half a file was kept")
	}
	if got := listed(t, folder); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestASweepTakesWhatACrashLeftHalfWrittenAndNothingOfOthers(t *testing.T) {
	folder := t.TempDir()
	disk := openDisk(t, folder)
	half := filepath.Join(folder, "incoming", core.NewID[core.AttachmentID]().String())
	other := filepath.Join(folder, "README")
	for _, path := range []string{half, other} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := disk.Sweep(t.Context(), time.Hour, nil); err != nil || n != 0 {
		t.Errorf("swept %d, %v while it may still be written", n, err)
	}
	old := time.Now().Add(-48 * time.Hour)
	for _, path := range []string{half, other} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := disk.Sweep(t.Context(), 24*time.Hour, nil); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if got := listed(t, folder); len(got) != 1 || got[0] != "README" {
		t.Errorf("left: %v", got)
	}
}

func TestALinkInTheFolderDoesNotLeadOut(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	disk := openDisk(t, folder)
	key := core.NewID[core.AttachmentID]()
	name := key.String()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(folder, name[34:], name[32:34])
	if err := os.MkdirAll(place, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(place, name)); err != nil {
		t.Skipf("this machine makes no symbolic links: %v", err)
	}
	if f, err := disk.Open(t.Context(), key); err == nil {
		f.Close()
		t.Error("a link led out of the folder")
	}
	other := core.NewID[core.AttachmentID]()
	word := other.String()
	if err := os.Symlink(outside, filepath.Join(folder, word[34:])); err != nil {
		t.Skipf("the folder is taken: %v", err)
	}
	if _, _, err := disk.Put(t.Context(), other, bytes.NewReader([]byte("x")), 10); err == nil {
		t.Error("a file was written outside the folder")
	}
	if got := listed(t, outside); len(got) != 1 {
		t.Errorf("outside there is %v", got)
	}
}
