package notifications_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
)

func TestARoutineWritesToAnAudience(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.Claim{}, &cases.Escalate{Reason: "press"})
	o.Do(t, o.Priya, id, &notes.Add{Body: "Secret words"})
	said := o.Last(t, id, core.NoteAdded)
	cs := o.Case(t, id)
	ct, err := o.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	for audience, want := range map[string]string{"requester": amaraMail, "assignee": "priya@northmoor.example", "escalation": "yusuf@northmoor.example"} {
		letters, err := o.Letters(t.Context(), cs, ct, said, "public-note", audience)
		if err != nil || len(letters) != 1 || letters[0].To != want || letters[0].EventSeq != 0 || letters[0].Event != "routine" {
			t.Fatalf("to %s go %+v, %v", audience, letters, err)
		}
		if secret := strings.Contains(letters[0].Text, "Secret words"); secret == (audience == "requester") {
			t.Errorf("to %s it says %s", audience, letters[0].Text)
		}
	}
	words, err := o.Words(t.Context(), cs, ct, said)
	if err != nil || words["case"].(map[string]any)["reference"] != string(cs.Ref) {
		t.Errorf("the words are %v, %v", words, err)
	}
	if _, err := o.Letters(t.Context(), cs, ct, said, "no-such-template", "requester"); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("without a template: %v", err)
	}
}

func TestWhatARoutineWritesToStaffRingsTheirBell(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.Do(t, o.Priya, id, cases.Claim{})
	said := o.Last(t, id, core.CaseClaimed)
	cs := o.Case(t, id)
	ct, err := o.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.CaseOpened(t.Context(), o.Priya, id); err != nil { // what the matrix told of it is read
		t.Fatal(err)
	}
	tell := func(routine string) {
		letters, ring, err := o.Tell(t.Context(), cs, ct, said, routine, "colleague-note", "assignee")
		if err != nil || len(letters) != 1 {
			t.Fatalf("%d letters, %v", len(letters), err)
		}
		var b pgx.Batch
		o.messages.Queue(&b, letters...)
		ring(&b)
		if err := o.Pool.SendBatch(t.Context(), &b).Close(); err != nil {
			t.Fatal(err)
		}
	}
	tell("chase")
	found := o.notices(t, o.Priya, true)
	if len(found) != 1 || found[0].Words != "A routine wrote to you" || found[0].Ref != cs.Ref {
		t.Fatalf("the bell says %+v", found)
	}
	// Another routine of the same event rings as well: neither is the event itself.
	tell("remind")
	if found = o.notices(t, o.Priya, true); len(found) != 2 {
		t.Errorf("the bell says %+v", found)
	}
	// Nobody else hears of it, and a simulation tells nobody.
	if found = o.notices(t, o.Tomasz, true); len(found) != 0 {
		for _, n := range found {
			if strings.Contains(n.Words, "routine") {
				t.Errorf("Tomasz is told: %+v", n)
			}
		}
	}
	if _, err := o.Letters(t.Context(), cs, ct, said, "colleague-note", "assignee"); err != nil {
		t.Fatal(err)
	}
	if found = o.notices(t, o.Priya, true); len(found) != 2 {
		t.Errorf("a simulation rings: %+v", found)
	}
}
