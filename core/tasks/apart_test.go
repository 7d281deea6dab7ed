package tasks_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/tasks"
)

// Another investigator looks at a complaint of the second stage (PACK-01).
func TestASecondLookIsSomebodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	history := `{"key": "history", "name": "Check the history", "assign_to": ["highways"], "when_raised": true, "cancelable": true}`
	second := `{"key": "review", "name": "Second look", "assign_to": ["manager", "complaints-team"], "not_by": ["response"]}`
	if !strings.Contains(casestest.ComplaintType, history) {
		t.Fatal("the case type has another task than this test replaces")
	}
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, history, second, 1))
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Claim{}, &tasks.Add{Type: "response"}, &tasks.Claim{No: 1}, &tasks.Complete{No: 1, Outcome: "Answered"})

	w.Do(t, w.Priya, id, &tasks.Add{Type: "review"})
	if k := w.all(t, w.Priya, id)[1]; !k.Assignee.IsZero() || k.Group != "complaints-team" {
		t.Errorf("the case manager, who wrote the response, was given the second look: %+v", k)
	}
	err := w.Refuses(t, core.ErrForbidden, w.Priya, id, &tasks.Claim{No: 2})
	if !strings.Contains(err.Error(), "“Second look” is for somebody else than whoever had “Write the response”.") {
		t.Errorf("refused with %v", err)
	}
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &tasks.Complete{No: 2})
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Assign{No: 2, Group: "complaints-team", Assignee: w.Priya.StaffID()})
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Add{Type: "review", Assignee: w.Priya.StaffID()})

	opened, err := w.tasks.Open(t.Context(), w.Priya, w.seen(t, w.Priya, id), 2, tasks.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	if opened.MayAct() || !strings.Contains(opened.Apart, "Write the response") {
		t.Errorf("its page says that she may do it: %q", opened.Apart)
	}
	w.Do(t, w.Tomasz, id, &tasks.Claim{No: 2}, &tasks.Complete{No: 2, Outcome: "The same"})

	// What was cancelled kept nobody from anything.
	other := w.Raise(t)
	w.Do(t, w.Priya, other, &cases.Claim{}, &tasks.Add{Type: "response"}, &tasks.Claim{No: 1}, &tasks.Cancel{No: 1, Reason: "not needed"})
	w.Do(t, w.Priya, other, &tasks.Add{Type: "review"}, &tasks.Complete{No: 2})
}
