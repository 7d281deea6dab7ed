package reportpages

import (
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	address := layout.Field{Name: email, Label: "Your email address", Type: "email", Autocomplete: "email", MaxLength: 254, Plain: true}
	open := Page{
		Ref: "REP-7K2M-4QX9", What: "Pothole", Type: "Report a problem", Chip: layout.StatusChip(core.StatusOpen, "We are on it"),
		Reported: "Tuesday 17 November 2026", Address: "Mill Lane, by the school gate", At: "54.97120,-2.10130,16",
		Pins:     `[{"lat":54.9712,"lng":-2.1013,"ref":"REP-7K2M-4QX9","subject":"Pothole","url":"/reports/REP-7K2M-4QX9","kind":"open","status":"We are on it"}]`,
		Pictures: []Picture{{"/favicon.svg", "Picture 1 of 1 of the report"}}, Count: countWords(14),
		Follow: Follow{Action: "/reports/REP-7K2M-4QX9/follow", Email: address},
	}
	wrong, known, mine, on, staff, over := open, open, open, open, open, open
	wrong.Problems, _ = render.ProblemsOf(core.InvalidField(email, "Enter an email address in the correct format, like name@example.org."))
	wrong.Follow.Email.Error, wrong.Follow.End = wrong.Problems.For(email), true
	known.Follow = Follow{Known: true, Action: open.Follow.Action}
	mine.Follow = Follow{Known: true, Mine: true}
	on.Follow = Follow{Known: true, On: true, Stop: "/reports/stop/x"}
	staff.Follow = Follow{Staff: true}
	over.What, over.Address = strings.Repeat("Fahrbahnoberflächenbeschädigung ", 4), "شارع الطاحونة"
	over.Chip, over.Closed, over.Follow, over.Count = layout.StatusChip(core.StatusFinal, "Closed"), "Thursday 26 November 2026", Follow{Closed: true}, countWords(1)
	bare := Page{Ref: "REP-1HVP-9XYZ", What: "Something else", Type: "Report a problem", Chip: layout.StatusChip(core.StatusStart, "Reported"),
		Reported: "Thursday 26 November 2026", Follow: open.Follow}
	sample := func(name string, data any) render.Sample {
		return render.Sample{Template: "reportpages/show", Name: name, View: view("REP-7K2M-4QX9"), Data: data}
	}
	return []render.Sample{
		sample("open", open), sample("an address that is none", wrong), sample("signed in", known), sample("one's own", mine), sample("followed", on),
		sample("seen by staff", staff), sample("closed, long words", over), sample("without a place or pictures", bare),
		{Template: "reportpages/done", Name: "to confirm", View: doneView, Data: Done{
			Title: "Follow: Pothole, REP-7K2M-4QX9", Text: "We write to you whenever something happens with it.", Action: "/reports/follow/x", Button: "Yes, follow this report",
			Back: "/reports/REP-7K2M-4QX9", BackLabel: "See the report"}},
		{Template: "reportpages/done", Name: "done", View: doneView, Data: Done{Title: "Check your email", Text: "We have sent you a link.", Back: "/", BackLabel: "Back"}},
	}
}
