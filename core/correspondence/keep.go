package correspondence

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// MaxMail is the most bytes of a mail that is taken in whole; of larger ones the
// head alone is.
const MaxMail = 25 << 20

// How long mail is kept. The words of filed mail stay with its case; what it
// came as goes earlier.
const (
	keepUnwanted = 30 * 24 * time.Hour  // junk, and what was set aside
	keepRaw      = 180 * 24 * time.Hour // what filed mail came as
)

// Keep takes a mail in: once, however often it is brought. It is not decided on:
// see [Service.New]. raw is what it came as, at most [MaxMail] bytes; with cut it
// is the head alone. known says that it was here before. When Keep returns no
// error the mail may be flagged, or deleted, where it lay.
func (s *Service) Keep(ctx context.Context, mailbox string, raw []byte, size int64, cut bool, in Incoming) (known bool, err error) {
	if len(raw) > MaxMail {
		return false, core.Invalid("A mail may have %d MB at most.", MaxMail>>20)
	}
	to := in.To
	if to == nil {
		to = []string{}
	}
	rows, err := postgres.All[idRow](ctx, s.o.DB.Pool(), insertMail, core.NewID[core.MailID](), mailbox, in.Fingerprint(), in.MessageID,
		in.Sender, in.SenderName, to, in.Subject, in.Said, in.Quoted, in.HTML, filesOf(in), in.Automatic, orNull(in.SentAt),
		s.o.Clock.Now(), size, cut, raw)
	if err != nil {
		return false, fmt.Errorf("keep a mail: %w", err)
	}
	return len(rows) == 0, nil
}

// Waiting is a mail that is kept and not decided on.
type Waiting struct {
	ID         core.MailID
	Mailbox    string // key of the one it came to first
	Raw        []byte
	Cut        bool
	Tries      int
	ReceivedAt time.Time
}

// New lists mail that nobody has decided on, the oldest first.
func (s *Service) New(ctx context.Context, limit int) ([]Waiting, error) {
	rows, err := postgres.All[Waiting](ctx, s.o.DB.Pool(), selectNew, limit)
	for i := range rows {
		rows[i].ReceivedAt = rows[i].ReceivedAt.UTC()
	}
	return rows, err
}

// Raw is what a mail came as; not found when that is not kept any more.
func (s *Service) Raw(ctx context.Context, id core.MailID) ([]byte, error) {
	gone := core.NotFound("What this mail came as is not kept any more.")
	row, err := postgres.One[rawRow](ctx, s.o.DB.Pool(), gone, selectRaw, id)
	if err == nil && row.Raw == nil {
		err = gone
	}
	return row.Raw, err
}

// Tried counts an attempt to decide on a mail that came to nothing.
func (s *Service) Tried(ctx context.Context, id core.MailID) error {
	_, err := s.o.DB.Pool().Exec(ctx, updateTried, id)
	return postgres.Translate(err)
}

// Settled is what becomes of a mail without a case's doing.
type Settled struct {
	State  State // triage or ignored
	Why    string
	Case   core.CaseID // whose it is, of an automatic reply
	Claims core.CaseID // named without proof
}

// Settle decides on a mail that is new, and says whether it did. One that was
// decided on meanwhile stays as it is.
func (s *Service) Settle(ctx context.Context, id core.MailID, to Settled) (settled bool, err error) {
	tag, err := s.o.DB.Pool().Exec(ctx, updateSettled, id, to.State, to.Why, to.Case, to.Claims, s.o.Clock.Now())
	return tag.RowsAffected() == 1, postgres.Translate(err)
}

// From counts the mails of a sender since an instant.
func (s *Service) From(ctx context.Context, sender string, since time.Time) (int, error) {
	type row struct{ Mails int }
	found, err := postgres.One[row](ctx, s.o.DB.Pool(), nil, selectFromSender, sender, since)
	return found.Mails, err
}

// IsOwn reports whether an address is one that our own messages come from.
func (s *Service) IsOwn(address string) bool {
	for _, own := range s.o.Own {
		if own == address {
			return true
		}
	}
	return address != "" && address == s.o.Replies.Address
}

// Sweep deletes what is kept no longer: junk and what was set aside after a
// month; what filed mail came as after half a year. It returns how many mails it
// touched.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	gone, err := s.o.DB.Pool().Exec(ctx, deleteUnwanted, now.Add(-keepUnwanted))
	if err != nil {
		return 0, postgres.Translate(err)
	}
	emptied, err := s.o.DB.Pool().Exec(ctx, emptyRaw, now.Add(-keepRaw))
	return int(gone.RowsAffected() + emptied.RowsAffected()), postgres.Translate(err)
}
