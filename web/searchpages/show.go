package searchpages

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var searchView = render.View{Template: "searchpages/show", Part: "searchpages/part", Title: "Search", Nav: "search", Main: "main-search"}

// Page is a search and what it found.
type Page struct {
	Query   string
	Sort    string // as in the address
	Show    string // as in the address: "", "cards" or "map"
	Within  string // as in the address
	Near    string
	Title   string // "63 results for “mill lane”"
	Count   string // "63 results"
	Took    string // "in 41 ms"; "" when nothing was looked for
	Status  string // said aloud when the results change
	Notes   []string
	Chips   []Chip
	Clear   string // address without any filter
	Shows   layout.Tabs
	Sorts   []SortLink
	Sorted  string // "Best match"
	Save    Save
	Export  Export
	Results []Result // in the map presentation those on the map
	Nowhere []Result // in the map presentation the others
	Facets  []Facet
	First   bool // facets counted the first so many only
	Map     Map
	Paging  layout.Paging
	Empty   layout.Empty // what to do next, when nothing is shown
	Drops   []Chip       // filters to try without
}

// Any reports whether there are results on this page.
func (p Page) Any() bool { return len(p.Results)+len(p.Nowhere) > 0 }

// SortLink is a way to sort.
type SortLink struct {
	Label, URL string
	Current    bool
}

func (p *Pages) show(c *fiber.Ctx) error {
	begun := time.Now() // for the duration alone, which no test clock may bend
	ctx := c.UserContext()
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if len(a.wrong) > 0 {
		return a.invalid(c)
	}
	found, err := p.Search.Find(ctx, a.by, a.request)
	if problems, ok := render.ProblemsOf(err); ok {
		a.wrong["q"] = problems.Message
		return a.invalid(c)
	}
	if err != nil {
		return err
	}
	// Whoever pastes a reference into the search box of any page wants the case.
	if found.Exact != "" && a.onlyWords(c) {
		return c.Redirect(caseURL(found.Exact), fiber.StatusSeeOther)
	}
	page, err := a.page(ctx, found, time.Since(begun))
	if err != nil {
		return err
	}
	view := searchView
	if page.Query != "" {
		view.Title = page.Query + " – Search"
	}
	// A script shows the address as short as a link to it would be.
	c.Set("HX-Replace-Url", a.pageAddress(found.Page))
	return render.Page(c, view, page)
}

// invalid answers what cannot be read, with the messages beside the fields.
func (a *asked) invalid(c *fiber.Ctx) error {
	page, err := a.page(c.UserContext(), search.Results{}, 0)
	if err != nil {
		return err
	}
	return render.Invalid(c, searchView, page)
}

// page fills what the template shows.
func (a *asked) page(ctx context.Context, found search.Results, took time.Duration) (Page, error) {
	page := Page{
		Query: a.request.Typed, Sort: string(a.request.Order), Show: a.show, Within: a.state.Get("within"), Near: a.state.Get("near"),
		First: found.CountsFirst, Clear: a.cleared(), Chips: a.chips(), Shows: a.shows(),
	}
	var err error
	if page.Facets, err = a.facets(ctx, found.Counts); err != nil {
		return page, err
	}
	a.say(&page, found)
	if page.Title != "Search" { // something was looked for
		if err := a.note(ctx, &page, found); err != nil {
			return page, err
		}
	}
	if a.show == showMap && len(a.wrong) == 0 {
		if page.Map, err = a.mapOf(ctx, found); err != nil {
			return page, err
		}
	}
	if page.Save, err = a.save(ctx); err != nil {
		return page, err
	}
	if len(found.Results) == 0 {
		page.Status = page.Title
		if took > 0 {
			page.Status += ". " + page.Empty.Title
		}
		return page, nil
	}
	page.Status, page.Took = page.Title, "in "+strconv.Itoa(max(1, int(took.Milliseconds())))+" ms"
	a.sorts(&page)
	page.Paging = a.paging(found)
	if page.Export, err = a.export(ctx); err != nil {
		return page, err
	}
	results, err := a.results(ctx, found)
	if a.show != showMap {
		page.Results = results
		return page, err
	}
	for _, r := range results {
		if r.Placed {
			page.Results = append(page.Results, r)
		} else {
			page.Nowhere = append(page.Nowhere, r)
		}
	}
	return page, err
}

// shows are the presentations.
func (a *asked) shows() layout.Tabs {
	tabs := layout.Tabs{Label: "Show as"}
	for _, s := range []struct{ show, label, icon string }{{showList, "List", "list"}, {showCards, "Cards", "grid"}, {showMap, "Map", "map"}} {
		tabs.Items = append(tabs.Items, layout.Tab{Label: s.label, Icon: s.icon, Current: s.show == a.show, URL: a.address(func(state url.Values) {
			setOrDel(state, "show", s.show)
		})})
	}
	return tabs
}

