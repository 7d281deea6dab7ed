package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLatenciesAreThoseThatAShareStayedBelow(t *testing.T) {
	f := figures{took: 2 * time.Second}
	for ms := 1; ms <= 100; ms++ {
		f.each = append(f.each, time.Duration(ms)*time.Millisecond)
	}
	if f.at(0.5) != 50*time.Millisecond || f.at(0.95) != 95*time.Millisecond || f.at(1) != 100*time.Millisecond || f.perSecond() != 50 {
		t.Errorf("the middle is %v, 95 %% %v, all %v, %f a second", f.at(0.5), f.at(0.95), f.at(1), f.perSecond())
	}
	if (figures{}).at(0.95) != 0 {
		t.Error("nothing has a latency")
	}
}

func TestAClosedLoopCountsFailuresApart(t *testing.T) {
	f := closedLoop(t.Context(), 2, 0, 20*time.Millisecond, func(_ context.Context, user int) (int64, error) {
		if user == 1 {
			return 0, errors.New("refused")
		}
		return 7, nil
	})
	if f.failed == 0 || f.why == nil || !strings.Contains(f.why.Error(), "user 1") || len(f.each) == 0 || f.bytes != 7 {
		t.Errorf("%d succeeded, %d failed: %v; %d bytes", len(f.each), f.failed, f.why, f.bytes)
	}
}

func TestPlansAreReadFromTheLogWithWhatTheyScan(t *testing.T) {
	file := filepath.Join(t.TempDir(), "postgres.log")
	const log = `2026-11-22 LOG:  duration: 0.1 ms  plan:
	Query Text: SELECT a
	FROM b
	Nested Loop  (cost=0.1..2 rows=1 width=4) (actual rows=1.00 loops=1)
	  ->  Seq Scan on cases c  (cost=0..1 rows=1 width=4) (actual rows=9.00 loops=1)
	  ->  Seq Scan on events e  (cost=0..1 rows=1 width=4) (never executed)
2026-11-22 LOG:  something else
2026-11-22 LOG:  duration: 0.1 ms  plan:
	Query Text: SELECT c
	Index Scan using x on y  (cost=0..1 rows=1 width=4) (actual rows=1.00 loops=1)
`
	if err := os.WriteFile(file, []byte("before\n"+log+log), 0o600); err != nil {
		t.Fatal(err)
	}
	plans, err := readPlans(file, int64(len("before\n")))
	if err != nil || len(plans) != 2 || plans[0].statement != "SELECT a\nFROM b" || plans[1].statement != "SELECT c" {
		t.Fatalf("the plans are %+v, %v", plans, err)
	}
	if got := scanned(plans[0].nodes); !slices.Equal(got, []string{"cases"}) {
		t.Errorf("read from end to end: %v, want cases alone: the other never ran", got)
	}
	if got := scanned(plans[1].nodes); len(got) != 0 {
		t.Errorf("read from end to end: %v", got)
	}
}

func TestWhatPgbenchWouldTakeForAVariableIsWrittenOtherwise(t *testing.T) {
	for in, want := range map[string]string{
		`'10:30'`: `U&'10\003a30'`, `'plain'`: `'plain'`, `NULL`: `NULL`, `E'a:b'`: `E'a\x3ab'`, newRef: newRef, `'it''s: so'`: `U&'it''s\003a so'`,
	} {
		if got := guardColons(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}
