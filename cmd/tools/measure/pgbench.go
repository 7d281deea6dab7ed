package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// errNoPgbench says that the comparison cannot be made here.
var errNoPgbench = errors.New("pgbench is not installed (Debian: apt-get install postgresql-15)")

// pgbench lets PostgreSQL's own benchmark write, from so many connections, the
// rows that raising one case wrote: the same tables, in one pipelined
// transaction, with the job. It returns transactions a second.
func pgbench(ctx context.Context, db *pgxpool.Pool, dsn, caseID string, clients int, lasting time.Duration) (float64, error) {
	program, err := exec.LookPath("pgbench")
	if err != nil {
		if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench"); len(found) > 0 {
			program, err = found[len(found)-1], nil
		}
	}
	if err != nil {
		return 0, errNoPgbench
	}
	script, err := rowsOf(ctx, db, caseID)
	if err != nil {
		return 0, err
	}
	file, err := os.CreateTemp("", "raise-*.sql")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(script); err != nil {
		return 0, err
	}
	if err := file.Close(); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, program, "--no-vacuum", "--protocol=extended", "--file", file.Name(), "--client", strconv.Itoa(clients),
		"--jobs", "2", "--time", strconv.Itoa(int(lasting.Seconds())), keywords(dsn))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	found := regexp.MustCompile(`tps = ([\d.]+)`).FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench printed no rate:\n%s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// keywords writes an address as older clients read it.
func keywords(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn
	}
	parts := []string{"dbname=" + strings.TrimPrefix(u.Path, "/")}
	for name, values := range u.Query() {
		if name == "host" || name == "port" || name == "user" {
			parts = append(parts, name+"="+values[0])
		}
	}
	if u.User != nil {
		parts = append(parts, "user="+u.User.Username())
	}
	if u.Hostname() != "" {
		parts = append(parts, "host="+u.Hostname())
	}
	if u.Port() != "" {
		parts = append(parts, "port="+u.Port())
	}
	return strings.Join(parts, " ")
}

// written are the tables a raise writes to, and how a row of each belongs to
// its case.
var written = []struct{ table, belongs string }{
	{"cases", "t.id = $1::uuid"},
	{"submissions", "t.case_id = $1::uuid"},
	{"targets", "t.case_id = $1::uuid"},
	{"tasks", "t.case_id = $1::uuid"},
	{"case_access", "t.case_id = $1::uuid"},
	{"events", "t.stream_kind = 'case' AND t.stream_id = $1"},
	{"event_bodies", "t.seq IN (SELECT seq FROM events WHERE stream_kind = 'case' AND stream_id = $1)"},
	{"idempotency_keys", "t.result::text LIKE '%' || $1 || '%'"},
	{"river_job", "t.args::text LIKE '%' || $1 || '%'"},
}

// newID is a new identifier in SQL, the same throughout one transaction and,
// like ours, growing with time; newRef a reference that fits its column.
const (
	newID  = "(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(:r::bigint), 15, '0'))"
	newRef = "('PGB-' || to_hex(:r::bigint))"
)

// rowsOf writes the rows of one case as a script that inserts them again under
// new identifiers.
func rowsOf(ctx context.Context, db *pgxpool.Pool, caseID string) (string, error) {
	var b strings.Builder
	b.WriteString("\\set r random(1, 1000000000000000)\n\\startpipeline\nBEGIN;\n")
	for _, w := range written {
		columns, err := columnsOf(ctx, db, w.table)
		if err != nil {
			return "", err
		}
		if len(columns) == 0 {
			continue // a table this version does not have
		}
		values := make([]string, len(columns))
		for i, c := range columns {
			values[i] = "quote_nullable(t." + c + "::text)"
		}
		rows, err := db.Query(ctx, fmt.Sprintf("SELECT array[%s] FROM %s t WHERE %s", strings.Join(values, ", "), w.table, w.belongs), caseID)
		if err != nil {
			return "", fmt.Errorf("read %s: %w", w.table, err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[[]string])
		if err != nil {
			return "", fmt.Errorf("read %s: %w", w.table, err)
		}
		for n, row := range found {
			fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES (%s);\n", w.table, strings.Join(columns, ", "), strings.Join(fresh(w.table, columns, row, caseID, n), ", "))
		}
	}
	b.WriteString("END;\n\\endpipeline\n")
	return b.String(), nil
}

// columnsOf lists the columns of a table that are written and not computed.
func columnsOf(ctx context.Context, db *pgxpool.Pool, table string) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT quote_ident(column_name) FROM information_schema.columns
		WHERE table_name = $1 AND table_schema = current_schema() AND is_generated = 'NEVER' AND is_identity = 'NO'
			AND NOT (table_name = 'river_job' AND column_name IN ('id', 'unique_key')) AND NOT (table_name = 'events' AND column_name = 'tx')
		ORDER BY ordinal_position`, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// fresh gives a row what must be unique in its table.
func fresh(table string, columns, row []string, caseID string, n int) []string {
	out := make([]string, len(row))
	for i, value := range row {
		switch column := columns[i]; {
		case column == "ref":
			value = newRef
		case column == "tracking_hash":
			value = "sha256(" + newID + "::bytea)"
		case table == "event_bodies" && column == "seq":
			value = fmt.Sprintf("%d + :r::bigint", 1_000_000_000_000_000*(n+1))
		case table == "idempotency_keys" && column == "key":
			value = newID
		case table == "submissions" && column == "id", table == "targets" && column == "id", table == "tasks" && column == "id":
			// One of several of its case has an identifier of its own.
			value = strings.Replace(newID, "70008", fmt.Sprintf("7%03x8", n+1), 1) + "::uuid"
		case strings.Contains(value, caseID):
			value = "replace(" + value + ", '" + caseID + "', " + newID + "::uuid::text)"
			if column == "id" || column == "case_id" {
				value = newID + "::uuid"
			} else if strings.Contains(column, "args") || column == "result" {
				value += "::jsonb"
			}
		}
		// A colon would name a variable to pgbench; in a literal it must not.
		out[i] = guardColons(value)
	}
	return out
}

// guardColons writes the colons of literals so that pgbench leaves them alone:
// 'a:b' becomes U&'a\003ab'. Those of casts and of our variable stay.
func guardColons(value string) string {
	if !strings.HasPrefix(value, "'") && !strings.HasPrefix(value, "E'") && !strings.HasPrefix(value, "replace('") && !strings.HasPrefix(value, "replace(E'") {
		return value
	}
	return literal.ReplaceAllStringFunc(value, func(s string) string {
		if !strings.Contains(s, ":") {
			return s
		}
		if strings.HasPrefix(s, "E") {
			return strings.ReplaceAll(s, ":", `\x3a`)
		}
		return "U&" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), ":", `\003a`)
	})
}

var literal = regexp.MustCompile(`E?'(?:[^']|'')*'`)
