package reportpages

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/render"
)

// askFor is how long somebody may take to say yes.
const askFor = 48 * time.Hour

func (p *Pages) day(at time.Time) string { return at.In(p.Zone).Format("Monday 2 January 2006") }

// Done is a page with nothing left to do but one thing.
type Done struct {
	Title, Text string
	Action      string // where its button posts; "" without one
	Button      string
	Back        string // to the report
	BackLabel   string
}

var doneView = render.View{Template: "reportpages/done", Layout: render.Public, Title: "Following a report"}

// follow lets somebody signed in follow at once, and asks everybody else by
// mail first. Whether an address follows already is not told to who types it.
func (p *Pages) follow(c *fiber.Ctx) error {
	cs, t, err := p.find(c)
	if err != nil {
		return err
	}
	wants := core.Hears(c.FormValue(hears))
	if !wants.Valid() {
		wants = core.HearsAll
	}
	if by := render.Actor(c); !by.PersonID().IsZero() && by.Case.IsZero() {
		if err := p.add(c, cs, by, wants); err != nil {
			return p.again(c, cs, t, err)
		}
		return render.Done(c, URL(cs.Ref), render.Toast{Text: "You follow this report now."})
	}
	address, err := core.ParseEmail(c.FormValue(email))
	if err != nil {
		return p.again(c, cs, t, core.InvalidField(email, "Enter an email address in the correct format, like name@example.org."))
	}
	link := "/reports/follow/" + p.Secret.FollowToken(cs.ID, address, wants, p.Clock.Now().Add(askFor))
	if err := p.Ask(c.UserContext(), address, cs, t, link); err != nil {
		return err
	}
	return render.Page(c, doneView, Done{
		Title: "Check your email", Text: "We have sent you a link. When you follow it, you will hear of this report. It works for two days.",
		Back: URL(cs.Ref), BackLabel: "Back to the report",
	})
}

// again shows the report with what is wrong.
func (p *Pages) again(c *fiber.Ctx, cs *core.Case, t *core.CaseType, err error) error {
	problems, ok := render.ProblemsOf(err, email)
	if !ok && core.KindOf(err) != core.ErrConflict {
		return err
	}
	if !ok {
		problems = render.Problems{Message: err.Error()}
	}
	page, err := p.page(c, cs, t, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, view(page.Ref), page)
}

func (p *Pages) add(c *fiber.Ctx, cs *core.Case, by core.Actor, wants core.Hears) error {
	_, err := p.Cases.Do(c.UserContext(), by, cases.One(cs.ID, 0, &followers.Add{Hears: wants}))
	return err
}

// showConfirm asks once more, on a page: what reads mails before people do must
// not say yes for them.
func (p *Pages) showConfirm(c *fiber.Ctx) error {
	id, _, wants, err := p.Secret.OpenFollowToken(c.Params("token"), p.Clock.Now())
	if err != nil {
		return err
	}
	cs, t, err := p.Cases.FindReportByID(c.UserContext(), id)
	if err != nil {
		return err
	}
	text := "We write to you whenever something happens with it. Every letter has a link that ends it."
	if wants == core.HearsEnd {
		text = "We write to you when it is done. The letter has a link that ends it."
	}
	return render.Page(c, doneView, Done{
		Title: "Follow: " + what(cs, t) + ", " + string(cs.Ref), Text: text, Action: c.Path(), Button: "Yes, follow this report",
		Back: URL(cs.Ref), BackLabel: "See the report",
	})
}

// confirm makes the owner of the address a follower.
func (p *Pages) confirm(c *fiber.Ctx) error {
	id, address, wants, err := p.Secret.OpenFollowToken(c.Params("token"), p.Clock.Now())
	if err != nil {
		return err
	}
	cs, t, err := p.Cases.FindReportByID(c.UserContext(), id)
	if err != nil {
		return err
	}
	person, err := p.People.FindOrCreate(c.UserContext(), core.AnonymousActor(), people.Details{Email: address})
	if err != nil {
		return err
	}
	if err := p.add(c, cs, core.PersonActor(person.ID, person.Name), wants); err != nil {
		return p.again(c, cs, t, err)
	}
	return render.Page(c, doneView, Done{
		Title: "You follow this report", Text: "We write to " + address + " when there is news.", Back: URL(cs.Ref), BackLabel: "See the report",
	})
}

func (p *Pages) showStop(c *fiber.Ctx) error {
	id, _, err := p.Secret.OpenStopToken(c.Params("token"))
	if err != nil {
		return err
	}
	cs, err := p.Cases.ByID(c.UserContext(), id)
	if err != nil {
		return err
	}
	return render.Page(c, doneView, Done{
		Title: "Stop following " + string(cs.Ref), Text: "We write to you no more about this report.", Action: c.Path(), Button: "Stop following",
		Back: URL(cs.Ref), BackLabel: "See the report",
	})
}

// stop ends a following, also when the report is not public any more.
func (p *Pages) stop(c *fiber.Ctx) error {
	id, person, err := p.Secret.OpenStopToken(c.Params("token"))
	if err != nil {
		return err
	}
	_, err = p.Cases.Do(c.UserContext(), core.SystemActor(), cases.One(id, 0, &followers.End{Person: person}))
	if err != nil {
		return err
	}
	return render.Page(c, doneView, Done{Title: "You do not follow this report any more", Text: "We write to you no more about it.", Back: "/", BackLabel: "To the start page"})
}
