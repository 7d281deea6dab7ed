package core_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/postgres/pgtest"
)

var statement = regexp.MustCompile(`(?is)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)

// Every statement is a named constant, so every statement can be asked of the
// real schema without running it: a column that is gone, or a type that does
// not fit, shows here.
func TestEveryStatementPreparesOnTheMigratedSchema(t *testing.T) {
	pool := pgtest.New(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	found := 0
	for name, sql := range statements(t) {
		found++
		if _, err := conn.Conn().Prepare(t.Context(), fmt.Sprintf("s%d", found), sql); err != nil {
			t.Errorf("%s: %v\n%s", name, err, sql)
		}
	}
	if found < 20 {
		t.Fatalf("only %d statements were found: the search for them is broken", found)
	}
}

// statements lists the SQL constants of all packages by folder and name.
func statements(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == "testdata" {
			return err
		}
		for name, value := range constants(t, path) {
			if statement.MatchString(value) {
				out[path+"."+name] = value
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// constants evaluates the string constants of one package: literals and sums
// of them are all that SQL is made of.
func constants(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	exprs := map[string]ast.Expr{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			consts, ok := decl.(*ast.GenDecl)
			if !ok || consts.Tok != token.CONST {
				continue
			}
			for _, spec := range consts.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if i < len(value.Values) {
						exprs[name.Name] = value.Values[i]
					}
				}
			}
		}
	}
	out := map[string]string{}
	for name, expr := range exprs {
		if s, ok := evaluate(expr, exprs); ok {
			out[name] = s
		}
	}
	return out
}

func evaluate(expr ast.Expr, known map[string]ast.Expr) (string, bool) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.Ident:
		if value, ok := known[e.Name]; ok {
			return evaluate(value, known)
		}
	case *ast.ParenExpr:
		return evaluate(e.X, known)
	case *ast.BinaryExpr:
		left, okLeft := evaluate(e.X, known)
		right, okRight := evaluate(e.Y, known)
		return left + right, okLeft && okRight && e.Op == token.ADD
	}
	return "", false
}

func TestEveryColumnSaysWhetherItIsPersonal(t *testing.T) {
	pool := pgtest.New(t)
	rows, err := pool.Query(t.Context(), `
		SELECT c.relname || '.' || a.attname, coalesce(col_description(c.oid, a.attnum), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
			AND c.relname NOT LIKE 'river\_%' AND c.relname <> 'goose_db_version'
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var column, says string
		if err := rows.Scan(&column, &says); err != nil {
			t.Fatal(err)
		}
		seen++
		if !regexp.MustCompile(`^personal: (person|staff|none)\b`).MatchString(says) {
			t.Errorf("%s says %q; write COMMENT ON COLUMN … IS 'personal: person', 'staff' or 'none'", column, says)
		}
	}
	if err := rows.Err(); err != nil || seen < 100 {
		t.Fatalf("read %d columns: %v", seen, err)
	}
}
