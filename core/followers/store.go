package followers

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectStanding = `SELECT coalesce(max(no), 0)::int AS last, count(*)::int AS count,
	coalesce(max(no) FILTER (WHERE person_id = $2::uuid OR staff_id = $3::uuid), 0)::int AS mine
FROM followers WHERE case_id = $1`

const selectNo = `SELECT no FROM followers WHERE case_id = $1 AND no = $2::bigint`

const selectOfPerson = `SELECT no FROM followers WHERE case_id = $1 AND person_id = $2`

type numbered struct{ No int }

const insertFollower = `INSERT INTO followers (case_id, no, person_id, staff_id, hears, since) VALUES ($1, $2, $3, $4, $5, $6)`

const setHears = `UPDATE followers SET hears = $3 WHERE case_id = $1 AND no = $2`

const deleteFollower = `DELETE FROM followers WHERE case_id = $1 AND no = $2`

const countOfCase = `SELECT count(*)::int FROM followers WHERE case_id = $1`

const selectFollows = `SELECT EXISTS (SELECT FROM followers WHERE case_id = $1 AND (person_id = $2::uuid OR staff_id = $3::uuid))`

const selectOfCase = `SELECT f.case_id, f.no, f.person_id, f.staff_id, coalesce(u.name, p.name, '') AS name, f.hears, f.since
FROM followers f LEFT JOIN staff_users u ON u.id = f.staff_id LEFT JOIN persons p ON p.id = f.person_id
WHERE f.case_id = $1 ORDER BY f.no`

type followerRow struct {
	CaseID   core.CaseID
	No       int
	PersonID core.PersonID
	StaffID  core.StaffID
	Name     string
	Hears    core.Hears
	Since    time.Time
}

func (s *Service) list(ctx context.Context, sql string, args ...any) ([]core.Follower, error) {
	rows, err := postgres.All[followerRow](ctx, s.db.Pool(), sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list followers: %w", err)
	}
	out := make([]core.Follower, len(rows))
	for i, r := range rows {
		out[i] = core.Follower{CaseID: r.CaseID, No: r.No, Person: r.PersonID, Staff: r.StaffID, Name: r.Name, Hears: r.Hears, Since: r.Since.UTC()}
	}
	return out, nil
}

// nullable is an identifier, or nothing for the zero one.
func nullable[T interface{ IsZero() bool }](id T) any {
	if id.IsZero() {
		return nil
	}
	return id
}
