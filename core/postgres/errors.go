package postgres

import (
	"context"
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/casement-dev/casement/core"
)

// Codes of PostgreSQL that mean something to the person in front of the screen.
const (
	codeUnique           = "23505"
	codeForeignKey       = "23503"
	codeSerialization    = "40001"
	codeDeadlock         = "40P01"
	codeLockNotAvailable = "55P03"
	codeQueryCanceled    = "57014"
	codeNoText           = "22021" // bytes that are no letters, NUL among them
	codeNoJSONText       = "22P05" // NUL, in a JSON document
)

// Translate turns what the database refused into a [core.Error] where a person
// can do something about it, and passes everything else on unchanged. The
// database's own error stays in the chain, for the log and for [Violates].
//
//   - a duplicate or a missing reference, a lost race: a conflict
//   - letters that cannot be kept, such as NUL: invalid
//   - a database that is gone, starting, full or too slow: unavailable
//   - cancelled by the caller: the context's own error
//   - anything else is a fault of ours and stays internal
//
// It never turns a failure into an empty answer.
func Translate(err error) error {
	if err == nil || core.KindOf(err) != "" {
		return err
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return translateCode(err, refused.Code)
	}
	if errors.Is(err, errTxLimit) {
		return unavailable(err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) {
		return unavailable(err)
	}
	return err
}

func translateCode(err error, code string) error {
	switch code {
	case codeUnique:
		return conflict(err, "This already exists.")
	case codeForeignKey:
		return conflict(err, "Something this refers to does not exist, or is still in use.")
	case codeSerialization, codeDeadlock, codeLockNotAvailable:
		return conflict(err, "Somebody else was changing this at the same moment. Please try again.")
	case codeNoText, codeNoJSONText:
		return &core.Error{Kind: core.ErrInvalid, Message: "This contains letters that cannot be kept. Type it again.", Cause: err}
	case codeQueryCanceled:
		// Either the caller went away, which is no failure of the database, or
		// a limit struck.
		if errors.Is(err, context.Canceled) {
			return err
		}
		return unavailable(err)
	}
	switch code[:min(2, len(code))] {
	case "08", // connection lost
		"53": // out of connections, memory or disk
		return unavailable(err)
	case "57": // shutting down, starting up, terminated by the administrator
		return unavailable(err)
	}
	return err
}

// Violates tells whether err is the refusal of the named constraint or unique
// index, so that a slice can answer with a sentence of its own.
func Violates(err error, constraint string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.ConstraintName == constraint
}

func conflict(cause error, message string) error {
	return &core.Error{Kind: core.ErrConflict, Message: message, Cause: cause}
}

func unavailable(cause error) error {
	return core.Unavailable(cause, "The database is not answering. Please try again in a moment.")
}
