package webhookpages

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// LogPage is what was sent to an endpoint.
type LogPage struct {
	webhooks.Endpoint
	Link     string
	Tabs     layout.Tabs
	Rows     []DeliveryRow
	Paging   layout.Paging
	From, To layout.Field // of what is sent again
	Problems render.Problems
}

// DeliveryRow is one delivery in a list.
type DeliveryRow struct {
	webhooks.Delivery
	Link string
	Chip layout.Chip
}

// Answer says how the endpoint answered last.
func (r DeliveryRow) Answer() string {
	switch {
	case r.Status != 0:
		return strconv.Itoa(r.Status) + ", " + tookWords(r.Took)
	case r.Problem != "":
		return r.Problem
	}
	return ""
}

func tookWords(took time.Duration) string {
	if took < time.Second {
		return fmt.Sprintf("%d ms", took.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", took.Seconds())
}

// DeliveryPage is one delivery with its attempts.
type DeliveryPage struct {
	DeliveryRow
	Endpoint webhooks.Endpoint
	Back     string
	CaseLink string
	Attempts []AttemptRow
}

// AttemptRow is one attempt.
type AttemptRow struct{ webhooks.Attempt }

// TookWords is how long the endpoint took.
func (r AttemptRow) TookWords() string { return tookWords(r.Took) }

var states = []struct {
	state webhooks.State
	chip  layout.Chip
}{
	{webhooks.Waiting, layout.Chip{Label: "Waiting", Icon: "clock", Tone: "accent"}},
	{webhooks.Delivered, layout.Chip{Label: "Taken", Icon: "ok", Tone: "good"}},
	{webhooks.GivenUp, layout.Chip{Label: "Given up", Icon: "stop", Tone: "bad"}},
	{webhooks.Dropped, layout.Chip{Label: "Not sent", Icon: "lock"}},
}

func deliveryRow(e webhooks.Endpoint, d webhooks.Delivery) DeliveryRow {
	row := DeliveryRow{Delivery: d, Link: deliveryLink(e, d.No)}
	for _, s := range states {
		if s.state == d.State {
			row.Chip = s.chip
		}
	}
	if d.State == webhooks.Waiting && d.Problem != "" {
		row.Chip = layout.Chip{Label: "Tried again", Icon: "clock", Tone: "warn"}
	}
	return row
}

func deliveryLink(e webhooks.Endpoint, no int64) string {
	return linkOf(e.No) + "/log/" + strconv.FormatInt(no, 10)
}

func (p *Pages) showLog(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	return p.logPage(c, e, nil)
}

func logURL(e webhooks.Endpoint, state webhooks.State, before int64) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return linkOf(e.No) + "/log"
	}
	return linkOf(e.No) + "/log?" + q.Encode()
}

func (p *Pages) logPage(c *fiber.Ctx, e webhooks.Endpoint, refused error) error {
	problems, ok := render.Problems{}, true
	if refused != nil {
		if problems, ok = render.ProblemsOf(refused, "from", "to"); !ok {
			return refused
		}
	}
	state := webhooks.State(c.Query("state"))
	before, err := deliveryNo(c.Query("before"))
	if err != nil {
		return err
	}
	list, next, err := p.Webhooks.Deliveries(c.UserContext(), render.Actor(c), e, state, before)
	if err != nil {
		return err
	}
	page := logPage(e, list, state, problems)
	page.From.Value, page.To.Value = clip(c.FormValue("from"), 10), clip(c.FormValue("to"), 10)
	if before != 0 {
		page.Paging.First = logURL(e, state, 0)
	}
	if next != 0 {
		page.Paging.Next = logURL(e, state, next)
	}
	view := render.View{Template: "webhookpages/log", Title: "Sent to " + e.Name, Nav: "webhooks"}
	if refused != nil {
		return render.Invalid(c, view, page)
	}
	return render.Page(c, view, page)
}

