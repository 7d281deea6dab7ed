package main

import (
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func newLoaded(t testing.TB) *load {
	t.Helper()
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	p := furnished(t, false, clock)
	l, err := p.newLoad(t.Context(), 1, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *load) count(t testing.TB, sql string) (n int) {
	t.Helper()
	if err := l.db.Pool().QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALoadedDatabaseIsAsIfItHadGrown(t *testing.T) {
	t.Parallel()
	l := newLoaded(t)
	var said strings.Builder
	l.out = &said
	if err := l.fill(t.Context(), 700); err != nil {
		t.Fatal(err)
	}
	if err := l.fill(t.Context(), 1_500); err != nil { // goes on where it was
		t.Fatal(err)
	}
	if err := l.fill(t.Context(), 1_500); err != nil { // and does nothing
		t.Fatal(err)
	}
	if err := l.finish(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		sql      string
		from, to int
	}{
		"cases":                  {`SELECT count(*) FROM cases`, 1_500, 1_500},
		"references elsewhere":   {`SELECT count(*) FROM case_aliases WHERE source = 'load'`, 1_500, 1_500},
		"people":                 {`SELECT count(*) FROM persons`, 501, 501},
		"closed cases":           {`SELECT count(*) FROM cases WHERE status_kind = 'final'`, 900, 1_200},
		"unclaimed open cases":   {`SELECT count(*) FROM cases WHERE status_kind <> 'final' AND assignee_id IS NULL`, 100, 300},
		"late open cases":        {`SELECT count(*) FROM cases WHERE due_at < timestamptz '2026-11-17 10:00Z'`, 50, 250},
		"open cases due to come": {`SELECT count(*) FROM cases WHERE due_at > timestamptz '2026-11-17 10:00Z'`, 200, 450},
		"cases on the map":       {`SELECT count(*) FROM cases WHERE place IS NOT NULL`, 700, 1_300},
		"scopes":                 {`SELECT count(*) FROM scopes`, 8, 20},
		"notes":                  {`SELECT count(*) FROM notes`, 100, 600},
		"cases of the future":    {`SELECT count(*) FROM cases WHERE raised_at > timestamptz '2026-11-17 10:00Z'`, 0, 0},
		"jobs":                   {`SELECT count(*) FROM river_job`, 0, 0},
		"mails":                  {`SELECT count(*) FROM outbox`, 0, 0},
	} {
		if n := l.count(t, c.sql); n < c.from || n > c.to {
			t.Errorf("there are %d %s, want %d to %d", n, what, c.from, c.to)
		}
	}
	if wrong, err := l.targets.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("targets: %v, %v", wrong, err)
	}
	if wrong, err := l.cases.CheckFigures(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("figures: %v, %v", wrong, err)
	}
	if !strings.Contains(said.String(), "1500 of 1500 cases") {
		t.Errorf("it said %s", said.String())
	}
}

func TestTheSameSeedInventsTheSameCases(t *testing.T) {
	t.Parallel()
	l := newLoaded(t)
	for n := range 200 {
		one, again := l.past(n), l.past(n)
		one.Case, again.Case = core.CaseID{}, core.CaseID{}
		if !reflect.DeepEqual(one, again) {
			t.Fatalf("case %d is invented in two ways:\n%+v\n%+v", n, one, again)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	l := newLoaded(b)
	if err := l.fillPersons(b.Context(), personsOf(b.N*cases.MaxPasts)); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for batch := range b.N {
		numbers := make([]int, cases.MaxPasts)
		for i := range numbers {
			numbers[i] = batch*cases.MaxPasts + i
		}
		if err := l.bring(b.Context(), numbers); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*cases.MaxPasts)/b.Elapsed().Seconds(), "cases/s")
}
