package notifications_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
)

func TestWhoHasATaskIsToldNothingOfItsCaseThatTheirPageDoesNotShow(t *testing.T) {
	o := open(t)
	c := o.castFor(t, "complaint")
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, c.bo, id, &tasks.Add{Title: "Visit the site", Brief: "Ask for Zoe", Group: c.other})
	o.Do(t, c.bo, id, &tasks.Ask{No: 1, Body: "Mind the dog."})
	o.Do(t, c.bo, id, &tasks.Add{Type: "investigate", Group: c.other})
	all := o.letters(t, id)
	wants(t, "tasks added", all, "task.added receiver task-assigned di@x.example", "task.answered receiver task-answered di@x.example",
		"task.added receiver task-assigned di@x.example")
	for i, l := range all {
		if !strings.Contains(l.Text, base+"/cases/") || !strings.Contains(l.Text, "/tasks/") {
			t.Errorf("the letter does not lead to the task:\n%s", l.Text)
		}
		if strings.Contains(l.Text, "Amara") || strings.Contains(l.Text, amaraMail) || strings.Contains(l.Text, "Zoe") {
			t.Errorf("the letter names somebody:\n%s", l.Text)
		}
		shows := i == 2 // the type of the last one shows the subject
		if strings.Contains(l.Subject+l.Text, "Collections missed") != shows {
			t.Errorf("letter %d says what the case is about: %v\n%s", i, !shows, l.Text)
		}
	}
	if !strings.Contains(all[1].Text, "Mind the dog.") {
		t.Errorf("the answer is not in the letter:\n%s", all[1].Text)
	}
}

func TestWhoNoLongerHasATaskIsNotWrittenToAboutIt(t *testing.T) {
	o := open(t)
	c := o.castFor(t, "complaint")
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, c.bo, id, &tasks.Add{Title: "Visit the site", Group: c.other})
	o.letters(t, id)
	o.Do(t, c.bo, id, &tasks.Assign{No: 1, Group: c.other, Assignee: c.di.StaffID()})
	o.Do(t, c.bo, id, &tasks.Assign{No: 1, Group: c.manage, Assignee: c.cy.StaffID()})
	wants(t, "handed on at once", o.letters(t, id), "task.assigned receiver task-assigned cy@x.example")
	o.Do(t, c.bo, id, &tasks.Assign{No: 1, Group: c.other, Assignee: c.di.StaffID()})
	o.letters(t, id)
	o.Do(t, c.bo, id, &tasks.Ask{No: 1, Body: "Well?"})
	o.Do(t, c.bo, id, &tasks.Cancel{No: 1, Reason: "Not needed"})
	wants(t, "ended at once", o.letters(t, id))
}

func TestTheWordsOfATaskAreThoseOfItsEvent(t *testing.T) {
	o := open(t)
	c := o.castFor(t, "complaint")
	id := o.raise(t, "complaint")
	o.Do(t, c.bo, id, &tasks.Add{Title: "Visit the site", Group: c.other})
	o.letters(t, id)
	o.Do(t, c.di, id, &tasks.Ask{No: 1, Body: "Which gate?"})
	until := o.Clock.Now().AddDate(0, 0, 3)
	o.Do(t, c.di, id, &tasks.RequestTime{No: 1, Until: until, Reason: "It is locked."})
	said := map[string]string{}
	for _, l := range o.letters(t, id) {
		said[l.Event] = l.Text
	}
	if asked := said[string(core.TaskAsked)]; !strings.Contains(asked, "Which gate?") || !strings.Contains(asked, "Di asks") {
		t.Errorf("the question reads\n%s", asked)
	}
	if more := said[string(core.TaskTimeRequested)]; !strings.Contains(more, "It is locked.") || !strings.Contains(more, until.Format("Monday 2 January 2006")) {
		t.Errorf("the request reads\n%s", more)
	}
}
