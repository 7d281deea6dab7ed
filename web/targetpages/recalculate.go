package targetpages

import (
	"fmt"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/render"
)

// RecalculatePage puts running targets on the published version of a calendar.
type RecalculatePage struct {
	Name, URL string
	Version   int
	Outdated  int // running targets on an older version, before this page
	Begun     bool
	Done      bool
	After     string     // where the next part begins
	Moved     int        // targets with another due time
	Changed   []ShiftRow // those of them on cases within reach
	Cases     int        // looked at by this page
}

func (p *Pages) recalculatePage(c *fiber.Ctx) (RecalculatePage, *core.Calendar, error) {
	ctx, key := c.UserContext(), c.Params("key")
	calendar, version, err := p.o.Types.Calendar(ctx, key)
	if err != nil {
		return RecalculatePage{}, nil, err
	}
	outdated, err := p.o.Targets.Outdated(ctx, key)
	return RecalculatePage{
		Name: calendar.Name.String(), URL: "/configuration/calendars/" + url.PathEscape(key), Version: version, Outdated: outdated,
	}, calendar, err
}

func recalculateView(page RecalculatePage) render.View {
	return render.View{Template: "targetpages/recalculate", Title: "Running targets, " + page.Name, Nav: nav}
}

func (p *Pages) showRecalculate(c *fiber.Ctx) error {
	page, _, err := p.recalculatePage(c)
	if err != nil {
		return err
	}
	return render.Page(c, recalculateView(page), page)
}

// recalculate does one part, and shows which targets it moved and how to go on.
func (p *Pages) recalculate(c *fiber.Ctx) error {
	page, calendar, err := p.recalculatePage(c)
	if err != nil {
		return err
	}
	after := core.TargetID{}
	if typed := c.FormValue("after"); typed != "" {
		if after, err = core.ParseID[core.TargetID](typed); err != nil {
			return core.Invalid("There is nothing to go on with. Begin again.")
		}
	}
	reach, err := p.o.Cases.ReachOf(c.UserContext(), render.Actor(c), core.MayView)
	if err != nil {
		return err
	}
	done, err := p.o.Targets.Recalculate(c.UserContext(), reach, c.Params("key"), after)
	if err != nil {
		return err
	}
	page.Begun, page.Done, page.After, page.Cases, page.Moved = true, done.Done, done.Next.String(), done.Cases, done.Moved
	page.Changed = rescheduledRows(done.Changed, calendar)
	if page.Outdated, err = p.o.Targets.Outdated(c.UserContext(), c.Params("key")); err != nil {
		return err
	}
	return render.Page(c, recalculateView(page), page)
}

// targetName names a target; that of a task by its number too.
func targetName(rule string, name core.Text) string {
	if no, typeKey, isTask := core.ParseTaskTarget(rule); isTask && typeKey != "" {
		return fmt.Sprintf("Task %d, %s", no, name)
	}
	return name.String()
}

func rescheduledRows(changed []targets.Rescheduled, calendar *core.Calendar) []ShiftRow {
	out := make([]ShiftRow, len(changed))
	for i, r := range changed {
		out[i] = ShiftRow{
			Ref: string(r.Ref), URL: "/cases/" + url.PathEscape(string(r.Ref)), Target: targetName(r.Rule, r.Name),
			Was: dueWords(r.Was, calendar.Location()), Is: dueWords(r.Is, calendar.Location()),
		}
	}
	return out
}
