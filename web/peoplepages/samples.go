package peoplepages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 24, 9, 12, 0, 0, time.UTC)
	none := render.Problems{}
	salma := core.Person{No: 12, Name: "Salma Karim", Email: "salma@example.org", Phone: "01632 960 123", Address: "4 Mill Lane\nNorthmoor\nNM1 2AB", Language: "cy", CreatedAt: at}
	arabic := core.Person{No: 13, Name: "عمر عبد الرحمن الحسيني", Phone: "07700 900 456", CreatedAt: at}
	nameless := core.Person{No: 14, Email: strings.Repeat("very-long-", 12) + "@example.org", CreatedAt: at}
	history := []Change{
		{At: at, By: "Priya Raghunathan", What: "changed the details", Details: []Detail{{"address", "1 Hill Road", "4 Mill Lane, NM1 2AB"}, {"phone", "01632 960 123", ""}}},
		{At: at.Add(-time.Hour), By: "Casement", What: "made the record"},
	}
	cases := []CaseRow{
		{Ref: "CMP-7K2M-4QX9", URL: "/cases/CMP-7K2M-4QX9", Subject: "Clinical-waste collections missed", Type: "Complaint", Status: layout.StatusChip(core.StatusOpen, "In progress"), RaisedAt: at, Due: layout.Due{Words: "Due Fri 27 Nov 12:00", Exact: "Friday 27 November 2026, 12:00", Tone: "warn", Percent: 80}},
		{Ref: "ENQ-0000-0000", URL: "/cases/ENQ-0000-0000", Subject: "<b>Bins</b>", Type: "General enquiry", How: "on behalf of her mother", Status: layout.StatusChip(core.StatusFinal, "Closed"), RaisedAt: at.Add(-900 * time.Hour)},
	}
	badPerson, _ := render.ProblemsOf(&core.Error{Kind: core.ErrInvalid, Message: "Check what you entered.", Fields: map[string]string{"email": "Another person has this email address.", "phone": "Enter a telephone number, like 01632 960 001."}}, formFields...)
	badUser, _ := render.ProblemsOf(&core.Error{Kind: core.ErrInvalid, Message: "Check what you entered.", Fields: map[string]string{"email": "Another staff user has this email address.", "roles": "Choose roles from the list.", "groups": "Choose groups from the list."}}, staffFields...)
	badGroup, _ := render.ProblemsOf(core.InvalidField("key", "This key has a meaning of its own. Choose another one."))
	badMember, _ := render.ProblemsOf(core.InvalidField("member", "Choose somebody from the list."))

	groups := []core.Group{{Key: "complaints", Name: "Complaints"}, {Key: "highways", Name: "Highways and a rather long name for a group of people", Email: "highways@northmoor.example"}}
	user := core.StaffUser{No: 3, Name: "Kofi Mensah", Email: "kofi@northmoor.example", Roles: []core.Role{core.RoleConfigurator}, Groups: []string{"complaints"}, Active: true}
	active := people.Account{StaffUser: user, HasPassword: true, CreatedAt: at, SeenAt: at}
	locked := active
	locked.LockedUntil = at.Add(time.Minute)
	gone := people.Account{StaffUser: core.StaffUser{No: 4, Name: "Una Bell", Email: "una@northmoor.example"}, CreatedAt: at}
	fresh := people.Account{StaffUser: core.StaffUser{No: 5, Name: "Tom Reyes", Email: "tom@northmoor.example", Active: true}, CreatedAt: at}
	staff := func(a people.Account, problems render.Problems) StaffPage {
		return StaffPage{Account: a, URL: staffURL(a.No), Form: staffForm(staffURL(a.No), inputOf(a.StaffUser), groups, problems), History: history}
	}
	withLink, self := staff(fresh, none), staff(active, none)
	withLink.Link, withLink.Until, self.Self = "https://casework.example.org/staff/password/4QX9", at.Add(72*time.Hour), true
	member := layout.Field{Name: "member", Label: "Add somebody", Options: []layout.Option{{Value: "", Label: "Choose"}, {Value: fresh.Email, Label: fresh.Name}}}
	badAdd := member
	badAdd.Error = badMember.For("member")
	groupList := func(list []people.GroupSize, problems render.Problems) GroupListPage {
		return GroupListPage{Tabs: tabs("Groups"), Groups: list, Problems: problems, Name: groupNameField("", problems), Key: groupKeyField("", problems), Email: groupEmailField("", problems)}
	}
	group := func(members []core.StaffUser, add layout.Field, problems render.Problems) GroupPage {
		return GroupPage{Group: groups[1], Members: members, Add: add, Problems: problems, NameField: groupNameField(groups[1].Name, problems), EmailField: groupEmailField(groups[1].Email, problems)}
	}
	found := FindPage{Tabs: tabs("Customers"), Query: "mill lane", Persons: []core.Person{salma, arabic, nameless}, More: true, New: "/people/new"}
	nobody := FindPage{Tabs: tabs("Customers"), Query: `"><script>`, New: "/people/new"}
	reference := FindPage{Tabs: tabs("Customers"), Query: "cmp 7k2m 4qx9", Ref: "CMP-7K2M-4QX9", Case: "/cases/CMP-7K2M-4QX9", New: "/people/new"}
	tooLong := FindPage{Tabs: tabs("Customers"), Query: "x", Error: "This is too long. Use at most 100 letters.", New: "/people/new"}

	return []render.Sample{
		{Template: "peoplepages/find", Name: "nothing typed", View: findView, Data: FindPage{Tabs: tabs("Customers"), New: "/people/new"}},
		{Template: "peoplepages/find", Name: "some found", View: findView, Data: found},
		{Template: "peoplepages/find", Name: "too long", View: findView, Data: tooLong},
		{Template: "peoplepages/results", Name: "nobody", Data: nobody},
		{Template: "peoplepages/results", Name: "a reference", Data: reference},
		{Template: "peoplepages/person", Name: "two cases", View: personView(salma.Name), Data: PersonPage{Person: salma, Title: titleOf(salma), Dial: "01632960123", Speaks: "Welsh", HasCases: true, Cases: cases, NewCase: "/cases/new?person=12", Duplicates: []core.Person{{No: 19, Name: "salma karim", Phone: "01632 960 123"}}, History: history}},
		{Template: "peoplepages/person", Name: "nothing known", View: personView(titleOf(nameless)), Data: PersonPage{Person: nameless, Title: titleOf(nameless), HasCases: true}},
		{Template: "peoplepages/history", Name: "two changes", Data: history}, {Template: "peoplepages/history", Name: "none", Data: []Change{}},
		{Template: "peoplepages/person-form", Name: "new", View: personFormView("New person"), Data: personForm("New person", "/people", "/people", people.Details{}, none)},
		{Template: "peoplepages/person-form", Name: "wrong", View: personFormView(salma.Name), Data: personForm(salma.Name, "/people/12", "/people/12", detailsOf(salma), badPerson)},
		{Template: "peoplepages/staff", Name: "three", View: staffListView, Data: StaffListPage{Tabs: tabs("Staff users"), Group: layout.Field{Name: "group", Label: "Group", Options: groupOptions(groups, "Every group")}, Rows: []StaffRow{staffRow(active, groups), staffRow(gone, groups), staffRow(fresh, groups)}}},
		{Template: "peoplepages/staff", Name: "nobody", View: staffListView, Data: StaffListPage{Tabs: tabs("Staff users"), Query: "zz", Deactivated: true, Group: layout.Field{Name: "group", Label: "Group", Options: groupOptions(nil, "Every group")}}},
		{Template: "peoplepages/staff-new", Name: "first", View: newStaffView, Data: staffForm("/people/staff", people.UserInput{}, groups, none)},
		{Template: "peoplepages/staff-new", Name: "wrong, no groups", View: newStaffView, Data: staffForm("/people/staff", people.UserInput{Name: "Kofi"}, nil, badUser)},
		{Template: "peoplepages/staff-form", Name: "known", Data: staffForm("/people/staff/3", inputOf(user), groups, none)},
		{Template: "peoplepages/account", Name: "active", View: staffView(user.Name), Data: staff(active, none)},
		{Template: "peoplepages/account", Name: "oneself", View: staffView(user.Name), Data: self},
		{Template: "peoplepages/account", Name: "waiting after wrong passwords", View: staffView(user.Name), Data: staff(locked, badUser)},
		{Template: "peoplepages/account", Name: "deactivated", View: staffView(gone.Name), Data: staff(gone, none)},
		{Template: "peoplepages/account", Name: "with a link", View: staffView(fresh.Name), Data: withLink},
		{Template: "peoplepages/groups", Name: "two", View: groupListView, Data: groupList([]people.GroupSize{{Group: groups[0], Members: 1204}, {Group: groups[1]}}, badGroup)},
		{Template: "peoplepages/groups", Name: "none", View: groupListView, Data: groupList(nil, none)},
		{Template: "peoplepages/group", Name: "two members", View: groupView(groups[1].Name), Data: group([]core.StaffUser{user, fresh.StaffUser}, member, none)},
		{Template: "peoplepages/group", Name: "nobody", View: groupView(groups[1].Name), Data: group(nil, badAdd, badMember)},
	}
}
