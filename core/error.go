package core

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// ErrorKind says what class of answer an [Error] is. Edges map it to a status
// code in one table; nothing else may look at it to decide a status.
type ErrorKind string

// The kinds of [Error].
const (
	ErrInvalid     ErrorKind = "invalid"     // the input is wrong; Fields may say where
	ErrNotFound    ErrorKind = "not_found"   // it does not exist, or must not be known to exist
	ErrForbidden   ErrorKind = "forbidden"   // it exists, and this actor may not
	ErrConflict    ErrorKind = "conflict"    // somebody else changed it first, or its condition refuses it now
	ErrUnavailable ErrorKind = "unavailable" // something we need does not answer; trying again may help
	ErrTooMany     ErrorKind = "too_many"    // a limit on how often was reached
	ErrTooLarge    ErrorKind = "too_large"   // a limit on how much was reached
)

// Error is what the person in front of the screen is told: a kind, a sentence
// in plain words, and messages for single fields. Every other error is
// internal: it is logged once, at the edge, and never shown.
type Error struct {
	Kind    ErrorKind
	Message string            // one sentence, sentence case, ending in a full stop
	Fields  map[string]string // field name → what to do about it
	Cause   error             // for the log only
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	b.WriteString(": ")
	b.WriteString(e.Message)
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, " [%s: %s]", name, e.Fields[name])
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, " (%v)", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is and errors.As see through.
func (e *Error) Unwrap() error { return e.Cause }

// Invalid says that the input is wrong.
func Invalid(format string, args ...any) *Error { return newError(ErrInvalid, format, args) }

// InvalidField says that one field is wrong; the sentence stands beside it.
func InvalidField(field, format string, args ...any) *Error {
	e := newError(ErrInvalid, format, args)
	e.Fields = map[string]string{field: e.Message}
	return e
}

// NotFound says that something does not exist for this actor.
func NotFound(format string, args ...any) *Error { return newError(ErrNotFound, format, args) }

// Forbidden says that this actor may not.
func Forbidden(format string, args ...any) *Error { return newError(ErrForbidden, format, args) }

// Conflict says that the thing has changed, or that its condition refuses.
func Conflict(format string, args ...any) *Error { return newError(ErrConflict, format, args) }

// Unavailable says that something we depend on does not answer.
func Unavailable(cause error, format string, args ...any) *Error {
	e := newError(ErrUnavailable, format, args)
	e.Cause = cause
	return e
}

// KindOf returns the kind of the first [Error] in err's chain, or "" when err
// is nil or internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func newError(kind ErrorKind, format string, args []any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}
