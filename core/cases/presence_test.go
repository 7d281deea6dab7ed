package cases_test

import (
	"slices"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestThoseWhoHaveACaseOpenAreKnownForAMinute(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	seen, err := w.Cases.Find(t.Context(), w.Priya, w.Case(t, id).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	is := func(by core.Actor, doing cases.Doing) {
		t.Helper()
		if err := w.Cases.NotePresence(t.Context(), by, seen, doing); err != nil {
			t.Fatal(err)
		}
	}
	others := func(want ...cases.Present) {
		t.Helper()
		found, err := w.Cases.PresentOn(t.Context(), w.Priya, seen)
		if err != nil || !slices.Equal(found, want) {
			t.Errorf("present are %v, %v, want %v", found, err, want)
		}
	}
	is(w.Priya, cases.Reading)
	is(w.Lead, "a made-up word")
	is(w.Tomasz, cases.Reading)
	is(w.Tomasz, cases.WritingNote)
	others(cases.Present{Name: "Tomasz Wiśniewski", Doing: cases.WritingNote}, cases.Present{Name: "Yusuf Abdirahman", Doing: cases.Reading})
	w.Clock.Advance(40 * time.Second)
	is(w.Lead, cases.Reading)
	w.Clock.Advance(40 * time.Second)
	others(cases.Present{Name: "Yusuf Abdirahman", Doing: cases.Reading})
	if err := w.Cases.SweepPresence(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) FROM presence`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	if w.Case(t, id).Version != 1 {
		t.Error("looking changed the case")
	}
}

func TestALookIsWrittenDownAndTheSubmissionStaysAsItWas(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.PersonActor(w.Amara, "Amara"), id, &cases.Raise{
		Type: "complaint", Subject: "Missed", Channel: core.ChannelWeb, Requester: w.Amara,
		Submission: &core.Submission{Form: "fields@complaint-1", Answers: map[string]any{"depth": 12.0}, Review: []core.ReviewRow{{Section: "Depth", Question: "How deep?", Answer: "12"}}},
	})
	w.Do(t, w.Priya, id, &cases.SetField{Field: "depth", Value: 40.0})
	seen, err := w.Cases.Find(t.Context(), w.Priya, w.Case(t, id).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := w.Cases.Submission(t.Context(), seen)
	if err != nil || sent == nil || sent.Answers["depth"] != 12.0 || len(sent.Review) != 1 || sent.Review[0].Answer != "12" || !sent.SubmittedAt.Equal(casestest.Start) {
		t.Errorf("the submission is %+v, %v", sent, err)
	}
	told, err := w.Cases.Timeline(t.Context(), seen, 1)
	if err != nil || len(told) != 1 || told[0].Kind != core.FieldChanged {
		t.Errorf("after version 1 there is %+v, %v", told, err)
	}
	if err := w.Cases.LogLook(t.Context(), w.Priya, id, "summary"); err != nil {
		t.Fatal(err)
	}
	var what, who string
	if err := w.Pool.QueryRow(t.Context(), `SELECT what, actor_id FROM access_log WHERE case_id = $1`, id).Scan(&what, &who); err != nil || what != "summary" || who != w.Priya.ID {
		t.Errorf("written down: %q by %q, %v", what, who, err)
	}
	if w.Case(t, id).Version != 2 {
		t.Error("a look made a version")
	}
}
