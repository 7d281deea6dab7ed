package postgresindex

// lockIndex lets writers of the index follow one another.
const lockIndex = `SELECT pg_advisory_xact_lock(hashtext('casement search'))`

// selectStatistics reads what the database has measured of the index.
const selectStatistics = `SELECT c.reltuples::float8 AS rows,
	coalesce(w.most_common_elems::text::text[], '{}') AS words, coalesce(w.most_common_elem_freqs, '{}') AS parts,
	coalesce(r.histogram_bounds::text::timestamptz[], '{}') AS raised,
	coalesce(p.most_common_vals::text::int[], '{}') AS profiles, coalesce(p.most_common_freqs, '{}') AS profile_parts
FROM pg_class c
LEFT JOIN pg_stats p ON p.schemaname = c.relnamespace::regnamespace::text AND p.tablename = c.relname AND p.attname = 'profile_id'
LEFT JOIN pg_stats w ON w.schemaname = c.relnamespace::regnamespace::text AND w.tablename = c.relname AND w.attname = 'staff'
LEFT JOIN pg_stats r ON r.schemaname = c.relnamespace::regnamespace::text AND r.tablename = c.relname AND r.attname = 'raised_at'
WHERE c.oid = 'case_search'::regclass`

// selectStored reads what the index has of some cases.
const selectStored = `SELECT s.case_id, s.digest FROM case_search s WHERE s.case_id = ANY ($1)`

// insertProfiles adds the combinations that were never seen before.
const insertProfiles = `INSERT INTO search_profiles (type_key, subtype, status, status_kind, stage, group_key, priority, channel)
SELECT DISTINCT c.type_key, c.subtype, c.status, c.status_kind, c.stage, c.group_key, c.priority, c.channel FROM cases c
WHERE c.id = ANY ($1) AND NOT EXISTS (SELECT FROM search_profiles p WHERE (p.type_key, p.subtype, p.status, p.status_kind, p.stage, p.group_key, p.priority, p.channel)
	= (c.type_key, c.subtype, c.status, c.status_kind, c.stage, c.group_key, c.priority, c.channel))
ON CONFLICT DO NOTHING`

const joinProfiles = `JOIN search_profiles p ON (p.type_key, p.subtype, p.status, p.status_kind, p.stage, p.group_key, p.priority, p.channel)
	= (c.type_key, c.subtype, c.status, c.status_kind, c.stage, c.group_key, c.priority, c.channel)`

// upsertVectors writes cases whose words are new or others than before. What is
// the same for customers as for staff is kept once. The padding, written anew,
// is what makes the database store the words apart.
const upsertVectors = `INSERT INTO case_search (case_id, scope_id, public, staff, private, profile_id, raised_at, due_at, closed_at, assignee_id, place, cell, digest)
SELECT c.id, c.scope_id, v.public::tsvector, v.staff::tsvector, v.private::tsvector, p.id, c.raised_at, c.due_at, c.closed_at, c.assignee_id, c.place, v.cell, v.digest
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS v(id, public, staff, private, cell, digest)
JOIN cases c ON c.id = v.id ` + joinProfiles + `
ON CONFLICT (case_id) DO UPDATE SET scope_id = excluded.scope_id, public = excluded.public, staff = excluded.staff, private = excluded.private,
	profile_id = excluded.profile_id, raised_at = excluded.raised_at, due_at = excluded.due_at, closed_at = excluded.closed_at,
	assignee_id = excluded.assignee_id, place = excluded.place, cell = excluded.cell, digest = excluded.digest, padding = excluded.padding`

// updateFacts writes the facts of cases whose words are as they were. No index
// is written unless a case changed hands or place.
const updateFacts = `UPDATE case_search s SET scope_id = c.scope_id, profile_id = p.id, raised_at = c.raised_at, due_at = c.due_at, closed_at = c.closed_at,
	assignee_id = c.assignee_id, place = c.place, cell = v.cell
FROM unnest($1::uuid[], $2::bigint[]) AS v(id, cell) JOIN cases c ON c.id = v.id ` + joinProfiles + `
WHERE s.case_id = v.id AND (s.scope_id, s.profile_id, s.raised_at, s.due_at, s.closed_at, s.assignee_id, s.place::text, s.cell)
	IS DISTINCT FROM (c.scope_id, p.id, c.raised_at, c.due_at, c.closed_at, c.assignee_id, c.place::text, v.cell)`

const deleteGone = `DELETE FROM case_search s WHERE s.case_id = ANY ($1) AND NOT EXISTS (SELECT FROM cases c WHERE c.id = s.case_id)`

// deleteValues forgets what searchable fields held and hold no more.
const deleteValues = `DELETE FROM case_values v WHERE v.case_id = ANY ($1)
	AND NOT EXISTS (SELECT FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[]) AS n(case_id, field, value, scope_id)
		WHERE n.case_id = v.case_id AND n.field = v.field AND n.value = v.value AND n.scope_id = v.scope_id)`

const insertValues = `INSERT INTO case_values (case_id, field, value, scope_id)
SELECT n.case_id, n.field, n.value, n.scope_id FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) AS n(case_id, field, value, scope_id)
	JOIN cases c ON c.id = n.case_id ON CONFLICT (case_id, field, value) DO NOTHING`

const selectWords = `SELECT DISTINCT w.word FROM case_search s CROSS JOIN LATERAL unnest(tsvector_to_array(coalesce(s.private, s.staff))) AS w(word)
WHERE s.case_id = ANY ($1)`

const insertWords = `INSERT INTO search_words (word) SELECT w.word FROM unnest($1::text[]) AS w(word)
WHERE NOT EXISTS (SELECT FROM search_words k WHERE k.word = w.word) ON CONFLICT (word) DO NOTHING RETURNING word`

