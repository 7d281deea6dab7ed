package routines

// Plans are the statements that must not read everything, by name.
func Plans() map[string]string {
	return map[string]string{
		"selectDueMoments": selectDueMoments, "selectWaiting": selectWaiting, "countRuns": countRuns, "selectRunsOfCase": selectRunsOfCase,
		"deletePassed": deletePassed, "selectRunsOfRoutine": selectRunsOfRoutine,
	}
}
