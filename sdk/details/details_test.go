package details_test

import (
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

type outcome struct {
	Remedy string
	Cost   string
	Public string
	Who    []string
	Page   int
}

func section() details.Details[outcome] {
	return details.Details[outcome]{
		ID: "outcome",
		Fields: func(f *details.Fields, o *outcome) {
			f.Text("remedy", &o.Remedy)
			f.Number("cost", &o.Cost)
			f.YesNo("published", &o.Public)
			f.Texts("who", &o.Who)
		},
		Keep: func(k *state.Keeper, o *outcome) { k.Int("page", &o.Page) },
		View: func(c *details.Ctx, o *outcome) forms.Page {
			others := forms.Text("Nobody knows of others.")
			if found, ok := host.Search(c, abi.CaseSearch{SameRequester: true}); ok {
				table := forms.Table("Others", []string{"Reference", "Subject"}).Sortable("others").OnPage(o.Page+1, 3)
				for _, cs := range found.Cases {
					table.CaseRow(cs.Ref, cs.Ref, cs.Subject)
				}
				others = table
			}
			return forms.Page{Title: "Outcome", Body: forms.Body{
				forms.Summary(forms.Row("Remedy", o.Remedy), forms.Row("Cost", o.Cost)), others,
			}}
		},
		Edit: func(c *details.Ctx, o *outcome) forms.Page {
			return forms.Page{Title: "Outcome", Body: forms.Body{
				forms.Line("remedy", &o.Remedy, "Remedy").Required("Say what was done"),
				forms.Money("cost", &o.Cost, "Cost"),
				forms.YesNo("published", &o.Public, "Is it published?"),
				forms.Checkboxes("who", &o.Who, "Who learned of it?").Option("a", "A").Option("b", "B"),
			}}
		},
		Check: func(c *details.Ctx, o *outcome) {
			if o.Remedy == "money" && o.Cost == "" {
				c.Error("cost", "Say how much")
			}
		},
		Save: func(c *details.Ctx, o *outcome) { c.AddNote("The outcome was written down.") },
		Press: func(c *details.Ctx, o *outcome, p forms.Pressed) {
			if p.ID == "others" {
				o.Page = p.Page - 1
			}
		},
	}
}

func search(found ...abi.CaseFound) sdktest.Setup {
	return func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskSearch, func(abi.CaseSearch) (abi.CasesFound, error) { return abi.CasesFound{Cases: found}, nil })
	}
}

func TestASectionIsReadChangedAndSaved(t *testing.T) {
	r := sdktest.StartDetails(t, section(), search(abi.CaseFound{Case: abi.Case{ID: "c2", Ref: "REP-1", Subject: "Hole"}}))
	r.WantStep("view").WantAsk(abi.AskSearch).WantText("Hole").WantButton("details.edit")
	r.Press("details.edit").WantStep("edit").WantAsk()
	r.Submit("remedy", "money").WantError("cost").WantEffects()
	r.Submit("remedy", "money", "cost", "£1,250.5", "published", "no", "who", "a", "who", "b").WantStep("view").WantRow("Cost", "1250.50")
	r.WantEffects("case.set_field", "case.set_field", "case.set_field", "case.set_field", "note.add")
	r.WantEffect("case.set_field", `{"field":"cost","value":1250.5}`).WantEffect("case.set_field", `{"field":"published","value":false}`)
	r.WantEffect("case.set_field", `{"field":"who","value":["a","b"]}`)
	r.Press("details.edit").WantValue("who", "a", "b").WantValue("cost", "1250.50").Submit("remedy", "sorry", "cost", "1250.5", "published", "no", "who", "a", "who", "b")
	r.WantEffects("case.set_field", "note.add").WantEffect("case.set_field", `{"field":"remedy","value":"sorry"}`)
	r.Press("details.edit").Submit("remedy", "sorry").WantEffect("case.set_field", `{"field":"cost","value":null}`)
}

func TestADraftIsKeptUntilItIsSentOrLeft(t *testing.T) {
	r := sdktest.StartDetails(t, section(), search()).Press("details.edit").Change("remedy", "half")
	r.View().WantStep("edit").WantValue("remedy", "half")
	r.Back("remedy", "half").WantStep("view").WantEffects().Press("details.edit").WantValue("remedy")
}

func TestWhoMayNotChangeASectionReadsIt(t *testing.T) {
	r := sdktest.StartDetails(t, section(), search(), func(r *sdktest.Run) { r.Context.Editable = false })
	r.WantStep("view").WantNoButton("details.edit")
	r.Send(&abi.Event{Type: abi.EventPress, Action: "details.edit"}).WantStep("view")
	r.Send(&abi.Event{Type: abi.EventSubmit, Fields: map[string][]string{"remedy": {"x"}}}).WantStep("view").WantEffects()
}

func TestATableThatTheSectionPagesItselfTurnsItsPages(t *testing.T) {
	r := sdktest.StartDetails(t, section(), search()).Press("others", "page", "3")
	var table *view.Node
	r.Last.View.Walk(func(n *view.Node) {
		if n.Type == view.Table {
			table = n
		}
	})
	if table.Page != 3 {
		t.Errorf("page %d", table.Page)
	}
}

func TestASectionWithoutAViewIsAForm(t *testing.T) {
	d := section()
	d.View = nil
	r := sdktest.StartDetails(t, d).WantStep("edit").Submit("remedy", "sorry").WantStep("edit").WantValue("remedy", "sorry")
	r.Context.Editable = false
	r.View().WantStep("view").WantRow("Remedy", "sorry")
}

func TestTheRequesterIsKnownFromStaff(t *testing.T) {
	d := details.Details[outcome]{ID: "x", View: func(c *details.Ctx, _ *outcome) forms.Page {
		if c.ForStaff() {
			return forms.Page{Title: "For staff"}
		}
		return forms.Page{Title: "For you"}
	}}
	sdktest.StartDetails(t, d).WantText("For staff")
	sdktest.StartDetails(t, d, func(r *sdktest.Run) { r.Context.Reader = abi.ReaderRequester }).WantText("For you")
}
