package correspondence

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

const insertLetter = `INSERT INTO letters (id, case_id, no, subject, body, audience, saved, files, actor_kind, actor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, '{}'::uuid[]), $9, $10, $11)`

const selectLastLetter = `SELECT coalesce(max(no), 0) FROM letters WHERE case_id = $1`

// selectColleagues tells which of some addresses belong to the organisation.
const selectColleagues = `SELECT lower(email) AS email, name FROM staff_users WHERE active AND lower(email) = ANY ($1)
UNION SELECT lower(email), name FROM groups WHERE email <> '' AND lower(email) = ANY ($1)`

type colleague struct{ Email, Name string }

// selectFiles finds files of the case by number or, when the same change puts
// them on it, by what they are.
const selectFiles = `SELECT id, coalesce(no, 0) AS no, name, size, audience, case_id IS NULL AS pending FROM attachments
WHERE deleted_at IS NULL AND (case_id = $1 AND no = ANY ($2::bigint[])
	OR id = ANY ($3) AND (case_id = $1 OR case_id IS NULL AND actor_kind = $4 AND actor_id = $5))
ORDER BY attachments.no NULLS LAST, id`

type fileRow struct {
	ID       core.AttachmentID
	No       int
	Name     string
	Size     int64
	Audience core.Audience
	Pending  bool
}

const selectOrganisation = `SELECT body FROM documents
WHERE kind = 'organisation' AND key = 'organisation' ORDER BY version DESC LIMIT 1`

func loadLastLetter(r *cases.Reads) {
	into := &lettersSlot.Of(r.Work).last
	r.Query(selectLastLetter, []any{r.Case}, func(rows pgx.Rows) error {
		found, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		*into = max(*into, found)
		return err
	})
}

// letters is how many letters a case has, while it is changed.
type letters struct{ last int }

var lettersSlot = cases.NewSlot[letters]("letters of the case")

func loadOrganisation(r *cases.Reads, into *core.Organisation) {
	r.Query(selectOrganisation, nil, func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil || len(found) == 0 {
			return err
		}
		if err := json.Unmarshal(found[0], into); err != nil {
			return fmt.Errorf("decode the organisation: %w", err)
		}
		return nil
	})
}

// selectAnswered finds a mail of the case by its number, and the last message of
// ours that its sender had had by then.
const selectAnswered = `SELECT m.message_id, coalesce((SELECT o.message_id FROM outbox o
	WHERE o.case_id = m.case_id AND o.recipient = m.sender AND o.created_at < m.received_at ORDER BY o.created_at DESC LIMIT 1), '') AS before
FROM mails_in m WHERE m.case_id = $1 AND m.no = $2 AND m.state = 'filed'`

type answeredRow struct{ MessageID, Before string }

// selectMessage reads what a repetition depends on.
const selectMessage = `SELECT id, template, state, attempts FROM outbox WHERE case_id = $1 AND no = $2`

type messageRow struct {
	ID       core.MessageID
	Template string
	State    core.DeliveryState
	Attempts int
}

const selectLetters = `SELECT l.id, l.no, l.subject, l.body, l.audience, l.saved, l.files, l.actor_kind, l.actor_id,
	coalesce(u.name, '') AS actor_name, l.created_at
FROM letters l LEFT JOIN staff_users u ON u.id = CASE WHEN l.actor_kind = 'staff' THEN l.actor_id::uuid END
WHERE l.case_id = $1 AND l.audience = ANY ($2) ORDER BY l.no`

type letterRow struct {
	ID        core.LetterID
	No        int
	Subject   string
	Body      string
	Audience  core.Audience
	Saved     string
	Files     []core.AttachmentID
	ActorKind core.ActorKind
	ActorID   string
	ActorName string
	CreatedAt time.Time
}

func (d *Desk) selectLetters(ctx context.Context, cs core.CaseID, audiences []core.Audience) ([]Letter, error) {
	rows, err := postgres.All[letterRow](ctx, d.o.DB.Pool(), selectLetters, cs, audiences)
	if err != nil {
		return nil, fmt.Errorf("list the letters of a case: %w", err)
	}
	out := make([]Letter, len(rows))
	for i, r := range rows {
		out[i] = Letter{
			ID: r.ID, No: r.No, Subject: r.Subject, Body: r.Body, Audience: r.Audience, Saved: r.Saved, Files: r.Files,
			By: core.Actor{Kind: r.ActorKind, ID: r.ActorID, Name: r.ActorName}, CreatedAt: r.CreatedAt.UTC(),
		}
	}
	return out, nil
}

const countCame = `SELECT count(*) AS mails FROM mails_in WHERE case_id = $1 AND state IN ('filed', 'ignored')`

// Came counts the mail that came in for a case, for whoever may view it.
func (d *Desk) Came(ctx context.Context, cs core.CaseID) (int, error) {
	type row struct{ Mails int }
	found, err := postgres.One[row](ctx, d.o.DB.Pool(), nil, countCame, cs)
	return found.Mails, err
}
