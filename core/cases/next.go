package cases

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// nextTries bounds how often somebody is beaten to a case by a colleague
// before they are told to try again.
const nextTries = 50

// selectNext finds the case that has waited for somebody most urgently: due
// first, then raised first. Cases that are being claimed at this moment are
// passed over, and so are those in $2, which the asker was beaten to. What
// waits for its requester has nothing to do.
const selectNext = `SELECT n.id FROM unnest($1::int[]) AS s(id) CROSS JOIN LATERAL (
	SELECT c.id, coalesce(c.due_at, 'infinity') AS k FROM cases c
	WHERE c.scope_id = s.id AND c.status_kind IN ('start', 'open', 'waiting') AND c.status_kind <> 'waiting'
		AND c.assignee_id IS NULL AND NOT c.id = ANY ($2::uuid[])
	ORDER BY coalesce(c.due_at, 'infinity'), c.id LIMIT 1 FOR SHARE OF c SKIP LOCKED) n
ORDER BY n.k, n.id LIMIT 1`

type nextRow struct{ ID core.CaseID }

// TakeNext claims for a staff user the next case of some queues: the most
// urgent that nobody has. The claim goes through the door like any other, so
// one case is never given to two people; whoever is beaten to it gets the one
// after. It is a not-found error when nothing is left to take.
func (s *Service) TakeNext(ctx context.Context, by core.Actor, scopes []int32) (Outcome, error) {
	beaten := []core.CaseID{}
	for range nextTries {
		found, err := postgres.All[nextRow](ctx, s.db.Pool(), selectNext, scopes, beaten)
		if err != nil {
			return Outcome{}, fmt.Errorf("find the next case: %w", err)
		}
		if len(found) == 0 {
			return Outcome{}, core.NotFound("Nothing is left to take here.")
		}
		result, err := s.Do(ctx, by, One(found[0].ID, 0, Claim{}))
		switch core.KindOf(err) {
		case core.ErrConflict, core.ErrNotFound: // claimed, closed or handed on meanwhile
			beaten = append(beaten, found[0].ID)
		default:
			if err != nil {
				return Outcome{}, err
			}
			return result.Outcomes[0], nil
		}
	}
	return Outcome{}, core.Conflict("Many people are taking cases at this moment. Please try again.")
}
