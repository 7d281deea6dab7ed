package correspondence

import (
	"time"

	"github.com/casement-dev/casement/core"
)

const insertMail = `INSERT INTO mails_in (id, mailbox, fingerprint, message_id, sender, sender_name, recipients, subject, said, quoted, html,
	files, automatic, sent_at, received_at, size, cut, raw, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'new')
ON CONFLICT (fingerprint) DO NOTHING RETURNING id`

const selectNew = `SELECT id, mailbox, raw, cut, tries, received_at FROM mails_in WHERE state = 'new' ORDER BY received_at, id LIMIT $1`

const selectRaw = `SELECT raw FROM mails_in WHERE id = $1`

const updateTried = `UPDATE mails_in SET tries = tries + 1 WHERE id = $1 AND state = 'new'`

// Whoever decides holds the row until they have: see loadHead.
const selectHead = `SELECT no, state FROM mails_in WHERE id = $1 FOR UPDATE`

const updateFiled = `UPDATE mails_in SET state = 'filed', case_id = $2, claims = NULL, role = $3, why = $4, files = $5, decided_at = $6
WHERE id = $1`

const updateSettled = `UPDATE mails_in SET state = $2, why = $3, case_id = $4, claims = $5, decided_at = $6
WHERE id = $1 AND state = 'new'`

const updateSorted = `UPDATE mails_in SET state = $2, why = $3, decided_at = $4 WHERE no = $1 AND state = ANY ($5) RETURNING id`

const mailColumns = `m.id, m.no, m.mailbox, m.message_id, m.sender, m.sender_name, m.recipients, m.subject, m.said, m.quoted, m.html, m.files,
	m.automatic, m.sent_at, m.received_at, m.size, m.cut, m.state, m.why, m.case_id, m.claims, m.role, m.decided_at`

// maySort is true for administrators ($1) and active members ($2) of the groups ($3).
const maySort = `($1::boolean OR EXISTS (SELECT FROM memberships g JOIN staff_users u ON u.id = g.staff_id
	WHERE g.staff_id = $2 AND u.active AND g.group_key = ANY ($3)))`

const selectMaySort = `SELECT ` + maySort + ` AS may`

const selectTray = `SELECT ` + mailColumns + ` FROM mails_in m
WHERE m.state = $4 AND ` + maySort + ` AND ($5::bigint = 0 OR m.no > $5) ORDER BY m.no LIMIT $6`

const selectSetAside = `SELECT ` + mailColumns + ` FROM mails_in m
WHERE m.state = $4 AND ` + maySort + ` AND ($5::bigint = 0 OR m.no < $5) ORDER BY m.no DESC LIMIT $6`

const selectSortable = `SELECT ` + mailColumns + ` FROM mails_in m
WHERE m.no = $4 AND m.state IN ('triage', 'junk', 'ignored', 'filed') AND ` + maySort

const selectWaiting = `SELECT count(*) AS waiting, min(m.received_at) AS oldest FROM mails_in m WHERE m.state = 'triage' AND ` + maySort

const selectOfCase = `SELECT ` + mailColumns + ` FROM mails_in m
WHERE m.case_id = $1 AND m.state IN ('filed', 'ignored') ORDER BY m.received_at DESC, m.id DESC LIMIT 200`

const selectFromSender = `SELECT count(*) AS mails FROM mails_in WHERE sender = $1 AND received_at > $2`

const deleteUnwanted = `DELETE FROM mails_in WHERE state IN ('junk', 'ignored') AND decided_at < $1`

const emptyRaw = `UPDATE mails_in SET raw = NULL WHERE state = 'filed' AND raw IS NOT NULL AND decided_at < $1`

type idRow struct{ ID core.MailID }

type rawRow struct{ Raw []byte }

type headRow struct {
	No    int64
	State State
}

type mailRow struct {
	ID         core.MailID
	No         int64
	Mailbox    string
	MessageID  string
	Sender     string
	SenderName string
	Recipients []string
	Subject    string
	Said       string
	Quoted     string
	HTML       string `db:"html"`
	Files      []File
	Automatic  Automatic
	SentAt     *time.Time
	ReceivedAt time.Time
	Size       int64
	Cut        bool
	State      State
	Why        string
	CaseID     core.CaseID
	Claims     core.CaseID
	Role       Role
	DecidedAt  *time.Time
}

func (r mailRow) noun() Mail {
	return Mail{
		ID: r.ID, No: r.No, Mailbox: r.Mailbox, MessageID: r.MessageID, Sender: r.Sender, SenderName: r.SenderName, To: r.Recipients,
		Subject: r.Subject, Said: r.Said, Quoted: r.Quoted, HTML: r.HTML, Files: r.Files, Automatic: r.Automatic, SentAt: orZero(r.SentAt),
		ReceivedAt: r.ReceivedAt.UTC(), Size: r.Size, Cut: r.Cut, State: r.State, Why: r.Why, Case: r.CaseID, Claims: r.Claims,
		Role: r.Role, DecidedAt: orZero(r.DecidedAt),
	}
}

func mails(rows []mailRow) []Mail {
	out := make([]Mail, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
