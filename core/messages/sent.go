package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Told is what is known of a message of ours by the Message-ID that an answer or
// a report names. Whoever knows a Message-ID has had the message: nobody can
// guess one.
type Told struct {
	ID        core.MessageID
	MessageID string
	CaseID    core.CaseID // zero for mail that concerns no case
	Audience  string
	Recipient string
	State     core.DeliveryState
	CreatedAt time.Time
	Question  int // the number of the question that it asks; 0 when it asks none
}

// maxNamed is how many Message-IDs are looked for: a mail may list many.
const maxNamed = 50

const selectTold = `SELECT o.id, o.message_id, o.case_id, o.audience, o.recipient, o.state, o.created_at, coalesce((
	SELECT (convert_from(b.body, 'UTF8')::jsonb -> 'about' ->> 'no')::int FROM event_bodies b
	WHERE b.seq = o.event_seq AND o.event_kind IN ('question.asked', 'question.unanswered')), 0) AS question
FROM outbox o WHERE o.message_id = ANY ($1)`

// Told finds those messages of ours that Message-IDs name, in the order in which
// they are named.
func (s *Service) Told(ctx context.Context, messageIDs []string) ([]Told, error) {
	messageIDs = messageIDs[:min(len(messageIDs), maxNamed)]
	if len(messageIDs) == 0 {
		return nil, nil
	}
	rows, err := postgres.All[Told](ctx, s.db.Pool(), selectTold, messageIDs)
	if err != nil {
		return nil, fmt.Errorf("find messages by what they are called: %w", err)
	}
	var out []Told
	for _, id := range messageIDs {
		for _, r := range rows {
			if r.MessageID == id {
				r.CreatedAt = r.CreatedAt.UTC()
				out = append(out, r)
			}
		}
	}
	return out, nil
}

const selectToldOther = `SELECT EXISTS (SELECT FROM outbox
WHERE case_id = $1 AND recipient = lower($2) AND audience = $3 AND created_at >= $4) AS told`

// HasWritten reports whether somebody has been written to as one of an audience
// of a case since an instant.
func (s *Service) HasWritten(ctx context.Context, cs core.CaseID, to, audience string, since time.Time) (bool, error) {
	type row struct{ Told bool }
	found, err := postgres.One[row](ctx, s.db.Pool(), nil, selectToldOther, cs, to, audience, since)
	return found.Told, err
}

// A message that was refused, or is waiting to be tried, cannot come back.
const updateBounced = `UPDATE outbox SET state = 'bounced', detail = $2, next_at = NULL
WHERE id = $1 AND state IN ('sending', 'sent', 'unknown')`

// Bounced notes through write that a message came back, and what the mail server
// said that sent it back.
func (s *Service) Bounced(write func(sql string, args ...any), id core.MessageID, detail string) {
	write(updateBounced, id, clip(plainText(detail), 500))
}
