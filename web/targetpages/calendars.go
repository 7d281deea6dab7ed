package targetpages

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// yearItem begins what is open of a calendar when another year is looked at.
const yearItem = "year/"

func (p *Pages) calendars() editing.Editor {
	return editing.Editor{
		Section: editing.Calendar,
		Show: func(e *editing.Edit) (editing.Panel, error) {
			year, err := yearOf(e)
			if err != nil {
				return editing.Panel{}, err
			}
			return editing.Panel{
				Groups: calendarGroups(e),
				Parts:  []editing.Part{{Template: "targetpages/year", Data: yearView(e, year)}},
			}, nil
		},
		Change: func(e *editing.Edit) error {
			if e.Do != "save" {
				return core.Invalid("This button is not known.")
			}
			e.Said = "Changed the calendar"
			return takeCalendar(e)
		},
		Aside: p.calendarMeaning,
	}
}

func yearOf(e *editing.Edit) (int, error) {
	typed, asked := strings.CutPrefix(e.Item, yearItem)
	if !asked {
		return e.Now.Year(), nil
	}
	year, err := strconv.Atoi(typed)
	if err != nil || year < 1990 || year > 2100 {
		return 0, core.NotFound("There is no such year.")
	}
	return year, nil
}

// weekdays are the days of the week as an office has them.
func weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func hoursField(day time.Weekday) string { return "hours-" + strings.ToLower(day.String()[:3]) }

func calendarGroups(e *editing.Edit) []editing.Group {
	f := e.Calendar
	hours := editing.Group{Title: "Working hours", About: "By the clocks of the zone. A break stands between two openings: 09:00-12:30, 13:00-17:00. Nothing: closed."}
	for _, day := range weekdays() {
		hours.Inputs = append(hours.Inputs, e.KeyLine(hoursField(day), day.String(), "", hoursLine(f.Hours[day]), casetypes.At("hours", strings.ToLower(day.String()[:3]))))
	}
	regions := make([]layout.Option, 0, len(casetypes.Regions()))
	for _, r := range casetypes.Regions() {
		regions = append(regions, layout.Option{Value: r, Label: regionName(r)})
	}
	at := casetypes.At("holidays")
	return []editing.Group{
		{Title: "The office", Inputs: []editing.Input{
			e.WordsInput("name", "Name", "", f.Name, casetypes.At("name")),
			e.KeyLine("zone", "Time zone", "Such as Europe/London. Hours follow its clocks, summer and winter.", f.Zone, casetypes.At("zone")),
		}},
		hours,
		{Title: "Holidays", Inputs: []editing.Input{
			e.TickBoxes("region", "Public holidays of", "Several are united: the office is closed on all of them.", regions, f.Holidays.Region, at.And("region")),
			e.NumberLine("from", "From the year", "2020 unless you say otherwise.", f.Holidays.From, at.And("from")),
			e.NumberLine("until", "Until the year", "2040 unless you say otherwise.", f.Holidays.Until, at.And("until")),
			e.Area("dates", "Own dates", "One a line, before the public holidays: 2026-12-24 Christmas Eve 09:00-12:00. Without hours the office is closed.", dateLines(f.Holidays.Dates), at.And("dates")),
		}},
		{Title: "Due times", Inputs: []editing.Input{
			e.Choice("roll", "A due time at a weekend or on a holiday is", "For promises of calendar days, weeks, months and years that say nothing else.", string(f.Roll), rollOptions("left where it is"), casetypes.At("roll")),
		}},
	}
}

