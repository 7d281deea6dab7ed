package casepages

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var queueView = render.View{Template: "casepages/queue", Title: "Queues", Nav: "queues", Main: "main-queue"}

// QueuePage is one queue: the cases of a type that are with a group.
type QueuePage struct {
	Title   string
	URL     string // of the queue without any narrowing
	Here    string // of the page as it is narrowed, sorted and paged
	Topic   string // what is published when one of its cases changes
	News    string // where the page asks what has changed
	Next    string // where "Take the next one" posts
	Queues  []QueueLink
	Narrow  []QueueLink
	Words   string // "48 open, pick any"
	Rows    []Row
	New     int  // cases that have come since the page was read
	Live    bool // the page asks what has changed
	Sorts   []QueueLink
	Sorted  string // "Due first"
	Due     bool   // sorted by due
	Filter  QueueFilter
	Range   string // "1 to 25 of 48"
	First   string // address of the first page, on later ones
	After   string // address of the page after; "" on the last
	Nothing layout.Empty
}

// QueueLink is one line of the list of queues, or of a menu.
type QueueLink struct {
	Label   string
	URL     string
	Count   int
	Late    int
	Current bool
}

// QueueFilter is the form that narrows a queue, and what is on.
type QueueFilter struct {
	Fields []layout.Field
	Kept   []Pair // state that the form does not show
	Chips  []QueueChip
	Clear  string
}

// Pair is a name and its value.
type Pair struct{ Name, Value string }

// QueueChip is one narrowing that is on, with the address without it.
type QueueChip struct{ Label, Without string }

// narrowings are what is listed below "In this queue".
var narrowings = []struct {
	key   string
	label string
	count func(cases.Tally) int
}{
	{"unclaimed", "Unclaimed", func(t cases.Tally) int { return t.Unclaimed }},
	{"unopened", "Not opened yet", func(t cases.Tally) int { return t.Unopened }},
	{"reopened", "Reopened", func(t cases.Tally) int { return t.Reopened }},
	{"waiting", "Waiting", func(t cases.Tally) int { return t.Waiting }},
	{"overdue", "Overdue", func(t cases.Tally) int { return t.Overdue }},
	{"week", "Due this week", func(t cases.Tally) int { return t.Soon }},
	{"closed", "Closed", nil},
}

func (p *Pages) showFirstQueue(c *fiber.Ctx) error {
	_, queues, err := p.queuesOf(c)
	if err != nil {
		return err
	}
	if len(queues) == 0 {
		return render.Page(c, queueView, QueuePage{Title: "Queues", Nothing: layout.Empty{
			Icon: "queue", Title: "You have no queues", Text: "A queue is the cases of a type that are with a group. Ask an administrator to make you a member of one.",
		}})
	}
	return c.Redirect(queueURL(queues[0]), fiber.StatusFound)
}

func (p *Pages) showQueue(c *fiber.Ctx) error {
	v, err := p.readQueue(c)
	if err != nil {
		return err
	}
	page, err := v.page(c.UserContext())
	if err != nil {
		return err
	}
	view := queueView
	view.Title = page.Title
	return render.Page(c, view, page)
}

// newsOfQueue says what has become of a page of a queue since it was read: its
// rows as they are now, in the order in which they stand, so that nothing
// moves under the reader's eyes; the counts; and how many cases have come.
func (p *Pages) newsOfQueue(c *fiber.Ctx) error {
	v, err := p.readQueue(c)
	if err != nil {
		return err
	}
	page, err := v.news(c.UserContext(), c.Query("shown"), c.QueryInt("since"))
	if err != nil {
		return err
	}
	return render.Fragment(c, "casepages/queue-news", page)
}

func (p *Pages) takeNextOfQueue(c *fiber.Ctx) error {
	v, err := p.readQueue(c)
	if err != nil {
		return err
	}
	next, err := p.Cases.TakeNext(c.UserContext(), render.Actor(c), v.queue.Scopes)
	if core.KindOf(err) == core.ErrNotFound {
		return nothingLeft(c, v.address("after", ""))
	}
	if err != nil {
		return err
	}
	return taken(c, next.Ref)
}

// queueVisit is one reader's look at one queue.
type queueVisit struct {
	pages  *Pages
	reach  cases.Reach
	queues []cases.Queue
	queue  cases.Queue
	names  map[string]string // of groups
	state  url.Values        // of the address: only, sort, status, priority, subtype, after
	filter cases.Filter
	now    time.Time
}

