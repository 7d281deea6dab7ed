package accountpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/notifications"
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
	badZone, _ := render.ProblemsOf(core.InvalidField("zone", "That is no time zone; write it like Europe/London."), "zone")

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

	notices := noticeSamples(at)
	zone := time.UTC
	return []render.Sample{
		{Template: "accountpages/notices", Name: "two days", View: noticesView, Data: noticesPage(notifications.Notices{List: notices, Next: 3}, false, 0, zone, "notifications:1")},
		{Template: "accountpages/notices", Name: "all", View: noticesView, Data: noticesPage(notifications.Notices{List: notices}, true, 90, zone, "notifications:1")},
		{Template: "accountpages/notices", Name: "nothing unread", View: noticesView, Data: noticesPage(notifications.Notices{}, false, 0, zone, "notifications:1")},
		{Template: "accountpages/notices", Name: "nothing at all", View: noticesView, Data: noticesPage(notifications.Notices{}, true, 0, zone, "notifications:1")},
		{Template: "accountpages/notice-list", Name: "two days", Data: noticesPage(notifications.Notices{List: notices}, false, 0, zone, "notifications:1")},
		{Template: "accountpages/preferences", Name: "as usual", View: preferencesView, Data: preferencesPage(notifications.Preferences{Hour: 8}, "Europe/London", none)},
		{Template: "accountpages/preferences", Name: "chosen, and a zone that is none", View: preferencesView, Data: preferencesPage(notifications.Preferences{Hour: 17, Zone: `Mars"><b>`, How: map[core.EventKind]notifications.How{core.CaseRaised: notifications.InDigest, core.UpdateAdded: notifications.None}}, "Europe/London", badZone)},
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

func noticeSamples(at time.Time) []notifications.Notice {
	one := func(id int64, kind core.EventKind, words, subject string, ago time.Duration, read bool) notifications.Notice {
		n := notifications.Notice{
			ID: id, Kind: kind, Ref: "CMP-7K2M-4QX9", Type: "Complaint", Subject: subject, Words: words, URL: "/cases/CMP-7K2M-4QX9", At: at.Add(-ago),
		}
		if read {
			n.ReadAt = at
		}
		return n
	}
	return []notifications.Notice{
		one(9, core.TargetBreached, "Full response is overdue", "Collections missed five weeks running", 10*time.Minute, false),
		one(8, core.CaseAssigned, "Priya Raghunathan gave you this case", "<b>Bins</b> & "+strings.Repeat("Zuständigkeitsprüfung ", 6), time.Hour, false),
		one(7, core.TaskAdded, "There is a task for you or your group: Visit the site", "", 2*time.Hour, true),
		one(6, core.UpdateAdded, "The requester added to this case", "والدتها نغوزي", 30*time.Hour, false),
		one(5, core.CaseEscalated, "Tomasz Wiśniewski escalated this case", "Street light out", 31*time.Hour, true),
	}
}
