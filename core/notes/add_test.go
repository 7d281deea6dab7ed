package notes_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
)

type world struct {
	*casestest.World
	notes *notes.Service
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := casestest.New(t)
	notes.Wire(w.Cases)
	return world{w, notes.New(w.DB, w.Clock)}
}

func (w world) all(t *testing.T, id core.CaseID, audiences ...core.Audience) []core.Note {
	t.Helper()
	found, err := w.notes.OfCase(t.Context(), id, audiences)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var everybody = []core.Audience{core.Public, core.Staff, core.Private}

func TestNotesAreNumberedAndTheHistoryNamesThemWithoutTheirWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	made := w.Do(t, w.Priya, id, &notes.Add{Body: " The depot knows.\r\nThey call back. "}, &notes.Add{Body: "Second"})
	w.Do(t, w.Tomasz, id, &notes.Add{Body: "Third"})
	found := w.all(t, id, core.Staff)
	if len(found) != 3 || made.Made["note"] != "2" {
		t.Fatalf("found %+v, made %v", found, made.Made)
	}
	first := found[0]
	if first.No != 1 || first.Body != "The depot knows.\nThey call back." || first.By.Name != "Priya Raghunathan" || !first.CreatedAt.Equal(casestest.Start) {
		t.Errorf("the first note is %+v", first)
	}
	if found[1].No != 2 || found[2].No != 3 || found[2].By.StaffID() != w.Tomasz.StaffID() {
		t.Errorf("the others are %+v", found[1:])
	}
	for i, e := range w.History(t, id)[1:] {
		if e.Kind != core.NoteAdded || e.About["note"] != found[i].ID.String() || e.About["no"] != float64(i+1) || e.About["audience"] != "staff" || len(e.About) != 3 {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	w.Rewinds(t, id)
}

func TestAPublicNoteIsTheFirstResponseAndAStaffNoteIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &notes.Add{Body: "For us"})
	if at := w.Case(t, id).FirstResponseAt; !at.IsZero() {
		t.Fatalf("a staff note counted as a response at %v", at)
	}
	w.Do(t, w.Priya, id, &notes.Add{Body: "For you", Audience: core.Public})
	if at := w.Case(t, id).FirstResponseAt; !at.Equal(casestest.Start) {
		t.Errorf("the first response was at %v", at)
	}
	if found := w.all(t, id, core.Public); len(found) != 1 || found[0].Body != "For you" {
		t.Errorf("the requester may read %+v", found)
	}
	w.Rewinds(t, id)
}

func TestPrivateNotesAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Refuses(t, core.ErrForbidden, w.Priya, id, &notes.Add{Body: "x", Audience: core.Private})
	w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	w.Do(t, w.Lead, id, &notes.Add{Body: "Safeguarding", Audience: core.Private})
	for name, c := range map[string]struct {
		by   core.Actor
		want int
	}{"the lead reads it": {w.Lead, 1}, "the manager does not": {w.Priya, 0}} {
		seen, err := w.Cases.Find(t.Context(), c.by, w.Case(t, id).Ref, core.MayView)
		if err != nil {
			t.Fatal(err)
		}
		if found := w.all(t, id, notes.ReadableBy(seen)...); len(found) != c.want {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}

func TestANoteThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	for name, c := range map[string]struct {
		by   core.Actor
		note notes.Add
		kind core.ErrorKind
	}{
		"nothing written":        {w.Priya, notes.Add{Body: " \n\t "}, core.ErrInvalid},
		"too long":               {w.Priya, notes.Add{Body: strings.Repeat("é", core.MaxNote+1)}, core.ErrInvalid},
		"not text":               {w.Priya, notes.Add{Body: "@\xff"}, core.ErrInvalid},
		"a zero byte":            {w.Priya, notes.Add{Body: "@a\x00b"}, core.ErrInvalid},
		"an audience unheard of": {w.Priya, notes.Add{Body: "x", Audience: "everybody"}, core.ErrInvalid},
		"the requester":          {core.PersonActor(w.Amara, ""), notes.Add{Body: "x"}, core.ErrForbidden},
		"another team":           {w.Other, notes.Add{Body: "x"}, core.ErrNotFound},
		"another customer":       {core.PersonActor(w.Brendan, ""), notes.Add{Body: "x"}, core.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w.Refuses(t, c.kind, c.by, id, &c.note)
		})
	}
	if cs := w.Case(t, id); cs.Version != 1 || len(w.all(t, id, everybody...)) != 0 {
		t.Errorf("version %d, notes %+v", cs.Version, w.all(t, id, everybody...))
	}
	w.Do(t, w.Priya, id, &notes.Add{Body: strings.Repeat("é", core.MaxNote)})
}

func TestANoteMindsNobodyElsesChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	seen := w.Case(t, id).Version
	w.Do(t, w.Tomasz, id, cases.Claim{}, &cases.ChangeStatus{To: "in-progress"})
	if _, err := w.Cases.Do(t.Context(), w.Priya, cases.One(id, seen, &notes.Add{Body: "Still true"})); err != nil {
		t.Error(err)
	}
}

func TestARepeatedNoteIsKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	for i := range 2 {
		r := cases.One(id, 0, &notes.Add{Body: "Once"})
		r.Key = "k"
		result, err := w.Cases.Do(t.Context(), w.Priya, r)
		if err != nil || result.Repeated != (i == 1) || result.Outcomes[0].Made["note"] != "1" {
			t.Fatalf("time %d gave %+v, %v", i+1, result, err)
		}
	}
	if found := w.all(t, id, core.Staff); len(found) != 1 {
		t.Errorf("kept %+v", found)
	}
}

func TestNotesWrittenAtOnceGetNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	errs := make(chan error)
	for i := range 6 {
		go func() {
			_, err := w.Cases.Do(t.Context(), w.Priya, cases.One(id, 0, &notes.Add{Body: fmt.Sprint(i)}))
			errs <- err
		}()
	}
	for range 6 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var numbers []int
	for _, n := range w.all(t, id, core.Staff) {
		numbers = append(numbers, n.No)
	}
	if !slices.Equal(numbers, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("numbered %v", numbers)
	}
}

func TestTheNoteOfADeEscalationIsOneOfTheCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	w.Do(t, w.Priya, id, &cases.DeEscalate{Note: " The family has moved. "}, &notes.Add{Body: "Another"})
	found := w.all(t, id, everybody...)
	if len(found) != 2 || found[0].Body != "The family has moved." || found[0].Audience != core.Staff || found[1].No != 2 {
		t.Errorf("the notes are %+v", found)
	}
	w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	for _, nothing := range []string{"", " \n\t "} {
		if err := w.Refuses(t, core.ErrInvalid, w.Priya, id, &cases.DeEscalate{Note: nothing}); !strings.Contains(err.Error(), "[note: ") {
			t.Errorf("without a note it says %v", err)
		}
	}
	if found := w.all(t, id, everybody...); len(found) != 2 || w.Case(t, id).Level != 1 {
		t.Errorf("without a note it is of level %d with %+v", w.Case(t, id).Level, found)
	}
	w.Rewinds(t, id)
}

func TestANoteMentionsThoseWhoMayReadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.Hire(t, "Ann Lee", "ann@northmoor.example", "complaints-team")
	smith := w.Hire(t, "Ann Lee Smith", "smith@northmoor.example", "complaints-team")
	id := w.Raise(t)
	for body, want := range map[string][]core.Actor{
		"@Tomasz Wiśniewski, can you look?":        {w.Tomasz},
		"Ask @Ann Lee and @Tomasz Wiśniewski.":     {ann, w.Tomasz},
		"@Ann Lee Smith knows":                     {smith},
		"@Ann Leeds does not exist":                nil,
		"@Tomasz is not a whole name":              nil,
		"write to x@Ann Lee":                       nil,
		"@Kofi Mensah works for parks":             nil,
		"@Ines Carvalho may not see it yet":        nil,
		"@Priya Raghunathan talks to herself":      nil,
		"@Tomasz Wiśniewski (@Tomasz Wiśniewski!)": {w.Tomasz},
		"100% @_ Wiśniewski":                       nil,
	} {
		w.Do(t, w.Priya, id, &notes.Add{Body: body})
		var ids []any
		for _, a := range want {
			ids = append(ids, a.ID)
		}
		got, _ := w.Last(t, id, core.NoteAdded).About["mentions"].([]any)
		if !slices.Equal(got, ids) {
			t.Errorf("%q mentions %v, want %v", body, got, ids)
		}
	}
	w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	w.Do(t, w.Lead, id, &notes.Add{Body: "@Yusuf Abdirahman @Tomasz Wiśniewski", Audience: core.Private})
	if told, has := w.Last(t, id, core.NoteAdded).About["mentions"]; has {
		t.Errorf("a private note was pointed out to %v", told)
	}
	w.Do(t, w.Tomasz, id, &notes.Add{Body: "@Yusuf Abdirahman please"})
	if told := w.Last(t, id, core.NoteAdded).About["mentions"]; !slices.Equal(told.([]any), []any{w.Lead.ID}) {
		t.Errorf("the lead, to whom the case was escalated, was not told: %v", told)
	}
}

// A consequence reads under the same lock, while the notes before it are not
// written yet.
func TestANoteThatFollowsFromAnotherCommandIsNumberedBehindTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Cases.On(core.PriorityChanged, func(*cases.Work, core.Event) []cases.Command {
		return []cases.Command{&notes.Add{Body: "Raised"}}
	})
	id := w.Raise(t)
	w.Do(t, w.Priya, id, &notes.Add{Body: "First"}, &cases.ChangePriority{To: "high"})
	if found := w.all(t, id, core.Staff); len(found) != 2 || found[0].Body != "First" || found[1].No != 2 {
		t.Errorf("found %+v", found)
	}
}
