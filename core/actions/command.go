package actions

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Run records what an action did, and lets follow what it asked for:
// action.run. The command is made by [Service] alone, with what the plugin said.
type Run struct {
	Action string       `json:"action"`          // plugin and entry
	Event  core.Version `json:"event,omitempty"` // what set it off; 0 when somebody pressed its button

	name    string
	depth   int
	reply   *Reply
	waiting []waitingRow
}

// maxOutcome bounds what an action says it did, in letters.
const maxOutcome = 500

// Inner implements [cases.Inner].
func (*Run) Inner() {}

// Name implements [cases.Command].
func (*Run) Name() core.CommandName { return "action.run" }

// Needs implements [cases.Command].
func (*Run) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command]: what the plugin decided on.
func (r *Run) Touches() []core.Aspect {
	if r.reply == nil {
		return nil
	}
	return r.reply.Granted.Touches()
}

// Load implements [cases.Loader].
func (r *Run) Load(reads *cases.Reads) {
	if r.Event > 0 {
		cases.ReadAll(reads, selectWaiting, []any{reads.Case, r.Event, r.Action}, func(found []waitingRow) { r.waiting = found })
	}
}

// Apply implements [cases.Command].
func (r *Run) Apply(_ context.Context, w *cases.Work) error {
	switch {
	case r.reply == nil:
		return core.Invalid("An action is run by its button, or by an event.")
	case r.Event > 0 && len(r.waiting) == 0:
		return core.Conflict("This was done already.")
	}
	outcome := clipped(strings.TrimSpace(r.reply.Outcome))
	if r.Event > 0 {
		w.Write(updateRan, w.Case.ID, r.Event, r.Action, outcome, r.reply.Granted.Through, w.Now)
	}
	by := w.By
	by.Through = r.reply.Granted.Through
	w.RecordAs(by, w.HappenedAt, core.ActionRan, core.About{
		"action": r.Action, "name": r.name, "outcome": outcome, "event": int64(r.Event), "depth": r.depth,
	})
	w.Then(r.reply.Granted)
	return nil
}

func clipped(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
	if r := []rune(s); len(r) > maxOutcome {
		return string(r[:maxOutcome-1]) + "…"
	}
	return s
}

// Follow is the command that records what an action did and lets follow what it
// asked for, for whoever ran it with a [Provider] themselves: a routine.
func Follow(action, name string, reply Reply) *Run {
	return &Run{Action: action, name: name, depth: 1, reply: &reply}
}
