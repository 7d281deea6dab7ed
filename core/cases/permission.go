package cases

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

// standing is what the database knows of an actor, read for one change or one
// look. The zero standing opens nothing.
type standing struct {
	groups  []string            // of a staff user
	reasons []core.AccessReason // why else a case is open to a staff user
	grant   core.Grant          // of a client
}

// mayDo lists what an actor may do with one case. It is the only place where
// duties, reasons for access and links become permissions; the scopes of lists
// (list.go) are the same rule, said in SQL.
func mayDo(by core.Actor, cs *core.Case, t *core.CaseType, has standing) []core.Permission {
	var may []core.Permission
	switch by.Kind {
	case core.ActorStaff:
		if cs.Confidentiality == core.Normal {
			may = t.Groups.Permissions(has.groups, cs.Group)
		}
		for _, why := range has.reasons {
			may = append(may, why.Permissions()...)
		}
		if slices.Contains(may, core.MayEnquire) {
			may = append(may, core.MayFollow)
		}
		if slices.Contains(may, core.MayWork) {
			may = append(may, core.MayTask)
		}
	case core.ActorClient:
		if cs.Confidentiality == core.Normal {
			may = has.grant.On(t.Key)
		}
		if slices.Contains(may, core.MayWork) {
			may = append(may, core.MayTask)
		}
	case core.ActorPerson:
		if by.Case == cs.ID || by.Case.IsZero() && !cs.Requester.IsZero() && by.PersonID() == cs.Requester {
			may = []core.Permission{core.MayRequest}
		}
		if by.Case.IsZero() && t.Reports.Public && cs.Confidentiality == core.Normal {
			may = append(may, core.MayFollow)
		}
	case core.ActorAnonymous:
		if by.Case == cs.ID {
			may = []core.Permission{core.MayRequest}
		}
	case core.ActorSystem, core.ActorRoutine:
		may = []core.Permission{
			core.MayEnquire, core.MayView, core.MayWork, core.MayReassign, core.MayEscalate, core.MayClose,
			core.MayConvert, core.MayKeepTime, core.MayTask,
		}
	}
	slices.Sort(may)
	return slices.Compact(may)
}

// mayRaise lists what an actor may do while raising a case of a type.
func mayRaise(by core.Actor, t *core.CaseType, has standing) []core.Permission {
	if by.Kind == core.ActorSystem {
		return []core.Permission{core.MayRaise} // of a retired type only what was kept elsewhere: see RaiseMany
	}
	if t.Retired {
		return nil
	}
	if by.IsPublic() && t.Groups.RaisableBy(by) {
		return []core.Permission{core.MayRaise}
	}
	if by.IsStaff() {
		// The manage duty's permissions count whatever group the case goes to.
		if may := t.Groups.Permissions(has.groups, ""); slices.Contains(may, core.MayRaise) {
			return may
		}
		if slices.Contains(t.Groups[core.DutyRaise], core.Everyone) {
			return []core.Permission{core.MayRaise}
		}
	}
	if by.IsClient() {
		if may := has.grant.On(t.Key); slices.Contains(may, core.MayRaise) {
			return may
		}
	}
	return nil
}

// Allows reports whether a staff user who is a member of groups, and for whom
// there are reasons for access, holds a permission on a case. It is for those
// whom something concerns, such as a message, not for the one who acts.
func Allows(cs *core.Case, t *core.CaseType, groups []string, reasons []core.AccessReason, p core.Permission) bool {
	return slices.Contains(mayDo(core.Actor{Kind: core.ActorStaff}, cs, t, standing{groups: groups, reasons: reasons}), p)
}

// Allows reports whether a staff user who is a member of groups, and for whom
// there are reasons for access, would hold a permission on the case as it
// stands. It is for those whom a command concerns, not for the one who gives it.
func (w *Work) Allows(groups []string, reasons []core.AccessReason, p core.Permission) bool {
	return Allows(w.Case, w.Type, groups, reasons, p)
}
