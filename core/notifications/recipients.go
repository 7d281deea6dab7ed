package notifications

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// recipient is somebody who is told.
type recipient struct {
	audience string
	name     string
	email    string
	language string        // "" for the default
	person   core.PersonID // the requester, if we know them
	staff    core.StaffID  // a colleague, who is told in the console too; zero for a shared mailbox
	former   bool          // the address was theirs before: a warning goes there, and no link
	follows  bool          // a person who follows, whom public words alone are for
	receives bool          // has a task, and perhaps nothing else to do with the case
	why      string        // why they are told: "has the case"

	// unwritten is who is told in the console alone: the letter goes to the
	// mailbox of their group.
	unwritten bool
}

// face tells recipients of one event apart. A member of staff may have raised
// the case as a customer, and is told as both.
func (r recipient) face() string {
	if r.audience == toRequester {
		return "requester " + r.email
	}
	return r.email
}

// team is a group with its active members.
type team struct {
	core.Group
	members []core.StaffUser
}

// recipients lists who belongs to an audience of an event: people who may see
// the case, and who did not bring the event about.
func (h *hearing) recipients(ctx context.Context, e core.Recorded, audience string) ([]recipient, error) {
	var out []recipient
	var err error
	switch audience {
	case toRequester:
		return h.requester(ctx, e)
	case toAssignee:
		out, err = h.assignee(ctx, e)
	case toManage:
		out, err = h.manage(ctx, e)
	case toEscalation:
		group := h.escalationGroup(e)
		if group == "" {
			h.leaves("", "the case type names no group for that level")
		}
		out, err = h.team(ctx, e, group)
		out = because(out, "is in the group of the escalation level")
	case toAsker:
		out, err = h.asker(ctx, e)
	case toReceiver:
		out, err = h.receiver(ctx, e)
	case toFollower:
		out, err = h.followers(ctx, e)
	}
	for i := range out {
		out[i].audience = audience
	}
	return out, err
}

// requester is told at the address that the case has, if it has one. When the
// address itself was changed, the one before is warned as well.
func (h *hearing) requester(ctx context.Context, e core.Recorded) ([]recipient, error) {
	if why := h.notForRequester(e); why != "" {
		h.leaves(h.cs.Contact.Name, why)
		return nil, nil
	}
	if open, err := h.stillAsked(ctx, e); err != nil || !open {
		h.leaves(h.cs.Contact.Name, "no such question is open")
		return nil, err
	}
	language := ""
	if !h.cs.Requester.IsZero() {
		person, err := h.o.People.FindPerson(ctx, core.PersonActor(h.cs.Requester, ""), h.cs.Requester)
		if err != nil && core.KindOf(err) != core.ErrNotFound {
			return nil, err
		}
		language = person.Language
	}
	var out []recipient
	add := func(email string, former bool) {
		email, err := core.ParseEmail(email)
		if err != nil || slices.ContainsFunc(out, func(r recipient) bool { return r.email == email }) {
			return
		}
		out = append(out, recipient{
			audience: toRequester, name: h.cs.Contact.Name, email: email, language: language, person: h.cs.Requester, former: former,
			why: "raised the case",
		})
	}
	add(h.cs.Contact.Email, false)
	if len(out) == 0 {
		h.leaves(h.cs.Contact.Name, "the case has no email address")
	}
	if before, ok := e.Changes[core.AspectContact]; ok && e.Kind == core.ContactChanged {
		if contact, ok := before[0].(map[string]any); ok {
			email, _ := contact["email"].(string)
			add(email, true)
		}
	}
	return out, nil
}

// notForRequester says why the requester is not told of an event.
func (h *hearing) notForRequester(e core.Recorded) string {
	if h.cs.Anonymous {
		return "the case was raised without a name"
	}
	return keptFromRequester(e)
}

// stillAsked reports whether a question that an event is about awaits its
// answer; true for events about anything else.
func (h *hearing) stillAsked(ctx context.Context, e core.Recorded) (bool, error) {
	if e.Kind != core.QuestionAsked && e.Kind != core.QuestionUnanswered {
		return true, nil
	}
	q, err := h.o.Questions.Find(ctx, h.cs.ID, number(e, "no"))
	if core.KindOf(err) == core.ErrNotFound {
		return false, nil
	}
	return q.IsOpen(), err
}

// assignee is the case manager. Where nobody is, it is the group, but for
// events that give the case to a person.
func (h *hearing) assignee(ctx context.Context, e core.Recorded) ([]recipient, error) {
	switch e.Kind {
	case core.CaseAssigned, core.CaseReassigned, core.CaseClaimed:
		id := h.assigneeAfter(e)
		if id.IsZero() || id != h.cs.Assignee {
			h.leaves("", "nobody has the case")
			return nil, nil // handed on since: whoever has it now is told of that
		}
		u, err := h.user(ctx, id)
		return because(h.ifSees(e, u), "has the case"), err
	}
	return h.holders(ctx, e)
}

// manage is the group that answers for the case: all of it when the case is new
// or handed to it, else whoever holds the case.
func (h *hearing) manage(ctx context.Context, e core.Recorded) ([]recipient, error) {
	if e.Kind != core.CaseRaised && e.Kind != core.CaseReassigned {
		return h.holders(ctx, e)
	}
	if !h.assigneeAfter(e).IsZero() {
		h.leaves("", "a person has the case, so that its group is not told")
		return nil, nil
	}
	if group := after(e, core.AspectGroup); group != "" && group != h.cs.Group {
		return nil, nil
	}
	out, err := h.team(ctx, e, h.cs.Group)
	return because(out, "is in the group of the case"), err
}

