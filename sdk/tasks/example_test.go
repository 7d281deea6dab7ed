package tasks_test

import (
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
)

// A task that waits for parts, and ends when they are there.
func ExampleTask() {
	type visit struct{ Found string }
	task := tasks.Task[visit]{
		ID:   "inspect",
		Keep: func(k *state.Keeper, v *visit) { k.Text("found", &v.Found) },
		Steps: []tasks.Step[visit]{
			{ID: "visit", View: func(c *tasks.Ctx, v *visit) forms.Page {
				return forms.Page{Title: "What did you find?", Body: forms.Body{
					forms.TextArea("found", &v.Found, "Findings").Required("Write what you found"),
				}}
			}, Outcomes: []tasks.Outcome[visit]{
				{ID: "repaired", Label: "It is repaired", Done: "Repaired on the spot", Then: func(c *tasks.Ctx, v *visit) { c.AddNote(v.Found) }},
				{ID: "order", Label: "It needs parts", Then: func(c *tasks.Ctx, v *visit) {
					c.Wait(host.AddDays(c.Today, 14), "Waiting for parts")
				}},
			}},
		},
	}

	ctx := abi.Context{Today: "2026-11-09", Task: &abi.Task{No: 1, Title: "Look at the lamp", Mine: true}}
	event := func(of string, found ...string) *abi.Event {
		return &abi.Event{Type: abi.EventSubmit, Action: of, Fields: map[string][]string{"found": found}}
	}
	waits, _ := task.Handle(&abi.Request{Op: abi.OpEvent, Event: event("order", "The lamp is broken"), Context: ctx})
	fmt.Println(waits.Status, "until", waits.WakeAt)
	ended, _ := task.Handle(&abi.Request{Op: abi.OpEvent, State: waits.State, Event: event("repaired", "It is new now"), Context: ctx})
	fmt.Println(ended.Done, ended.Outcome)
	fmt.Println(ended.Effects[0].Type, string(ended.Effects[0].Args))
	// Output:
	// Waiting for parts until 2026-11-23T00:00:00Z
	// true Repaired on the spot
	// note.add {"body":"It is new now","audience":"staff"}
}
