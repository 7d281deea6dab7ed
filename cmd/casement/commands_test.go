package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/routines"
)

// settledNames are the names of commands that were agreed before anything
// spoke of them: paths of the API, actions of routines, effects of plugins.
// Names are added, never changed; each addition is explained in
// docs/decisions.md.
var settledNames = []core.CommandName{
	"case.raise", "case.claim", "case.release", "case.assign", "case.reassign", "case.start_work", "case.change_status",
	"case.change_stage", "case.change_subtype", "case.change_priority", "case.set_field", "case.change_contact",
	"case.escalate", "case.de_escalate", "case.cancel", "case.withdraw", "case.close", "case.reopen",
	"note.add", "update.add", "question.ask", "question.answer", "task.add", "task.complete", "task.cancel",
	"attachment.add", "attachment.delete", "correspondence.send",
	"target.set", "target.extend", "target.pause", "target.resume", "target.breach", "target.clear",
}

var addedNames = []core.CommandName{"case.change_place", "case.open", "question.remind", "attachment.publish", "attachment.show", "target.step", "target.keep",
	"follower.add", "follower.remove", "follower.end",
	"task.act", "task.return", "task.claim", "task.release", "task.assign", "task.hand_back", "task.change_due", "task.ask", "task.request_time",
	"task.add_file", "task.remove_file", "details.save", "action.run", "store.put",
	"correspondence.send_again", "satisfaction.give", "mail.file", "message.bounce",
	"case.change_received", "target.recalculate", "routine.done", "routine.stop", "case.link", "case.unlink"}

// namedLater are settled names whose commands do not exist yet.
var namedLater = []core.CommandName{}

func TestTheTableHasEverySettledCommandAndNoOther(t *testing.T) {
	t.Parallel()
	all := slices.Concat(settledNames, addedNames)
	for _, name := range commandNames() {
		if slices.Contains(namedLater, name) {
			t.Errorf("%s exists now: move it from namedLater to settledNames", name)
		} else if !slices.Contains(all, name) {
			t.Errorf("%s is a new name: explain it in docs/decisions.md and add it to addedNames here", name)
		}
	}
	for _, name := range all {
		if !slices.Contains(commandNames(), name) {
			t.Errorf("%s is missing from the table in commands.go; names that were settled stay", name)
		}
	}
}

// What plugins ask for is only known when they run.
var unforeseen = []core.CommandName{"action.run", "details.save", "store.put"}

func TestWhatFollowsFromEveryCommandOfARoutineIsForeseen(t *testing.T) {
	t.Parallel()
	var table []cases.Command
	for _, e := range commandTable() {
		table = append(table, e.command)
	}
	for _, name := range routines.NewCommands(table).Names() {
		kinds, known := routines.Foreseen(name)
		if known == slices.Contains(unforeseen, name) {
			t.Errorf("%s: what may be recorded belongs into core/routines/foreseen.go", name)
		}
		for _, kind := range kinds {
			if !slices.Contains(core.RoutineEvents(), kind) {
				t.Errorf("%s is said to lead to %s, which sets off no routine", name, kind)
			}
		}
	}
}

func TestEveryAddedNameIsExplained(t *testing.T) {
	t.Parallel()
	decisions, err := os.ReadFile("../../docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range addedNames {
		if !bytes.Contains(decisions, []byte("`"+string(name)+"`")) {
			t.Errorf("docs/decisions.md does not say why there is `%s`", name)
		}
	}
}

func TestEachLineOfTheTableIsACommandOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	for _, e := range commandTable() {
		kind := structOf(e)
		if seen[kind] {
			t.Errorf("%s stands in the table twice", kind)
		}
		seen[kind] = true
		if !strings.HasSuffix(e.says, ".") || len([]rune(e.says)) > 80 {
			t.Errorf("%s: %q is no short sentence", kind, e.says)
		}
		if e.command.Needs() == "" {
			t.Errorf("%s needs no permission", kind)
		}
		if !reflect.Zero(kind).CanInterface() || !reflect.ValueOf(reflect.New(kind).Interface()).Type().Implements(commandInterface) {
			t.Errorf("%s cannot be made from its name", kind)
		}
	}
}

var commandInterface = reflect.TypeFor[interface{ Name() core.CommandName }]()

func structOf(e commandEntry) reflect.Type {
	t := reflect.TypeOf(e.command)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func TestWhatACommandTakesHasANameInJSON(t *testing.T) {
	t.Parallel()
	for _, e := range commandTable() {
		kind, seen := structOf(e), map[string]bool{}
		for _, f := range reflect.VisibleFields(kind) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous:
			case !f.IsExported():
				if name != "" {
					t.Errorf("%s.%s is not taken from outside and yet named %q", kind, f.Name, name)
				}
			case !snake.MatchString(name):
				t.Errorf("%s.%s has no name in snake_case for JSON", kind, f.Name)
			case seen[name]:
				t.Errorf("%s takes %q twice", kind, name)
			case f.Type.Kind() == reflect.Struct && strings.Contains(options, "omitempty"):
				t.Errorf("%s.%s is a struct: omitempty does nothing there, omitzero does", kind, f.Name)
			}
			seen[name] = true
		}
		for _, name := range taken(e.command) {
			if !seen[strings.Trim(name, "`")] {
				t.Errorf("docs say that %s takes %s, and it does not", kind, name)
			}
		}
	}
}

// A command that is not in the table can be given to the door all the same,
// and the permission matrix would not know it.
func TestEveryCommandThatIsDefinedStandsInTheTable(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, e := range commandTable() {
		kind := structOf(e)
		listed[filepath.Base(kind.PkgPath())+"."+kind.Name()] = true
	}
	defined := definedCommands(t)
	if len(defined) < len(listed) {
		t.Errorf("only %d of %d commands were found in the source", len(defined), len(listed))
	}
	for _, name := range defined {
		if !listed[name] {
			t.Errorf("%s is a command and not in the table in commands.go", name)
		}
	}
}

// definedCommands lists the exported types in core/ that say what they need,
// as "package.Type".
func definedCommands(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir("../../core", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Needs" {
				continue
			}
			of := f.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if name, ok := of.(*ast.Ident); ok && name.IsExported() {
				out = append(out, file.Name.Name+"."+name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheListOfCommandsInTheDocsIsCurrent(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	writeCommands(&want)
	const path = "../../docs/commands.md"
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("docs/commands.md is not what commands.go says; write it with “go test ./cmd/casement -run %s -update”\n%s",
			t.Name(), firstDifference(string(got), want.String()))
	}
}
