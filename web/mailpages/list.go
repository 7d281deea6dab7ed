package mailpages

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ListPage is one page of the outbox.
type ListPage struct {
	Tabs      layout.Tabs
	Query     string
	State     core.DeliveryState
	Rows      []Row
	Paging    layout.Paging
	Sends     bool
	Pretended bool
}

// Row is a message in the list.
type Row struct {
	messages.Entry
	URL  string
	Chip layout.Chip
}

// Why says what a message follows from.
func (r Row) Why() string { return eventWords(r.Event) }

// eventWords say an event's kind to a person: "Case raised".
func eventWords(kind string) string {
	words := strings.NewReplacer(".", " ", "_", " ").Replace(kind)
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// states are the states of delivery in the order of the tabs, as people say
// them.
var states = []struct {
	state core.DeliveryState
	chip  layout.Chip
}{
	{core.DeliveryHeld, layout.Chip{Label: "Kept here", Icon: "save", Tone: "info"}},
	{core.DeliveryQueued, layout.Chip{Label: "Waiting", Icon: "clock", Tone: "accent"}},
	{core.DeliverySending, layout.Chip{Label: "Being sent", Icon: "right", Tone: "accent"}},
	{core.DeliverySent, layout.Chip{Label: "Sent", Icon: "ok", Tone: "good"}},
	{core.DeliveryRefused, layout.Chip{Label: "Refused", Icon: "stop", Tone: "bad"}},
	{core.DeliveryBounced, layout.Chip{Label: "Came back", Icon: "undo", Tone: "bad"}},
	{core.DeliveryUnknown, layout.Chip{Label: "Perhaps sent", Icon: "warn", Tone: "warn"}},
}

func chipOf(state core.DeliveryState) layout.Chip {
	for _, s := range states {
		if s.state == state {
			return s.chip
		}
	}
	return layout.Chip{Label: string(state)}
}

// chipFor is the chip of one message.
func chipFor(e messages.Entry) layout.Chip {
	chip := chipOf(e.State)
	if e.Unwritten() {
		chip.Label = "Not written"
	}
	return chip
}

func known(state core.DeliveryState) bool { return chipOf(state).Icon != "" }

// maxQuery bounds what is looked for, in letters.
const maxQuery = 254

var listView = render.View{Template: "mailpages/list", Title: "Outgoing mail", Nav: "mail"}

func (p *Pages) list(c *fiber.Ctx) error {
	query := []rune(strings.TrimSpace(c.Query("q")))
	page := ListPage{Query: string(query[:min(len(query), maxQuery)]), State: core.DeliveryState(c.Query("state")), Sends: p.Sends, Pretended: p.Pretended}
	if page.State != "" && !known(page.State) {
		return core.NotFound("There is no such state of delivery.")
	}
	entries, next, err := p.Messages.List(c.UserContext(), render.Actor(c),
		messages.Filter{State: page.State, Recipient: page.Query}, messages.Page{After: c.Query("after")})
	if err != nil {
		return err
	}
	for _, e := range entries {
		page.Rows = append(page.Rows, Row{e, address(e), chipFor(e)})
	}
	page.Tabs = stateTabs(page.State, page.Query)
	page.Paging = layout.Paging{Label: "Pages of the outbox"}
	if next != "" {
		page.Paging.Next = listURL(page.State, page.Query, next)
	}
	if c.Query("after") != "" {
		page.Paging.First = listURL(page.State, page.Query, "")
	}
	return render.Page(c, listView, page)
}

func address(e messages.Entry) string { return "/mail/" + strconv.FormatInt(e.No, 10) }

func listURL(state core.DeliveryState, query, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(state), "q": query, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/mail"
	}
	return "/mail?" + q.Encode()
}

func stateTabs(current core.DeliveryState, query string) layout.Tabs {
	tabs := layout.Tabs{Label: "State of delivery", Items: []layout.Tab{{Label: "All", URL: listURL("", query, ""), Current: current == ""}}}
	for _, s := range states {
		tabs.Items = append(tabs.Items, layout.Tab{Label: s.chip.Label, URL: listURL(s.state, query, ""), Current: current == s.state})
	}
	return tabs
}
