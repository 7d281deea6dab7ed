package messages

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const insertLetter = `INSERT INTO outbox (id, case_id, person_id, event_seq, event_kind, audience, template, at_least_once,
	recipient, recipient_name, subject, body_text, body_html, message_id, state, next_at, created_at,
	letter_id, header_to, header_cc, answers_to, files, missing, detail, answered)
VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
	CASE WHEN $15 = 'queued' THEN $16::timestamptz END, $16, $17, coalesce($18, '{}'::text[]), coalesce($19, '{}'::text[]), $20, coalesce($21, '{}'::uuid[]), coalesce($22, '{}'::text[]), $23, coalesce($24, '{}'::text[]))
ON CONFLICT (event_seq, audience, recipient) WHERE event_seq IS NOT NULL DO NOTHING
RETURNING id`

// Queue adds the letters to a batch. One event tells an audience's recipient
// once: a letter that has been kept before gives no row.
func (s *Service) Queue(b *pgx.Batch, letters ...Letter) {
	for _, l := range letters {
		b.Queue(insertLetter, l.row()...)
	}
}

// row lists the values of [insertLetter].
func (l Letter) row() []any {
	return []any{
		l.ID, l.CaseID, l.Person, l.EventSeq, l.Event, l.Audience, l.Template, l.AtLeastOnce,
		l.To, l.ToName, l.Subject, l.Text, l.HTML, l.MessageID, l.State, l.CreatedAt,
		l.Letter, l.HeaderTo, l.HeaderCc, l.AnswersTo, l.Enclosed, l.Missing, l.Detail, l.Answered,
	}
}

// Put keeps letters in the outbox within a transaction, in one round trip, and
// returns the identifiers of those that were not there yet.
func (s *Service) Put(ctx context.Context, tx pgx.Tx, letters ...Letter) ([]core.MessageID, error) {
	if len(letters) == 0 {
		return nil, nil
	}
	var b pgx.Batch
	s.Queue(&b, letters...)
	results := tx.SendBatch(ctx, &b)
	var kept []core.MessageID
	for range letters {
		rows, err := results.Query()
		if err != nil {
			_ = results.Close()
			return nil, postgres.Translate(err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[core.MessageID])
		if err != nil {
			_ = results.Close()
			return nil, postgres.Translate(err)
		}
		kept = append(kept, ids...)
	}
	return kept, postgres.Translate(results.Close())
}

func (s *Service) putAlone(ctx context.Context, letters ...Letter) (kept []core.MessageID, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		kept, err = s.Put(ctx, tx, letters...)
		return err
	})
	return kept, err
}

// claimed is a message in the hands of one program, for one attempt.
type claimed struct {
	ID            core.MessageID
	Recipient     string
	RecipientName string
	Subject       string
	BodyText      string
	BodyHTML      string
	MessageID     string
	AtLeastOnce   bool
	Attempts      int // this one included; it tells this claim from later ones
	CreatedAt     time.Time
	LetterID      core.LetterID
	HeaderTo      []string
	HeaderCc      []string
	AnswersTo     string
	Files         []core.AttachmentID
	Answered      []string
}

func (a claimed) message() core.Message {
	return core.Message{
		ID: a.ID, To: a.Recipient, ToName: a.RecipientName, Subject: a.Subject, Text: a.BodyText, HTML: a.BodyHTML,
		MessageID: a.MessageID, State: core.DeliveryQueued, CreatedAt: a.CreatedAt.UTC(),
		Letter: a.LetterID, HeaderTo: a.HeaderTo, HeaderCc: a.HeaderCc, AnswersTo: a.AnswersTo, Answered: a.Answered,
	}
}

const claimedColumns = `id, recipient, recipient_name, subject, body_text, body_html, message_id, at_least_once, attempts, created_at,
	letter_id, header_to, header_cc, answers_to, files, answered`

const claimDue = `UPDATE outbox SET attempts = attempts + 1, next_at = $2 WHERE id IN (
	SELECT id FROM outbox WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING ` + claimedColumns

func (s *Service) claimDue(ctx context.Context, now time.Time, limit int) ([]claimed, error) {
	return postgres.All[claimed](ctx, s.db.Pool(), claimDue, now, now.Add(lease), limit)
}

