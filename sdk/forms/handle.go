package forms

import (
	"errors"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
)

// visit is one step on the way through the form, with the page it shows and
// what is wrong with the answers to it.
type visit[S any] struct {
	step   *Step[S]
	page   Page
	body   []built
	errors []abi.FieldError
	passed bool // submitted, and nothing is wrong with it now
}

// Handle is the function a plugin is: everything the form does follows from
// the request.
func (f Form[S]) Handle(r *abi.Request) (*abi.Response, error) {
	if len(f.Steps) == 0 || f.Submit == nil {
		return nil, errors.New("the form " + strconv.Quote(f.ID) + " has no steps or no Submit")
	}
	if r.Op != abi.OpEvent || r.Event == nil {
		return nil, errors.New("the form does not know the operation " + strconv.Quote(r.Op))
	}
	st, err := decodeState(r.State)
	if err != nil {
		return nil, errors.New("cannot read the state: " + err.Error())
	}
	if st.step == "" {
		st.step = f.Steps[0].ID
	}
	c := &Ctx{Context: r.Context, config: r.Config}
	s := new(S)
	if f.Init != nil {
		f.Init(c, s)
	}
	path, err := f.walk(c, s, st, r.Event)
	if err != nil {
		return nil, err
	}
	at, shown, done := f.move(st, path, r.Event)
	if done {
		return f.finish(c, s, st, path), nil
	}
	if path[at].body == nil {
		path[at].open(c, s, st, nil)
	}
	st.step = path[at].step.ID
	st.reviewed = st.reviewed || path[at].step.Review
	return &abi.Response{
		State:  st.encode(),
		View:   f.draw(st, path, at, shown),
		Errors: shown,
		Log:    c.log,
	}, nil
}

// walk goes through the form from its first step as Next leads, lets each step
// read and check its answers, and takes what was typed into the step shown.
// Steps beyond that which were never submitted are only counted: their answers
// do not count yet.
func (f Form[S]) walk(c *Ctx, s *S, st *state, ev *abi.Event) ([]visit[S], error) {
	var path []visit[S]
	beyond := false
	for i := 0; ; {
		step := &f.Steps[i]
		v := visit[S]{step: step}
		submitted := slices.Contains(st.passed, step.ID)
		if !beyond || submitted {
			typed := ev
			if step.ID != st.step || ev.Type == abi.EventStart || ev.Type == abi.EventView {
				typed = nil
			}
			v.open(c, s, st, typed)
			v.passed = submitted && len(v.errors) == 0
		}
		beyond = beyond || step.ID == st.step
		path = append(path, v)

		next := i + 1
		if step.Next != nil {
			if name := step.Next(c, s); name != "" {
				next = slices.IndexFunc(f.Steps, func(s Step[S]) bool { return s.ID == name })
			}
		}
		if step.Review || next == len(f.Steps) {
			return path, nil
		}
		if next <= i {
			return nil, errors.New("step " + strconv.Quote(step.ID) + " does not lead forward")
		}
		i = next
	}
}

// open makes the page of a step, takes what was typed into it, lets it fill its
// variables and checks them. The page is made twice: answers may reveal
// further fields of the same page.
func (v *visit[S]) open(c *Ctx, s *S, st *state, typed *abi.Event) {
	for range 2 {
		if v.step.View != nil {
			v.page = v.step.View(c, s)
		}
		v.body = v.page.Body.build(nil)
		if typed != nil {
			st.record(v.body, typed, typed.Type == abi.EventSubmit)
		}
		st.bind(v.body)
	}
	c.errors = nil
	st.asked(v.body, func(field *Field) {
		if message := field.check(st.answer(field)); message != "" {
			c.Error(field.id, message)
		}
	})
	if v.step.Check != nil {
		v.step.Check(c, s)
	}
	v.errors, c.errors = c.errors, nil
}

// move decides where an event leads: to a place on the path, with the errors
// to be shown there, or out of the form.
func (f Form[S]) move(st *state, path []visit[S], ev *abi.Event) (at int, shown []abi.FieldError, done bool) {
	place := func(id string) int {
		return slices.IndexFunc(path, func(v visit[S]) bool { return v.step.ID == id })
	}
	// open is the first step that still needs something.
	open := func() int {
		for i := range path {
			if !path[i].passed {
				return i
			}
		}
		return len(path)
	}
	here := place(st.step)
	if here < 0 {
		return min(open(), len(path)-1), nil, false // an answer took this step out of the way
	}
	switch ev.Type {
	case abi.EventBack:
		return max(here-1, 0), nil, false
	case abi.EventGoto:
		if to := place(ev.Action); to >= 0 && to <= open() {
			return to, nil, false
		}
	case abi.EventSubmit:
		if len(path[here].errors) > 0 {
			return here, path[here].errors, false
		}
		st.pass(path[here].step.ID)
		path[here].passed = true
		last := len(path) - 1
		switch next := open(); {
		case next > last:
			if here == last {
				return here, nil, true
			}
			if st.reviewed {
				return last, nil, false
			}
		case here == last:
			return next, path[next].errors, false
		case st.reviewed:
			return next, nil, false
		}
		return here + 1, nil, false
	}
	return here, nil, false
}

// finish makes the case.
func (f Form[S]) finish(c *Ctx, s *S, st *state, path []visit[S]) *abi.Response {
	raise := f.Submit(c, s)
	raise.Answers = answersInWords(st, path)
	st.forget(bodies(path))
	response := &abi.Response{State: st.encode(), Done: true, Raise: &raise, Effects: c.effects}
	if f.Done != nil {
		response.View = drawPage(f.Done(c, s))
	}
	response.Log = c.log
	return response
}

func bodies[S any](path []visit[S]) [][]built {
	list := make([][]built, len(path))
	for i := range path {
		list[i] = path[i].body
	}
	return list
}
