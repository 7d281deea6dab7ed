package main

import (
	"context"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestTheFiguresCountTheDoorTheQueueTheFeedAndWhatHoldsItUp(t *testing.T) {
	t.Parallel()
	p := furnished(t, false, core.SystemClock{})
	priya := p.hire(t, "Priya", nil, "complaints-team").Actor()
	follow(t, &council{parts: p, clock: &casestest.Clock{}})
	slow, err := p.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(context.WithoutCancel(t.Context()))
	if _, err := slow.Exec(t.Context(), `SELECT pg_current_xact_id()`); err != nil {
		t.Fatal(err)
	}
	id := core.NewID[core.CaseID]()
	if _, err := p.cases.Do(t.Context(), priya, cases.One(id, 0, raising("Bins"))); err != nil {
		t.Fatal(err)
	}
	if _, err := p.cases.Do(t.Context(), priya, cases.One(core.NewID[core.CaseID](), 0, cases.Claim{})); core.KindOf(err) != core.ErrNotFound {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range p.figures(t.Context()) {
		if f.Help == "" || f.Kind == "" {
			t.Errorf("%s is not explained", f.Name)
		}
		for _, s := range f.Samples {
			values[f.Name+s.Suffix+" "+strings.Join(s.Labels, " ")] = s.Value
		}
	}
	for name, want := range map[string]float64{
		"casement_door_seconds_count command case.raise result done":      1,
		"casement_door_seconds_count command case.claim result not_found": 1,
		"casement_jobs kind react state waiting":                          1,
		"casement_follower_elected ":                                      0,
		"casement_feed_held ":                                             1,
	} {
		if got, there := values[name]; !there || got != want {
			t.Errorf("%s is %g (there: %v), want %g", name, got, there, want)
		}
	}
	for _, more := range []string{"casement_feed_lag_events ", "casement_database_connections state most", "casement_database_oldest_write_seconds ", "casement_search_lag_events engine postgresql"} {
		if values[more] <= 0 {
			t.Errorf("%s is %g", more, values[more])
		}
	}
	if saw, err := checkHistory(t.Context(), p); err != nil || saw == "" {
		t.Errorf("a transaction that has only begun worries doctor: %v", err)
	}
	if _, err := p.db.Pool().Exec(t.Context(), `UPDATE events SET recorded_at = recorded_at - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	if _, err := checkHistory(t.Context(), p); err == nil || !strings.Contains(err.Error(), "wait for a transaction that has been open") {
		t.Errorf("doctor says %v", err)
	}
	if got := strings.Join(p.degraded(t.Context()), ", "); !strings.Contains(got, "the feed is behind") {
		t.Errorf("degraded: %s", got)
	}
}
