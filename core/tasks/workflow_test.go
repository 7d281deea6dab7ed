package tasks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// inspection is a workflow as a plugin would be one: an officer finds something,
// whoever works the case approves it or sends it back.
type inspection struct {
	calls   atomic.Int32
	broken  atomic.Bool
	before  func(tasks.Call) // runs before an answer is given; nil for nothing
	granted []cases.Command  // asked for when the finding is sent
	mu      sync.Mutex
	heard   []dialogue.Kind
}

type inspected struct {
	Step  string `json:"step"`
	Found string `json:"found,omitempty"`
	Woken int    `json:"woken,omitempty"`
	Why   string `json:"why,omitempty"`
}

func (i *inspection) Serve(_ context.Context, call tasks.Call) (tasks.Reply, error) {
	i.calls.Add(1)
	i.mu.Lock()
	i.heard = append(i.heard, call.Event.Kind)
	i.mu.Unlock()
	if i.before != nil {
		i.before(call)
	}
	if i.broken.Load() {
		return tasks.Reply{}, core.Unavailable(errors.New("it crashed"), "This task has a problem just now, and we have been told.")
	}
	s := inspected{Step: "find"}
	if len(call.State) > 0 {
		if err := json.Unmarshal(call.State, &s); err != nil {
			return tasks.Reply{}, err
		}
	}
	var r tasks.Reply
	r.Pin = "1.0.0+s1.0123456789ab"
	switch call.Event.Kind {
	case dialogue.Start:
		r.WakeAt = call.Now.Add(72 * time.Hour)
	case dialogue.Timer:
		s.Woken++
		r.Status = "Nobody has looked"
	case dialogue.Return:
		s.Step, s.Why, r.Status = "find", call.Event.Text, "To be corrected"
	case dialogue.Press:
		s.Step, r.Status = "find", "Sent back"
		r.Granted = cases.Granted{Through: "casement.inspection 1.0.0", Commands: []cases.Command{&tasks.Assign{Group: "highways"}}}
	case dialogue.Submit:
		if s.Step == "approve" {
			r.Done, r.Outcome = true, s.Found
			break
		}
		s.Found = call.Event.Answers.Text("found")
		if s.Found == "nothing" {
			r.Errors = []view.FieldError{{Field: "found", Message: "Look again"}}
			break
		}
		s.Step, r.Status = "approve", "Waiting for approval"
		r.Granted = cases.Granted{Through: "casement.inspection 1.0.0", Commands: append([]cases.Command{&tasks.Assign{Group: "manager"}}, i.granted...)}
	}
	r.State, _ = json.Marshal(s)
	if !r.Done {
		r.View = s.page(call)
	}
	return r, nil
}

func (s inspected) page(call tasks.Call) *view.Node {
	switch {
	case s.Step == "find":
		return &view.Node{Type: view.Form, ID: "find", Label: "What did you find?", Hint: s.Why, Items: []view.Node{
			{Type: view.Field, Kind: view.KindTextArea, ID: "found", Label: "What did you find?", Required: true, MaxLength: 100, Value: []string{s.Found}},
			{Type: view.Field, Kind: view.KindFile, ID: "evidence", Label: "Evidence"},
		}}
	case call.Manages:
		return &view.Node{Type: view.Form, ID: "approve", Label: "Is this enough?", Button: "Approve", Items: []view.Node{
			{Type: view.Text, Text: s.Found}, {Type: view.Button, ID: "reject", Label: "Send back"},
		}}
	}
	return &view.Node{Type: view.Page, ID: "wait", Label: "Somebody is looking at it", Items: []view.Node{{Type: view.Text, Text: s.Found}}}
}

const inspected1 = `"when_raised": true, "workflow": "plugin:casement.inspection/inspect"`

