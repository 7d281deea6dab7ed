package core_test

import (
	"bytes"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestWhatIsSealedOpensForItsPurposeAndPlaceAlone(t *testing.T) {
	key, other := core.Secret{1}, core.Secret{2}
	sealed := key.Seal("secrets", "a/b", []byte("whsec"))
	if bytes.Contains(sealed, []byte("whsec")) || bytes.Equal(sealed, key.Seal("secrets", "a/b", []byte("whsec"))) {
		t.Error("it can be read, or told from another of the same words")
	}
	if plain, err := key.Unseal("secrets", "a/b", sealed); err != nil || string(plain) != "whsec" {
		t.Errorf("%q, %v", plain, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return key.Unseal("calls", "a/b", sealed) },
		"another place":   func() ([]byte, error) { return key.Unseal("secrets", "a/c", sealed) },
		"another key":     func() ([]byte, error) { return other.Unseal("secrets", "a/b", sealed) },
		"changed":         func() ([]byte, error) { return key.Unseal("secrets", "a/b", changed) },
		"nothing":         func() ([]byte, error) { return key.Unseal("secrets", "a/b", nil) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
}
