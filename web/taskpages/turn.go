package taskpages

import (
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// stepField is the hidden field that names the page which was sent.
const stepField = "step"

func stepURL(task, step string) string { return task + "?step=" + url.QueryEscape(step) }

func query(c *fiber.Ctx) url.Values {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return url.Values{}
	}
	return values
}

// sendStep takes one page of the workflow of a task.
func (p *Pages) sendStep(c *fiber.Ctx) error {
	a, err := p.at(c)
	if err != nil {
		return err
	}
	sent, uploaded, err := sentBy(c)
	if err != nil {
		return err
	}
	step := sent.Get(stepField)
	refused, o, err := p.takeFiles(c, a, step, sent, uploaded)
	if failed := failureOf(err); failed != nil && o != nil {
		return p.trouble(c, o, failed)
	}
	if err != nil {
		return err
	}
	var did viewtree.Action
	o, shown, err := p.Tasks.Turn(c.UserContext(), a.by, a.seen, a.no, step, p.visit(), func(page *view.Node) tasks.Sent {
		did = viewtree.Pressed(page, sent)
		if sent.Get(viewtree.ActionName) == actionAttach {
			did = viewtree.Action{Kind: viewtree.ActionKeep}
		}
		return said(page, sent, did, len(refused) > 0)
	})
	if failed := failureOf(err); failed != nil && o != nil {
		return p.trouble(c, o, failed)
	}
	if err != nil {
		return err
	}
	return p.answer(c, a, o, did, shown, refused)
}

// said makes the event of a task from what was pressed.
func said(page *view.Node, sent url.Values, did viewtree.Action, refused bool) tasks.Sent {
	out := tasks.Sent{Answers: viewtree.Read(page, sent)}
	switch {
	case refused || did.Unconfirmed:
	case did.Kind == viewtree.ActionSubmit:
		out.Kind = dialogue.Submit
	case did.Kind == viewtree.ActionPress && did.Checks:
		out.Kind, out.Target = dialogue.Submit, did.ID
	case did.Kind == viewtree.ActionPress:
		out.Kind, out.Target = dialogue.Press, did.ID
	case did.Kind == viewtree.ActionChange:
		out.Kind, out.Target = dialogue.Change, did.ID
	case did.Kind == viewtree.ActionBack:
		out.Kind = dialogue.Back
	case did.Kind == viewtree.ActionTable && did.Driven:
		out.Kind, out.Target, out.Beside = dialogue.Press, did.ID, did.Sorting.Fields()
	}
	return out
}

// answer shows what came of a turn: the page again when it needs another look
// or nothing is settled yet, else the task as it stands now.
func (p *Pages) answer(c *fiber.Ctx, a at, o *tasks.Opened, did viewtree.Action, shown tasks.Shown, refused map[string][]string) error {
	d := drawing{shown: shown}
	if did.Unconfirmed {
		d.confirm = did.ID
	}
	if did.Kind == viewtree.ActionTable && !did.Driven {
		d.tables = map[string]viewtree.Sorting{did.ID: did.Sorting}
	}
	if shown.View != nil && len(refused) > 0 {
		for id, sentences := range refused {
			if f := shown.View.Field(id); f != nil {
				f.Error = strings.Join(sentences, " ")
			}
		}
		d.shown.Refused = true
	}
	switch {
	case shown.Overtaken, d.shown.Refused, did.Unconfirmed, did.Kind == viewtree.ActionKeep && !wantsPage(c),
		did.Kind == viewtree.ActionTable && !did.Driven:
		page, err := p.page(c, o, d)
		if err != nil {
			return err
		}
		switch {
		case shown.Overtaken:
			return render.Stale(c, viewOf(page), page)
		case d.shown.Refused:
			return render.Invalid(c, viewOf(page), page)
		}
		return render.Page(c, viewOf(page), page)
	case shown.Done:
		return render.Done(c, taskURL(o.Ref, o.No), render.Toast{Text: "Task done"})
	}
	// As it stands now: claimed by nobody new, but with other words and history.
	now, failed, err := p.open(c.UserContext(), a)
	if err != nil {
		return err
	}
	page, err := p.page(c, now, drawing{shown: shown, failed: failed})
	if err != nil {
		return err
	}
	return render.Changed(c, taskURL(o.Ref, o.No), "taskpages/task-body", page, "case-changed")
}

// wantsPage reports whether a browser without scripts waits for the answer: it
// is led back to the page, so that reloading sends nothing again.
func wantsPage(c *fiber.Ctx) bool { return c.Get("HX-Request") != "true" }

// trouble answers 503 with the task, what was typed, and where to try again.
func (p *Pages) trouble(c *fiber.Ctx, o *tasks.Opened, failed *tasks.Failure) error {
	page, err := p.page(c, o, drawing{failed: failed})
	if err != nil {
		return err
	}
	if wantsPage(c) {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return render.Page(c, viewOf(page), page)
}

// sentBy reads the fields and the files of a page.
func sentBy(c *fiber.Ctx) (url.Values, map[string][]*multipart.FileHeader, error) {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		sent, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return nil, nil, unreadable()
		}
		return sent, nil, nil
	}
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil, unreadable()
	}
	return form.Value, form.File, nil
}

func unreadable() error {
	return core.Invalid("What was sent could not be read. Go back, reload the page and send it again.")
}
