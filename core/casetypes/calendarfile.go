package casetypes

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// CalendarFile is a calendar as files write it: with the public holidays of
// regions instead of a list of dates.
type CalendarFile struct {
	Name     core.Text      `json:"name"`
	Zone     string         `json:"zone"`
	Hours    core.WeekHours `json:"hours"`
	Holidays HolidayRules   `json:"holidays,omitzero"`
	Roll     core.Roll      `json:"roll,omitempty"` // of due times outside working hours; see [core.CalendarSpec]
}

// HolidayRules fill a calendar's holidays. A date of its own replaces what the
// regions say of that day.
type HolidayRules struct {
	Region names          `json:"region,omitempty"` // one or several, united
	From   int            `json:"from,omitempty"`   // years; see defaultFrom
	Until  int            `json:"until,omitempty"`
	Dates  []core.Holiday `json:"dates,omitempty"`
}

// The years that holidays are worked out for unless the file says others.
const (
	defaultFrom  = 2020
	defaultUntil = 2040
	firstYear    = 1990
	lastYear     = 2100
)

func (d *decoder) calendar(root *yaml.Node, key string) (*core.CalendarSpec, *CalendarFile) {
	var file CalendarFile
	rest := &yaml.Node{Kind: yaml.MappingNode, Line: root.Line, Column: root.Column}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if !slices.Contains([]string{"casement", "kind", "key"}, root.Content[i].Value) {
			rest.Content = append(rest.Content, root.Content[i:i+2]...)
		}
	}
	d.members(rest, nil, reflect.ValueOf(&file).Elem())
	spec := &core.CalendarSpec{Key: key, Name: file.Name, Zone: file.Zone, Hours: file.Hours, Roll: file.Roll}
	spec.Holidays = d.holidays(child(root, "holidays"), file.Holidays)
	return spec, &file
}

func (d *decoder) holidays(n *yaml.Node, rules HolidayRules) []core.Holiday {
	from, until := rules.years()
	if n == nil {
		return nil
	}
	if from < firstYear || until > lastYear || until < from {
		d.say(n, At("holidays"), "Holidays are worked out from %d to %d at most, and not backwards.", firstYear, lastYear)
		return nil
	}
	for _, region := range rules.Region {
		if _, known := regionHolidays(region); !known {
			hint, meant := didYouMean(region, Regions())
			d.sayMeant(n, At("holidays", "region"), meant, "The holidays of “%s” are not known.%s", shorten(region), hint)
		}
	}
	own := map[core.Date]bool{}
	for i, h := range rules.Dates {
		if own[h.Date] {
			d.say(n, At("holidays", "dates", i), "%s is listed twice. Keep one.", h.Date)
		}
		own[h.Date] = true
	}
	return rules.list(from, until)
}

// Spec is the calendar that the file means, with every holiday as a date.
// Regions that are not known have none, and years that are too many are left out.
func (f CalendarFile) Spec(key string) core.CalendarSpec {
	from, until := f.Holidays.years()
	return core.CalendarSpec{
		Key: key, Name: f.Name, Zone: f.Zone, Hours: f.Hours, Roll: f.Roll,
		Holidays: f.Holidays.list(max(from, firstYear), min(until, lastYear)),
	}
}

// years are the years that holidays are worked out for.
func (rules HolidayRules) years() (from, until int) {
	from, until = rules.From, rules.Until
	if from == 0 {
		from = defaultFrom
	}
	if until == 0 {
		until = max(defaultUntil, from)
	}
	return from, until
}

// list works the holidays out, by date.
func (rules HolidayRules) list(from, until int) []core.Holiday {
	byDate := map[core.Date]core.Holiday{}
	for _, region := range rules.Region {
		list, _ := regionHolidays(region)
		for _, h := range holidaysOf(list, from, until) {
			byDate[h.Date] = h
		}
	}
	for _, h := range rules.Dates {
		byDate[h.Date] = h
	}
	out := make([]core.Holiday, 0, len(byDate))
	for _, h := range byDate {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b core.Holiday) int { return strings.Compare(a.Date.String(), b.Date.String()) })
	if len(out) == 0 {
		return nil
	}
	return out
}

