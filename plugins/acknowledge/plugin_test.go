package main

import (
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func begin(t *testing.T, setup ...sdktest.Setup) *sdktest.Run {
	t.Helper()
	return sdktest.StartTask(t, Task, append([]sdktest.Setup{func(r *sdktest.Run) {
		r.Context.Task.Title, r.Context.Task.Manages = "Acknowledge", true
		c := r.Context.Case
		c.Subject, c.RaisedAt, c.Requester = "Bin not emptied", "2026-11-06T09:00:00Z", &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"}
	}}, setup...)...)
}

const drawn = `Dear Ada Lovelace

Thank you for writing to us about “Bin not emptied”. We have it, and its reference is CMP-7K2M-4QX9. Please give the reference when you get in touch.

We answer by 20 November 2026. If we need longer, we tell you before that day, and why.

You need not do anything until then. If something changes, tell us on the page of your case.

Yours sincerely`

func TestAnAcknowledgementIsDrawnUpReadAndSent(t *testing.T) {
	r := begin(t).WantStep("promise").WantStatus("Not sent yet").WantValue("by", "2026-11-20").WantText("told by email").Golden("promise")
	r.Submit("by", "2026-11-08").WantError("by")
	r.Submit("by", "2026-11-20").WantStep("read").WantValue("text", drawn).Golden("read")
	r.Submit("text", " ").WantError("text")
	r.Choose("save", "text", "Dear Ada").WantStep("read").WantValue("text", "Dear Ada").WantEffects()
	r.Press("anew", "text", "Dear Ada").WantValue("text", drawn)
	r.Submit("text", drawn).WantOutcome("Acknowledged on 9 November 2026, with an answer promised by 20 November 2026").WantEffects("note.add")
	if body := string(r.Last.Effects[0].Args); body == "" || r.Last.Effects[0].Type != "note.add" {
		t.Errorf("got %s", body)
	}
	r.View().WantText("Thank you for writing").Golden("done")
}

func TestADayThatChangesDrawsTheTextUpAnewUnlessSomebodyChangedIt(t *testing.T) {
	r := begin(t).Submit("by", "2026-11-20").Back().WantStep("promise")
	r.Submit("by", "2026-11-24").WantStep("read").WantText("Read it through").WantNoText("does not name").View()
	r.Choose("save", "text", "Dear Ada, by 24 November 2026").Back("text", "Dear Ada, by 24 November 2026").Submit("by", "2026-11-27").WantStep("read").
		WantValue("text", "Dear Ada, by 24 November 2026").WantText("The text does not name 27 November 2026")
	begin(t).Submit("by", "").WantStep("read").Submit("text", "We have it").WantOutcome("Acknowledged on 9 November 2026").
		WantEffect("note.add", `{"audience":"public","body":"We have it"}`)
}

func TestItWarnsWhereNobodyCanBeReached(t *testing.T) {
	r := begin(t, func(r *sdktest.Run) { r.Context.Case.Requester = nil }).WantText("There is no way to reach the requester").Golden("unreachable")
	r.Submit("by", "2026-11-20").WantStep("read").Submit("text", "We have it").
		WantOutcome("Acknowledged on 9 November 2026, with an answer promised by 20 November 2026; there was no way to tell the requester")
	begin(t, func(r *sdktest.Run) { r.Context.Case.Requester = &abi.Party{Name: "Ada", Phone: "01632 960 001"} }).WantText("if not, ring them")
	begin(t, func(r *sdktest.Run) { r.Context.Case.Requester, r.Context.Task.Manages = nil, false }).WantNoText("no way to reach")
}

func TestTheWordingAndTheDaysAreTheAdministrators(t *testing.T) {
	begin(t, func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"answer_within":20,"wording":"{name}: {reference}, {subject}, by {date}."}`)
	}).
		WantValue("by", "2026-12-04").Submit("by", "2026-12-04").WantValue("text", "Ada Lovelace: CMP-7K2M-4QX9, “Bin not emptied”, by 4 December 2026.")
	begin(t, func(r *sdktest.Run) { r.Config = abi.Raw(`{"answer_within":0}`) }).WantValue("by").Submit().WantStep("read").WantNoText("We answer by")
	begin(t, func(r *sdktest.Run) { r.Context.Case.RaisedAt = "2026-08-03T09:00:00Z" }).WantValue("by")
}

func TestWorkingDaysLeaveWeekendsOut(t *testing.T) {
	for _, x := range []struct {
		from string
		days int
		want string
	}{{"2026-11-06", 1, "2026-11-09"}, {"2026-11-07", 1, "2026-11-09"}, {"2026-11-09", 5, "2026-11-16"}, {"2023-12-29", 1, "2024-01-01"}, {"?", 1, ""}} {
		if got := workingDay(x.from, x.days); got != x.want {
			t.Errorf("%d after %s is %s, want %s", x.days, x.from, got, x.want)
		}
	}
}

func TestAnAcknowledgementTakenUpAgainIsAnother(t *testing.T) {
	r := begin(t).Submit("by", "2026-11-20").Submit("text", "We have it")
	r.Return("Wrong name").WantStep("promise").WantText("Wrong name").WantText("One was sent on 9 November 2026").Submit("by", "2026-11-20").WantValue("text", "We have it")
}

func TestOthersSeeThatItIsNotSent(t *testing.T) {
	begin(t, func(r *sdktest.Run) { r.Context.Task.Mine = false }).WantText("has not been told yet").WantNoField("by").WantNoText("Ada").Golden("watch")
}
