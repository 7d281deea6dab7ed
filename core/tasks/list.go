package tasks

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Which are the tasks of a staff user that a list shows.
type Which string

// The lists.
const (
	Waiting   Which = ""          // open: theirs, and those of their groups that nobody has
	Unclaimed Which = "unclaimed" // open, of their groups, and nobody has them
	Overdue   Which = "overdue"   // open and past due
	Ended     Which = "done"      // that they had, or have ended; the newest first
)

// Listed is a task in a list of its reader's.
type Listed struct {
	Item
	SeesCase bool // the reader may open its case, too
}

// seesCase is true of cases that the staff user may open beyond the page of
// their task; the parameters are those of isMine.
const seesCase = `(c.scope_id = ANY ($4) OR EXISTS (SELECT FROM case_access s WHERE s.case_id = c.id AND s.why <> 'brief'
	AND (s.actor_kind = 'staff' AND s.actor_id = $3 OR s.actor_kind = 'group' AND s.actor_id = ANY ($2)))) AS sees_case`

const soonestFirst = ` ORDER BY t.due_at NULLS LAST, t.created_at, t.id LIMIT $5 OFFSET $6`

const selectWaiting = `SELECT ` + itemColumns + `, ` + seesCase + itemTables + isMine + soonestFirst

const selectUnclaimed = `SELECT ` + itemColumns + `, ` + seesCase + itemTables + isMine + ` AND t.assignee_id IS NULL` + soonestFirst

const selectOverdue = `SELECT ` + itemColumns + `, ` + seesCase + itemTables + isMine + ` AND t.due_at < $7` + soonestFirst

const selectEnded = `SELECT ` + itemColumns + `, ` + seesCase + itemTables + ` WHERE t.state <> 'open'
	AND (t.assignee_id = $1 OR t.ended_by = $3)
	AND (c.scope_id = ANY ($4) OR EXISTS (SELECT FROM case_access a WHERE a.case_id = c.id
		AND (a.actor_kind = 'staff' AND a.actor_id = $3 OR a.actor_kind = 'group' AND a.actor_id = ANY ($2))))
ORDER BY t.ended_at DESC, t.id LIMIT $5 OFFSET $6`

type listedRow struct {
	itemRow
	SeesCase bool
}

// maxPage bounds how far a list is read.
const maxPage = 1000

// List is one page of a list of tasks, page 1 first; more says that there is
// another.
func (s *Service) List(ctx context.Context, r cases.Reach, which Which, page, perPage int) (list []Listed, more bool, err error) {
	page = min(max(page, 1), maxPage)
	args := []any{r.By.StaffID(), r.Groups, r.By.ID, r.Scopes, perPage + 1, (page - 1) * perPage}
	sql := selectWaiting
	switch which {
	case Unclaimed:
		sql = selectUnclaimed
	case Overdue:
		sql, args = selectOverdue, append(args, s.clock.Now())
	case Ended:
		sql = selectEnded
	}
	rows, err := postgres.All[listedRow](ctx, s.db.Pool(), sql, args...)
	if err != nil {
		return nil, false, fmt.Errorf("list the tasks of a staff user: %w", err)
	}
	if more = len(rows) > perPage; more {
		rows = rows[:perPage]
	}
	items := make([]itemRow, len(rows))
	for i, row := range rows {
		items[i] = row.itemRow
	}
	for i, item := range itemsOf(items) {
		list = append(list, Listed{item, rows[i].SeesCase})
	}
	return list, more, nil
}
