package notifications_test

import (
	"strings"
	"testing"

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