func logPage(e webhooks.Endpoint, list []webhooks.Delivery, state webhooks.State, problems render.Problems) LogPage {
	page := LogPage{
		Endpoint: e, Link: linkOf(e.No), Problems: problems, Paging: layout.Paging{Label: "Pages of the log"},
		Tabs: layout.Tabs{Label: "How it went", Items: []layout.Tab{{Label: "All", URL: logURL(e, "", 0), Current: state == ""}}},
		From: layout.Field{Name: "from", Label: "From the beginning of", Type: "date", Error: problems.For("from")},
		To:   layout.Field{Name: "to", Label: "To the end of", Type: "date", Error: problems.For("to")},
	}
	for _, s := range states {
		page.Tabs.Items = append(page.Tabs.Items, layout.Tab{Label: s.chip.Label, URL: logURL(e, s.state, 0), Current: s.state == state})
	}
	for _, d := range list {
		page.Rows = append(page.Rows, deliveryRow(e, d))
	}
	return page
}

// deliveryNo reads the number of a delivery; 0 for none.
func deliveryNo(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	no, err := strconv.ParseInt(s, 10, 64)
	if err != nil || no < 1 {
		return 0, core.NotFound("There is no such delivery.")
	}
	return no, nil
}

// delivery finds the delivery that an address names.
func (p *Pages) delivery(c *fiber.Ctx) (webhooks.Endpoint, int64, error) {
	e, err := p.endpoint(c)
	if err != nil {
		return e, 0, err
	}
	no, err := deliveryNo(c.Params("delivery"))
	return e, no, err
}

func (p *Pages) showDelivery(c *fiber.Ctx) error {
	e, no, err := p.delivery(c)
	if err != nil {
		return err
	}
	d, attempts, err := p.Webhooks.FindDelivery(c.UserContext(), render.Actor(c), e, no)
	if err != nil {
		return err
	}
	return render.Page(c, deliveryView(d), deliveryPage(e, d, attempts))
}

func deliveryView(d webhooks.Delivery) render.View {
	return render.View{Template: "webhookpages/delivery", Title: string(d.Kind), Nav: "webhooks"}
}

func deliveryPage(e webhooks.Endpoint, d webhooks.Delivery, attempts []webhooks.Attempt) DeliveryPage {
	page := DeliveryPage{DeliveryRow: deliveryRow(e, d), Endpoint: e, Back: linkOf(e.No)}
	for _, a := range attempts {
		page.Attempts = append(page.Attempts, AttemptRow{a})
	}
	return page
}

func (p *Pages) again(c *fiber.Ctx) error {
	e, no, err := p.delivery(c)
	if err != nil {
		return err
	}
	if err := p.Webhooks.Again(c.UserContext(), render.Actor(c), e, no); err != nil {
		return err
	}
	return render.Done(c, deliveryLink(e, no), render.Toast{Text: "It is being sent again."})
}

// againBetween sends again what was queued on some days.
func (p *Pages) againBetween(c *fiber.Ctx) error {
	e, err := p.endpoint(c)
	if err != nil {
		return err
	}
	from, err := time.ParseInLocation(time.DateOnly, c.FormValue("from"), p.Zone)
	if err != nil {
		return p.logPage(c, e, core.InvalidField("from", "Enter a date."))
	}
	to, err := time.ParseInLocation(time.DateOnly, c.FormValue("to"), p.Zone)
	if err != nil {
		return p.logPage(c, e, core.InvalidField("to", "Enter a date."))
	}
	n, err := p.Webhooks.AgainBetween(c.UserContext(), render.Actor(c), e, from, to.AddDate(0, 0, 1), c.FormValue("delivered") != "")
	if err != nil {
		return p.logPage(c, e, err)
	}
	return render.Done(c, logURL(e, "", 0), render.Toast{Text: render.Plural(n, "message is", "messages are") + " being sent again."})
}