// holders are the case manager, or the group while there is none, or while the
// one there is can do nothing for it.
func (h *hearing) holders(ctx context.Context, e core.Recorded) ([]recipient, error) {
	u, err := h.user(ctx, h.cs.Assignee)
	if err != nil {
		return nil, err
	}
	if u != nil && h.sees(e, u) {
		return because(h.ifSees(e, u), "has the case"), nil
	}
	why := "nobody has the case, and is in its group"
	if u != nil {
		h.ifSees(e, u) // says why not
		why = "whoever has the case can do nothing for it, and is in its group"
	}
	out, err := h.team(ctx, e, h.cs.Group)
	return because(out, why), err
}

// asker is who asked the question of the event; whoever holds the case when
// they are gone.
func (h *hearing) asker(ctx context.Context, e core.Recorded) ([]recipient, error) {
	if open, err := h.stillAsked(ctx, e); err != nil || !open {
		h.leaves("", "no such question is open")
		return nil, err
	}
	q, err := h.o.Questions.Find(ctx, h.cs.ID, number(e, "no"))
	if core.KindOf(err) == core.ErrNotFound {
		h.leaves("", "there is no such question")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	u, err := h.user(ctx, q.AskedBy.StaffID())
	if err != nil {
		return nil, err
	}
	if u != nil && h.sees(e, u) {
		return because(h.ifSees(e, u), "asked the question"), nil
	}
	return h.holders(ctx, e)
}

// assigneeAfter is who had the case when the event had happened.
func (h *hearing) assigneeAfter(e core.Recorded) core.StaffID {
	if _, changed := e.Changes[core.AspectAssignee]; !changed {
		return h.cs.Assignee
	}
	id, _ := core.ParseID[core.StaffID](after(e, core.AspectAssignee))
	return id
}

// escalationGroup is the group of the level that an escalation leads to, or
// that the case is at; of the first level while it is at none.
func (h *hearing) escalationGroup(e core.Recorded) string {
	if e.Kind == core.CaseEscalated {
		return fact(e, "group")
	}
	groups := h.t.Groups[core.DutyEscalation]
	if i := max(h.cs.Level, 1) - 1; i < len(groups) {
		return groups[i]
	}
	return ""
}

// team tells a group: at its shared mailbox if it has one, else each member.
func (h *hearing) team(ctx context.Context, e core.Recorded, key string) ([]recipient, error) {
	t, err := h.findTeam(ctx, key)
	if err != nil || t == nil {
		return nil, err
	}
	if err := h.readAccess(ctx); err != nil {
		return nil, err
	}
	var out []recipient
	for i := range t.members {
		out = append(out, h.ifSees(e, &t.members[i])...)
	}
	if t.Email == "" {
		return out, nil
	}
	for i := range out {
		out[i].unwritten = true
	}
	if cases.Allows(h.cs, h.t, []string{key}, h.reasons("", []string{key}), h.readers(e)) {
		out = append(out, recipient{name: t.Name, email: t.Email})
	} else {
		h.leaves(t.Name, "the group may not see the case")
	}
	return out, nil
}

func (h *hearing) findTeam(ctx context.Context, key string) (*team, error) {
	if t, known := h.teams[key]; known || key == "" {
		return t, nil
	}
	group, err := h.o.People.FindGroup(ctx, key)
	if core.KindOf(err) == core.ErrNotFound {
		h.teams[key] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	members, err := h.o.People.GroupMembers(ctx, key)
	if err != nil {
		return nil, err
	}
	h.teams[key] = &team{group, members}
	return h.teams[key], nil
}

// user finds a staff user, nil for nobody.
func (h *hearing) user(ctx context.Context, id core.StaffID) (*core.StaffUser, error) {
	if err := h.readAccess(ctx); err != nil {
		return nil, err
	}
	if u, known := h.staff[id]; known || id.IsZero() {
		return u, nil
	}
	u, err := h.o.People.FindUser(ctx, id)
	if core.KindOf(err) == core.ErrNotFound {
		h.staff[id] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h.staff[id] = &u
	return &u, nil
}

// sees reports whether a staff user may read what an event tells.
func (h *hearing) sees(e core.Recorded, u *core.StaffUser) bool {
	return u.Active && cases.Allows(h.cs, h.t, u.Groups, h.reasons(u.ID.String(), u.Groups), h.readers(e))
}

// ifSees makes a recipient of a staff user who may see the case, unless the
// event is their own doing.
func (h *hearing) ifSees(e core.Recorded, u *core.StaffUser) []recipient {
	switch {
	case u == nil:
		return nil
	case !u.Active:
		h.leaves(u.Name, "has no access any more")
		return nil
	case !h.sees(e, u):
		h.leaves(u.Name, "may not see the case, or not this of it")
		return nil
	case e.Actor.StaffID() == u.ID:
		h.leaves(u.Name, "did it themselves")
		return nil
	}
	return []recipient{{name: u.Name, email: u.Email, staff: u.ID}}
}

// readers is what somebody must hold to be told of an event.
func (h *hearing) readers(e core.Recorded) core.Permission {
	if h.needs != "" {
		return h.needs
	}
	if fact(e, "audience") == string(core.Private) {
		return core.MaySeePrivate
	}
	return core.MayView
}

func (h *hearing) readAccess(ctx context.Context) error {
	if h.accessRead {
		return nil
	}
	var err error
	h.access, err = h.accessOf(ctx, h.cs.ID)
	h.accessRead = err == nil
	return err
}

// reasons lists why the case is open to a staff user or their groups beyond
// their duties.
func (h *hearing) reasons(staff string, groups []string) []core.AccessReason {
	var out []core.AccessReason
	for _, a := range h.access {
		if a.ActorKind == "staff" && a.ActorID == staff || a.ActorKind == "group" && slices.Contains(groups, a.ActorID) {
			out = append(out, a.Why)
		}
	}
	return out
}
