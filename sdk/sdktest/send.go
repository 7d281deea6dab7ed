package sdktest

import (
	"bytes"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// Send sends any event with the state as it is, answers what is asked, and
// checks the response as the host does.
func (r *Run) Send(ev *abi.Event) *Run {
	r.t.Helper()
	r.Asked = nil
	sent := *ev
	for round := 0; ; round++ {
		response := r.call(&sent)
		if len(response.Asks) == 0 {
			r.accept(ev, response)
			return r
		}
		if round == abi.MaxAskRounds {
			r.t.Fatalf("it asks for the %dth time; the host answers %d times: %v", round+1, abi.MaxAskRounds, names(response.Asks))
		}
		r.answer(ev, &sent, response.Asks)
	}
}

// call makes one call, and believes nothing of the response.
func (r *Run) call(ev *abi.Event) *abi.Response {
	r.t.Helper()
	request := abi.Request{V: abi.Version, Op: abi.OpEvent, Entry: r.entry, Event: ev, State: r.State, Config: r.Config, Context: r.Context}
	return r.request(&request)
}

func (r *Run) request(request *abi.Request) *abi.Response {
	r.t.Helper()
	in := request.Append(nil)
	out := r.entries.Call(in, nil)
	if again := r.entries.Call(in, nil); !bytes.Equal(out, again) {
		r.t.Fatalf("the same request has two answers: a plugin must be a function of the request\n%s\n%s", out, again)
	}
	response, err := abi.DecodeResponse(out)
	if err != nil {
		r.t.Fatalf("the host would refuse the answer: %v\n%s", err, out)
	}
	if response.Fault != "" {
		r.t.Fatalf("fault: %s", response.Fault)
	}
	return response
}

// accept checks a turn and keeps what the host would keep.
func (r *Run) accept(ev *abi.Event, response *abi.Response) {
	r.t.Helper()
	switch {
	case response.View != nil:
		if err := view.Validate(response.View); err != nil {
			r.t.Fatalf("the host would refuse the view: %v\n%s", err, response.View.Append(nil))
		}
	case !response.Done && r.kind != abi.KindAction:
		r.t.Fatal("neither a view nor an end")
	}
	if len(response.Errors) > 0 && len(response.Effects) > 0 {
		r.t.Fatal("it refuses what was sent, and wants effects all the same")
	}
	r.allowed(response)
	r.Last = response
	if ev.Type == abi.EventView && len(r.State) > 0 {
		if len(response.Effects) > 0 || response.Done {
			r.t.Fatal("it was only looked at, and wants effects, or is done")
		}
		return // to look changes nothing
	}
	r.State, r.done = response.State, response.Done
	r.apply(response.Effects)
}

// Submit presses the main button with answers given as field, value, field,
// value …; a field given twice has two values. Files come from Attach.
func (r *Run) Submit(fieldsAndValues ...string) *Run {
	r.t.Helper()
	return r.submit("", fieldsAndValues)
}

// Choose takes an outcome of a task by the button with its id.
func (r *Run) Choose(outcome string, fieldsAndValues ...string) *Run {
	r.t.Helper()
	if b := r.button(outcome); b != nil && !b.Checks {
		return r.Press(outcome, fieldsAndValues...)
	}
	return r.submit(outcome, fieldsAndValues)
}

func (r *Run) submit(button string, fieldsAndValues []string) *Run {
	r.t.Helper()
	last := r.Last.View
	if last == nil || last.Type != view.Form {
		r.t.Fatalf("there is nothing to send at %s", r.where())
	}
	typed := pairs(fieldsAndValues)
	r.Send(&abi.Event{Type: abi.EventSubmit, Action: button, Fields: typed, Files: r.files})
	if len(r.Last.Errors) > 0 {
		return r
	}
	for id, files := range r.files {
		for _, f := range files {
			typed[id] = append(typed[id], f.ID)
		}
	}
	for _, e := range view.Check(last, view.Keep(last, typed)) {
		r.t.Errorf("it took an answer that its own view forbids, and the host would refuse: %s: %s", e.Field, e.Message)
	}
	return r
}

// Press uses a button or a table within the page, with what was typed so far.
// Sorting a table by its second column is Press("table", "sort", "2").
func (r *Run) Press(id string, fieldsAndValues ...string) *Run {
	r.t.Helper()
	if r.button(id) == nil && r.table(id) == nil {
		r.t.Fatalf("no button and no table %q at %s", id, r.where())
	}
	return r.Send(&abi.Event{Type: abi.EventPress, Action: id, Fields: pairs(fieldsAndValues), Files: r.files})
}

// Change tells of a field that draws the page again, with what was typed so far.
func (r *Run) Change(fieldsAndValues ...string) *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventChange, Fields: pairs(fieldsAndValues), Files: r.files})
}

// Back goes to the step before, with what was typed so far.
func (r *Run) Back(fieldsAndValues ...string) *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventBack, Fields: pairs(fieldsAndValues), Files: r.files})
}

// Goto follows a link to a step.
func (r *Run) Goto(step string) *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventGoto, Action: step})
}

// View looks again, which changes nothing. Change Context before to look as
// somebody else.
func (r *Run) View() *Run {
	r.t.Helper()
	return r.Send(&abi.Event{Type: abi.EventView})
}

// Timer lets time pass until the task wants to be woken, and wakes it.
func (r *Run) Timer() *Run {
	r.t.Helper()
	at := r.Last.WakeAt
	if len(at) < len("2026-11-09") {
		r.t.Fatalf("it does not want to be woken: %q", at)
	}
	r.Context.Now, r.Context.Today = at, at[:len("2026-11-09")]
	return r.Send(&abi.Event{Type: abi.EventTimer})
}

// Return sends a task that is done back to be corrected.
func (r *Run) Return(why string) *Run {
	r.t.Helper()
	if !r.done {
		r.t.Fatal("it is not done")
	}
	return r.Send(&abi.Event{Type: abi.EventReturn, Text: why})
}

// Migrate brings a state that version from of the plugin's states made into the
// present form, and looks at it.
func (r *Run) Migrate(state abi.Raw, from int) *Run {
	r.t.Helper()
	response := r.request(&abi.Request{
		V: abi.Version, Op: abi.OpMigrate, Entry: r.entry, State: state, StateVersion: from, Config: r.Config, Context: r.Context,
	})
	if len(response.State) == 0 || len(response.Effects) > 0 {
		r.t.Fatalf("a migration gives a state and nothing else: %s", response.Append(nil))
	}
	r.State = response.State
	return r.View()
}

// Attach gives a file to a field; it is sent with the next event.
func (r *Run) Attach(field string, file view.File) *Run {
	r.files[field] = append(r.files[field], file)
	return r
}

func pairs(list []string) map[string][]string {
	m := map[string][]string{}
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = append(m[list[i]], list[i+1])
	}
	return m
}
