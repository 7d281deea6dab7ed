package cases

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Escalate raises the escalation level, opens the case to that level's group
// and has it told: case.escalate. It never reassigns by itself.
type Escalate struct {
	Reason string `json:"reason,omitempty"` // of the type's list; free for the clock's own
	To     int    `json:"to,omitempty"`     // the level; 0 means one more
}

// Name implements [Command].
func (*Escalate) Name() core.CommandName { return "case.escalate" }

// Needs implements [Command].
func (*Escalate) Needs() core.Permission { return core.MayEscalate }

// Touches implements [Command].
func (*Escalate) Touches() []core.Aspect { return []core.Aspect{core.AspectLevel} }

const grantAccess = `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (case_id, actor_kind, actor_id, why) DO NOTHING`

// Apply implements [Command].
func (e *Escalate) Apply(_ context.Context, w *Work) error {
	groups := w.Type.Groups[core.DutyEscalation]
	level := e.To
	if level == 0 {
		level = w.Case.Level + 1
	}
	switch {
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case level <= w.Case.Level:
		return core.Conflict("The case is at escalation level %d already.", w.Case.Level)
	case level > len(groups):
		return core.Conflict("There is no escalation level above %d for this case type.", len(groups))
	}
	if w.By.IsStaff() {
		if err := checkReason(w.Type.Reasons.Escalate, e.Reason); err != nil {
			return err
		}
	}
	for i := w.Case.Level; i < level; i++ {
		w.Write(grantAccess, "group", groups[i], w.Case.ID, core.AccessEscalated, w.Now)
	}
	w.Case.Level = level
	w.Record(core.CaseEscalated, core.About{"reason": e.Reason, "group": groups[level-1]})
	return nil
}

// DeEscalate takes the case back to the ordinary: case.de_escalate. The note
// says why, and becomes a note of the case in the same change. Groups that were
// told keep seeing the case.
type DeEscalate struct {
	Note string `json:"note"`
}

// Name implements [Command].
func (*DeEscalate) Name() core.CommandName { return "case.de_escalate" }

// Needs implements [Command].
func (*DeEscalate) Needs() core.Permission { return core.MayEscalate }

// Touches implements [Command].
func (*DeEscalate) Touches() []core.Aspect { return []core.Aspect{core.AspectLevel} }

// Apply implements [Command].
func (d *DeEscalate) Apply(_ context.Context, w *Work) error {
	if w.Case.Level == 0 {
		return core.Conflict("This case is not escalated.")
	}
	if strings.TrimSpace(d.Note) == "" {
		return core.InvalidField("note", "Say why the case is no longer escalated.")
	}
	w.Case.Level = 0
	*whySlot.Of(w) = d.Note
	w.Record(core.CaseDeEscalated, nil)
	return nil
}

// Why is what was given as the note of the command being applied, "" for none:
// the slice that keeps notes asks for it.
func Why(w *Work) string { return *whySlot.Of(w) }

var whySlot = NewSlot[string]("note of a command")
