package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// Assign gives the case to a member of the group it is with: case.assign.
type Assign struct {
	To core.StaffID `json:"to"`

	member *member
}

// Name implements [Command].
func (*Assign) Name() core.CommandName { return "case.assign" }

// Needs implements [Command].
func (*Assign) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*Assign) Touches() []core.Aspect {
	return []core.Aspect{core.AspectAssignee, core.AspectGroup}
}

// Load implements [Loader].
func (a *Assign) Load(r *Reads) { loadMember(r, a.To, &a.member) }

// Apply implements [Command].
func (a *Assign) Apply(_ context.Context, w *Work) error {
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed. Reopen it first.")
	}
	if a.member == nil || !slices.Contains(a.member.Groups, w.Case.Group) {
		return core.InvalidField("to", "Choose somebody of the group this case is with.")
	}
	if w.Case.Assignee == a.To {
		return core.Conflict("%s has this case already.", a.member.Name)
	}
	w.Case.Assignee = a.To
	w.Record(core.CaseAssigned, core.About{"to": a.To})
	return nil
}

// Reassign hands the case to another group, and to a person there if one is
// named, with a reason of the type's list: case.reassign. What else is to be
// said goes beside it as a note.
type Reassign struct {
	Group  string       `json:"group"`
	To     core.StaffID `json:"to,omitzero"`
	Reason string       `json:"reason,omitempty"`

	member *member
}

// Name implements [Command].
func (*Reassign) Name() core.CommandName { return "case.reassign" }

// Needs implements [Command].
func (*Reassign) Needs() core.Permission { return core.MayReassign }

// Touches implements [Command].
func (*Reassign) Touches() []core.Aspect {
	return []core.Aspect{core.AspectAssignee, core.AspectGroup}
}

// Load implements [Loader].
func (a *Reassign) Load(r *Reads) { loadMember(r, a.To, &a.member) }

// Apply implements [Command].
func (a *Reassign) Apply(_ context.Context, w *Work) error {
	switch {
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case !w.Type.MayHold(a.Group):
		return core.InvalidField("group", "Cases of this type cannot be with this group.")
	case a.Group == w.Case.Group && (a.To.IsZero() || a.To == w.Case.Assignee):
		return core.InvalidField("group", "The case is there already.")
	}
	if err := checkReason(w.Type.Reasons.Reassign, a.Reason); err != nil {
		return err
	}
	if !a.To.IsZero() && (a.member == nil || !slices.Contains(a.member.Groups, a.Group)) {
		return core.InvalidField("to", "Choose somebody of the group the case goes to.")
	}
	w.Case.Group, w.Case.Assignee = a.Group, a.To
	w.Record(core.CaseReassigned, core.About{"reason": a.Reason})
	return nil
}

const selectMember = `SELECT u.name, coalesce(array_agg(m.group_key) FILTER (WHERE m.group_key IS NOT NULL), '{}') AS groups
FROM staff_users u LEFT JOIN memberships m ON m.staff_id = u.id
WHERE u.id = $1 AND u.active GROUP BY u.id, u.name`

// member is an active staff user whom a case is to go to.
type member struct {
	Name   string
	Groups []string
}

func loadMember(r *Reads, id core.StaffID, into **member) {
	if id.IsZero() {
		return
	}
	r.Query(selectMember, []any{id}, func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[member])
		if len(found) > 0 {
			*into = found[0]
		}
		return err
	})
}

// checkReason wants a reason where the type lists some, and takes none where
// it does not.
func checkReason(list []core.Reason, key string) error {
	if len(list) == 0 && strings.TrimSpace(key) == "" {
		return nil
	}
	if _, ok := core.FindReason(list, key); !ok {
		return core.InvalidField("reason", "Choose a reason.")
	}
	return nil
}
