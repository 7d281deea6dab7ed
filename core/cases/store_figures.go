package cases

// countCases counts some cases again: as they are now, less as they were
// counted before. What is no longer open is counted no longer.
const countCases = `WITH fresh AS MATERIALIZED (
	SELECT c.id AS case_id, c.scope_id, c.assignee_id IS NULL AS unclaimed, c.opened_at IS NULL AS unopened,
		c.reopened > 0 AS reopened, c.status_kind = 'waiting' AS waiting, c.due_at
	FROM cases c WHERE c.id = ANY ($1::uuid[]) AND c.status_kind IN ('start', 'open', 'waiting')),
was AS MATERIALIZED (
	SELECT k.case_id, k.scope_id, k.unclaimed, k.unopened, k.reopened, k.waiting
	FROM counted_cases k WHERE k.case_id = ANY ($1::uuid[])),
gone AS (
	DELETE FROM counted_cases k WHERE k.case_id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM fresh f WHERE f.case_id = k.case_id)),
kept AS (
	INSERT INTO counted_cases AS k (case_id, scope_id, unclaimed, unopened, reopened, waiting, due_at)
	SELECT case_id, scope_id, unclaimed, unopened, reopened, waiting, due_at FROM fresh
	ON CONFLICT (case_id) DO UPDATE SET scope_id = excluded.scope_id, unclaimed = excluded.unclaimed, unopened = excluded.unopened,
		reopened = excluded.reopened, waiting = excluded.waiting, due_at = excluded.due_at
	WHERE (k.scope_id, k.unclaimed, k.unopened, k.reopened, k.waiting, k.due_at)
		IS DISTINCT FROM (excluded.scope_id, excluded.unclaimed, excluded.unopened, excluded.reopened, excluded.waiting, excluded.due_at)),
change AS (
	SELECT scope_id, sum(n) AS open, sum(n * unclaimed::int) AS unclaimed, sum(n * unopened::int) AS unopened,
		sum(n * reopened::int) AS reopened, sum(n * waiting::int) AS waiting
	FROM (SELECT 1 AS n, scope_id, unclaimed, unopened, reopened, waiting FROM fresh
		UNION ALL SELECT -1, scope_id, unclaimed, unopened, reopened, waiting FROM was) d
	GROUP BY scope_id)
INSERT INTO scope_figures AS s (scope_id, open, unclaimed, unopened, reopened, waiting)
SELECT scope_id, open, unclaimed, unopened, reopened, waiting FROM change
WHERE (open, unclaimed, unopened, reopened, waiting) <> (0, 0, 0, 0, 0) ORDER BY scope_id
ON CONFLICT (scope_id) DO UPDATE SET open = s.open + excluded.open, unclaimed = s.unclaimed + excluded.unclaimed,
	unopened = s.unopened + excluded.unopened, reopened = s.reopened + excluded.reopened, waiting = s.waiting + excluded.waiting`

// lockFigures keeps the follower of the feed, on whatever server, from counting
// at the same time.
const lockFigures = `SELECT pg_advisory_xact_lock(hashtext('casement feed follower'))`

const selectToCount = `SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2`

// sumFigures adds up what was counted, of every scope.
const sumFigures = `INSERT INTO scope_figures AS s (scope_id, open, unclaimed, unopened, reopened, waiting)
SELECT sc.id, count(k.case_id), count(*) FILTER (WHERE k.unclaimed), count(*) FILTER (WHERE k.unopened),
	count(*) FILTER (WHERE k.reopened), count(*) FILTER (WHERE k.waiting)
FROM scopes sc LEFT JOIN counted_cases k ON k.scope_id = sc.id GROUP BY sc.id ORDER BY sc.id
ON CONFLICT (scope_id) DO UPDATE SET open = excluded.open, unclaimed = excluded.unclaimed, unopened = excluded.unopened,
	reopened = excluded.reopened, waiting = excluded.waiting`

const selectWrongFigures = `SELECT sc.type_key, sc.group_key FROM scopes sc
LEFT JOIN scope_figures f ON f.scope_id = sc.id
LEFT JOIN (SELECT c.scope_id, count(*) AS open, count(*) FILTER (WHERE c.assignee_id IS NULL) AS unclaimed,
		count(*) FILTER (WHERE c.opened_at IS NULL) AS unopened, count(*) FILTER (WHERE c.reopened > 0) AS reopened,
		count(*) FILTER (WHERE c.status_kind = 'waiting') AS waiting
	FROM cases c WHERE c.status_kind IN ('start', 'open', 'waiting') GROUP BY c.scope_id) n ON n.scope_id = sc.id
LEFT JOIN (SELECT k.scope_id, count(*) AS open, count(*) FILTER (
		WHERE (k.scope_id, k.unclaimed, k.unopened, k.reopened, k.waiting, k.due_at) IS DISTINCT FROM
			(c.scope_id, c.assignee_id IS NULL, c.opened_at IS NULL, c.reopened > 0, c.status_kind = 'waiting', c.due_at)) AS otherwise
	FROM counted_cases k JOIN cases c ON c.id = k.case_id GROUP BY k.scope_id) k ON k.scope_id = sc.id
WHERE (coalesce(f.open, 0), coalesce(f.unclaimed, 0), coalesce(f.unopened, 0), coalesce(f.reopened, 0), coalesce(f.waiting, 0))
	<> (coalesce(n.open, 0), coalesce(n.unclaimed, 0), coalesce(n.unopened, 0), coalesce(n.reopened, 0), coalesce(n.waiting, 0))
	OR coalesce(k.open, 0) <> coalesce(n.open, 0) OR k.otherwise > 0
ORDER BY sc.type_key, sc.group_key LIMIT 50`
