package searchpages

import (
	"context"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search/saved"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

var (
	savedView = render.View{Template: "searchpages/saved", Title: "Saved searches", Nav: "search"}
	editView  = render.View{Template: "searchpages/saved-edit", Title: "Saved search", Nav: "search"}
)

// Save is the menu in which searches are saved and found again.
type Save struct {
	Query    string // of the search that may be saved; "" when there is nothing to save
	Name     layout.Field
	Share    layout.Field
	Searches []SavedLink
}

// SavedLink is a saved search in a list.
type SavedLink struct {
	Name   string
	URL    string
	With   string // "Complaints team", "All staff", "Only you"
	By     string // whose it is, unless it is the reader's own
	Edit   string // "" when the reader may not change it
	Query  string
	IsOpen bool // it is the search that is shown
}

// SavedPage lists the saved searches.
type SavedPage struct {
	Own, Shared []SavedLink
	Empty       layout.Empty
}

// EditPage changes one.
type EditPage struct {
	URL, Open string
	Title     string
	By        string // whose it is, unless it is the reader's own
	Chips     []Chip // what it looks for
	Words     string
	Name      layout.Field
	Share     layout.Field
	Shared    bool
	Saved     bool // it is kept already, and can be deleted
	Problems  render.Problems
}

// menuLinks is how many saved searches the menu shows.
const menuLinks = 8

// save fills the menu.
func (a *asked) save(ctx context.Context) (Save, error) {
	all, err := a.pages.Saved.List(ctx, a.by)
	if err != nil {
		return Save{}, err
	}
	out := Save{}
	if len(a.wrong) == 0 && (a.request.Typed != "" || !a.request.Filter.IsZero()) {
		out.Query = a.query(nil)
	}
	for _, s := range all {
		if len(out.Searches) < menuLinks {
			link := a.pages.savedLink(a.by, s)
			link.IsOpen = s.Query == out.Query
			out.Searches = append(out.Searches, link)
		}
	}
	if out.Query == "" {
		return out, nil
	}
	out.Name = layout.Field{Name: "name", ID: "save-name", Label: "Name", MaxLength: saved.MaxName, Value: a.nameForIt(), Autocomplete: "off"}
	out.Share, err = a.pages.shareField(ctx, a.by, "save-share", string(saved.ForMe))
	return out, err
}

// nameForIt proposes a name: the words, or the first filters.
func (a *asked) nameForIt() string {
	name := a.request.Typed
	for _, chip := range a.chips() {
		if name != "" {
			name += ", "
		}
		name += chip.Label
	}
	return clip(name, saved.MaxName)
}

func (p *Pages) savedLink(by core.Actor, s saved.Search) SavedLink {
	link := SavedLink{Name: s.Name, URL: "/search?" + s.Query, Query: s.Query, With: "Only you"}
	switch s.Audience {
	case saved.ForGroup:
		link.With = s.GroupName
	case saved.ForStaff:
		link.With = "All staff"
	}
	if s.Owner != by.StaffID() {
		link.By = s.OwnerName
	}
	if saved.MayChange(by, s) {
		link.Edit = "/search/saved/" + strconv.Itoa(s.No)
	}
	return link
}

// groupShare is how the list of audiences names a group.
const groupShare = "group:"

// shareField is the list of those a search may be shared with.
func (p *Pages) shareField(ctx context.Context, owner core.Actor, id, value string) (layout.Field, error) {
	f := layout.Field{Name: "share", ID: id, Label: "Who sees it", Value: value, Options: []layout.Option{{Value: string(saved.ForMe), Label: "Only me"}}}
	groups, err := p.People.Groups(ctx)
	if err != nil {
		return f, err
	}
	mine, err := p.People.MemberGroups(ctx, owner.StaffID())
	if err != nil {
		return f, err
	}
	for _, g := range groups {
		for _, key := range mine {
			if g.Key == key {
				f.Options = append(f.Options, layout.Option{Value: groupShare + key, Label: g.Name})
			}
		}
	}
	f.Options = append(f.Options, layout.Option{Value: string(saved.ForStaff), Label: "All staff"})
	return f, nil
}

// readShare reads what was chosen from the list of audiences.
func readShare(value string) (saved.Audience, string) {
	if len(value) > len(groupShare) && value[:len(groupShare)] == groupShare {
		return saved.ForGroup, value[len(groupShare):]
	}
	return saved.Audience(value), ""
}

func shareOf(s saved.Search) string {
	if s.Audience == saved.ForGroup {
		return groupShare + s.Group
	}
	return string(s.Audience)
}

// sentQuery reads the query that a form carries as a search, so that nothing
// is kept but what a search has.
func (p *Pages) sentQuery(c *fiber.Ctx) (*asked, error) {
	raw := c.FormValue("query")
	if len(raw) > maxQuery {
		return nil, core.Invalid("This search is too long. Take some filters off.")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, core.Invalid("This is not the address of a search.")
	}
	a, err := p.askFor(c.UserContext(), render.Actor(c), values)
	if err != nil {
		return nil, err
	}
	for name, message := range a.wrong {
		return nil, core.InvalidField(name, "%s", message)
	}
	return a, nil
}

// saveSearch keeps a search under a name.
func (p *Pages) saveSearch(c *fiber.Ctx) error {
	ctx := c.UserContext()
	a, err := p.sentQuery(c)
	if err != nil {
		return err
	}
	in := saved.Input{Name: c.FormValue("name"), Query: a.query(nil)}
	in.Audience, in.Group = readShare(c.FormValue("share"))
	made, err := p.Saved.Save(ctx, a.by, in)
	if problems, ok := render.ProblemsOf(err, "name", "share"); ok {
		page := EditPage{URL: "/search/saved", Title: "Save this search", Chips: a.chips(), Words: a.request.Typed, Problems: problems, Open: a.address(nil)}
		page.Name = layout.Field{Name: "name", Label: "Name", Value: clip(c.FormValue("name"), 2*saved.MaxName), Error: problems.For("name"), Width: "20"}
		if page.Share, err = p.shareField(ctx, a.by, "share", c.FormValue("share")); err != nil {
			return err
		}
		page.Share.Error = problems.For("share")
		return render.Invalid(c, editView, savePage{page, a.query(nil)})
	}
	if err != nil {
		return err
	}
	return render.Done(c, a.address(nil), render.Toast{Text: "Saved as “" + made.Name + "”.", Link: render.Link{Label: "Saved searches", URL: "/search/saved"}})
}

// savePage is an EditPage of a search that is not saved yet.
type savePage struct {
	EditPage
	Query string
}

func (p *Pages) savedSearches(c *fiber.Ctx) error {
	by := render.Actor(c)
	all, err := p.Saved.List(c.UserContext(), by)
	if err != nil {
		return err
	}
	page := SavedPage{Empty: layout.Empty{
		Icon: "save", Title: "No search is saved yet", Text: "Search for something, choose filters, then “Save search”. A search can be shared with your group.",
		Link: render.Link{Label: "Search", URL: "/search"},
	}}
	for _, s := range all {
		link := p.savedLink(by, s)
		if s.Owner == by.StaffID() {
			page.Own = append(page.Own, link)
		} else {
			page.Shared = append(page.Shared, link)
		}
	}
	return render.Page(c, savedView, page)
}

func (p *Pages) findSaved(c *fiber.Ctx) (saved.Search, error) {
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil {
		return saved.Search{}, core.NotFound("There is no such saved search.")
	}
	return p.Saved.Find(c.UserContext(), render.Actor(c), no)
}

// editSaved shows the form that renames, shares and deletes.
func (p *Pages) editSaved(c *fiber.Ctx) error {
	s, err := p.findSaved(c)
	if err != nil {
		return err
	}
	if !saved.MayChange(render.Actor(c), s) {
		return render.Done(c, "/search?"+s.Query, render.Toast{}) // all they can do with it
	}
	page, err := p.editPage(c, s, s.Name, shareOf(s), render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, editView, savePage{EditPage: page})
}

func (p *Pages) editPage(c *fiber.Ctx, s saved.Search, name, share string, problems render.Problems) (EditPage, error) {
	values, err := url.ParseQuery(s.Query)
	if err != nil {
		return EditPage{}, err
	}
	a, err := p.askFor(c.UserContext(), render.Actor(c), values)
	if err != nil {
		return EditPage{}, err
	}
	page := EditPage{
		URL: "/search/saved/" + strconv.Itoa(s.No), Open: "/search?" + s.Query, Title: s.Name, Chips: a.chips(), Words: a.request.Typed, Problems: problems,
		Name: layout.Field{Name: "name", Label: "Name", Value: name, MaxLength: saved.MaxName, Error: problems.For("name"), Width: "20"}, Shared: s.Audience != saved.ForMe, Saved: true,
	}
	if s.Owner != a.by.StaffID() {
		page.By = s.OwnerName
	}
	page.Share, err = p.shareField(c.UserContext(), core.StaffActor(s.Owner, s.OwnerName), "share", share)
	page.Share.Error = problems.For("share")
	return page, err
}

func (p *Pages) changeSaved(c *fiber.Ctx) error {
	s, err := p.findSaved(c)
	if err != nil {
		return err
	}
	in := saved.Input{Name: c.FormValue("name")}
	in.Audience, in.Group = readShare(c.FormValue("share"))
	changed, err := p.Saved.Change(c.UserContext(), render.Actor(c), s.No, in)
	if problems, ok := render.ProblemsOf(err, "name", "share"); ok {
		page, err := p.editPage(c, s, clip(in.Name, 2*saved.MaxName), c.FormValue("share"), problems)
		if err != nil {
			return err
		}
		return render.Invalid(c, editView, savePage{EditPage: page})
	}
	if err != nil {
		return err
	}
	return render.Done(c, "/search/saved", render.Toast{Text: "“" + changed.Name + "” is changed."})
}

func (p *Pages) deleteSaved(c *fiber.Ctx) error {
	s, err := p.findSaved(c)
	if err != nil {
		return err
	}
	if err := p.Saved.Delete(c.UserContext(), render.Actor(c), s.No); err != nil {
		return err
	}
	// What was deleted by mistake is a click away from being saved again.
	return render.Done(c, "/search/saved", render.Toast{Text: "“" + s.Name + "” is deleted.", Link: render.Link{Label: "Show it once more", URL: "/search?" + s.Query}})
}
