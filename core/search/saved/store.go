package saved

import (
	"time"

	"github.com/casement-dev/casement/core"
)

// Who may open a search: its owner, the members of the group it is shared with,
// or everybody.
const (
	columns = `s.no, s.owner_id, u.name AS owner_name, s.name, s.query, s.audience, coalesce(s.group_key, '') AS group_key,
	coalesce(g.name, '') AS group_name, s.changed_at`

	isVisible = `(s.owner_id = $1 OR s.audience = 'staff' OR s.audience = 'group'
	AND s.group_key IN (SELECT m.group_key FROM memberships m WHERE m.staff_id = $1))`

	selectVisible = `SELECT ` + columns + ` FROM saved_searches s JOIN staff_users u ON u.id = s.owner_id LEFT JOIN groups g ON g.key = s.group_key
WHERE ` + isVisible + ` ORDER BY s.owner_id <> $1, lower(s.name), s.no LIMIT 500`

	selectOne = `SELECT ` + columns + ` FROM saved_searches s JOIN staff_users u ON u.id = s.owner_id LEFT JOIN groups g ON g.key = s.group_key
WHERE s.no = $2 AND ` + isVisible

	lockOwner = `SELECT (SELECT count(*)::int FROM saved_searches s WHERE s.owner_id = u.id) AS searches
FROM (SELECT id FROM staff_users WHERE id = $1 FOR UPDATE) u`

	selectGroupsOf = `SELECT group_key FROM memberships WHERE staff_id = $1`

	insertSearch = `INSERT INTO saved_searches (owner_id, name, query, audience, group_key, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING no`

	updateSearch = `UPDATE saved_searches SET name = $2, query = $3, audience = $4, group_key = $5, changed_at = $6 WHERE no = $1`

	deleteSearch = `DELETE FROM saved_searches WHERE no = $1`
)

type row struct {
	No        int
	OwnerID   core.StaffID
	OwnerName string
	Name      string
	Query     string
	Audience  Audience
	GroupKey  string
	GroupName string
	ChangedAt time.Time
}

func (r row) search() Search {
	return Search{
		No: r.No, Owner: r.OwnerID, OwnerName: r.OwnerName, Name: r.Name, Query: r.Query, Audience: r.Audience,
		Group: r.GroupKey, GroupName: r.GroupName, ChangedAt: r.ChangedAt.UTC(),
	}
}

type (
	countRow  struct{ Searches int }
	numberRow struct{ No int }
	groupRow  struct{ GroupKey string }
)
