package pluginpages

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ReplayPage runs recorded calls against another version.
type ReplayPage struct {
	Plugin    Header
	URL       string
	Version   layout.Field
	Number    layout.Field
	Recording bool
	Recorded  int // calls there are
	Problem   string
	Done      *Replayed
}

// Replayed is what came of it.
type Replayed struct {
	Version   string
	Of        int
	Ran       int
	Same      int
	Different int
	Failed    int
	Stopped   bool // it took too long: the newest were not run
	Rows      []ReplayRow
	More      int    // differ, and are not shown
	Review    string // where it is let serve; "" when it serves
	Verdict   layout.Chip
}

// ReplayRow is one call that was answered differently.
type ReplayRow struct {
	plugins.Call
	Event string
	Chip  layout.Chip
	Diff  []string
	Fault string
	Text  string
}

// Of a replay: how long one may take, how many calls are offered, and how many
// differences are shown.
const (
	replayTime  = 10 * time.Second
	replayShown = 50
)

var replayNumbers = []int{50, 200, 1000}

func replayView(page ReplayPage) render.View {
	return render.View{Template: "pluginpages/replay", Title: "Replay, " + page.Plugin.Name, Nav: nav}
}

func (p *Pages) showReplay(c *fiber.Ctx) error {
	page, _, _, err := p.replayPage(c, c.Query("version"), c.Query("calls"))
	if err != nil {
		return err
	}
	return render.Page(c, replayView(page), page)
}

func (p *Pages) replayPage(c *fiber.Ctx, hash, number string) (page ReplayPage, v plugins.Version, n int, err error) {
	one, err := p.find(c)
	if err != nil {
		return page, v, 0, err
	}
	ctx := c.UserContext()
	if hash == "" {
		hash = one.Newest
	}
	if v, err = p.version(c, one, hash); err != nil {
		return page, v, 0, err
	}
	versions, err := p.Plugins.Versions(ctx, one.ID)
	if err != nil {
		return page, v, 0, err
	}
	calls, err := p.Plugins.Calls(ctx, one.ID, plugins.MaxCalls)
	if err != nil {
		return page, v, 0, err
	}
	if n, err = strconv.Atoi(number); err != nil || !slices.Contains(replayNumbers, n) {
		n = 200
	}
	page = ReplayPage{
		Plugin: Header{ID: one.ID, Name: one.Name, URL: address(one.ID)}, URL: address(one.ID, "replay"), Recording: one.Recording, Recorded: len(calls),
		Version: layout.Field{Name: "version", Label: "Against version", Value: v.Hash[:shortHash], Options: versionOptions(versions, one.Live)},
		Number:  layout.Field{Name: "calls", Label: "How many", Value: itoa(n)},
	}
	for _, many := range replayNumbers {
		page.Number.Options = append(page.Number.Options, layout.Option{Value: itoa(many), Label: "The last " + render.Number(many)})
	}
	return page, v, n, nil
}

func (p *Pages) replay(c *fiber.Ctx) error {
	page, v, n, err := p.replayPage(c, c.FormValue("version"), c.FormValue("calls"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), replayTime)
	defer cancel()
	all, err := p.Plugins.Replay(ctx, render.Actor(c), v.Hash, n)
	stopped := err != nil && ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && c.UserContext().Err() == nil
	if err != nil && !stopped {
		return err
	}
	one, err := p.find(c)
	if err != nil {
		return err
	}
	done := replayedOf(all, min(n, page.Recorded))
	done.Version, done.Stopped = v.Version, stopped
	if v.Hash != one.Live {
		done.Review = versionAddress(v)
	}
	page.Done = &done
	return render.Page(c, replayView(page), page)
}

// replayedOf counts what came of the calls, and words those that differ, the
// newest first.
func replayedOf(all []plugins.Replayed, of int) Replayed {
	out := Replayed{Of: of, Ran: len(all)}
	for _, r := range slices.Backward(all) {
		row := ReplayRow{Call: r.Call, Event: eventLabel(r.Call.Event), Diff: r.Diff, Fault: r.Fault}
		switch {
		case r.Same:
			out.Same++
			continue
		case r.Fault != "" && r.Call.Fault != "":
			out.Different++
			row.Chip = layout.Chip{Label: "Fails otherwise", Icon: "warn", Tone: "warn"}
			row.Text = "Before it failed with: " + r.Call.Fault
		case r.Fault != "":
			out.Failed++
			row.Chip = layout.Chip{Label: "Fails now", Icon: "stop", Tone: "bad"}
		case r.Call.Fault != "":
			out.Different++
			row.Chip = layout.Chip{Label: "Works now", Icon: "ok", Tone: "good"}
			row.Text = "Before it failed with: " + r.Call.Fault
		default:
			out.Different++
			row.Chip = layout.Chip{Label: "Different", Icon: "edit", Tone: "warn"}
		}
		if len(out.Rows) < replayShown {
			out.Rows = append(out.Rows, row)
		} else {
			out.More++
		}
	}
	switch {
	case out.Ran == 0:
	case out.Failed > 0:
		out.Verdict = layout.Chip{Label: "Some calls fail", Icon: "stop", Tone: "bad"}
	case out.Different > 0:
		out.Verdict = layout.Chip{Label: "Some answers differ", Icon: "edit", Tone: "warn"}
	default:
		out.Verdict = layout.Chip{Label: "Every answer is the same", Icon: "ok", Tone: "good"}
	}
	return out
}
