package cases

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// selectGrant reads what a client may do with cases, if it may come in.
const selectGrant = `SELECT types, permissions FROM api_clients
WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`

type grantRow struct {
	Types       []string
	Permissions []core.Permission
}

func noAccess() error {
	return core.Forbidden("This program may not come in any more: its access has ended or was revoked.")
}

// grantOf reads a client's grant as it is now.
func (s *Service) grantOf(ctx context.Context, id core.ClientID) (core.Grant, error) {
	row, err := postgres.One[grantRow](ctx, s.db.Pool(), noAccess(), selectGrant, id, s.clock.Now())
	return core.Grant(row), err
}

// reachOfClient resolves the scopes of the types that a client was given. It is
// what mayDo says, in SQL: normal cases, whatever group they are with.
func (s *Service) reachOfClient(ctx context.Context, r Reach, needs core.Permission) (Reach, error) {
	grant, err := s.grantOf(ctx, r.By.ClientID())
	if err != nil || !slices.Contains(grant.Permissions, needs) {
		return r, err
	}
	scopes, err := s.scopes(ctx)
	if err != nil {
		return r, err
	}
	for _, scope := range scopes {
		if scope.Confidentiality == core.Normal && grant.Covers(scope.TypeKey) {
			r.Scopes = append(r.Scopes, scope.ID)
		}
	}
	return r, nil
}

// GrantOf returns what a client may do with cases, as it is now.
func (s *Service) GrantOf(ctx context.Context, by core.Actor) (core.Grant, error) {
	if !by.IsClient() {
		return core.Grant{}, nil
	}
	return s.grantOf(ctx, by.ClientID())
}

// Narrowed returns the scopes of a reach whose cases are of one of the types
// and with one of the groups; an empty list of either does not narrow. The
// result is never nil, so that it can be a [Filter]'s.
func (s *Service) Narrowed(ctx context.Context, r Reach, types, groups []string) ([]int32, error) {
	scopes, err := s.scopes(ctx)
	out := []int32{}
	for _, scope := range scopes {
		if slices.Contains(r.Scopes, scope.ID) && (len(types) == 0 || slices.Contains(types, scope.TypeKey)) &&
			(len(groups) == 0 || slices.Contains(groups, scope.GroupKey)) {
			out = append(out, scope.ID)
		}
	}
	return out, err
}

const selectIDs = `SELECT id, ref FROM cases WHERE ref = ANY ($1::text[])`

type idRow struct {
	ID  core.CaseID
	Ref core.Reference
}

// IDs finds the identifiers of cases by their references, whoever asks: the
// door answers for permission. A reference of no case is left out.
func (s *Service) IDs(ctx context.Context, refs ...core.Reference) (map[core.Reference]core.CaseID, error) {
	return idsOf(ctx, s.db.Pool(), refs)
}

func idsOf(ctx context.Context, q postgres.Querier, refs []core.Reference) (map[core.Reference]core.CaseID, error) {
	rows, err := postgres.All[idRow](ctx, q, selectIDs, refs)
	out := make(map[core.Reference]core.CaseID, len(rows))
	for _, r := range rows {
		out[r.Ref] = r.ID
	}
	return out, err
}
