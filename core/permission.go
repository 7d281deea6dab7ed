package core

import "slices"

// Role is held in the whole installation, whatever the case type.
type Role string

// The roles.
const (
	RoleAdministrator Role = "administrator" // people, groups, and every other role's pages
	RoleConfigurator  Role = "configurator"  // case types, calendars, messages
	RolePluginAdmin   Role = "plugin_administrator"
	RoleAuditor       Role = "auditor" // reads the audit, changes nothing
)

// Roles lists every role, in the order screens show them.
func Roles() []Role {
	return []Role{RoleAdministrator, RoleConfigurator, RolePluginAdmin, RoleAuditor}
}

// Permission is one thing somebody may do to cases of a type that are with a
// group. Nobody holds one because a setting is empty.
type Permission string

// The permissions.
const (
	MayRaise      Permission = "case.raise"
	MayEnquire    Permission = "case.enquire"     // look at a reduced, read-only view
	MayView       Permission = "case.view"        // see the case with what staff wrote
	MayWork       Permission = "case.work"        // claim, note, ask, task, status, contact details
	MayReassign   Permission = "case.reassign"    // hand to another person or group
	MayEscalate   Permission = "case.escalate"    // raise or lower the escalation level
	MayClose      Permission = "case.close"       // close, cancel, reopen
	MayForceClose Permission = "case.force_close" // close against an obstacle, with a reason
	MayConvert    Permission = "case.convert"
	MayExport     Permission = "case.export"
	MaySeePrivate Permission = "case.see_private" // words marked private, beyond staff
	MayRequest    Permission = "case.request"     // what its requester may do: answer, add, withdraw, reopen in time
	MayFollow     Permission = "case.follow"      // hear of it: whoever sees it, and everybody where reports are public
	MayKeepTime   Permission = "case.keep_time"   // breach and remind: the system alone
	MayTask       Permission = "case.task"        // see the page of a task of one's own, and do it
)

// Duty is what a group does for a case type. The published type says which
// groups have which duty (CFG-17); a duty carries permissions.
type Duty string

// The duties.
const (
	DutyRaise        Duty = "raise"
	DutyManage       Duty = "manage"
	DutyReassignTo   Duty = "reassign_to" // may be handed cases, and then works them
	DutyEscalation   Duty = "escalation"  // one group per level
	DutyEnquiry      Duty = "enquiry"
	DutyAppointments Duty = "appointments"
	DutyAutoAssign   Duty = "auto_assign"
	DutyExport       Duty = "export"
)

// Duties lists every duty, in the order screens show them.
func Duties() []Duty {
	return []Duty{DutyRaise, DutyManage, DutyReassignTo, DutyEscalation, DutyEnquiry, DutyAppointments, DutyAutoAssign, DutyExport}
}

var dutyPermissions = map[Duty][]Permission{
	DutyRaise:      {MayRaise},
	DutyManage:     {MayRaise, MayEnquire, MayView, MayWork, MayReassign, MayEscalate, MayClose, MayConvert},
	DutyReassignTo: {MayEnquire, MayView, MayWork, MayReassign, MayEscalate, MayClose},
	DutyEnquiry:    {MayEnquire},
	DutyExport:     {MayExport},
}

// Permissions returns what a duty allows. Escalation allows nothing by itself:
// an escalated case is opened to its level's group by an [AccessReason].
func (d Duty) Permissions() []Permission { return dutyPermissions[d] }

// AccessReason says why one case is open to somebody beyond their duties, or,
// for a restricted case, at all.
type AccessReason string

// The reasons for access.
const (
	AccessEscalated AccessReason = "escalated" // a group was told of an escalation
	AccessNamed     AccessReason = "named"     // somebody is named on a restricted case
	AccessFollower  AccessReason = "follower"
	AccessTask      AccessReason = "task"  // somebody has a task on the case, of a type that shows it to them
	AccessBrief     AccessReason = "brief" // somebody has a task on the case, and sees the page of that alone
)

var accessPermissions = map[AccessReason][]Permission{
	AccessEscalated: {MayEnquire, MayView, MayWork, MayReassign, MayEscalate, MayClose, MayForceClose, MaySeePrivate},
	AccessNamed:     {MayEnquire, MayView, MayWork, MayReassign, MayEscalate, MayClose},
	AccessFollower:  {MayEnquire},
	AccessTask:      {MayEnquire, MayTask},
	AccessBrief:     {MayTask},
}

// Permissions returns what the access allows a staff user.
func (r AccessReason) Permissions() []Permission { return accessPermissions[r] }

// Everyone is the group key that stands for the public in a type's raise duty.
const Everyone = "everyone"

// SignedIn is the group key that stands for signed-in customers there.
const SignedIn = "signed-in"

// Duties of groups, by duty, in the order of the case type.
type DutyTable map[Duty][]string

// Permissions returns what a member of groups may do with cases of the type
// that are with the group caseGroup, sorted. A group with the duty "manage"
// works every case of its type; one with "reassign to" those it holds.
func (t DutyTable) Permissions(memberOf []string, caseGroup string) []Permission {
	var out []Permission
	for duty, groups := range t {
		for _, g := range groups {
			if !slices.Contains(memberOf, g) {
				continue
			}
			if duty == DutyReassignTo && g != caseGroup {
				continue
			}
			out = append(out, duty.Permissions()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// RaisableBy reports whether somebody outside may raise a case of the type.
func (t DutyTable) RaisableBy(by Actor) bool {
	groups := t[DutyRaise]
	if slices.Contains(groups, Everyone) {
		return true
	}
	// Who holds the link of a case is known for that case alone.
	return by.Kind == ActorPerson && by.Case.IsZero() && slices.Contains(groups, SignedIn)
}
