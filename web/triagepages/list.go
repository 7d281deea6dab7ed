package triagepages

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ListPage is one page of the tray.
type ListPage struct {
	May    bool // the reader sorts mail
	Tabs   layout.Tabs
	State  correspondence.State
	Oldest time.Time // when the oldest that waits came
	Rows   []Row
	Paging layout.Paging
}

// Row is a mail in the list.
type Row struct {
	correspondence.Mail
	URL string
}

// states are the parts of the tray, as people say them.
var states = []struct {
	state correspondence.State
	label string
}{
	{correspondence.StateTriage, "To sort"},
	{correspondence.StateJunk, "Not wanted"},
	{correspondence.StateIgnored, "Set aside"},
}

func listView() render.View {
	return render.View{Template: "triagepages/list", Title: "Mail to sort", Nav: nav}
}

func (p *Pages) list(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	page := ListPage{State: correspondence.State(c.Query("state"))}
	if page.State == "" {
		page.State = correspondence.StateTriage
	}
	var err error
	if page.May, err = p.Mail.MaySort(ctx, by); err != nil {
		return err
	}
	if !page.May {
		return render.Page(c, listView(), page)
	}
	after, err := afterOf(c)
	if err != nil {
		return err
	}
	found, next, err := p.Mail.List(ctx, by, page.State, after)
	if err != nil {
		return err
	}
	tray, err := p.Mail.Tray(ctx, by)
	if err != nil {
		return err
	}
	page.Oldest, page.Tabs = tray.Oldest, tabsOf(page.State, tray.Waiting)
	for _, m := range found {
		page.Rows = append(page.Rows, Row{m, address(m.No)})
	}
	page.Paging = layout.Paging{Label: "Pages of mail"}
	if next != 0 {
		page.Paging.Next = listURL(page.State, next)
	}
	if after != 0 {
		page.Paging.First = listURL(page.State, 0)
	}
	return render.Page(c, listView(), page)
}

func afterOf(c *fiber.Ctx) (int64, error) {
	raw := c.Query("after")
	if raw == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || after < 0 {
		return 0, core.NotFound("There is no such page.")
	}
	return after, nil
}

func listURL(state correspondence.State, after int64) string {
	q := url.Values{}
	if state != correspondence.StateTriage {
		q.Set("state", string(state))
	}
	if after != 0 {
		q.Set("after", strconv.FormatInt(after, 10))
	}
	if len(q) == 0 {
		return "/triage"
	}
	return "/triage?" + q.Encode()
}

func tabsOf(current correspondence.State, waiting int) layout.Tabs {
	tabs := layout.Tabs{Label: "Mail that came in"}
	for _, s := range states {
		tab := layout.Tab{Label: s.label, URL: listURL(s.state, 0), Current: s.state == current}
		if s.state == correspondence.StateTriage {
			tab.Count = waiting
		}
		tabs.Items = append(tabs.Items, tab)
	}
	return tabs
}