func (p *Pages) queuesOf(c *fiber.Ctx) (cases.Reach, []cases.Queue, error) {
	reach, err := p.Cases.ReachOf(c.UserContext(), render.Actor(c), core.MayView)
	if err != nil {
		return reach, nil, err
	}
	queues, err := p.Cases.Queues(c.UserContext(), reach)
	return reach, queues, err
}

// readQueue finds the queue of the address among the reader's own, and reads
// how it is narrowed.
func (p *Pages) readQueue(c *fiber.Ctx) (*queueVisit, error) {
	reach, queues, err := p.queuesOf(c)
	if err != nil {
		return nil, err
	}
	v := &queueVisit{pages: p, reach: reach, queues: queues, state: url.Values{}, now: p.Cases.Clock().Now()}
	found := false
	for _, q := range queues {
		if q.Type.Key == c.Params("type") && q.Group == c.Params("group") {
			v.queue, found = q, true
		}
	}
	if !found {
		return nil, core.NotFound("There is no such queue, or it is not one of yours.")
	}
	for _, name := range []string{"only", "sort", "status", "priority", "subtype", "after"} {
		if value := c.Query(name); value != "" {
			v.state.Set(name, value)
		}
	}
	if v.names, err = p.groupNames(c.UserContext()); err != nil {
		return nil, err
	}
	return v, v.read()
}

// read turns the state of the address into a filter. What the type does not
// have is refused: the address was mistyped, or is of another queue.
func (v *queueVisit) read() error {
	f := cases.Filter{
		Scopes: v.queue.Scopes, Status: v.state.Get("status"), Priority: v.state.Get("priority"), Subtype: v.state.Get("subtype"),
	}
	t := v.queue.Type
	if _, ok := t.Status(f.Status); f.Status != "" && !ok {
		return core.InvalidField("status", "This queue has no such status.")
	}
	if _, ok := t.Priority(f.Priority); f.Priority != "" && !ok {
		return core.InvalidField("priority", "This queue has no such priority.")
	}
	if _, ok := t.Subtype(f.Subtype); f.Subtype != "" && !ok {
		return core.InvalidField("subtype", "This queue has no such subtype.")
	}
	switch only := v.state.Get("only"); only {
	case "", "unclaimed", "unopened", "reopened", "waiting", "overdue", "closed":
		f.Only = cases.Only(only)
	case "week":
		f.DueBefore = v.pages.endOfWeek()
	default:
		return core.InvalidField("only", "This queue has no such part.")
	}
	if s, _ := t.Status(f.Status); f.Status != "" && !s.Kind.IsOpen() && f.Only == cases.OnlyOpen {
		f.Only = cases.OnlyAll // who asks for a closed status wants to see it
	}
	switch sort := v.state.Get("sort"); sort {
	case "":
		f.Order = cases.ByDue
		if f.Only == cases.OnlyClosed || f.Only == cases.OnlyAll {
			f.Order = cases.ByNewest
		}
	case string(cases.ByDue), string(cases.ByNewest):
		f.Order = cases.Order(sort)
	default:
		return core.InvalidField("sort", "Queues are sorted by due or newest.")
	}
	v.filter = f
	return nil
}

func queueURL(q cases.Queue) string {
	return "/queues/" + url.PathEscape(q.Type.Key) + "/" + url.PathEscape(q.Group)
}

// address is that of the page with one part of its state changed, from the
// first page on.
func (v *queueVisit) address(name, value string) string {
	state := url.Values{}
	for key, values := range v.state {
		if key != "after" && key != name && len(values) > 0 {
			state.Set(key, values[0])
		}
	}
	if value != "" {
		state.Set(name, value)
	}
	return withQuery(queueURL(v.queue), state)
}

func withQuery(path string, state url.Values) string {
	if len(state) == 0 {
		return path
	}
	return path + "?" + state.Encode()
}

// title names a queue: its type, and its group where the reader works more
// than one queue of the type and it is not the one where cases begin.
func (v *queueVisit) title(q cases.Queue) string {
	n := 0
	for _, other := range v.queues {
		if other.Type.Key == q.Type.Key {
			n++
		}
	}
	if n < 2 || q.Group == q.Type.DefaultGroup() {
		return q.Type.Name.String()
	}
	name := v.names[q.Group]
	if name == "" {
		name = q.Group
	}
	return q.Type.Name.String() + ", " + name
}

