package cases

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectRowByAlias = `SELECT ` + rowColumns + ` FROM case_aliases n JOIN cases c ON c.id = n.case_id
LEFT JOIN staff_users u ON u.id = c.assignee_id
WHERE n.source = $1 AND n.value = $5 AND ` + isReached

// ByAlias returns the case that another system knows by a reference, if it is
// within the reach; else a not-found error.
func (s *Service) ByAlias(ctx context.Context, r Reach, source, value string) (Row, error) {
	found, err := postgres.One[listRow](ctx, s.db.Pool(), noSuchCase(), selectRowByAlias, source, r.Scopes, r.By.ID, r.Groups, value)
	if err != nil {
		return Row{}, err
	}
	return found.row(), nil
}

const selectAliases = `SELECT case_id, source, value FROM case_aliases WHERE case_id = ANY ($1) ORDER BY source, value`

type aliasRow struct {
	CaseID core.CaseID
	Source string
	Value  string
}

// AliasesOf lists what cases are called elsewhere. Whether the reader may see
// the cases is for the caller to have asked.
func AliasesOf(ctx context.Context, q postgres.Querier, ids []core.CaseID) (map[core.CaseID][]core.Alias, error) {
	found, err := postgres.All[aliasRow](ctx, q, selectAliases, ids)
	if err != nil {
		return nil, fmt.Errorf("list what cases are called elsewhere: %w", err)
	}
	out := make(map[core.CaseID][]core.Alias, len(ids))
	for _, row := range found {
		out[row.CaseID] = append(out[row.CaseID], core.Alias{Source: row.Source, Value: row.Value})
	}
	return out, nil
}

// Aliases lists what one case is called elsewhere.
func (s *Service) Aliases(ctx context.Context, id core.CaseID) ([]core.Alias, error) {
	all, err := AliasesOf(ctx, s.db.Pool(), []core.CaseID{id})
	return all[id], err
}
