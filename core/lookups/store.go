package lookups

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/postgres"
)

const listColumns = `key, name, columns, size, version, changed_at, changed_by`

const (
	selectLists = `SELECT ` + listColumns + ` FROM lookup_lists ORDER BY lower(name), key LIMIT 500`
	selectList  = `SELECT ` + listColumns + ` FROM lookup_lists WHERE key = $1`

	// upsertList counts the versions, so that whoever looks while the rows are
	// replaced sees those of before, all of them.
	upsertList = `INSERT INTO lookup_lists (key, name, columns, size, version, changed_at, changed_by) VALUES ($1, $2, $3, $4, 1, $5, $6)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, columns = excluded.columns, size = excluded.size,
	version = lookup_lists.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by RETURNING version`

	deleteRows = `DELETE FROM lookup_rows WHERE list = $1`
	deleteList = `DELETE FROM lookup_lists WHERE key = $1`

	// insertRows takes a bundle of rows; the cells of a row are one text, parted
	// by a character that no cell holds.
	insertRows = `INSERT INTO lookup_rows (list, version, place, value, label, cells, words)
SELECT $1, $2, r.place, r.value, r.label, string_to_array(r.cells, E'\x1f'),
	to_tsvector('simple', r.value || ' ' || r.label || ' ' || translate(r.cells, E'\x1f', ' '))
FROM unnest($3::int[], $4::text[], $5::text[], $6::text[]) AS r(place, value, label, cells)`

	selectByValue = `SELECT value, label, cells FROM lookup_rows WHERE list = $1 AND version = $2 AND value = $3 ORDER BY place LIMIT $4`
	selectFirst   = `SELECT value, label, cells FROM lookup_rows WHERE list = $1 AND version = $2 ORDER BY place LIMIT $3`
	selectByWords = `SELECT value, label, cells FROM lookup_rows WHERE list = $1 AND version = $2 AND words @@ to_tsquery('simple', $3)
ORDER BY place LIMIT $4`

	// selectMeant finds the rows that somebody may mean by what they typed: two of
	// them are enough to know that it is not plain which.
	selectMeant = `SELECT r.value, r.label, r.cells FROM lookup_lists l JOIN lookup_rows r ON r.list = l.key AND r.version = l.version
WHERE l.key = $1 AND (r.value = $2 OR r.words @@ to_tsquery('simple', $3) AND lower(r.label) = lower($2)) ORDER BY r.value <> $2, r.place LIMIT 2`

	selectValue = `SELECT r.value, r.label, r.cells FROM lookup_lists l JOIN lookup_rows r ON r.list = l.key AND r.version = l.version
WHERE l.key = $1 AND r.value = $2`
	selectShort = `SELECT r.value, r.label, r.cells FROM lookup_lists l JOIN lookup_rows r ON r.list = l.key AND r.version = l.version
WHERE l.key = $1 AND l.size <= $2 ORDER BY r.place`
)

type versionRow struct{ Version int }

type foundRow struct {
	Value string
	Label string
	Cells []string
}

type listRow struct {
	Key       string
	Name      string
	Columns   []string
	Size      int
	Version   int
	ChangedAt time.Time
	ChangedBy string
}

func (r listRow) noun() List {
	return List{Key: r.Key, Name: r.Name, Columns: r.Columns, Rows: r.Size, ChangedAt: r.ChangedAt.UTC(), ChangedBy: r.ChangedBy}
}

// bundle is how many rows one statement inserts.
const bundle = 2000

// unit parts cells; cells that hold it lose it.
const unit = "\x1f"

func joined(cells []string) string {
	clean := make([]string, len(cells))
	for i, c := range cells {
		clean[i] = strings.ReplaceAll(c, unit, " ")
	}
	return strings.Join(clean, unit)
}

// row is the noun. A single empty cell is stored as none.
func (r foundRow) row(columns int) Row {
	for len(r.Cells) < columns {
		r.Cells = append(r.Cells, "")
	}
	return Row(r)
}

func insertAll(ctx context.Context, tx pgx.Tx, list string, version int, rows []Row) error {
	for from := 0; from < len(rows); from += bundle {
		part := rows[from:min(len(rows), from+bundle)]
		places, values, labels, cells := make([]int32, len(part)), make([]string, len(part)), make([]string, len(part)), make([]string, len(part))
		for i, r := range part {
			places[i], values[i], labels[i], cells[i] = int32(from+i+1), r.Value, r.Label, joined(r.Cells)
		}
		if _, err := tx.Exec(ctx, insertRows, list, version, places, values, labels, cells); err != nil {
			return postgres.Translate(err)
		}
	}
	return nil
}
