package searchpages

import (
	"context"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/render"
)

// The presentations of one search.
const (
	showList  = "" // as the address says it: by nothing
	showCards = "cards"
	showMap   = "map"
)

// Bounds of an address.
const (
	maxValues = 50   // of one filter
	maxFields = 20   // of a case type
	maxText   = 200  // letters of a field's value
	maxQuery  = 4000 // bytes of a query that a form carries
)

// asked is a search as the address has it.
type asked struct {
	pages   *Pages
	by      core.Actor
	request search.Request
	show    string
	state   url.Values        // canonical: what is on, and nothing else; the page is not in it
	typed   map[string]string // dates as they were typed
	wrong   map[string]string // parameter → message
	types   map[string]*core.CaseType
	names   map[string]string // of groups
	staff   []core.StaffUser  // read when a colleague is asked for
	now     time.Time         // in the organisation's zone
}

// ask reads the address of a request.
func (p *Pages) ask(c *fiber.Ctx) (*asked, error) {
	values := url.Values{}
	for key, value := range c.Context().QueryArgs().All() {
		values.Add(string(key), string(value))
	}
	return p.askFor(c.UserContext(), render.Actor(c), values)
}

// askFor reads a query. What names nothing that there is, such as a case type
// that was retired, is left out; what cannot be read at all is in wrong.
func (p *Pages) askFor(ctx context.Context, by core.Actor, values url.Values) (*asked, error) {
	a := &asked{
		pages: p, by: by, state: url.Values{}, typed: map[string]string{}, wrong: map[string]string{}, types: map[string]*core.CaseType{},
		names: map[string]string{}, now: p.Clock.Now().In(p.Zone),
	}
	all, err := p.Cases.Types().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		a.types[t.Key] = t
	}
	groups, err := p.People.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		a.names[g.Key] = g.Name
	}
	a.request.Typed, a.request.Facets = strings.TrimSpace(values.Get("q")), true
	a.keep("q", a.request.Typed)
	a.readKeys(values)
	if err := a.readAssignee(ctx, values); err != nil {
		return nil, err
	}
	a.readTimes(values)
	a.readPlace(values)
	a.readFields(values)
	switch order := search.Order(values.Get("sort")); order {
	case search.ByNewest, search.ByOldest, search.ByDue:
		a.request.Order = order
		a.keep("sort", string(order))
	}
	if show := values.Get("show"); show == showCards || show == showMap {
		a.show = show
		a.keep("show", show)
	}
	a.request.Page = 1
	if page, err := strconv.Atoi(values.Get("page")); err == nil {
		a.request.Page = max(1, page)
	}
	return a, nil
}

func (a *asked) keep(name, value string) {
	if value != "" {
		a.state.Set(name, value)
	}
}

// readKeys reads the filters whose values are keys that somebody configured.
func (a *asked) readKeys(values url.Values) {
	known := func(name string, is func(string) bool) []string {
		var out []string
		for _, value := range values[name] {
			if value != "" && len(out) < maxValues && is(value) && !slices.Contains(out, value) {
				out = append(out, value)
				a.state.Add(name, value)
			}
		}
		return out
	}
	f := &a.request.Filter
	f.Types = known("type", func(s string) bool { return a.types[s] != nil })
	f.Subtypes = known("subtype", func(s string) bool { return a.subtypeName(s) != "" })
	for _, kind := range known("kind", func(s string) bool { return kindNames[core.StatusKind(s)] != "" }) {
		f.Kinds = append(f.Kinds, core.StatusKind(kind))
	}
	f.Statuses = known("status", func(s string) bool { return a.statusName(s) != "" })
	f.Stages = known("stage", func(s string) bool { return a.stageName(s) != "" })
	f.Groups = known("group", func(s string) bool { return a.names[s] != "" })
	f.Priorities = known("priority", func(s string) bool { return a.priorityName(s) != "" })
	f.Channels = known("channel", func(s string) bool { return channelName(s) != "" })
}

// readAssignee reads with whom cases are: "me", "none" or a colleague by
// number. "colleague" is a list's own name for the last, and wins: it is empty
// unless somebody has just chosen.
func (a *asked) readAssignee(ctx context.Context, values url.Values) error {
	value := values.Get("assignee")
	if colleague := values.Get("colleague"); colleague != "" {
		value = colleague
	}
	switch assignee := search.Assignee(value); assignee {
	case "":
		return nil
	case search.AssigneeMe, search.AssigneeNone:
		a.request.Filter.Assignee = assignee
		a.keep("assignee", value)
		return nil
	}
	staff, err := a.colleagues(ctx)
	if err != nil {
		return err
	}
	for _, u := range staff {
		if strconv.Itoa(u.No) != value {
			continue
		}
		a.request.Filter.Assignee = search.Assignee(u.ID.String())
		if u.ID == a.by.StaffID() {
			a.request.Filter.Assignee, value = search.AssigneeMe, string(search.AssigneeMe)
		}
		a.keep("assignee", value)
	}
	return nil
}

func (a *asked) colleagues(ctx context.Context) ([]core.StaffUser, error) {
	if a.staff == nil {
		var err error
		if a.staff, err = a.pages.People.Users(ctx); err != nil {
			return nil, err
		}
	}
	return a.staff, nil
}

