package searchpages

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var searchView = render.View{Template: "searchpages/show", Part: "searchpages/part", Title: "Search", Nav: "search", Main: "main-search"}

// Page is a search and what it found.
type Page struct {
	Query    string
	Sort     string // as in the address
	Title    string // "63 results for “mill lane”"
	Took     string // "in 41 ms"; "" when nothing was looked for
	Status   string // said aloud when the results change
	Chips    []Chip
	Sorts    []SortLink
	Sorted   string // "Best match"
	Results  []Result
	Facets   []Facet
	From, To layout.Field
	First    bool // facets counted the first so many only
	Paging   layout.Paging
	Empty    layout.Empty // what to do next, when nothing is shown
}

// Chip is a filter that is on, with the address without it.
type Chip struct{ Label, Without string }

// SortLink is a way to sort.
type SortLink struct {
	Label, URL string
	Current    bool
}

// Facet is a group of filters.
type Facet struct {
	Name    string // of its fields
	Label   string
	Radio   bool // one of them at most
	Options []Option
}

// Option is one filter, with how many results it would leave.
type Option struct {
	Value, Label string
	Count        int
	Counted      bool
	On           bool
}

// Result is one case.
type Result struct {
	Ref      string
	RefMarks []search.Segment
	URL      string
	Subject  []search.Segment
	Status   layout.Chip
	Type     string
	Due      layout.Due // without words when nothing is due
	Assignee string
	RaisedAt time.Time
	Found    []Place
}

// Place is where in a case something was found.
type Place struct {
	What     string // "Note by Tomasz Wiśniewski"
	Segments []search.Segment
}

func caseURL(ref core.Reference) string { return "/cases/" + url.PathEscape(string(ref)) }

func personURL(no int) string { return "/people/" + strconv.Itoa(no) }

func (p *Pages) show(c *fiber.Ctx) error {
	begun := time.Now() // for the duration alone, which no test clock may bend
	asked, err := p.ask(c)
	if err != nil {
		return err
	}
	if asked.wrong != nil {
		page, err := asked.page(c.UserContext(), search.Results{}, 0)
		if err != nil {
			return err
		}
		return render.Invalid(c, searchView, page)
	}
	found, err := p.Search.Find(c.UserContext(), asked.by, asked.request)
	if problems, ok := render.ProblemsOf(err); ok {
		asked.wrong = map[string]string{"q": problems.Message}
		page, err := asked.page(c.UserContext(), search.Results{}, 0)
		if err != nil {
			return err
		}
		return render.Invalid(c, searchView, page)
	}
	if err != nil {
		return err
	}
	// Whoever pastes a reference into the search box of any page wants the case.
	if found.Exact != "" && asked.onlyWords(c) {
		return c.Redirect(caseURL(found.Exact), fiber.StatusSeeOther)
	}
	page, err := asked.page(c.UserContext(), found, time.Since(begun))
	if err != nil {
		return err
	}
	view := searchView
	if page.Query != "" {
		view.Title = page.Query + " – Search"
	}
	return render.Page(c, view, page)
}

// asked is a search as the address has it.
type asked struct {
	pages   *Pages
	by      core.Actor
	request search.Request
	state   url.Values        // canonical: what is on, and nothing else
	from    string            // as typed
	to      string            // as typed
	wrong   map[string]string // field → message
	types   map[string]*core.CaseType
	names   map[string]string // of groups
}

// maxValues bounds how often one filter may be repeated.
const maxValues = 50

// ask reads the address.
func (p *Pages) ask(c *fiber.Ctx) (*asked, error) {
	a := &asked{pages: p, by: render.Actor(c), state: url.Values{}, types: map[string]*core.CaseType{}, names: map[string]string{}}
	all, err := p.Cases.Types().All(c.UserContext())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		a.types[t.Key] = t
	}
	groups, err := p.People.Groups(c.UserContext())
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		a.names[g.Key] = g.Name
	}
	f := &a.request.Filter
	a.request.Typed, a.request.Facets = strings.TrimSpace(c.Query("q")), true
	a.keep("q", a.request.Typed)
	known := func(name string, is func(string) bool) []string {
		var out []string
		for _, raw := range c.Context().QueryArgs().PeekMulti(name) {
			if value := string(raw); value != "" && len(out) < maxValues && is(value) && !slices.Contains(out, value) {
				out = append(out, value)
				a.state.Add(name, value)
			}
		}
		return out
	}
	f.Types = known("type", func(s string) bool { return a.types[s] != nil })
	for _, kind := range known("kind", func(s string) bool { return kindNames[core.StatusKind(s)] != "" }) {
		f.Kinds = append(f.Kinds, core.StatusKind(kind))
	}
	f.Groups = known("group", func(s string) bool { return a.names[s] != "" })
	f.Priorities = known("priority", func(s string) bool { return a.priorityName(s) != "" })
	if assignee := search.Assignee(c.Query("assignee")); assignee == search.AssigneeMe || assignee == search.AssigneeNone {
		f.Assignee = assignee
		a.keep("assignee", string(assignee))
	}
	if f.Overdue = c.Query("due") == "overdue"; f.Overdue {
		a.keep("due", "overdue")
	}
	a.from, a.to = a.day(c, "from", &f.RaisedFrom, 0), a.day(c, "to", &f.RaisedTo, 1)
	switch order := search.Order(c.Query("sort")); order {
	case search.ByNewest, search.ByOldest, search.ByDue:
		a.request.Order = order
		a.keep("sort", string(order))
	}
	a.request.Page = max(1, c.QueryInt("page", 1))
	return a, nil
}

