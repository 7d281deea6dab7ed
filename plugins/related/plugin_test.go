package main

import (
	"errors"
	"strconv"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func found(ref, status, kind string) abi.CaseFound {
	return abi.CaseFound{Case: abi.Case{
		ID: ref, Ref: ref, Type: "report", TypeName: "Report a problem", Subtype: "street-light", Subject: "Dark since Monday",
		Status: status, StatusKind: kind, RaisedAt: "2026-10-01T09:00:00Z",
	}}
}

// knowing answers what is asked about the address and about the person.
func knowing(address, person func() (abi.CasesFound, error)) sdktest.Setup {
	return func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskSearch, func(q abi.CaseSearch) (abi.CasesFound, error) {
			if q.SameAddress {
				return address()
			}
			return person()
		})
	}
}

func these(cases ...abi.CaseFound) func() (abi.CasesFound, error) {
	return func() (abi.CasesFound, error) { return abi.CasesFound{Cases: cases}, nil }
}

func away() (abi.CasesFound, error) {
	return abi.CasesFound{}, errors.New("the search does not answer")
}

func TestCasesOfTheSameAddressAndPersonAreListedOnce(t *testing.T) {
	both := found("REP-2222-2222", "closed", "final")
	r := sdktest.StartDetails(t, Section, knowing(these(found("REP-1111-1111", "in-progress", "open"), both), these(both, found("REP-3333-3333", "new", "start"))))
	r.WantAsk(abi.AskSearch, abi.AskSearch).WantRow("Related cases", "3").WantRow("Open now", "2")
	r.WantText("REP-1111-1111").WantText("In progress").WantText("Report a problem: street light").WantText("Of these, 1 by the same person.").Golden("found")
}

func TestNothingFoundSaysSo(t *testing.T) {
	sdktest.StartDetails(t, Section, knowing(these(), these())).WantText("Nothing is known at the same address or of the same person.").Golden("nothing")
}

func TestASearchThatDoesNotAnswerIsSaidAndTheOtherShown(t *testing.T) {
	sdktest.StartDetails(t, Section, knowing(away, away)).WantText("cannot be looked for just now").WantText("the search does not answer")
	r := sdktest.StartDetails(t, Section, knowing(away, these(found("REP-3333-3333", "new", "start"))))
	r.WantText("These cannot be looked for just now.").WantText("REP-3333-3333")
	sdktest.StartDetails(t, Section, knowing(these(), away)).WantText("None.").WantText("These cannot be looked for just now.")
}

func TestMoreThanCanBeListedIsSaid(t *testing.T) {
	many := abi.CasesFound{More: true}
	for i := range 50 {
		many.Cases = append(many.Cases, found("REP-"+strconv.Itoa(i), "closed", "final"))
	}
	r := sdktest.StartDetails(t, Section, knowing(func() (abi.CasesFound, error) { return many, nil }, these()))
	r.WantRow("Related cases", "50+").WantText("these are the newest 50").WantRow("Open now", "0")
}

func TestTheAdministratorNarrowsWhatIsLookedFor(t *testing.T) {
	asked := 0
	sdktest.StartDetails(t, Section, func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"open_only":true,"types":["complaint"]}`)
		sdktest.Answer(r, abi.AskSearch, func(q abi.CaseSearch) (abi.CasesFound, error) {
			if asked++; len(q.Kinds) != 3 || len(q.Types) != 1 || q.Types[0] != "complaint" {
				t.Errorf("asked for %+v", q)
			}
			return abi.CasesFound{}, nil
		})
	})
	if asked == 0 {
		t.Error("nothing was asked")
	}
}
