package pack

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"
)

const small = `{"id":"org.example.x","version":"1.0.0","abi":1,"name":"X","publisher":"P","entries":[{"id":"x","kind":"form","title":"X"}]}`

func packed(t *testing.T) []byte {
	t.Helper()
	module, err := Add([]byte("\x00asm\x01\x00\x00\x00"), []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func key(t *testing.T) (ed25519.PrivateKey, string) {
	t.Helper()
	file, public, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	k, err := ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	return k, public
}

func TestASignatureHoldsForTheModuleItWasMadeFor(t *testing.T) {
	module := packed(t)
	if public, err := Signer(module); public != nil || err != nil {
		t.Errorf("unsigned: %x, %v", public, err)
	}
	k, public := key(t)
	signed, err := Sign(module, k)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Signer(signed); hex.EncodeToString(got) != public || err != nil {
		t.Errorf("got %x, %v", got, err)
	}
	// Somebody else signs it again, in place of the first.
	other, otherPublic := key(t)
	again, err := Sign(signed, other)
	if err != nil || len(again) != len(signed) {
		t.Fatal(len(again), err)
	}
	if got, err := Signer(again); hex.EncodeToString(got) != otherPublic || err != nil {
		t.Errorf("got %x, %v", got, err)
	}
}

func TestNoByteOfASignedModuleCanBeChanged(t *testing.T) {
	k, public := key(t)
	signed, err := Sign(packed(t), k)
	if err != nil {
		t.Fatal(err)
	}
	for i := range signed {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(signed)
			changed[i] ^= bit
			if got, err := Signer(changed); err == nil && hex.EncodeToString(got) == public {
				t.Errorf("byte %d was changed, and the signature holds", i)
			}
		}
	}
	for name, changed := range map[string][]byte{
		"a section after it":  AddSection(signed, "x", nil),
		"signed twice":        AddSection(signed, SignatureSection, make([]byte, 96)),
		"half a signature":    AddSection(packed(t), SignatureSection, make([]byte, 50)),
		"an empty one":        AddSection(packed(t), SignatureSection, nil),
		"a made-up signature": AddSection(packed(t), SignatureSection, make([]byte, 96)),
	} {
		if got, err := Signer(changed); err == nil {
			t.Errorf("%s: %x", name, got)
		}
	}
	if _, err := Signer([]byte("text")); err == nil {
		t.Error("text is signed")
	}
	if _, err := Sign(AddSection(signed, "x", nil), k); !errors.Is(err, ErrSignaturePlace) {
		t.Errorf("signed with a section after the signature: %v", err)
	}
	if _, err := Sign([]byte("\x00asm\x01\x00\x00\x00"), k); err == nil {
		t.Error("a module without a manifest was signed")
	}
}

func TestAnotherManifestTakesThePlaceOfTheFirstAndOfTheSignature(t *testing.T) {
	k, _ := key(t)
	signed, err := Sign(AddSection(packed(t), "kept", []byte("x")), k)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Replace([]byte(small), []byte("1.0.0"), []byte("2.0.0"), 1)
	module, err := Replace(signed, other)
	if err != nil {
		t.Fatal(err)
	}
	if public, err := Signer(module); public != nil || err != nil {
		t.Errorf("still signed: %x, %v", public, err)
	}
	manifest, err := Manifest(module)
	if err != nil || !bytes.Contains(manifest, []byte("2.0.0")) || bytes.Count(module, []byte("plugin.manifest")) != 1 || !bytes.Contains(module, []byte("kept")) {
		t.Errorf("%s, %v", manifest, err)
	}
}

func TestAKeyIsReadFromItsFileAlone(t *testing.T) {
	for _, file := range []string{"", "text", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if _, err := ReadKey([]byte(file)); err == nil {
			t.Errorf("%q is a key", file)
		}
	}
}
