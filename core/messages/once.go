package messages

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// lockRecipient makes those wait who would write to the same address of the
	// same thing at this moment.
	lockRecipient = `SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`

	selectToldSince = `SELECT EXISTS (SELECT FROM outbox WHERE recipient = $1 AND event_kind = $2 AND created_at > $3) AS told`
)

// PostOnce is [Service.Post] to somebody who has not been written to of the same
// thing since an instant; it says whether it was posted. However many servers ask
// at once, one message goes.
func (s *Service) PostOnce(ctx context.Context, o Outgoing, since time.Time) (posted bool, err error) {
	letter, err := s.Compose(ctx, o)
	if err != nil {
		return false, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRecipient, letter.Event, letter.To); err != nil {
			return postgres.Translate(err)
		}
		type row struct{ Told bool }
		found, err := postgres.One[row](ctx, tx, core.NotFound("There is no outbox."), selectToldSince, letter.To, letter.Event, since)
		if err != nil || found.Told {
			return err
		}
		posted = true
		_, err = s.Put(ctx, tx, letter)
		return err
	})
	return posted && err == nil, err
}
