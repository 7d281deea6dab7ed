package notes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
)

func (w world) seenBy(t *testing.T, by core.Actor, id core.CaseID, needs core.Permission) *cases.Seen {
	t.Helper()
	seen, err := w.Cases.Find(t.Context(), by, w.Case(t, id).Ref, needs)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func (w world) drafts(t *testing.T, by core.Actor, seen *cases.Seen) map[notes.Mode]notes.Draft {
	t.Helper()
	found, err := w.notes.Drafts(t.Context(), by, seen)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestADraftIsKeptForItsWriterByCaseAndMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	seen := w.seenBy(t, w.Priya, id, core.MayWork)
	save := func(mode notes.Mode, body string) {
		t.Helper()
		if err := w.notes.SaveDraft(t.Context(), w.Priya, seen, mode, body); err != nil {
			t.Fatal(err)
		}
	}
	save(notes.ModeStaff, "Ask the")
	save(notes.ModeQuestion, "Which day?")
	w.Clock.Advance(time.Minute)
	save(notes.ModeStaff, "Ask the depot")
	found := w.drafts(t, w.Priya, seen)
	if d := found[notes.ModeStaff]; len(found) != 2 || d.Body != "Ask the depot" || !d.UpdatedAt.Equal(casestest.Start.Add(time.Minute)) {
		t.Errorf("found %+v", found)
	}
	if others := w.drafts(t, w.Tomasz, w.seenBy(t, w.Tomasz, id, core.MayWork)); len(others) != 0 {
		t.Errorf("a colleague reads %+v", others)
	}
	if err := w.notes.ClearDraft(t.Context(), w.Priya, seen, notes.ModeStaff); err != nil {
		t.Fatal(err)
	}
	save(notes.ModeQuestion, "  ")
	if found := w.drafts(t, w.Priya, seen); len(found) != 0 {
		t.Errorf("left over: %+v", found)
	}
	if w.Case(t, id).Version != 1 {
		t.Error("a draft changed the case")
	}
}

func TestADraftIsRefusedToWhoeverMayNotWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	rosa := w.Hire(t, "Rosa Lindgren", "rosa@northmoor.example", "contact-centre")
	enquirer := w.seenBy(t, rosa, id, core.MayEnquire)
	amara := core.PersonActor(w.Amara, "")
	requester := w.seenBy(t, amara, id, core.MayRequest)
	manager := w.seenBy(t, w.Priya, id, core.MayWork)
	for name, c := range map[string]struct {
		by   core.Actor
		seen *cases.Seen
		mode notes.Mode
		body string
		want core.ErrorKind
	}{
		"somebody who may only enquire": {rosa, enquirer, notes.ModeStaff, "x", core.ErrForbidden},
		"the requester":                 {amara, requester, notes.ModePublic, "x", core.ErrForbidden},
		"a mode unheard of":             {w.Priya, manager, "shout", "x", core.ErrInvalid},
		"too long":                      {w.Priya, manager, notes.ModeStaff, strings.Repeat("x", core.MaxNote+1), core.ErrInvalid},
		"a zero byte":                   {w.Priya, manager, notes.ModeStaff, "a\x00b", core.ErrInvalid},
	} {
		if err := w.notes.SaveDraft(t.Context(), c.by, c.seen, c.mode, c.body); core.KindOf(err) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if found := w.drafts(t, w.Priya, manager); len(found) != 0 {
		t.Errorf("kept %+v", found)
	}
}

func TestDraftsNobodyTouchesAreForgottenAfterThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := w.seenBy(t, w.Priya, w.Raise(t), core.MayWork)
	if err := w.notes.SaveDraft(t.Context(), w.Priya, seen, notes.ModeEmail, "Dear"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(30*24*time.Hour - time.Minute)
	if n, err := w.notes.SweepDrafts(t.Context()); n != 0 || err != nil || len(w.drafts(t, w.Priya, seen)) != 1 {
		t.Fatalf("swept %d, %v", n, err)
	}
	w.Clock.Advance(2 * time.Minute)
	if found := w.drafts(t, w.Priya, seen); len(found) != 0 {
		t.Errorf("an old draft is still shown: %+v", found)
	}
	if n, err := w.notes.SweepDrafts(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}
