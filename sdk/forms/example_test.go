package forms_test

import (
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
)

// A form over two answers. In a plugin it is served with forms.Serve from an
// init function; here its function is called as the host would call it.
func ExampleForm() {
	type missed struct{ Bin, Street string }
	form := forms.Form[missed]{
		ID: "missed-bin", Title: "A missed bin",
		Steps: []forms.Step[missed]{
			{ID: "bin", View: func(c *forms.Ctx, m *missed) forms.Page {
				return forms.Page{Title: "Which bin?", Body: forms.Body{
					forms.Radios("bin", &m.Bin, "Bin").Option("grey", "Grey").Option("green", "Green").Required("Choose a bin"),
					forms.Line("street", &m.Street, "Street").Required("Enter a street"),
				}}
			}},
		},
		Submit: func(c *forms.Ctx, m *missed) forms.Raise {
			return forms.Raise{Subject: "Missed " + m.Bin + " bin in " + m.Street}
		},
	}

	begun, _ := form.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventStart}})
	refused, _ := form.Handle(&abi.Request{Op: abi.OpEvent, State: begun.State, Event: &abi.Event{
		Type: abi.EventSubmit, Fields: map[string][]string{"bin": {"grey"}},
	}})
	for _, e := range refused.Errors {
		fmt.Println(e.Field+":", e.Message)
	}
	sent, _ := form.Handle(&abi.Request{Op: abi.OpEvent, State: refused.State, Event: &abi.Event{
		Type: abi.EventSubmit, Fields: map[string][]string{"bin": {"grey"}, "street": {"Mill Lane"}},
	}})
	fmt.Println(sent.Raise.Subject)
	// Output:
	// street: Enter a street
	// Missed grey bin in Mill Lane
}
