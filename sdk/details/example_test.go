package details_test

import (
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
)

// A section that keeps one field of the case.
func ExampleDetails() {
	type remedy struct{ Text string }
	section := details.Details[remedy]{
		ID:     "remedy",
		Fields: func(f *details.Fields, r *remedy) { f.Text("remedy", &r.Text) },
		View: func(c *details.Ctx, r *remedy) forms.Page {
			return forms.Page{Title: "Remedy", Body: forms.Body{forms.Summary(forms.Row("Remedy", r.Text))}}
		},
		Edit: func(c *details.Ctx, r *remedy) forms.Page {
			return forms.Page{Title: "Remedy", Body: forms.Body{forms.Line("remedy", &r.Text, "Remedy")}}
		},
	}

	ctx := abi.Context{Editable: true, Case: &abi.Case{ID: "1", Fields: map[string][]string{"remedy": {"An apology"}}}}
	shown, _ := section.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventStart}, Context: ctx})
	fmt.Println(shown.View.Items[0].Items[0].Text)
	form, _ := section.Handle(&abi.Request{
		Op: abi.OpEvent, State: shown.State, Event: &abi.Event{Type: abi.EventPress, Action: "details.edit"}, Context: ctx,
	})
	saved, _ := section.Handle(&abi.Request{Op: abi.OpEvent, State: form.State, Context: ctx, Event: &abi.Event{
		Type: abi.EventSubmit, Fields: map[string][]string{"remedy": {"A repair"}},
	}})
	fmt.Println(saved.Effects[0].Type, string(saved.Effects[0].Args))
	// Output:
	// An apology
	// case.set_field {"field":"remedy","value":"A repair"}
}
