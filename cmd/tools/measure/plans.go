package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// explaining are the settings under which the database writes the plan of every
// statement into its log, as it was really run.
var explaining = map[string]string{
	"session_preload_libraries":          "auto_explain",
	"auto_explain.log_min_duration":      "0",
	"auto_explain.log_analyze":           "on",
	"auto_explain.log_timing":            "off",
	"auto_explain.log_buffers":           "on",
	"auto_explain.log_nested_statements": "on",
}

// large is from how many rows on a table must not be read from end to end.
const large = 10_000

// plan is one statement with the plan it was run by.
type plan struct{ statement, nodes string }

// explain asks for everything once, as both staff users, and prints the plan of
// every statement. It fails when one reads a large table from end to end.
func (m *measurement) explain(ctx context.Context, out io.Writer) error {
	scenarios, err := m.scenarios(ctx)
	if err != nil {
		return err
	}
	tables, err := m.sample.strings(ctx, `SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > $1`, large)
	if err != nil {
		return err
	}
	file := filepath.Join(m.data, "postgres", "postgres.log")
	if m.logFile != "" {
		file = m.logFile
	}
	var wrong []string
	for _, s := range scenarios {
		if !strings.Contains(s.what, m.only) {
			continue
		}
		for who, r := range m.readers {
			if (who == 2) != (s.who == 2) {
				continue
			}
			from, err := os.Stat(file)
			if err != nil {
				return err
			}
			do := s.asks(r)
			for range 3 { // statements are planned anew until a plan is kept
				if _, err := do(ctx, 0); err != nil {
					return fmt.Errorf("%s: %w", s.what, err)
				}
			}
			plans, err := readPlans(file, from.Size())
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "\n## %s, as %s\n", s.what, []string{m.admin, m.restricted, "a customer"}[who])
			for _, p := range plans {
				fmt.Fprintf(out, "\n%s\n%s\n", p.statement, p.nodes)
				for _, table := range scanned(p.nodes) {
					if slices.Contains(tables, table) {
						wrong = append(wrong, fmt.Sprintf("%s: %s is read from end to end by\n%s", s.what, table, p.statement))
					}
				}
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d statements read a large table from end to end:\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
	fmt.Fprintf(out, "\nNo statement reads a table of more than %d rows from end to end.\n", large)
	return nil
}

var sequential = regexp.MustCompile(`Seq Scan on (\w+)`)

// scanned lists the tables that a plan reads from end to end. What never ran
// does not count: the plan was for another case.
func scanned(nodes string) []string {
	var out []string
	for line := range strings.Lines(nodes) {
		if found := sequential.FindStringSubmatch(line); found != nil && !strings.Contains(line, "never executed") {
			out = append(out, found[1])
		}
	}
	return out
}

// readPlans reads the plans from a place in the log on, each statement once.
func readPlans(file string, from int64) ([]plan, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	var all []plan
	var statement, nodes *strings.Builder
	end := func() {
		if statement != nil && !slices.ContainsFunc(all, func(p plan) bool { return p.statement == statement.String() }) {
			all = append(all, plan{statement.String(), nodes.String()})
		}
		statement, nodes = nil, nil
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Text()
		text, isStatement := strings.CutPrefix(strings.TrimSpace(line), "Query Text: ")
		switch {
		case isStatement:
			end()
			statement, nodes = &strings.Builder{}, &strings.Builder{}
			statement.WriteString(text)
		case !strings.HasPrefix(line, "\t"):
			end()
		case statement == nil:
		case nodes.Len() == 0 && !strings.Contains(line, "(cost="):
			statement.WriteString("\n" + strings.TrimPrefix(line, "\t"))
		default:
			nodes.WriteString(strings.TrimPrefix(line, "\t") + "\n")
		}
	}
	end()
	return all, lines.Err()
}
