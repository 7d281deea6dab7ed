// Package attachments keeps the files of cases: what may be attached, under
// which name, who may read it, and since when it is gone.
//
// A file is uploaded first, on its own: it is checked, stored and stands as
// pending, on a form's draft or nowhere. The command that uses it (attachment.add,
// beside a raise, an update or an answer) adopts it in its transaction. What
// nobody adopts is swept after a day.
//
//	kinds.go     which kinds there are, and how their contents show
//	name.go      a name that is safe to show and to download under
//	upload.go    from a stream of bytes to a pending attachment
//	add.go, delete.go, publish.go   the commands
//	find.go      queries of pages; opening; the sweep
//
// Contents are kept by core/files; what a case type allows is
// core.AttachmentLimit.
package attachments

import (
	"context"
	"io"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Files keeps the contents of attachments by key; see core/files, which says
// more about each method.
type Files interface {
	Put(ctx context.Context, key core.AttachmentID, r io.Reader, limit int64) (size int64, sha256 []byte, err error)
	Open(ctx context.Context, key core.AttachmentID) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key core.AttachmentID) error
	Sweep(ctx context.Context, age time.Duration,
		keep func(ctx context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error)) (int, error)
}

// The limits of a case type that names none.
const (
	DefaultFiles = 20       // of one case
	DefaultBytes = 20 << 20 // of one file
)

// Service keeps attachments. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	files Files
	clock core.Clock
}

// New makes a service on the database and a store of files.
func New(db *postgres.DB, files Files, clock core.Clock) *Service {
	return &Service{db: db, files: files, clock: clock}
}

// limitOf fills in what a case type does not say.
func limitOf(l core.AttachmentLimit) core.AttachmentLimit {
	if l.Files <= 0 {
		l.Files = DefaultFiles
	}
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	return l
}
