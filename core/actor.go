package core

// ActorKind says what sort of somebody (or something) acts.
type ActorKind string

// The kinds of [Actor].
const (
	ActorStaff     ActorKind = "staff"     // somebody signed in to the console
	ActorPerson    ActorKind = "person"    // a customer: signed in to the portal, or holding a case's secret link
	ActorClient    ActorKind = "client"    // a program with an API key
	ActorRoutine   ActorKind = "routine"   // a routine, set off by an event
	ActorPlugin    ActorKind = "plugin"    // a plugin's effect
	ActorSystem    ActorKind = "system"    // time itself: a target fell due
	ActorAnonymous ActorKind = "anonymous" // nobody is known, and nobody will be
)

// Actor is who does something. It is an argument everywhere, never taken from
// a context, and it is written into the history as it stands here.
//
// For anonymous and for link holders no person is recorded: ID is empty, and
// Case names the one case that the link in their hands opens.
type Actor struct {
	Kind  ActorKind `json:"kind"`
	ID    string    `json:"id,omitempty"` // StaffID, PersonID, key, or routine or plugin name
	Name  string    `json:"-"`            // for screens; never stored with an event
	Roles []Role    `json:"-"`
	// Rights are a client's; what it may do with cases the door reads itself.
	Rights []Right `json:"-"`
	Case   CaseID  `json:"-"` // the only case a holder of a tracking link may touch
	// Through is the plugin whose effect it is, with its version, on behalf of
	// the actor: "casement.investigate 1.0.0"; "" for none.
	Through string `json:"through,omitempty"`
	// Chain names the routines that set this one off, outermost first, each as
	// its ID does; empty for every other kind.
	Chain []string `json:"chain,omitempty"`
}

// StaffActor is a staff user signed in to the console.
func StaffActor(id StaffID, name string, roles ...Role) Actor {
	return Actor{Kind: ActorStaff, ID: id.String(), Name: name, Roles: roles}
}

// PersonActor is a customer signed in to the portal.
func PersonActor(id PersonID, name string) Actor {
	return Actor{Kind: ActorPerson, ID: id.String(), Name: name}
}

// LinkActor is whoever holds the secret link of one case. If the case has a
// requester they act as that person; else as somebody anonymous.
func LinkActor(cs CaseID, requester PersonID) Actor {
	if requester.IsZero() {
		return Actor{Kind: ActorAnonymous, Case: cs}
	}
	return Actor{Kind: ActorPerson, ID: requester.String(), Case: cs}
}

// AnonymousActor is somebody of whom nothing is known.
func AnonymousActor() Actor { return Actor{Kind: ActorAnonymous} }

// SystemActor is time, and the start of the installation.
func SystemActor() Actor { return Actor{Kind: ActorSystem} }

// StaffID returns the staff user's ID, or the zero ID for every other kind.
func (a Actor) StaffID() StaffID {
	if a.Kind != ActorStaff {
		return StaffID{}
	}
	id, _ := ParseID[StaffID](a.ID)
	return id
}

// PersonID returns the person's ID, or the zero ID for every other kind.
func (a Actor) PersonID() PersonID {
	if a.Kind != ActorPerson {
		return PersonID{}
	}
	id, _ := ParseID[PersonID](a.ID)
	return id
}

// IsStaff reports whether a staff user acts.
func (a Actor) IsStaff() bool { return a.Kind == ActorStaff }

// IsPublic reports whether somebody outside the organisation acts.
func (a Actor) IsPublic() bool { return a.Kind == ActorPerson || a.Kind == ActorAnonymous }

// Has reports whether the actor holds an installation-wide role.
func (a Actor) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Origin says where a change came from. Routines, notifications and target
// starts run for live changes only: importing a year of cases mails nobody.
type Origin string

// The origins of a change.
const (
	OriginLive      Origin = "live"
	OriginImport    Origin = "import"
	OriginRestore   Origin = "restore"
	OriginMigration Origin = "migration"
)
