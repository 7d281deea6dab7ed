package links_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/tasks"
)

// town is the small council, whose cases may be linked.
type town struct {
	*casestest.World
	*links.Service
}

func open(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	tasks.Wire(w.Cases)
	links.Wire(w.Cases)
	return &town{w, links.New(w.DB, w.Cases)}
}

// says lists what a case is linked with, as somebody sees it: "blocks CMP-…".
func (w *town) says(t *testing.T, by core.Actor, id core.CaseID) []string {
	t.Helper()
	seen, err := w.Cases.Find(t.Context(), by, w.Case(t, id).Ref, core.MayEnquire)
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.OfCase(t.Context(), by, seen)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range all {
		out = append(out, l.Side.Key+" "+string(l.Row.Ref))
	}
	return out
}

func wants(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (w *town) ref(t *testing.T, id core.CaseID) string { return string(w.Case(t, id).Ref) }

func TestALinkIsReadAndRecordedFromBothSides(t *testing.T) {
	w := open(t)
	one, two := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, one, &links.Add{To: core.Reference(strings.ToLower(w.ref(t, two))), Kind: "blocked-by"})
	w.Do(t, w.Priya, one, &links.Add{To: w.Case(t, two).Ref})
	wants(t, "here", w.says(t, w.Priya, one), "related "+w.ref(t, two), "blocked-by "+w.ref(t, two))
	wants(t, "there", w.says(t, w.Priya, two), "related "+w.ref(t, one), "blocks "+w.ref(t, one))
	here, there := w.Last(t, one, core.LinkAdded), w.Last(t, two, core.LinkAdded)
	if here.About["other"] != two.String() || there.About["other"] != one.String() || here.Actor.ID != w.Priya.ID || there.Actor.ID != w.Priya.ID {
		t.Errorf("recorded here: %+v, there: %+v", here, there)
	}
	w.Rewinds(t, one)
	w.Rewinds(t, two)

	w.Do(t, w.Priya, two, &links.Remove{To: w.Case(t, one).Ref, Kind: "blocks"})
	w.Do(t, w.Priya, two, &links.Remove{To: w.Case(t, one).Ref, Kind: "blocks"}) // a second click
	w.Do(t, w.Priya, two, &links.Remove{To: w.Case(t, one).Ref, Kind: "related"})
	wants(t, "when both are taken away", w.says(t, w.Priya, one))
	for _, id := range []core.CaseID{one, two} {
		if n := strings.Count(strings.Join(kinds(w.Kinds(t, id)), " "), "link.removed"); n != 2 {
			t.Errorf("%d links were removed, by the history", n)
		}
	}
	w.Do(t, w.Priya, one, &links.Add{To: w.Case(t, two).Ref, Kind: "blocked-by"}) // undone
	wants(t, "made again", w.says(t, w.Priya, one), "blocked-by "+w.ref(t, two))
}

func kinds(all []core.EventKind) []string {
	out := make([]string, len(all))
	for i, k := range all {
		out[i] = string(k)
	}
	return out
}

func TestWhatCannotBeLinkedIsSaid(t *testing.T) {
	w := open(t)
	one, two, three := w.Raise(t), w.Raise(t), w.Raise(t)
	ref := func(id core.CaseID) core.Reference { return w.Case(t, id).Ref }
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: ref(one)})
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: core.NewReference("CMP")})
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: "no reference"})
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: ref(two), Kind: "cousin-of"})
	w.Do(t, w.Priya, one, &links.Add{To: ref(two), Kind: "parent-of"})
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: ref(two), Kind: "parent-of"})
	w.Refuses(t, core.ErrInvalid, w.Priya, two, &links.Add{To: ref(one), Kind: "child-of"})
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Add{To: ref(two), Kind: "child-of"})
	w.Do(t, w.Priya, two, &links.Add{To: ref(three), Kind: "parent-of"})
	w.Refuses(t, core.ErrInvalid, w.Priya, three, &links.Add{To: ref(one), Kind: "parent-of"}) // a circle of three
	w.Refuses(t, core.ErrInvalid, w.Priya, one, &links.Remove{To: ref(two), Kind: ""})
	w.Refuses(t, core.ErrForbidden, w.Priya, one, &links.Continue{Of: ref(two)})
}

