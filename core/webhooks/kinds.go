package webhooks

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

// TestKind is what a test message says happened.
const TestKind core.EventKind = "webhook.test"

// Kinds lists the events that an endpoint can be told of, in the order of
// screens: all that are recorded of a case. An endpoint that names none is told
// of all, those of later versions included.
func Kinds() []core.EventKind {
	return slices.DeleteFunc(core.RoutineEvents(), func(kind core.EventKind) bool {
		return kind == core.CaseResolved || kind == core.AllTasksDone // recorded under another name
	})
}

func isKind(kind core.EventKind) bool { return slices.Contains(Kinds(), kind) }
