package cases

import (
	"context"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Reach is what an actor may see in lists: the scopes their duties open, and,
// beside them, the single cases in case_access. It is resolved before a query
// and applied inside it, before any LIMIT, so that lists, counts, maps and
// search cannot disagree.
type Reach struct {
	By     core.Actor
	Groups []string
	Scopes []int32 // of types and groups where the actor holds the permission
}

const selectScopes = `SELECT id, type_key, group_key, confidentiality FROM scopes ORDER BY id`

type scopeRow struct {
	ID              int32
	TypeKey         string
	GroupKey        string
	Confidentiality core.Confidentiality
}

type scopesKey struct{}

// allScopes asks for all scopes there are.
var allScopes = postgres.Question[scopeRow]{Key: scopesKey{}, SQL: selectScopes}

func (s *Service) scopes(ctx context.Context) ([]scopeRow, error) {
	return allScopes.Ask(ctx, s.db.Pool())
}

// Fingerprint is the same for two reaches of one staff user or client only if
// they reach the same.
func (r Reach) Fingerprint() string { return fmt.Sprint(r.Scopes, r.Groups) }

// Ahead is what every page asks of somebody's reach: see [postgres.Ahead].
func (s *Service) Ahead(by core.Actor) []postgres.Foreseen {
	if !by.IsStaff() {
		return nil
	}
	return []postgres.Foreseen{allScopes, groupsOfStaff(by.StaffID())}
}

// ReachOf resolves the scopes in which a staff user or a client holds a
// permission, such as MayView. Nobody else has any: customers see their own
// cases only.
func (s *Service) ReachOf(ctx context.Context, by core.Actor, needs core.Permission) (Reach, error) {
	r := Reach{By: by, Groups: []string{}, Scopes: []int32{}}
	if by.IsClient() {
		return s.reachOfClient(ctx, r, needs)
	}
	if !by.IsStaff() {
		return r, nil
	}
	groups, err := s.groupsOf(ctx, by.StaffID())
	if err != nil {
		return r, err
	}
	r.Groups = groups
	types, err := s.types.All(ctx)
	if err != nil {
		return r, err
	}
	byKey := map[string]*core.CaseType{}
	for _, t := range types {
		byKey[t.Key] = t
	}
	scopes, err := s.scopes(ctx)
	if err != nil {
		return r, err
	}
	for _, scope := range scopes {
		t := byKey[scope.TypeKey]
		if t == nil || scope.Confidentiality != core.Normal {
			continue
		}
		if slices.Contains(t.Groups.Permissions(groups, scope.GroupKey), needs) {
			r.Scopes = append(r.Scopes, scope.ID)
		}
	}
	return r, nil
}

// Queue is one list of cases that a staff user works from: those of a type
// that are with a group.
type Queue struct {
	Type   *core.CaseType
	Group  string
	Scopes []int32
	Mine   bool // the staff user is a member of the group
}

// Queues lists the queues a staff user may work, those of their own groups
// first.
func (s *Service) Queues(ctx context.Context, r Reach) ([]Queue, error) {
	types, err := s.types.All(ctx)
	if err != nil {
		return nil, err
	}
	scopes, err := s.scopes(ctx)
	if err != nil {
		return nil, err
	}
	var mine, others []Queue
	for _, t := range types {
		for _, group := range t.Holders() {
			if !slices.Contains(t.Groups.Permissions(r.Groups, group), core.MayWork) {
				continue
			}
			q := Queue{Type: t, Group: group, Scopes: []int32{}, Mine: slices.Contains(r.Groups, group)}
			for _, scope := range scopes {
				if scope.TypeKey == t.Key && scope.GroupKey == group && slices.Contains(r.Scopes, scope.ID) {
					q.Scopes = append(q.Scopes, scope.ID)
				}
			}
			if q.Mine {
				mine = append(mine, q)
			} else if len(q.Scopes) > 0 {
				others = append(others, q)
			}
		}
	}
	return append(mine, others...), nil
}
