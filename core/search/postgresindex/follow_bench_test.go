package postgresindex_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// BenchmarkFollow prints how long the follower takes for a thousand changed
// cases, and how much of a processor of the database's that is where the
// operating system says so. Nothing is kept.
func BenchmarkFollow(b *testing.B) {
	pool := benchPool(b)
	x := benchIndex(pool)
	rows, err := postgres.All[struct{ CaseID core.CaseID }](b.Context(), pool, `SELECT case_id FROM case_search ORDER BY md5(case_id::text) LIMIT 1000`)
	if err != nil {
		b.Fatal(err)
	}
	var ids []core.CaseID
	var batch []events.Fed
	for _, r := range rows {
		ids = append(ids, r.CaseID)
		batch = append(batch, events.Fed{StreamKind: core.StreamCase, StreamID: r.CaseID.String()})
	}
	for _, what := range []struct{ name, change string }{
		{"status changed", `UPDATE cases SET status = 'waiting', status_kind = 'waiting' WHERE id = ANY ($1)`},
		{"words added", `UPDATE cases SET description = description || ' ladder' WHERE id = ANY ($1)`},
		{"new cases", `DELETE FROM case_search WHERE case_id = ANY ($1)`},
	} {
		b.Run(what.name, func(b *testing.B) {
			var took time.Duration
			var used float64
			for b.Loop() {
				tx, err := pool.Begin(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := tx.Exec(b.Context(), what.change, ids); err != nil {
					b.Fatal(err)
				}
				var pid int
				if err := tx.QueryRow(b.Context(), `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
					b.Fatal(err)
				}
				before, begun := processorTime(pid), time.Now()
				if err := x.Follow(b.Context(), tx, batch); err != nil {
					b.Fatal(err)
				}
				took += time.Since(begun)
				used += processorTime(pid) - before
				if err := tx.Rollback(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			n := float64(b.N)
			b.ReportMetric(float64(len(ids))*n/took.Seconds(), "cases/s")
			b.ReportMetric(used/n*1000, "db-cpu-ms/1000-cases")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processorTime is how many seconds a process has computed, 0 where nobody says.
func processorTime(pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	ticks := 0.0
	for _, field := range fields[11:13] { // user, system
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return ticks / 100
}
