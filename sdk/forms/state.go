package forms

import (
	"slices"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

// state is what lives between two calls: what was typed and where we are.
// Whatever else a form knows follows from it.
type state struct {
	step     string              // the one shown
	passed   []string            // steps submitted without a mistake, in that order
	reviewed bool                // the review page was reached: a step changed later leads back to it
	answers  map[string][]string // by field; absent: never asked
	files    map[string][]File   // by file field
}

func decodeState(raw abi.Raw) (*state, error) {
	st := &state{answers: map[string][]string{}, files: map[string][]File{}}
	if len(raw) == 0 {
		return st, nil
	}
	d := wire.NewDecoder(raw)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "step":
			st.step = d.String()
		case "passed":
			st.passed = d.Strings()
		case "reviewed":
			st.reviewed = d.Bool()
		case "answers":
			if answers := d.Lists(); answers != nil {
				st.answers = answers
			}
		case "files":
			for more := d.Object(); more; more = d.Next() {
				field := d.Name()
				st.files[field] = view.ReadFiles(d)
			}
		default:
			d.Skip()
		}
	}
	return st, d.End()
}

func (st *state) encode() abi.Raw {
	var w wire.Writer
	w.Open('{')
	w.OptString("step", st.step)
	w.OptStrings("passed", st.passed)
	w.OptBool("reviewed", st.reviewed)
	w.OptLists("answers", st.answers)
	if len(st.files) > 0 {
		w.Key("files")
		w.Open('{')
		for _, field := range wire.SortedKeys(st.files) {
			w.Key(field)
			view.WriteFiles(&w, st.files[field])
		}
		w.Close('}')
	}
	w.Close('}')
	return w.B
}

// pass notes that a step was submitted without a mistake.
func (st *state) pass(step string) {
	if !slices.Contains(st.passed, step) {
		st.passed = append(st.passed, step)
	}
}

// record takes what was typed into the fields of a page. Where all is true,
// the page was submitted: a field that did not come back is empty.
func (st *state) record(page []built, ev *abi.Event, all bool) {
	each(page, func(*Field, string) bool { return true }, func(f *Field) {
		id := f.id
		if f.kind == view.KindFile {
			if files, given := ev.Files[id]; given {
				st.files[id] = files
			} else if all && st.files[id] == nil {
				st.files[id] = []File{}
			}
			return
		}
		if values, given := ev.Fields[id]; given {
			st.answers[id] = values
		} else if all {
			st.answers[id] = []string{}
		}
	})
}

// answer is what was given for a field, or what it begins with.
func (st *state) answer(f *Field) answer {
	if f.kind == view.KindFile {
		return answer{files: st.files[f.id]}
	}
	if values, given := st.answers[f.id]; given {
		return answer{values: values}
	}
	return answer{values: f.initial()}
}

// asked visits the fields that count: those under an option only if it is chosen.
func (st *state) asked(page []built, visit func(*Field)) {
	each(page, func(f *Field, option string) bool { return f.chosen(st.answer(f), option) }, visit)
}

// bind puts the answers into the variables of the fields that count.
func (st *state) bind(page []built) {
	st.asked(page, func(f *Field) { f.read(st.answer(f)) })
}

// forget drops every answer that does not count in the end: a name typed
// before somebody chose to stay anonymous must not stay in the state.
func (st *state) forget(pages [][]built) {
	answers, files := map[string][]string{}, map[string][]File{}
	for _, page := range pages {
		st.asked(page, func(f *Field) {
			id := f.id
			if values, given := st.answers[id]; given {
				answers[id] = values
			}
			if list, given := st.files[id]; given {
				files[id] = list
			}
		})
	}
	st.answers, st.files = answers, files
}
