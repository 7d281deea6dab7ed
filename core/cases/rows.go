package cases

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// isReached is true of the cases within a reach: its scopes ($2), or opened to
// its actor ($3) or their groups ($4) for another reason.
const isReached = `(c.scope_id = ANY ($2) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id AND a.why IN ('escalated', 'named')
	AND (a.actor_kind = 'staff' AND a.actor_id = $3 OR a.actor_kind = 'group' AND a.actor_id = ANY ($4))))`

const selectRowsByID = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE c.id = ANY ($1) AND ` + isReached

const selectRowsByRef = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE c.ref = ANY ($1) AND ` + isReached

// selectRowsByPrefix reads what begins like a reference from an index.
const selectRowsByPrefix = `SELECT ` + rowColumns + ` FROM cases c LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE c.ref LIKE $1 AND ` + isReached + ` ORDER BY c.raised_at DESC, c.id DESC LIMIT $5`

// ByIDs reads named cases as rows of a list, in the order named, those the
// reach does not have left out: what a search engine found becomes rows here.
func (s *Service) ByIDs(ctx context.Context, r Reach, ids []core.CaseID) ([]Row, error) {
	return inOrder(ctx, s, r, selectRowsByID, ids, func(row Row) core.CaseID { return row.ID })
}

// ByRefs is ByIDs by reference.
func (s *Service) ByRefs(ctx context.Context, r Reach, refs []core.Reference) ([]Row, error) {
	return inOrder(ctx, s, r, selectRowsByRef, refs, func(row Row) core.Reference { return row.Ref })
}

// ByRefPrefix lists the cases within the reach whose reference begins with
// prefix ("CMP-7K"), the newest first. The prefix holds letters, digits and
// hyphens alone.
func (s *Service) ByRefPrefix(ctx context.Context, r Reach, prefix string, limit int) ([]Row, error) {
	found, err := postgres.All[listRow](ctx, s.db.Pool(), selectRowsByPrefix, prefix+"%", r.Scopes, r.By.ID, r.Groups, limit)
	if err != nil {
		return nil, fmt.Errorf("find cases by the beginning of a reference: %w", err)
	}
	return listOf(found, ByNewest, len(found)).Rows, nil
}

func inOrder[K comparable](ctx context.Context, s *Service, r Reach, sql string, keys []K, keyOf func(Row) K) ([]Row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := postgres.All[listRow](ctx, s.db.Pool(), sql, keys, r.Scopes, r.By.ID, r.Groups)
	if err != nil {
		return nil, fmt.Errorf("read the rows of cases: %w", err)
	}
	byKey := make(map[K]Row, len(found))
	for _, f := range found {
		row := f.row()
		byKey[keyOf(row)] = row
	}
	out := make([]Row, 0, len(found))
	for _, key := range keys {
		if row, ok := byKey[key]; ok {
			out = append(out, row)
			delete(byKey, key)
		}
	}
	return out, nil
}
