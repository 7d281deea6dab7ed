package imports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	_ "time/tzdata"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/intake/imports/importstest"
)

// result is all that became of a file.
type result struct {
	imports.Carried
	Refusals []imports.Refusal
}

func carry(t *testing.T, w *importstest.World, mapping string, file []byte) result {
	t.Helper()
	var r result
	err := w.Imports.Carry(t.Context(), core.SystemActor(), source(t, mapping, file), func(c imports.Carried) error {
		r.Carried, r.Refusals = c, append(r.Refusals, c.Batch.Refusals...)
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%v", err, casetypes.FindingsOf(err))
	}
	return r
}

func source(t *testing.T, mapping string, file []byte) imports.Source {
	t.Helper()
	return imports.Source{
		Mapping: casetypes.File{Name: mapping, Source: importstest.Example(t, mapping)},
		Name:    "file", Size: int64(len(file)), Head: file[:min(len(file), 1000)], File: bytes.NewReader(file),
	}
}

// contents counts the rows of every table that cases are kept in, and adds up
// what their events say.
func contents(t *testing.T, w *importstest.World) string {
	t.Helper()
	var out strings.Builder
	for _, table := range []string{"cases", "case_aliases", "events", "notes", "targets", "persons", "outbox", "river_job", "scopes"} {
		var n int
		var sum string
		err := w.Pool.QueryRow(t.Context(), `SELECT count(*), coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM `+table+` x`).Scan(&n, &sum)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s: %d %s\n", table, n, sum)
	}
	return out.String()
}

func count(t *testing.T, w *importstest.World, sql string, args ...any) (n int) {
	t.Helper()
	if err := w.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// caseBy finds the case with a reference of a source.
func caseBy(t *testing.T, w *importstest.World, source, reference string) *core.Case {
	t.Helper()
	var id core.CaseID
	if err := w.Pool.QueryRow(t.Context(), `SELECT case_id FROM case_aliases WHERE source = $1 AND value = $2`, source, reference).Scan(&id); err != nil {
		t.Fatalf("no case has the reference %s: %v", reference, err)
	}
	return w.Case(t, id)
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func ten(t *testing.T) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/ten.csv")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRowsBecomeCasesWithTheirPast(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	r := carry(t, w, "boston311.yaml", ten(t))
	if want := (imports.Tally{Read: 10, Brought: 6, Known: 1, Refused: 3, Warned: 3}); r.Tally != want || r.State != imports.Done {
		t.Errorf("it is %s with %+v, want %+v\n%+v", r.State, r.Tally, want, r.Refusals)
	}
	swept := caseBy(t, w, "boston311", "900000000001")
	if swept.Type != "service-request" || swept.Subject != "Glass on the pavement" || swept.Subtype != "street-cleaning" || swept.Channel != core.ChannelTelephone ||
		swept.Address != "1 First St Testham MA 00001" || swept.Place == nil || *swept.Place != (core.Point{Lat: 42.3, Lng: -71.1}) ||
		swept.Fields["neighbourhood"] != "Test End" || swept.Fields["queue"] != "Q1" || !swept.Anonymous || swept.Group != "customer-services" ||
		swept.Description != "Public Works › Street Cleaning › Requests for Street Cleaning" {
		t.Errorf("the case is %+v", swept)
	}
	// Summer time began between its raising and its closing: an hour, not two.
	if !swept.RaisedAt.Equal(at(t, "2023-03-12T06:30:00Z")) || !swept.ClosedAt.Equal(at(t, "2023-03-12T07:30:00Z")) || swept.Status != "closed" || swept.Outcome != "resolved" {
		t.Errorf("it was raised %v and closed %v as %s, %s", swept.RaisedAt, swept.ClosedAt, swept.Status, swept.Outcome)
	}
	if n := count(t, w, `SELECT count(*) FROM notes WHERE case_id = $1 AND body = 'Resolved Swept' AND audience = 'staff' AND created_at = $2`, swept.ID, swept.ClosedAt); n != 1 {
		t.Error("what was said at its closing is not a note on it")
	}
	kinds := w.Kinds(t, swept.ID)
	if want := []core.EventKind{core.CaseRaised, core.TargetStarted, core.TargetMet, core.NoteAdded, core.CaseClosed}; !slices.Equal(kinds, want) {
		t.Errorf("its history is %v, want %v", kinds, want)
	}
	for reference, state := range map[string]string{"900000000001": "met", "900000000002": "breached", "900000000004": "breached"} {
		cs := caseBy(t, w, "boston311", reference)
		var got string
		if err := w.Pool.QueryRow(t.Context(), `SELECT state FROM targets WHERE case_id = $1 AND rule_key = 'fix'`, cs.ID).Scan(&got); err != nil {
			t.Errorf("%s: %v", reference, err)
		} else if got != state {
			t.Errorf("the promise on %s is %s, want %s", reference, got, state)
		}
		w.Rewinds(t, cs.ID)
	}
	if late := count(t, w, `SELECT count(*) FROM events WHERE kind = 'target.breached'`); late != 2 {
		t.Errorf("%d promises are known to be late, want that of 2 and that of 4", late)
	}
	if open := caseBy(t, w, "boston311", "900000000003"); open.Status != "open" || open.Place != nil || open.Address != "" || !open.ClosedAt.IsZero() || open.Channel != core.ChannelAPI {
		t.Errorf("the open case is %+v", open)
	}
	if twice := caseBy(t, w, "boston311", "900000000005"); !twice.RaisedAt.Equal(at(t, "2022-11-06T05:30:00Z")) || twice.Subtype != "other" || twice.Channel != core.ChannelWeb ||
		twice.Subject != `"Quoted", with a comma and a line` || twice.Outcome != "closed" {
		t.Errorf("the case of the hour that came twice is %+v", twice)
	}
	if invalid := caseBy(t, w, "boston311", "900000000010"); invalid.Subject != "Graffiti Removal" || invalid.Outcome != "invalid" || invalid.Place != nil {
		t.Errorf("the invalid case is %+v", invalid)
	}
	if n := count(t, w, `SELECT count(*) FROM outbox`) + count(t, w, `SELECT count(*) FROM river_job`); n != 0 {
		t.Errorf("an import told %d people or jobs", n)
	}
}

func TestTheReportNamesRowFieldAndReason(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	r := carry(t, w, "boston311.yaml", ten(t))
	var out bytes.Buffer
	report, err := imports.NewReport(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Write(r.Refusals); err != nil {
		t.Fatal(err)
	}
	want := `line,reference,field,reason,case
4,900000000003,place,"42.3594, -71.0587 stands for an unknown place and was left out.",brought in without it
5,900000000004,place,"0, 0 is in the sea off Africa, where coordinates that are missing end up; it was left out.",brought in without it
8,900000000006,,"Something happened on 2023-05-01 09:00:00, before it was raised on 2023-05-02 09:00:00.",refused
9,900000000007,raised,“2023-02-30 09:00:00” is not a date written as YYYY-MM-DD HH:mm:ss.,refused
9,900000000007,targets.fix.due,“soon” is not a date written as YYYY-MM-DD HH:mm:ss.,refused
9,900000000007,status,“Pending” is not in the map.,refused
10,,alias,"There is no reference here, so the case could not be told from others.",refused
12,900000000010,place,"42.9, -71.1 is outside of the box and was left out.",brought in without it
`
	got := out.String()
	if strings.Join(sortedLines(got), "\n") != strings.Join(sortedLines(want), "\n") {
		t.Errorf("the report is\n%s\nwant\n%s", got, want)
	}
}

func sortedLines(s string) []string {
	return slices.Sorted(slices.Values(strings.Split(strings.TrimSpace(s), "\n")))
}

func TestAFileImportedTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	first := carry(t, w, "boston311.yaml", ten(t))
	before := contents(t, w)
	w.Clock.Advance(time.Hour)
	second := carry(t, w, "boston311.yaml", ten(t))
	if second.Brought != 0 || second.Known != first.Brought+first.Known || second.Refused != first.Refused {
		t.Errorf("the second time: %+v", second.Tally)
	}
	if after := contents(t, w); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func TestADryRunAsksTheSameRulesAndKeepsNothing(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	before := contents(t, w)
	var dry result
	if err := w.Imports.Rehearse(t.Context(), core.SystemActor(), source(t, "boston311.yaml", ten(t)), func(c imports.Carried) error {
		dry.Carried, dry.Refusals = c, append(dry.Refusals, c.Batch.Refusals...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if after := contents(t, w); after != before || count(t, w, `SELECT count(*) FROM imports`) != 0 {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	real := carry(t, w, "boston311.yaml", ten(t))
	if dry.Tally != real.Tally || !slices.Equal(dry.Refusals, real.Refusals) {
		t.Errorf("the dry run found %+v, the run %+v", dry.Tally, real.Tally)
	}
}

func TestAnInterruptedImportGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	file := repeated(t, ten(t), 300) // 3,000 rows: three batches
	stopped := errors.New("stopped")
	batches := 0
	err := w.Imports.Carry(t.Context(), core.SystemActor(), source(t, "boston311.yaml", file), func(imports.Carried) error {
		if batches++; batches == 2 {
			return stopped
		}
		return nil
	})
	if !errors.Is(err, stopped) {
		t.Fatalf("it ended with %v", err)
	}
	if n := count(t, w, `SELECT rows_read FROM imports WHERE state = 'running'`); n != 2000 {
		t.Errorf("%d rows are recorded as read", n)
	}
	r := carry(t, w, "boston311.yaml", file)
	if r.Resumed == 0 || r.Read != 3000 || r.Brought != 1800 || r.Known != 300 || r.Refused != 900 {
		t.Errorf("it went on at %d and ended with %+v", r.Resumed, r.Tally)
	}
	if n := count(t, w, `SELECT count(*) FROM imports`); n != 1 {
		t.Errorf("there are %d imports", n)
	}
}

func TestABatchWhoseRecordWasLostIsCountedOnce(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	id := core.NewID[core.ImportID]()
	for range 2 {
		run, err := imports.NewRun(id, w.Cases, importstest.Mapping(t, "boston311.yaml"), bytes.NewReader(ten(t)), false)
		if err != nil {
			t.Fatal(err)
		}
		b, err := run.Next(t.Context())
		if err != nil || b.Brought != 6 || b.Known != 1 {
			t.Errorf("the batch is %+v, %v", b.Tally, err)
		}
	}
	if n := count(t, w, `SELECT count(*) FROM cases`); n != 6 {
		t.Errorf("there are %d cases", n)
	}
}

// repeated is a file with its rows many times over, with references of their own.
func repeated(t testing.TB, file []byte, times int) []byte {
	t.Helper()
	header, rows, _ := strings.Cut(string(file), "\n")
	var out bytes.Buffer
	out.Grow(len(file) * times)
	out.WriteString(header + "\n")
	for i := range times {
		for record := range strings.SplitAfterSeq(rows, "\n") {
			if len(record) > 12 && (record[0] == '1' || record[0] == '9') && strings.Trim(record[:12], "0123456789") == "" {
				fmt.Fprintf(&out, "%s%06d%s", record[:6], i, record[6:])
				continue
			}
			out.WriteString(record)
		}
	}
	return out.Bytes()
}

func TestTheRealFileIsBroughtInCompletely(t *testing.T) {
	t.Parallel()
	file := importstest.Data(t, "boston311.csv")
	w := importstest.New(t)
	r := carry(t, w, "boston311.yaml", file)
	if r.Read != 100 || r.Brought != 100 || r.Refused != 0 {
		t.Fatalf("brought in: %+v\n%+v", r.Tally, r.Refusals)
	}
	for _, refusal := range r.Refusals {
		if refusal.Field != "place" {
			t.Errorf("left out: %+v", refusal)
		}
	}
	if n := count(t, w, `SELECT count(*) FROM cases WHERE status = 'closed' AND closed_at IS NOT NULL AND outcome <> ''`); n != 85 {
		t.Errorf("%d are closed, want 85", n)
	}
	if n := count(t, w, `SELECT count(*) FROM targets`); n != 89 {
		t.Errorf("%d have a target, want 89", n)
	}
	if n := count(t, w, `SELECT count(*) FROM events WHERE kind = 'target.breached'`); n != 17 {
		t.Errorf("%d are overdue, want the 17 that the file says", n)
	}
	if n := count(t, w, `SELECT count(*) FROM cases WHERE channel = 'telephone'`); n != 30 {
		t.Errorf("%d came by telephone, want 30", n)
	}
	if n := count(t, w, `SELECT count(*) FROM cases WHERE address LIKE '%  %' OR subject LIKE '%  %'`); n != 0 {
		t.Errorf("%d have double spaces", n)
	}
	if n := count(t, w, `SELECT count(*) FROM cases WHERE place IS NOT NULL`); n != 81 {
		t.Errorf("%d are on the map, want 81", n)
	}
	if n := count(t, w, `SELECT count(*) FROM notes`); n != 85 {
		t.Errorf("%d have what was said at the closing, want 85", n)
	}
	needle := caseBy(t, w, "boston311", "101004130437")
	if !needle.RaisedAt.Equal(at(t, "2022-01-19T16:18:00Z")) || !needle.ClosedAt.Equal(at(t, "2022-01-19T16:42:16Z")) || needle.Address != "42 Cross St Boston MA 02113" {
		t.Errorf("the needle is %+v", needle)
	}
	summer := 0
	for _, id := range ids(t, w) {
		w.Rewinds(t, id)
		if cs := w.Case(t, id); cs.ClosedAt.Month() == time.April {
			summer++
		}
	}
	if summer != 1 {
		t.Errorf("%d were closed in summer time", summer)
	}
	before := contents(t, w)
	w.Clock.Advance(24 * time.Hour)
	if again := carry(t, w, "boston311.yaml", file); again.Known != 100 || again.Brought != 0 {
		t.Errorf("the second time: %+v", again.Tally)
	}
	if after := contents(t, w); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	reach, err := w.Cases.ReachOf(t.Context(), w.Hire(t, "Cleo", "cleo@northmoor.example", "customer-services"), core.MayEnquire)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := w.Cases.ByAlias(t.Context(), reach, "boston311", "101004143000"); err != nil || row.Subject != "BTDT: Complaint" {
		t.Errorf("by its reference is found %+v, %v", row, err)
	}
}

func ids(t *testing.T, w *importstest.World) (all []core.CaseID) {
	t.Helper()
	rows, err := w.Pool.Query(t.Context(), `SELECT id FROM cases`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id core.CaseID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	return all
}

func TestNothingImportedIsAnnouncedLater(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	carry(t, w, "boston311.yaml", ten(t))
	events := count(t, w, `SELECT count(*) FROM events`)
	w.Clock.Advance(30 * 24 * time.Hour)
	for _, id := range ids(t, w) {
		if err := w.Targets.StepCase(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if now := count(t, w, `SELECT count(*) FROM events`); now != events {
		t.Errorf("a month later %d things more have happened", now-events)
	}
}

func TestAnOlderExportOfAnotherShapeIsReadWithAMapping(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	r := carry(t, w, "meldungen.yaml", importstest.Example(t, "meldungen.csv"))
	if want := (imports.Tally{Read: 4, Brought: 3, Warned: 1, LeftOut: 1}); r.Tally != want {
		t.Fatalf("%+v, want %+v\n%+v", r.Tally, want, r.Refusals)
	}
	hole := caseBy(t, w, "meldungen", "417/2021")
	if hole.Subject != "Straße / Schlagloch, Müllerstraße 12" || hole.Description != `Tiefes Schlagloch, vor dem "Café Größenwahn"` || hole.Subtype != "highways" ||
		!hole.RaisedAt.Equal(at(t, "2021-02-03T07:15:00Z")) || *hole.Place != (core.Point{Lat: 52.5512, Lng: 13.352}) || hole.Channel != core.ChannelTelephone {
		t.Errorf("the hole is %+v", hole)
	}
	if tree := caseBy(t, w, "meldungen", "418/2021"); tree.Place != nil || tree.Status != "open" || !tree.RaisedAt.Equal(at(t, "2021-03-28T01:30:00Z")) {
		t.Errorf("the tree is %+v", tree)
	}
	sofa := caseBy(t, w, "meldungen", "419/2021")
	if !sofa.RaisedAt.Equal(at(t, "2021-10-31T00:30:00Z")) || !slices.Contains(w.Kinds(t, sofa.ID), core.TargetBreached) {
		t.Errorf("the sofa is %+v", sofa)
	}
}

func TestJSONLinesAreReadWithPaths(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	r := carry(t, w, "open311.yaml", importstest.Example(t, "open311.jsonl"))
	if want := (imports.Tally{Read: 2, Brought: 2, Warned: 1}); r.Tally != want {
		t.Fatalf("%+v, want %+v\n%+v", r.Tally, want, r.Refusals)
	}
	hole := caseBy(t, w, "open311", "13-00638")
	if hole.Subtype != "highways" || hole.Address != "1060 W Addison St, Chicago, 60613" || !hole.RaisedAt.Equal(at(t, "2013-04-19T18:37:02Z")) || hole.Outcome != "resolved" {
		t.Errorf("the hole is %+v", hole)
	}
	if tree := caseBy(t, w, "open311", "13-00701"); tree.Status != "open" || !tree.RaisedAt.Equal(at(t, "2013-04-21T13:00:00Z")) {
		t.Errorf("the tree is %+v", tree)
	}
}

func TestTheMappingInTheDocumentationIsOne(t *testing.T) {
	docs, err := os.ReadFile("../../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(docs), "```yaml\n")
	source, _, _ := strings.Cut(rest, "```")
	if _, err := imports.Decode(casetypes.File{Name: "import.md", Source: []byte(source)}); err != nil {
		t.Errorf("%v", casetypes.FindingsOf(err))
	}
	_, rest, _ = strings.Cut(rest, "```yaml\n")
	values, _, _ := strings.Cut(rest, "```")
	if strings.Count(values, "\n") < 20 {
		t.Fatalf("the values are not found: %q", values)
	}
	for part := range strings.SplitSeq(values, "\n\n") {
		for _, value := range alternatives(part) {
			source := "casement: 1\nkind: import\nsource: s\nzone: Europe/London\ndates: YYYY-MM-DD\n"
			body := "case:\n"
			for _, needed := range []string{"type: t", "subject: s", "channel: c", "raised: r"} {
				if name, _, _ := strings.Cut(needed, ":"); !strings.HasPrefix(value, name+":") {
					body += "  " + needed + "\n"
				}
			}
			if strings.HasPrefix(value, "alias:") {
				source += value + "\n"
			} else {
				source += "alias: a\n"
				body += "  " + strings.ReplaceAll(value, "\n", "\n  ") + "\n"
			}
			if _, err := imports.Decode(casetypes.File{Name: "values", Source: []byte(source + body)}); err != nil {
				t.Errorf("%s\n%v", value, casetypes.FindingsOf(err))
			}
		}
	}
}

// alternatives are the values of a part of the documentation, each with the
// lines that belong to it.
func alternatives(part string) (out []string) {
	for line := range strings.SplitSeq(strings.TrimSpace(part), "\n") {
		if strings.HasPrefix(line, " ") && len(out) > 0 {
			out[len(out)-1] += "\n" + line
			continue
		}
		out = append(out, line)
	}
	return out
}

func TestOnlyWhoConfiguresOrAdministersBringsIn(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	for _, by := range []core.Actor{w.Priya, core.PersonActor(w.Amara, "Amara"), core.AnonymousActor(), core.StaffActor(core.NewID[core.StaffID](), "Max", core.RoleAuditor)} {
		_, begin := w.Imports.Begin(t.Context(), by, imports.Upload{File: strings.NewReader("")})
		carry := w.Imports.Carry(t.Context(), by, imports.Source{}, nil)
		rehearse := w.Imports.Rehearse(t.Context(), by, imports.Source{}, nil)
		_, list := w.Imports.List(t.Context(), by)
		_, find := w.Imports.Find(t.Context(), by, 1)
		_, start := w.Imports.Start(t.Context(), by, 1)
		_, refusals := w.Imports.Refusals(t.Context(), by, 1, 1)
		for i, err := range []error{begin, carry, rehearse, list, find, start, refusals, w.Imports.Cancel(t.Context(), by, 1), w.Imports.WriteReport(t.Context(), by, 1, nil)} {
			if core.KindOf(err) != core.ErrForbidden {
				t.Errorf("%s %s: %d answers %v", by.Kind, by.Name, i, err)
			}
		}
	}
}

func BenchmarkBringIn(b *testing.B) {
	file := importstest.Data(b, "boston311.csv")
	const rows = 100_000
	big := repeated(b, file, rows/100)
	m := importstest.Mapping(b, "boston311.yaml")
	for b.Loop() {
		w := importstest.New(b)
		run, err := imports.NewRun(core.NewID[core.ImportID](), w.Cases, m, bytes.NewReader(big), false)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		var all imports.Tally
		for last := false; !last; {
			batch, err := run.Next(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			all.Add(batch.Tally)
			last = batch.Last
		}
		if all.Brought != rows {
			b.Fatalf("brought %+v", all)
		}
		b.ReportMetric(rows/time.Since(began).Seconds(), "rows/s")
	}
}
