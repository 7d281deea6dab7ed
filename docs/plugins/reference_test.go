package plugins_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kit are the packages of an author, in the order of the reference.
var kit = []string{"forms", "tasks", "details", "actions", "host", "state", "sdktest"}

// machinery are the names that kits need of each other, and no author does.
var machinery = map[string][]string{
	"forms": {"Sheet", "Open", "DrawPage", "PressOf"},
	"host":  {"Begin", "Drawing", "Event", "Waits", "TakeErrors", "Finish"},
	"state": {"Decode", "Read", "Write", "Complete", "Migrate"},
}

func parsed(t *testing.T, folder string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("../../sdk", folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no source in sdk/%s: %v", folder, err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_wasip1.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/casement-dev/casement/sdk/"+folder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// first is the first sentence of a comment, in a cell of a table.
func first(p *doc.Package, text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(p.Synopsis(text), "|", `\|`), "[", "")
}

func signature(d *ast.FuncDecl) string {
	words := func(list *ast.FieldList) string {
		var out []string
		if list != nil {
			for _, f := range list.List {
				var names []string
				for _, n := range f.Names {
					names = append(names, n.Name)
				}
				out = append(out, strings.TrimSpace(strings.Join(names, ", ")+" "+typeOf(f.Type)))
			}
		}
		return strings.Join(out, ", ")
	}
	text := d.Name.Name + "(" + words(d.Type.Params) + ")"
	switch results := words(d.Type.Results); {
	case results == "":
	case strings.ContainsAny(results, " ,"):
		text += " (" + results + ")"
	default:
		text += " " + results
	}
	return text
}

func typeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + typeOf(e.X)
	case *ast.SelectorExpr:
		return typeOf(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeOf(e.Elt)
	case *ast.Ellipsis:
		return "..." + typeOf(e.Elt)
	case *ast.MapType:
		return "map[" + typeOf(e.Key) + "]" + typeOf(e.Value)
	case *ast.IndexExpr:
		return typeOf(e.X) + "[" + typeOf(e.Index) + "]"
	case *ast.IndexListExpr:
		return typeOf(e.X) + "[…]"
	case *ast.FuncType:
		return "func" + strings.TrimPrefix(signature(&ast.FuncDecl{Name: &ast.Ident{}, Type: e}), "")
	}
	return "…"
}

func names(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, folder := range kit {
		p := parsed(t, folder)
		hidden := func(name string) bool { return slices.Contains(machinery[folder], name) }
		fmt.Fprintf(&out, "## %s\n\n| name | what it is |\n| --- | --- |\n", folder)
		functions := slices.Clone(p.Funcs)
		for _, typ := range p.Types {
			functions = append(functions, typ.Funcs...)
		}
		slices.SortFunc(functions, func(a, b *doc.Func) int { return strings.Compare(a.Name, b.Name) })
		for _, typ := range p.Types {
			if !hidden(typ.Name) {
				fmt.Fprintf(&out, "| **`%s`** | %s |\n", typ.Name, first(p, saysOf(typ)))
				members(&out, p, typ)
			}
		}
		for _, f := range functions {
			if !hidden(f.Name) {
				fmt.Fprintf(&out, "| `%s` | %s |\n", signature(f.Decl), first(p, f.Doc))
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

// saysOf is what stands at a type: beside it where several are declared at once.
func saysOf(typ *doc.Type) string {
	for _, s := range typ.Decl.Specs {
		if s := s.(*ast.TypeSpec); s.Name.Name == typ.Name && s.Comment.Text() != "" {
			return s.Comment.Text()
		}
	}
	return typ.Doc
}

// members lists what a type has: the members of a struct, and its methods.
func members(out *strings.Builder, p *doc.Package, typ *doc.Type) {
	spec, _ := typ.Decl.Specs[0].(*ast.TypeSpec)
	if st, ok := spec.Type.(*ast.StructType); ok {
		for _, f := range st.Fields.List {
			for _, n := range f.Names {
				if n.IsExported() {
					fmt.Fprintf(out, "| `%s.%s %s` | %s |\n", typ.Name, n.Name, typeOf(f.Type), first(p, f.Doc.Text()+f.Comment.Text()))
				}
			}
		}
	}
	for _, m := range typ.Methods {
		if m.Name != "Handle" {
			fmt.Fprintf(out, "| `%s.%s` | %s |\n", typ.Name, signature(m.Decl), first(p, m.Doc))
		}
	}
}

func TestTheReferenceListsEveryName(t *testing.T) {
	const file = "reference.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(b), "<!-- names -->\n")
	_, after, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok1 || !ok2 {
		t.Fatal("the marks of what is written from the source are gone")
	}
	want := before + "<!-- names -->\n\n" + names(t) + "<!-- end -->" + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(b) {
		t.Errorf("%s is not what the source says: go test ./docs/plugins -update writes it", file)
	}
}

func TestEveryExportedNameOfTheKitSaysWhatItIs(t *testing.T) {
	for _, folder := range append(slices.Clone(kit), "abi", "view") {
		p := parsed(t, folder)
		if p.Doc == "" {
			t.Errorf("sdk/%s says nothing of itself", folder)
		}
		say := func(name, text string) {
			if strings.TrimSpace(text) == "" {
				t.Errorf("sdk/%s: %s says nothing of itself", folder, name)
			}
		}
		for _, f := range p.Funcs {
			say(f.Name, f.Doc)
		}
		for _, typ := range p.Types {
			say(typ.Name, saysOf(typ))
			for _, f := range typ.Funcs {
				say(f.Name, f.Doc)
			}
			for _, m := range typ.Methods {
				say(typ.Name+"."+m.Name, m.Doc)
			}
		}
	}
}
