package attachments

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const (
	// pendingAge is how long a file waits for the command that uses it. One on
	// a form's draft waits as long as the draft.
	pendingAge = 24 * time.Hour
	// deletedAge is how long the contents of a deleted file are kept, in case
	// it was a mistake.
	deletedAge = 30 * 24 * time.Hour
)

// Readable lists the audiences whose files somebody may read who sees a case
// as seen.
func Readable(seen *cases.Seen) []core.Audience {
	var out []core.Audience
	if seen.MayDo(core.MayRequest) || seen.MayDo(core.MayView) {
		out = append(out, core.Public)
	}
	if seen.MayDo(core.MayView) {
		out = append(out, core.Staff)
	}
	if seen.MayDo(core.MaySeePrivate) {
		out = append(out, core.Private)
	}
	return out
}

// OfCase returns the files of a case that the one who sees it may read, by
// number.
func (s *Service) OfCase(ctx context.Context, seen *cases.Seen) ([]core.Attachment, error) {
	return s.list(ctx, selectOfCase, seen.Case.ID, Readable(seen))
}

// Find returns one file of a case by its number. One that the reader may not
// read does not exist for them.
func (s *Service) Find(ctx context.Context, seen *cases.Seen, no int) (core.Attachment, error) {
	found, err := s.list(ctx, selectOne, seen.Case.ID, no, Readable(seen))
	if err == nil && len(found) == 0 {
		err = noFile()
	}
	if err != nil {
		return core.Attachment{}, err
	}
	return found[0], nil
}

// Open gives the contents of a file that was found; they must be closed. Serve
// them as a download, nosniff and sandboxed: they are somebody else's bytes.
func (s *Service) Open(ctx context.Context, a core.Attachment) (io.ReadSeekCloser, error) {
	return s.files.Open(ctx, a.ID)
}

// Pending returns the files that were sent with a form so far, in the order
// they came.
func (s *Service) Pending(ctx context.Context, draft core.DraftID) ([]core.Attachment, error) {
	return s.list(ctx, selectPending, draft)
}

// Discard removes a file from a form that has not been sent. Whoever calls
// holds the draft.
func (s *Service) Discard(ctx context.Context, draft core.DraftID, id core.AttachmentID) error {
	gone, err := s.deleteRows(ctx, deletePending, id, draft)
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return noFile()
	}
	return s.files.Delete(ctx, id)
}

// Sweep deletes what nobody wants any more: files that were uploaded more than
// a day ago and never used, the contents of files deleted a month ago, and what
// a crash left in the store. It returns how many files went.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	stale, err := s.deleteRows(ctx, deleteStale, now.Add(-pendingAge))
	if err != nil {
		return 0, err
	}
	for _, id := range stale {
		err = errors.Join(err, s.files.Delete(ctx, id))
	}
	if err != nil {
		return len(stale), err // the rows are gone: the next sweep finds the files
	}
	swept, err := s.files.Sweep(ctx, pendingAge, func(ctx context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error) {
		return s.wanted(ctx, keys, now.Add(-deletedAge))
	})
	return len(stale) + swept, err
}

func noFile() error { return core.NotFound("There is no such file, or you may not see it.") }
