package questions

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Remind notes that a question has stayed unanswered for as long as the
// requester was given: question.remind, by the clock. Whoever should hear of
// it is told from the event, which is recorded once, at the time it was due. A
// reminder that comes too late, too early or again does nothing.
type Remind struct {
	No int `json:"no"`
}

// Name implements [cases.Command].
func (*Remind) Name() core.CommandName { return "question.remind" }

// Needs implements [cases.Command].
func (*Remind) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*Remind) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (r *Remind) Apply(_ context.Context, w *cases.Work) error {
	h, err := headOf(w, r.No)
	if err != nil {
		return err
	}
	if !h.isOpen() || h.RemindedAt != nil || h.DueAt == nil || h.DueAt.After(w.Now) {
		return nil
	}
	now := w.Now
	h.RemindedAt = &now
	w.Write(updateReminded, h.ID, now)
	w.RecordAs(w.By, h.DueAt.UTC(), core.QuestionUnanswered, core.About{"question": h.ID, "no": h.No})
	return nil
}

// Due is a question whose reminder is due.
type Due struct {
	CaseID core.CaseID
	No     int
}

// DueForReminder lists the open questions whose time has come and that nobody
// was reminded of, longest due first, at most limit.
func (s *Service) DueForReminder(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	due, err := postgres.All[Due](ctx, s.db.Pool(), selectDue, now, limit)
	if err != nil {
		return nil, fmt.Errorf("list questions to remind of: %w", err)
	}
	return due, nil
}
