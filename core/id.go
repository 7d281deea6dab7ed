package core

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"time"
)

// ID identifies one thing of kind K. The kinds make identifiers of different
// nouns distinct types: a TaskID cannot be passed for a CaseID. Underneath is
// a UUIDv7, which sorts by the time it was made. The zero ID means "none" and
// is stored as NULL. People never see an ID: they see a [Reference] or a
// small number under a case.
type ID[K any] [16]byte

type (
	caseKind       struct{}
	personKind     struct{}
	staffKind      struct{}
	taskKind       struct{}
	targetKind     struct{}
	noteKind       struct{}
	questionKind   struct{}
	attachmentKind struct{}
	submissionKind struct{}
	draftKind      struct{}
	messageKind    struct{}
	importKind     struct{}
	clientKind     struct{}
	clientKeyKind  struct{}
	letterKind     struct{}
	mailKind       struct{}
)

// The identifiers of Casement's nouns.
type (
	CaseID       = ID[caseKind]
	PersonID     = ID[personKind]
	StaffID      = ID[staffKind]
	TaskID       = ID[taskKind]
	TargetID     = ID[targetKind]
	NoteID       = ID[noteKind]
	QuestionID   = ID[questionKind]
	AttachmentID = ID[attachmentKind]
	SubmissionID = ID[submissionKind]
	DraftID      = ID[draftKind] // a form somebody has begun to fill in
	MessageID    = ID[messageKind]
	ImportID     = ID[importKind]    // a file of cases that were kept elsewhere
	ClientID     = ID[clientKind]    // a program that uses the API
	ClientKeyID  = ID[clientKeyKind] // one of its keys
	MailID       = ID[mailKind]      // a mail that came in
	LetterID     = ID[letterKind]    // what staff wrote by mail
)

// NewID makes a UUIDv7 (RFC 9562 §5.7) from the machine's own clock: it names
// things, so it does not follow a moved [Clock].
func NewID[I ~[16]byte]() I {
	var b [16]byte
	rand.Read(b[6:]) // never fails: crypto/rand aborts the program instead
	ms := uint64(time.Now().UnixMilli())
	b[0], b[1], b[2] = byte(ms>>40), byte(ms>>32), byte(ms>>24)
	b[3], b[4], b[5] = byte(ms>>16), byte(ms>>8), byte(ms)
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return I(b)
}

// ParseID reads the 36-character text form.
func ParseID[I ~[16]byte](s string) (I, error) {
	var b [16]byte
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return I(b), Invalid("%q is not an identifier.", clip(s, 40))
	}
	if _, err := hex.Decode(b[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return I{}, Invalid("%q is not an identifier.", clip(s, 40))
	}
	return I(b), nil
}

// IsZero reports whether the ID names nothing.
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// String gives the text form, or "" for the zero ID.
func (id ID[K]) String() string {
	if id.IsZero() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:], id[10:])
	return string(b[:])
}

// MarshalText implements encoding.TextMarshaler; the zero ID is "".
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ID[K]) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID[K]{}
		return nil
	}
	parsed, err := ParseID[ID[K]](string(text))
	if err == nil {
		*id = parsed
	}
	return err
}

// Value implements driver.Valuer; the zero ID is NULL.
func (id ID[K]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.String(), nil
}

// Scan implements sql.Scanner; NULL is the zero ID.
func (id *ID[K]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID[K]{}
		return nil
	case string:
		return id.UnmarshalText([]byte(v))
	case []byte:
		return id.UnmarshalText(v)
	case [16]byte:
		*id = v
		return nil
	}
	return fmt.Errorf("scan an identifier from %T", src)
}

// clip shortens what came from outside before it is shown in a message.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
