// Package forms is what the author of a form writes against.
//
// A form is a list of steps over a struct of answers. Each step draws one page
// from the answers so far; a field is declared once and is thereby drawn,
// read, checked, and listed on the page where answers are reviewed.
//
//	type Answers struct{ Kind, What string }
//
//	var Complaint = forms.Form[Answers]{
//		ID: "complaint", Title: "Make a complaint",
//		Steps: []forms.Step[Answers]{
//			{ID: "about", View: about},
//			{ID: "check", Review: true},
//		},
//		Submit: func(c *forms.Ctx, a *Answers) forms.Raise {
//			return forms.Raise{Subject: a.What, Subtype: a.Kind}
//		},
//	}
//
//	func about(c *forms.Ctx, a *Answers) forms.Page {
//		return forms.Page{Title: "What is it about?", Body: forms.Body{
//			forms.Radios("kind", &a.Kind, "Kind").Option("bins", "Bins").Option("noise", "Noise").Required("Choose a kind"),
//			forms.TextArea("what", &a.What, "What happened?").Required("Say what happened").Max(2000),
//		}}
//	}
//
//	func init() { forms.Serve(Complaint) }
//	func main() {}
//
// The state between two calls is the text that was typed, nothing else: at each
// call the struct is filled anew by letting the steps read it, so that it never
// holds an answer to a question that was not asked. Views must therefore be
// functions of their arguments alone; they are called several times a call.
//
// The package imports no fmt, no reflection and no encoding/json: a form on it
// is about two megabytes of WebAssembly.
package forms
