package importpages

import (
	"time"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 13, 40, 0, 0, time.UTC)
	mapping := "casement: 1\nkind: import\nsource: boston311\nzone: America/New_York\n"
	base := imports.Import{
		No: 3, Name: "Boston 311", Source: "boston311", FileName: "requests-2022.csv", FileSize: 48_000_000, Mapping: mapping, ByName: "Priya Raghunathan",
		CreatedAt: at, MovedAt: at.Add(15 * time.Minute), State: imports.Checked, Position: 48_000_000,
		Tally: imports.Tally{Read: 104_212, Brought: 101_377, Known: 2_031, Refused: 804, Warned: 18_211},
	}
	with := func(change func(*imports.Import)) imports.Import {
		i := base
		change(&i)
		return i
	}
	running := with(func(i *imports.Import) {
		i.State, i.StartedAt, i.Position, i.Tally = imports.Running, at, 21_000_000, imports.Tally{Read: 45_000, Brought: 44_120, Known: 401, Refused: 479}
	})
	done := with(func(i *imports.Import) { i.State, i.StartedAt, i.EndedAt = imports.Done, at, at.Add(15*time.Minute) })
	failed := with(func(i *imports.Import) {
		i.No, i.State, i.Name, i.Problem, i.EndedAt, i.Tally = 2, imports.Failed, "Meldungen des Ordnungsamts", "The file is shorter than it was. Begin the import anew.", at, imports.Tally{Read: 12}
	})
	cancelled := with(func(i *imports.Import) {
		i.No, i.State, i.Name, i.ByName, i.FileName = 1, imports.Cancelled, "مكتب", "", ""
	})
	refusals := []imports.Refusal{
		{Line: 4, Reference: "101004143000", Field: "place", Reason: "42.3594, -71.0587 stands for an unknown place and was left out.", Brought: true},
		{Line: 9, Reference: "101004155594", Field: "targets.fix.due", Reason: "“soon” is not a date written as YYYY-MM-DD HH:mm:ss."},
		{Line: 14, Reason: "A quote is opened and never closed."},
		{Line: 21, Reference: "<script>alert(1)</script>", Field: "status", Reason: "“" + "Zuständigkeitsprüfung und Rechtsbehelfsbelehrung" + "” is not in the map."},
	}
	var many []imports.Refusal
	for range 26 {
		many = append(many, refusals...)
	}
	now := at.Add(16 * time.Minute)
	page := func(template, name, title string, data any) render.Sample {
		return render.Sample{Template: "importpages/" + template, Name: name,
			View: render.View{Template: "importpages/" + template, Title: title, Nav: nav}, Data: data}
	}
	examples := []Example{{Key: "boston311", Name: "Boston 311", Source: mapping}, {Key: "open311", Name: "Open311 requests"}}
	form := NewPage{Examples: examples, MaxMB: imports.MaxUpload >> 20}
	chosen, wrong, missing := form, form, form
	chosen.Mapping, chosen.Chosen = mapping, "boston311"
	wrong.Mapping = "</textarea><script>alert(1)</script>"
	wrong.Findings = casetypes.Findings{{Line: 4, Column: 7, Path: "zone", Message: "“Europe/Londn” is not a time zone. Write it like Europe/London or America/New_York."}, {Path: "case", Message: "“raised” is missing."}}
	missing.Problem = "Choose the file with the cases."
	return []render.Sample{
		page("list", "some", "Imports", ListPage{Rows: []Row{rowOf(running), rowOf(done), rowOf(failed), rowOf(cancelled)}}),
		page("list", "nothing yet", "Imports", ListPage{}),
		page("new", "empty", "Bring cases in", form), page("new", "an example", "Bring cases in", chosen),
		page("new", "mistakes", "Bring cases in", wrong), page("new", "no file", "Bring cases in", missing),
		page("show", "checking", "Boston 311", showPage(with(func(i *imports.Import) { i.State, i.Position = imports.Checking, 9_000_000 }), nil, now)),
		page("show", "checked", "Boston 311", showPage(base, refusals, now)),
		page("show", "running", "Boston 311", showPage(running, refusals, now)),
		page("show", "standing still", "Boston 311", showPage(running, nil, now.Add(time.Hour))),
		page("show", "done", "Boston 311", showPage(done, many, now)),
		page("show", "failed", "Meldungen", showPage(failed, nil, now)),
		page("show", "cancelled", "Import", showPage(cancelled, nil, now)),
	}
}