const insertSlips = `INSERT INTO search_slips (slip, word) SELECT s.slip, s.word FROM unnest($1::text[], $2::text[]) AS s(slip, word)
ON CONFLICT (slip, word) DO NOTHING`

// deleteWords forgets those of some words that stand in no case.
const deleteWords = `DELETE FROM search_words w WHERE w.word = ANY ($1)
	AND NOT EXISTS (SELECT FROM case_search s WHERE s.staff @@ quote_literal(w.word)::tsquery)
	AND NOT EXISTS (SELECT FROM case_search s WHERE s.private IS NOT NULL AND s.private @@ quote_literal(w.word)::tsquery)`

const selectSlips = `SELECT s.slip, s.word FROM search_slips s WHERE s.slip = ANY ($1) LIMIT 5000`

// selectBegun reads words that begin alike, the shortest of each kind first.
const selectBegun = `SELECT w.word FROM search_words w WHERE w.word ~>=~ $1 AND w.word ~<~ $2 ORDER BY w.word USING ~<~ LIMIT $3`

const countCases = `SELECT count(*) FROM cases`

// selectCasesAfter begins with the first case when $1 is null: the zero identifier.
const selectCasesAfter = `SELECT id, version FROM cases WHERE id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT $2`

const selectVersions = `SELECT id, version FROM cases WHERE id = ANY ($1)`

const analyze = `ANALYZE case_search`

const selectWordsAfter = `SELECT word FROM search_words WHERE word > $1 ORDER BY word LIMIT $2`

const selectProfiles = `SELECT id, type_key, subtype, status, status_kind, stage, group_key, priority, channel FROM search_profiles WHERE id = ANY ($1)`

// selectProfilesOf finds the combinations that a filter lets through, of the
// types and groups within a reader's scopes.
const selectProfilesOf = `SELECT p.id FROM search_profiles p
WHERE (coalesce(cardinality($2::text[]), 0) = 0 OR p.type_key = ANY ($2)) AND (coalesce(cardinality($3::text[]), 0) = 0 OR p.subtype = ANY ($3))
	AND (coalesce(cardinality($4::text[]), 0) = 0 OR p.status_kind = ANY ($4)) AND (coalesce(cardinality($5::text[]), 0) = 0 OR p.status = ANY ($5))
	AND (coalesce(cardinality($6::text[]), 0) = 0 OR p.stage = ANY ($6)) AND (coalesce(cardinality($7::text[]), 0) = 0 OR p.group_key = ANY ($7))
	AND (coalesce(cardinality($8::text[]), 0) = 0 OR p.priority = ANY ($8)) AND (coalesce(cardinality($9::text[]), 0) = 0 OR p.channel = ANY ($9))
	AND (NOT $10::boolean OR p.status_kind IN ('start', 'open', 'waiting'))
	AND (p.type_key, p.group_key) IN (SELECT s.type_key, s.group_key FROM scopes s WHERE s.id = ANY ($1::int[]))`

// selectCells sums the cells of a view over the scopes of a reader, of some
// types and groups only if any are named.
const selectCells = `SELECT m.cell, sum(m.starts)::int AS starts, sum(m.opens)::int AS opens, sum(m.waitings)::int AS waitings,
	sum(m.resolveds)::int AS resolveds, sum(m.finals)::int AS finals,
	sum(m.lat::float8) / 1e7 / sum(m.starts + m.opens + m.waitings + m.resolveds + m.finals) AS lat,
	sum(m.lng::float8) / 1e7 / sum(m.starts + m.opens + m.waitings + m.resolveds + m.finals) AS lng
FROM map_cells m
WHERE m.zoom = $1 AND m.cell = ANY ($2::bigint[]) AND m.scope_id = ANY (ARRAY(SELECT s.id FROM scopes s WHERE s.id = ANY ($3::int[])
	AND (coalesce(cardinality($4::text[]), 0) = 0 OR s.type_key = ANY ($4)) AND (coalesce(cardinality($5::text[]), 0) = 0 OR s.group_key = ANY ($5))))
GROUP BY m.cell HAVING sum(m.starts + m.opens + m.waitings + m.resolveds + m.finals) > 0`

// countRegion counts the cases of some cells within scopes.
const countRegion = `SELECT coalesce(sum(m.starts + m.opens + m.waitings + m.resolveds + m.finals), 0)::int
FROM map_cells m WHERE m.zoom = $1 AND m.cell = ANY ($2::bigint[]) AND m.scope_id = ANY ($3::int[])`

// selectOpenedPlaces reads the single cases with a place that are open to a
// reader and in none of their scopes.
const selectOpenedPlaces = `SELECT DISTINCT s.case_id, s.profile_id, s.place[0] AS lng, s.place[1] AS lat
FROM case_access a JOIN case_search s ON s.case_id = a.case_id
WHERE (a.actor_kind = 'staff' AND a.actor_id = $1 OR a.actor_kind = 'group' AND a.actor_id = ANY ($2)) AND a.why = ANY ($3)
	AND s.place IS NOT NULL AND NOT coalesce(s.scope_id = ANY ($4), false)`

const selectListed = `SELECT s.case_id, s.raised_at FROM case_search s WHERE s.case_id = $1`

// selectOldestWaiting begins at the cursor: joined, it would read every event
// there is.
const selectOldestWaiting = `SELECT e.recorded_at
FROM (SELECT coalesce(max(tx), '0'::xid8) AS tx, coalesce(max(seq), 0) AS seq FROM feed_cursors WHERE name = 'follower') f
CROSS JOIN LATERAL (SELECT recorded_at FROM events WHERE (tx, seq) > (f.tx, f.seq) ORDER BY tx, seq LIMIT 1) e`