func takeCalendar(e *editing.Edit) error {
	next := *e.Calendar
	next.Name, next.Zone, next.Roll = e.Words("name"), e.Get("zone"), core.Roll(e.Get("roll"))
	for _, day := range weekdays() {
		openings, err := parseHours(e.Get(hoursField(day)))
		if err != nil {
			return core.InvalidField(hoursField(day), "%s", err)
		}
		next.Hours[day] = openings
	}
	next.Holidays.Region = e.Once("region")
	var err error
	if next.Holidays.From, err = e.Number("from", 2100); err != nil {
		return err
	}
	if next.Holidays.Until, err = e.Number("until", 2100); err != nil {
		return err
	}
	if next.Holidays.Dates, err = parseDates(e.Get("dates")); err != nil {
		return core.InvalidField("dates", "%s", err)
	}
	*e.Calendar = next
	return nil
}

func hoursLine(openings []core.Opening) string {
	out := make([]string, len(openings))
	for i, o := range openings {
		out[i] = o.String()
	}
	return strings.Join(out, ", ")
}

// parseHours reads "09:00-12:30, 13:00-17:00"; nothing is closed.
func parseHours(text string) ([]core.Opening, error) {
	var out []core.Opening
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		o, err := core.ParseOpening(part)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func dateLines(dates []core.Holiday) string {
	out := make([]string, len(dates))
	for i, h := range dates {
		out[i] = strings.TrimSpace(h.Date.String() + " " + h.Name + " " + hoursLine(h.Hours))
	}
	return strings.Join(out, "\n")
}

// parseDates reads one date a line: the date, its name, and hours if the office
// is open.
func parseDates(text string) ([]core.Holiday, error) {
	var out []core.Holiday
	for _, line := range linesOf(text) {
		first, rest, _ := strings.Cut(line, " ")
		date, err := core.ParseDate(first)
		if err != nil {
			return nil, core.Invalid("“%s” does not begin with a date such as 2026-12-24.", line)
		}
		name, hours := rest, ""
		if i := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' }); i >= 0 {
			if _, err := parseHours(rest[i:]); err == nil {
				name, hours = rest[:i], rest[i:]
			}
		}
		if name = strings.TrimSpace(name); name == "" {
			return nil, core.Invalid("Give %s a name, such as Staff training.", date)
		}
		openings, err := parseHours(hours)
		if err != nil {
			return nil, err
		}
		out = append(out, core.Holiday{Date: date, Name: name, Hours: openings})
	}
	return out, nil
}

