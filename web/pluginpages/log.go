package pluginpages

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Line is one line of a log.
type Line struct {
	plugins.Line
	Chip  layout.Chip
	First string // its first line
	Rest  string // the others: where in its code it was, say
}

func linesOf(all []plugins.Line) []Line {
	out := make([]Line, len(all))
	for i, l := range all {
		first, rest, _ := strings.Cut(strings.TrimSpace(l.Text), "\n")
		out[i] = Line{Line: l, First: first, Rest: strings.TrimSpace(rest), Chip: layout.Chip{Label: "said", Icon: "info"}}
		if l.Level == plugins.LevelFault {
			out[i].Chip = layout.Chip{Label: "fault", Icon: "warn", Tone: "bad"}
		}
	}
	return out
}

// LogPage is a page of a log.
type LogPage struct {
	Plugin Header
	Title  string
	Tabs   layout.Tabs
	Lines  []Line
	Faults bool // only those
	Stands string
	Revive bool
	Paging layout.Paging
}

// logLines is how many lines stand on a page.
const logLines = 50

func (p *Pages) showLog(c *fiber.Ctx) error { return p.logPage(c, "", "Log", "log") }
func (p *Pages) showFaults(c *fiber.Ctx) error {
	return p.logPage(c, plugins.LevelFault, "Faults", "faults")
}

func (p *Pages) logPage(c *fiber.Ctx, level, title, below string) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(c.Query("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	lines, err := p.Plugins.Log(c.UserContext(), one.ID, plugins.LogFilter{Level: level, Before: before, Limit: logLines + 1})
	if err != nil {
		return err
	}
	here := address(one.ID, below)
	page := LogPage{
		Plugin: Header{ID: one.ID, Name: one.Name, URL: address(one.ID)}, Title: title, Faults: level != "",
		Tabs: layout.Tabs{Label: "What is shown", Items: []layout.Tab{
			{Label: "Everything", URL: address(one.ID, "log"), Current: level == ""},
			{Label: "Faults", Icon: "warn", URL: address(one.ID, "faults"), Current: level != ""},
		}},
	}
	page.Paging = layout.Paging{Label: "Pages of the log"}
	if len(lines) > logLines {
		lines = lines[:logLines]
		page.Paging.Next = here + "?" + url.Values{"before": {strconv.FormatInt(lines[logLines-1].No, 10)}}.Encode()
	}
	if before > 0 {
		page.Paging.First, page.Paging.Previous = here, here
	}
	page.Lines = linesOf(lines)
	if running := p.Plugins.Running(one.ID); p.Clock.Now().Before(running.OffUntil) {
		page.Stands, page.Revive = p.stopped(running), true
	}
	return render.Page(c, render.View{Template: "pluginpages/log", Title: title + ", " + one.Name, Nav: nav}, page)
}

// stopped says until when the breaker holds it.
func (p *Pages) stopped(running plugins.Running) string {
	return "It kept failing, so it is stopped on this server until " + running.OffUntil.In(p.Zone).Format("15:04") +
		", and then tried again. Whoever meets it reads that it is not available; what they have typed is kept."
}

// clockOf says when, with the date unless it was today.
func (p *Pages) clockOf(t time.Time) string {
	return render.When(t.In(p.Zone), p.Clock.Now().In(p.Zone))
}
