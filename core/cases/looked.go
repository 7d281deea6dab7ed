package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

const insertLook = `INSERT INTO access_log (at, actor_kind, actor_id, what, case_id) VALUES ($1, $2, $3, $4, $5)`

// withoutWaiting lets a commit return before it is on disk: a look that a power
// cut forgets is a smaller harm than a page that waits.
const withoutWaiting = `SET LOCAL synchronous_commit TO off`

// LogLook writes down that somebody looked at a case; what names the part, such
// as "history" or "attachment 3". It makes no version and no reaction.
func (s *Service) LogLook(ctx context.Context, by core.Actor, id core.CaseID, what string) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		b.Queue(withoutWaiting)
		b.Queue(insertLook, s.clock.Now(), by.Kind, by.ID, what, id)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("write down who looked: %w", err)
	}
	return nil
}
