package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const insertLooksThrough = `INSERT INTO access_log (at, actor_kind, actor_id, what, case_id, through)
SELECT $1, $2, $3, $4, id, $6 FROM unnest($5::uuid[]) AS id`

// LogLookThrough writes down that a plugin was shown something of cases, on
// whose behalf; through names it with its version, what names the parts. Like
// [Service.LogLook] it makes no version and no reaction.
func (s *Service) LogLookThrough(ctx context.Context, by core.Actor, through, what string, ids ...core.CaseID) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		b.Queue(withoutWaiting)
		b.Queue(insertLooksThrough, s.clock.Now(), by.Kind, by.ID, what, ids, through)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("write down what a plugin was shown: %w", err)
	}
	return nil
}

// Look is one line of who has seen a case.
type Look struct {
	At      time.Time
	By      core.Actor // without a name
	What    string
	Through string // the plugin and its version; "" when it was a person alone
}

const selectLooks = `SELECT at, actor_kind, actor_id, what, through FROM access_log
WHERE case_id = $1 AND (NOT $2 OR through <> '') ORDER BY at DESC, actor_id, what LIMIT $3 OFFSET $4`

type lookRow struct {
	At        time.Time
	ActorKind core.ActorKind
	ActorID   string
	What      string
	Through   string
}

// LooksPage is how many looks are listed at once.
const LooksPage = 50

// Looks lists who has seen a case, and through which code, the newest first:
// for those who may close it, and for auditors. code leaves out the looks that
// went through no plugin. Page 1 is the first.
func (s *Service) Looks(ctx context.Context, by core.Actor, seen *Seen, code bool, page int) (looks []Look, more bool, err error) {
	if !seen.MayDo(core.MayClose) && !by.Has(core.RoleAuditor) {
		return nil, false, core.Forbidden("Who has seen a case is for those who may close it, and for auditors.")
	}
	offset := (max(page, 1) - 1) * LooksPage
	rows, err := postgres.All[lookRow](ctx, s.db.Pool(), selectLooks, seen.Case.ID, code, LooksPage+1, offset)
	if err != nil {
		return nil, false, fmt.Errorf("list who has seen a case: %w", err)
	}
	for _, r := range rows[:min(len(rows), LooksPage)] {
		looks = append(looks, Look{r.At.UTC(), core.Actor{Kind: r.ActorKind, ID: r.ActorID}, r.What, r.Through})
	}
	return looks, len(rows) > LooksPage, nil
}
