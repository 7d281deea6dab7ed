package pluginpages

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Row is a plugin in the list.
type Row struct {
	Name      string
	ID        string
	URL       string
	Publisher string
	Kinds     string
	Version   string // that serves; "" for none
	Unsigned  bool
	Chip      layout.Chip
	Why       string // why it is off
	Waiting   *render.Link
	Calls     int
	Faults    int
	FaultsURL string
}

// PublisherRow is somebody whose signature is trusted.
type PublisherRow struct {
	plugins.Publisher
	URL string
}

// ListPage lists what is installed.
type ListPage struct {
	Rows       []Row
	Publishers []PublisherRow
	Name       layout.Field
	Key        layout.Field
	Problems   render.Problems
}

func listView() render.View {
	return render.View{Template: "pluginpages/list", Title: "Plugins", Nav: nav}
}

func (p *Pages) list(c *fiber.Ctx) error {
	page, err := p.listPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, listView(), page)
}

func (p *Pages) listPage(c *fiber.Ctx) (ListPage, error) {
	ctx, now := c.UserContext(), p.Clock.Now()
	page := ListPage{
		Name: layout.Field{Name: "name", Label: "Who it is", MaxLength: 100, Autocomplete: "off"},
		Key:  layout.Field{Name: "key", Label: "Their public key", Hint: "64 digits and letters from a to f. They publish it where you can be sure that it is theirs.", MaxLength: 64, Autocomplete: "off", Plain: true},
	}
	all, err := p.Plugins.Installed(ctx)
	if err != nil {
		return page, err
	}
	failing, err := p.Plugins.Failing(ctx, now.Add(-recent))
	if err != nil {
		return page, err
	}
	for _, one := range all {
		row, err := p.row(c, one, failing[one.ID], now)
		if err != nil {
			return page, err
		}
		page.Rows = append(page.Rows, row)
	}
	trusted, err := p.Plugins.Publishers(ctx)
	if err != nil {
		return page, err
	}
	for _, b := range trusted {
		page.Publishers = append(page.Publishers, PublisherRow{b, "/plugins/publishers/" + b.Key})
	}
	return page, nil
}

func (p *Pages) row(c *fiber.Ctx, one plugins.Plugin, failing int, now time.Time) (Row, error) {
	ctx := c.UserContext()
	row := Row{
		Name: one.Name, ID: one.ID, URL: address(one.ID), Publisher: one.Publisher, Version: one.Version, Unsigned: one.Unsigned,
		Chip: stateChip(one, p.Plugins.Running(one.ID), failing, now), FaultsURL: address(one.ID, "faults"),
	}
	if !one.On {
		row.Why = one.Reason
	}
	figures, err := p.Plugins.Total(ctx, one.ID, now.Add(-day))
	if err != nil {
		return row, err
	}
	row.Calls, row.Faults = figures.Calls, figures.Faults
	hash := one.Live
	if hash == "" {
		hash = one.Newest
	}
	if hash == "" {
		return row, nil // every version was removed
	}
	offered, err := p.Plugins.Offered(ctx, hash)
	if err != nil {
		return row, err
	}
	row.Kinds = kindsOf(offered)
	newest, err := p.upgrade(c, one)
	if err != nil || newest == nil {
		return row, err
	}
	row.Waiting = &render.Link{Label: newest.Version + " waits", URL: versionAddress(*newest)}
	return row, nil
}

// upgrade is the version that was added last, when it is newer than the one
// that serves; nil for none.
func (p *Pages) upgrade(c *fiber.Ctx, of plugins.Plugin) (*plugins.Version, error) {
	if of.Newest == "" || of.Newest == of.Live {
		return nil, nil
	}
	v, err := p.Plugins.Version(c.UserContext(), of.Newest)
	if err != nil {
		return nil, err
	}
	if of.Live != "" && plugins.CompareVersions(v.Version, of.Version) < 0 {
		return nil, nil // it was rolled back to, or an old one was added to be looked at
	}
	return &v, nil
}

// Troubled counts the plugins that had faults in the last hour, for the rail.
func (p *Pages) Troubled(c *fiber.Ctx) (int, error) {
	failing, err := p.Plugins.Failing(c.UserContext(), p.Clock.Now().Add(-recent))
	return len(failing), err
}

func (p *Pages) trust(c *fiber.Ctx) error {
	name, key := c.FormValue("name"), c.FormValue("key")
	err := p.Plugins.Trust(c.UserContext(), render.Actor(c), key, name)
	if problems, wrong := render.ProblemsOf(err, "name", "key"); wrong {
		page, err := p.listPage(c)
		if err != nil {
			return err
		}
		page.Problems = problems
		page.Name.Value, page.Name.Error = name, problems.For("name")
		page.Key.Value, page.Key.Error = key, problems.For("key")
		return render.Invalid(c, listView(), page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, "/plugins#publishers", render.Toast{Text: "Packages with this signature are trusted from now on."})
}

// publisher finds one by the key in the address.
func (p *Pages) publisher(c *fiber.Ctx) (plugins.Publisher, error) {
	all, err := p.Plugins.Publishers(c.UserContext())
	if err != nil {
		return plugins.Publisher{}, err
	}
	for _, b := range all {
		if b.Key == c.Params("key") {
			return b, nil
		}
	}
	return plugins.Publisher{}, core.NotFound("This key is not among those that are trusted.")
}

func (p *Pages) showDistrust(c *fiber.Ctx) error {
	b, err := p.publisher(c)
	if err != nil {
		return err
	}
	return render.Page(c, askView("Trust "+b.Name+" no longer"), AskPage{
		Crumbs: []render.Link{{Label: "Plugins", URL: "/plugins"}}, Title: "Trust this publisher no longer?", About: b.Name,
		Text:   "What is installed goes on running. New packages with this signature count as signed by somebody unknown, until you trust the key again.",
		Action: "/plugins/publishers/" + b.Key, Button: "Trust it no longer", Cancel: "/plugins",
	})
}

func (p *Pages) distrust(c *fiber.Ctx) error {
	b, err := p.publisher(c)
	if err != nil {
		return err
	}
	if err := p.Plugins.Distrust(c.UserContext(), render.Actor(c), b.Key); err != nil {
		return err
	}
	return render.Done(c, "/plugins", render.Toast{Text: "The key is not trusted any more."})
}
