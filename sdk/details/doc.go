// Package details is what the author of a details section writes against.
//
// A details section is a part of a case's page. It shows something, and, where
// it says so and the reader may, it is changed there.
//
//	type Outcome struct{ Remedy, Cost string }
//
//	var Section = details.Details[Outcome]{
//		ID: "outcome",
//		Fields: func(f *details.Fields, o *Outcome) {
//			f.Text("remedy", &o.Remedy)
//			f.Number("cost", &o.Cost)
//		},
//		View: func(c *details.Ctx, o *Outcome) forms.Page {
//			return forms.Page{Title: "Outcome", Body: forms.Body{
//				forms.Summary(forms.Row("Remedy", o.Remedy), forms.Row("Cost", o.Cost)),
//			}}
//		},
//		Edit: func(c *details.Ctx, o *Outcome) forms.Page {
//			return forms.Page{Title: "Outcome", Body: forms.Body{
//				forms.Line("remedy", &o.Remedy, "Remedy").Required("Say what was done"),
//				forms.Money("cost", &o.Cost, "Cost"),
//			}}
//		},
//	}
//
//	func init() { details.Serve(Section) }
//	func main() {}
//
// Fields that the manifest declares for the section belong to the case: lists,
// search, exports and messages know them. Fields names them once, and thereby
// reads them from the case and writes those that were changed. Its manifest
// needs "case.fields:remedy,cost" in context and "case.set_field:remedy,cost" in needs.
package details
