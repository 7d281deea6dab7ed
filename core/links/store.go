package links

import (
	"time"

	"github.com/casement-dev/casement/core"
)

// selectOfCase reads the links of a case from both directions.
const selectOfCase = `SELECT other_id, kind, true AS begins, actor_kind, actor_id, created_at FROM links WHERE case_id = $1
UNION ALL
SELECT case_id, kind, false, actor_kind, actor_id, created_at FROM links WHERE other_id = $1
ORDER BY created_at DESC, other_id LIMIT $2`

type linkRow struct {
	OtherID   core.CaseID
	Kind      string
	Begins    bool
	ActorKind core.ActorKind
	ActorID   string
	CreatedAt time.Time
}

// noun is the link as the case has it; false for a kind there is no more.
func (r linkRow) noun() (core.Link, bool) {
	kind, _, known := core.FindLink(r.Kind)
	side := kind.Back
	if r.Begins {
		side = kind.Side
	}
	return core.Link{Other: r.OtherID, Side: side, By: core.Actor{Kind: r.ActorKind, ID: r.ActorID}, Since: r.CreatedAt.UTC()}, known
}

// selectStanding reads what there is between two cases, in either direction, and
// how many links the first one has.
const selectStanding = `SELECT l.kind, l.case_id = $1 AS begins, (SELECT count(*)::int FROM links n WHERE n.case_id = $1 OR n.other_id = $1) AS count
FROM (SELECT 1) one LEFT JOIN links l ON l.case_id = $1 AND l.other_id = $2 OR l.case_id = $2 AND l.other_id = $1`

type standingRow struct {
	Kind   *string
	Begins *bool
	Count  int
}

// selectCircle tells whether a chain of one kind leads from one case to another.
const selectCircle = `WITH RECURSIVE chain(id, depth) AS (
	SELECT other_id, 1 FROM links WHERE case_id = $1 AND kind = $3
	UNION
	SELECT l.other_id, c.depth + 1 FROM links l JOIN chain c ON l.case_id = c.id WHERE l.kind = $3 AND c.depth < 20
) SELECT EXISTS (SELECT FROM chain WHERE id = $2) AS closes`

type circleRow struct{ Closes bool }

const insertLink = `INSERT INTO links (case_id, other_id, kind, actor_kind, actor_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)`

const deleteLink = `DELETE FROM links WHERE case_id = $1 AND other_id = $2 AND kind = $3`

// selectOpenLinks counts the cases that have not ended, by how a case is linked
// with them.
const selectOpenLinks = `SELECT l.kind, true AS begins, count(*)::int AS n FROM links l JOIN cases c ON c.id = l.other_id
WHERE l.case_id = $1 AND c.status_kind <> 'final' GROUP BY l.kind
UNION ALL
SELECT l.kind, false, count(*)::int FROM links l JOIN cases c ON c.id = l.case_id
WHERE l.other_id = $1 AND c.status_kind <> 'final' GROUP BY l.kind`

type openRow struct {
	Kind   string
	Begins bool
	N      int
}

// The cases of one requester that go on with each other; those that were raised
// without a name are known by their links alone.
const (
	selectContinued = `SELECT c.id, c.ref FROM links l JOIN cases c ON c.id = l.case_id JOIN cases was ON was.id = l.other_id
WHERE l.other_id = $1 AND l.kind = 'continues' AND c.requester_id IS NOT DISTINCT FROM was.requester_id AND c.anonymous = was.anonymous
ORDER BY l.created_at DESC, c.id DESC LIMIT 1`
	selectContinues = `SELECT was.id, was.ref FROM links l JOIN cases c ON c.id = l.case_id JOIN cases was ON was.id = l.other_id
WHERE l.case_id = $1 AND l.kind = 'continues' AND c.requester_id IS NOT DISTINCT FROM was.requester_id AND c.anonymous = was.anonymous
ORDER BY l.created_at DESC, was.id DESC LIMIT 1`
)

type continuationRow struct {
	ID  core.CaseID
	Ref core.Reference
}
