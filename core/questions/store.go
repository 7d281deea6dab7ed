package questions

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const insertQuestion = `INSERT INTO questions (id, case_id, no, body, pauses, asker_kind, asker_id, asked_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

const updateAnswer = `UPDATE questions SET answer = $2, answerer_kind = $3, answerer_id = $4, answered_at = $5, channel = $6
WHERE id = $1`

const updateReminded = `UPDATE questions SET reminded_at = $2 WHERE id = $1`

const updateWithdrawn = `UPDATE questions SET withdrawn_at = $2
WHERE case_id = $1 AND answered_at IS NULL AND withdrawn_at IS NULL`

// selectHeads reads what commands and guards need: everything but the words.
const selectHeads = `SELECT id, no, pauses, asked_at, due_at, reminded_at, answered_at, withdrawn_at
FROM questions WHERE case_id = $1 ORDER BY no`

// head is a question of the case that is being changed.
type head struct {
	ID          core.QuestionID
	No          int
	Pauses      bool
	AskedAt     time.Time
	DueAt       *time.Time
	RemindedAt  *time.Time
	AnsweredAt  *time.Time
	WithdrawnAt *time.Time
}

func (h *head) isOpen() bool { return h.AnsweredAt == nil && h.WithdrawnAt == nil }

var heads = cases.NewSlot[[]*head]("questions of the case")

func preload(r *cases.Reads) {
	cases.ReadAll(r, selectHeads, []any{r.Case}, func(found []head) {
		for i := range found {
			*heads.Of(r.Work) = append(*heads.Of(r.Work), &found[i])
		}
	})
}

// headOf finds a question of the case by its number.
func headOf(w *cases.Work, no int) (*head, error) {
	for _, h := range *heads.Of(w) {
		if h.No == no {
			return h, nil
		}
	}
	return nil, noSuchQuestion(no)
}

const questionColumns = `q.id, q.case_id, q.no, q.body, q.pauses, q.asker_kind, q.asker_id, coalesce(u.name, '') AS asker_name, q.asked_at,
	q.due_at, q.answer, q.answerer_kind, q.answerer_id, coalesce(v.name, p.name, '') AS answerer_name, q.answered_at, q.channel, q.withdrawn_at`

const questionTables = ` FROM questions q
LEFT JOIN staff_users u ON u.id = CASE WHEN q.asker_kind = 'staff' THEN q.asker_id::uuid END
LEFT JOIN staff_users v ON v.id = CASE WHEN q.answerer_kind = 'staff' THEN q.answerer_id::uuid END
LEFT JOIN persons p ON p.id = CASE WHEN q.answerer_kind = 'person' THEN q.answerer_id::uuid END`

const selectOfCase = `SELECT ` + questionColumns + questionTables + ` WHERE q.case_id = $1 ORDER BY q.no`

const selectOpenOfCase = `SELECT ` + questionColumns + questionTables + `
WHERE q.case_id = $1 AND q.answered_at IS NULL AND q.withdrawn_at IS NULL ORDER BY q.no`

const selectOne = `SELECT ` + questionColumns + questionTables + ` WHERE q.case_id = $1 AND q.no = $2::bigint`

const selectByID = `SELECT ` + questionColumns + questionTables + ` WHERE q.id = $1`

type questionRow struct {
	ID           core.QuestionID
	CaseID       core.CaseID
	No           int
	Body         string
	Pauses       bool
	AskerKind    core.ActorKind
	AskerID      string
	AskerName    string
	AskedAt      time.Time
	DueAt        *time.Time
	Answer       string
	AnswererKind core.ActorKind
	AnswererID   string
	AnswererName string
	AnsweredAt   *time.Time
	Channel      core.Channel
	WithdrawnAt  *time.Time
}

func (r questionRow) noun() core.Question {
	return core.Question{
		ID: r.ID, CaseID: r.CaseID, No: r.No, Body: r.Body, Pauses: r.Pauses,
		AskedBy: core.Actor{Kind: r.AskerKind, ID: r.AskerID, Name: r.AskerName},
		AskedAt: r.AskedAt.UTC(), DueAt: orZero(r.DueAt), Answer: r.Answer,
		AnsweredBy: core.Actor{Kind: r.AnswererKind, ID: r.AnswererID, Name: r.AnswererName},
		AnsweredAt: orZero(r.AnsweredAt), Channel: r.Channel, WithdrawnAt: orZero(r.WithdrawnAt),
	}
}

const askedColumns = questionColumns + `, c.ref, c.subject, coalesce(nullif(c.contact ->> 'name', ''), r.name, '') AS requester`

const askedTables = questionTables + ` JOIN cases c ON c.id = q.case_id LEFT JOIN persons r ON r.id = c.requester_id`

const selectAnsweredFor = `SELECT ` + askedColumns + askedTables + `
WHERE q.asker_kind = 'staff' AND q.asker_id = $1 AND q.answered_at >= $2 AND c.status_kind IN ('start', 'open', 'waiting')
	AND (c.scope_id = ANY ($3) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why IN ('escalated', 'named')
		AND (a.actor_kind = 'staff' AND a.actor_id = $1 OR a.actor_kind = 'group' AND a.actor_id = ANY ($4))))
ORDER BY q.answered_at DESC, q.id DESC LIMIT 50`

const selectAwaitedFrom = `SELECT ` + askedColumns + askedTables + `
WHERE c.requester_id = $1 AND q.answered_at IS NULL AND q.withdrawn_at IS NULL ORDER BY q.due_at, q.id LIMIT 200`

type askedRow struct {
	questionRow
	Ref       core.Reference
	Subject   string
	Requester string
}

func askedOf(rows []askedRow) []Asked {
	out := make([]Asked, len(rows))
	for i, r := range rows {
		out[i] = Asked{r.noun(), r.Ref, r.Subject, r.Requester}
	}
	return out
}

const selectDue = `SELECT case_id, no FROM questions
WHERE due_at <= $1 AND answered_at IS NULL AND withdrawn_at IS NULL AND reminded_at IS NULL ORDER BY due_at LIMIT $2`

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