func TestALinkIsForThoseWhoSeeBothCases(t *testing.T) {
	w := open(t)
	one, two := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, two, &cases.Reassign{Group: "highways", Reason: "wrong-team"})
	w.Do(t, w.Priya, one, &links.Add{To: w.Case(t, two).Ref})
	wants(t, "highways, from their own", w.says(t, w.Ines, two)) // it is related to one that is none of theirs
	wants(t, "complaints", w.says(t, w.Priya, one), "related "+w.ref(t, two))
	refs, err := w.References(t.Context(), w.Ines, []core.CaseID{one, two})
	if err != nil || len(refs) != 1 || refs[two] == "" {
		t.Errorf("highways know %v, %v", refs, err)
	}

	// What is hidden is refused with the words for what is not there.
	hidden := w.Refuses(t, core.ErrInvalid, w.Ines, two, &links.Add{To: w.Case(t, one).Ref, Kind: "blocks"})
	missing := w.Refuses(t, core.ErrInvalid, w.Ines, two, &links.Add{To: core.NewReference("CMP"), Kind: "blocks"})
	if hidden.Error() != missing.Error() {
		t.Errorf("hidden: %v; missing: %v", hidden, missing)
	}
	w.Refuses(t, core.ErrNotFound, w.Other, one, &links.Add{To: w.Case(t, two).Ref})
	w.Refuses(t, core.ErrNotFound, w.Other, one, &links.Add{To: core.NewReference("CMP")})
	w.Refuses(t, core.ErrForbidden, core.PersonActor(w.Amara, "Amara"), one, &links.Add{To: w.Case(t, two).Ref})
}

func TestACaseWaitsForItsChildrenAndForWhatBlocksIt(t *testing.T) {
	w := open(t)
	parent, child, blocker := w.Raise(t), w.Raise(t), w.Raise(t)
	response := func(id core.CaseID) {
		t.Helper()
		w.Do(t, w.Priya, id, &tasks.Add{Type: "response"})
		w.Do(t, w.Priya, id, &tasks.Complete{No: 2, Outcome: "Sent."})
	}
	for _, id := range []core.CaseID{parent, child, blocker} {
		response(id)
	}
	w.Do(t, w.Priya, parent, &links.Add{To: w.Case(t, child).Ref, Kind: "parent-of"}, &links.Add{To: w.Case(t, blocker).Ref, Kind: "blocked-by"})
	err := w.Refuses(t, core.ErrConflict, w.Priya, parent, &cases.Close{Reason: "upheld"})
	for _, words := range []string{"A child case is still open.", "A case that blocks this one is still open."} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("refused with %q, which lacks %q", err, words)
		}
	}
	seen, err := w.Cases.Find(t.Context(), w.Priya, w.Case(t, parent).Ref, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.OfCase(t.Context(), w.Priya, seen)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "said before", links.Obstacles(all), "A child case is still open: "+w.ref(t, child)+".", "A case that blocks this one is still open: "+w.ref(t, blocker)+".")

	w.Do(t, w.Priya, child, &cases.Close{Reason: "upheld"}) // children wait for nobody
	w.Refuses(t, core.ErrConflict, w.Priya, parent, &cases.Close{Reason: "upheld"})
	w.Do(t, w.Priya, blocker, &cases.Close{Reason: "upheld"})
	w.Do(t, w.Priya, parent, &cases.Close{Reason: "upheld"})
}

func TestWhoSeesNoMoreThanATaskOfACaseDoesNotLinkIt(t *testing.T) {
	w := open(t)
	ours, theirs := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, ours, &cases.Reassign{Group: "highways", Reason: "wrong-team"})
	if _, err := w.Pool.Exec(t.Context(), `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ('staff', $1, $2, 'task', $3)`,
		w.Ines.ID, theirs, casestest.Start); err != nil {
		t.Fatal(err)
	}
	w.Refuses(t, core.ErrInvalid, w.Ines, ours, &links.Add{To: w.Case(t, theirs).Ref, Kind: "blocks"})
	w.Refuses(t, core.ErrInvalid, w.Ines, ours, &links.Add{To: w.Case(t, theirs).Ref})
	if strings.Contains(strings.Join(kinds(w.Kinds(t, ours)), " "), "link") {
		t.Error("half of a link was made")
	}
}

func TestARequestWithAKeyLinksOnce(t *testing.T) {
	w := open(t)
	one, two := w.Raise(t), w.Raise(t)
	for range 2 {
		request := cases.One(one, 0, &links.Add{To: w.Case(t, two).Ref})
		request.Key = "once"
		result, err := w.Cases.Do(t.Context(), w.Priya, request)
		if err != nil || len(result.Outcomes) != 1 || result.Outcomes[0].Case != one {
			t.Fatalf("%+v, %v", result, err)
		}
	}
	wants(t, "linked", w.says(t, w.Priya, two), "related "+w.ref(t, one))
}

