package forms

import (
	"errors"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
)

// visit is one step on the way through the form, with the page it shows and
// what is wrong with the answers to it.
type visit[S any] struct {
	Sheet
	step   *Step[S]
	errors []abi.FieldError
	opened bool
	passed bool // submitted, and nothing is wrong with it now
}

// Handle is the function a plugin is: everything the form does follows from
// the request.
func (f Form[S]) Handle(r *abi.Request) (*abi.Response, error) {
	if len(f.Steps) == 0 || f.Submit == nil {
		return nil, errors.New("the form " + strconv.Quote(f.ID) + " has no steps or no Submit")
	}
	if r.Op == abi.OpMigrate {
		return state.Migrate(r, f.StateVersion, f.Migrate)
	}
	ev := host.Event(r)
	if r.Op != abi.OpEvent || ev == nil {
		return nil, errors.New("the form does not know the operation " + strconv.Quote(r.Op))
	}
	st, err := state.Decode(r.State)
	if err != nil {
		return nil, errors.New("cannot read the state: " + err.Error())
	}
	if st.Step == "" {
		st.Step = f.Steps[0].ID
	}
	c := new(Ctx)
	host.Begin(c, r)
	s := new(S)
	if f.Init != nil {
		f.Init(c, s)
	}
	if err := state.Read(st.Kept, f.Keep, s); err != nil {
		return nil, errors.New("cannot read what was kept: " + err.Error())
	}
	path, err := f.walk(c, s, st, ev)
	if err != nil {
		return nil, err
	}
	at, shown, done := f.move(st, path, ev)
	if done {
		return host.Finish(c, f.finish(c, s, st, path))
	}
	if !path[at].opened {
		path[at].open(c, s, st, nil)
	}
	st.Step = path[at].step.ID
	st.Reviewed = st.Reviewed || path[at].step.Review
	st.Kept = state.Write(f.Keep, s)
	return host.Finish(c, &abi.Response{State: st.Encode(), View: f.draw(path, at, shown), Errors: shown})
}

// walk goes through the form from its first step as Next leads, lets each step
// read and check its answers, and takes what was typed into the step shown.
// Steps beyond that which were never submitted are only counted: their answers
// do not count yet.
func (f Form[S]) walk(c *Ctx, s *S, st *state.State, ev *abi.Event) ([]visit[S], error) {
	path := make([]visit[S], 0, len(f.Steps))
	beyond := false
	for i := 0; ; {
		step := &f.Steps[i]
		path = append(path, visit[S]{step: step})
		v := &path[len(path)-1]
		submitted := slices.Contains(st.Passed, step.ID)
		if !beyond || submitted {
			typed := ev
			if step.ID != st.Step || ev.Type == abi.EventStart || ev.Type == abi.EventView {
				typed = nil
			}
			v.open(c, s, st, typed)
			v.passed = submitted && len(v.errors) == 0
		}
		beyond = beyond || step.ID == st.Step

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
// variables and checks them.
func (v *visit[S]) open(c *Ctx, s *S, st *state.State, typed *abi.Event) {
	v.opened = true
	draw := func() (p Page) {
		if v.step.View != nil {
			p = v.step.View(c, s)
		}
		return p
	}
	host.Drawing(c, func() {
		v.Sheet = Open(st, draw, typed)
		if v.step.Press != nil && typed != nil && typed.Type == abi.EventPress {
			v.Change(func() { v.step.Press(c, s, PressOf(typed)) })
			v.Sheet = Open(st, draw, nil)
		}
		host.TakeErrors(c)
		v.Check(c)
		if v.step.Check != nil {
			v.step.Check(c, s)
		}
	})
	v.errors = v.InOrder(host.TakeErrors(c))
}

// move decides where an event leads: to a place on the path, with the errors
// to be shown there, or out of the form.
func (f Form[S]) move(st *state.State, path []visit[S], ev *abi.Event) (at int, shown []abi.FieldError, done bool) {
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
	here := place(st.Step)
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
		if id := path[here].step.ID; !slices.Contains(st.Passed, id) {
			st.Passed = append(st.Passed, id)
		}
		path[here].passed = true
		last := len(path) - 1
		switch next := open(); {
		case next > last:
			if here == last {
				return here, nil, true
			}
			if st.Reviewed {
				return last, nil, false
			}
		case here == last:
			return next, path[next].errors, false
		case st.Reviewed:
			return next, nil, false
		}
		return here + 1, nil, false
	}
	return here, nil, false
}

// finish makes the case.
func (f Form[S]) finish(c *Ctx, s *S, st *state.State, path []visit[S]) *abi.Response {
	raise := f.Submit(c, s)
	sheets := make([]*Sheet, len(path))
	for i := range path {
		sheets[i] = &path[i].Sheet
		raise.Answers = append(raise.Answers, path[i].Words(path[i].title())...)
	}
	forget(st, sheets)
	st.Kept = nil // nothing is asked again
	response := &abi.Response{State: st.Encode(), Done: true, Raise: &raise}
	if f.Done != nil {
		response.View = DrawPage(f.Done(c, s))
	}
	return response
}
