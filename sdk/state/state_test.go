package state_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

type everything struct {
	Text  string
	Texts []string
	Map   map[string]string
	Int   int
	Float float64
	Bool  bool
	Files []view.File
	Raw   abi.Raw
	Place abi.Place
	Inner inner
	List  []inner
	hand  string // for one call
}

type inner struct{ A, B string }

func keep(k *state.Keeper, e *everything) {
	k.Text("text", &e.Text)
	k.Texts("texts", &e.Texts)
	k.Map("map", &e.Map)
	k.Int("int", &e.Int)
	k.Float("float", &e.Float)
	k.Bool("bool", &e.Bool)
	k.Files("files", &e.Files)
	k.Raw("raw", &e.Raw)
	k.Place("place", &e.Place)
	k.Group("inner", func(k *state.Keeper) { keepInner(k, &e.Inner) })
	state.List(k, "list", &e.List, keepInner)
}

func keepInner(k *state.Keeper, i *inner) {
	k.Text("a", &i.A)
	k.Text("b", &i.B)
}

func full() *everything {
	return &everything{
		Text: "t\"\n", Texts: []string{"a", ""}, Map: map[string]string{"b": "2", "a": "1"}, Int: -3, Float: 2.5, Bool: true,
		Files: []view.File{{ID: "f", Name: "n", Size: 1, Type: "t"}}, Raw: abi.Raw(`{"x":[1]}`),
		Place: abi.Place{Address: "1 High St", Point: &abi.Point{Lat: 53.5, Lng: -2.25}}, Inner: inner{A: "a"}, List: []inner{{"a", "b"}, {}}, hand: "x",
	}
}

func TestWhatIsKeptComesBack(t *testing.T) {
	want := full()
	st := &state.State{Step: "s", Kept: state.Write(keep, want)}
	raw := st.Encode()
	if !json.Valid(raw) {
		t.Fatalf("no JSON: %s", raw)
	}
	if again := (&state.State{Step: "s", Kept: state.Write(keep, full())}).Encode(); string(again) != string(raw) {
		t.Errorf("the same variables give other bytes:\n%s\n%s", raw, again)
	}
	read, err := state.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	got := new(everything)
	if err := state.Read(read.Kept, keep, got); err != nil {
		t.Fatal(err)
	}
	want.hand = ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nfrom %s", got, raw)
	}
}

func TestVariablesThatHoldNothingTakeNoRoom(t *testing.T) {
	if kept := state.Write(keep, new(everything)); len(kept) != 0 {
		t.Errorf("kept %v", kept)
	}
	if err := state.Read(nil, keep, new(everything)); err != nil {
		t.Error(err)
	}
}

func TestAVariableThatIsNotNamedIsFound(t *testing.T) {
	if err := state.Complete(keep, full()); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*everything){
		"everything.Text": func(e *everything) { e.Text = "x" }, "everything.List[].B": func(e *everything) { e.List = []inner{{"a", "b"}} },
		"everything.Map": func(e *everything) { e.Map = map[string]string{"a": "b"} }, "everything.Place.Point": func(e *everything) { e.Place.Point = &abi.Point{Lat: 1} },
	} {
		e := new(everything)
		change(e)
		err := state.Complete(func(k *state.Keeper, e *everything) {
			state.List(k, "list", &e.List, func(k *state.Keeper, i *inner) { k.Text("a", &i.A) })
		}, e)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestAStateOfAnotherShapeIsRefused(t *testing.T) {
	for _, raw := range []string{`[]`, `{"step":1}`, `{"kept":[]}`, `{"answers":{"a":"b"}}`, `{"files":{"a":{}}}`, `{"done":"yes"}`, `{"step":"a"}x`} {
		if _, err := state.Decode(abi.Raw(raw)); err == nil {
			t.Errorf("%s was taken", raw)
		}
	}
	for _, raw := range []string{`1`, `"a"`, `[1]`, `{}`} {
		for _, name := range []string{"text", "texts", "map", "int", "files", "place", "inner", "list"} {
			wrong := name == "text" && raw != `"a"` || name == "int" && raw != `1` || name == "list" && raw == `[1]`
			if err := state.Read(map[string]abi.Raw{name: abi.Raw(raw)}, keep, new(everything)); wrong && err == nil {
				t.Errorf("%s was taken for %s", raw, name)
			}
		}
	}
}

func TestAMigrationGoesFromVersionToVersion(t *testing.T) {
	var calls []int
	r, err := state.Migrate(&abi.Request{StateVersion: 1, State: abi.Raw(`{"passed":["a","b"],"step":"a","answers":{"x":["1"]},"files":{"x":[]},"kept":{"x":1}}`)}, 3, func(old *state.Old) {
		calls = append(calls, old.From)
		if old.From == 1 {
			old.Rename("x", "y")
			old.RenameStep("a", "c")
			return
		}
		if old.Text("y") != "" || old.Text("gone") != "" {
			t.Error("a number is text")
		}
		old.SetText("z", "new")
	})
	if err != nil || fmt.Sprint(calls) != "[1 2]" {
		t.Fatalf("%v: %v", err, calls)
	}
	if got := string(r.State); got != `{"step":"c","passed":["c","b"],"answers":{"y":["1"]},"files":{"y":[]},"kept":{"y":1,"z":"new"}}` {
		t.Errorf("got %s", got)
	}
	for _, r := range []*abi.Request{{StateVersion: 3}, {StateVersion: 4}, {StateVersion: 1, State: abi.Raw(`[]`)}} {
		if _, err := state.Migrate(r, 3, func(*state.Old) {}); err == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}

// FuzzState holds that whatever is taken for a state is written so that it is
// read as the same again.
func FuzzState(f *testing.F) {
	st := &state.State{
		Step: "s", Passed: []string{"a"}, Answers: map[string][]string{"f": {"x"}}, Kept: state.Write(keep, full()), Reviewed: true,
		Status: "s", WakeAt: "2026-11-09T12:00:00Z", Returned: "why", Done: true, Outcome: "o", Editing: true,
	}
	f.Add([]byte(st.Encode()))
	f.Add([]byte(`{"kept":{"list":[{}],"place":{"point":["1","2"]}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		st, err := state.Decode(b)
		if err != nil {
			return
		}
		out := st.Encode()
		again, err := state.Decode(out)
		if err != nil || string(again.Encode()) != string(out) {
			t.Fatalf("%q becomes %q: %v", b, out, err)
		}
		e := new(everything)
		if state.Read(st.Kept, keep, e) != nil {
			return
		}
		same := new(everything)
		if err := state.Read(state.Write(keep, e), keep, same); err != nil {
			t.Fatalf("%q: what was written is not read: %v", b, err)
		}
	})
}

func ExampleList() {
	type update struct{ At, Text string }
	type inquiry struct{ Updates []update }
	keep := func(k *state.Keeper, i *inquiry) {
		state.List(k, "updates", &i.Updates, func(k *state.Keeper, u *update) {
			k.Text("at", &u.At)
			k.Text("text", &u.Text)
		})
	}

	kept := state.Write(keep, &inquiry{Updates: []update{{"2026-11-09", "A hole"}}})
	fmt.Println(string(kept["updates"]))
	var again inquiry
	err := state.Read(kept, keep, &again)
	fmt.Println(again.Updates[0].Text, err)
	// Output:
	// [{"at":"2026-11-09","text":"A hole"}]
	// A hole <nil>
}
