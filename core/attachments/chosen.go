package attachments

import (
	"context"

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
