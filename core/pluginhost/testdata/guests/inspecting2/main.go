// The second version of a task of two steps, which keeps its finding under
// another name: an officer finds something, the case manager approves it
// or sends it back. It waits for the officer for a fortnight.
package main

import (
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
)

type visit struct{ Found, Why string }

func init() {
	tasks.Serve(tasks.Task[visit]{
		ID: "inspect", Title: "Inspection", StateVersion: 2, Migrate: func(old *state.Old) { old.Rename("found", "finding") },
		Keep:     func(k *state.Keeper, v *visit) { k.Text("finding", &v.Found); k.Text("why", &v.Why) },
		Start:    func(c *tasks.Ctx, _ *visit) { c.Wait(host.AddDays(c.Today, 14), "") },
		Timer:    func(c *tasks.Ctx, _ *visit) { c.Status("Nobody has looked"); c.Stay() },
		Returned: func(c *tasks.Ctx, v *visit, why string) { v.Why = why; c.Goto("find") },
		Steps: []tasks.Step[visit]{
			{ID: "find", View: find, Outcomes: []tasks.Outcome[visit]{{
				ID: "send", Label: "Send for approval", Goto: "approve",
				Then: func(c *tasks.Ctx, v *visit) { c.SetField("finding", "upheld"); c.AssignTask("manager") },
			}}},
			{ID: "approve", Status: "Waiting for approval", View: approve, Outcomes: []tasks.Outcome[visit]{
				{ID: "yes", Label: "Approve", If: manages, Then: func(c *tasks.Ctx, v *visit) { c.Done(v.Found) }},
				{ID: "no", Label: "Send back", If: manages, Goto: "find"},
			}},
		},
	})
}

func main() {}

func manages(c *tasks.Ctx, _ *visit) bool { return c.Manages() }

func find(c *tasks.Ctx, v *visit) forms.Page {
	return forms.Page{Title: "What did you find?", Body: forms.Body{
		forms.TextArea("found", &v.Found, "Findings").Required("Write what you found").Hint(v.Why),
	}}
}

func approve(_ *tasks.Ctx, v *visit) forms.Page {
	return forms.Page{Title: "Is this enough now?", Body: forms.Body{forms.Text(v.Found)}}
}
