package cases_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestWhatCasesHoldIsCountedUntilTheyEnd(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	a := w.Raise(t)
	w.Raise(t)
	w.Do(t, w.Priya, a, cases.StartWork{})
	h, err := w.Cases.Held(t.Context(), "complaint")
	if err != nil || h.Statuses["new"] != 1 || h.Statuses["in-progress"] != 1 || h.Stages["stage-1"] != 2 || h.Subtypes["waste"] != 2 || h.Groups["complaints-team"] != 2 {
		t.Fatalf("held %+v, %v", h, err)
	}
	w.Do(t, w.Priya, a, &cases.Cancel{})
	if h, err = w.Cases.Held(t.Context(), "complaint"); err != nil || h.Statuses["cancelled"] != 0 || h.Stages["stage-1"] != 1 {
		t.Errorf("after one ended: %+v, %v", h, err)
	}
}

func TestOfARetiredTypeNoCaseIsRaisedAndThoseThereGoOn(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, "{", `{"retired":true,`, 1))
	w.Refuses(t, core.ErrConflict, w.Priya, core.NewID[core.CaseID](), &cases.Raise{Type: "complaint", Subject: "One more", Channel: "telephone"})
	w.Refuses(t, core.ErrConflict, core.PersonActor(w.Amara, "Amara"), core.NewID[core.CaseID](), &cases.Raise{Type: "complaint", Subject: "One more", Channel: core.ChannelWeb, Requester: w.Amara})
	w.Refuses(t, core.ErrConflict, core.SystemActor(), core.NewID[core.CaseID](), &cases.Raise{Type: "complaint", Subject: "One more", Channel: core.ChannelEmail, Requester: w.Amara})
	brought, err := w.Cases.RaiseMany(t.Context(), core.SystemActor(), core.OriginImport, []cases.Past{{Case: core.NewID[core.CaseID](), Steps: []cases.Step{{At: w.Clock.Now(), Command: &cases.Raise{Type: "complaint", Subject: "An old one", Channel: core.ChannelLetter, Requester: w.Amara}}}}})
	if err != nil || brought[0].Err != nil {
		t.Errorf("what was kept elsewhere is not brought in: %v, %+v", err, brought)
	}
	w.Do(t, w.Priya, id, cases.StartWork{})
	if cs := w.Case(t, id); cs.Status != "in-progress" {
		t.Errorf("the case that was there is %q", cs.Status)
	}
}
