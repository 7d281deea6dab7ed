package notifications_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/notes"
)

// pothole is a public report that Brendan follows.
func (o *office) pothole(t *testing.T, hears core.Hears) core.CaseID {
	t.Helper()
	id := core.NewID[core.CaseID]()
	o.Do(t, o.amara(), id, &cases.Raise{
		Type: "report", Subtype: "pothole", Subject: "My own secret subject", Description: "My own secret words", Channel: core.ChannelWeb, Requester: o.Amara,
		Contact: core.Contact{Name: "Amara Okonkwo", Email: "amara@example.org"}, Fields: map[string]any{"dangerous": true},
	})
	o.Do(t, core.PersonActor(o.Brendan, "Brendan"), id, &followers.Add{Hears: hears})
	o.letters(t, id)
	return id
}

// toFollowers are the letters of a batch that went to Brendan.
func toFollowers(all []letter) []letter {
	return slices.DeleteFunc(all, func(l letter) bool { return l.To != "brendan@example.org" })
}

func TestAFollowerIsToldOfWhatIsPublicInWordsOfOurOwn(t *testing.T) {
	o := open(t)
	id := o.pothole(t, core.HearsAll)
	o.Do(t, o.Ines, id, &cases.StartWork{})
	o.Do(t, o.Ines, id, &notes.Add{Body: "We wrote something to Amara alone.", Audience: core.Public})
	o.Do(t, o.Ines, id, &cases.ChangeStatus{To: "fixed"})
	told := toFollowers(o.letters(t, id))
	if len(told) == 0 {
		t.Fatal("the follower is told of nothing")
	}
	for _, l := range told {
		for _, word := range []string{"secret", "Amara", "amara@", "wrote something", "/track/", "/cases/"} {
			if strings.Contains(l.Subject+l.Text, word) {
				t.Errorf("the letter about %s tells %q: %s", l.Event, word, l.Text)
			}
		}
		for _, word := range []string{"/reports/" + string(o.Case(t, id).Ref), "/reports/stop/"} {
			if !strings.Contains(l.Text, word) {
				t.Errorf("the letter about %s has no link to %s: %s", l.Event, word, l.Text)
			}
		}
	}
	if last := told[len(told)-1]; last.Event != "case.resolved" || !strings.Contains(last.Subject, "Done") {
		t.Errorf("the last letter is %v: %s", last, last.Subject)
	}
}

func TestWhoWantsToKnowTheEndAloneHearsOfNothingElse(t *testing.T) {
	o := open(t)
	id := o.pothole(t, core.HearsEnd)
	o.Do(t, o.Ines, id, &cases.StartWork{})
	if told := toFollowers(o.letters(t, id)); len(told) != 0 {
		t.Errorf("told of %v", told)
	}
	o.Do(t, o.Ines, id, &cases.ChangeStatus{To: "fixed"})
	if told := toFollowers(o.letters(t, id)); len(told) != 1 {
		t.Errorf("of the end %v is told", told)
	}
}

func TestWhoFollowsNoMoreIsNotWrittenTo(t *testing.T) {
	o := open(t)
	id := o.pothole(t, core.HearsAll)
	o.Do(t, core.PersonActor(o.Brendan, "Brendan"), id, &followers.Remove{})
	o.Do(t, o.Ines, id, &cases.StartWork{})
	if told := toFollowers(o.letters(t, id)); len(told) != 0 {
		t.Errorf("told of %v", told)
	}
	o.Do(t, core.PersonActor(o.Brendan, "Brendan"), id, &followers.Add{})
	o.restrict(t, id)
	o.exec(t, `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ('staff', $1, $2, 'named', now())`, o.Ines.ID, id)
	o.Do(t, o.Ines, id, &cases.ChangeStatus{To: "fixed"})
	if told := toFollowers(o.letters(t, id)); len(told) != 0 {
		t.Errorf("of a restricted case %v is told", told)
	}
}
