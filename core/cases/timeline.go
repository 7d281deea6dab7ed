package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// maxTimeline bounds what is read of a case's history at once.
const maxTimeline = 5000

// Timeline reads what was recorded of a case after a version, oldest first, at
// most 5,000 events. The caller has found the case for somebody who may view it.
func (s *Service) Timeline(ctx context.Context, seen *Seen, after core.Version) ([]core.Recorded, error) {
	return events.History(ctx, s.db.Pool(), core.StreamCase, seen.Case.ID.String(), after, maxTimeline)
}

const selectSubmission = `SELECT id, form, answers, review, submitted_at FROM submissions WHERE case_id = $1`

type submissionRow struct {
	ID          core.SubmissionID
	Form        string
	Answers     map[string]any
	Review      []core.ReviewRow
	SubmittedAt time.Time
}

// Submission returns what was sent when the case was raised, as it was sent;
// nil when it was not raised by a form.
func (s *Service) Submission(ctx context.Context, seen *Seen) (*core.Submission, error) {
	found, err := postgres.All[submissionRow](ctx, s.db.Pool(), selectSubmission, seen.Case.ID)
	if err != nil {
		return nil, fmt.Errorf("read the submission of a case: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	r := found[0]
	return &core.Submission{ID: r.ID, CaseID: seen.Case.ID, Form: r.Form, Answers: r.Answers, Review: r.Review, SubmittedAt: r.SubmittedAt.UTC()}, nil
}
