package tasks_test

import (
	"context"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// posting is a workflow of one question: where to.
type posting struct{}

// Serve implements tasks.Provider.
func (posting) Serve(_ context.Context, call tasks.Call) (tasks.Reply, error) {
	r := tasks.Reply{Reply: dialogue.Reply{Pin: "1.0.0+s1.0123456789ab", State: []byte(`{}`)}}
	if call.Event.Kind == dialogue.Submit {
		r.Done, r.Outcome = true, "To "+call.Event.Answers.Text("depot")
		return r, nil
	}
	r.View = &view.Node{Type: view.Form, ID: "where", Label: "Where to?", Items: []view.Node{
		{Type: view.Field, Kind: view.KindLookup, ID: "depot", Label: "Depot", List: "depots", Required: true},
	}}
	return r, nil
}

func TestWhatIsChosenInATaskIsARowOfTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lists := lookups.New(w.DB, w.Clock)
	rows := []lookups.Row{{Value: "n", Label: "North depot"}, {Value: "s", Label: "South depot"}}
	if err := lists.Put(t.Context(), core.SystemActor(), lookups.List{Key: "depots", Name: "Depots"}, rows); err != nil {
		t.Fatal(err)
	}
	w.tasks = tasks.New(w.DB, w.Cases, w.Clock, posting{})
	w.tasks.ChooseFrom(lists)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`, inspected1, 1))
	id := w.Raise(t)
	depot := func(typed string) func(*view.Node) tasks.Sent {
		return sends(dialogue.Submit, "", view.Answers{"depot": {typed}})
	}
	shown := w.turn(t, w.Ines, id, "where", depot("East depot"))
	if f := shown.View.Field("depot"); !shown.Refused || f.Error == "" || f.Value[0] != "East depot" {
		t.Errorf("what is in no list was taken: %+v", shown)
	}
	if shown = w.turn(t, w.Ines, id, "where", depot("north DEPOT")); !shown.Done {
		t.Errorf("what is in the list was not taken: %+v", shown)
	}
	if task := w.all(t, w.Priya, id)[0]; task.Outcome != "To n" {
		t.Errorf("the workflow was told %q", task.Outcome)
	}
}

func TestTheCountOfTasksIsThatOfTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &tasks.Add{Title: "For Ines", Group: "highways", Assignee: w.Ines.StaffID()}, &tasks.Add{Title: "For highways", Group: "highways"})
	reach, err := w.Cases.ReachOf(t.Context(), w.Ines, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := w.tasks.List(t.Context(), reach, tasks.Waiting, 1, 50)
	if err != nil {
		t.Fatal(err)
	}
	n, err := w.tasks.Count(t.Context(), reach)
	if err != nil || n.Mine != 1 || n.Mine+n.Unclaimed != len(list) || len(list) < 2 {
		t.Errorf("%+v for %d tasks, %v", n, len(list), err)
	}
	// What was asked ahead is not asked again.
	ctx := postgres.Sharing(t.Context())
	postgres.Ahead(ctx, w.DB.Pool(), w.tasks.Ahead(reach)...)
	w.Do(t, w.Priya, id, &tasks.Add{Title: "Another", Group: "highways"})
	if again, err := w.tasks.Count(ctx, reach); err != nil || again != n {
		t.Errorf("%+v became %+v, %v", n, again, err)
	}
}
