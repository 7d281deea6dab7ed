package configpages

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// NewPage begins a case type, or a calendar.
type NewPage struct {
	Calendar bool
	Title    string
	Problems render.Problems
	Name     layout.Field
	Prefix   layout.Field // of case types
	Key      layout.Field
	From     layout.Field
}

func (page NewPage) view() render.View {
	return render.View{Template: "configpages/new", Title: page.Title, Nav: nav}
}

func (p *Pages) newPage(c *fiber.Ctx) (NewPage, error) {
	page := NewPage{
		Calendar: c.FormValue("kind", c.Query("kind")) == casetypes.KindCalendar, Title: "New case type",
		Name:   layout.Field{Name: "name", Label: "Name", Hint: "What people call such a matter: Noise report, Member enquiry.", Value: c.FormValue("name"), MaxLength: 200, Autocomplete: "off"},
		Prefix: layout.Field{Name: "prefix", Label: "References begin with", Hint: "Two to five capital letters, such as NOI.", Value: c.FormValue("prefix"), MaxLength: 5, Width: "4", Plain: true, Autocomplete: "off"},
		Key:    layout.Field{Name: "key", Label: "Key", Hint: "Stands in addresses and files and never changes. Empty: made of the name.", Value: c.FormValue("key"), MaxLength: 60, Plain: true, Optional: true, Autocomplete: "off"},
		From:   layout.Field{Name: "from", Label: "Begin with", Value: c.FormValue("from", c.Query("from")), Options: []layout.Option{{Label: "Something simple: five statuses, four questions, the usual messages"}}},
	}
	if !page.Calendar {
		types, err := p.types.All(c.UserContext())
		for _, t := range types {
			page.From.Options = append(page.From.Options, layout.Option{Value: t.Key, Label: "A copy of " + t.Name.String()})
		}
		return page, err
	}
	page.Title, page.Name.Hint, page.From.Options[0].Label = "New calendar", "Whose hours these are: Civic centre, Wardens.", "Weekdays from nine to five, and no holidays"
	calendars, err := p.types.Newest(c.UserContext(), casetypes.KindCalendar)
	if err != nil {
		return page, err
	}
	for _, v := range calendars {
		calendar, err := p.types.CalendarAt(c.UserContext(), v.Key, v.Version)
		if err != nil {
			return page, err
		}
		page.From.Options = append(page.From.Options, layout.Option{Value: v.Key, Label: "A copy of " + calendar.Name.String()})
	}
	return page, nil
}

func (p *Pages) showNew(c *fiber.Ctx) error {
	page, err := p.newPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, page.view(), page)
}

// create begins the draft of a document that does not exist yet.
func (p *Pages) create(c *fiber.Ctx) error {
	ctx, by, name, key := c.UserContext(), render.Actor(c), strings.TrimSpace(c.FormValue("name")), strings.TrimSpace(c.FormValue("key"))
	if key == "" {
		key = editing.KeyOf(name, "", func(string) bool { return false })
	}
	kind, err := casetypes.KindCaseType, error(nil)
	if c.FormValue("kind") == casetypes.KindCalendar {
		kind = casetypes.KindCalendar
		err = p.drafts.CreateCalendar(ctx, by, key, name, c.FormValue("from"))
	} else {
		err = p.drafts.Create(ctx, by, key, name, strings.ToUpper(strings.TrimSpace(c.FormValue("prefix"))), c.FormValue("from"))
	}
	if problems, ok := render.ProblemsOf(err, "name", "prefix", "key"); ok {
		page, err := p.newPage(c)
		if err != nil {
			return err
		}
		page.Problems = problems
		page.Name.Error, page.Prefix.Error, page.Key.Error = problems.For("name"), problems.For("prefix"), problems.For("key")
		return render.Invalid(c, page.view(), page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, draftAddress(kind, key), render.Toast{Text: "The draft is begun. Nobody sees it until you publish it."})
}

// keepFile keeps a file that was checked as the draft of its document.
func (p *Pages) keepFile(c *fiber.Ctx) error {
	f, err := sentFile(c)
	if err != nil {
		return err
	}
	revision, _ := strconv.Atoi(c.FormValue("revision"))
	said := "From a file"
	if note := strings.TrimSpace(c.FormValue("note")); note != "" {
		said = fmt.Sprintf("From a file: %s", clipped(note))
	}
	kind, key, err := p.drafts.Begin(c.UserContext(), render.Actor(c), f, said, revision)
	switch core.KindOf(err) {
	case core.ErrInvalid, core.ErrConflict:
		return p.refused(c, f, c.FormValue("note"), err)
	}
	if err != nil {
		return err
	}
	return render.Done(c, draftAddress(kind, key)+"/changes", render.Toast{Text: "The file is kept as the draft."})
}

func clipped(s string) string {
	r := []rune(s)
	if len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}
