package formpages

import (
	"html/template"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 13, 40, 0, 0, time.UTC)
	until := at.AddDate(0, 0, 30)
	reach := contact{Telephone: "01632 960 100", Hours: "Monday to Friday, 8:30am to 5pm.", HelpNote: "Minicom and Relay UK: dial 18001 first.", Email: "help@northmoor.example"}
	complaint := FormLink{Name: "Complaint", About: "Tell us when something went wrong, or when you are unhappy with how you were treated.", URL: "/forms/complaint"}
	ref, postcode := findFields()
	badEmail, _ := render.ProblemsOf(core.InvalidField("email", "Enter an email address in the correct format, like name@example.org."))
	next := template.HTML(`<h2>What happens next</h2><p>We read it, find out what happened, and write to you with our answer.</p>`)
	done := DonePage{
		Title: "We have your complaint", Name: "Complaint", Ref: "CMP-7K2M-4QX9", Link: "https://northmoor.example/track/Zm9vYmFyYmF6cXV4MDEyMw",
		Email: "a•••@example.org", Next: next,
	}
	anonymous := done
	anonymous.Anonymous, anonymous.Email = true, ""
	saved := SavedPage{
		Name: "Complaint", Until: until, GoOn: "/forms/complaint/what", Mail: true, Action: "/forms/complaint/saved/what", Seal: "seal",
		Email: emailField("", render.Problems{}),
	}
	wrong := saved
	wrong.Email, wrong.Problems = emailField(`x"><script>`, badEmail), badEmail
	trouble := TroublePage{
		Name: "Complaint", Message: "This form has a problem just now, and we have been told.", Again: "/forms/complaint/what", Until: until, Contact: reach,
		Typed: []TypedRow{{"What is it about?", "A pothole, road or pavement"}, {"What happened?", "حفرة عميقة\n\n<b>It grows.</b> " + strings.Repeat("long ", 60)}},
	}
	begin := BeginPage{Name: "Complaint", About: complaint.About, Action: "/forms/complaint", Days: 30}
	begun := begin
	begun.Begun, begun.GoOn = at.Add(-26*time.Hour), "/forms/complaint/what"
	fields := BeginPage{
		Name: "Report a problem in the street", Action: "/forms/report", Days: 30, Asks: []string{"What is it", "Where is it", "Photographs"},
		Files: "You can send up to 5 files of at most 20 MB each.",
	}
	return []render.Sample{
		{Template: "formpages/home", Name: "nobody signed in", View: homeView, Data: HomePage{
			Forms: []FormLink{complaint, {Name: "Report a problem in the street", URL: "/forms/report"}, {Name: "Council tax", URL: "/forms/tax", SignIn: true}}, SignIn: "/sign-in", FindCase: "/track", Ref: ref, Postcode: postcode}},
		{Template: "formpages/home", Name: "signed in", View: homeView, Data: HomePage{Forms: []FormLink{complaint}, Cases: "/portal"}},
		{Template: "formpages/home", Name: "nothing to fill in", View: homeView, Data: HomePage{SignIn: "/sign-in"}},
		{Template: "formpages/begin", Name: "first", View: beginView, Data: begin},
		{Template: "formpages/begin", Name: "begun before", View: beginView, Data: begun},
		{Template: "formpages/begin", Name: "from fields", View: beginView, Data: fields},
		{Template: "formpages/step", Name: "a page of a form", View: stepView, Data: StepPage{Form: `<form class="flow" method="post"><h1>What went wrong?</h1></form>`}},
		{Template: "formpages/nearby", Name: "some", Data: NearbyPart{Items: []NearbyItem{
			{What: "Pothole", Far: "40 metres", Ago: "3 days ago", Status: "We are on it", URL: "/reports/REP-7K2M-4QX9"}, {What: "Street light", Far: "a few metres", Ago: "just now"},
		}}},
		{Template: "formpages/nearby", Name: "none", Data: NearbyPart{}},
		{Template: "formpages/send", Name: "interrupted", View: sendView, Data: SendPage{Name: "Complaint", Action: "/forms/complaint/send", Seal: "seal"}},
		{Template: "formpages/trouble", Name: "with what was typed", View: troubleView, Data: trouble},
		{Template: "formpages/trouble", Name: "at the start", View: troubleView, Data: TroublePage{Name: "Complaint", Message: trouble.Message, Again: "/forms/complaint"}},
		{Template: "formpages/reach", Name: "by telephone and mail", Data: reach},
		{Template: "formpages/reach", Name: "not at all", Data: contact{}},
		{Template: "formpages/saved", Name: "with a link", View: savedView, Data: saved},
		{Template: "formpages/saved", Name: "a wrong address", View: savedView, Data: wrong},
		{Template: "formpages/saved", Name: "without mail", View: savedView, Data: SavedPage{Name: "Complaint", Until: until, GoOn: "/forms/complaint/what"}},
		{Template: "formpages/continue", Name: "from a link", View: continueView, Data: ContinuePage{Name: "Complaint", Action: "/forms/complaint/continue/x", Until: until}},
		{Template: "formpages/done", Name: "named", View: doneView, Data: done},
		{Template: "formpages/done", Name: "anonymous", View: doneView, Data: anonymous},
	}
}
