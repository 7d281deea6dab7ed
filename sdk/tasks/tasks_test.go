package tasks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
	"github.com/casement-dev/casement/sdk/view"
)

// Inquiry is an investigation: updates again and again, then findings, which
// somebody else approves.
type inquiry struct {
	Text    string
	Updates []update
	Upheld  string
	Finding string
	Proof   []forms.File
	Rang    int
	Nearby  int
}

type update struct{ At, Text string }

func keep(k *state.Keeper, v *inquiry) {
	state.List(k, "updates", &v.Updates, func(k *state.Keeper, u *update) {
		k.Text("at", &u.At)
		k.Text("text", &u.Text)
	})
	k.Text("upheld", &v.Upheld)
	k.Text("finding", &v.Finding)
	k.Files("proof", &v.Proof)
	k.Int("rang", &v.Rang)
	k.Int("nearby", &v.Nearby)
}

func investigate() tasks.Task[inquiry] {
	return tasks.Task[inquiry]{
		ID: "investigate", Title: "Investigate", Keep: keep,
		Start: func(c *tasks.Ctx, v *inquiry) {
			if found, ok := host.Search(c, abi.CaseSearch{SameAddress: true}); ok {
				v.Nearby = len(found.Cases)
			}
		},
		Steps: []tasks.Step[inquiry]{
			{
				ID: "work", Status: "Being looked into",
				View: func(c *tasks.Ctx, v *inquiry) forms.Page {
					var lines []*forms.Listed
					for _, u := range v.Updates {
						lines = append(lines, forms.Row(u.Text, "").At(u.At))
					}
					return forms.Page{Title: "What have you found out?", Body: forms.Body{
						forms.Timeline(lines...),
						forms.TextArea("text", &v.Text, "Update").Required("Write what you found out"),
						forms.Button("template", "Insert a template"),
					}}
				},
				Press: func(c *tasks.Ctx, v *inquiry, p forms.Pressed) {
					v.Text = "Dear colleague, " + v.Text
				},
				Timer: func(c *tasks.Ctx, v *inquiry) {
					v.Rang++
					c.AddNote("Nobody came back.")
				},
				Outcomes: []tasks.Outcome[inquiry]{
					{ID: "add", Label: "Add the update", Then: func(c *tasks.Ctx, v *inquiry) {
						v.Updates = append(v.Updates, update{c.Now, v.Text})
						c.AddNote(v.Text)
						v.Text = ""
						c.Goto("work")
					}},
					{ID: "wait", Label: "Wait for an answer", Unchecked: true, Then: func(c *tasks.Ctx, v *inquiry) {
						v.Text = ""
						c.Wait(host.AddDays(c.Today, 7), "Waiting for the contractor")
					}},
					{ID: "find", Label: "Go on to findings", Unchecked: true, Goto: "findings", Then: func(c *tasks.Ctx, v *inquiry) { v.Text = "" },
						If: func(c *tasks.Ctx, v *inquiry) bool { return len(v.Updates) > 0 }},
				},
			},
			{
				ID: "findings", Back: "work",
				View: func(c *tasks.Ctx, v *inquiry) forms.Page {
					return forms.Page{Title: "Findings", Body: forms.Body{
						forms.YesNo("upheld", &v.Upheld, "Is it upheld?").Required("Say whether it is upheld"),
						forms.TextArea("finding", &v.Finding, "Finding"),
						forms.Files("proof", &v.Proof, "Evidence"),
					}}
				},
				Check: func(c *tasks.Ctx, v *inquiry) {
					if v.Upheld == "yes" && v.Finding == "" {
						c.Error("finding", "Say what went wrong")
					}
				},
				Outcomes: []tasks.Outcome[inquiry]{
					{ID: "finish", Label: "Finish", Then: func(c *tasks.Ctx, v *inquiry) {
						c.SetField("upheld", v.Upheld == "yes")
						c.AddFiles(v.Proof, false)
						c.Done("Investigated")
					}},
					{ID: "hand", Label: "Hand to the manager", Then: func(c *tasks.Ctx, v *inquiry) {
						c.AssignTask("manager")
						c.Stay()
					}},
				},
			},
		},
		Returned: func(c *tasks.Ctx, v *inquiry, why string) { c.Goto("findings") },
	}
}

func start(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, investigate(), append([]sdktest.Setup{func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskSearch, func(abi.CaseSearch) (abi.CasesFound, error) {
			return abi.CasesFound{Cases: []abi.CaseFound{{Case: abi.Case{ID: "c2"}}}}, nil
		})
	}}, setup...)...)
}

