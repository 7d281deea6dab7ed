// Package state is what a plugin remembers from one call to the next.
//
// A plugin is a function: it forgets everything when it has answered. What is
// to last goes into the state, which the host keeps and sends again. Answers
// that were typed are there without further ado; for the variables of your own
// a kit takes one function, Keep, that names them. The same function writes
// them and reads them:
//
//	func keep(k *state.Keeper, v *Visit) {
//		k.Text("found", &v.Found)
//		k.Files("evidence", &v.Evidence)
//		state.List(k, "updates", &v.Updates, func(k *state.Keeper, u *Update) {
//			k.Text("at", &u.At)
//			k.Text("text", &u.Text)
//		})
//	}
//
// What is not named is forgotten. A test that runs natively, as sdktest's do,
// fails on a variable that held something and was not named.
package state
