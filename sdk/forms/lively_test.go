package forms_test

import (
	"errors"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

// Move is a form that looks things up while it is filled in.
type move struct {
	Postcode string
	Address  string
	Garden   string
	Paid     string
	Street   string
	Found    []string
}

func moveForm() forms.Form[move] {
	return forms.Form[move]{
		ID: "move", Title: "I have moved",
		Keep: func(k *state.Keeper, m *move) { k.Texts("found", &m.Found) },
		Steps: []forms.Step[move]{
			{
				ID: "where",
				View: func(c *forms.Ctx, m *move) forms.Page {
					address := forms.Select("address", &m.Address, "Address")
					for _, a := range m.Found {
						address.Option(a, a)
					}
					return forms.Page{Title: "Where to?", Body: forms.Body{
						forms.Line("postcode", &m.Postcode, "Postcode").Required("Enter a postcode"),
						forms.Button("find", "Find the address"),
						forms.If(len(m.Found) > 0, address.Required("Choose your address")),
						forms.YesNo("garden", &m.Garden, "Is there a garden?").OnChange(),
						forms.If(m.Garden == "yes", forms.Money("paid", &m.Paid, "What do you pay for it?").Max(500)),
						forms.Lookup("street", &m.Street, "streets", "Street"),
					}}
				},
				Press: func(c *forms.Ctx, m *move, p forms.Pressed) {
					found, ok := host.Lookup(c, abi.LookupFind{List: "addresses", Text: m.Postcode})
					if !ok {
						m.Found = nil
						return
					}
					for _, row := range found.Rows {
						m.Found = append(m.Found, row.Label)
					}
					m.Address = found.Rows[0].Label
				},
			},
			{ID: "check", Review: true},
		},
		Submit: func(c *forms.Ctx, m *move) forms.Raise {
			c.AddNote("Moved.")
			return forms.Raise{Subject: "Moved to " + m.Address, Fields: map[string][]string{"paid": {m.Paid}}}
		},
	}
}

func register(rows []abi.LookupRow, err error) sdktest.Setup {
	return func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskLookup, func(abi.LookupFind) (abi.LookupFound, error) { return abi.LookupFound{Rows: rows}, err })
	}
}

func TestAButtonLooksUpAndFillsInWhatItFinds(t *testing.T) {
	f := sdktest.Start(t, moveForm(), register([]abi.LookupRow{{Value: "1", Label: "1 High St"}, {Value: "2", Label: "2 High St"}}, nil))
	f.WantNoField("address").Press("find", "postcode", "M1").WantStep("where").WantAsk(abi.AskLookup).WantValue("address", "1 High St").WantValue("postcode", "M1")
	f.Submit("postcode", "M1").WantError("address")
	f.Submit("postcode", "M1", "address", "2 High St").WantStep("check").WantRow("Address", "2 High St")
	if raise := f.Submit().WantDone(); raise.Subject != "Moved to 2 High St" {
		t.Errorf("got %+v", raise)
	}
	f.WantEffects("note.add")
}

func TestAFormGoesOnWithoutAnAnswer(t *testing.T) {
	f := sdktest.Start(t, moveForm(), register(nil, errors.New("the register is away")))
	f.Press("find", "postcode", "M1").WantStep("where").WantNoField("address").WantValue("postcode", "M1")
}

func TestAChangeRevealsWithoutChecking(t *testing.T) {
	f := sdktest.Start(t, moveForm(), register(nil, nil))
	f.WantNoField("paid").Change("garden", "yes").WantStep("where").WantValue("paid").WantValue("garden", "yes")
	f.Submit("postcode", "M1", "garden", "yes", "paid", "£1,2.50").WantMessage("paid", "Enter an amount of money, like 12.50")
	f.Submit("postcode", "M1", "garden", "perhaps", "paid", "£12").WantMessage("garden", "Choose yes or no")
	f.Submit("postcode", "M1", "garden", "yes", "paid", "501").WantMessage("paid", "Enter 500 or less")
	f.Submit("postcode", "M1", "garden", "yes", "paid", "-1").WantMessage("paid", "Enter an amount that is not below zero")
	f.Submit("postcode", "M1", "garden", "yes", "paid", "£ 12.5", "street", "7").WantStep("check")
	f.WantRow("What do you pay for it?", "£12.50").WantRow("Is there a garden?", "Yes").WantRow("Street", "7")
	if raise := f.Submit().WantDone(); raise.Fields["paid"][0] != "12.50" {
		t.Errorf("got %+v", raise.Fields)
	}
}

func TestAStateOfAnEarlierFormIsBroughtForward(t *testing.T) {
	form := moveForm()
	form.StateVersion, form.Migrate = 2, func(old *state.Old) { old.Rename("code", "postcode") }
	sdktest.Start(t, form, register(nil, nil)).Migrate(abi.Raw(`{"step":"where","answers":{"code":["M1"]}}`), 1).WantValue("postcode", "M1")
}

func TestEveryNodeOfTheKitIsOneThatTheHostDraws(t *testing.T) {
	day := view.Series{Label: "2026", Points: []view.Datum{{Label: "March", Value: 3}, {Label: "April", Value: 4.5}}}
	page := forms.DrawPage(forms.Page{Title: "Everything", Body: forms.Body{
		forms.Lead("Lead"), forms.Text("Text"), forms.Hint("Hint"), forms.Notice("A", "B"), forms.Warning("A", "B"), forms.Success("A", "B"), forms.Problem("A", "B"),
		forms.Section("Section", forms.Text("Inside"), nil), forms.Details("More", forms.Text("Inside")),
		forms.Figures(forms.Row("Open", "3").Hint("of 9").Good(), forms.Row("Late", "1").Bad(), forms.Row("Due", "2").Warn()),
		forms.Timeline(forms.Row("Raised", "By form").At("2026-11-01"), forms.Row("Closed", "").At("2026-11-09T12:00:00Z").Ref("CMP-1")),
		forms.Summary(forms.Row("A", "B").Goto("step"), nil), forms.Summary(),
		forms.Progress("Half way", 1, 2), forms.Steps("Path", 2, "One", "Two", "Three"),
		forms.Map("Nearby", view.Pin{Lat: 53.5, Lng: -2.2, Label: "Hole", Kind: view.KindBad}),
		forms.FileList("Papers", forms.File{ID: "f1", Name: "a.pdf", Size: 1, Type: "application/pdf"}),
		forms.BarChart("Cases", "", day), forms.LineChart("Cost", "£", day),
		forms.Tabs(forms.Section("One", forms.Text("1")), forms.Section("Two", forms.Text("2"))),
		forms.Table("Plain", []string{"A", "B"}, []string{"1", "2"}).Row("3", "4"),
		forms.Table("Cases", []string{"A"}).Row("x").CaseRow("CMP-1", "y").Row("z").Sortable("cases").PerPage("cases", 10),
		forms.Table("Ours", []string{"A"}).Row("x").Sortable("ours").Sorted(-1).OnPage(2, 3),
	}})
	if err := view.Validate(page); err != nil {
		t.Error(err)
	}
	seen := map[view.Type]bool{}
	page.Walk(func(n *view.Node) { seen[n.Type] = true })
	for _, want := range []view.Type{view.Text, view.Notice, view.Section, view.Details, view.Figures, view.Timeline, view.Summary, view.Row, view.Progress, view.Map, view.FileList, view.Chart, view.Tabs, view.Table} {
		if !seen[want] {
			t.Errorf("no %s", want)
		}
	}
}
