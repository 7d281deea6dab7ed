package correspondence

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// What is recorded of a mail in its stream of kind [core.StreamMail], beside the
// events of its case.
const (
	MailJunked   core.EventKind = "mail.junked"
	MailRestored core.EventKind = "mail.restored" // back among what waits
)

// sorter is who asks, as the statements want it.
func (s *Service) sorter(by core.Actor) []any {
	return []any{by.IsStaff() && by.Has(core.RoleAdministrator), by.StaffID(), append([]string{}, s.o.Sorters...)}
}

// MaySort reports whether somebody sorts mail that waits for a person:
// administrators, and members of the groups that the installation names.
func (s *Service) MaySort(ctx context.Context, by core.Actor) (bool, error) {
	if !by.IsStaff() {
		return false, nil
	}
	type row struct{ May bool }
	found, err := postgres.One[row](ctx, s.o.DB.Pool(), nil, selectMaySort, s.sorter(by)...)
	return found.May, err
}

// Tray counts what waits for a person.
type Tray struct {
	Waiting int
	Oldest  time.Time // when the oldest came; zero when nothing waits
}

// Tray counts what waits, for somebody who may sort it; for others nothing does.
func (s *Service) Tray(ctx context.Context, by core.Actor) (Tray, error) {
	if !by.IsStaff() {
		return Tray{}, nil
	}
	type row struct {
		Waiting int
		Oldest  *time.Time
	}
	found, err := postgres.One[row](ctx, s.o.DB.Pool(), nil, selectWaiting, s.sorter(by)...)
	return Tray{found.Waiting, orZero(found.Oldest)}, err
}

// PageSize is how many mails a page of the tray has.
const PageSize = 50

// List returns a page of the mail that stands in a state, to whoever may sort
// it: what waits from the oldest on, the rest from the newest. after is the
// number of the last mail of the page before, 0 for the first; next is 0 at the
// end.
func (s *Service) List(ctx context.Context, by core.Actor, state State, after int64) (page []Mail, next int64, err error) {
	if !by.IsStaff() {
		return nil, 0, noMail()
	}
	sql := selectSetAside
	switch state {
	case StateTriage:
		sql = selectTray
	case StateJunk, StateIgnored:
	default:
		return nil, 0, core.NotFound("Mail does not stand there.")
	}
	rows, err := postgres.All[mailRow](ctx, s.o.DB.Pool(), sql, append(s.sorter(by), state, after, PageSize+1)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list the mail that came in: %w", err)
	}
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		next = rows[PageSize-1].No
	}
	return mails(rows), next, nil
}

// Find returns one mail to whoever may sort it, by its number.
func (s *Service) Find(ctx context.Context, by core.Actor, no int64) (Mail, error) {
	if !by.IsStaff() {
		return Mail{}, noMail()
	}
	row, err := postgres.One[mailRow](ctx, s.o.DB.Pool(), noMail(), selectSortable, append(s.sorter(by), no)...)
	return row.noun(), err
}

// Junk says that a mail is not wanted. It can be taken back until the mail is
// deleted, a month later.
func (s *Service) Junk(ctx context.Context, by core.Actor, no int64) error {
	return s.sort(ctx, by, no, StateJunk, "Somebody who sorts the mail said that it is not wanted.", MailJunked, StateTriage, StateIgnored)
}

// Restore puts a mail back among what waits that was junk, or set aside.
func (s *Service) Restore(ctx context.Context, by core.Actor, no int64) error {
	return s.sort(ctx, by, no, StateTriage, "Somebody who sorts the mail put it back.", MailRestored, StateJunk, StateIgnored)
}

func (s *Service) sort(ctx context.Context, by core.Actor, no int64, to State, why string, kind core.EventKind, from ...State) error {
	if _, err := s.Find(ctx, by, no); err != nil {
		return err
	}
	now := s.o.Clock.Now()
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := postgres.All[idRow](ctx, tx, updateSorted, no, to, why, now, from)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return core.Conflict("This mail has been dealt with meanwhile.")
		}
		return events.AppendNext(ctx, tx, events.Entry{
			Stream: core.StreamMail, StreamID: rows[0].ID.String(), Event: core.Event{Kind: kind},
			Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
		})
	})
}

// History is who sorted a mail, and how, the oldest first. Whoever asks has
// found the mail.
func (s *Service) History(ctx context.Context, m Mail) ([]core.Recorded, error) {
	return events.History(ctx, s.o.DB.Pool(), core.StreamMail, m.ID.String(), 0, 100)
}

// settleBounce notes that a message came back that is of no case.
func (s *Service) settleBounce(ctx context.Context, mail core.MailID, message core.MessageID, detail string) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		s.o.Messages.Bounced(func(sql string, args ...any) { b.Queue(sql, args...) }, message, detail)
		b.Queue(updateSettled, mail, StateIgnored, bounced, nil, nil, s.o.Clock.Now())
		return postgres.Translate(tx.SendBatch(ctx, &b).Close())
	})
}

// Told finds the messages of ours that Message-IDs name.
func (s *Service) Told(ctx context.Context, messageIDs []string) ([]messages.Told, error) {
	return s.o.Messages.Told(ctx, messageIDs)
}

// HasWrittenTo reports whether staff wrote to somebody on a case, who is not its
// requester, within the time in which answers come.
func (s *Service) HasWrittenTo(ctx context.Context, cs core.CaseID, address string) (bool, error) {
	return s.o.Messages.HasWritten(ctx, cs, address, "other", s.o.Clock.Now().Add(-ReplyLife))
}
