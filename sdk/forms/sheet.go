package forms

import (
	"slices"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

// Sheet is one page as it was made for one call: drawn, its answers read into
// their variables. Forms, tasks and details are made with it; an author of a
// plugin has no use for it.
type Sheet struct {
	Page Page
	body []built
	st   *state.State
}

// Open makes a page, takes what was typed into it, and lets its fields fill
// their variables. When one of them holds something else than before, the page
// is made a second time: answers may reveal further fields of the same page.
// Typed is nil when nothing was.
func Open(st *state.State, draw func() Page, typed *abi.Event) Sheet {
	s := Sheet{st: st}
	for again := true; ; again = false {
		s.Page = draw()
		s.body = s.Page.Body.build(nil)
		if typed != nil {
			s.record(typed)
		}
		changed := false
		s.asked(func(f *Field) { changed = f.read(s.answer(f)) || changed })
		if !again || !changed {
			return s
		}
	}
}

// record takes what was typed into the fields of the page. Where it was
// submitted, a field that did not come back is empty; and boxes that did not
// come back with others are unticked: browsers say nothing of them.
func (s *Sheet) record(ev *abi.Event) {
	all, some := ev.Type == abi.EventSubmit, len(ev.Fields) > 0
	each(s.body, func(*Field, string) bool { return true }, func(f *Field) {
		id := f.id
		if f.kind == view.KindFile {
			if files, given := ev.Files[id]; given {
				s.st.Files[id] = files
			} else if all && s.st.Files[id] == nil {
				s.st.Files[id] = []File{}
			}
			return
		}
		if values, given := ev.Fields[id]; given {
			s.st.Answers[id] = values
		} else if all || some && f.kind == view.KindCheckboxes {
			s.st.Answers[id] = []string{}
		}
	})
}

// answer is what was given for a field, or what it begins with.
func (s *Sheet) answer(f *Field) answer {
	if f.kind == view.KindFile {
		if files, given := s.st.Files[f.id]; given || f.files == nil {
			return answer{files: files}
		}
		return answer{files: *f.files}
	}
	if values, given := s.st.Answers[f.id]; given {
		return answer{values: values}
	}
	return answer{values: f.initial()}
}

// asked visits the fields that count: those under an option only if it is chosen.
func (s *Sheet) asked(visit func(*Field)) {
	each(s.body, func(f *Field, option string) bool { return slices.Contains(s.answer(f).values, option) }, visit)
}

// Change lets do change variables that fields are bound to, and makes the
// change an answer as if it had been typed.
func (s *Sheet) Change(do func()) {
	before := map[string][]string{}
	s.asked(func(f *Field) { before[f.id] = f.initial() })
	do()
	s.asked(func(f *Field) {
		if f.kind == view.KindFile {
			s.st.Files[f.id] = *f.files
		} else if now := f.initial(); !slices.Equal(now, before[f.id]) {
			s.st.Answers[f.id] = now
		}
	})
}

// Check adds to the errors of c what is wrong with the answers.
func (s *Sheet) Check(c *host.Ctx) {
	s.asked(func(f *Field) {
		if message := f.check(s.answer(f)); message != "" {
			c.Error(f.id, message)
		}
	})
}

// InOrder puts messages into the order of their fields on the page, those that
// belong to none first: so they are read.
func (s *Sheet) InOrder(errs []abi.FieldError) []abi.FieldError {
	if len(errs) < 2 {
		return errs
	}
	place, n := map[string]int{}, 0
	s.asked(func(f *Field) { n++; place[f.id] = n })
	slices.SortStableFunc(errs, func(a, b abi.FieldError) int { return place[a.Field] - place[b.Field] })
	return errs
}

// HasFields reports whether anything is asked on the page.
func (s *Sheet) HasFields() (has bool) {
	s.asked(func(*Field) { has = true })
	return has
}

// HasButtons reports whether there is a button that checks answers: it belongs
// in a form.
func (s *Sheet) HasButtons() bool { return hasChecks(s.body) }

func hasChecks(list []built) bool {
	for i := range list {
		if n := list[i].node; n != nil && n.Checks || hasChecks(list[i].kids) {
			return true
		}
	}
	return false
}

// Forget drops the answers of the page from the state: its variables have them.
func (s *Sheet) Forget() {
	each(s.body, func(*Field, string) bool { return true }, func(f *Field) {
		delete(s.st.Answers, f.id)
		delete(s.st.Files, f.id)
	})
}

// Draw makes the nodes of the page, with messages beside the fields they are about.
func (s *Sheet) Draw(errs []abi.FieldError) []view.Node { return s.draw(s.body, errs) }

// DrawRead makes the nodes of the page for somebody who may only look: answers
// as words, and no buttons.
func (s *Sheet) DrawRead() []view.Node { return s.drawRead(s.body) }

// Words lists what was answered, to be read by people later, under the heading
// of a section.
func (s *Sheet) Words(section string) []abi.Answer {
	var answers []abi.Answer
	s.asked(func(f *Field) {
		if text := f.words(); text != "" {
			answers = append(answers, abi.Answer{Section: section, Label: f.title(), Text: text})
		}
	})
	return answers
}

// forget drops every answer that does not count in the end: a name typed before
// somebody chose to stay anonymous must not stay in the state.
func forget(st *state.State, sheets []*Sheet) {
	answers, files := map[string][]string{}, map[string][]File{}
	for _, s := range sheets {
		s.asked(func(f *Field) {
			id := f.id
			if values, given := st.Answers[id]; given {
				answers[id] = values
			}
			if list, given := st.Files[id]; given {
				files[id] = list
			}
		})
	}
	st.Answers, st.Files = answers, files
}

// HeadedByField reports whether the page begins with a question, which can be
// its heading.
func (s *Sheet) HeadedByField() bool { return len(s.body) > 0 && s.body[0].field != nil }
