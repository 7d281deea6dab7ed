package core

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// errSealed says no more than that: why something does not open is nobody's
// business.
var errSealed = errors.New("it was not encrypted with the key of this installation, or was changed since")

// sealer makes the cipher for a purpose.
func (s Secret) sealer(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(s.SealingKey(purpose))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // as every AES block
	}
	return aead
}

// Seal encrypts something that is kept for a purpose, bound to the place where
// it is kept: what is sealed for one purpose or place opens for no other.
func (s Secret) Seal(purpose, place string, plain []byte) []byte {
	aead := s.sealer(purpose)
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, []byte(place))
}

// Unseal decrypts what [Secret.Seal] made for the same purpose and place.
func (s Secret) Unseal(purpose, place string, sealed []byte) ([]byte, error) {
	aead := s.sealer(purpose)
	if len(sealed) < aead.NonceSize() {
		return nil, errSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(place))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
