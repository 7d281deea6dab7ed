package cases

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
)

// ChangeStatus moves a case between statuses that are not final:
// case.change_status. Only close, cancel and withdraw end a case.
type ChangeStatus struct {
	To string `json:"to"`
}

// Name implements [Command].
func (*ChangeStatus) Name() core.CommandName { return "case.change_status" }

// Needs implements [Command].
func (*ChangeStatus) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangeStatus) Touches() []core.Aspect { return []core.Aspect{core.AspectStatus} }

// Apply implements [Command].
func (c *ChangeStatus) Apply(_ context.Context, w *Work) error {
	to, ok := w.Type.Status(c.To)
	switch {
	case !ok:
		return core.InvalidField("to", "Choose one of the listed statuses.")
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case to.Kind == core.StatusFinal:
		return core.InvalidField("to", "Close or cancel the case to give it this status.")
	case to.Key == w.Case.Status:
		return core.Conflict("The case has this status already.")
	case !slices.ContainsFunc(w.Type.Moves(w.Case.Status), func(s core.Status) bool { return s.Key == to.Key }):
		return core.Conflict("A case may not move from this status to “%s”.", to.Name)
	}
	w.SetStatus(to)
	w.Record(core.StatusChanged, nil)
	return nil
}

// ChangeStage moves a case along its type's path, or back: case.change_stage.
type ChangeStage struct {
	To string `json:"to"`
}

// Name implements [Command].
func (*ChangeStage) Name() core.CommandName { return "case.change_stage" }

// Needs implements [Command].
func (*ChangeStage) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangeStage) Touches() []core.Aspect { return []core.Aspect{core.AspectStage} }

// NextStage is the stage that a change of stage is to enter, for guards on
// case.change_stage; false when the type has no such stage.
func NextStage(w *Work) (core.Stage, bool) {
	to, i := w.Type.Stage(*nextStageSlot.Of(w))
	return to, i >= 0
}

var nextStageSlot = NewSlot[string]("stage to enter")

// Prepare implements [Preparer]: guards run before Apply and must know.
func (c *ChangeStage) Prepare(w *Work) error {
	*nextStageSlot.Of(w) = c.To
	return nil
}

// Apply implements [Command].
func (c *ChangeStage) Apply(_ context.Context, w *Work) error {
	to, i := w.Type.Stage(c.To)
	switch {
	case i < 0:
		return core.InvalidField("to", "Choose one of the listed stages.")
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case to.Key == w.Case.Stage:
		return core.Conflict("The case is at this stage already.")
	}
	for _, key := range to.Requires.Fields {
		if v, ok := w.Case.Fields[key]; !ok || v == nil || v == "" {
			field, _ := w.Type.Field(key)
			return core.Conflict("“%s” must be filled in before the stage “%s”.", field.Label, to.Name)
		}
	}
	w.Case.Stage = to.Key
	w.Record(core.StageChanged, core.About{"to": to.Key})
	return nil
}

// ChangeSubtype reclassifies a case within its type: case.change_subtype. It
// does not move the case to the subtype's group.
type ChangeSubtype struct {
	To string `json:"to"`
}

// Name implements [Command].
func (*ChangeSubtype) Name() core.CommandName { return "case.change_subtype" }

// Needs implements [Command].
func (*ChangeSubtype) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangeSubtype) Touches() []core.Aspect { return []core.Aspect{core.AspectSubtype} }

// Apply implements [Command].
func (c *ChangeSubtype) Apply(_ context.Context, w *Work) error {
	if _, ok := w.Type.Subtype(c.To); !ok {
		return core.InvalidField("to", "Choose one of the listed subtypes.")
	}
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed. Reopen it first.")
	}
	if w.Case.Subtype == c.To {
		return core.Conflict("The case has this subtype already.")
	}
	w.Case.Subtype = c.To
	w.Record(core.SubtypeChanged, nil)
	return nil
}

// ChangePriority makes a case more or less urgent: case.change_priority.
type ChangePriority struct {
	To string `json:"to"`
}

// Name implements [Command].
func (*ChangePriority) Name() core.CommandName { return "case.change_priority" }

// Needs implements [Command].
func (*ChangePriority) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangePriority) Touches() []core.Aspect { return []core.Aspect{core.AspectPriority} }

// Apply implements [Command].
func (c *ChangePriority) Apply(_ context.Context, w *Work) error {
	if _, ok := w.Type.Priority(c.To); !ok {
		return core.InvalidField("to", "Choose one of the listed priorities.")
	}
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed. Reopen it first.")
	}
	if w.Case.Priority == c.To {
		return core.Conflict("The case has this priority already.")
	}
	w.Case.Priority = c.To
	w.Record(core.PriorityChanged, nil)
	return nil
}
