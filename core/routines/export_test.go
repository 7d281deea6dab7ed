package routines

import (
	"time"

	"github.com/casement-dev/casement/core"
)

// Plans are the statements that must not read everything, by name.
func Plans() map[string]string {
	return map[string]string{
		"selectDueMoments": selectDueMoments, "selectWaiting": selectWaiting, "countRuns": countRuns, "selectRunsOfCase": selectRunsOfCase,
		"deletePassed": deletePassed, "selectRunsOfRoutine": selectRunsOfRoutine,
	}
}

// Plan is a statement with what it is asked for.
type Plan struct {
	SQL  string
	Args []any
}

// TimePlans are the statements that find cases for a routine of the kind quiet
// and for a nightly one, each at most a number at once.
func TimePlans(now time.Time, atOnce int) map[string]Plan {
	return map[string]Plan{
		"due":      {selectDueMoments, []any{"complaint", "quiet", now, atOnce}},
		"schedule": {selectOpen, []any{"complaint", [16]byte(core.CaseID{}), atOnce}},
	}
}
