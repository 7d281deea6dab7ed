package tasks

import (
	"errors"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

// call is one event on its way through a task.
type call[S any] struct {
	task *Task[S]
	c    *Ctx
	s    *S
	st   *state.State
	ev   *abi.Event

	sheet  forms.Sheet
	errors []abi.FieldError
}

// Handle is the function a plugin is: everything the task does follows from the
// request.
func (t Task[S]) Handle(r *abi.Request) (*abi.Response, error) {
	if len(t.Steps) == 0 {
		return nil, errors.New("the task " + strconv.Quote(t.ID) + " has no steps")
	}
	if r.Op == abi.OpMigrate {
		return state.Migrate(r, t.StateVersion, t.Migrate)
	}
	ev := host.Event(r)
	if r.Op != abi.OpEvent || ev == nil {
		return nil, errors.New("the task does not know the operation " + strconv.Quote(r.Op))
	}
	st, err := state.Decode(r.State)
	if err != nil {
		return nil, errors.New("cannot read the state: " + err.Error())
	}
	x := &call[S]{task: &t, c: new(Ctx), s: new(S), st: st, ev: ev}
	host.Begin(&x.c.Ctx, r)
	if err := state.Read(st.Kept, t.Keep, x.s); err != nil {
		return nil, errors.New("cannot read what was kept: " + err.Error())
	}
	if err := x.happen(); err != nil {
		return nil, err
	}
	return x.answer()
}

// happen lets the event change the state.
func (x *call[S]) happen() error {
	if x.st.Step == "" {
		x.st.Step = x.task.Steps[0].ID
		if x.task.Start != nil {
			x.task.Start(x.c, x.s)
		}
		if err := x.move(""); err != nil {
			return err
		}
	}
	step := x.step()
	if step == nil { // this version of the plugin has no such step
		x.st.Step = x.task.Steps[0].ID
		return nil
	}
	if x.st.Done && x.ev.Type != abi.EventReturn {
		return nil
	}
	switch x.ev.Type {
	case abi.EventSubmit:
		return x.submit(step)
	case abi.EventPress, abi.EventChange, abi.EventBack, abi.EventGoto:
		return x.press(step)
	case abi.EventTimer:
		x.st.WakeAt, x.st.Status = "", ""
		timer := step.Timer
		if timer == nil {
			timer = x.task.Timer
		}
		if timer == nil {
			return nil
		}
		x.open(step, nil)
		timer(x.c, x.s)
		return x.move(x.st.Step)
	case abi.EventReturn:
		x.st.Done, x.st.Outcome, x.st.Returned = false, "", x.ev.Text
		if x.task.Returned != nil {
			x.task.Returned(x.c, x.s, x.ev.Text)
		}
		return x.move(x.st.Step)
	}
	return nil
}

// step is the one where the task stands.
func (x *call[S]) step() *Step[S] {
	i := slices.IndexFunc(x.task.Steps, func(s Step[S]) bool { return s.ID == x.st.Step })
	if i < 0 {
		return nil
	}
	return &x.task.Steps[i]
}

// open makes the page of a step and reads what was typed.
func (x *call[S]) open(step *Step[S], typed *abi.Event) {
	host.Drawing(x.c, func() {
		x.sheet = forms.Open(x.st, func() (p forms.Page) {
			if step.View != nil {
				p = step.View(x.c, x.s)
			}
			return p
		}, typed)
	})
	host.TakeErrors(x.c)
}

// submit takes an outcome.
func (x *call[S]) submit(step *Step[S]) error {
	x.open(step, x.ev)
	outcome := x.outcome(step)
	if outcome == nil {
		return nil // a button that is no more, or a page without any
	}
	return x.take(step, outcome)
}

// take takes an outcome whose page was read.
func (x *call[S]) take(step *Step[S], outcome *Outcome[S]) error {
	if !outcome.Unchecked {
		host.Drawing(x.c, func() {
			x.sheet.Check(&x.c.Ctx)
			for _, check := range []func(*Ctx, *S){step.Check, outcome.Check} {
				if check != nil {
					check(x.c, x.s)
				}
			}
		})
		if x.errors = x.sheet.InOrder(host.TakeErrors(x.c)); len(x.errors) > 0 {
			return nil
		}
	}
	if outcome.Then != nil {
		outcome.Then(x.c, x.s)
		if errs := host.TakeErrors(x.c); len(errs) > 0 && !host.Waits(x.c) {
			return errors.New("the outcome " + strconv.Quote(outcome.ID) + " refuses in Then, which is too late: use Check")
		}
	}
	if outcome.Done != "" && !x.c.done && x.c.next == "" && !x.c.stays {
		x.c.Done(outcome.Done)
	}
	next := outcome.Goto
	if next == "" {
		next = x.following(step)
	}
	if next == "" && !x.c.done && x.c.next == "" && !x.c.stays && !host.Waits(x.c) {
		return errors.New("the outcome " + strconv.Quote(outcome.ID) + " of the last step leads nowhere")
	}
	x.st.Returned = ""
	return x.move(next)
}

// outcome is the one whose button was pressed; the main button has no name.
func (x *call[S]) outcome(step *Step[S]) *Outcome[S] {
	main := true
	for i := range step.Outcomes {
		o := &step.Outcomes[i]
		if o.If != nil && !o.If(x.c, x.s) {
			continue
		}
		if x.ev.Action == o.ID || x.ev.Action == "" && main {
			return o
		}
		main = false
	}
	return nil
}

// following is the step after a step in the list; "" after the last.
func (x *call[S]) following(step *Step[S]) string {
	for i := range x.task.Steps[:len(x.task.Steps)-1] {
		if x.task.Steps[i].ID == step.ID {
			return x.task.Steps[i+1].ID
		}
	}
	return ""
}

// press takes what was typed so far, and what a button within the page does.
func (x *call[S]) press(step *Step[S]) error {
	x.open(step, x.ev)
	if x.ev.Type == abi.EventPress {
		if o := x.outcome(step); o != nil && o.Unchecked {
			sent := *x.ev
			sent.Type = abi.EventSubmit // the page as it is, with what was emptied
			x.open(step, &sent)
			return x.take(step, o)
		}
	}
	switch {
	case x.ev.Type == abi.EventPress && step.Press != nil:
		x.sheet.Change(func() { step.Press(x.c, x.s, forms.PressOf(x.ev)) })
		host.TakeErrors(x.c)
		return x.move(x.st.Step)
	case x.ev.Type == abi.EventBack && step.Back != "":
		x.st.Step = step.Back
	case x.ev.Type == abi.EventGoto && x.ev.Action == step.Back && step.Back != "":
		x.st.Step = step.Back
	}
	return nil
}

// move does what the author said with Goto, Done, Stay, Wait and Status, and
// goes to next if they said nothing; next is "" to stay.
func (x *call[S]) move(next string) error {
	c := x.c
	from := x.st.Step
	switch {
	case c.done:
		x.st.Done, x.st.Outcome = true, c.said
		x.st.Answers, x.st.Files = nil, nil // the variables have what counts
	case c.next != "":
		next = c.next
	case c.stays:
		next = ""
	}
	goes := next != "" && !x.st.Done && (next != from || c.next != "" || x.ev.Type == abi.EventSubmit)
	if goes {
		if !slices.ContainsFunc(x.task.Steps, func(s Step[S]) bool { return s.ID == next }) {
			return errors.New("there is no step " + strconv.Quote(next))
		}
		x.sheet.Forget()
		x.st.Step = next
	}
	if goes || x.st.Done {
		x.st.Status, x.st.WakeAt = "", ""
	}
	if c.status != nil {
		x.st.Status = *c.status
	}
	if c.wake != nil {
		x.st.WakeAt = *c.wake
	}
	c.next, c.done, c.stays, c.status, c.wake = "", false, false, nil, nil
	return nil
}

// answer draws where the task stands.
func (x *call[S]) answer() (*abi.Response, error) {
	x.st.Kept = state.Write(x.task.Keep, x.s)
	if len(x.errors) == 0 && !host.Waits(x.c) && x.ev.Type != abi.EventChange && x.ev.Type != abi.EventPress {
		if err := state.Complete(x.task.Keep, x.s); err != nil {
			return nil, err
		}
	}
	r := &abi.Response{
		State: x.st.Encode(), Errors: x.errors, Done: x.st.Done, Outcome: x.st.Outcome, Status: x.st.Status, WakeAt: x.st.WakeAt,
	}
	step := x.step()
	if r.Status == "" && step != nil && !x.st.Done {
		r.Status = step.Status
	}
	switch {
	case x.st.Done && x.task.Done != nil:
		r.View = forms.DrawPage(x.titled(x.task.Done(x.c, x.s)))
	case x.st.Done:
		r.View = forms.DrawPage(x.titled(forms.Page{Body: forms.Body{forms.Success(x.st.Outcome, "")}}))
	case !x.c.Mine() && x.task.Watch != nil:
		r.View = forms.DrawPage(x.titled(x.task.Watch(x.c, x.s)))
	default:
		r.View = x.draw(step)
	}
	r, err := host.Finish(x.c, r)
	if err == nil && (x.ev.Type == abi.EventView || x.ev.Type == abi.EventGoto) {
		r.Done, r.Effects = false, nil // to look ends nothing, and begins nothing
	}
	return r, err
}

func (x *call[S]) titled(p forms.Page) forms.Page {
	if p.Title == "" {
		p.Title = x.title()
	}
	return p
}

func (x *call[S]) title() string {
	switch {
	case x.task.Title != "":
		return x.task.Title
	case x.c.Task != nil && x.c.Task.Title != "":
		return x.c.Task.Title
	}
	return x.task.ID
}

// draw draws the page of a step: a form for who can send it, else a page.
func (x *call[S]) draw(step *Step[S]) *view.Node {
	x.open(step, nil)
	title := x.sheet.Page.Title
	if title == "" {
		title = x.title()
	}
	items := x.why()
	if !x.c.Mine() {
		return &view.Node{Type: view.Page, ID: step.ID, Label: title, Items: append(items, x.sheet.DrawRead()...)}
	}
	buttons := x.buttons(step)
	if len(buttons) == 0 && !x.sheet.HasFields() {
		return &view.Node{Type: view.Page, ID: step.ID, Label: title, Items: append(items, x.sheet.Draw(nil)...)}
	}
	root := &view.Node{Type: view.Form, ID: step.ID, Label: title, Back: step.Back, Button: "Save"}
	switch {
	case x.sheet.Page.Title == "" && len(items) == 0 && x.sheet.HeadedByField():
		root.Label, root.Caption = "", title // the question is the heading
	case title != x.title():
		root.Caption = x.title()
	}
	root.Items = append(items, x.sheet.Draw(x.errors)...)
	if len(buttons) > 0 {
		root.Button = buttons[0].Label
		root.Items = append(root.Items, buttons[1:]...)
	}
	return root
}

// why says above the page why the task came back.
func (x *call[S]) why() []view.Node {
	if x.st.Returned == "" {
		return nil
	}
	return []view.Node{{Type: view.Notice, Kind: view.KindWarn, Label: "This came back to be corrected", Text: x.st.Returned}}
}

func (x *call[S]) buttons(step *Step[S]) []view.Node {
	var buttons []view.Node
	for i := range step.Outcomes {
		o := &step.Outcomes[i]
		if o.If != nil && !o.If(x.c, x.s) {
			continue
		}
		kind := o.Kind
		if kind == "" {
			kind = view.KindSecondary
		}
		buttons = append(buttons, view.Node{Type: view.Button, ID: o.ID, Label: o.Label, Kind: kind, Confirm: o.Confirm, Checks: !o.Unchecked})
	}
	return buttons
}
