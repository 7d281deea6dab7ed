package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const insertLook = `INSERT INTO access_log (at, actor_kind, actor_id, what, case_id) VALUES ($1, $2, $3, $4, $5)`

// withoutWaiting lets a commit return before it is on disk: a look that a power
// cut forgets is a smaller harm than a page that waits.
const withoutWaiting = `SELECT set_config('synchronous_commit', 'off', true)`

const (
	// keepLooks is how long it is known who looked: a year, so that a complaint
	// about last year's can be answered, and a little to answer it in.
	keepLooks = 400 * 24 * time.Hour
	// looksBatch bounds what one transaction deletes.
	looksBatch = 5000
	// looksRun bounds what one sweep deletes; the next goes on.
	looksRun = 40
)

const deleteOldLooks = `DELETE FROM access_log WHERE ctid = ANY (ARRAY(SELECT ctid FROM access_log WHERE at < $1 ORDER BY at LIMIT $2))`

// SweepLooks forgets who looked long ago.
func (s *Service) SweepLooks(ctx context.Context) error {
	for range looksRun {
		tag, err := s.db.Pool().Exec(ctx, deleteOldLooks, s.clock.Now().Add(-keepLooks), looksBatch)
		if err != nil {
			return fmt.Errorf("forget who looked long ago: %w", postgres.Translate(err))
		}
		if tag.RowsAffected() < looksBatch {
			return nil
		}
	}
	return nil
}

// LogLook writes down that somebody looked at a case; what names the part, such
// as "history" or "attachment 3". It makes no version and no reaction.
func (s *Service) LogLook(ctx context.Context, by core.Actor, id core.CaseID, what string) error {
	var b pgx.Batch // one round trip, which is one transaction
	b.Queue(withoutWaiting)
	b.Queue(insertLook, s.clock.Now(), by.Kind, by.ID, what, id)
	err := postgres.Translate(s.db.Pool().SendBatch(ctx, &b).Close())
	if err != nil {
		return fmt.Errorf("write down who looked: %w", err)
	}
	return nil
}
