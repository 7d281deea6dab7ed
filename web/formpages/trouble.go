package formpages

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
)

// TroublePage is shown when a form itself fails: what happened, that nothing
// is lost, and how to reach us otherwise.
type TroublePage struct {
	Name    string
	Message string // what happened, in a sentence
	Again   string // where to try again
	Until   time.Time
	Typed   []TypedRow // of the page that was sent
	Contact contact
}

// TypedRow is one answer as it was typed.
type TypedRow struct{ Label, Text string }

var troubleView = render.View{Template: "formpages/trouble", Layout: render.Public, Title: "This form has a problem", Error: true}

// failureOf finds out whether the form itself failed.
func failureOf(err error) *forms.Failure {
	var f *forms.Failure
	errors.As(err, &f)
	return f
}

// trouble answers 503 with what was typed, and how to reach us otherwise. d is
// nil when the form could not even be begun.
func (p *Pages) trouble(c *fiber.Ctx, r reader, t *core.CaseType, d *forms.Draft, f *forms.Failure) error {
	page := TroublePage{
		Name: t.Name.In(r.visit.Language), Message: "This form has a problem just now, and we have been told.",
		Again: formURL(t.Key), Contact: contactOf(r.organisation),
	}
	var known *core.Error
	if !errors.As(f, &known) {
		return f // not the form's own fault: the database, the network
	}
	page.Message = known.Message
	if d != nil {
		page.Again, page.Until = formURL(t.Key, c.Params("step")), d.ExpiresAt
		page.Typed = typedRows(d)
	}
	c.Status(fiber.StatusServiceUnavailable)
	return render.Page(c, troubleView, page)
}

// typedRows shows what was typed into the page that was sent, by its questions.
func typedRows(d *forms.Draft) []TypedRow {
	if d.Typed == nil || d.View == nil || d.View.ID != d.Typed.Step {
		return nil
	}
	var rows []TypedRow
	for _, f := range d.View.Fields() {
		text := strings.TrimSpace(strings.Join(words(f, d.Typed.Answers[f.ID]), ", "))
		if text != "" {
			rows = append(rows, TypedRow{Label: f.Label, Text: text})
		}
	}
	return rows
}

// words are values as people read them: the labels of options.
func words(f *view.Node, values []string) []string {
	var out []string
	for _, v := range values {
		for _, o := range f.Options {
			if o.Value == v {
				v = o.Label
			}
		}
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
