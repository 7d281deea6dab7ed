package formpages

import (
	"html/template"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// StepPage is one page of a form.
type StepPage struct {
	Form template.HTML // drawn by viewtree
}

// SendPage is shown when everything is answered and sending it did not work.
type SendPage struct {
	Name   string
	Action string
	Seal   string
}

var (
	stepView = render.View{Template: "formpages/step", Layout: render.Public}
	sendView = render.View{Template: "formpages/send", Layout: render.Public, Title: "Ready to be sent"}
)

// at is a request for one step: whose, of which form, with which draft.
type at struct {
	reader
	t     *core.CaseType
	token string
	draft *forms.Draft
	step  string
}

// arrive finds out where a request stands. done says that it has been answered:
// there is no draft to go on with, or it has been sent.
func (p *Pages) arrive(c *fiber.Ctx) (a at, done bool, err error) {
	if a.reader, err = p.reader(c); err != nil {
		return a, false, err
	}
	a.t, err = p.typeFor(c, a.reader)
	if err == errSignIn && c.Method() == fiber.MethodGet {
		return a, true, p.toSignIn(c, formURL(a.t.Key, c.Params("step")))
	}
	if err != nil && err != errSignIn { // who was signed out meanwhile is asked when all is kept
		return a, false, err
	}
	a.step, a.token = c.Params("step"), p.token(c, a.t.Key)
	if a.draft, err = p.draft(c, a.t.Key); err != nil {
		return a, false, err
	}
	switch {
	case a.draft == nil:
		return a, true, render.Done(c, formURL(a.t.Key), render.Toast{Text: "This form has not been begun in this browser, or more than 30 days ago. Please start here.", Tone: "bad"})
	case !a.draft.RaisedAt.IsZero():
		return a, true, p.toDone(c, a.draft)
	}
	return a, false, nil
}

func (p *Pages) showStep(c *fiber.Ctx) error {
	a, done, err := p.arrive(c)
	if done || err != nil {
		return err
	}
	shown, err := p.Forms.Show(c.UserContext(), a.draft, a.step, a.visit)
	if f := failureOf(err); f != nil {
		return p.trouble(c, a.reader, a.t, a.draft, f)
	}
	switch {
	case err != nil:
		return err
	case shown.Done:
		return p.showSend(c, a)
	case shown.View.ID != a.step:
		return render.Done(c, formURL(a.t.Key, shown.View.ID), render.Toast{})
	}
	return p.draw(c, a, drawing{shown: shown})
}

// drawing is a page of the form, and how it stands in the browser alone.
type drawing struct {
	shown   forms.Shown
	confirm string                      // id of a button whose question is to be asked
	tables  map[string]viewtree.Sorting // those that are sorted here
}

// draw answers with a page of the form: 422 when answers need another look.
func (p *Pages) draw(c *fiber.Ctx, a at, d drawing) error {
	shown := d.shown
	html, err := p.tree.Render(shown.View, viewtree.Page{
		Action:  formURL(a.t.Key, shown.View.ID),
		Hidden:  []viewtree.Hidden{{Name: sealField, Value: seal(a.token)}},
		StepURL: func(step string) string { return formURL(a.t.Key, step) },
		Errors:  shown.Messages, Save: true, Icons: p.Asset("icons.svg"),
		Map:    viewtree.Map{Script: p.Asset("map.js"), Style: p.Asset("map.css")},
		Nearby: func(field string) string { return nearbyURL(a.t, field) },
		Lookup: p.lookup(c, a.t.Key, shown.View.ID), Confirm: d.confirm, Tables: d.tables, Zone: a.visit.Zone,
	})
	if err != nil {
		return err
	}
	v := stepView
	v.Title = title(shown.View)
	if shown.View.Back == "" { // the first page: the form itself leads back from the others
		v.Back = render.Link{Label: "Back", URL: formURL(a.t.Key)}
	}
	if shown.Refused {
		return render.Invalid(c, v, StepPage{Form: html})
	}
	return render.Page(c, v, StepPage{Form: html})
}

// title names a page of a form in the window: the question, then the form.
func title(page *view.Node) string {
	what := page.Label
	if what == "" && len(page.Items) > 0 {
		what = page.Items[0].Label
	}
	if page.Caption != "" && page.Caption != what {
		return what + ": " + page.Caption
	}
	return what
}

// send takes a page of the form.
func (p *Pages) send(c *fiber.Ctx) error {
	a, done, err := p.arrive(c)
	if done || err != nil {
		return err
	}
	sent, uploads, err := sentBy(c)
	if err != nil {
		return err
	}
	if !sealed(sent, a.token) {
		return errUnsealed
	}
	page, err := p.pageSent(c, a)
	if f := failureOf(err); f != nil {
		return p.trouble(c, a.reader, a.t, a.draft, f)
	}
	if err != nil {
		return err
	}
	do := pressed(page, sent)
	refused, err := p.takeFiles(c.UserContext(), a, do, uploads)
	if f := failureOf(err); f != nil {
		return p.trouble(c, a.reader, a.t, a.draft, f)
	}
	if err != nil {
		return err
	}
	var shown forms.Shown
	a.draft, shown, err = p.Forms.Turn(c.UserContext(), a.token, a.t.Key, a.step, a.visit, p.said(a, do, sent, len(refused) > 0))
	if f := failureOf(err); f != nil {
		return p.trouble(c, a.reader, a.t, a.draft, f)
	}
	if err != nil {
		return err
	}
	return p.after(c, a, do, shown, refused)
}

// pageSent is the page that was sent, as it was shown; nil when the form does
// not have it any more.
func (p *Pages) pageSent(c *fiber.Ctx, a at) (*view.Node, error) {
	switch {
	case a.draft.IsDone():
		return nil, nil
	case a.draft.View.ID == a.step:
		return a.draft.View, nil
	}
	shown, err := p.Forms.Show(c.UserContext(), a.draft, a.step, a.visit) // the reader went back to it
	if err != nil || shown.View == nil || shown.View.ID != a.step {
		return nil, err
	}
	return shown.View, nil
}

// pressed is what was done on a page.
func pressed(page *view.Node, sent url.Values) viewtree.Action {
	switch {
	case sent.Get(viewtree.ActionName) == actionAttach:
		return viewtree.Action{Kind: actionAttach}
	case page == nil:
		return viewtree.ReadAction(sent)
	}
	return viewtree.Pressed(page, sent)
}

// said makes the event of a form from what was pressed. What only keeps what was
// typed shows the page again.
func (p *Pages) said(a at, do viewtree.Action, sent url.Values, refused bool) forms.Sent {
	out := forms.Sent{
		Kind: forms.Goto, Target: a.step, Ready: p.ready,
		Answers: func(page *view.Node) view.Answers { return viewtree.Read(page, sent) },
	}
	switch {
	case do.Kind == viewtree.ActionBack:
		out.Kind, out.Target = forms.Back, ""
	case refused || do.Unconfirmed:
	case do.Kind == viewtree.ActionSubmit:
		out.Kind, out.Target = forms.Submit, ""
	case do.Kind == viewtree.ActionPress && do.Checks:
		out.Kind, out.Target = forms.Submit, do.ID
	case do.Kind == viewtree.ActionPress:
		out.Kind, out.Target = forms.Press, do.ID
	case do.Kind == viewtree.ActionTable && do.Driven:
		out.Kind, out.Target, out.Beside = forms.Press, do.ID, do.Sorting.Fields()
	case do.Kind == viewtree.ActionChange:
		out.Kind, out.Target = forms.Change, do.ID
	}
	return out
}

// ready refuses a form that was filled in faster than a person can.
func (p *Pages) ready(d *forms.Draft) string {
	if intake.TooQuick(d.CreatedAt, p.Clock.Now()) {
		return "That was very quick. To show us that you are a person, please press the button once more"
	}
	return ""
}

// after answers what was sent.
func (p *Pages) after(c *fiber.Ctx, a at, do viewtree.Action, shown forms.Shown, refused map[string][]string) error {
	switch {
	case shown.Done && do.Kind != viewtree.ActionSubmit && !do.Checks:
		return p.showSend(c, a) // from a window that does not know yet
	case shown.Done:
		return p.finish(c, a)
	case len(refused) > 0 && shown.View.ID == a.step:
		markFiles(shown.View, refused)
		shown.Refused = true
		return p.draw(c, a, drawing{shown: shown})
	case shown.Refused, do.Kind == viewtree.ActionChange && shown.View.ID == a.step:
		return p.draw(c, a, drawing{shown: shown})
	case do.Unconfirmed && shown.View.ID == a.step:
		return p.draw(c, a, drawing{shown: shown, confirm: do.ID})
	case do.Kind == viewtree.ActionTable && !do.Driven && shown.View.ID == a.step:
		return p.draw(c, a, drawing{shown: shown, tables: map[string]viewtree.Sorting{do.ID: do.Sorting}})
	case do.Kind == viewtree.ActionSave:
		return render.Done(c, formURL(a.t.Key, "saved", shown.View.ID), render.Toast{})
	case do.Kind == viewtree.ActionRemove:
		return render.Done(c, formURL(a.t.Key, shown.View.ID)+"#f-"+url.PathEscape(do.Field), render.Toast{})
	}
	return render.Done(c, formURL(a.t.Key, shown.View.ID), render.Toast{})
}

// finish raises the case and leads to the confirmation.
func (p *Pages) finish(c *fiber.Ctx, a at) error {
	if !a.t.Groups.RaisableBy(a.actor) && needsSignIn(a.t) {
		return p.toSignIn(c, formURL(a.t.Key, "send"))
	}
	receipt, err := p.Intake.Submit(c.UserContext(), a.actor, a.draft)
	if err != nil {
		return err
	}
	return render.Done(c, formURL(a.t.Key, "done", string(receipt.Ref)), render.Toast{})
}

// showSend offers to send what is complete: sending it was interrupted.
func (p *Pages) showSend(c *fiber.Ctx, a at) error {
	return render.Page(c, sendView, SendPage{Name: a.t.Name.In(a.visit.Language), Action: formURL(a.t.Key, "send"), Seal: seal(a.token)})
}

// sentBy reads the fields and the files of a page.
func sentBy(c *fiber.Ctx) (url.Values, uploads, error) {
	if !isMultipart(c) {
		sent, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return nil, nil, core.Invalid("What was sent could not be read. Go back, reload the page and send it again.")
		}
		return sent, nil, nil
	}
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil, core.Invalid("What was sent could not be read. Go back, reload the page and send it again.")
	}
	return form.Value, form.File, nil
}