func (a *asked) keep(name, value string) {
	if value != "" {
		a.state.Set(name, value)
	}
}

// day reads a date of the address; "to" includes its day.
func (a *asked) day(c *fiber.Ctx, name string, into *time.Time, add int) string {
	typed := strings.TrimSpace(c.Query(name))
	if typed == "" {
		return ""
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, a.pages.Zone)
	if err != nil || day.Year() < 1900 || day.Year() > 2999 {
		if a.wrong == nil {
			a.wrong = map[string]string{}
		}
		a.wrong[name] = "Enter a date, like 2026-11-24."
		return typed[:min(len(typed), 20)]
	}
	*into = day.AddDate(0, 0, add)
	a.keep(name, typed)
	return typed
}

// onlyWords reports whether the address has words and nothing else: it comes
// from a search box, not from the filters of this page.
func (a *asked) onlyWords(c *fiber.Ctx) bool { return c.Context().QueryArgs().Len() == 1 }

// address is that of the search with one part changed, on its first page.
func (a *asked) address(change func(url.Values)) string {
	state := url.Values{}
	for name, values := range a.state {
		state[name] = slices.Clone(values)
	}
	change(state)
	if len(state) == 0 {
		return "/search"
	}
	return "/search?" + state.Encode()
}

func (a *asked) without(name, value string) string {
	return a.address(func(state url.Values) {
		state[name] = slices.DeleteFunc(state[name], func(v string) bool { return v == value })
		if len(state[name]) == 0 {
			state.Del(name)
		}
	})
}

// kindNames are the kinds of status as filters say them.
var kindNames = map[core.StatusKind]string{
	core.StatusStart: "New", core.StatusOpen: "In progress", core.StatusWaiting: "Waiting", core.StatusResolved: "Resolved", core.StatusFinal: "Closed",
}

// priorityName is what a priority is called in the first type that has it.
func (a *asked) priorityName(key string) string {
	for _, typeKey := range sortedKeys(a.types) {
		if choice, ok := a.types[typeKey].Priority(key); ok {
			return choice.Name.String()
		}
	}
	return ""
}

// page fills what the template shows.
func (a *asked) page(ctx context.Context, found search.Results, took time.Duration) (Page, error) {
	page := Page{Query: a.request.Typed, Sort: string(a.request.Order), First: found.CountsFirst}
	page.Facets, page.From, page.To = a.facets(found.Counts), a.dateField("from", "Raised from", a.from), a.dateField("to", "Raised until", a.to)
	page.Chips = a.chips()
	page.Title, page.Empty = a.words(found)
	page.Status = page.Title
	if len(found.Results) == 0 {
		if took > 0 {
			page.Status += ". " + page.Empty.Title
		}
		return page, nil
	}
	page.Took = "in " + strconv.Itoa(max(1, int(took.Milliseconds()))) + " ms"
	for _, s := range []struct {
		order search.Order
		label string
	}{{search.ByBest, "Best match"}, {search.ByNewest, "Newest first"}, {search.ByOldest, "Oldest first"}, {search.ByDue, "Due first"}} {
		link := SortLink{Label: s.label, Current: s.order == a.request.Order, URL: a.address(func(state url.Values) {
			state.Del("sort")
			if s.order != "" {
				state.Set("sort", string(s.order))
			}
		})}
		if link.Current {
			page.Sorted = s.label
		}
		page.Sorts = append(page.Sorts, link)
	}
	page.Paging = a.paging(found)
	var err error
	page.Results, err = a.results(ctx, found)
	return page, err
}

