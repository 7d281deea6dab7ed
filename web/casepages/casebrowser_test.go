package casepages_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/webtest"
)

// scene raises the complaint of the design's picture and works on it for some
// days.
func (s *caseSite) scene() (core.CaseID, string) {
	t := s.t
	t.Helper()
	at := func(day, hour, minute int) {
		s.Clock.Set(time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC))
	}
	at(13, 16, 50)
	id := core.NewID[core.CaseID]()
	amara := core.PersonActor(s.Amara, "Amara")
	s.Do(t, amara, id, &cases.Raise{
		Type: "complaint", Subject: "Clinical-waste collections missed at Larkspur Court five weeks running", Subtype: "waste", Priority: "high", Channel: core.ChannelWeb,
		Description: "The yellow clinical-waste sacks outside flat 14 have not been collected since 9 October. I have telephoned four times and each time was told it would be “the next working day”. My mother’s dialysis waste is now in the hallway. Please do not tell us to ring again.",
		Requester:   s.Amara, OnBehalfOf: "her mother, Ngozi Okonkwo", Address: "14 Larkspur Court, Chapel Rise, NM4 2QT", Place: &core.Point{Lat: 54.9778, Lng: -1.6129},
		Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist", Email: "a.okonkwo-lindqvist@example.org", Phone: "07700 900482"},
	})
	at(16, 9, 6)
	s.Do(t, s.Priya, id, cases.StartWork{})
	at(16, 11, 20)
	s.Do(t, s.Priya, id, &notes.Add{Body: "Round sheets show “no access, gate locked” on all five dates. The gate code changed on 5 October and nobody told the contractor. @Tomasz Wiśniewski, can you confirm with the contractor before I write to her?"})
	at(17, 11, 50)
	s.Do(t, s.Priya, id, &questions.Ask{Body: "I am sorry about this. Could the crew leave empty containers inside the inner door, and who can let them in on a Thursday morning?"})
	at(18, 15, 0)
	s.Do(t, amara, id, &questions.Answer{No: 1, Answer: "Yes to the inner door. Mrs Ferreira at number 12 is in every Thursday before 11. The new code is with you already; I gave it on the telephone on 22 October."})
	at(18, 16, 31)
	s.Do(t, s.Tomasz, id, &notes.Add{Body: "Confirmed with the depot: code updated, first collection Thursday 26 November, before 10:00. They accept the fault."})
	at(24, 10, 0)
	s.Do(t, s.Priya, id, &targets.Extend{Target: "respond", By: core.Span{Count: 1, Unit: core.WorkingDays}, Reason: "waiting for the contractor’s round sheets"},
		&tasks.Add{Type: "response", Brief: "Apologise, say what changed, offer the refund."}, &cases.SetField{Field: "depth", Value: 12.0})
	at(26, 14, 0)
	return id, "/cases/" + string(s.Case(t, id).Ref)
}

func TestTheCaseInABrowser(t *testing.T) {
	s := newCaseSite(t)
	id, url := s.scene()
	base := s.serve()
	seen, err := s.Cases.Find(t.Context(), s.Tomasz, s.Case(t, id).Ref, core.MayWork)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Cases.NotePresence(t.Context(), s.Tomasz, seen, cases.WritingNote); err != nil {
		t.Fatal(err)
	}
	p := webtest.Open(t, base+"/enter/Priya?to="+url+"/history")
	p.WaitForText("#timeline", "They accept the fault")
	p.Type("#note", "Collection happened at 08:40 today, photograph from the crew attached. Draft response ready for")
	p.WaitForText("#draft-kept", "Draft kept")
	if pictureDir() != "" {
		for _, tab := range []string{"history", "", "details", "tasks", "attachments", "emails"} {
			name := "case-" + tab
			if tab == "" {
				name = "case-summary"
			}
			p.Go(base + url + "/" + tab)
			p.WaitFor("#case-main")
			p.Screenshot(picture(name), 1440, 1000, false)
			p.Screenshot(picture(name+"-dark"), 1440, 1000, true)
			p.Screenshot(picture(name+"-telephone"), 390, 844, false)
		}
	}
}
