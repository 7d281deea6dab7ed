package pluginpages

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Header names the plugin that a page is about.
type Header struct {
	ID   string
	Name string
	URL  string
}

// MayPart says what a plugin may see and do, with switches.
type MayPart struct {
	URL     string
	Live    bool
	May     []Capability
	Allowed int
}

// VersionRow is one version in the list.
type VersionRow struct {
	plugins.Version
	URL       string
	Live      bool
	Newer     bool // than the one that serves
	Signature Signature
	Since     time.Time
	Replay    string
	Remove    string
}

// Change is one line of what administrators changed.
type Change struct {
	At   time.Time
	By   string
	What string
}

// ShowPage is one plugin.
type ShowPage struct {
	Plugin    plugins.Plugin
	URL       string
	Chip      layout.Chip
	Signature *Signature
	Sub       string
	Upgrade   *VersionRow
	Stopped   string // the breaker's words; "" while it runs
	Failing   int    // faults of the last hour
	LastFault string
	FaultAt   time.Time
	May       MayPart
	Figures   Figures
	Versions  []VersionRow
	Log       []Line
	Settings  []SettingField
	Secrets   []SecretField
	Problems  render.Problems
	Offers    []plugins.Entry
	Uses      []Use
	Here      []layout.Fact
	Changes   []Change
	Recorded  bool
}

func showView(page ShowPage) render.View {
	return render.View{Template: "pluginpages/show", Title: page.Plugin.Name, Nav: nav}
}

func (p *Pages) show(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	page, err := p.showPage(c, one)
	if err != nil {
		return err
	}
	return render.Page(c, showView(page), page)
}

// shown is how many lines of its log, and of its changes, stand on the page.
const shownLines = 6

func (p *Pages) showPage(c *fiber.Ctx, one plugins.Plugin) (ShowPage, error) {
	ctx, now := c.UserContext(), p.Clock.Now()
	running := p.Plugins.Running(one.ID)
	failing, err := p.Plugins.Failing(ctx, now.Add(-recent))
	if err != nil {
		return ShowPage{}, err
	}
	page := ShowPage{
		Plugin: one, URL: address(one.ID), Chip: stateChip(one, running, failing[one.ID], now), Failing: failing[one.ID],
		LastFault: running.LastFault, FaultAt: running.FaultAt, Recorded: one.Recording,
	}
	if now.Before(running.OffUntil) {
		page.Stopped = p.stopped(running)
	}
	if page.May, err = p.mayPart(c, one.ID); err != nil {
		return page, err
	}
	if err := p.versionRows(c, one, &page); err != nil {
		return page, err
	}
	if err := p.offers(c, one, &page); err != nil {
		return page, err
	}
	total, err := p.Plugins.Total(ctx, one.ID, now.Add(-day))
	if err != nil {
		return page, err
	}
	hours, err := p.Plugins.Figures(ctx, one.ID, now.Add(-day).Truncate(time.Hour), time.Hour)
	if err != nil {
		return page, err
	}
	if page.Figures, err = p.figuresOf(total, hours); err != nil {
		return page, err
	}
	lines, err := p.Plugins.Log(ctx, one.ID, plugins.LogFilter{Limit: shownLines})
	if err != nil {
		return page, err
	}
	page.Log = linesOf(lines)
	if page.Uses, err = p.Uses(ctx, one.ID); err != nil {
		return page, err
	}
	page.Here = p.here(running)
	changes, err := p.Plugins.History(ctx, one.ID, shownLines)
	if err != nil {
		return page, err
	}
	page.Changes, err = p.changesOf(ctx, changes)
	return page, err
}

// mayPart reads what the version that serves may see and do.
func (p *Pages) mayPart(c *fiber.Ctx, id string) (MayPart, error) {
	part := MayPart{URL: address(id)}
	one, err := p.Plugins.Find(c.UserContext(), id)
	if err != nil || one.Live == "" {
		return part, err
	}
	all, err := p.Plugins.Capabilities(c.UserContext(), one.Live)
	part.Live, part.May = true, capabilitiesOf(all, nil)
	for _, one := range part.May {
		if one.On {
			part.Allowed++
		}
	}
	return part, err
}

