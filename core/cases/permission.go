package cases

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

// mayDo lists what an actor may do with one case. It is the only place where
// duties, reasons for access and links become permissions; the scopes of lists
// (list.go) are the same rule, said in SQL.
func mayDo(by core.Actor, cs *core.Case, t *core.CaseType, groups []string, reasons []core.AccessReason) []core.Permission {
	var may []core.Permission
	switch by.Kind {
	case core.ActorStaff:
		if cs.Confidentiality == core.Normal {
			may = t.Groups.Permissions(groups, cs.Group)
		}
		for _, why := range reasons {
			may = append(may, why.Permissions()...)
		}
	case core.ActorPerson:
		if by.Case == cs.ID || by.Case.IsZero() && !cs.Requester.IsZero() && by.PersonID() == cs.Requester {
			may = []core.Permission{core.MayRequest}
		}
	case core.ActorAnonymous:
		if by.Case == cs.ID {
			may = []core.Permission{core.MayRequest}
		}
	case core.ActorSystem, core.ActorRoutine:
		may = []core.Permission{
			core.MayEnquire, core.MayView, core.MayWork, core.MayReassign, core.MayEscalate, core.MayClose,
			core.MayConvert, core.MayKeepTime,
		}
	}
	slices.Sort(may)
	return slices.Compact(may)
}

// mayRaise lists what an actor may do while raising a case of a type.
func mayRaise(by core.Actor, t *core.CaseType, groups []string) []core.Permission {
	if by.IsPublic() && t.Groups.RaisableBy(by) || by.Kind == core.ActorSystem {
		return []core.Permission{core.MayRaise}
	}
	if by.IsStaff() {
		// The manage duty's permissions count whatever group the case goes to.
		if may := t.Groups.Permissions(groups, ""); slices.Contains(may, core.MayRaise) {
			return may
		}
		if slices.Contains(t.Groups[core.DutyRaise], core.Everyone) {
			return []core.Permission{core.MayRaise}
		}
	}
	return nil
}

// Allows reports whether a staff user who is a member of groups, and for whom
// there are reasons for access, holds a permission on a case. It is for those
// whom something concerns, such as a message, not for the one who acts.
func Allows(cs *core.Case, t *core.CaseType, groups []string, reasons []core.AccessReason, p core.Permission) bool {
	return slices.Contains(mayDo(core.Actor{Kind: core.ActorStaff}, cs, t, groups, reasons), p)
}

// Allows reports whether a staff user who is a member of groups, and for whom
// there are reasons for access, would hold a permission on the case as it
// stands. It is for those whom a command concerns, not for the one who gives it.
func (w *Work) Allows(groups []string, reasons []core.AccessReason, p core.Permission) bool {
	return Allows(w.Case, w.Type, groups, reasons, p)
}