// words are the heading, and what to do when nothing was found.
func (a *asked) words(found search.Results) (string, layout.Empty) {
	typed := a.request.Typed
	terms, _ := search.Parse(typed)
	narrowed := !a.request.Filter.IsZero()
	switch {
	case a.wrong != nil:
		message := "Put the date right on the left."
		if a.wrong["q"] != "" {
			message = a.wrong["q"]
		}
		return "Search", layout.Empty{Icon: "warn", Title: "This cannot be searched for", Text: message, Bad: true}
	case typed == "" && !narrowed:
		return "Search", layout.Empty{
			Icon: "search", Title: "What are you looking for?",
			Text: "Words, a name, a reference, a postcode or a telephone number. “Quotation marks” keep words together. Small typing errors are forgiven.",
		}
	case terms.IsZero() && !narrowed:
		return "Search", layout.Empty{Icon: "search", Title: "Type a little more", Text: "Two letters are enough to begin with."}
	case len(found.Results) == 0:
		title := "Nothing found"
		if typed != "" {
			title += " for “" + typed + "”"
		}
		if a.request.Page > 1 {
			return title, layout.Empty{Icon: "search", Title: "There is no such page of results", Link: render.Link{Label: "Back to the first", URL: a.address(func(url.Values) {})}}
		}
		if narrowed && typed != "" {
			return title, layout.Empty{
				Icon: "filter", Title: "No case fits with these filters", Text: "There may be some without them.",
				Link: render.Link{Label: "Search without filters", URL: "/search?" + url.Values{"q": {typed}}.Encode()},
			}
		}
		if narrowed {
			return title, layout.Empty{Icon: "filter", Title: "No case fits", Text: "Take a filter off.", Link: render.Link{Label: "Begin again", URL: "/search"}}
		}
		return title, layout.Empty{
			Icon: "search", Title: "No case has these words", Text: "Try fewer words, or another spelling. Cases that you may not see are not found.",
			Link: render.Link{Label: "Look among people", URL: "/people?" + url.Values{"q": {typed}}.Encode()},
		}
	}
	count := render.Plural(found.Total, "result", "results")
	if found.More {
		count = render.Number(search.MaxTotal) + "+ results"
	}
	if typed != "" {
		count += " for “" + typed + "”"
	}
	return count, layout.Empty{}
}

