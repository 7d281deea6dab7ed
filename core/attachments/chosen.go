package attachments

import (
	"context"
	"io"
	"slices"

	"github.com/casement-dev/casement/core"
)

const selectChosen = `SELECT ` + columns + joins + `
WHERE a.case_id = $1 AND a.id = ANY ($2) AND a.deleted_at IS NULL ORDER BY a.no`

// Chosen returns those of some files that are on a case, by number, whoever
// asks: for pages that have seen to it that their reader may have them.
func (s *Service) Chosen(ctx context.Context, cs core.CaseID, files []core.AttachmentID) ([]core.Attachment, error) {
	return s.list(ctx, selectChosen, cs, files)
}

// For returns the files of a case for some audiences, by number, whoever asks:
// for pages whose reader was given them.
func (s *Service) For(ctx context.Context, cs core.CaseID, audiences ...core.Audience) ([]core.Attachment, error) {
	return s.list(ctx, selectOfCase, cs, audiences)
}

const selectNamed = `SELECT ` + columns + joins + `
WHERE a.id = ANY ($1) AND a.case_id IS NOT NULL AND a.deleted_at IS NULL ORDER BY a.no`

// Enclosed reads files of cases whole, in the order in which they are named, for
// mail that goes out. A not-found error says that one of them is gone.
func (s *Service) Enclosed(ctx context.Context, files []core.AttachmentID) ([]core.Enclosure, error) {
	found, err := s.list(ctx, selectNamed, files)
	if err != nil {
		return nil, err
	}
	out := make([]core.Enclosure, len(files))
	for i, id := range files {
		at := slices.IndexFunc(found, func(a core.Attachment) bool { return a.ID == id })
		if at < 0 {
			return nil, noFile()
		}
		if out[i], err = s.whole(ctx, found[at]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) whole(ctx context.Context, a core.Attachment) (core.Enclosure, error) {
	contents, err := s.files.Open(ctx, a.ID)
	if err != nil {
		return core.Enclosure{}, err
	}
	defer contents.Close()
	body, err := io.ReadAll(io.LimitReader(contents, a.Size))
	return core.Enclosure{Name: a.Name, Kind: a.Kind, Body: body}, err
}