func regionName(key string) string {
	words := strings.Split(key, "-")
	for i, w := range words {
		if w != "and" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// calendarMeaning says beside the editor what the draft of a calendar means.
func (p *Pages) calendarMeaning(e *editing.Edit) ([]editing.Note, error) {
	address := "/configuration/calendars/" + url.PathEscape(e.Key)
	links := []editing.Note{{
		Title: "Open cases", Sentences: []string{"Targets that run keep the version they began with, until somebody puts them on the new one."},
		Link: render.Link{Label: "What would change for them?", URL: address + "/what-if"},
	}}
	_, _, err := p.o.Types.Calendar(e.Ctx, e.Key)
	switch {
	case core.KindOf(err) == core.ErrNotFound:
		links = nil // a new calendar: nothing runs on it
	case err != nil:
		return nil, err
	default:
		n, err := p.o.Targets.Outdated(e.Ctx, e.Key)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			links = append(links, editing.Note{
				Title:     "Running targets",
				Sentences: []string{render.Plural(n, "running target is", "running targets are") + " on an older version."},
				Link:      render.Link{Label: "Put them on the published one", URL: address + "/recalculate"},
			})
		}
	}
	calendar, err := core.NewCalendar(e.Calendar.Spec(e.Key), 0)
	if err != nil {
		return links, nil // the finding beside the input says what is wrong
	}
	note := editing.Note{Title: "The office, by these hours"}
	zone := calendar.Location()
	if calendar.IsOpen(e.Now) {
		note.Sentences = append(note.Sentences, "The office is open now.")
	} else {
		note.Sentences = append(note.Sentences, "The office is closed now, and opens "+say(calendar.NextOpening(e.Now), zone)+".")
	}
	for _, sample := range []core.Promise{
		{Span: core.Span{Count: 5, Unit: core.WorkingDays}}, {Span: core.Span{Count: 8, Unit: core.WorkingHours}}, {Span: core.Span{Count: 1, Unit: core.Months}},
	} {
		for _, at := range sampleMoments(e.Now, calendar)[:2] {
			note.Facts = append(note.Facts, layout.Fact{Term: sample.String() + " from " + say(at, zone), Text: say(sample.DueFrom(at, calendar), zone)})
		}
	}
	year := e.Now.In(zone).Year()
	note.Facts = append(note.Facts, layout.Fact{Term: fmt.Sprintf("Working days in %d", year), Text: render.Number(workingDays(calendar, year))})
	return append([]editing.Note{note}, links...), nil
}

func workingDays(calendar *core.Calendar, year int) int {
	n := 0
	for date := (core.Date{Year: year, Month: time.January, Day: 1}); date.Year == year; date = date.Add(1) {
		if calendar.IsWorkingDay(date) {
			n++
		}
	}
	return n
}

// Year is a year of a calendar at a glance.
type Year struct {
	Year           int
	Earlier, Later string // addresses of the years beside it
	Working        int
	Months         []Month
	Holidays       []YearDay
	Wrong          bool // the draft is no calendar yet
}

// Month is a month of a [Year], week by week from Monday.
type Month struct {
	Name  string
	Weeks [][]YearDay
}

// YearDay is a day of a month, or, with Day 0, the room before its first and
// after its last.
type YearDay struct {
	Day    int
	Kind   string // "open", "closed", "holiday" or "short"
	Title  string // "Fri 25 December: Christmas Day, closed"
	Marked bool   // with a name: it stands in the list below
}

func yearView(e *editing.Edit, year int) Year {
	view := Year{Year: year, Earlier: e.Link(yearItem + strconv.Itoa(year-1)), Later: e.Link(yearItem + strconv.Itoa(year+1))}
	calendar, err := core.NewCalendar(e.Calendar.Spec(e.Key), 0)
	if err != nil {
		view.Wrong = true
		return view
	}
	view.Working = workingDays(calendar, year)
	for m := time.January; m <= time.December; m++ {
		month := Month{Name: m.String()}
		week := make([]YearDay, (int(core.Date{Year: year, Month: m, Day: 1}.Weekday())+6)%7, 7)
		for date := (core.Date{Year: year, Month: m, Day: 1}); date.Month == m; date = date.Add(1) {
			day := yearDay(calendar, date)
			if day.Marked {
				view.Holidays = append(view.Holidays, day)
			}
			if week = append(week, day); len(week) == 7 {
				month.Weeks, week = append(month.Weeks, week), make([]YearDay, 0, 7)
			}
		}
		if len(week) > 0 {
			month.Weeks = append(month.Weeks, append(week, make([]YearDay, 7-len(week))...))
		}
		view.Months = append(view.Months, month)
	}
	return view
}

func yearDay(calendar *core.Calendar, date core.Date) YearDay {
	day := YearDay{Day: date.Day, Kind: "open"}
	words := time.Date(date.Year, date.Month, date.Day, 12, 0, 0, 0, time.UTC).Format("Mon 2 January")
	h, special := calendar.Holiday(date)
	switch {
	case special && len(h.Hours) > 0:
		day.Kind, day.Marked, day.Title = "short", true, words+": "+h.Name+", "+casetypes.HoursWords(h.Hours)
	case special:
		day.Kind, day.Marked, day.Title = "holiday", true, words+": "+h.Name
	case !calendar.IsWorkingDay(date):
		day.Kind, day.Title = "closed", words+": closed"
	default:
		day.Title = words + ": " + casetypes.HoursWords(calendar.Hours[date.Weekday()])
	}
	return day
}

// Marks lists the days that differ from their weekday, in words.
func (y Year) Marks() []string {
	out := make([]string, 0, len(y.Holidays))
	for _, d := range y.Holidays {
		out = append(out, d.Title)
	}
	return slices.Clip(out)
}
