package postgresindex

// lockIndex lets writers of the index follow one another.
const lockIndex = `SELECT pg_advisory_xact_lock(hashtext('casement search'))`

const upsertVectors = `INSERT INTO case_search (case_id, scope_id, public, staff, private)
SELECT c.id, $2, $3::text::tsvector, $4::text::tsvector, $5::text::tsvector FROM cases c WHERE c.id = $1
ON CONFLICT (case_id) DO UPDATE SET scope_id = excluded.scope_id, public = excluded.public, staff = excluded.staff, private = excluded.private`

const deleteGone = `DELETE FROM case_search s WHERE s.case_id = ANY ($1) AND NOT EXISTS (SELECT FROM cases c WHERE c.id = s.case_id)`

const selectWords = `SELECT DISTINCT w.word FROM case_search s CROSS JOIN LATERAL unnest(tsvector_to_array(coalesce(s.private, s.staff))) AS w(word)
WHERE s.case_id = ANY ($1)`

const insertWords = `INSERT INTO search_words (word) SELECT unnest($1::text[]) ON CONFLICT (word) DO NOTHING RETURNING word`

const insertSlips = `INSERT INTO search_slips (slip, word) SELECT s.slip, s.word FROM unnest($1::text[], $2::text[]) AS s(slip, word)
ON CONFLICT (slip, word) DO NOTHING`

// deleteWords forgets those of some words that stand in no case.
const deleteWords = `DELETE FROM search_words w WHERE w.word = ANY ($1)
	AND NOT EXISTS (SELECT FROM case_search s WHERE s.staff @@ quote_literal(w.word)::tsquery)
	AND NOT EXISTS (SELECT FROM case_search s WHERE s.private IS NOT NULL AND s.private @@ quote_literal(w.word)::tsquery)`

const selectSlips = `SELECT s.slip, s.word FROM search_slips s WHERE s.slip = ANY ($1) LIMIT 5000`

const countCases = `SELECT count(*) FROM cases`

// selectCasesAfter begins with the first case when $1 is null: the zero identifier.
const selectCasesAfter = `SELECT id FROM cases WHERE id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT $2`

const selectWordsAfter = `SELECT word FROM search_words WHERE word > $1 ORDER BY word LIMIT $2`
