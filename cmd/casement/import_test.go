package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func TestTheCommandBringsCasesIn(t *testing.T) {
	t.Parallel()
	s := newShell(t, pgtest.New(t))
	examples := "../../examples/import/"
	prepared := []string{"INSERT INTO groups (key, name, created_at) SELECT k, k, now() FROM unnest(ARRAY['contact-centre', 'customer-services', 'highways', 'waste', 'parks', 'heads-of-service', 'complaints-team', 'complaints-leads', 'complaints-resolved']) AS k ON CONFLICT DO NOTHING"}
	for _, sql := range prepared {
		s.exec(sql)
	}
	calendar := filepath.Join(t.TempDir(), "offices.yaml")
	source, err := os.ReadFile("../../core/casetypes/shipped/northmoor-offices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(calendar, source, 0o600); err != nil {
		t.Fatal(err)
	}
	templates := filepath.Join(t.TempDir(), "request.yaml")
	if source, err = os.ReadFile(examples + "service-request.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(templates, source, 0o600); err != nil {
		t.Fatal(err)
	}
	s.prints([]string{"config", "publish", calendar}, "Published")
	s.prints([]string{"config", "publish", templates}, "Published service-request as version 1")

	file := "../../core/intake/imports/testdata/ten.csv"
	bring := []string{"import", "--map", examples + "boston311.yaml", file}
	s.prints(append(bring, "--dry-run"), "6 can be brought in", "3 refused", "line 8, 900000000006: Something happened", "Nothing was kept")
	if n := s.number(`SELECT count(*) FROM cases`); n != 0 {
		t.Errorf("a dry run brought in %d cases", n)
	}
	report := filepath.Join(t.TempDir(), "report.csv")
	s.prints(append(bring, "--report", report), "10 rows: 6 brought in (3 without something), 1 known and left as they are, 3 refused", "rows a second", report)
	if table, err := os.ReadFile(report); err != nil || strings.Count(string(table), "\n") != 9 || !strings.Contains(string(table), "9,900000000007,status,“Pending” is not in the map.,refused") {
		t.Errorf("the report is %s, %v", table, err)
	}
	s.prints(bring, "10 rows: 0 brought in", "7 known")
	if n := s.number(`SELECT count(*) FROM cases`); n != 6 {
		t.Errorf("there are %d cases", n)
	}

	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("casement: 1\nkind: import\nsource: x\nzone: Europe/Londn\nalias: a\ncase: { subject: b, colour: c }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails([]string{"import", "--map", wrong, file}, ":4:7: zone: “Europe/Londn” is not a time zone", "“colour” is not known here", "“raised” is missing", "is no mapping as it is")
	s.fails([]string{"import", "--map", examples + "meldungen.yaml", file}, "The file has no column")
	s.fails([]string{"import", "--map", examples + "boston311.yaml", "nowhere.csv"}, "nowhere.csv")
	s.fails([]string{"import", file}, "--map")
}

// number asks for one number.
func (s *shell) number(sql string) (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// prepareImport makes an import: a file that is still to be checked.
func (c *council) prepareImport() { c.begin("a,b,c\n1,2,2022-01-01\n") }

// begin makes an import of a file with three columns.
func (c *council) begin(file string) imports.Import {
	c.t.Helper()
	mapping := "casement: 1\nkind: import\nsource: old\nzone: Europe/London\ndates: YYYY-MM-DD\nalias: a\n" +
		"case: { type: { text: enquiry }, subject: b, channel: { text: web }, raised: c }\n"
	i, err := c.imports.Begin(c.t.Context(), core.SystemActor(), imports.Upload{
		Mapping: casetypes.File{Name: "mapping", Source: []byte(mapping)}, FileName: "cases.csv", File: strings.NewReader(file),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return i
}

func TestTheQueueCarriesAnImportFromServerToServer(t *testing.T) {
	t.Parallel()
	c := newCouncil(t, true)
	var file strings.Builder
	file.WriteString("a,b,c\n")
	const rows = 4000
	for n := range rows {
		fmt.Fprintf(&file, "%d,Case %d,2022-01-01\n", n, n)
	}
	serve := func() (stop func()) {
		runner, err := jobs.New(c.db.Pool(), c.work(), c.log)
		if err != nil {
			t.Fatal(err)
		}
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		return func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if err := runner.Stop(ctx); err != nil {
				t.Error(err)
			}
		}
	}
	until := func(no int, is func(imports.Import) bool) imports.Import {
		t.Helper()
		for range 600 {
			i, err := c.imports.Find(t.Context(), core.SystemActor(), no)
			if err != nil {
				t.Fatal(err)
			}
			if is(i) {
				return i
			}
			<-time.After(100 * time.Millisecond)
		}
		t.Fatal("it does not come to that")
		return imports.Import{}
	}
	stop := serve()
	c.prepareImport() // another that waits to be checked
	i := c.begin(file.String())
	i = until(i.No, func(i imports.Import) bool { return i.State == imports.Checked })
	if _, err := c.imports.Start(t.Context(), core.SystemActor(), i.No); err != nil {
		t.Fatal(err)
	}
	until(i.No, func(i imports.Import) bool { return i.Read > 0 })
	stop()
	stop = serve()
	i = until(i.No, func(i imports.Import) bool { return i.State.Ended() })
	stop()
	if i.State != imports.Done || i.Read != rows || i.Brought != rows {
		t.Errorf("it ended as %s with %+v", i.State, i.Tally)
	}
	var n int
	if err := c.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM case_aliases WHERE source = 'old'`).Scan(&n); err != nil || n != rows {
		t.Errorf("%d cases are there, %v", n, err)
	}
}
