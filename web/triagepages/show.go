package triagepages

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ShowPage is one mail, with what can be done with it.
type ShowPage struct {
	correspondence.Mail
	Address  string
	Facts    []layout.Fact
	Enclosed []FileRow
	Claims   core.Reference // of a case that it names, which the reader works
	Case     core.Reference // that it is on, which the reader may see
	CaseURL  string
	Ref      layout.Field // the case to put it on
	Types    layout.Field // the type of case to raise; without choices none can be
	History  []Step
	Problems render.Problems
}

// FileRow is a file of the mail.
type FileRow struct {
	Name, Size, Why string
	URL             string // where it can be looked at; "" when the mail was too large
}

// Step is what somebody did with the mail.
type Step struct {
	core.Recorded
	Who, Did string
}

// Waits reports whether the mail waits for somebody to sort it.
func (p ShowPage) Waits() bool { return p.State == correspondence.StateTriage }

// MayReturn reports whether the mail can be put back among what waits.
func (p ShowPage) MayReturn() bool {
	return p.State == correspondence.StateJunk || p.State == correspondence.StateIgnored
}

// Standing says where the mail stands.
func (p ShowPage) Standing() layout.Chip {
	switch p.State {
	case correspondence.StateTriage:
		return layout.Chip{Label: "To sort", Icon: "clock", Tone: "accent"}
	case correspondence.StateJunk:
		return layout.Chip{Label: "Not wanted", Icon: "stop", Tone: "bad"}
	case correspondence.StateFiled:
		return layout.Chip{Label: "On a case", Icon: "ok", Tone: "good"}
	}
	return layout.Chip{Label: "Set aside", Icon: "pause", Tone: "info"}
}

func showView(m correspondence.Mail) render.View {
	return render.View{Template: "triagepages/show", Title: m.Title(), Nav: nav}
}

func (p *Pages) show(c *fiber.Ctx) error {
	m, err := p.find(c)
	if err != nil {
		return err
	}
	page, err := p.showPage(c, m)
	if err != nil {
		return err
	}
	return render.Page(c, showView(m), page)
}

func (p *Pages) showPage(c *fiber.Ctx, m correspondence.Mail) (ShowPage, error) {
	ctx, by := c.UserContext(), render.Actor(c)
	page := newShowPage(m)
	var err error
	if page.Claims, err = p.reference(ctx, by, m.Claims, core.MayWork); err != nil {
		return page, err
	}
	if page.Case, err = p.reference(ctx, by, m.Case, core.MayEnquire); err != nil {
		return page, err
	}
	if page.Case != "" {
		page.CaseURL = "/cases/" + string(page.Case)
	}
	if page.Waits() {
		page.Ref.Value = string(page.Claims)
		if page.Types.Options, err = p.raisable(ctx, by); err != nil {
			return page, err
		}
	}
	steps, err := p.Mail.History(ctx, m)
	if err != nil {
		return page, err
	}
	for _, e := range steps {
		step := Step{Recorded: e, Who: "Casement", Did: didWords[e.Kind]}
		if e.Actor.IsStaff() {
			user, err := p.People.FindUser(ctx, e.Actor.StaffID())
			if err != nil && core.KindOf(err) != core.ErrNotFound {
				return page, err
			}
			step.Who = user.Name
		}
		page.History = append(page.History, step)
	}
	return page, nil
}

var didWords = map[core.EventKind]string{
	correspondence.MailJunked:   "said that it is not wanted",
	correspondence.MailRestored: "put it back among the mail to sort",
}

// newShowPage is the page without what the reader's rights decide.
func newShowPage(m correspondence.Mail) ShowPage {
	page := ShowPage{
		Mail: m, Address: address(m.No),
		Ref:   layout.Field{Name: "ref", Label: "Reference of the case", Hint: "Such as CMP-7K2M-4QX9", MaxLength: 40, Plain: true, Autocomplete: "off", Width: "20"},
		Types: layout.Field{Name: "type", Label: "What it is about"},
	}
	page.Facts = []layout.Fact{
		{Term: "From", Text: m.From()}, {Term: "To", Text: strings.Join(m.To[:min(len(m.To), 5)], ", ")}, {Term: "Mailbox", Text: m.Mailbox},
		{Term: "Size", Text: attachments.Size(m.Size)},
	}
	for i, f := range m.Files {
		row := FileRow{Name: f.Name, Size: attachments.Size(f.Size), Why: f.LeftOut}
		if !m.Cut && page.Waits() {
			row.URL = page.Address + "/files/" + strconv.Itoa(i+1)
		}
		page.Enclosed = append(page.Enclosed, row)
	}
	return page
}

// reference names a case to a reader who holds a permission on it, and to nobody
// else.
func (p *Pages) reference(ctx context.Context, by core.Actor, id core.CaseID, needs core.Permission) (core.Reference, error) {
	if id.IsZero() {
		return "", nil
	}
	cs, err := p.Cases.ByID(ctx, id)
	if err == nil {
		_, err = p.Cases.Find(ctx, by, cs.Ref, needs)
	}
	if core.KindOf(err) == core.ErrNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return cs.Ref, nil
}

// raisable lists the types that the reader may raise cases of.
func (p *Pages) raisable(ctx context.Context, by core.Actor) ([]layout.Option, error) {
	groups, err := p.People.MemberGroups(ctx, by.StaffID())
	if err != nil {
		return nil, err
	}
	all, err := p.Cases.Types().All(ctx)
	if err != nil {
		return nil, err
	}
	out := []layout.Option{{Label: "Choose"}}
	for _, t := range all {
		if !t.Retired && (slices.Contains(t.Groups[core.DutyRaise], core.Everyone) || slices.Contains(t.Groups.Permissions(groups, ""), core.MayRaise)) {
			out = append(out, layout.Option{Value: t.Key, Label: t.Name.String()})
		}
	}
	if len(out) == 1 {
		return nil, nil
	}
	return out, nil
}
