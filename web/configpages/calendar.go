package configpages

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// CalendarPage shows a version of a calendar.
type CalendarPage struct {
	Name       string
	URL        string
	Version    int
	Newest     int
	By         string
	At         time.Time
	Facts      []layout.Fact
	Hours      []layout.Fact
	Holidays   []HolidayRow // of this year and the next
	Others     int          // how many more there are
	Open       bool         // now
	Next       time.Time    // the next working day begins
	InFiveDays time.Time    // five working days from now
	UsedBy     []render.Link
	CanPublish bool
}

// Old reports whether a later version is live.
func (p CalendarPage) Old() bool { return p.Version < p.Newest }

// HolidayRow is one holiday.
type HolidayRow struct {
	Day, Name, Hours string
}

func (p *Pages) showCalendar(c *fiber.Ctx) error {
	ctx, key := c.UserContext(), c.Params("key")
	versions, err := p.types.Versions(ctx, casetypes.KindCalendar, key)
	if err != nil {
		return err
	}
	version, err := versionOf(c, versions[0].Version)
	if err != nil {
		return err
	}
	calendar, err := p.types.CalendarAt(ctx, key, version)
	if err != nil {
		return err
	}
	page := calendarPage(calendar, p.clock.Now())
	page.URL, page.Version, page.Newest = addressOf(casetypes.KindCalendar, key), version, versions[0].Version
	page.CanPublish = casetypes.MayPublish(render.Actor(c))
	i := slices.IndexFunc(versions, func(v casetypes.Version) bool { return v.Version == version })
	row := rowOf(versions[i])
	page.By, page.At = row.By, row.At
	types, err := p.types.All(ctx)
	if err != nil {
		return err
	}
	for _, t := range types {
		if t.Calendar == key {
			page.UsedBy = append(page.UsedBy, render.Link{Label: t.Name.String(), URL: addressOf(casetypes.KindCaseType, t.Key)})
		}
	}
	return render.Page(c, render.View{Template: "configpages/calendar", Title: page.Name, Nav: nav}, page)
}

func calendarPage(calendar *core.Calendar, now time.Time) CalendarPage {
	page := CalendarPage{
		Name: calendar.Name.String(), Open: calendar.IsOpen(now), Next: calendar.NextOpening(now),
		InFiveDays: calendar.AddWorkingDays(now, 5),
		Facts:      []layout.Fact{{Term: "Key", Text: calendar.Key}, {Term: "Time zone", Text: calendar.Zone}},
	}
	for i := range 7 {
		weekday := time.Weekday((i + 1) % 7)
		page.Hours = append(page.Hours, layout.Fact{Term: weekday.String(), Text: casetypes.HoursWords(calendar.Hours[weekday])})
	}
	year := now.In(calendar.Location()).Year()
	for _, h := range calendar.Holidays {
		if h.Date.Year != year && h.Date.Year != year+1 {
			page.Others++
			continue
		}
		day := time.Date(h.Date.Year, h.Date.Month, h.Date.Day, 0, 0, 0, 0, time.UTC)
		page.Holidays = append(page.Holidays, HolidayRow{day.Format("Monday 2 January 2006"), h.Name, casetypes.HoursWords(h.Hours)})
	}
	return page
}
