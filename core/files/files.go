// Package files keeps the contents of attachments, and is the only code that
// writes files to disk. A file's key is the attachment's identifier: no name
// that anybody chose ever becomes a path. Names, kinds and who may read what
// are in core/attachments.
//
// [Disk] is a folder on this machine. Another store (S3 and its like) must
// pass the suite in filestest.
package files

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/casement-dev/casement/core"
)

// Store keeps files by key. It is safe for concurrent use, by several servers
// on one store too. A file never changes once it is kept.
type Store interface {
	// Put keeps what r gives and returns its size in bytes and its SHA-256. When
	// it returns nil the file outlasts a power cut; else nothing is kept. More
	// than limit bytes are a too-large error, a key in use is a conflict.
	Put(ctx context.Context, key core.AttachmentID, r io.Reader, limit int64) (size int64, sha256 []byte, err error)
	// Open gives the contents, which must be closed; not found without such a file.
	Open(ctx context.Context, key core.AttachmentID) (io.ReadSeekCloser, error)
	// Delete removes a file; that it is not there is no error.
	Delete(ctx context.Context, key core.AttachmentID) error
	// Sweep deletes the files that have been kept for longer than age (by the
	// machine's clock) and that keep does not name among those it is asked
	// about, and returns how many there were. It is for what a crash left behind.
	Sweep(ctx context.Context, age time.Duration, keep Keep) (int, error)
}

// Keep returns which of the keys are still wanted.
type Keep = func(ctx context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error)

func notFound() error { return core.NotFound("This file does not exist any more.") }

func tooLarge(limit int64) error {
	return &core.Error{Kind: core.ErrTooLarge, Message: fmt.Sprintf("The file is too large: it may have at most %d bytes.", limit)}
}