func (p *Pages) versionRows(c *fiber.Ctx, one plugins.Plugin, page *ShowPage) error {
	all, err := p.Plugins.Versions(c.UserContext(), one.ID)
	if err != nil {
		return err
	}
	for _, v := range all {
		row := VersionRow{Version: v, URL: versionAddress(v), Live: v.Hash == one.Live, Signature: signatureOf(v), Since: v.AddedAt}
		row.Newer = one.Live == "" || !row.Live && plugins.CompareVersions(v.Version, one.Version) >= 0
		if row.Live {
			row.Since, page.Signature = v.LiveSince, &row.Signature
		} else if one.Live != "" {
			row.Replay = address(one.ID, "replay") + "?version=" + v.Hash[:shortHash]
		}
		if !row.Live && v.InUse == 0 {
			row.Remove = versionAddress(v, "remove")
		}
		page.Versions = append(page.Versions, row)
		if v.Hash == one.Newest && row.Newer {
			page.Upgrade = &page.Versions[len(page.Versions)-1]
		}
	}
	return nil
}

// offers reads what the version that serves, or waits, offers and is
// configured with.
func (p *Pages) offers(c *fiber.Ctx, one plugins.Plugin, page *ShowPage) error {
	hash := one.Live
	if hash == "" {
		hash = one.Newest
	}
	if hash == "" {
		return nil
	}
	var err error
	if page.Offers, err = p.Plugins.Offered(c.UserContext(), hash); err != nil {
		return err
	}
	if page.Sub = kindsOf(page.Offers); one.Version != "" {
		page.Sub += ", version " + one.Version
	}
	if one.Live == "" {
		return nil
	}
	schema, secrets, err := p.Plugins.Settings(c.UserContext(), one.Live)
	page.Settings, page.Secrets = fieldsOf(schema, one.Config, nil), secretsOf(secrets, nil)
	return err
}

// here says how it runs on the server that answers.
func (p *Pages) here(r plugins.Running) []layout.Fact {
	loaded := "No; it is loaded when it is first called"
	if r.Loaded {
		loaded = "Yes, " + render.Plural(r.Instances, "instance", "instances")
	}
	out := []layout.Fact{{Term: "Loaded", Text: loaded}, {Term: "Between calls", Text: resetWords(r.Reset)}}
	if r.Why != "" {
		out = append(out, layout.Fact{Term: "Because", Text: r.Why})
	}
	breaker := "Closed: calls go through"
	if p.Clock.Now().Before(r.OffUntil) {
		breaker = "Open until " + p.clockOf(r.OffUntil) + ": calls are refused"
	}
	out = append(out, layout.Fact{Term: "Breaker", Text: breaker})
	if r.Dropped > 0 {
		out = append(out, layout.Fact{Term: "Not recorded", Text: render.Plural(int(r.Dropped), "line or call of a plugin", "lines and calls of plugins") + " found no room"})
	}
	return out
}

func (p *Pages) changesOf(ctx context.Context, all []core.Recorded) ([]Change, error) {
	ids := make([]string, 0, len(all))
	for _, r := range all {
		if r.Actor.IsStaff() {
			ids = append(ids, r.Actor.ID)
		}
	}
	names, err := p.Names(ctx, ids...)
	out := make([]Change, len(all))
	for i, r := range all {
		by := names[r.Actor.ID]
		switch {
		case by == "" && r.Actor.Kind == core.ActorSystem:
			by = "Casement"
		case by == "":
			by = "somebody"
		}
		out[i] = Change{At: r.HappenedAt, By: by, What: changeWords(r)}
	}
	return out, err
}

func changeWords(e core.Recorded) string {
	version, _ := e.About["version"].(string)
	switch e.Kind {
	case core.PluginAdded:
		if unsigned, _ := e.About["unsigned"].(bool); unsigned {
			return "Version " + version + " was taken unsigned"
		}
		return "Version " + version + " was added"
	case core.PluginLive:
		return "Version " + version + " went live"
	case core.PluginGranted:
		return "What it may do was changed"
	case core.PluginConfigured:
		if recording, is := e.About["recording"].(bool); is {
			if recording {
				return "Recording of its calls was switched on"
			}
			return "Recording of its calls was switched off"
		}
		return "Its settings were changed"
	case core.PluginSwitched:
		if on, _ := e.About["on"].(bool); on {
			return "It was switched on"
		}
		if reason, _ := e.About["reason"].(string); reason != "" {
			return "It was switched off: " + reason
		}
		return "It was switched off"
	case core.PluginRevived:
		return "It was let run again after faults"
	case core.PluginRemoved:
		return "Version " + version + " was removed"
	}
	return string(e.Kind)
}
