package taskpages

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/tasks"
)

func TestWhatBecomesOfATasksTimeIsSaidInWords(t *testing.T) {
	now := time.Date(2026, 11, 9, 12, 0, 0, 0, time.UTC)
	kinds := []core.EventKind{
		core.TaskReminded, core.TaskBreached, core.TargetStarted, core.TargetSet, core.TargetExtended, core.TargetPaused, core.TargetResumed,
		core.TargetReminded, core.TargetBreached, core.TargetMet, core.TargetCleared, core.TargetMoved, core.TargetRecalculated,
	}
	for _, kind := range kinds {
		if _, did := didWords(tasks.Entry{Recorded: core.Recorded{Kind: kind}}, nil, nil, now); strings.HasPrefix(did, "recorded") {
			t.Errorf("%s is told as %q", kind, did)
		}
	}
	e := tasks.Entry{Recorded: core.Recorded{Kind: core.TargetStarted, About: core.About{"due_at": "2026-11-12T09:00:00Z"}}}
	if _, did := didWords(e, nil, nil, now); did != "began to count its time, due Thu 12 Nov 09:00" {
		t.Errorf("its beginning is told as %q", did)
	}
}
