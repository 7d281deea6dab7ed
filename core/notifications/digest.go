package notifications

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// DigestTemplate is the key of the template that digests are written with.
const DigestTemplate = "digest"

// digestMost is how many notifications a digest lists; it says how many more
// there are.
const digestMost = 100

// SendDigests writes the digests that are due, and reports how many. A digest
// is due once on each working day, at the hour its reader chose: it lists what
// they were told by then, wanted in the digest, may still see and have not read.
// When there is nothing to list, nothing is sent.
//
// A day is a working day when an office works on it by the calendar of any case
// type; without calendars, from Monday to Friday. It may run on several servers
// at once.
func (s *Service) SendDigests(ctx context.Context, now time.Time) (int, error) {
	waiting, err := postgres.All[waitingRow](ctx, s.o.DB.Pool(), selectWaitingForDigest, defaultHour)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	organisation, err := s.o.Portals.Organisation(ctx)
	if err != nil {
		return 0, err
	}
	sent := 0
	for _, w := range waiting {
		due, err := s.digestDue(ctx, w, organisation.Zone, now)
		if err != nil {
			return sent, err
		}
		if due.IsZero() {
			continue
		}
		written, err := s.writeDigest(ctx, w, organisation, due)
		if err != nil {
			return sent, fmt.Errorf("write the digest of %s: %w", w.ID, err)
		}
		if written {
			sent++
		}
	}
	return sent, nil
}

// digestDue is the hour of today's digest, in the zone of its reader; zero when
// it has not come, or nobody works today.
func (s *Service) digestDue(ctx context.Context, w waitingRow, usual string, now time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(usual)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time zone of the organisation: %w", err)
	}
	if own, err := time.LoadLocation(w.Zone); w.Zone != "" && err == nil {
		zone = own
	}
	local := now.In(zone)
	due := time.Date(local.Year(), local.Month(), local.Day(), w.DigestHour, 0, 0, 0, zone)
	if now.Before(due) {
		return time.Time{}, nil
	}
	works, err := s.isWorkingDay(ctx, core.DateOf(local))
	if err != nil || !works {
		return time.Time{}, err
	}
	return due, nil
}

func (s *Service) isWorkingDay(ctx context.Context, day core.Date) (bool, error) {
	types, err := s.o.Cases.Types().All(ctx)
	if err != nil {
		return false, err
	}
	asked := map[string]bool{}
	for _, t := range types {
		if t.Calendar == "" || asked[t.Calendar] {
			continue
		}
		asked[t.Calendar] = true
		calendar, _, err := s.o.Cases.Types().Calendar(ctx, t.Calendar)
		if err != nil {
			return false, err
		}
		if calendar.IsWorkingDay(day) {
			return true, nil
		}
	}
	weekday := day.Weekday()
	return len(asked) == 0 && weekday != time.Saturday && weekday != time.Sunday, nil
}

// writeDigest writes the digest of a day, once: whoever comes first keeps the
// row that is named by person and day, and with it, in one transaction, the
// letter and the note of what has been dealt with.
func (s *Service) writeDigest(ctx context.Context, w waitingRow, organisation core.Organisation, due time.Time) (bool, error) {
	by := core.StaffActor(w.ID, w.Name)
	reach, err := s.o.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return false, err
	}
	rows, err := postgres.All[bellRow](ctx, s.o.DB.Pool(), selectForDigest, reader(reach, due, digestMost+1)...)
	if err != nil {
		return false, err
	}
	day := core.DateOf(due).String()
	if len(rows) == 0 {
		_, err := s.o.DB.Pool().Exec(ctx, updateDigested, w.ID, due, day)
		return false, postgres.Translate(err)
	}
	list, err := s.notices(ctx, rows[:min(len(rows), digestMost)])
	if err != nil {
		return false, err
	}
	letter, err := s.o.Messages.Compose(ctx, messages.Outgoing{
		Event: DigestTemplate, Audience: "staff", Template: DigestTemplate, To: w.Email, ToName: w.Name,
		Data: s.digestData(w, organisation, list, len(rows) > digestMost, due),
	})
	if err != nil {
		return false, err
	}
	written := false
	err = s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, insertDigest, w.ID, day, len(list), s.now())
		if err != nil {
			return postgres.Translate(err)
		}
		if written = tag.RowsAffected() == 1; !written {
			return nil
		}
		var b pgx.Batch
		b.Queue(updateDigested, w.ID, due, day)
		s.o.Messages.Queue(&b, letter)
		if s.o.Deliver != nil {
			s.o.Deliver(&b)
		}
		return postgres.Translate(tx.SendBatch(ctx, &b).Close())
	})
	return written, err
}

func (s *Service) digestData(w waitingRow, o core.Organisation, list []Notice, more bool, due time.Time) messages.Data {
	news := make([]any, len(list))
	for i, n := range list {
		news[i] = map[string]any{
			"reference": string(n.Ref), "subject": n.Subject, "text": n.Words, "link": s.o.BaseURL + n.URL,
			"at": n.At.In(due.Location()).Format("Monday 2 January, 15:04"),
		}
	}
	return messages.Data{
		"organisation": map[string]any{"name": o.Name, "phone": o.Telephone, "hours": o.Hours, "email": o.Email, "link": o.Home},
		"recipient":    map[string]any{"name": w.Name},
		"digest": map[string]any{
			"day": due.Format("Monday 2 January 2006"), "count": len(list), "more": more, "link": s.o.BaseURL + "/notifications",
			"settings": s.o.BaseURL + "/account/notifications",
		},
		"news": news,
	}
}