// facets lists the filters that would leave something, and those that are on.
func (a *asked) facets(counts map[search.Facet]map[string]int) []Facet {
	f := a.request.Filter
	group := func(name, label string, facet search.Facet, on []string, keys []string, nameOf func(string) string) Facet {
		out := Facet{Name: name, Label: label}
		for _, key := range keys {
			n, counted := counts[facet][key]
			isOn := slices.Contains(on, key)
			if counts != nil && n == 0 && !isOn {
				continue
			}
			out.Options = append(out.Options, Option{Value: key, Label: nameOf(key), Count: n, Counted: counted, On: isOn})
		}
		return out
	}
	var kinds []string
	for _, k := range core.StatusKinds() {
		kinds = append(kinds, string(k))
	}
	var on []string
	for _, k := range f.Kinds {
		on = append(on, string(k))
	}
	var priorities []string
	for _, typeKey := range sortedKeys(a.types) {
		for _, choice := range a.types[typeKey].Priorities {
			if !slices.Contains(priorities, choice.Key) {
				priorities = append(priorities, choice.Key)
			}
		}
	}
	slices.Reverse(priorities) // the most urgent first
	counted := func(facet search.Facet, key string) (int, bool) { n, ok := counts[facet][key]; return n, ok }
	mine, isCounted := counted(search.FacetAssignee, string(search.AssigneeMe))
	nobody, _ := counted(search.FacetAssignee, string(search.AssigneeNone))
	late, _ := counted(search.FacetDue, "overdue")
	out := []Facet{
		group("type", "Type", search.FacetType, f.Types, sortedKeys(a.types), func(key string) string { return a.types[key].Name.String() }),
		group("kind", "Status", search.FacetKind, on, kinds, func(key string) string { return kindNames[core.StatusKind(key)] }),
		{Name: "assignee", Label: "With", Radio: true, Options: []Option{
			{Value: "", Label: "Anybody", On: f.Assignee == ""},
			{Value: string(search.AssigneeMe), Label: "Me", Count: mine, Counted: isCounted, On: f.Assignee == search.AssigneeMe},
			{Value: string(search.AssigneeNone), Label: "Nobody", Count: nobody, Counted: isCounted, On: f.Assignee == search.AssigneeNone},
		}},
		{Name: "due", Label: "Due", Options: []Option{{Value: "overdue", Label: "Late", Count: late, Counted: isCounted, On: f.Overdue}}},
		group("group", "Group", search.FacetGroup, f.Groups, sortedKeys(a.names), func(key string) string { return a.names[key] }),
		group("priority", "Priority", search.FacetPriority, f.Priorities, priorities, a.priorityName),
	}
	return slices.DeleteFunc(out, func(facet Facet) bool { return len(facet.Options) == 0 })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (a *asked) dateField(name, label, value string) layout.Field {
	return layout.Field{Name: name, ID: "search-" + name, Label: label, Type: "date", Value: value, Error: a.wrong[name]}
}

// chips are the filters that are on.
func (a *asked) chips() []Chip {
	var out []Chip
	f := a.request.Filter
	add := func(label, name, value string) { out = append(out, Chip{label, a.without(name, value)}) }
	for _, key := range f.Types {
		add(a.types[key].Name.String(), "type", key)
	}
	for _, kind := range f.Kinds {
		add(kindNames[kind], "kind", string(kind))
	}
	switch f.Assignee {
	case search.AssigneeMe:
		add("With me", "assignee", string(f.Assignee))
	case search.AssigneeNone:
		add("With nobody", "assignee", string(f.Assignee))
	}
	if f.Overdue {
		add("Late", "due", "overdue")
	}
	for _, key := range f.Groups {
		add(a.names[key], "group", key)
	}
	for _, key := range f.Priorities {
		add("Priority: "+a.priorityName(key), "priority", key)
	}
	if !f.RaisedFrom.IsZero() {
		add("Raised from "+f.RaisedFrom.Format("2 Jan 2006"), "from", a.from)
	}
	if !f.RaisedTo.IsZero() {
		add("Raised until "+f.RaisedTo.AddDate(0, 0, -1).Format("2 Jan 2006"), "to", a.to)
	}
	return out
}

func (a *asked) paging(found search.Results) layout.Paging {
	out := layout.Paging{Label: "Pages of results"}
	to := func(page int) string {
		return a.address(func(state url.Values) {
			if page > 1 {
				state.Set("page", strconv.Itoa(page))
			}
		})
	}
	if found.Page > 1 {
		out.First, out.Previous = to(1), to(found.Page-1)
	}
	if found.Page < found.Pages {
		out.Next = to(found.Page + 1)
	}
	first := (found.Page-1)*search.PageSize + 1
	out.Words = render.Number(first) + " to " + render.Number(first+len(found.Results)-1)
	return out
}

// results shows what was found.
func (a *asked) results(ctx context.Context, found search.Results) ([]Result, error) {
	ids := make([]core.CaseID, len(found.Results))
	for i, r := range found.Results {
		ids[i] = r.ID
	}
	dues, err := a.pages.Targets.OfCases(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result, len(found.Results))
	for i, r := range found.Results {
		out[i] = Result{
			Ref: string(r.Row.Ref), RefMarks: r.Ref, URL: caseURL(r.Row.Ref), Subject: r.Subject, Status: a.status(r.Row), Assignee: r.AssigneeName, RaisedAt: r.RaisedAt,
		}
		if t := a.types[r.Type]; t != nil {
			out[i].Type = t.Name.String()
		}
		if due, ok := dues[r.ID]; ok && r.IsOpen() {
			out[i].Due = layout.Due{Words: due.Due.Short, Exact: layout.ExactIn(due.DueAt, a.pages.Zone), Tone: string(due.Due.Tone), Percent: due.Due.Percent}
		}
		for _, s := range r.Snippets {
			out[i].Found = append(out[i].Found, Place{placeName(s), s.Segments})
		}
	}
	return out, nil
}

func (a *asked) status(r cases.Row) layout.Chip {
	t := a.types[r.Type]
	if t == nil {
		return layout.StatusChip(r.StatusKind, r.Status)
	}
	s, ok := t.Status(r.Status)
	if !ok {
		return layout.StatusChip(r.StatusKind, r.Status)
	}
	if r.Reopened > 0 && r.Status == t.Reopen.To {
		return layout.Chip{Label: s.Name.String(), Icon: "undo", Tone: "bad"}
	}
	return layout.StatusChip(r.StatusKind, s.Name.String())
}

// placeName says where something was found: "Note by Tomasz Wiśniewski".
func placeName(s search.Snippet) string {
	switch s.Kind {
	case search.PartRequester:
		return "Requester"
	case search.PartPhone:
		return "Telephone"
	case search.PartPlace:
		return "Address"
	case search.PartNote:
		if s.About != "" {
			return "Note by " + s.About
		}
		return "From the requester"
	case search.PartQuestion:
		return "Question"
	case search.PartReply:
		return "Answer"
	case search.PartFile:
		return "File"
	case search.PartMail:
		return "Email"
	case search.PartField, search.PartAnswer:
		return s.About
	}
	return ""
}
