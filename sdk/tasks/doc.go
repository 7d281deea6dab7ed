// Package tasks is what the author of a task workflow writes against.
//
// A task is something that somebody has to do on a case. Its workflow is a list
// of steps over a struct of variables. A step is a page with buttons; each
// button is an outcome, which takes the task to another step, lets it wait, or
// ends it, and may change the case.
//
//	type Visit struct{ Found, Advice string }
//
//	var Inspect = tasks.Task[Visit]{
//		ID: "inspect",
//		Keep: func(k *state.Keeper, v *Visit) {
//			k.Text("found", &v.Found)
//			k.Text("advice", &v.Advice)
//		},
//		Steps: []tasks.Step[Visit]{
//			{ID: "visit", View: visit, Outcomes: []tasks.Outcome[Visit]{
//				{ID: "repaired", Label: "It is repaired", Then: func(c *tasks.Ctx, v *Visit) {
//					c.AddNote(v.Found)
//					c.Done("Repaired on the spot")
//				}},
//				{ID: "order", Label: "It needs parts", Then: func(c *tasks.Ctx, v *Visit) {
//					c.Wait(host.AddDays(c.Today, 14), "Waiting for parts")
//				}},
//			}},
//		},
//	}
//
//	func init() { tasks.Serve(Inspect) }
//	func main() {}
//
// Fields and everything else on a page come from sdk/forms. What was typed
// into a page that was not sent stays there; when an outcome is taken the
// variables have it, and what is to last is named in Keep, once. A task may stay
// open for months, be handed from one person to another, and see three versions
// of its plugin: Keep is what it brings along.
//
// Functions are called several times for one event, so they may do nothing but
// read their arguments and call methods of the Ctx.
package tasks
