package apipages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 24, 9, 12, 0, 0, time.UTC)
	none := render.Problems{}
	types := []*core.CaseType{{Key: "complaint", Name: core.Plain("Complaint")}, {Key: "report", Name: core.Plain("Report a problem")}}
	site := core.Client{
		ID: core.ClientID{1}, No: 1, Name: "Website", Purpose: "Raises what residents report. Ask Dev Patel.", CreatedAt: at, PerMinute: 600,
		Grant: core.Grant{Types: []string{"complaint"}, Permissions: []core.Permission{core.MayRaise, core.MayEnquire}},
	}
	warehouse := core.Client{
		No: 2, Name: "Warehouse " + strings.Repeat("of a very long name ", 5), CreatedAt: at, PerMinute: 60, ExpiresAt: at.Add(-time.Hour),
		Grant: core.Grant{Types: []string{core.EveryType}, Permissions: core.WithImplied([]core.Permission{core.MayView})}, Rights: core.Rights(),
	}
	gone := core.Client{No: 3, Name: "<b>Old script</b>", CreatedAt: at, RevokedAt: at}
	form := func(c core.Client, problems render.Problems) Form {
		return makeForm(urlOf(c.No), inputOf(c), types, time.UTC, problems)
	}
	wrong, _ := render.ProblemsOf(&core.Error{Kind: core.ErrInvalid, Message: "Check what you entered.", Fields: map[string]string{
		"name": "Another program has this name.", "types": "Choose the case types that these permissions are for.", "permissions": "Choose what the program may do.",
		"per_minute": "Enter a number between 1 and 60,000.", "expires_at": "Choose a day in the future.", "rights": "Choose rights from the list."}}, formFields...)
	keys := []people.ClientKey{{Prefix: "casement_k7q2m9xw", CreatedAt: at, EndsAt: at.Add(24 * time.Hour), UsedAt: at}, {Prefix: "casement_p3d8v4ta", CreatedAt: at}}
	history := []Happening{{At: at, By: "Morag Sinclair", What: "changed what it may do", Details: []string{"permissions: case.raise → case.raise, case.enquire"}}, {At: at, By: "Morag Sinclair", What: "let the program in"}}
	page := func(c core.Client, keys []people.ClientKey, live bool, problems render.Problems) Page {
		return Page{ClientAccount: people.ClientAccount{Client: c, Keys: keys}, URL: urlOf(c.No), Live: live, Form: form(c, problems), History: history, Full: len(keys) > 1}
	}
	fresh := page(site, keys[1:], true, none)
	fresh.Key = "casement_p3d8v4ta_k2m4qx97hd3s5v8t1n6w0r2y4z"
	op := Operation{
		ID: "raise-case", Method: "POST", Path: "/cases", Summary: "Raise a case", Says: paragraphs("Brings a case into being.\n\nNeeds: `case.raise`. **Once.**"),
		Parameters: []Member{{Name: "Idempotency-Key", Kind: "text", Says: "A name of your choosing.", Where: "a header"}},
		Body:       []Member{{Name: "subject", Kind: "text", Says: "What it is about.", Required: true}}, BodyExample: "{\n  \"subject\": \"Collections missed\"\n}",
		Answer: []Member{{Name: "ref", Kind: "text"}}, AnswerExample: "{\n  \"ref\": \"CMP-7K2M-4QX9\"\n}", Answers: []Answer{{"201", "Done."}, {"422", "A value is wrong."}},
	}
	manual := Manual{Title: "Casement", Version: "1.0.0", Address: "https://casework.example.org/api/v1", About: paragraphs("Everything, for **programs**."), Tags: []Tag{{"Cases", "Raise, find, read.", []Operation{op}}}}
	list := ListPage{Tabs: tabs()}
	for _, c := range []people.ClientUse{{Client: site, UsedAt: at}, {Client: warehouse}, {Client: gone}} {
		list.Rows = append(list.Rows, rowOf(c, types, at))
	}
	return []render.Sample{
		{Template: "apipages/programs", Name: "three", View: listView, Data: list},
		{Template: "apipages/programs", Name: "none", View: listView, Data: ListPage{Tabs: tabs()}},
		{Template: "apipages/program-new", Name: "first", View: newView, Data: makeForm("/people/programs", people.ClientInput{}, types, time.UTC, none)},
		{Template: "apipages/program-new", Name: "wrong", View: newView, Data: form(site, wrong)},
		{Template: "apipages/program-form", Name: "known", Data: form(site, none)},
		{Template: "apipages/program", Name: "with its key", View: view(site.Name), Data: fresh},
		{Template: "apipages/program", Name: "two keys", View: view(site.Name), Data: page(site, keys, true, wrong)},
		{Template: "apipages/program", Name: "ended", View: view(warehouse.Name), Data: page(warehouse, nil, false, none)},
		{Template: "apipages/program", Name: "revoked", View: view(gone.Name), Data: page(gone, nil, false, none)},
		{Template: "apipages/manual", Name: "one operation", View: manualView, Data: manual},
		{Template: "apipages/operation", Name: "a write", View: operationView(op), Data: op},
		{Template: "apipages/members", Name: "one", Data: map[string]any{"Caption": "Members", "Members": op.Body}},
		{Template: "apipages/prose", Name: "two paragraphs", Data: op.Says},
	}
}
