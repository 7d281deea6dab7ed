package accountpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 13, 40, 0, 0, time.UTC)
	here := people.SessionInfo{ID: strings.Repeat("a1", 32), Device: "Firefox on Windows", Current: true, CreatedAt: at.Add(-5 * time.Hour), SeenAt: at}
	there := people.SessionInfo{ID: strings.Repeat("b2", 32), CreatedAt: at.Add(-30 * time.Hour), SeenAt: at.Add(-26 * time.Hour)}
	badEmail, _ := render.ProblemsOf(core.InvalidField("email", "Enter an email address in the correct format, like name@example.org."))
	badPassword, _ := render.ProblemsOf(core.InvalidField("password", "Use at least 12 characters. Several words that do not belong together make a good password."))
	wrong := render.Problems{Message: "That email address and password do not belong together. Check both and try again."}
	none := render.Problems{}

	account := func(list []people.SessionInfo, problems render.Problems) AccountPage {
		return AccountPage{
			Name: "Priya Raghunathan", Email: "priya@northmoor.example", Problems: problems,
			Current:   passwordField("current", "Current password", "", "current-password", problems),
			Password:  passwordField("password", "New password", passwordHint, "new-password", problems),
			AfterSave: afterSaveField(core.AfterNext, problems), Sessions: SessionList{list, "/account/sessions/"},
		}
	}
	portal := func(d people.Details, problems render.Problems, list ...people.SessionInfo) PortalAccountPage {
		page := PortalAccountPage{Email: d.Email, Sessions: SessionList{list, "/portal/account/sessions/"}}
		page.fill(d, problems)
		return page
	}
	staff := func(email string, problems render.Problems) StaffSignInPage {
		return StaffSignInPage{
			Email: emailField(email, "", problems), Password: passwordField("password", "Password", "", "current-password", problems),
			Next: "/cases/CMP-7K2M-4QX9?tab=history&x=<b>", Problems: problems,
		}
	}
	setPassword := func(problems render.Problems) SetPasswordPage {
		return SetPasswordPage{
			Name: "عمر الحسيني", Email: "omar@northmoor.example", Action: "/staff/password/token", Problems: problems,
			Password: passwordField("password", "New password", passwordHint, "new-password", problems),
		}
	}
	portalView := render.View{Template: "accountpages/portal-account", Layout: render.Public, Title: "Your details", Nav: "account", Back: render.Link{Label: "Your cases", URL: "/portal"}}
	badPhone, _ := render.ProblemsOf(core.InvalidField("phone", "Enter a telephone number, like 01632 960 001."))

	return []render.Sample{
		{Template: "accountpages/signin", Name: "first", View: signInView, Data: SignInPage{Email: emailField("", "The one you gave us with your case", none), FindCase: "/track"}},
		{Template: "accountpages/signin", Name: "a wrong address", View: signInView, Data: SignInPage{Email: emailField(`x"><script>`, "The one you gave us with your case", badEmail), Next: "/portal", Problems: badEmail}},
		{Template: "accountpages/sent", Name: "sent", View: sentView},
		{Template: "accountpages/link", Name: "works", View: linkView, Data: LinkPage{Email: "s•••@example.org", Action: "/sign-in/link/token"}},
		{Template: "accountpages/dead", Name: "to sign in", View: deadView, Data: signInAgain},
		{Template: "accountpages/dead", Name: "to set a password", View: deadView, Data: passwordAgain},
		{Template: "accountpages/staff", Name: "first", View: staffSignInView, Data: staff("", none)},
		{Template: "accountpages/staff", Name: "wrong", View: staffSignInView, Data: staff("priya@northmoor.example", wrong)},
		{Template: "accountpages/refusal", Name: "wrong", Data: wrong}, {Template: "accountpages/refusal", Name: "a field", Data: badPassword}, {Template: "accountpages/refusal", Name: "nothing", Data: none},
		{Template: "accountpages/password", Name: "first", View: setPasswordView, Data: setPassword(none)},
		{Template: "accountpages/password", Name: "too short", View: setPasswordView, Data: setPassword(badPassword)},
		{Template: "accountpages/account", Name: "one session", View: accountView, Data: account([]people.SessionInfo{here}, none)},
		{Template: "accountpages/account", Name: "two sessions, a bad password", View: accountView, Data: account([]people.SessionInfo{here, there}, badPassword)},
		{Template: "accountpages/sessions", Name: "two", Data: SessionList{[]people.SessionInfo{here, there}, "/account/sessions/"}},
		{Template: "accountpages/portal-account", Name: "new", View: portalView, Data: portal(people.Details{Email: "salma@example.org"}, none, here)},
		{Template: "accountpages/portal-account", Name: "a bad number", View: portalView, Data: portal(people.Details{Name: strings.Repeat("Maximiliana-Friederike ", 6), Email: "salma@example.org", Phone: "call me", Address: "4 Mill Lane\nNM1 2AB"}, badPhone, here, there)},
	}
}
