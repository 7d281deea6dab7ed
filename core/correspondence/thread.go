package correspondence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// Item is one mail of a case: In when it came in, Out when it went out; the
// other one is nil.
type Item struct {
	At  time.Time
	In  *Mail
	Out *messages.Entry
}

// Thread lists the mail of a case in both directions, the newest first, at most
// 200 of each: what was filed to it, automatic replies to its messages, and what
// was sent, without the secrets of links. It is for staff who view the case.
func (s *Service) Thread(ctx context.Context, seen *cases.Seen) ([]Item, error) {
	if !seen.MayDo(core.MayView) {
		return nil, core.Forbidden("You may not read the mail of this case.")
	}
	rows, err := postgres.All[mailRow](ctx, s.o.DB.Pool(), selectOfCase, seen.Case.ID)
	if err != nil {
		return nil, fmt.Errorf("list the mail that came for a case: %w", err)
	}
	sent, err := s.o.Messages.OfCase(ctx, seen.Case.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Item, 0, len(rows)+len(sent))
	for _, m := range mails(rows) {
		out = append(out, Item{At: m.ReceivedAt, In: &m})
	}
	for i := range sent {
		out = append(out, Item{At: sent[i].CreatedAt, Out: &sent[i]})
	}
	slices.SortStableFunc(out, func(a, b Item) int { return b.At.Compare(a.At) })
	return out, nil
}
