package main

import (
	"errors"
	"strconv"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/view"
)

func millLane(r *sdktest.Run) {
	r.Context.Case.Place = &abi.Place{Address: "3 Mill Lane", Point: &abi.Point{Lat: 53.48, Lng: -2.24}}
}

func earlier(ref, kind, raised, closed string, metres int) abi.CaseFound {
	f := abi.CaseFound{Metres: metres, Case: abi.Case{
		ID: ref, Ref: ref, TypeName: "Report a problem", Subtype: kind, Subject: "Again", Status: "in-progress", StatusKind: "open", RaisedAt: raised, ClosedAt: closed,
		Place: &abi.Place{Point: &abi.Point{Lat: 53.481, Lng: -2.241}},
	}}
	if closed != "" {
		f.Status, f.StatusKind = "closed", "final"
	}
	return f
}

// finding answers what is asked about the address, and about what is around.
func finding(address, near func(q abi.CaseSearch) (abi.CasesFound, error)) sdktest.Setup {
	return func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskSearch, func(q abi.CaseSearch) (abi.CasesFound, error) {
			if q.SameAddress {
				return address(q)
			}
			return near(q)
		})
	}
}

func these(cases ...abi.CaseFound) func(abi.CaseSearch) (abi.CasesFound, error) {
	return func(abi.CaseSearch) (abi.CasesFound, error) { return abi.CasesFound{Cases: cases}, nil }
}

func away(abi.CaseSearch) (abi.CasesFound, error) {
	return abi.CasesFound{}, errors.New("the search does not answer")
}

func TestThePlaceTellsWhatHappenedThere(t *testing.T) {
	twice := earlier("REP-2222-2222", "pothole", "2026-03-01T09:00:00Z", "2026-03-09T09:00:00Z", 0)
	near := twice
	near.Metres = 12
	r := sdktest.StartDetails(t, Section, millLane, finding(these(twice), these(near,
		earlier("REP-1111-1111", "pothole", "2026-11-01T09:00:00Z", "", 40), earlier("REP-3333-3333", "tree", "2024-06-01T09:00:00Z", "2024-06-02T09:00:00Z", 90))))
	r.WantAsk(abi.AskSearch, abi.AskSearch).WantRow("Other cases", "3").WantRow("Open now", "1").WantRow("In the last year", "2").Golden("history")
	var chart, plan, table *view.Node
	r.Last.View.Walk(func(n *view.Node) {
		switch n.Type {
		case view.Chart:
			chart = n
		case view.Map:
			plan = n
		case view.Table:
			table = n
		}
	})
	if p := chart.Series[0].Points; len(p) != 2 || p[0].Label != "Pothole" || p[0].Value != 2 {
		t.Errorf("the chart counts %v", p)
	}
	if len(plan.Pins) != 4 || plan.Pins[0].Label != "This case" || plan.Pins[1].Ref != "REP-1111-1111" {
		t.Errorf("pins %+v", plan.Pins)
	}
	if table.Rows[0][0] != "REP-1111-1111" || table.Rows[1][5] != "12" {
		t.Errorf("rows %v", table.Rows)
	}
}

func TestACaseWithoutAPlaceHasNoHistory(t *testing.T) {
	sdktest.StartDetails(t, Section).WantText("This case has no place").WantAsk()
}

func TestNothingFoundSaysHowFarWasLooked(t *testing.T) {
	r := sdktest.StartDetails(t, Section, millLane, finding(these(), func(q abi.CaseSearch) (abi.CasesFound, error) {
		if q.Within != 250 || len(q.Types) != 1 || q.Types[0] != "report" {
			t.Errorf("asked for %+v", q)
		}
		return abi.CasesFound{}, nil
	}), func(r *sdktest.Run) { r.Config = abi.Raw(`{"metres":250,"types":["report"]}`) })
	r.WantText("Nothing else is known within 250 metres.").Golden("nothing")
}

func TestAnAddressWithoutAPointIsLookedUpByItsWords(t *testing.T) {
	address := func(r *sdktest.Run) { r.Context.Case.Place = &abi.Place{Address: "3 Mill Lane"} }
	one := earlier("REP-1111-1111", "", "2026-11-01T09:00:00Z", "", 0)
	one.Place = nil
	r := sdktest.StartDetails(t, Section, address, finding(these(one), away)).WantAsk(abi.AskSearch).WantRow("Other cases", "1").WantText("Report a problem")
	r.Last.View.Walk(func(n *view.Node) {
		if n.Type == view.Map || n.Type == view.Chart {
			t.Errorf("a %s of nothing", n.Type)
		}
	})
}

func TestASearchThatDoesNotAnswerIsSaid(t *testing.T) {
	sdktest.StartDetails(t, Section, millLane, finding(away, away)).WantText("cannot be looked for just now").WantText("the search does not answer")
	sdktest.StartDetails(t, Section, millLane, finding(away, these(earlier("REP-1111-1111", "tree", "2026-11-01T09:00:00Z", "", 4)))).WantRow("Other cases", "1")
}

func TestManyKindsBecomeEightBars(t *testing.T) {
	found := abi.CasesFound{More: true}
	for i := range 50 {
		found.Cases = append(found.Cases, earlier("REP-"+strconv.Itoa(i), "kind-"+strconv.Itoa(i%12), "2026-11-01T09:00:00Z", "", i))
	}
	r := sdktest.StartDetails(t, Section, millLane, finding(these(), func(abi.CaseSearch) (abi.CasesFound, error) { return found, nil }))
	r.WantRow("Other cases", "50+").WantText("these are the newest 50")
	r.Last.View.Walk(func(n *view.Node) {
		if n.Type == view.Chart {
			sum := 0.0
			for _, p := range n.Series[0].Points {
				sum += p.Value
			}
			if len(n.Series[0].Points) != 8 || sum != 50 {
				t.Errorf("%d bars of %v cases", len(n.Series[0].Points), sum)
			}
		}
	})
}