func TestATaskGoesThroughItsStepsToItsEnd(t *testing.T) {
	r := start(t).WantStep("work").WantAsk(abi.AskSearch).WantStatus("Being looked into").WantNoButton("find")
	if state := string(r.State); !strings.Contains(state, `"nearby":1`) {
		t.Errorf("the answer is not in the state: %s", state)
	}
	r.Submit().WantError("text").WantMessage("text", "Write what you found out")
	r.Submit("text", "A hole").WantStep("work").WantEffects("note.add").WantValue("text").WantText("A hole")
	r.Choose("add", "text", "A second hole").WantStep("work").WantText("A hole").WantText("A second hole")
	r.Choose("find").WantStep("findings").WantStatus("").WantNoText("A hole")
	r.Choose("finish", "upheld", "yes").WantError("finding")
	r.Attach("proof", view.File{ID: "f1", Name: "hole.jpg", Type: "image/jpeg"})
	r.Submit("upheld", "yes", "finding", "We forgot").WantOutcome("Investigated")
	r.WantEffects("case.set_field", "attachment.add").WantEffect("case.set_field", `{"field":"upheld","value":true}`)
	r.WantEffect("attachment.add", `{"files":["f1"],"audience":"staff"}`).View().WantText("Investigated").WantEffects()
}

func TestAnOutcomeThatDoesNotCheckTakesThePageAsItIs(t *testing.T) {
	start(t).Choose("wait").WantStep("work").WantStatus("Waiting for the contractor").WantWake("2026-11-16T00:00:00Z")
}

func TestAWaitEndsWhenItsTimeComesOrTheTaskMovesOn(t *testing.T) {
	r := start(t).Choose("wait").Timer().WantStep("work").WantEffects("note.add").WantStatus("Being looked into").WantWake("")
	r.Submit("text", "x").Choose("wait").WantWake("2026-11-23T00:00:00Z").Submit("text", "y").WantWake("").WantStatus("Being looked into")
}

func TestATaskThatComesBackSaysWhyUntilItIsSentAgain(t *testing.T) {
	r := start(t).Submit("text", "x").Choose("find").Submit("upheld", "no").WantOutcome("Investigated")
	r.Return("Who was asked?").WantStep("findings").WantText("Who was asked?").WantValue("upheld", "no")
	if r.Last.Done || r.Last.Outcome != "" {
		t.Error("it is still done")
	}
	r.View().WantText("Who was asked?")
	r.Submit("upheld", "yes", "finding", "f").WantOutcome("Investigated").WantNoText("Who was asked?")
}

func TestWhoeverOnlyLooksReadsAndChangesNothing(t *testing.T) {
	r := start(t).Submit("text", "x").Choose("find", "text", "draft").Change("finding", "half a sent")
	r.Context.Task.Mine = false
	r.View().WantStep("findings").WantNoField("finding").WantRow("Finding", "half a sent").WantRow("Is it upheld?", "Not given").WantNoButton("hand")
	if r.Last.View.Type != view.Page {
		t.Errorf("it is a %s", r.Last.View.Type)
	}
	r.Context.Task.Mine = true
	r.View().WantValue("finding", "half a sent")
}

func TestAButtonWithinThePageChangesWhatWasTyped(t *testing.T) {
	start(t).Press("template", "text", "the hole").WantStep("work").WantValue("text", "Dear colleague, the hole").
		Submit("text", "Dear colleague, the hole").WantEffect("note.add", `{"body":"Dear colleague, the hole","audience":"staff"}`)
}

func TestATaskIsHandedToSomebodyElseAndStays(t *testing.T) {
	r := start(t).Submit("text", "x").Choose("find").Choose("hand", "upheld", "no").WantStep("findings").WantValue("upheld", "no")
	r.WantEffect("task.assign", `{"no":1,"group":"manager"}`)
}

func TestAPageThatIsTakenAsItIsTakesWhatWasEmptiedToo(t *testing.T) {
	type list struct{ Done []string }
	r := sdktest.StartTask(t, tasks.Task[list]{
		ID: "list", Keep: func(k *state.Keeper, l *list) { k.Texts("done", &l.Done) },
		Steps: []tasks.Step[list]{{ID: "a", View: func(c *tasks.Ctx, l *list) forms.Page {
			return forms.Page{Title: "List", Body: forms.Body{
				forms.Checkboxes("done", &l.Done, "Done").Option("1", "One").Option("2", "Two"), forms.Line("note", new(string), "Note"),
			}}
		}, Outcomes: []tasks.Outcome[list]{
			{ID: "end", Label: "End", Done: "Ended"},
			{ID: "save", Label: "Save", Unchecked: true, Then: func(c *tasks.Ctx, l *list) { c.Stay() }},
		}}},
	})
	r.Choose("save", "done", "1").WantValue("done", "1").Choose("save").WantValue("done")
	r.Change("done", "2").WantValue("done", "2").Change("note", "x").WantValue("done")
}

