package core

import (
	"crypto/rand"
	"strings"
)

// Reference names a case for people: a prefix of the case type, two groups of
// four letters, the last of which is a check letter, as in CMP-7K2M-4QX9. It is
// short, can be read over a telephone, and is never used for a second case.
type Reference string

// referenceAlphabet is Crockford's base 32 (no I, L, O, U): 32 letters that are
// told apart by eye and ear. What people mistake for one another is read as
// the letter meant.
const referenceAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// referenceRandom is how many letters are random: 7 × 5 bits, 34 thousand
// million references a prefix. An insert that collides is tried again.
const referenceRandom = 7

// NewReference draws a reference at random.
func NewReference(prefix string) Reference {
	var raw [referenceRandom]byte
	rand.Read(raw[:])
	letters := make([]byte, 0, referenceRandom+1)
	for _, b := range raw {
		letters = append(letters, referenceAlphabet[b&31])
	}
	prefix = strings.ToUpper(prefix)
	letters = append(letters, checkLetter(prefix, string(letters)))
	return Reference(prefix + "-" + string(letters[:4]) + "-" + string(letters[4:]))
}

// ParseReference reads a reference as people write it: lower case, without
// hyphens, with spaces, with O for 0 and I or L for 1. A wrong check letter is
// an invalid error, so that a slip of the finger never opens another case.
func ParseReference(s string) (Reference, error) {
	bad := Invalid("%q is not a case reference. References look like CMP-7K2M-4QX9.", clip(strings.TrimSpace(s), 40))
	if len(s) > 60 {
		return "", bad
	}
	packed := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\u2011' || r == '\u2013' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(s)))
	if len(packed) < referenceRandom+1+2 {
		return "", bad
	}
	prefix, letters := packed[:len(packed)-referenceRandom-1], packed[len(packed)-referenceRandom-1:]
	letters = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(letters)
	for _, r := range letters {
		if !strings.ContainsRune(referenceAlphabet, r) {
			return "", bad
		}
	}
	if !ValidReferencePrefix(prefix) || letters[referenceRandom] != checkLetter(prefix, letters[:referenceRandom]) {
		return "", bad
	}
	return Reference(prefix + "-" + letters[:4] + "-" + letters[4:]), nil
}

// ValidReferencePrefix reports whether a case type may use this prefix: two to
// five letters A to Z.
func ValidReferencePrefix(prefix string) bool {
	if len(prefix) < 2 || len(prefix) > 5 {
		return false
	}
	for i := range len(prefix) {
		if prefix[i] < 'A' || prefix[i] > 'Z' {
			return false
		}
	}
	return true
}

// checkLetter weighs each letter with a different odd number modulo 31, a
// prime: it catches every single wrong letter but the pair 31 apart and every
// swap of two different neighbours.
func checkLetter(prefix, letters string) byte {
	sum := 0
	for i := range len(prefix) {
		sum = sum*3 + int(prefix[i]-'A')
	}
	for i := range len(letters) {
		sum = sum*5 + strings.IndexByte(referenceAlphabet, letters[i])
		sum %= 31
	}
	return referenceAlphabet[sum%31]
}
