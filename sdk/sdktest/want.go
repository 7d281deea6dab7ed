package sdktest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// WantStep says which step must be shown, without errors.
func (r *Run) WantStep(id string) *Run {
	r.t.Helper()
	if r.Last.View == nil || r.Last.View.ID != id || len(r.Last.Errors) > 0 {
		r.t.Fatalf("want step %q, got %s with errors %v", id, r.where(), r.Last.Errors)
	}
	return r
}

// WantError says which fields must be refused, in any order, and that no others
// are; "" stands for a message above all.
func (r *Run) WantError(fields ...string) *Run {
	r.t.Helper()
	var got []string
	for _, e := range r.Last.Errors {
		got = append(got, e.Field)
		if f := r.field(e.Field); f != nil && f.Error != e.Message {
			r.t.Errorf("the message of %q does not stand beside it", e.Field)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, slices.Sorted(slices.Values(fields))) {
		r.t.Fatalf("want errors on %q, got %v at %s", fields, r.Last.Errors, r.where())
	}
	return r
}

// WantMessage says what the message beside a field must be.
func (r *Run) WantMessage(field, message string) *Run {
	r.t.Helper()
	for _, e := range r.Last.Errors {
		if e.Field == field {
			if e.Message != message {
				r.t.Fatalf("want %q beside %q, got %q", message, field, e.Message)
			}
			return r
		}
	}
	r.t.Fatalf("no message beside %q: %v", field, r.Last.Errors)
	return r
}

// WantValue says what a field of the page must hold.
func (r *Run) WantValue(field string, values ...string) *Run {
	r.t.Helper()
	if f := r.field(field); f == nil {
		r.t.Fatalf("no field %q at %s", field, r.where())
	} else if !slices.Equal(f.Value, values) {
		r.t.Fatalf("want %q in %q, got %q", values, field, f.Value)
	}
	return r
}

// WantNoField says that a field must not be on the page.
func (r *Run) WantNoField(field string) *Run {
	r.t.Helper()
	if r.field(field) != nil {
		r.t.Fatalf("field %q is on the page", field)
	}
	return r
}

// WantRow says that the page must list an answer.
func (r *Run) WantRow(label, text string) *Run {
	r.t.Helper()
	var rows []string
	found := false
	if r.Last.View != nil {
		r.Last.View.Walk(func(n *view.Node) {
			if n.Type == view.Row {
				rows = append(rows, n.Label+": "+n.Text)
				found = found || n.Label == label && n.Text == text
			}
		})
	}
	if !found {
		r.t.Fatalf("no row %q: %q among %q", label, text, rows)
	}
	return r
}

// WantDone says that the form must be finished, and gives the case it raises.
func (r *Run) WantDone() abi.Raise {
	r.t.Helper()
	if !r.Last.Done || r.Last.Raise == nil {
		r.t.Fatalf("not done: at %s with errors %v", r.where(), r.Last.Errors)
	}
	return *r.Last.Raise
}

// WantOutcome says with which sentence a task or an action must have ended.
func (r *Run) WantOutcome(sentence string) *Run {
	r.t.Helper()
	if !r.Last.Done || r.Last.Outcome != sentence {
		r.t.Fatalf("want the outcome %q, got %q at %s with errors %v", sentence, r.Last.Outcome, r.where(), r.Last.Errors)
	}
	return r
}

// WantStatus says where a task must say that it stands.
func (r *Run) WantStatus(status string) *Run {
	r.t.Helper()
	if r.Last.Status != status {
		r.t.Fatalf("want the status %q, got %q", status, r.Last.Status)
	}
	return r
}

// WantWake says when a task must want to be woken: RFC 3339, or "" for never.
func (r *Run) WantWake(at string) *Run {
	r.t.Helper()
	if r.Last.WakeAt != at {
		r.t.Fatalf("want to be woken at %q, got %q", at, r.Last.WakeAt)
	}
	return r
}

// WantAsk says what must have been asked of the host, in order: abi's Ask…
func (r *Run) WantAsk(types ...string) *Run {
	r.t.Helper()
	if got := names(r.Asked); !slices.Equal(got, types) {
		r.t.Fatalf("want %q to be asked, got %q", types, got)
	}
	return r
}

// WantEffect says that a command must be asked for with these arguments: a JSON
// object, whose members may come in any order.
func (r *Run) WantEffect(command, args string) *Run {
	r.t.Helper()
	want := normal(r.t, args)
	var got []string
	for _, e := range r.Last.Effects {
		if e.Type == command && normal(r.t, string(e.Args)) == want {
			return r
		}
		got = append(got, e.Type+" "+string(e.Args))
	}
	r.t.Fatalf("want the effect %s %s, got:\n%s", command, args, strings.Join(got, "\n"))
	return r
}

// normal writes JSON so that what means the same is the same.
func normal(t testing.TB, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// WantText says that these words must stand on the page, in a label, a text or a
// cell.
func (r *Run) WantText(words string) *Run {
	r.t.Helper()
	if !strings.Contains(r.text(), words) {
		r.t.Fatalf("%q does not stand at %s:\n%s", words, r.where(), r.text())
	}
	return r
}

// WantNoText says that these words must not stand on the page.
func (r *Run) WantNoText(words string) *Run {
	r.t.Helper()
	if strings.Contains(r.text(), words) {
		r.t.Fatalf("%q stands at %s:\n%s", words, r.where(), r.text())
	}
	return r
}

// text is all that can be read on the page, line by line.
func (r *Run) text() string {
	if r.Last.View == nil {
		return ""
	}
	var lines []string
	r.Last.View.Walk(func(n *view.Node) {
		lines = append(lines, n.Caption, n.Label, n.Hint, n.Text, n.Error)
		lines = append(lines, n.Columns...)
		for _, row := range n.Rows {
			lines = append(lines, row...)
		}
		for _, o := range n.Options {
			lines = append(lines, o.Label, o.Hint)
		}
		for _, p := range n.Pins {
			lines = append(lines, p.Label, p.Text)
		}
		for _, f := range n.Files {
			lines = append(lines, f.Name)
		}
	})
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// WantButton says that a button must be on the page.
func (r *Run) WantButton(id string) *Run {
	r.t.Helper()
	if r.button(id) == nil {
		r.t.Fatalf("no button %q at %s", id, r.where())
	}
	return r
}

// WantNoButton says that a button must not be on the page.
func (r *Run) WantNoButton(id string) *Run {
	r.t.Helper()
	if r.button(id) != nil {
		r.t.Fatalf("the button %q is on the page", id)
	}
	return r
}

// WantEffects says which commands must be asked for, in order.
func (r *Run) WantEffects(commands ...string) *Run {
	r.t.Helper()
	var got []string
	for _, e := range r.Last.Effects {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, commands) {
		r.t.Fatalf("want effects %q, got %q", commands, got)
	}
	return r
}

// Golden compares the view with testdata/<name>.json; go test -update writes it.
func (r *Run) Golden(name string) *Run {
	r.t.Helper()
	if r.Last.View == nil {
		r.t.Fatal("no view")
	}
	var got bytes.Buffer
	if err := json.Indent(&got, r.Last.View.Append(nil), "", "  "); err != nil {
		r.t.Fatal(err)
	}
	got.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			r.t.Fatal(err)
		}
		return r
	}
	want, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		r.t.Errorf("the view differs from %s (go test -update writes it):\n%s", file, got.Bytes())
	}
	return r
}

func (r *Run) field(id string) *view.Node {
	if r.Last.View == nil {
		return nil
	}
	return r.Last.View.Field(id)
}

func (r *Run) where() string {
	if r.Last.View == nil {
		return "the end"
	}
	return "step " + r.Last.View.ID
}

func (r *Run) button(id string) *view.Node { return r.node(view.Button, id) }

func (r *Run) table(id string) *view.Node { return r.node(view.Table, id) }

func (r *Run) node(kind view.Type, id string) (found *view.Node) {
	if r.Last.View != nil {
		r.Last.View.Walk(func(n *view.Node) {
			if n.Type == kind && n.ID == id {
				found = n
			}
		})
	}
	return found
}