func TestTheWayBackKeepsWhatWasTyped(t *testing.T) {
	r := start(t).Submit("text", "x").Choose("find").Back("finding", "half").WantStep("work")
	r.Choose("find").WantValue("finding", "half")
}

func TestAVariableThatKeepForgetsIsAFault(t *testing.T) {
	task := investigate()
	task.Keep = func(k *state.Keeper, v *inquiry) { k.Text("finding", &v.Finding) }
	st := abi.Raw(`{"step":"findings","kept":{}}`)
	_, err := task.Handle(&abi.Request{
		Op: abi.OpEvent, State: st, Context: abi.Context{Task: &abi.Task{Mine: true}},
		Event: &abi.Event{Type: abi.EventSubmit, Fields: map[string][]string{"upheld": {"no"}}},
	})
	if err == nil || !strings.Contains(err.Error(), "inquiry.Upheld") {
		t.Errorf("got %v", err)
	}
}

func TestMistakesOfTheAuthorAreFaultsThatSayWhich(t *testing.T) {
	submit := &abi.Request{Op: abi.OpEvent, Context: abi.Context{Task: &abi.Task{Mine: true}}, Event: &abi.Event{Type: abi.EventSubmit}}
	step := func(o tasks.Outcome[inquiry]) tasks.Task[inquiry] {
		return tasks.Task[inquiry]{ID: "x", Steps: []tasks.Step[inquiry]{{ID: "a", Outcomes: []tasks.Outcome[inquiry]{o}}}}
	}
	for want, task := range map[string]tasks.Task[inquiry]{
		"no steps":      {ID: "x"},
		"leads nowhere": step(tasks.Outcome[inquiry]{ID: "o", Label: "O"}),
		"where a page is drawn": {ID: "x", Steps: []tasks.Step[inquiry]{{ID: "a", View: func(c *tasks.Ctx, v *inquiry) forms.Page {
			c.AddNote("x")
			return forms.Page{Title: "T"}
		}}}},
		`no step "gone"`: step(tasks.Outcome[inquiry]{ID: "o", Label: "O", Goto: "gone"}),
		"use Check":      step(tasks.Outcome[inquiry]{ID: "o", Label: "O", Then: func(c *tasks.Ctx, v *inquiry) { c.Error("", "no"); c.Done("x") }}),
	} {
		if _, err := task.Handle(submit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestAStateOfAnEarlierVersionIsBroughtForward(t *testing.T) {
	task := investigate()
	task.StateVersion = 3
	task.Migrate = func(old *state.Old) {
		switch old.From {
		case 1:
			old.Rename("verdict", "finding")
			old.RenameStep("verdict", "findings")
		case 2:
			old.SetText("upheld", map[string]string{"y": "yes", "n": "no"}[old.Text("upheld")])
			old.Forget("mood")
		}
	}
	r := sdktest.StartTask(t, task, func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskSearch, func(abi.CaseSearch) (abi.CasesFound, error) { return abi.CasesFound{}, errors.New("no index") })
	})
	r.Migrate(abi.Raw(`{"step":"verdict","answers":{"verdict":["typed"]},"kept":{"upheld":"y","verdict":"kept","mood":"x"}}`), 1)
	r.WantStep("findings").WantValue("upheld", "yes").WantValue("finding", "typed")
	if _, err := task.Handle(&abi.Request{Op: abi.OpMigrate, StateVersion: 3, State: abi.Raw(`{}`)}); err == nil {
		t.Error("a state of the present version was migrated")
	}
}

func TestATaskGoesOnFromAStateItDoesNotQuiteKnow(t *testing.T) {
	task := investigate()
	for _, st := range []string{`{"step":"gone"}`, `{"step":"work","kept":{"invented":[1]}}`, `{"step":"work","invented":1}`} {
		r, err := task.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventView}, State: abi.Raw(st)})
		if err != nil || r.View == nil {
			t.Errorf("%s: %v", st, err)
		}
	}
	for _, st := range []string{`{"kept":{"updates":1}}`, `{"kept":[]}`, `[]`, `{"kept":{"a":1,"a":2}}`} {
		if _, err := task.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventView}, State: abi.Raw(st)}); err == nil {
			t.Errorf("%s was taken", st)
		}
	}
}
