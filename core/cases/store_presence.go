package cases

const upsertPresence = `INSERT INTO presence (case_id, staff_id, doing, seen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id, staff_id) DO UPDATE SET doing = excluded.doing, seen_at = excluded.seen_at`

const selectPresent = `SELECT u.name, p.doing FROM presence p JOIN staff_users u ON u.id = p.staff_id
WHERE p.case_id = $1 AND p.staff_id <> $2 AND p.seen_at > $3 ORDER BY p.doing = 'reading', u.name, u.id LIMIT 20`

const deleteStalePresence = `DELETE FROM presence WHERE seen_at < $1`
