package portalpages

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// HomePage is the cases of a customer.
type HomePage struct {
	Lead   string
	Query  string
	State  string // "", needs, open, closed
	States []layout.Tab
	Groups []Group
	Any    bool // they have a case at all
}

// Group is the cases that are in one state.
type Group struct {
	Key   string
	Name  string
	Items []Item
}

// Item is a case in the list.
type Item struct {
	Title, URL string
	Chip       layout.Chip
	Text       string
	Ref        string
	For        string // on whose behalf
}

// The states of a customer's cases.
const (
	stateNeeds  = "needs"
	stateOpen   = "open"
	stateClosed = "closed"
)

var states = []Group{{Key: stateNeeds, Name: "Needs you"}, {Key: stateOpen, Name: "Open"}, {Key: stateClosed, Name: "Closed"}}

// maxQuery bounds what is looked for, in letters.
const maxQuery = 100

var homeView = render.View{Template: "portalpages/home", Layout: render.Public, Title: "Your cases", Nav: "cases"}

func (p *Pages) showHome(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	if by.PersonID().IsZero() {
		return core.NotFound("This page is for customers who are signed in.")
	}
	mine, err := p.listMine(ctx, by.PersonID())
	if err != nil {
		return err
	}
	page := HomePage{Query: clip(strings.TrimSpace(c.Query("q")), maxQuery), State: c.Query("state"), Any: len(mine.rows) > 0}
	counts := map[string]int{}
	found := map[string][]Item{}
	for _, row := range mine.rows {
		state := stateOf(row)
		counts[state]++
		if (page.State == "" || page.State == state) && matches(row, mine.types[row.Type], page.Query) {
			found[state] = append(found[state], p.item(mine, row, state))
		}
	}
	for _, group := range states {
		if group.Items = found[group.Key]; len(group.Items) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	page.Lead = lead(counts, page.Any)
	page.States = stateTabs(page.State, page.Query)
	return render.Page(c, homeView, page)
}

// mine is what a list of a customer's cases is made from.
type mine struct {
	rows   []cases.Row
	types  map[string]*core.CaseType
	urgent map[core.CaseID]targets.Urgent
	asked  map[core.CaseID]questions.Asked
}

func (p *Pages) listMine(ctx context.Context, person core.PersonID) (*mine, error) {
	m := &mine{types: map[string]*core.CaseType{}, asked: map[core.CaseID]questions.Asked{}}
	var err error
	if m.rows, err = p.Cases.OfRequester(ctx, person); err != nil {
		return nil, err
	}
	ids := make([]core.CaseID, len(m.rows))
	for i, row := range m.rows {
		ids[i] = row.ID
		if m.types[row.Type] == nil {
			if m.types[row.Type], err = p.Cases.Types().Published(ctx, row.Type); err != nil {
				return nil, err
			}
		}
	}
	if m.urgent, err = p.Targets.OfCases(ctx, ids); err != nil {
		return nil, err
	}
	asked, err := p.Questions.AwaitedFrom(ctx, person)
	for _, q := range asked {
		if _, known := m.asked[q.CaseID]; !known { // the most urgent comes first
			m.asked[q.CaseID] = q
		}
	}
	return m, err
}

func stateOf(row cases.Row) string {
	switch {
	case !row.IsOpen():
		return stateClosed
	case row.Asked || row.StatusKind == core.StatusWaiting:
		return stateNeeds
	}
	return stateOpen
}

// matches reports whether a case is meant by what was typed: its reference, or
// words that all stand in what its requester wrote or chose.
func matches(row cases.Row, t *core.CaseType, query string) bool {
	if query == "" {
		return true
	}
	if ref, err := core.ParseReference(query); err == nil {
		return row.Ref == ref
	}
	subtype, _ := t.Subtype(row.Subtype)
	own := strings.ToLower(strings.Join([]string{
		string(row.Ref), row.Subject, row.Description, row.Address, row.OnBehalfOf, t.Name.String(), subtype.Name.String(),
	}, "\n"))
	for _, word := range strings.Fields(strings.ToLower(query)) {
		if !strings.Contains(own, word) {
			return false
		}
	}
	return true
}

func (p *Pages) item(m *mine, row cases.Row, state string) Item {
	t := m.types[row.Type]
	out := Item{
		Title: row.Subject, URL: "/portal/cases/" + string(row.Ref), Ref: string(row.Ref), For: row.OnBehalfOf,
		Chip: layout.StatusChip(row.StatusKind, statusWords(row.Case, t)),
	}
	switch state {
	case stateNeeds:
		q, asked := m.asked[row.ID]
		if !asked {
			out.Text = "We are waiting for something from you."
			break
		}
		who := "We"
		if name := firstName(q.AskedBy.Name); q.AskedBy.IsStaff() && name != "" {
			who = name
		}
		out.Chip = layout.Chip{Label: "Answer needed", Icon: "question", Tone: "warn"}
		out.Text = fmt.Sprintf("%s asked you a question %s.", who, p.on(q.AskedAt))
		if day := p.lastDay(q.DueAt); day != "" && p.Clock.Now().Before(q.DueAt) {
			out.Text += fmt.Sprintf(" Please answer by %s.", day)
		}
	case stateOpen:
		out.Text = p.openWords(m, row, t)
	default:
		out.Text = p.closedWords(row.Case, t)
	}
	return out
}

// openWords say when to expect something of an open case.
func (p *Pages) openWords(m *mine, row cases.Row, t *core.CaseType) string {
	u, ok := m.urgent[row.ID]
	rule, _ := t.Target(u.Rule)
	switch {
	case !ok || !endsCase(rule) && u.State != core.StateDue:
		return fmt.Sprintf("Sent %s.", p.on(row.RaisedAt))
	case u.State == core.StatePaused:
		return "The time we have to reply stands still for now."
	case u.State == core.StateDue && p.Clock.Now().Before(u.DueAt):
		return fmt.Sprintf("You will hear from us by %s.", p.lastDay(u.DueAt))
	case endsCase(rule):
		return "We are late with our answer, and we are sorry."
	}
	return fmt.Sprintf("Sent %s.", p.on(row.RaisedAt))
}

func (p *Pages) closedWords(cs *core.Case, t *core.CaseType) string {
	if cs.ClosedAt.IsZero() {
		return fmt.Sprintf("We replied %s.", p.on(cs.ResolvedAt))
	}
	return fmt.Sprintf("Closed %s.%s", p.on(cs.ClosedAt), labelled(" Outcome: ", outcomeWords(cs, t)))
}

// lead says how things stand, in a sentence.
func lead(counts map[string]int, any bool) string {
	switch n := counts[stateNeeds]; {
	case !any:
		return "You have no cases yet."
	case n == 1:
		return "One of your cases needs an answer from you."
	case n > 1:
		return fmt.Sprintf("%d of your cases need an answer from you.", n)
	case counts[stateOpen] == 0:
		return "You have no open cases."
	}
	return "Nothing needs you at the moment."
}

func homeURL(state, query string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", state)
	}
	if query != "" {
		q.Set("q", query)
	}
	if len(q) == 0 {
		return "/portal"
	}
	return "/portal?" + q.Encode()
}

func stateTabs(current, query string) []layout.Tab {
	out := []layout.Tab{{Label: "All", URL: homeURL("", query), Current: current == ""}}
	for _, s := range states {
		out = append(out, layout.Tab{Label: s.Name, URL: homeURL(s.Key, query), Current: current == s.Key})
	}
	return out
}
