package pack

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
)

// SignatureSection is the custom section that holds a signature. It is the
// last of its module: 32 bytes of public key, and 64 bytes of ed25519 signature
// over the SHA-256 of all bytes before the section.
const SignatureSection = "plugin.signature"

const signatureSize = ed25519.PublicKeySize + ed25519.SignatureSize

// Errors of [Signer].
var (
	ErrSignaturePlace = errors.New("its signature is not the last section, or is there twice")
	ErrSignature      = errors.New("its signature does not fit what it says")
)

// Sign returns the module with a signature, in place of one that it may have
// had. The module must have a manifest.
func Sign(module []byte, key ed25519.PrivateKey) ([]byte, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	signed, manifest := module, false
	for _, s := range all {
		manifest = manifest || s.name == abi.ManifestSection
		if s.name == SignatureSection {
			if s.end != len(module) {
				return nil, ErrSignaturePlace
			}
			signed = module[:s.start]
		}
	}
	if !manifest {
		return nil, fmt.Errorf("it is not packed: it has no section %s", abi.ManifestSection)
	}
	sum := sha256.Sum256(signed)
	content := append([]byte(key.Public().(ed25519.PublicKey)), ed25519.Sign(key, sum[:])...)
	return AddSection(signed, SignatureSection, content), nil
}

// Signer returns the key that signed a module, whose signature holds; nil for
// a module without one. Whether the key is to be trusted is another question.
func Signer(module []byte) (ed25519.PublicKey, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	var key ed25519.PublicKey
	for _, s := range all {
		if s.name != SignatureSection {
			continue
		}
		if s.end != len(module) || len(s.content) != signatureSize {
			return nil, ErrSignaturePlace
		}
		// Exactly as we write it: bytes that nobody signed have no place to hide.
		if !bytes.Equal(AddSection(module[:s.start:s.start], SignatureSection, s.content), module) {
			return nil, ErrSignaturePlace
		}
		sum := sha256.Sum256(module[:s.start])
		key = ed25519.PublicKey(s.content[:ed25519.PublicKeySize])
		if !ed25519.Verify(key, sum[:], s.content[ed25519.PublicKeySize:]) {
			return nil, ErrSignature
		}
	}
	return key, nil
}

// Manifest returns the manifest of a packed module, as it stands there.
func Manifest(module []byte) ([]byte, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.name == abi.ManifestSection {
			return s.content, nil
		}
	}
	return nil, fmt.Errorf("it is not packed: it has no section %s", abi.ManifestSection)
}

// Replace returns the module with another manifest, and without a signature:
// it is not what was signed any more.
func Replace(module, manifest []byte) ([]byte, error) {
	all, err := sections(module)
	if err != nil {
		return nil, err
	}
	bare, from := make([]byte, 0, len(module)), 0
	for _, s := range all {
		if s.name == abi.ManifestSection || s.name == SignatureSection {
			bare, from = append(bare, module[from:s.start]...), s.end
		}
	}
	return Add(append(bare, module[from:]...), manifest)
}

// custom is a custom section and where in the module it stands.
type custom struct {
	name       string
	content    []byte
	start, end int
}

var errModule = errors.New("not a WebAssembly module")

// sections lists the custom sections of a module. Nothing else of it is looked
// at: that is for core/pluginhost/wasm.
func sections(module []byte) ([]custom, error) {
	if len(module) < 8 || string(module[:4]) != "\x00asm" {
		return nil, errModule
	}
	var out []custom
	for at := 8; at < len(module); {
		id, start := module[at], at
		size, n := binary.Uvarint(module[at+1:])
		if n <= 0 || size > uint64(len(module)-at-1-n) {
			return nil, errModule
		}
		body := module[at+1+n : at+1+n+int(size)]
		at += 1 + n + int(size)
		if id != 0 {
			continue
		}
		length, n := binary.Uvarint(body)
		if n <= 0 || length > uint64(len(body)-n) {
			return nil, errModule
		}
		out = append(out, custom{string(body[n : n+int(length)]), body[n+int(length):], start, at})
	}
	return out, nil
}

const keyBlock = "PRIVATE KEY"

// NewKey makes a key to sign with, as a file that is to be kept secret, and
// the public key by which others trust it, in hex.
func NewKey() (file []byte, public string, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", err
	}
	return pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: raw}), hex.EncodeToString(pub), nil
}

// ReadKey reads a file of [NewKey], or of any tool that writes ed25519 keys as
// PKCS #8.
func ReadKey(file []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != keyBlock {
		return nil, errors.New("not a file with a private key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signing, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the key is not one of ed25519")
	}
	return signing, nil
}