func (doc Document) checkCalendar() Findings {
	var findings Findings
	c := &Check{say: func(at Path, message, meant string) {
		findings = append(findings, doc.source.finding(at, message, meant))
	}}
	c.Words(At("name"), doc.Calendar.Name, maxName)
	for _, h := range doc.Calendar.Holidays {
		if strings.TrimSpace(h.Name) == "" || len(h.Name) > maxName {
			c.Say(At("holidays", "dates"), "The holiday on %s needs a name of 1 to %d letters.", h.Date, maxName)
		}
	}
	if _, err := core.NewCalendar(*doc.Calendar, 0); err != nil {
		c.Err(nil, err)
	}
	return findings.sorted()
}

// EncodeCalendar writes a calendar as a file that [Decode] reads back as the
// same, with every holiday as a date.
func EncodeCalendar(spec core.CalendarSpec) ([]byte, error) {
	root := headNode(KindCalendar, spec.Key)
	file := CalendarFile{Name: spec.Name, Zone: spec.Zone, Hours: spec.Hours, Holidays: HolidayRules{Dates: spec.Holidays}, Roll: spec.Roll}
	v := reflect.ValueOf(file)
	for _, m := range membersOf(v.Type()) {
		if m.name == "holidays" && len(spec.Holidays) == 0 || m.name == "roll" && spec.Roll == core.RollNone {
			continue
		}
		value, err := node(v.Field(m.index))
		if err != nil {
			return nil, err
		}
		put(root, m.name, value)
	}
	return render(root)
}

// DiffCalendar says in sentences what differs between two versions of a
// calendar. A before of nil is a new one.
func DiffCalendar(before, after *core.CalendarSpec) []Change {
	d := &Differ{section: "calendar"}
	if before == nil {
		d.Add(Added, "Calendar ‘%s’ is new.", after.Name)
		return d.changes
	}
	d.words("Name", before.Name, after.Name)
	if before.Zone != after.Zone {
		d.Add(Changed, "Time zone: %s.", arrow(before.Zone, after.Zone))
	}
	if before.Roll != after.Roll {
		d.Add(Changed, "Due times outside working hours: %s.", arrow(rollWords(before.Roll), rollWords(after.Roll)))
	}
	for i := range 7 {
		weekday := time.Weekday((i + 1) % 7)
		if was, is := before.Hours[weekday], after.Hours[weekday]; !slices.Equal(was, is) {
			d.Add(Changed, "%s: %s.", weekday, arrow(HoursWords(was), HoursWords(is)))
		}
	}
	diffHolidays(d, before.Holidays, after.Holidays)
	return d.changes
}

// rollWords says what becomes of a due time outside working hours.
func rollWords(r core.Roll) string { return cmp.Or(r.Words(), "left where they are") }

// HoursWords says the hours of a day: “09:00–12:30 and 13:00–17:00” or
// “closed”.
func HoursWords(openings []core.Opening) string {
	if len(openings) == 0 {
		return "closed"
	}
	out := make([]string, len(openings))
	for i, o := range openings {
		out[i] = o.From.String() + "–" + o.To.String()
	}
	return oneOf(out, "and")
}

func diffHolidays(d *Differ, was, is []core.Holiday) {
	var added, removed []string
	say := func(h core.Holiday) string {
		out := fmt.Sprintf("%s (%s)", h.Date, h.Name)
		if len(h.Hours) > 0 {
			out += " open " + HoursWords(h.Hours)
		}
		return out
	}
	known := map[string]bool{}
	for _, h := range was {
		known[say(h)] = true
	}
	for _, h := range is {
		if s := say(h); known[s] {
			delete(known, s)
		} else {
			added = append(added, s)
		}
	}
	for _, h := range was {
		if s := say(h); known[s] {
			removed = append(removed, s)
		}
	}
	const most = 12
	for _, list := range []struct {
		kind  ChangeKind
		dates []string
	}{{Added, added}, {Removed, removed}} {
		shown := list.dates
		if len(shown) > most {
			shown = shown[:most]
		}
		for _, s := range shown {
			d.Add(list.kind, "Holiday %s %s.", s, list.kind)
		}
		if rest := len(list.dates) - len(shown); rest > 0 {
			d.Add(list.kind, "%s more %s.", plural(rest, "holiday"), list.kind)
		}
	}
}