const claimOne = `UPDATE outbox SET attempts = attempts + 1, next_at = $3 WHERE id IN (
	SELECT id FROM outbox WHERE id = $1 AND state = 'queued' AND next_at <= $2 FOR UPDATE SKIP LOCKED
) RETURNING ` + claimedColumns

func (s *Service) claim(ctx context.Context, id core.MessageID, now time.Time) (claimed, bool, error) {
	found, err := postgres.All[claimed](ctx, s.db.Pool(), claimOne, id, now, now.Add(lease))
	if err != nil || len(found) == 0 {
		return claimed{}, false, err
	}
	return found[0], true, nil
}

const beginSending = `UPDATE outbox SET state = 'sending', next_at = $3 WHERE id = $1 AND state = 'queued' AND attempts = $2`

// begin commits that the text is about to go; false when the claim was lost.
func (s *Service) begin(ctx context.Context, a claimed, until time.Time) (bool, error) {
	tag, err := s.db.Pool().Exec(ctx, beginSending, a.ID, a.Attempts, until)
	return tag.RowsAffected() == 1, postgres.Translate(err)
}

// A message that meanwhile counts as unknown was not: this is its answer.
const settleAttempt = `UPDATE outbox SET state = $3, detail = $4, next_at = $5, sent_at = $6, server = $7
WHERE id = $1 AND attempts = $2 AND state IN ('queued', 'sending', 'unknown')`

func (s *Service) settle(ctx context.Context, a claimed, to settlement) error {
	_, err := s.db.Pool().Exec(ctx, settleAttempt, a.ID, a.Attempts, to.State, to.Detail, to.NextAt, to.SentAt, to.Server)
	return postgres.Translate(err)
}

const settleLost = `UPDATE outbox SET
	state = CASE WHEN at_least_once THEN 'queued' ELSE 'unknown' END,
	next_at = CASE WHEN at_least_once THEN $1::timestamptz END,
	detail = 'The program stopped while this was being sent.'
WHERE id IN (
	SELECT id FROM outbox WHERE state = 'sending' AND next_at <= $1 ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
) RETURNING state`

// settleLost finds what a program that died was sending, and counts what
// became unknown by it.
func (s *Service) settleLost(ctx context.Context, now time.Time, limit int) (int, error) {
	type row struct{ State core.DeliveryState }
	rows, err := postgres.All[row](ctx, s.db.Pool(), settleLost, now, limit)
	unknown := 0
	for _, r := range rows {
		if r.State == core.DeliveryUnknown {
			unknown++
		}
	}
	return unknown, err
}

// A message that was refused without an attempt was never written: see Unwritten.
const requeueMessage = `UPDATE outbox SET state = 'queued', next_at = $2, attempts = 0
WHERE id = $1 AND state IN ('held', 'refused', 'bounced', 'unknown') AND template <> 'sign-in' AND NOT (state = 'refused' AND attempts = 0)`

func (s *Service) requeue(ctx context.Context, id core.MessageID, now time.Time) (bool, error) {
	tag, err := s.db.Pool().Exec(ctx, requeueMessage, id, now)
	return tag.RowsAffected() == 1, postgres.Translate(err)
}

const selectState = `SELECT state FROM outbox WHERE id = $1`

func (s *Service) state(ctx context.Context, id core.MessageID) (core.DeliveryState, error) {
	type row struct{ State core.DeliveryState }
	found, err := postgres.One[row](ctx, s.db.Pool(), noMessage(), selectState, id)
	return found.State, err
}

const deleteSignIns = `DELETE FROM outbox WHERE template = 'sign-in' AND created_at < $1`

func (s *Service) deleteSignIns(ctx context.Context, before time.Time) (int, error) {
	tag, err := s.db.Pool().Exec(ctx, deleteSignIns, before)
	return int(tag.RowsAffected()), postgres.Translate(err)
}

// entryRow is a message as it is shown.
type entryRow struct {
	ID            core.MessageID
	No            int64
	CaseID        core.CaseID
	EventKind     string
	Audience      string
	Template      string
	Recipient     string
	RecipientName string
	Subject       string
	BodyText      string
	BodyHTML      string
	MessageID     string
	State         core.DeliveryState
	Detail        string
	Attempts      int
	NextAt        *time.Time
	CreatedAt     time.Time
	SentAt        *time.Time
	LetterID      core.LetterID
	HeaderTo      []string
	HeaderCc      []string
	AnswersTo     string
	Files         []core.AttachmentID
	Server        string
	Missing       []string
}

