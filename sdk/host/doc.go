// Package host is the world as a plugin sees it: what it is told with each call,
// what it may ask for, and what it may want done.
//
// A [Ctx] is handed to every function of a plugin, whatever its kind. It holds
// the time, the person, the case and the task as far as they were granted; its
// methods want commands done. The functions of this package ask for more and
// read like calls:
//
//	found, ok := host.Search(c, abi.CaseSearch{SameAddress: true})
//	if !ok {
//		return forms.Page{Title: "Related cases", Body: forms.Body{forms.Text("They cannot be found just now.")}}
//	}
//
// ok is false when the answer could not be had: it was not granted, the other
// side did not answer, the person may not see it. [Ctx.Trouble] says which.
//
// Behind it the plugin is a function that is called again. When an answer is not
// there yet ok is false too, what the function goes on to do is thrown away,
// the host fetches every answer that was asked for, and the same event is
// handled once more, from the same state. So functions that ask must be
// functions of their arguments alone, as they must be anyway; and asks that
// follow from one another take a round each, of which there are three. What is
// asked in the same round costs one.
package host