func (a *asked) sorts(page *Page) {
	best := "Best match"
	if a.request.Typed == "" {
		best = "Newest first" // without words nothing matches better than anything else
	}
	for _, s := range []struct {
		order search.Order
		label string
	}{{search.ByBest, best}, {search.ByNewest, "Newest first"}, {search.ByOldest, "Oldest first"}, {search.ByDue, "Due first"}} {
		if s.order == search.ByNewest && a.request.Typed == "" && a.request.Order != search.ByNewest {
			continue
		}
		link := SortLink{Label: s.label, Current: s.order == a.request.Order, URL: a.address(func(state url.Values) { setOrDel(state, "sort", string(s.order)) })}
		if link.Current {
			page.Sorted = s.label
		}
		page.Sorts = append(page.Sorts, link)
	}
}

func setOrDel(state url.Values, name, value string) {
	if value == "" {
		state.Del(name)
		return
	}
	state.Set(name, value)
}

// say writes the heading, and what to do when nothing was found.
func (a *asked) say(page *Page, found search.Results) {
	page.Title, page.Empty = "Search", layout.Empty{Icon: "search"}
	typed := a.request.Typed
	terms, _ := search.Parse(typed)
	narrowed := !a.request.Filter.IsZero()
	switch {
	case len(a.wrong) > 0:
		page.Empty = layout.Empty{Icon: "warn", Title: "This cannot be searched for", Text: "Put the filter right that says what is wrong with it.", Bad: true}
		for _, name := range []string{"q", "within", "near"} {
			if message := a.wrong[name]; message != "" {
				page.Empty.Text = message
				page.Empty.Link = render.Link{Label: "Search without it", URL: a.without(name)}
			}
		}
		return
	case typed == "" && !narrowed:
		page.Empty.Title = "What are you looking for?"
		page.Empty.Text = "Words, a name, a reference, a postcode or a telephone number. “Quotation marks” keep words together. Small typing errors are forgiven."
		return
	case terms.IsZero() && !narrowed:
		page.Empty.Title, page.Empty.Text = "Type a little more", "Two letters are enough to begin with."
		return
	}
	words := ""
	if typed != "" {
		words = " for “" + typed + "”"
	}
	if len(found.Results) > 0 {
		page.Count = render.Plural(found.Total, "result", "results")
		if found.More {
			page.Count = render.Number(search.MaxTotal) + "+ results"
		}
		page.Title = page.Count + words
		return
	}
	page.Title = "Nothing found" + words
	switch {
	case a.request.Page > 1:
		page.Empty.Title, page.Empty.Link = "There is no such page of results", render.Link{Label: "Back to the first", URL: a.address(nil)}
	case narrowed:
		page.Empty.Icon, page.Empty.Title, page.Empty.Text = "filter", "No case fits", "Take a filter off."
		if typed != "" {
			page.Empty.Title, page.Empty.Text = "No case fits with these filters", "There may be some without them."
		}
		page.Empty.Link = render.Link{Label: "Search without filters", URL: a.cleared()}
		if typed == "" {
			page.Empty.Link = render.Link{Label: "Begin again", URL: "/search"}
		}
		if len(page.Chips) > 1 {
			page.Drops = page.Chips
		}
	default:
		page.Empty.Title, page.Empty.Text = "No case has these words", "Try fewer words, or another spelling. Cases that you may not see are not found."
		page.Empty.Link = render.Link{Label: "Look among people", URL: "/people?" + url.Values{"q": {typed}}.Encode()}
	}
}

// muchBehind is from when on a reader is told that the index is behind.
const muchBehind = 30 * time.Second

// note says what is special about an answer.
func (a *asked) note(ctx context.Context, page *Page, found search.Results) error {
	if found.Instead {
		page.Notes = append(page.Notes, "The search engine is not answering, so this is a smaller search by the database.")
		return nil
	}
	lag, err := a.pages.Search.Lag(ctx)
	if err != nil {
		return err
	}
	if lag.Behind > muchBehind {
		page.Notes = append(page.Notes, "Search is catching up: what changed "+sayBehind(lag.Behind)+" may be missing.")
	}
	return nil
}

func sayBehind(d time.Duration) string {
	if d < 2*time.Minute {
		return "in the last two minutes"
	}
	if d < 2*time.Hour {
		return "in the last " + render.Number(int(d.Minutes())+1) + " minutes"
	}
	if d < 48*time.Hour {
		return "in the last " + render.Number(int(d.Hours())+1) + " hours"
	}
	return "in the last " + render.Number(int(d.Hours()/24)+1) + " days"
}

func (a *asked) paging(found search.Results) layout.Paging {
	out := layout.Paging{Label: "Pages of results"}
	if found.Page > 1 {
		out.First, out.Previous = a.pageAddress(1), a.pageAddress(found.Page-1)
	}
	if found.Page < found.Pages {
		out.Next = a.pageAddress(found.Page + 1)
	}
	first := (found.Page-1)*search.PageSize + 1
	out.Words = render.Number(first) + " to " + render.Number(first+len(found.Results)-1)
	return out
}

func (a *asked) pageAddress(page int) string {
	return a.address(func(state url.Values) {
		if page > 1 {
			state.Set("page", strconv.Itoa(page))
		}
	})
}

func caseURL(ref core.Reference) string { return "/cases/" + url.PathEscape(string(ref)) }

func personURL(no int) string { return "/people/" + strconv.Itoa(no) }
