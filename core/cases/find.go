package cases

import (
	"context"
	"errors"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectByID = `SELECT ` + caseColumns + ` FROM cases c WHERE c.id = $1`

const selectByRef = `SELECT ` + caseColumns + ` FROM cases c WHERE c.ref = $1`

const selectByTracking = `SELECT ` + caseColumns + ` FROM cases c WHERE c.tracking_hash = $1`

// ByID returns a case whoever asks: for jobs and for slices that have checked.
func (s *Service) ByID(ctx context.Context, id core.CaseID) (*core.Case, error) {
	row, err := postgres.One[caseRow](ctx, s.db.Pool(), noSuchCase(), selectByID, id)
	if err != nil {
		return nil, err
	}
	return row.noun(), nil
}

// Seen is a case with its type and what the one who looks may do with it.
type Seen struct {
	Case *core.Case
	Type *core.CaseType
	May  []core.Permission
}

// Find returns a case by its reference, for an actor with at least the
// permission; without it the case does not exist. Staff groups are read with
// the case, so a change of membership takes effect at once.
func (s *Service) Find(ctx context.Context, by core.Actor, ref core.Reference, needs core.Permission) (*Seen, error) {
	row, err := postgres.One[caseRow](ctx, s.db.Pool(), noSuchCase(), selectByRef, ref)
	if err != nil {
		return nil, err
	}
	return s.see(ctx, by, row.noun(), needs)
}

// FindByToken returns the case a tracking token opens, and the actor that its
// holder is.
func (s *Service) FindByToken(ctx context.Context, token string) (*Seen, core.Actor, error) {
	if len(token) != core.TokenLength {
		return nil, core.Actor{}, noSuchCase()
	}
	row, err := postgres.One[caseRow](ctx, s.db.Pool(), noSuchCase(), selectByTracking, core.TokenHash(token))
	if err != nil {
		return nil, core.Actor{}, err
	}
	cs := row.noun()
	by := core.LinkActor(cs.ID, cs.Requester)
	seen, err := s.see(ctx, by, cs, core.MayRequest)
	return seen, by, err
}

func (s *Service) see(ctx context.Context, by core.Actor, cs *core.Case, needs core.Permission) (*Seen, error) {
	t, err := s.types.Published(ctx, cs.Type)
	if err != nil {
		return nil, err
	}
	var has standing
	if by.IsStaff() {
		if has.groups, err = s.groupsOf(ctx, by.StaffID()); err != nil {
			return nil, err
		}
		found, err := postgres.All[accessRow](ctx, s.db.Pool(), selectAccess, cs.ID, by.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			has.reasons = append(has.reasons, r.Why)
		}
	}
	if by.IsClient() {
		if has.grant, err = s.grantOf(ctx, by.ClientID()); err != nil {
			return nil, err
		}
	}
	seen := &Seen{cs, t, mayDo(by, cs, t, has)}
	if !seen.MayDo(needs) {
		return nil, noSuchCase()
	}
	return seen, nil
}

// MayDo reports whether the one who looks holds a permission on the case.
func (s *Seen) MayDo(p core.Permission) bool {
	for _, has := range s.May {
		if has == p {
			return true
		}
	}
	return false
}

type groupRow struct{ GroupKey string }

// groupsOfStaff asks for the groups of a staff user: none once they are
// deactivated.
func groupsOfStaff(id core.StaffID) postgres.Question[groupRow] {
	return postgres.Question[groupRow]{Key: groupsKey{id}, SQL: selectGroups, Args: []any{id}}
}

func (s *Service) groupsOf(ctx context.Context, id core.StaffID) ([]string, error) {
	rows, err := groupsOfStaff(id).Ask(ctx, s.db.Pool())
	if err != nil {
		return nil, err
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.GroupKey
	}
	return out, nil
}

// groupsKey is under what the groups of a staff user are shared on one page.
type groupsKey struct{ id core.StaffID }

// TrackingToken is the secret in the link that follows a case without an
// account.
func (s *Service) TrackingToken(id core.CaseID) string { return s.secret.TrackingToken(id) }

const deleteOldKeys = `DELETE FROM idempotency_keys WHERE created_at < $1`

// Sweep forgets the results of requests that nobody will repeat any more, and
// who was there a while ago.
func (s *Service) Sweep(ctx context.Context) error {
	_, err := s.db.Pool().Exec(ctx, deleteOldKeys, s.clock.Now().Add(-keepKeys))
	return errors.Join(postgres.Translate(err), s.SweepPresence(ctx), s.SweepLooks(ctx))
}