// entry leaves out the words of a secret message, and the secrets of links in
// others, unless it is open to the reader.
func (r entryRow) entry(open bool) Entry {
	e := Entry{
		Message: core.Message{
			ID: r.ID, No: r.No, CaseID: r.CaseID, Event: r.EventKind, Audience: r.Audience, To: r.Recipient, ToName: r.RecipientName,
			Subject: r.Subject, Text: r.BodyText, HTML: r.BodyHTML, MessageID: r.MessageID,
			State: r.State, Detail: r.Detail, CreatedAt: r.CreatedAt.UTC(), SentAt: orZero(r.SentAt),
			Letter: r.LetterID, HeaderTo: r.HeaderTo, HeaderCc: r.HeaderCc, AnswersTo: r.AnswersTo,
		},
		Template: r.Template, Attempts: r.Attempts, NextAt: orZero(r.NextAt), Server: r.Server, Enclosed: r.Files, Missing: r.Missing,
	}
	if r.State != core.DeliveryQueued {
		e.NextAt = time.Time{} // of a message being sent it is when the claim ends
	}
	switch {
	case open:
	case r.Template == SignIn:
		e.Text, e.HTML, e.Withheld = withheld, "", true
	default:
		e.Subject, e.Text, e.HTML = maskLinks(e.Subject), maskLinks(e.Text), maskLinks(e.HTML)
	}
	return e
}

func entries(rows []entryRow) []Entry {
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry(false)
	}
	return out
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const entryColumns = `id, no, case_id, event_kind, audience, template, recipient, recipient_name, subject, message_id, state,
	detail, attempts, next_at, created_at, sent_at, letter_id, header_to, header_cc, answers_to, files, server, missing`

const selectPage = `SELECT ` + entryColumns + `, '' AS body_text, '' AS body_html FROM outbox
WHERE ($1 = '' OR state = $1) AND ($2 = '' OR recipient LIKE '%' || $2 || '%')
	AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
ORDER BY created_at DESC, id DESC LIMIT $5`

func (s *Service) selectPage(ctx context.Context, f Filter, at *time.Time, id core.MessageID, limit int) ([]entryRow, error) {
	part := likeWords.Replace(strings.ToLower(strings.TrimSpace(clip(f.Recipient, 254))))
	return postgres.All[entryRow](ctx, s.db.Pool(), selectPage, f.State, part, at, id, limit)
}

// likeWords takes the meaning from the letters that LIKE reads as patterns.
var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

const selectOfCase = `SELECT ` + entryColumns + `, body_text, '' AS body_html FROM outbox
WHERE case_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200`

func (s *Service) selectOfCase(ctx context.Context, cs core.CaseID) ([]entryRow, error) {
	return postgres.All[entryRow](ctx, s.db.Pool(), selectOfCase, cs)
}

const selectEntry = `SELECT ` + entryColumns + `, body_text, body_html FROM outbox WHERE id = $1`

func (s *Service) selectEntry(ctx context.Context, id core.MessageID) (entryRow, error) {
	return postgres.One[entryRow](ctx, s.db.Pool(), noMessage(), selectEntry, id)
}

const selectEntryByNo = `SELECT ` + entryColumns + `, body_text, body_html FROM outbox WHERE no = $1`

func (s *Service) selectEntryByNo(ctx context.Context, no int64) (entryRow, error) {
	return postgres.One[entryRow](ctx, s.db.Pool(), noMessage(), selectEntryByNo, no)
}

const selectPretended = `SELECT coalesce(bool_or(test OR demonstration), false) AS pretended FROM installation`

// isPretended reports whether this is a test or demonstration installation,
// whose people are invented.
func (s *Service) isPretended(ctx context.Context) (bool, error) {
	type row struct{ Pretended bool }
	found, err := postgres.One[row](ctx, s.db.Pool(), nil, selectPretended)
	return found.Pretended, err
}