// page fills the whole page.
func (v *queueVisit) page(ctx context.Context) (QueuePage, error) {
	page, total, err := v.frame(ctx)
	if err != nil {
		return page, err
	}
	list, err := v.pages.Cases.List(ctx, v.reach, v.filter, v.state.Get("after"), cases.PageSize)
	if err != nil {
		return page, err
	}
	page.Here = withQuery(queueURL(v.queue), v.state)
	if page.Rows, err = v.pages.rows(ctx, list.Rows, page.Here); err != nil {
		return page, err
	}
	shown := make([]string, len(page.Rows))
	for i, row := range page.Rows {
		shown[i] = row.Ref
	}
	news := url.Values{"shown": {strings.Join(shown, ",")}, "since": {strconv.FormatInt(v.now.UnixMilli()+1, 10)}}
	for key, values := range v.state {
		news[key] = values
	}
	page.News = withQuery(queueURL(v.queue)+"/news", news)
	if v.state.Get("after") != "" {
		page.First = v.address("after", "")
	} else if n := len(page.Rows); n > 0 {
		page.Range = "1 to " + strconv.Itoa(n) + " of " + render.Count(max(total, n))
	}
	if list.Next != "" {
		page.After = v.address("after", list.Next)
	}
	page.Nothing = v.nothing()
	return page, nil
}

// frame fills everything around the rows, and says how many there are in all.
func (v *queueVisit) frame(ctx context.Context) (QueuePage, int, error) {
	page := QueuePage{
		Title: v.title(v.queue), URL: queueURL(v.queue), Topic: "queue:" + v.queue.Type.Key, Next: queueURL(v.queue) + "/next",
		Due: v.filter.Order == cases.ByDue, Filter: v.form(),
	}
	tallies, err := v.pages.Cases.Tally(ctx, v.reach, v.pages.endOfWeek())
	if err != nil {
		return page, 0, err
	}
	tally := func(q cases.Queue) (sum cases.Tally) {
		for _, scope := range q.Scopes {
			sum = sum.Plus(tallies[scope])
		}
		return sum
	}
	for _, q := range v.queues {
		t := tally(q)
		page.Queues = append(page.Queues, QueueLink{
			Label: v.title(q), URL: queueURL(q), Count: t.Open, Late: t.Overdue, Current: q.Type.Key == v.queue.Type.Key && q.Group == v.queue.Group,
		})
	}
	here, only := tally(v.queue), v.state.Get("only")
	for _, n := range narrowings {
		link := QueueLink{Label: n.label, URL: v.address("only", n.key), Current: only == n.key}
		if link.Current {
			link.URL = v.address("only", "") // once more takes it off
		}
		if n.count != nil {
			link.Count = n.count(here)
		}
		page.Narrow = append(page.Narrow, link)
	}
	for _, s := range []struct {
		order cases.Order
		label string
	}{{cases.ByDue, "Due first"}, {cases.ByNewest, "Newest first"}} {
		current := s.order == v.filter.Order
		page.Sorts = append(page.Sorts, QueueLink{Label: s.label, URL: v.address("sort", string(s.order)), Current: current})
		if current {
			page.Sorted = s.label
		}
	}
	total, err := v.total(ctx, here)
	page.Words = v.words(here, total)
	return page, total, err
}

// total is how many cases the list has in all; most often the tally knows.
func (v *queueVisit) total(ctx context.Context, here cases.Tally) (int, error) {
	if len(v.filter.Status)+len(v.filter.Priority)+len(v.filter.Subtype) == 0 {
		if v.state.Get("only") == "" {
			return here.Open, nil
		}
		for _, n := range narrowings {
			if n.key == v.state.Get("only") && n.count != nil {
				return n.count(here), nil
			}
		}
	}
	return v.pages.Cases.Count(ctx, v.reach, v.filter)
}

