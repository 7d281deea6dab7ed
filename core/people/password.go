package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/casement-dev/casement/core"
)

// Bounds of a password, in letters. The upper one only keeps a request from
// hashing a book.
const (
	MinPassword = 12
	MaxPassword = 1000
)

// CheckPassword says what is wrong with a password that somebody chose, or
// nil. There are no rules about kinds of letters: length is what counts.
func CheckPassword(password, name, email string) error {
	refuse := func(format string, args ...any) error { return core.InvalidField("password", format, args...) }
	letters := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return refuse("This password contains something that is not text. Type another one.")
	case letters < MinPassword:
		return refuse("Use at least %d characters. Several words that do not belong together make a good password.", MinPassword)
	case letters > MaxPassword:
		return refuse("Use at most %d characters.", MaxPassword)
	}
	plain := plainLetters(password)
	local, _, _ := strings.Cut(email, "@")
	for _, known := range []string{email, local, name} {
		if known = plainLetters(known); known != "" && (plain == known || plain == known+known) {
			return refuse("Your name or email address is not a password. Choose something that nobody knows about you.")
		}
	}
	if isGuessable(plain) {
		return refuse("This password is one of the first that somebody would try. Choose another one.")
	}
	return nil
}

// plainLetters is a password as a guesser sees it: no capitals, spaces or
// signs between.
func plainLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// guessable are the words from which the long passwords in every list of
// leaked ones are made: repeated, and with digits before or after.
var guessable = []string{
	"password", "passw0rd", "letmein", "welcome", "admin", "administrator", "changeme", "iloveyou", "qwerty",
	"qwertyuiop", "qwertyuiopasdfghjkl", "asdfghjkl", "zxcvbnm", "abc", "abcdefghijkl", "abcdefghijklmnopqrstuvwxyz",
	"test", "secret", "casement", "casework", "council", "monkey", "dragon", "football", "superman", "sunshine",
}

func isGuessable(plain string) bool {
	word := strings.TrimFunc(plain, unicode.IsDigit)
	first, _ := utf8.DecodeRuneInString(word)
	if strings.Trim(word, string(first)) == "" { // digits or signs alone, or one letter many times
		return true
	}
	return slices.ContainsFunc(guessable, func(known string) bool {
		return strings.ReplaceAll(word, known, "") == ""
	})
}

// How passwords are hashed: argon2id with 19 MiB, as OWASP advises; about 30
// ms of one core.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	saltLength  = 16
	keyLength   = 32

	// maxHashes bounds what a flood of sign-ins costs: 40 MB and two cores.
	maxHashes = 2
)

// hasher turns passwords into hashes, a few at a time.
type hasher struct {
	slots chan struct{}
	blank []byte // salt of hashes that are thrown away
}

func newHasher() *hasher {
	return &hasher{slots: make(chan struct{}, maxHashes), blank: make([]byte, saltLength)}
}

// hash returns a password's hash as a PHC string.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	key, err := h.key(ctx, password, hashParams{hashMemory, hashTime, hashThreads}, salt, keyLength)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// matches reports whether password has this hash. With no hash (an account
// that does not exist or has no password) it answers no, as slowly.
func (h *hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	if phc == "" {
		_, err := h.key(ctx, password, hashParams{hashMemory, hashTime, hashThreads}, h.blank, keyLength)
		return false, err
	}
	p, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.key(ctx, password, p, salt, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (h *hasher) key(ctx context.Context, password string, p hashParams, salt []byte, length uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, core.Unavailable(ctx.Err(), "Too many people are signing in at this moment. Please try again in a minute.")
	}
	defer func() { <-h.slots }()
	// One password may be typed as different bytes on different keyboards.
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, p.time, p.memory, p.threads, length), nil
}

type hashParams struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// parsePHC reads "$argon2id$v=19$m=19456,t=2,p=1$salt$key". Figures beyond
// anything we ever wrote are refused, so that a row cannot exhaust the server.
func parsePHC(phc string) (p hashParams, salt, key []byte, err error) {
	bad := errors.New("a stored password hash is not one of ours")
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, nil, nil, bad
	}
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return p, nil, nil, bad
	}
	if p.memory < 8 || p.memory > 256*1024 || p.time < 1 || p.time > 10 || p.threads < 1 || p.threads > 4 {
		return p, nil, nil, bad
	}
	return p, salt, key, nil
}

// isCurrent reports whether a hash was made as we make them today.
func isCurrent(phc string) bool {
	p, _, key, err := parsePHC(phc)
	return err == nil && p == hashParams{hashMemory, hashTime, hashThreads} && len(key) == keyLength
}