// inspecting is a world whose first task goes through an inspection.
func inspecting(t *testing.T) (world, *inspection, core.CaseID) {
	t.Helper()
	w := newWorld(t)
	plugin := &inspection{}
	w.tasks = tasks.New(w.DB, w.Cases, w.Clock, plugin)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`, inspected1, 1))
	return w, plugin, w.Raise(t)
}

func (w world) open(t *testing.T, by core.Actor, id core.CaseID) (*tasks.Opened, tasks.Shown) {
	t.Helper()
	o, err := w.tasks.Open(t.Context(), by, w.seen(t, by, id), 1, tasks.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := w.tasks.Show(t.Context(), o, "", tasks.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	return o, shown
}

func sends(kind dialogue.Kind, target string, answers view.Answers) func(*view.Node) tasks.Sent {
	return func(*view.Node) tasks.Sent { return tasks.Sent{Kind: kind, Target: target, Answers: answers} }
}

func found(words string) func(*view.Node) tasks.Sent {
	return sends(dialogue.Submit, "", view.Answers{"found": {words}, "forged": {"x"}})
}

func (w world) turn(t *testing.T, by core.Actor, id core.CaseID, step string, read func(*view.Node) tasks.Sent) tasks.Shown {
	t.Helper()
	_, shown, err := w.tasks.Turn(t.Context(), by, w.seen(t, by, id), 1, step, tasks.Visit{}, read)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func TestAWorkflowGoesFromHandToHandUntilItIsDone(t *testing.T) {
	t.Parallel()
	w, _, id := inspecting(t)
	if _, shown := w.open(t, w.Ines, id); shown.View.ID != "find" {
		t.Fatalf("it begins at %s", shown.View.ID)
	}
	if shown := w.turn(t, w.Ines, id, "find", found("")); !shown.Refused || shown.View.Field("found").Error == "" {
		t.Errorf("an empty answer was taken: %+v", shown)
	}
	if shown := w.turn(t, w.Ines, id, "find", found("nothing")); !shown.Refused || shown.View.Field("found").Error != "Look again" {
		t.Errorf("what the workflow refuses was taken: %+v", shown)
	}
	if shown := w.turn(t, w.Ines, id, "find", found(strings.Repeat("x", 101))); !shown.Refused || shown.View.Field("found").Value[0] == "" {
		t.Errorf("a longer answer than the page allows was taken: %+v", shown)
	}
	w.Clock.Advance(time.Hour)
	if shown := w.turn(t, w.Ines, id, "find", found("The gate")); shown.View.ID != "wait" {
		t.Errorf("the officer sees %s then", shown.View.ID)
	}
	k := w.all(t, w.Priya, id)[0]
	if k.Status != "Waiting for approval" || k.Group != "complaints-team" || k.State != core.TaskOpen {
		t.Errorf("the task is %+v", k)
	}
	if e := w.Last(t, id, core.TaskMoved); e.About["status"] != "Waiting for approval" || e.Actor.ID != w.Ines.ID {
		t.Errorf("recorded %+v", e)
	}
	if e := w.Last(t, id, core.TaskAssigned); e.Actor.ID != w.Ines.ID || e.About["group"] != "complaints-team" {
		t.Errorf("recorded %+v", e)
	}
	if _, err := w.Cases.Find(t.Context(), w.Ines, w.Case(t, id).Ref, core.MayTask); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("whoever gave it away still sees it: %v", err)
	}
	_, shown := w.open(t, w.Priya, id)
	if shown.View.ID != "approve" {
		t.Fatalf("the manager sees %s", shown.View.ID)
	}
	w.turn(t, w.Priya, id, "approve", sends(dialogue.Press, "reject", nil))
	if k := w.all(t, w.Priya, id)[0]; k.Status != "Sent back" || k.Group != "highways" {
		t.Errorf("sent back, the task is %+v", k)
	}
	w.turn(t, w.Ines, id, "find", found("The gate code"))
	if shown := w.turn(t, w.Priya, id, "approve", sends(dialogue.Submit, "", nil)); !shown.Done {
		t.Errorf("approved, it is %+v", shown)
	}
	k = w.all(t, w.Priya, id)[0]
	if k.State != core.TaskDone || k.Outcome != "The gate code" || k.EndedBy != "Priya Raghunathan" {
		t.Errorf("the task is %+v", k)
	}
	if shown := w.turn(t, w.Tomasz, id, "approve", sends(dialogue.Submit, "", nil)); !shown.Overtaken || !shown.Done {
		t.Errorf("from another window: %+v", shown)
	}
	w.Rewinds(t, id)
}

func TestWhatWasTypedIsKeptWhenTheWorkflowFails(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	plugin.before = func(call tasks.Call) { plugin.broken.Store(call.Event.Kind == dialogue.Submit) }
	_, _, err := w.tasks.Turn(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1, "find", tasks.Visit{}, found("The gate"))
	var failed *tasks.Failure
	if !errors.As(err, &failed) || core.KindOf(err) != core.ErrUnavailable {
		t.Fatalf("got %v", err)
	}
	plugin.before = nil
	plugin.broken.Store(false)
	o, shown := w.open(t, w.Ines, id)
	if o.Typed() == nil || shown.View.Field("found").Value[0] != "The gate" {
		t.Errorf("kept were %+v, shown %+v", o.Typed(), shown.View.Field("found"))
	}
	if o, _ := w.open(t, w.Priya, id); o.Typed() != nil {
		t.Error("what one has typed is shown to another")
	}
	// A workflow that is broken from the beginning leaves the task itself.
	plugin.broken.Store(true)
	w.Do(t, w.Priya, id, &tasks.Add{Type: "history"})
	o, err = w.tasks.Open(t.Context(), w.Ines, w.seen(t, w.Ines, id), 2, tasks.Visit{})
	if !errors.As(err, &failed) || o == nil || o.Title != "Check the history" {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestEffectsHappenWithTheirTurnOrNotAtAll(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	plugin.granted = []cases.Command{&cases.SetField{Field: "depth", Value: "deep"}}
	_, _, err := w.tasks.Turn(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1, "find", tasks.Visit{}, found("The gate"))
	if core.KindOf(err) != core.ErrInvalid {
		t.Fatalf("an effect that is refused gave %v", err)
	}
	if k := w.all(t, w.Priya, id)[0]; k.Group != "highways" || k.Status != "" {
		t.Errorf("half of it happened: %+v", k)
	}
	plugin.granted = []cases.Command{&cases.SetField{Field: "depth", Value: 12.0}, &tasks.Add{Title: "Ring the depot"}}
	w.turn(t, w.Ines, id, "find", found("The gate"))
	if w.Case(t, id).Fields["depth"] != 12.0 || len(w.all(t, w.Priya, id)) != 2 {
		t.Error("granted effects did not happen: the officer may not work the case, the workflow may")
	}
}

func TestWhatOvertakesATurnIsSeenByIt(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	var done atomic.Bool
	plugin.before = func(call tasks.Call) {
		if call.Event.Kind == dialogue.Submit && done.CompareAndSwap(false, true) {
			w.turn(t, w.Priya, id, "find", found("Priya was faster"))
		}
	}
	shown := w.turn(t, w.Tomasz, id, "find", found("Tomasz was slower"))
	if !shown.Overtaken {
		t.Errorf("the slower one sees %+v", shown)
	}
	if k := w.all(t, w.Priya, id)[0]; k.Status != "Waiting for approval" {
		t.Errorf("the task is %+v", k)
	}
	if _, shown := w.open(t, w.Priya, id); shown.View.Items[0].Text != "Priya was faster" {
		t.Errorf("what stands is %+v", shown.View)
	}
}

func TestWhoLosesATaskWhileSendingIsToldSo(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	var done atomic.Bool
	plugin.before = func(call tasks.Call) {
		if call.Event.Kind == dialogue.Submit && done.CompareAndSwap(false, true) {
			w.turn(t, w.Priya, id, "find", found("Priya was faster")) // and it is the manager's then
		}
	}
	_, _, err := w.tasks.Turn(t.Context(), w.Ines, w.seen(t, w.Ines, id), 1, "find", tasks.Visit{}, found("Ines was slower"))
	if core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "gone to somebody else") {
		t.Errorf("told %v", err)
	}
}

func TestTwoWhoSendAtOnceDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	w, _, id := inspecting(t)
	w.open(t, w.Ines, id)
	results := make(chan tasks.Shown, 2)
	for _, by := range []core.Actor{w.Tomasz, w.Priya} {
		seen := w.seen(t, by, id)
		go func() {
			_, shown, err := w.tasks.Turn(t.Context(), by, seen, 1, "find", tasks.Visit{}, found("by "+by.Name))
			if err != nil {
				t.Error(err)
			}
			results <- shown
		}()
	}
	first, second := <-results, <-results
	if first.Overtaken == second.Overtaken {
		t.Errorf("the two see %+v and %+v", first, second)
	}
	moved := 0
	for _, kind := range w.Kinds(t, id) {
		if kind == core.TaskMoved {
			moved++
		}
	}
	if moved != 1 {
		t.Errorf("it moved %d times", moved)
	}
}

func TestATaskThatIsReturnedTellsItsWorkflowWhy(t *testing.T) {
	t.Parallel()
	w, _, id := inspecting(t)
	w.open(t, w.Ines, id)
	w.turn(t, w.Ines, id, "find", found("The gate"))
	w.Refuses(t, core.ErrConflict, w.Priya, id, &tasks.Return{No: 1, Reason: "Not done yet"})
	w.turn(t, w.Priya, id, "approve", sends(dialogue.Submit, "", nil))
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Return{No: 1, Reason: " "})
	w.Do(t, w.Priya, id, &tasks.Return{No: 1, Reason: "Two dates are missing"})
	o, shown := w.open(t, w.Priya, id)
	if o.Status != "To be corrected" || o.State != core.TaskOpen || shown.View.ID != "find" || shown.View.Hint != "Two dates are missing" {
		t.Errorf("it is %+v, shown %+v", o.Task, shown.View)
	}
	history, err := w.tasks.History(t.Context(), o.Item)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range history {
		if e.Words != "" {
			said = append(said, string(e.Kind)+": "+e.Words)
		}
	}
	if strings.Join(said, "\n") != "task.returned: Two dates are missing" {
		t.Errorf("the history says %q", said)
	}
	w.Rewinds(t, id)
}

func TestAWorkflowIsWokenOnceWhenItAskedTo(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	queued := 0
	tick := func() int {
		t.Helper()
		queued = 0
		n, err := w.tasks.Tick(t.Context(), w.Clock.Now(), func(_ *pgx.Batch, cs core.CaseID, no int) {
			if queued++; cs != id || no != 1 {
				t.Errorf("queued task %d of %s", no, cs)
			}
		})
		if err != nil || n != queued {
			t.Fatalf("the tick found %d and queued %d: %v", n, queued, err)
		}
		return n
	}
	wake := func() {
		t.Helper()
		if err := w.tasks.Wake(t.Context(), id, 1); err != nil {
			t.Fatal(err)
		}
	}
	wake() // too early: nothing happens
	if tick() != 0 {
		t.Error("it was found before its time")
	}
	w.Clock.Advance(72 * time.Hour)
	if tick() != 1 {
		t.Error("it was not found at its time")
	}
	// A second server finds it too; both wake it at the same moment.
	errs := make(chan error, 4)
	for range 4 {
		go func() { errs <- tasks.New(w.DB, w.Cases, w.Clock, plugin).Wake(t.Context(), id, 1) }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if tick() != 0 {
		t.Error("it is found again after it was woken")
	}
	k, moved := w.all(t, w.Priya, id)[0], 0
	for _, e := range w.History(t, id) {
		if e.Kind == core.TaskMoved {
			if moved++; e.Actor.Kind != core.ActorSystem {
				t.Errorf("it was woken by %+v", e.Actor)
			}
		}
	}
	if k.Status != "Nobody has looked" || moved != 1 {
		t.Errorf("woken %d times, it is %+v", moved, k)
	}
}

func TestAWorkflowThatFailsIsWokenAgainLater(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.open(t, w.Ines, id)
	w.Clock.Advance(72 * time.Hour)
	plugin.broken.Store(true)
	if err := w.tasks.Wake(t.Context(), id, 1); err != nil {
		t.Fatal(err)
	}
	none := func(*pgx.Batch, core.CaseID, int) {}
	if n, err := w.tasks.Tick(t.Context(), w.Clock.Now(), none); err != nil || n != 0 {
		t.Errorf("it is found again at once: %d, %v", n, err)
	}
	plugin.broken.Store(false)
	w.Clock.Advance(5 * time.Minute)
	if n, err := w.tasks.Tick(t.Context(), w.Clock.Now(), none); err != nil || n != 1 {
		t.Fatalf("after a while it is not: %d, %v", n, err)
	}
	if err := w.tasks.Wake(t.Context(), id, 1); err != nil || w.all(t, w.Priya, id)[0].Status != "Nobody has looked" {
		t.Errorf("woken again: %v", err)
	}
}

func TestAWorkflowBeginsWithoutAnybodyAndEndsWithItsTask(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	heard := w.tasks.Heard(func(_ *pgx.Batch, cs core.CaseID, no int) {
		if err := w.tasks.Wake(t.Context(), cs, no); err != nil {
			t.Error(err)
		}
	})
	cs := w.Case(t, id)
	kind, err := w.Types.Published(t.Context(), cs.Type)
	if err != nil {
		t.Fatal(err)
	}
	var b pgx.Batch
	for range 2 { // a repeat is harmless
		if err := heard(t.Context(), &b, cs, kind, w.History(t, id)); err != nil {
			t.Fatal(err)
		}
	}
	if len(plugin.heard) != 1 || plugin.heard[0] != dialogue.Start {
		t.Errorf("it heard %v", plugin.heard)
	}
	w.Do(t, w.Priya, id, &tasks.Cancel{No: 1, Reason: "Known already"})
	w.Clock.Advance(100 * time.Hour)
	if n, err := w.tasks.Tick(t.Context(), w.Clock.Now(), func(*pgx.Batch, core.CaseID, int) {}); err != nil || n != 0 {
		t.Errorf("a cancelled task wants to be woken: %d, %v", n, err)
	}
	if err := w.tasks.Wake(t.Context(), id, 1); err != nil || len(plugin.heard) != 1 {
		t.Errorf("a cancelled task was woken: %v, %v", plugin.heard, err)
	}
}

func TestNobodyTakesAStepThatIsNotTheirs(t *testing.T) {
	t.Parallel()
	w, plugin, id := inspecting(t)
	w.Do(t, w.Priya, id, &tasks.Add{Title: "Measure", Group: "parks"})
	turn := func(by core.Actor, no int) error {
		_, _, err := w.tasks.Turn(t.Context(), by, w.seen(t, by, id), no, "find", tasks.Visit{}, found("x"))
		return err
	}
	if err := turn(w.Other, 1); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("parks at the task of highways: %v", err)
	}
	if err := turn(w.Other, 2); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a task without steps: %v", err)
	}
	if plugin.calls.Load() != 0 {
		t.Error("the workflow was asked all the same")
	}
	w.Refuses(t, core.ErrInvalid, w.Priya, id, &tasks.Act{No: 1}) // from the API: nobody knows what the workflow would say
	w.Refuses(t, core.ErrConflict, w.Ines, id, &tasks.Complete{No: 1})
	w.Do(t, w.Priya, id, &tasks.Complete{No: 1, Outcome: "By hand"})
}

func TestAWorkflowIsHeldToWhatItMayShow(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*tasks.Reply){
		"nothing to show":      func(r *tasks.Reply) { r.View = nil },
		"a field as a page":    func(r *tasks.Reply) { r.View = &view.Node{Type: view.Text, Text: "x"} },
		"two fields of a name": func(r *tasks.Reply) { r.View.Items = append(r.View.Items, r.View.Items[0]) },
		"a state too long":     func(r *tasks.Reply) { r.State = bytes.Repeat([]byte("1"), dialogue.MaxState+1) },
		"a status too long":    func(r *tasks.Reply) { r.Status = strings.Repeat("x", 101) },
		"done by being looked": func(r *tasks.Reply) { r.Done, r.View = true, nil },
		"asleep for ever":      func(r *tasks.Reply) { r.WakeAt = casestest.Start.AddDate(11, 0, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, `"when_raised": true`, inspected1, 1))
			id := w.Raise(t)
			w.tasks = tasks.New(w.DB, w.Cases, w.Clock, &inspection{})
			o, _ := w.open(t, w.Ines, id)
			_, err := tasks.New(w.DB, w.Cases, w.Clock, spoilt{&inspection{}, spoil}).Show(t.Context(), o, "", tasks.Visit{})
			var failed *tasks.Failure
			if !errors.As(err, &failed) || core.KindOf(err) != core.ErrUnavailable {
				t.Errorf("got %v", err)
			}
		})
	}
}

// spoilt is a workflow whose every answer is changed.
type spoilt struct {
	tasks.Provider
	spoil func(*tasks.Reply)
}

func (s spoilt) Serve(ctx context.Context, call tasks.Call) (tasks.Reply, error) {
	r, err := s.Provider.Serve(ctx, call)
	s.spoil(&r)
	return r, err
}

func TestFilesOfATaskAreFilesOfItsCase(t *testing.T) {
	t.Parallel()
	w, _, id := inspecting(t)
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	kept := attachments.New(w.DB, disk, w.Clock)
	upload := func(by core.Actor) core.AttachmentID {
		t.Helper()
		a, err := kept.Upload(t.Context(), by, attachments.Incoming{Name: "round sheets.txt"}, io.Reader(strings.NewReader("no access")))
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	w.tasks.KeepFiles(
		func(file core.AttachmentID) cases.Command {
			return &attachments.Add{Files: []core.AttachmentID{file}, Audience: core.Staff}
		},
		func(no int) cases.Command { return &attachments.Delete{No: no} },
	)
	o, _ := w.open(t, w.Ines, id)
	one, two := upload(w.Ines), upload(w.Ines)
	for _, file := range []core.AttachmentID{one, two} {
		if err := w.tasks.AddFile(t.Context(), w.Ines, o, "evidence", file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.tasks.AddFile(t.Context(), w.Ines, o, "evidence", one); core.KindOf(err) != core.ErrConflict {
		t.Errorf("the same file again: %v", err)
	}
	if err := w.tasks.AddFile(t.Context(), w.Ines, o, "evidence", upload(w.Priya)); core.KindOf(err) != core.ErrConflict {
		t.Errorf("somebody else's file: %v", err)
	}
	w.Refuses(t, core.ErrInvalid, w.Ines, id, &tasks.AddFile{No: 1, Field: "evidence", File: upload(w.Ines)})
	if err := w.tasks.RemoveFile(t.Context(), w.Ines, o, "evidence", two); err != nil {
		t.Fatal(err)
	}
	on, err := kept.OfCase(t.Context(), w.seen(t, w.Priya, id))
	if err != nil || len(on) != 1 || on[0].ID != one || on[0].Audience != core.Staff || on[0].By.ID != w.Ines.ID {
		t.Errorf("on the case are %+v, %v", on, err)
	}
	_, shown := w.open(t, w.Ines, id)
	if f := shown.View.Field("evidence").Files; len(f) != 1 || f[0].Name != "round sheets.txt" || f[0].ID != one.String() || f[0].Size != 9 {
		t.Errorf("shown are %+v", f)
	}
	w.turn(t, w.Ines, id, "find", found("The gate"))
	w.Refuses(t, core.ErrNotFound, w.Ines, id, &tasks.RemoveFile{No: 1, Field: "evidence", File: one})
	w.Rewinds(t, id)
}