func TestTwoWhoLinkTheSamePairFromBothSidesAtOnceDoNotWaitForEachOther(t *testing.T) {
	w := open(t)
	one, two := w.Raise(t), w.Raise(t)
	failed := make(chan error, 2)
	for _, pair := range [][2]core.CaseID{{one, two}, {two, one}} {
		go func() {
			_, err := w.Cases.Do(t.Context(), w.Priya, cases.One(pair[0], 0, &links.Add{To: w.Case(t, pair[1]).Ref}))
			failed <- err
		}()
	}
	refused := 0
	for range 2 {
		if err := <-failed; core.KindOf(err) == core.ErrInvalid {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if refused != 1 {
		t.Errorf("%d were refused, want the second", refused)
	}
	wants(t, "linked once", w.says(t, w.Priya, one), "related "+w.ref(t, two))
}

// closed is a complaint that has ended, with the clock past its reopening.
func (w *town) closed(t *testing.T, after time.Duration) *core.Case {
	t.Helper()
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Cancel{})
	w.Clock.Advance(after)
	return w.Case(t, id)
}

const day = 24 * time.Hour

func TestALateReplyBeginsACaseThatGoesOnWithTheOldOne(t *testing.T) {
	w := open(t)
	was := w.closed(t, 29*day)
	kind, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	id := core.NewID[core.CaseID]()
	by, raise, goesOn := links.Begin(was, kind, links.Reply{Said: "It happens again.", Channel: core.ChannelEmail, By: core.LinkActor(was.ID, was.Requester)})
	w.Do(t, by, id, raise, goesOn)
	cs := w.Case(t, id)
	if cs.Subject != "Re: Collections missed" || cs.Requester != was.Requester || cs.Contact != was.Contact || cs.Subtype != "waste" || cs.Description != "It happens again." {
		t.Errorf("the new case is %+v", cs)
	}
	if raised := w.Last(t, id, core.CaseRaised); raised.About["continues"] != was.ID.String() || raised.Actor.ID != w.Amara.String() {
		t.Errorf("recorded as %+v", raised)
	}
	wants(t, "the new one", w.says(t, w.Priya, id), "continues "+string(was.Ref))
	wants(t, "the old one", w.says(t, w.Priya, was.ID), "continued-by "+string(cs.Ref))
	if next, ok, err := w.Continued(t.Context(), was); err != nil || !ok || next.ID != id || next.Ref != cs.Ref {
		t.Errorf("it is continued by %+v, %v, %v", next, ok, err)
	}
	if before, ok, err := w.Continues(t.Context(), cs); err != nil || !ok || before.ID != was.ID {
		t.Errorf("it continues %+v, %v, %v", before, ok, err)
	}
	again, _, _ := links.Begin(cs, kind, links.Reply{By: by})
	if _, raise, _ := links.Begin(cs, kind, links.Reply{By: again}); raise.Subject != "Re: Collections missed" {
		t.Errorf("a reply to the reply is called %q", raise.Subject)
	}
}

func TestACaseThatIsOpenOrCanBeReopenedIsNotContinued(t *testing.T) {
	w := open(t)
	kind, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	was := w.closed(t, 27*day)
	by, raise, goesOn := links.Begin(was, kind, links.Reply{Said: "Again.", Channel: core.ChannelWeb, By: core.LinkActor(was.ID, was.Requester)})
	w.Refuses(t, core.ErrConflict, by, core.NewID[core.CaseID](), raise, goesOn)
	w.Clock.Advance(2 * day)
	w.Do(t, w.Priya, was.ID, &cases.Reopen{})
	w.Refuses(t, core.ErrConflict, by, core.NewID[core.CaseID](), raise, goesOn)
}

func TestNobodyContinuesTheCaseOfSomebodyElse(t *testing.T) {
	w := open(t)
	was := w.closed(t, 40*day)
	kind, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	brendan := core.PersonActor(w.Brendan, "Brendan")
	by, raise, goesOn := links.Begin(was, kind, links.Reply{Said: "Mine too.", Channel: core.ChannelWeb, By: brendan})
	w.Refuses(t, core.ErrInvalid, by, core.NewID[core.CaseID](), raise, goesOn)
	wants(t, "the old one", w.says(t, w.Priya, was.ID))
}
