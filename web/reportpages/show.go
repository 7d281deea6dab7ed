package reportpages

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Page is a report as everybody may see it.
type Page struct {
	Ref      string
	What     string // "Pothole"
	Type     string // "Report a problem"
	Chip     layout.Chip
	Reported string // "Tuesday 17 November 2026"
	Closed   string // the day it was closed; "" while it is not
	Address  string
	Pins     string // the place as the map wants it; "" when it is not known
	At       string // the middle of the map and its zoom
	Pictures []Picture
	Count    string // "3 people follow this report"
	Follow   Follow
	Problems render.Problems
}

// Picture is one that staff have chosen to show.
type Picture struct{ URL, Alt string }

// Follow is what the reader can do about hearing of it.
type Follow struct {
	Closed bool // nothing more will happen
	Staff  bool // the reader works here, and follows in the console
	Mine   bool // it is the reader's own report
	On     bool // the reader follows already
	Known  bool // signed in: one click
	Action string
	Stop   string
	Email  layout.Field
	End    bool // "only when it is done" is chosen
}

const (
	hears = "hears"
	email = "email"
)

// view is the view of a report's page.
func view(ref string) render.View {
	return render.View{Template: "reportpages/show", Layout: render.Public, Title: "Report " + ref, Main: "main-wide"}
}

func (p *Pages) show(c *fiber.Ctx) error {
	cs, t, err := p.find(c)
	if err != nil {
		return err
	}
	page, err := p.page(c, cs, t, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, view(page.Ref), page)
}

// find reads the report that an address names.
func (p *Pages) find(c *fiber.Ctx) (*core.Case, *core.CaseType, error) {
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return nil, nil, core.NotFound("There is no such report, or it is not public.")
	}
	return p.Cases.FindReport(c.UserContext(), ref)
}

func (p *Pages) page(c *fiber.Ctx, cs *core.Case, t *core.CaseType, problems render.Problems) (Page, error) {
	ctx := c.UserContext()
	page := Page{Ref: string(cs.Ref), Type: t.Name.String(), What: what(cs, t), Chip: chip(cs, t), Reported: p.day(cs.RaisedAt), Address: cs.Address, Problems: problems}
	if !cs.ClosedAt.IsZero() && cs.IsFinal() {
		page.Closed = p.day(cs.ClosedAt)
	}
	if cs.Place != nil {
		page.At = fmt.Sprintf("%.5f,%.5f,16", cs.Place.Lat, cs.Place.Lng)
		pins, err := json.Marshal([]pin{{cs.Place.Lat, cs.Place.Lng, page.Ref, page.What, URL(cs.Ref), string(cs.StatusKind), page.Chip.Label}})
		if err != nil {
			return page, err
		}
		page.Pins = string(pins)
	}
	shown, err := p.Attachments.OfReport(ctx, cs.ID)
	if err != nil {
		return page, err
	}
	for i, a := range shown {
		page.Pictures = append(page.Pictures, Picture{URL(cs.Ref) + "/pictures/" + strconv.Itoa(a.No), fmt.Sprintf("Picture %d of %d of the report", i+1, len(shown))})
	}
	count, err := p.Followers.Count(ctx, cs.ID)
	if err != nil {
		return page, err
	}
	page.Count = countWords(count)
	page.Follow, err = p.mayFollow(c, cs, problems)
	return page, err
}

// pin is the place for the map; see web/assets/js/map.js.
type pin struct {
	Lat     float64 `json:"lat"`
	Lng     float64 `json:"lng"`
	Ref     string  `json:"ref"`
	Subject string  `json:"subject"`
	URL     string  `json:"url"`
	Kind    string  `json:"kind"`
	Status  string  `json:"status"`
}

func (p *Pages) mayFollow(c *fiber.Ctx, cs *core.Case, problems render.Problems) (Follow, error) {
	by := render.Actor(c)
	f := Follow{
		Closed: cs.IsFinal(), Staff: by.IsStaff(), Action: URL(cs.Ref) + "/follow", End: c.FormValue(hears) == string(core.HearsEnd),
		Email: layout.Field{Name: email, Label: "Your email address", Type: "email", Autocomplete: "email", Value: clip(c.FormValue(email)), MaxLength: 254, Plain: true, Error: problems.For(email)},
	}
	if person := by.PersonID(); !person.IsZero() && by.Case.IsZero() {
		f.Known, f.Mine = true, person == cs.Requester
		f.Stop = "/reports/stop/" + p.Secret.StopToken(cs.ID, person)
		var err error
		if f.On, err = p.Followers.Follows(c.UserContext(), by, cs.ID); err != nil {
			return f, err
		}
	}
	return f, nil
}

// clip bounds what is shown again of what was typed.
func clip(s string) string { return s[:min(len(s), 254)] }

// what is the kind of thing that was reported, in the type's words.
func what(cs *core.Case, t *core.CaseType) string {
	if sub, ok := t.Subtype(cs.Subtype); ok {
		return sub.Name.String()
	}
	return t.Name.String()
}

func chip(cs *core.Case, t *core.CaseType) layout.Chip {
	status, _ := t.Status(cs.Status)
	return layout.StatusChip(cs.StatusKind, status.PublicName(core.DefaultLanguage))
}

func countWords(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "One person follows this report."
	}
	return fmt.Sprintf("%d people follow this report.", n)
}

// picturePolicy lets what somebody else made do nothing in a browser.
const picturePolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// picture gives a picture that staff have chosen to show.
func (p *Pages) picture(c *fiber.Ctx) error {
	cs, _, err := p.find(c)
	if err != nil {
		return err
	}
	no, err := c.ParamsInt("no")
	if err != nil {
		return core.NotFound("There is no such picture.")
	}
	a, err := p.Attachments.FindShown(c.UserContext(), cs.ID, no)
	if err != nil {
		return err
	}
	content, err := p.Attachments.Open(c.UserContext(), a)
	if err != nil {
		return err
	}
	kind := a.Kind
	if !strings.HasPrefix(kind, "image/") || strings.Contains(kind, "svg") {
		kind = fiber.MIMEOctetStream
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, "inline")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, picturePolicy)
	c.Set(fiber.HeaderCacheControl, "private, max-age=300") // staff may take it off again
	return c.SendStream(content, int(a.Size))               // closed when it is sent
}