// words say how much there is: "48 open, pick any", "11 of 48 open".
func (v *queueVisit) words(here cases.Tally, total int) string {
	switch {
	case v.filter.Only == cases.OnlyClosed:
		return render.Count(total) + " closed"
	case v.filter.Only == cases.OnlyAll:
		return render.Count(total) + " found"
	case len(v.state["only"])+len(v.state["status"])+len(v.state["priority"])+len(v.state["subtype"]) == 0:
		return render.Count(total) + " open, pick any"
	}
	return render.Count(total) + " of " + render.Count(here.Open) + " open"
}

// form is the filter: what the type has to choose from.
func (v *queueVisit) form() QueueFilter {
	var f QueueFilter
	t := v.queue.Type
	add := func(name, label, all string, options []layout.Option) {
		if len(options) < 2 {
			return
		}
		value := v.state.Get(name)
		f.Fields = append(f.Fields, layout.Field{
			Name: name, ID: "filter-" + name, Label: label, Value: value, Options: append([]layout.Option{{Value: "", Label: all}}, options...),
		})
		for _, o := range options {
			if o.Value == value {
				f.Chips = append(f.Chips, QueueChip{label + ": " + o.Label, v.address(name, "")})
			}
		}
	}
	var statuses, priorities, subtypes []layout.Option
	for _, s := range t.Statuses {
		statuses = append(statuses, layout.Option{Value: s.Key, Label: s.Name.String()})
	}
	for _, c := range t.Priorities {
		priorities = append(priorities, layout.Option{Value: c.Key, Label: c.Name.String()})
	}
	for _, s := range t.Subtypes {
		subtypes = append(subtypes, layout.Option{Value: s.Key, Label: s.Name.String()})
	}
	add("status", "Status", "Any status", statuses)
	add("priority", "Priority", "Any priority", priorities)
	add("subtype", "Subtype", "Any subtype", subtypes)
	kept := url.Values{}
	for _, name := range []string{"only", "sort"} {
		if value := v.state.Get(name); value != "" {
			f.Kept = append(f.Kept, Pair{name, value})
			kept.Set(name, value)
		}
	}
	f.Clear = withQuery(queueURL(v.queue), kept)
	return f
}

// nothing says what to do when the list is empty.
func (v *queueVisit) nothing() layout.Empty {
	all := render.Link{Label: "Show the whole queue", URL: queueURL(v.queue)}
	switch {
	case len(v.state["status"])+len(v.state["priority"])+len(v.state["subtype"]) > 0:
		return layout.Empty{Icon: "filter", Title: "Nothing fits the filter", Text: "Take a part of it off, or look at the whole queue.", Link: all}
	case v.state.Get("only") == "overdue":
		return layout.Empty{Icon: "ok", Title: "Nothing is late", Link: all}
	case v.state.Get("only") == "unclaimed":
		return layout.Empty{Icon: "ok", Title: "Everything has somebody", Text: "No case of this queue waits to be claimed.", Link: all}
	case v.state.Get("only") != "":
		return layout.Empty{Icon: "ok", Title: "Nothing here", Text: "No case of this queue is in this part of it.", Link: all}
	}
	return layout.Empty{Icon: "ok", Title: "This queue is empty", Text: "New cases appear here by themselves."}
}

// maxShown bounds how many rows a page may ask about.
const maxShown = 200

// news fills what the page asks for while somebody reads it.
func (v *queueVisit) news(ctx context.Context, shown string, since int) (QueuePage, error) {
	page, _, err := v.frame(ctx)
	if err != nil {
		return page, err
	}
	page.Live = true
	var refs []core.Reference
	for part := range strings.SplitSeq(shown, ",") {
		if ref, err := core.ParseReference(part); err == nil && len(refs) < maxShown {
			refs = append(refs, ref)
		}
	}
	found, err := v.pages.Cases.ByRefs(ctx, v.reach, refs)
	if err != nil {
		return page, err
	}
	page.Here = withQuery(queueURL(v.queue), v.state)
	if page.Rows, err = v.pages.rows(ctx, found, page.Here); err != nil {
		return page, err
	}
	for i, cs := range found {
		if cs.Group != v.queue.Group || cs.Type != v.queue.Type.Key {
			page.Rows[i].Moved = "Now with " + v.names[cs.Group]
		}
	}
	if since > 0 {
		fresh := v.filter
		fresh.RaisedFrom = time.UnixMilli(int64(since)).UTC()
		page.New, err = v.pages.Cases.Count(ctx, v.reach, fresh)
	}
	return page, err
}
