package messagepages

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// WhoPage says who would be told if something happened to a case now.
type WhoPage struct {
	Back    string
	Case    layout.Field
	Event   layout.Field
	By      layout.Field
	Asked   bool
	Subject string // of the case
	URL     string // of the case
	Happens string // the event in words
	Told    []ToldRow
	Nobody  bool
}

// ToldRow is one audience.
type ToldRow struct {
	Audience string
	Template string
	URL      string
	Silent   string
	To       []notifications.Hearer
	Not      []notifications.Hearer
}

var whoView = render.View{Template: "messagepages/who", Title: "Who would get this now?", Nav: nav}

// Whoever is chosen would have done it, and is not told.
const (
	byNobody    = ""
	byRequester = "requester"
	byAssignee  = "assignee"
)

func (p *Pages) who(c *fiber.Ctx) error {
	page := WhoPage{
		Back:  withQuery(home, "type", c.Query("type")),
		Case:  layout.Field{Name: "case", Label: "Case", Hint: "Its reference.", Value: c.Query("case"), Plain: true, MaxLength: 40, Autocomplete: "off"},
		Event: layout.Field{Name: "event", Label: "What happens", Value: cmp.Or(c.Query("event"), string(core.CaseRaised)), Options: eventOptions()},
		By: layout.Field{Name: "by", Label: "Who does it", Hint: "Nobody is mailed about what they did themselves.", Value: c.Query("by"), Options: []layout.Option{
			{Value: byNobody, Label: "Somebody else"}, {Value: byAssignee, Label: "Whoever has the case"}, {Value: byRequester, Label: "The requester"},
		}},
	}
	seen, problem, err := p.seenCase(c, page.Case.Value)
	if err != nil {
		return err
	}
	if page.Case.Error = problem; problem != "" {
		return render.Invalid(c, whoView, page)
	}
	if seen == nil {
		return render.Page(c, whoView, page)
	}
	if !isEvent(page.Event.Value) {
		return core.NotFound("There is no such event.")
	}
	told, err := p.Notifications.Who(c.UserContext(), seen, notifications.Asked{Event: core.EventKind(page.Event.Value), By: actorOf(seen, page.By.Value)})
	if err != nil {
		return err
	}
	page.answer(seen, told)
	return render.Page(c, whoView, page)
}

// actorOf is who would have done it.
func actorOf(seen *cases.Seen, by string) core.Actor {
	switch {
	case by == byRequester && !seen.Case.Requester.IsZero():
		return core.PersonActor(seen.Case.Requester, seen.Case.Contact.Name)
	case by == byRequester:
		return core.AnonymousActor()
	case by == byAssignee && !seen.Case.Assignee.IsZero():
		return core.StaffActor(seen.Case.Assignee, "")
	}
	return core.SystemActor()
}

func (page *WhoPage) answer(seen *cases.Seen, told []notifications.Told) {
	page.Asked, page.Nobody = true, true
	page.Subject, page.URL = string(seen.Case.Ref)+", "+seen.Case.Subject, "/cases/"+string(seen.Case.Ref)
	page.Happens = notifications.EventWords(core.EventKind(page.Event.Value))
	for _, t := range told {
		row := ToldRow{Audience: notifications.AudienceWords(t.Audience), Template: t.Template, Silent: t.Silent, To: t.To, Not: t.Not}
		if t.Template != "" {
			row.URL = withQuery(address(seen.Type.Key, t.Template), "at", core.MailCell(page.Event.Value, t.Audience), "case", string(seen.Case.Ref))
		}
		page.Nobody = page.Nobody && len(t.To) == 0
		page.Told = append(page.Told, row)
	}
}
