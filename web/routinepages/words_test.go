package routinepages

import (
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestEveryEventThatSetsOffRoutinesHasWordsOnce(t *testing.T) {
	var said []core.EventKind
	for _, g := range eventGroups() {
		for _, e := range g.kinds {
			if slices.Contains(said, e.kind) {
				t.Errorf("%s is said twice", e.kind)
			}
			said = append(said, e.kind)
		}
	}
	events := core.RoutineEvents()
	slices.Sort(events)
	slices.Sort(said)
	if !slices.Equal(events, said) {
		t.Errorf("the words are for\n%v, and there are\n%v", said, events)
	}
}

func TestCommandsAreSaidInWords(t *testing.T) {
	for name, want := range map[core.CommandName]string{
		"case.escalate": "Escalate the case", "case.change_status": "Change the status", "note.add": "Add a note", "task.change_due": "Change when a task is due", "attachment.delete": "Delete an attachment",
	} {
		if got := commandWords(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