// readTimes reads spans that have a name, and ranges of days.
func (a *asked) readTimes(values url.Values) {
	f := &a.request.Filter
	switch due := values.Get("due"); due {
	case dueLate:
		f.Overdue = true
		a.keep("due", due)
	default:
		if span, ok := dueSpans[due]; ok {
			f.DueFrom, f.DueTo = span.of(a.now)
			a.keep("due", due)
		}
	}
	a.readRange(values, "due-from", "due-to", "due", &f.DueFrom, &f.DueTo)
	if span, ok := receivedSpans[values.Get("received")]; ok {
		f.RaisedFrom, f.RaisedTo = span.of(a.now)
		a.keep("received", values.Get("received"))
	}
	a.readRange(values, "from", "to", "received", &f.RaisedFrom, &f.RaisedTo)
	a.readRange(values, "closed-from", "closed-to", "", &f.ClosedFrom, &f.ClosedTo)
}

// readRange reads two days, the second included. They stand instead of a span
// with a name.
func (a *asked) readRange(values url.Values, from, to, named string, start, end *time.Time) {
	first, last := a.day(values, from), a.day(values, to)
	if first.IsZero() && last.IsZero() {
		return
	}
	a.state.Del(named)
	a.request.Filter.Overdue = a.request.Filter.Overdue && named != "due"
	*start, *end = first, time.Time{}
	if !last.IsZero() {
		*end = last.AddDate(0, 0, 1)
	}
	if !first.IsZero() && !last.IsZero() && last.Before(first) {
		a.wrong[to] = "This day is before the first one."
	}
}

// day reads a date of the address.
func (a *asked) day(values url.Values, name string) time.Time {
	typed := strings.TrimSpace(values.Get(name))
	if typed == "" {
		return time.Time{}
	}
	a.typed[name] = clip(typed, 20)
	day, err := time.ParseInLocation(time.DateOnly, typed, a.pages.Zone)
	if err != nil || day.Year() < 1900 || day.Year() > 2999 {
		a.wrong[name] = "Enter a date, like 2026-11-24."
		return time.Time{}
	}
	a.keep(name, typed)
	return day
}

// readPlace reads a box or a circle on the map.
func (a *asked) readPlace(values url.Values) {
	if typed := values.Get("within"); typed != "" {
		box, ok := parseBox(typed)
		if !ok {
			a.wrong["within"] = "This is not a box on the map. Draw it again."
		} else {
			a.request.Filter.Within = &box
			a.keep("within", formatBox(box))
		}
	}
	if typed := values.Get("near"); typed != "" {
		n, ok := numbers(typed, 3)
		circle := core.Circle{}
		if ok {
			circle = core.Circle{Centre: core.Point{Lat: round(n[0]), Lng: round(n[1])}, Metres: math.Round(n[2])}
		}
		if !ok || !circle.Valid() {
			a.wrong["near"] = "This is not a circle on the map, or a very large one. Draw it again."
			return
		}
		a.request.Filter.Near = &circle
		a.keep("near", formatCircle(circle))
	}
}

// numbers reads so many numbers with commas between them.
func numbers(s string, count int) ([]float64, bool) {
	parts := strings.Split(s, ",")
	if len(s) > 200 || len(parts) != count {
		return nil, false
	}
	out := make([]float64, count)
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

// parseBox reads "south,west,north,east".
func parseBox(s string) (core.Box, bool) {
	n, ok := numbers(s, 4)
	if !ok {
		return core.Box{}, false
	}
	box := core.Box{South: round(n[0]), West: round(n[1]), North: round(n[2]), East: round(n[3])}
	return box, box.Valid()
}

// round keeps a metre or so, which is more than a drawing says.
func round(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }

func formatBox(b core.Box) string {
	return joinNumbers(b.South, b.West, b.North, b.East)
}

func formatCircle(c core.Circle) string {
	return joinNumbers(c.Centre.Lat, c.Centre.Lng, c.Metres)
}

func joinNumbers(all ...float64) string {
	parts := make([]string, len(all))
	for i, n := range all {
		parts[i] = strconv.FormatFloat(n, 'f', -1, 64)
	}
	return strings.Join(parts, ",")
}

// onlyWords reports whether the address has words and nothing else: it comes
// from a search box, not from the filters of this page.
func (a *asked) onlyWords(c *fiber.Ctx) bool { return c.Context().QueryArgs().Len() == 1 }

// query is the search as an address has it after the question mark, on its
// first page, with one part changed.
func (a *asked) query(change func(url.Values)) string {
	state := url.Values{}
	for name, values := range a.state {
		state[name] = slices.Clone(values)
	}
	if change != nil {
		change(state)
	}
	return state.Encode()
}

// address is that of the search with one part changed.
func (a *asked) address(change func(url.Values)) string { return addressOf(a.query(change)) }

func addressOf(query string) string {
	if query == "" {
		return "/search"
	}
	return "/search?" + query
}

// without is the address without some parts.
func (a *asked) without(names ...string) string {
	return a.address(func(state url.Values) {
		for _, name := range names {
			state.Del(name)
		}
	})
}

// cleared is the address without any filter: the words stay, and how they are
// shown.
func (a *asked) cleared() string {
	return a.address(func(state url.Values) {
		maps.DeleteFunc(state, func(name string, _ []string) bool { return name != "q" && name != "show" && name != "sort" })
	})
}

func clip(s string, limit int) string {
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit])
	}
	return s
}
