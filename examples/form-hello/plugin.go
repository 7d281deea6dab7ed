// The smallest form worth having: somebody asks to be called back. One page of
// questions, one page to check the answers, one case. Copy the folder and
// change it.
package main

import "github.com/casement-dev/casement/sdk/forms"

// CallBack is what somebody answers.
type CallBack struct {
	About string
	Name  string
	Phone string
	When  []string
}

// Form is the entry "call-back" of the manifest.
var Form = forms.Form[CallBack]{
	ID:    "call-back",
	Title: "Ask us to call you",
	Steps: []forms.Step[CallBack]{
		{ID: "call", View: call},
		{ID: "check", Review: true},
	},
	Submit: func(c *forms.Ctx, a *CallBack) forms.Raise {
		return forms.Raise{
			Subject:     "Call back " + a.Name,
			Description: a.About,
			Requester:   &forms.Party{Name: a.Name, Phone: a.Phone},
			Fields:      map[string][]string{"times": a.When},
		}
	},
	Done: func(c *forms.Ctx, a *CallBack) forms.Page {
		return forms.Page{Title: "We will call you", Body: forms.Body{
			forms.Text("We try twice. If we miss you both times, we write to you."),
		}}
	},
}

func call(c *forms.Ctx, a *CallBack) forms.Page {
	return forms.Page{Title: "What is it about?", Body: forms.Body{
		forms.TextArea("about", &a.About, "Your question").Required("Enter your question").Max(1000),
		forms.Line("name", &a.Name, "Your name").Required("Enter your name").Autocomplete("name"),
		forms.Tel("phone", &a.Phone, "Telephone number").Required("Enter a telephone number"),
		forms.Checkboxes("when", &a.When, "When may we call? (optional)").Short("When").
			Option("morning", "In the morning").Option("afternoon", "In the afternoon"),
	}}
}
