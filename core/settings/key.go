package settings

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeySize is the size of the installation's key in bytes.
const KeySize = 32

const keyFile = "secret-key"

// PrepareDataDir makes the data directory, which other users may pass through
// but not list: the private database runs as another user when we are root.
func (s *Settings) PrepareDataDir() error {
	_, err := os.Stat(s.DataDir)
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if err := os.MkdirAll(s.DataDir, 0o711); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := os.Chmod(s.DataDir, 0o711); err != nil { // whatever the umask
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}

// Key returns the installation's secret key: the one that was set, or else the
// one in the data directory, made on first use for our eyes only. Losing it
// ends every session and makes every signed link invalid.
func (s *Settings) Key() ([KeySize]byte, error) {
	if s.SecretKey != "" {
		return parseKey(string(s.SecretKey))
	}
	if err := s.PrepareDataDir(); err != nil {
		return [KeySize]byte{}, err
	}
	path := filepath.Join(s.DataDir, keyFile)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeKey(path); err != nil {
		return key, fmt.Errorf("make the secret key: %w", err)
	}
	return readKey(path) // perhaps that of a server that was quicker
}

func readKey(path string) ([KeySize]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return [KeySize]byte{}, fmt.Errorf("read the secret key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return [KeySize]byte{}, fmt.Errorf("the secret key in %s can be read by other users; make it yours alone (chmod 600)", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return [KeySize]byte{}, fmt.Errorf("read the secret key: %w", err)
	}
	key, err := parseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return key, fmt.Errorf("the secret key in %s is damaged: %w", path, err)
	}
	return key, nil
}

// makeKey puts a new key at path unless there is one. It appears whole or not
// at all: a half-written key would lock everybody out.
func makeKey(path string) error {
	half, err := os.CreateTemp(filepath.Dir(path), keyFile+"-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(half.Name())
	var key [KeySize]byte
	rand.Read(key[:]) // never fails
	_, err = half.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, half.Sync(), half.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, does not replace what is there.
	if err := os.Link(half.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func parseKey(text string) (key [KeySize]byte, err error) {
	decoded, err := hex.DecodeString(text)
	if err != nil || len(decoded) != KeySize {
		return key, fmt.Errorf("not %d bytes in hexadecimal (%d digits)", KeySize, 2*KeySize)
	}
	copy(key[:], decoded)
	return key, nil
}
