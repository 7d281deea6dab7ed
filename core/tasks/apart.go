package tasks

import (
	"context"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// A task may want another pair of eyes: its type names others, and whoever had
// or did one of those on the same case may neither have nor do this one. Of a
// cancelled one nobody says anything.

// apart refuses somebody a task that is for another pair of eyes.
func apart(w *cases.Work, kind core.TaskType, who core.StaffID) error {
	if who.IsZero() || len(kind.NotBy) == 0 {
		return nil
	}
	for _, t := range Loaded(w) {
		if slices.Contains(kind.NotBy, t.Type) && t.State != core.TaskCancelled && (t.Assignee == who || t.Ender == who) {
			return core.Forbidden("%s", apartWords(kind, t.Title))
		}
	}
	return nil
}

// managing is whoever holds the case, unless the task is for somebody else.
func managing(w *cases.Work, kind core.TaskType) core.StaffID {
	if apart(w, kind, w.Case.Assignee) != nil {
		return core.StaffID{}
	}
	return w.Case.Assignee
}

func apartWords(kind core.TaskType, had string) string {
	return fmt.Sprintf("“%s” is for somebody else than whoever had “%s”.", kind.Name, had)
}

const selectApart = `SELECT title FROM tasks WHERE case_id = $1 AND type = ANY($2) AND state <> 'cancelled' AND (assignee_id = $3 OR ended_by = $4) ORDER BY no LIMIT 1`

type titleRow struct{ Title string }

// apartFor says why a reader may not do a task, "" when nothing keeps them from it.
func (s *Service) apartFor(ctx context.Context, o *Opened) (string, error) {
	me := o.By.StaffID()
	if me.IsZero() || len(o.Kind.NotBy) == 0 {
		return "", nil
	}
	found, err := postgres.All[titleRow](ctx, s.db.Pool(), selectApart, o.Seen.Case.ID, o.Kind.NotBy, me, me.String())
	if err != nil || len(found) == 0 {
		return "", err
	}
	return apartWords(o.Kind, found[0].Title), nil
}
