package details

import (
	"errors"
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/view"
)

// The button that opens the form, and the name of the form. Buttons of an
// author are named otherwise.
const (
	openButton = "details.edit"
	formID     = "edit"
	pageID     = "view"
)

// call is one event on its way through a section.
type call[S any] struct {
	d      *Details[S]
	c      *Ctx
	s      *S
	st     *state.State
	fields *Fields

	sheet  forms.Sheet
	errors []abi.FieldError
}

// Handle is the function a plugin is: everything the section does follows from
// the request.
func (d Details[S]) Handle(r *abi.Request) (*abi.Response, error) {
	if d.View == nil && d.Edit == nil {
		return nil, errors.New("the section " + strconv.Quote(d.ID) + " has neither View nor Edit")
	}
	if r.Op == abi.OpMigrate {
		return state.Migrate(r, d.StateVersion, d.Migrate)
	}
	ev := host.Event(r)
	if r.Op != abi.OpEvent || ev == nil {
		return nil, errors.New("the section does not know the operation " + strconv.Quote(r.Op))
	}
	st, err := state.Decode(r.State)
	if err != nil {
		return nil, errors.New("cannot read the state: " + err.Error())
	}
	x := &call[S]{d: &d, c: new(Ctx), s: new(S), st: st}
	host.Begin(&x.c.Ctx, r)
	if err := state.Read(st.Kept, d.Keep, x.s); err != nil {
		return nil, errors.New("cannot read what was kept: " + err.Error())
	}
	x.fields = &Fields{c: x.c, before: map[string]string{}}
	if d.Fields != nil {
		d.Fields(x.fields, x.s)
	}
	x.happen(ev)
	x.st.Kept = state.Write(d.Keep, x.s)
	response := &abi.Response{View: x.draw(), Errors: x.errors}
	if !x.editing() {
		x.st.Answers, x.st.Files = nil, nil
	}
	response.State = x.st.Encode()
	return host.Finish(x.c, response)
}

// editable reports whether there is a form for whoever looks.
func (x *call[S]) editable() bool { return x.d.Edit != nil && x.c.Editable }

// editing reports whether the form is shown.
func (x *call[S]) editing() bool { return x.editable() && (x.st.Editing || x.d.View == nil) }

// happen lets the event change the state.
func (x *call[S]) happen(ev *abi.Event) {
	switch ev.Type {
	case abi.EventSubmit:
		if x.editing() {
			x.save(ev)
		}
	case abi.EventPress:
		if ev.Action == openButton {
			x.st.Editing = x.editable()
			return
		}
		x.open(ev)
		if x.d.Press != nil {
			x.sheet.Change(func() { x.d.Press(x.c, x.s, forms.PressOf(ev)) })
			host.TakeErrors(x.c)
			x.st.Editing = (x.st.Editing || x.c.opens) && !x.c.closes
		}
	case abi.EventChange:
		x.open(ev)
	case abi.EventBack, abi.EventGoto: // the link that leads away from the form
		x.st.Editing = false
		x.st.Answers, x.st.Files = map[string][]string{}, map[string][]view.File{}
	}
}

// open makes the page that is shown, and reads what was typed.
func (x *call[S]) open(typed *abi.Event) {
	draw := x.d.View
	if x.editing() || draw == nil {
		draw = x.d.Edit
	}
	host.Drawing(x.c, func() {
		x.sheet = forms.Open(x.st, func() forms.Page { return draw(x.c, x.s) }, typed)
	})
	host.TakeErrors(x.c)
}

// save takes the form, if nothing is wrong with it.
func (x *call[S]) save(ev *abi.Event) {
	x.open(ev)
	host.Drawing(x.c, func() {
		x.sheet.Check(&x.c.Ctx)
		if x.d.Check != nil {
			x.d.Check(x.c, x.s)
		}
	})
	if x.errors = x.sheet.InOrder(host.TakeErrors(x.c)); len(x.errors) > 0 {
		return
	}
	if x.d.Fields != nil {
		x.fields.saving = true
		x.d.Fields(x.fields, x.s)
	}
	if x.d.Save != nil {
		x.d.Save(x.c, x.s)
		if x.errors = x.sheet.InOrder(host.TakeErrors(x.c)); len(x.errors) > 0 {
			return
		}
	}
	x.st.Editing = false
	x.sheet.Forget()
}

func (x *call[S]) draw() *view.Node {
	x.open(nil)
	page := &x.sheet.Page
	if !x.editing() {
		n := &view.Node{Type: view.Page, ID: pageID, Label: page.Title}
		if x.d.View == nil {
			n.Items = x.sheet.DrawRead()
			return n
		}
		n.Items = x.sheet.Draw(nil)
		if x.editable() {
			label := x.d.Button
			if label == "" {
				label = "Change"
			}
			n.Items = append(n.Items, view.Node{Type: view.Button, ID: openButton, Label: label, Kind: view.KindSecondary})
		}
		return n
	}
	n := &view.Node{Type: view.Form, ID: formID, Label: page.Title, Button: page.Button, Items: x.sheet.Draw(x.errors)}
	if n.Button == "" {
		n.Button = "Save"
	}
	if x.d.View != nil {
		n.Back = pageID
	}
	return n
}
