package notifications

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Notice is a notification as its reader sees it now.
type Notice struct {
	ID      int64
	Kind    core.EventKind
	Ref     core.Reference
	Subject string // "" when the reader has a task on the case and may know no more of it
	Type    string // name of the case type
	Words   string // what happened, in a sentence without a full stop
	Actor   string // the colleague who did it; "" for everybody and everything else
	URL     string // path of the page that it leads to
	At      time.Time
	ReadAt  time.Time // zero while it is unread
}

// IsUnread reports whether it waits to be read.
func (n Notice) IsUnread() bool { return n.ReadAt.IsZero() }

// Notices is one page of somebody's notifications, the newest first.
type Notices struct {
	List []Notice
	Next int64 // the page after begins before this one; 0 at the end
}

const (
	// noticesPerPage is how many a page has.
	noticesPerPage = 50
	// MaxUnread is how far unread notifications are counted: as far as a badge
	// says, and one more.
	MaxUnread = 100
	// keepNotices is how long they are kept, read or not.
	keepNotices = 90 * 24 * time.Hour
)

// reasonsFor lists why a case may be open to somebody who is then allowed a
// thing on it.
func reasonsFor(p ...core.Permission) []core.AccessReason {
	all := []core.AccessReason{core.AccessEscalated, core.AccessNamed, core.AccessFollower, core.AccessTask, core.AccessBrief}
	return slices.DeleteFunc(all, func(why core.AccessReason) bool {
		return !slices.ContainsFunc(p, func(one core.Permission) bool { return slices.Contains(why.Permissions(), one) })
	})
}

// reader are the parameters of visible for a reach of core.MayView.
func reader(r cases.Reach, more ...any) []any {
	return append([]any{
		r.By.StaffID(), r.By.ID, r.Groups, r.Scopes, reasonsFor(core.MayView), reasonsFor(core.MaySeePrivate), reasonsFor(core.MayTask, core.MayWork),
	}, more...)
}

type unreadKey struct{ staff core.StaffID }

func unread(r cases.Reach) postgres.Question[unreadRow] {
	return postgres.Question[unreadRow]{Key: unreadKey{r.By.StaffID()}, SQL: countUnread, Args: reader(r, MaxUnread)}
}

// AheadOfUnread is what every page of the console asks of notifications: see
// [postgres.Ahead]. The reach is of core.MayView.
func (s *Service) AheadOfUnread(r cases.Reach) []postgres.Foreseen {
	return []postgres.Foreseen{unread(r)}
}

// Unread counts the unread notifications of a staff user, at most [MaxUnread].
// The reach is of core.MayView.
func (s *Service) Unread(ctx context.Context, r cases.Reach) (int, error) {
	rows, err := unread(r).Ask(ctx, s.o.DB.Pool())
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Unread, nil
}

// Notices returns a page of the notifications of a staff user, of cases that
// they may still see: all of them, or the unread ones, that are older than the
// one named; 0 for the newest. The reach is of core.MayView.
func (s *Service) Notices(ctx context.Context, r cases.Reach, unreadOnly bool, before int64) (Notices, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := postgres.All[bellRow](ctx, s.o.DB.Pool(), selectBells, reader(r, unreadOnly, before, noticesPerPage+1)...)
	if err != nil {
		return Notices{}, fmt.Errorf("read notifications: %w", err)
	}
	var out Notices
	if len(rows) > noticesPerPage {
		rows = rows[:noticesPerPage]
		out.Next = rows[noticesPerPage-1].ID
	}
	out.List, err = s.notices(ctx, rows)
	return out, err
}

func (s *Service) notices(ctx context.Context, rows []bellRow) ([]Notice, error) {
	out := make([]Notice, 0, len(rows))
	for _, row := range rows {
		t, err := s.o.Cases.Types().Published(ctx, row.TypeKey)
		if err != nil {
			return nil, err
		}
		n, err := row.notice(t)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func (r bellRow) notice(t *core.CaseType) (Notice, error) {
	n := Notice{ID: r.ID, Kind: r.Kind, Ref: r.Ref, Type: t.Name.String(), Actor: r.ActorName, At: r.MadeAt.UTC(), URL: "/cases/" + string(r.Ref)}
	if r.ReadAt != nil {
		n.ReadAt = r.ReadAt.UTC()
	}
	if r.Task != nil {
		n.URL = fmt.Sprintf("%s/tasks/%d", n.URL, *r.Task)
	}
	kind, _ := t.Task(r.TaskType)
	if r.SeesCase || slices.Contains(kind.Shows, core.ShowSubject) {
		n.Subject = r.Subject
	}
	var body struct {
		About core.About `json:"about"`
	}
	if len(r.Body) > 0 { // else it was erased
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return n, fmt.Errorf("decode the event of notification %d: %w", r.ID, err)
		}
	}
	h := happening{kind: r.Kind, audience: r.Audience, actor: r.ActorName, task: r.TaskTitle, about: body.About, t: t, routine: r.Routine}
	if r.ActorKind != nil {
		h.by = *r.ActorKind
	}
	n.Words = h.words()
	return n, nil
}

// MarkRead marks one notification of a staff user as read; one that is not
// theirs, or is read already, is left as it is.
func (s *Service) MarkRead(ctx context.Context, by core.Actor, id int64) error {
	return s.mark(ctx, by, updateRead, by.StaffID(), id, s.now())
}

// MarkAllRead marks those up to one as read: what came while somebody was
// looking stays unread.
func (s *Service) MarkAllRead(ctx context.Context, by core.Actor, upTo int64) error {
	return s.mark(ctx, by, updateAllRead, by.StaffID(), upTo, s.now())
}

// CaseOpened marks what a staff user was told of a case as read: they look at
// it.
func (s *Service) CaseOpened(ctx context.Context, by core.Actor, id core.CaseID) error {
	return s.mark(ctx, by, updateCaseRead, by.StaffID(), id, s.now())
}

// TaskOpened does the same for one task.
func (s *Service) TaskOpened(ctx context.Context, by core.Actor, id core.CaseID, no int) error {
	return s.mark(ctx, by, updateTaskRead, by.StaffID(), id, no, s.now())
}

func (s *Service) mark(ctx context.Context, by core.Actor, sql string, args ...any) error {
	if !by.IsStaff() {
		return nil
	}
	tag, err := s.o.DB.Pool().Exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("mark notifications as read: %w", postgres.Translate(err))
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return s.announce(ctx, by.StaffID())
}

func (s *Service) now() time.Time { return s.o.Cases.Clock().Now() }

// Sweep deletes notifications that are older than 90 days, and the digests that
// listed them. It returns how many notifications there were.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	before := now.Add(-keepNotices)
	for _, sql := range []string{deleteDigests, deleteDigestMails} {
		if _, err := s.o.DB.Pool().Exec(ctx, sql, before); err != nil {
			return 0, postgres.Translate(err)
		}
	}
	tag, err := s.o.DB.Pool().Exec(ctx, deleteBells, before)
	return int(tag.RowsAffected()), postgres.Translate(err)
}
