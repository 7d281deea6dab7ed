package pluginpages

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Field is a hidden field of a form.
type Field struct{ Name, Value string }

// AskPage asks once before something is done.
type AskPage struct {
	Crumbs  []render.Link
	Title   string
	About   string // what it is done to; in part its maker's word
	Text    string
	Lines   []string // what it touches
	Problem string
	Reason  *layout.Field
	Hidden  []Field
	Action  string
	Button  string
	Danger  bool // it cannot be undone
	Cancel  string
}

func askView(title string) render.View {
	return render.View{Template: "pluginpages/ask", Title: title, Nav: nav}
}

// may switches one capability.
func (p *Pages) may(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	key, yes := c.FormValue("key"), c.FormValue("to") == "yes"
	if err := p.Plugins.Allow(c.UserContext(), render.Actor(c), one.ID, key, yes); err != nil {
		return err
	}
	page, err := p.mayPart(c, one.ID)
	if err != nil {
		return err
	}
	return render.Changed(c, page.URL+"#may", "pluginpages/may", page)
}

func (p *Pages) showOff(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	page, err := p.offPage(c, one, "", "")
	if err != nil {
		return err
	}
	return render.Page(c, askView(page.Title), page)
}

func (p *Pages) offPage(c *fiber.Ctx, one plugins.Plugin, reason, wrong string) (AskPage, error) {
	uses, err := p.Uses(c.UserContext(), one.ID)
	page := AskPage{
		Crumbs: crumbs(one), Title: "Switch it off?", About: one.Name,
		Text: "Whoever meets it reads that it is not available. What people have typed is kept, and goes on when it is switched on again. Everything else works as before.",
		Reason: &layout.Field{
			Name: "reason", Label: "Why", Hint: "For colleagues who look after plugins; the public does not read it", Value: reason, Error: wrong, MaxLength: 500, Rows: 2,
		},
		Action: address(one.ID, "off"), Button: "Switch it off", Cancel: address(one.ID),
	}
	for _, use := range uses {
		for _, what := range use.What {
			page.Lines = append(page.Lines, what+" of “"+use.Type+"”")
		}
	}
	return page, err
}

func (p *Pages) off(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	reason, wrong := core.CleanLine(c.FormValue("reason"), 500)
	if wrong == "" && reason == "" {
		wrong = "Say why, so that nobody has to guess later."
	}
	if wrong != "" {
		page, err := p.offPage(c, one, c.FormValue("reason"), wrong)
		if err != nil {
			return err
		}
		return render.Invalid(c, askView(page.Title), page)
	}
	if err := p.Plugins.Switch(c.UserContext(), render.Actor(c), one.ID, false, reason); err != nil {
		return err
	}
	return render.Done(c, address(one.ID), render.Toast{Text: "It is switched off."})
}

func (p *Pages) on(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	if err := p.Plugins.Switch(c.UserContext(), render.Actor(c), one.ID, true, ""); err != nil {
		return err
	}
	return render.Done(c, address(one.ID), render.Toast{Text: "It is switched on."})
}

// revive lets it run again after faults.
func (p *Pages) revive(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	if err := p.Plugins.Revive(c.UserContext(), render.Actor(c), one.ID); err != nil {
		return err
	}
	return render.Done(c, address(one.ID), render.Toast{Text: "It may run again on every server."})
}

// showRecording asks before recorded calls are forgotten.
func (p *Pages) showRecording(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	return render.Page(c, askView("Stop recording"), AskPage{
		Crumbs: crumbs(one), Title: "Stop recording its calls?", About: one.Name,
		Text:   "Those that were recorded are forgotten at once, and cannot be had back. Until calls are recorded again, a new version cannot be held against them.",
		Hidden: []Field{{"to", no}}, Action: address(one.ID, "recording"), Button: "Stop recording, and forget", Danger: true, Cancel: address(one.ID, "replay"),
	})
}

// record switches the recording of calls.
func (p *Pages) record(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	on := c.FormValue("to") == "yes"
	if err := p.Plugins.Record(c.UserContext(), render.Actor(c), one.ID, on); err != nil {
		return err
	}
	text := "Its calls are not recorded any more, and those that were are forgotten."
	if on {
		text = "Its calls are recorded from now on."
	}
	return render.Done(c, address(one.ID, "replay"), render.Toast{Text: text})
}

func (p *Pages) showRemove(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	return p.askRemove(c, one, "")
}

func (p *Pages) askRemove(c *fiber.Ctx, one plugins.Plugin, problem string) error {
	page := AskPage{
		Crumbs: crumbs(one), Title: "Remove it with all its versions?", About: one.Name, Problem: problem,
		Text:   "Its versions, settings, secrets, log, figures and recorded calls are deleted. Cases keep what it has written into them. This cannot be undone: to have it again, somebody has to install it again.",
		Action: address(one.ID, "remove"), Button: "Remove it for good", Danger: true, Cancel: address(one.ID),
	}
	if problem != "" {
		return render.Stale(c, askView(page.Title), page)
	}
	return render.Page(c, askView(page.Title), page)
}

func (p *Pages) remove(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	err = p.Plugins.Remove(c.UserContext(), render.Actor(c), one.ID)
	if core.KindOf(err) == core.ErrConflict {
		return p.askRemove(c, one, said(err))
	}
	if err != nil {
		return err
	}
	return render.Done(c, "/plugins", render.Toast{Text: "The plugin is removed."})
}
