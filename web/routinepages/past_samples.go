package routinepages

import (
	"time"

	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/render"
)

// pastSamples show what would have been done: found, while looking, nothing, and
// what cannot be tried.
func pastSamples() []render.Sample {
	page := func(name string, data PastPage) render.Sample {
		return render.Sample{Template: "routinepages/past", Name: name, View: render.View{Template: "routinepages/past", Title: "Nudge, the last 90 days", Nav: nav}, Data: data}
	}
	part := func(template, name string, data PastPage) render.Sample {
		return render.Sample{Template: "routinepages/" + template, Name: name, Data: data}
	}
	at := time.Date(2026, 9, 4, 9, 30, 0, 0, time.UTC)
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren شكوى"
	found := PastPage{
		CaseType: "Complaint", Routine: "Nudge when nothing happens", TypeURL: "/configuration/types/complaint", Edit: draftAddress("complaint", "nudge"), Draft: true, Days: 90,
		Versus: "Version 13", Total: 236, Trigger: "When nothing has happened for 3 working days",
		Actions: []PastAction{{"Add a note", "Body: No activity for 3 working days.", "message"}, {"Send a message to whoever holds the case", "Template “nudge”", "mail"}, {"Escalate the case", "", "flag"}},
		Sum: routines.Replayed{Cases: 236, Events: 2841, Asked: 940, Did: 2, Unanswered: 1, Problem: "A date is not a date.", Done: true,
			Is: routines.Doings{Cases: 7, Times: 9, Messages: 9, Changes: 18}, Was: routines.Doings{Cases: 2, Times: 2, Messages: 2, Changes: 4, Unsent: 1}},
		Rows: []PastRow{
			{Ref: "CMP-3NHA-6", Subject: "Missed bin on Alder Street", URL: "/cases/CMP-3NHA-6", At: []time.Time{at}, Versus: "not", End: "2 days late", Late: true},
			{Ref: "CMP-8QRB-0", Subject: long, URL: "/cases/CMP-8QRB-0", At: []time.Time{at, at.AddDate(0, 0, 7), at.AddDate(0, 0, 14)}, More: 4, Versus: "also", End: "on time"},
			{Ref: "CMP-9QD3-7", URL: "/cases/CMP-9QD3-7", At: []time.Time{at}, Versus: "only it", End: "open, late", Late: true},
		},
	}
	found.spans("/configuration/types/complaint/routines/nudge/past")
	found.say()
	looking := found
	looking.Total, looking.Next, looking.Unlisted, looking.Sum.Done = 140_000, "/configuration/types/complaint/routines/nudge/past?after=x", 12, false
	none := PastPage{CaseType: long, Routine: long, TypeURL: "/configuration/types/x", Edit: draftAddress("x", "y"), Days: 7, Same: true, Off: true, Trigger: "When a note is added", Sum: routines.Replayed{Done: true}}
	none.spans("/configuration/types/x/routines/y/past")
	none.say()
	every := found
	every.Every, every.Routine, every.Edit, every.Trigger = true, "Routines", "/configuration/types/complaint/draft?section=routines", ""
	every.Actions = []PastAction{{"Nudge when nothing happens", "When nothing has happened for 3 working days", "bolt"}, {long, "Switched off, so it is not tried here.", "pause"}}
	stopped := found
	stopped.Total, stopped.Sum.Full, stopped.Sum.Shortened, stopped.Sum.Erased, stopped.Facts, stopped.Notes = 9_000, true, true, 3, nil, nil
	stopped.say()
	wrong := none
	wrong.Wrong = "Line 1, column 6: There is no “case.stutus”. Did you mean “case.status”?"
	return []render.Sample{
		page("found", found), page("all of them", every), page("looking", looking), page("nothing", none), page("stopped", stopped), page("a mistake", wrong),
		part("past-sum", "looking", looking), part("past-part", "looking", looking), part("past-more", "looking", looking),
	}
}
