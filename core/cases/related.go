package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Relation is how other cases may have to do with one. Several parts must all
// be true; without any nothing is related.
type Relation struct {
	To            *core.Case
	SameAddress   bool
	SameRequester bool
	Metres        float64       // around the place of To, at most [MaxRelatedMetres]; 0 is no part of it
	Among         []core.CaseID // one of these, such as a search found; nil is no part of it
	Types         []string      // of these only; empty: any
	Kinds         []core.StatusKind
	Limit         int // at most [MaxRelated]
}

// Related is a case that has to do with another one.
type Related struct {
	Case   *core.Case
	Metres float64 // from the place of the other one, when both have one
}

// Bounds of [Service.Related].
const (
	MaxRelated       = 50
	MaxRelatedMetres = 5000
	// maxRelatedRead is how many cases are read of which all but one part of
	// the relation is still to be held against.
	maxRelatedRead = 400
)

// The conditions of each statement are in the order of its parameters: the
// case itself, the reach, types and kinds; then what the statement is about.
const (
	relatedFrom = `SELECT ` + caseColumns + ` FROM cases c WHERE c.id <> $1 AND ` + isReached + `
	AND (cardinality($5::text[]) = 0 OR c.type_key = ANY ($5)) AND (cardinality($6::text[]) = 0 OR c.status_kind = ANY ($6))`
	relatedOrder = ` ORDER BY c.raised_at DESC, c.id DESC LIMIT $7`

	selectSameRequester = relatedFrom + ` AND c.requester_id = $8` + relatedOrder
	selectSameAddress   = relatedFrom + ` AND c.address <> '' AND lower(c.address) = lower($8)` + relatedOrder
	selectWithin        = relatedFrom + ` AND c.place IS NOT NULL AND c.place <@ box(point($8::float8, $9::float8), point($10::float8, $11::float8))` + relatedOrder
	selectAmong         = relatedFrom + ` AND c.id = ANY ($8)` + relatedOrder
)

// Related lists cases within the reach that have to do with another one, the
// newest first, and whether there are more.
func (s *Service) Related(ctx context.Context, r Reach, q Relation) (found []Related, more bool, err error) {
	limit := max(1, min(q.Limit, MaxRelated))
	kinds := make([]string, len(q.Kinds))
	for i, k := range q.Kinds {
		kinds[i] = string(k)
	}
	args := []any{q.To.ID, r.Scopes, r.By.ID, r.Groups, append([]string{}, q.Types...), kinds, maxRelatedRead}
	var sql string
	switch {
	case q.Metres < 0 || q.Metres > MaxRelatedMetres:
		return nil, false, core.Invalid("Cases are found within %d metres at most.", MaxRelatedMetres)
	case q.SameAddress && strings.TrimSpace(q.To.Address) == "", q.SameRequester && q.To.Requester.IsZero(), q.Metres > 0 && q.To.Place == nil:
		return nil, false, nil
	case q.Among != nil:
		sql, args = selectAmong, append(args, q.Among)
	case q.SameRequester:
		sql, args = selectSameRequester, append(args, q.To.Requester)
	case q.SameAddress:
		sql, args = selectSameAddress, append(args, q.To.Address)
	case q.Metres > 0:
		box := core.Circle{Centre: *q.To.Place, Metres: q.Metres}.Box()
		sql, args = selectWithin, append(args, box.West, box.South, box.East, box.North)
	default:
		return nil, false, nil
	}
	rows, err := postgres.All[caseRow](ctx, s.db.Pool(), sql, args...)
	if err != nil {
		return nil, false, fmt.Errorf("find related cases: %w", err)
	}
	for _, row := range rows {
		one := Related{Case: row.noun()}
		if one.Case.Place != nil && q.To.Place != nil {
			one.Metres = q.To.Place.Metres(*one.Case.Place)
		}
		if q.holds(one) {
			found = append(found, one)
		}
	}
	if q.Among != nil {
		slices.SortStableFunc(found, func(a, b Related) int {
			return cmp.Compare(slices.Index(q.Among, a.Case.ID), slices.Index(q.Among, b.Case.ID))
		})
	}
	more = len(found) > limit || len(rows) == maxRelatedRead
	return found[:min(len(found), limit)], more, nil
}

// holds reports whether every part of the relation is true of a case.
func (q Relation) holds(one Related) bool {
	return (!q.SameRequester || one.Case.Requester == q.To.Requester) &&
		(!q.SameAddress || strings.EqualFold(one.Case.Address, q.To.Address)) &&
		(q.Metres == 0 || one.Case.Place != nil && one.Metres <= q.Metres)
}
