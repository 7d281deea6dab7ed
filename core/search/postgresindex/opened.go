package postgresindex

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// opened are the single cases that another reason than their duties opens to a
// reader, as far as it lets them find more: those beyond their scopes, and
// those with private words that the reason opens.
type opened struct {
	cases   []core.CaseID
	private []bool
}

// selectOpened looks up each case on its own: somebody whom many escalations
// were told of has thousands, and most are in their scopes anyway.
const selectOpened = `SELECT o.case_id, o.private FROM (SELECT a.case_id, bool_or(a.why = ANY ($3::text[])) AS private FROM case_access a
	WHERE (a.actor_kind = 'staff' AND a.actor_id = $1 OR a.actor_kind = 'group' AND a.actor_id = ANY ($2::text[]))
		AND a.why = ANY ($4::text[]) GROUP BY a.case_id) o
CROSS JOIN LATERAL (SELECT s.scope_id, s.private IS NOT NULL AS words FROM case_search s WHERE s.case_id = o.case_id OFFSET 0) s
WHERE NOT coalesce(s.scope_id = ANY ($5::int[]), false) OR o.private AND s.words`

type openedRow struct {
	CaseID  core.CaseID
	Private bool
}

// openedTo finds what is opened to a reader, and keeps it for a moment.
func (x *Index) openedTo(ctx context.Context, r search.Reader) (opened, error) {
	if !r.Person.IsZero() {
		return opened{}, nil
	}
	return x.openings.do(ctx, keyOf(r), func(ctx context.Context) (opened, error) {
		all, private := reasons()
		rows, err := postgres.All[openedRow](ctx, x.db.Pool(), selectOpened, r.Staff, r.Groups, private, all, r.Scopes)
		if err != nil {
			return opened{}, fmt.Errorf("find what is opened to the reader: %w", err)
		}
		out := opened{cases: []core.CaseID{}, private: []bool{}}
		for _, row := range rows {
			out.cases, out.private = append(out.cases, row.CaseID), append(out.private, row.Private)
		}
		return out, nil
	})
}

// selectPrivately names those of some cases whose private words are open to a
// reader.
const selectPrivately = `SELECT DISTINCT a.case_id AS id FROM case_access a WHERE a.case_id = ANY ($1)
	AND (a.actor_kind = 'staff' AND a.actor_id = $2 OR a.actor_kind = 'group' AND a.actor_id = ANY ($3::text[])) AND a.why = ANY ($4::text[])`

type privatelyRow struct{ ID core.CaseID }

// privately marks the hits whose private words the reader may read.
func (x *Index) privately(ctx context.Context, r search.Reader, rows []hitRow) error {
	if len(rows) == 0 || !r.Person.IsZero() {
		return nil
	}
	ids := make([]core.CaseID, len(rows))
	for i, row := range rows {
		ids[i] = row.CaseID
	}
	_, private := reasons()
	found, err := postgres.All[privatelyRow](ctx, x.db.Pool(), selectPrivately, ids, r.Staff, r.Groups, private)
	if err != nil {
		return fmt.Errorf("find whose private words are open: %w", err)
	}
	open := make(map[core.CaseID]bool, len(found))
	for _, row := range found {
		open[row.ID] = true
	}
	for i := range rows {
		rows[i].Private = open[rows[i].CaseID]
	}
	return nil
}
