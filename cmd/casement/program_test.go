package main

import (
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/settings"
)

// update writes what tests generate into docs instead of comparing it.
var update = flag.Bool("update", false, "write the generated parts of docs")

// assemble wires every part of the product on a database, as serve does, in
// this process: for tests that look at the parts rather than at the program.
func assemble(t testing.TB, pool *pgxpool.Pool, clock core.Clock, arguments ...string) *parts {
	t.Helper()
	s, err := settings.Read(append([]string{"--data-dir", t.TempDir(), "--plugin-cache-dir", pluginCache(), "--test"}, arguments...))
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(s, &database{pool: pool}, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// pluginCache outlives the tests, so that a plugin is compiled once a machine:
// a score of them come with the program.
func pluginCache() string { return filepath.Join(os.TempDir(), "casement-test-plugin-cache") }

// hire adds a staff user.
func (p *parts) hire(t testing.TB, name string, roles []core.Role, groups ...string) core.StaffUser {
	t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@staff.example"
	u, err := p.people.CreateUser(t.Context(), core.SystemActor(), people.UserInput{Name: name, Email: email, Roles: roles, Groups: groups})
	if err != nil {
		t.Fatalf("hire %s: %v", name, err)
	}
	return u
}

// document is a file below docs/ with parts that tests write, each between two
// comments that name it.
type document struct {
	t    *testing.T
	path string
}

func openDocument(t *testing.T, name string) document {
	return document{t, filepath.Join("..", "..", "docs", name)}
}

// Holds compares one part of the document with what it should be, or, with
// -update, writes it.
func (d document) Holds(part, want string) {
	d.t.Helper()
	begin, end := "<!-- "+part+": written by go test ./cmd/casement -update -->\n", "<!-- end of "+part+" -->"
	raw, err := os.ReadFile(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		d.t.Fatalf("%s has no part between %q and %q", d.path, strings.TrimSpace(begin), end)
	}
	want = "\n" + strings.TrimSpace(want) + "\n\n"
	if got == want {
		return
	}
	if *update {
		if err := os.WriteFile(d.path, []byte(before+begin+want+end+after), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	d.t.Errorf("%s is not as it should be (%s). Look at the difference; if it is meant, write it with “go test ./cmd/casement -run %s -update” and commit it.\n%s",
		d.path, part, d.t.Name(), firstDifference(got, want))
}

// firstDifference shows the first lines that differ, which says more than two
// long tables.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			out = append(out, "- "+a, "+ "+b)
		}
		if len(out) >= 16 {
			break
		}
	}
	return strings.Join(out, "\n")
}
