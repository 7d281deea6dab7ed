package pluginstore

const (
	selectValue = `SELECT value FROM plugin_values WHERE plugin = $1 AND case_id IS NOT DISTINCT FROM $2::uuid AND key = $3`

	selectKeys = `SELECT key FROM plugin_values WHERE plugin = $1 AND case_id IS NOT DISTINCT FROM $2::uuid AND starts_with(key, $3)
ORDER BY key LIMIT $4`

	// selectUsed reads how much a plugin keeps, and how much of that is under
	// one key.
	selectUsed = `SELECT coalesce(sum(size), 0)::int AS bytes, coalesce(sum(size) FILTER (WHERE key = $3), 0)::int AS under
FROM plugin_values WHERE plugin = $1 AND case_id IS NOT DISTINCT FROM $2::uuid`

	upsertValue = `INSERT INTO plugin_values (plugin, case_id, key, value, size, changed_at) VALUES ($1, $2::uuid, $3, $4, $5, $6)
ON CONFLICT (plugin, case_id, key) DO UPDATE SET value = excluded.value, size = excluded.size, changed_at = excluded.changed_at`

	deleteValue = `DELETE FROM plugin_values WHERE plugin = $1 AND case_id IS NOT DISTINCT FROM $2::uuid AND key = $3`
)

type valueRow struct{ Value string }

type keyRow struct{ Key string }

type usedRow struct{ Bytes, Under int }
