package casepages_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/tasks"
)

func TestWhatToDoNextForgetsNeitherTheFirstAnswerNorTheTasksOfOthers(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, url := s.raised()
	s.Do(t, s.Priya, id, &cases.Claim{}, &cases.ChangeStatus{To: "in-progress"})
	says(t, s.get("Priya", url, 200), "Amara has heard nothing from us yet. Acknowledge: Due", url+"/history?write=public#composer")
	s.Do(t, s.Priya, id, &notes.Add{Body: "We have it.", Audience: core.Public})
	says(t, s.get("Priya", url, 200), "1 task is open: Check the history.")
	s.Do(t, s.Priya, id, &tasks.Add{Title: "Ask the depot"}, &tasks.Add{Title: "Look at the kerb"})
	page := s.get("Priya", url, 200)
	says(t, page, "3 tasks are open: Check the history, Ask the depot, Look at the kerb.")
	saysNot(t, page, "Nothing is open", "heard nothing")
	for no := 1; no <= 3; no++ {
		s.Do(t, s.Priya, id, &tasks.Cancel{No: no, Reason: "not needed"})
	}
	says(t, s.get("Priya", url, 200), "Nothing is open: reply to Amara and resolve it.")
}
