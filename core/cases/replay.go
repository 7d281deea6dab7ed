package cases

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// shared asks once what several want to know: of queries that are the same one
// is left, and its rows are read again by each. It suits what is read for many
// new cases at once, such as whether somebody is still a member of a group.
func (r *Reads) shared() *Reads {
	out := &Reads{Case: r.Case, Work: r.Work}
	first := map[string]int{}
	scans := [][]func(pgx.Rows) error{}
	for _, q := range r.queries {
		key := fmt.Sprintf("%s\x00%v", q.sql, q.args)
		i, known := first[key]
		if !known {
			i = len(out.queries)
			first[key] = i
			out.queries = append(out.queries, read{sql: q.sql, args: q.args})
			scans = append(scans, nil)
		}
		scans[i] = append(scans[i], q.scan)
	}
	for i := range out.queries {
		if len(scans[i]) == 1 {
			out.queries[i].scan = scans[i][0]
			continue
		}
		out.queries[i].scan = func(rows pgx.Rows) error {
			kept, err := keepRows(rows)
			for _, scan := range scans[i] {
				if err != nil {
					return err
				}
				err = scan(kept.again())
			}
			return err
		}
	}
	return out
}

// keptRows are the rows of a query, to be read as often as one likes.
type keptRows struct {
	fields []pgconn.FieldDescription
	values [][][]byte
	types  *pgtype.Map
	conn   *pgx.Conn
	at     int // of the row that is read, counted from one
}

func keepRows(rows pgx.Rows) (*keptRows, error) {
	k := &keptRows{conn: rows.Conn(), types: rows.TypeMap()}
	k.fields = append(k.fields, rows.FieldDescriptions()...)
	for rows.Next() {
		row := make([][]byte, len(k.fields))
		for i, value := range rows.RawValues() {
			if value != nil {
				row[i] = append([]byte{}, value...)
			}
		}
		k.values = append(k.values, row)
	}
	return k, rows.Err()
}

// again is the rows from the first one on.
func (k *keptRows) again() *keptRows {
	fresh := *k
	fresh.at = 0
	return &fresh
}

// Close implements [pgx.Rows].
func (k *keptRows) Close() { k.at = len(k.values) + 1 }

// Err implements [pgx.Rows].
func (k *keptRows) Err() error { return nil }

// CommandTag implements [pgx.Rows].
func (k *keptRows) CommandTag() pgconn.CommandTag {
	return pgconn.NewCommandTag(fmt.Sprintf("SELECT %d", len(k.values)))
}

// FieldDescriptions implements [pgx.Rows].
func (k *keptRows) FieldDescriptions() []pgconn.FieldDescription { return k.fields }

// Next implements [pgx.Rows].
func (k *keptRows) Next() bool {
	k.at = min(k.at+1, len(k.values)+1)
	return k.at <= len(k.values)
}

// Scan implements [pgx.Rows].
func (k *keptRows) Scan(dest ...any) error {
	if len(dest) == 1 {
		if scanner, ok := dest[0].(pgx.RowScanner); ok {
			return scanner.ScanRow(k)
		}
	}
	return pgx.ScanRow(k.types, k.fields, k.RawValues(), dest...)
}

// Values implements [pgx.Rows].
func (k *keptRows) Values() ([]any, error) {
	out := make([]any, len(k.fields))
	for i := range out {
		if err := k.types.Scan(k.fields[i].DataTypeOID, k.fields[i].Format, k.RawValues()[i], &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RawValues implements [pgx.Rows].
func (k *keptRows) RawValues() [][]byte { return k.values[k.at-1] }

// TypeMap implements [pgx.Rows].
func (k *keptRows) TypeMap() *pgtype.Map { return k.types }

// Conn implements [pgx.Rows].
func (k *keptRows) Conn() *pgx.Conn { return k.conn }
