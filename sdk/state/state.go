package state

import (
	"errors"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

// State is what the kits of this SDK keep between two calls. Authors meet it
// when a new version of their plugin reads the states of an old one.
type State struct {
	Step    string                 // the one shown
	Passed  []string               // of a form: steps submitted without a mistake, in that order
	Answers map[string][]string    // as typed, by field; absent: never asked
	Files   map[string][]view.File // by file field
	Kept    map[string]abi.Raw     // variables, by the names that Keep gives them

	Reviewed bool // of a form: the review was reached; a step changed later leads back to it

	Status   string // of a task: where it stands
	WakeAt   string // of a task: when its timer rings; RFC 3339
	Returned string // of a task: why it came back, until it is sent again
	Done     bool   // of a task
	Outcome  string // of a task that is done

	Editing bool // of details: the form is shown, not the page
}

// Decode reads a state; no text at all is the state before the start.
func Decode(raw abi.Raw) (*State, error) {
	st := &State{Answers: map[string][]string{}, Files: map[string][]view.File{}}
	if len(raw) == 0 {
		return st, nil
	}
	d := wire.Within(raw)
	for more := d.Object(); more; more = d.Next() {
		st.member(d)
	}
	return st, d.End()
}

func (st *State) member(d *wire.Decoder) {
	switch d.Key() {
	case "step":
		st.Step = d.String()
	case "passed":
		st.Passed = d.Strings()
	case "reviewed":
		st.Reviewed = d.Bool()
	case "answers":
		if answers := d.Lists(); answers != nil {
			st.Answers = answers
		}
	case "files":
		for more := d.Object(); more; more = d.Next() {
			field := d.Key()
			st.Files[field] = view.ReadFiles(d)
		}
	case "kept":
		st.Kept, _ = members(d) // the decoder keeps the mistake
	case "status":
		st.Status = d.String()
	case "wake_at":
		st.WakeAt = d.String()
	case "returned":
		st.Returned = d.String()
	case "done":
		st.Done = d.Bool()
	case "outcome":
		st.Outcome = d.String()
	case "editing":
		st.Editing = d.Bool()
	default:
		d.Skip()
	}
}

// Encode writes the state. The same state always gives the same bytes.
func (st *State) Encode() abi.Raw {
	w := wire.Writer{B: make([]byte, 0, st.size())}
	w.Open('{')
	w.OptString("step", st.Step)
	w.OptStrings("passed", st.Passed)
	w.OptBool("reviewed", st.Reviewed)
	w.OptLists("answers", st.Answers)
	if len(st.Files) > 0 {
		w.Key("files")
		w.Open('{')
		for _, field := range wire.SortedKeys(st.Files) {
			w.Key(field)
			view.WriteFiles(&w, st.Files[field])
		}
		w.Close('}')
	}
	if len(st.Kept) > 0 {
		w.Key("kept")
		w.Open('{')
		for _, name := range wire.SortedKeys(st.Kept) {
			w.Key(name)
			w.Raw(st.Kept[name])
		}
		w.Close('}')
	}
	w.OptString("status", st.Status)
	w.OptString("wake_at", st.WakeAt)
	w.OptString("returned", st.Returned)
	w.OptBool("done", st.Done)
	w.OptString("outcome", st.Outcome)
	w.OptBool("editing", st.Editing)
	w.Close('}')
	return w.B
}

// size is about as long as the state is when it is written.
func (st *State) size() int {
	n := 128 + len(st.Status) + len(st.Returned) + len(st.Outcome)
	for _, step := range st.Passed {
		n += len(step) + 3
	}
	for field, values := range st.Answers {
		n += len(field) + 6
		for _, v := range values {
			n += len(v) + len(v)/16 + 3 // some letters are escaped
		}
	}
	for field, files := range st.Files {
		n += len(field) + 6 + 160*len(files)
	}
	for name, raw := range st.Kept {
		n += len(name) + len(raw) + 4
	}
	return n
}

// Old is a state that an earlier version of the plugin made, to be brought
// into the form of the version after From.
type Old struct {
	From int
	*State
}

// Rename gives a field, its files or a variable a new name.
func (o *Old) Rename(from, to string) {
	if v, ok := o.Answers[from]; ok {
		o.Answers[to] = v
		delete(o.Answers, from)
	}
	if v, ok := o.Files[from]; ok {
		o.Files[to] = v
		delete(o.Files, from)
	}
	if v, ok := o.Kept[from]; ok {
		o.Kept[to] = v
		delete(o.Kept, from)
	}
}

// RenameStep gives a step a new name.
func (o *Old) RenameStep(from, to string) {
	if o.Step == from {
		o.Step = to
	}
	for i, step := range o.Passed {
		if step == from {
			o.Passed[i] = to
		}
	}
}

// Forget drops a field, its files or a variable.
func (o *Old) Forget(name string) {
	delete(o.Answers, name)
	delete(o.Files, name)
	delete(o.Kept, name)
}

// Text is a variable that was kept as text; "" when there is none.
func (o *Old) Text(name string) string {
	d := wire.NewDecoder(o.Kept[name])
	text := d.String()
	if d.End() != nil {
		return ""
	}
	return text
}

// SetText sets a variable to a text.
func (o *Old) SetText(name, text string) {
	if o.Kept == nil {
		o.Kept = map[string]abi.Raw{}
	}
	var w wire.Writer
	w.String(text)
	o.Kept[name] = w.B
}

// Migrate answers OpMigrate: it calls migrate for each version from the one
// that made the state up to the one before version, which is the present one.
func Migrate(r *abi.Request, version int, migrate func(*Old)) (*abi.Response, error) {
	if migrate == nil || r.StateVersion >= version {
		return nil, errors.New("cannot read states of version " + strconv.Itoa(r.StateVersion))
	}
	st, err := Decode(r.State)
	if err != nil {
		return nil, errors.New("cannot read the old state: " + err.Error())
	}
	for from := r.StateVersion; from < version; from++ {
		migrate(&Old{From: from, State: st})
	}
	return &abi.Response{State: st.Encode()}, nil
}
