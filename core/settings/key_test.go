package settings_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core/settings"
)

func TestAKeyIsMadeOnceForOurEyesOnly(t *testing.T) {
	t.Parallel()
	s := &settings.Settings{DataDir: filepath.Join(t.TempDir(), "new")}
	var wait sync.WaitGroup
	keys := make([][settings.KeySize]byte, 8)
	for i := range keys {
		wait.Go(func() {
			key, err := s.Key()
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wait.Wait()
	for _, key := range keys {
		if key != keys[0] || key == [settings.KeySize]byte{} {
			t.Fatalf("servers that start at once have keys %x and %x", keys[0], key)
		}
	}
	entries, err := os.ReadDir(s.DataDir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the data directory holds %v, %v", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v, %v", info.Mode(), err)
	}
}

func TestAKeyThatWasSetIsUsedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte{7}, settings.KeySize)
	s := &settings.Settings{DataDir: filepath.Join(t.TempDir(), "new"), SecretKey: settings.Secret(hex.EncodeToString(want))}
	key, err := s.Key()
	if err != nil || !bytes.Equal(key[:], want) {
		t.Errorf("key %x, %v", key, err)
	}
	if _, err := os.Stat(s.DataDir); !os.IsNotExist(err) {
		t.Errorf("the data directory was made: %v", err)
	}
}

func TestADamagedOrExposedKeyIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"damaged": {"abc", 0o600, "damaged"},
		"empty":   {"", 0o600, "damaged"},
		"exposed": {strings.Repeat("ab", settings.KeySize), 0o644, "other users"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "secret-key")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := (&settings.Settings{DataDir: dir}).Key()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v", err)
			}
			if text, err := os.ReadFile(file); err != nil || string(text) != test.text {
				t.Errorf("the file is now %q, %v", text, err)
			}
		})
	}
}
