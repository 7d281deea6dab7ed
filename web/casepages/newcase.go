package casepages

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// NewPage raises a case for a caller.
type NewPage struct {
	Types    []NewType // to choose from; the form is shown once one is chosen
	Type     string
	TypeName string

	Callers  Callers
	Name     layout.Field
	Email    layout.Field
	Phone    layout.Field
	Address  layout.Field
	Behalf   layout.Field
	Channel  layout.Field
	Subject  layout.Field
	Said     layout.Field
	Subtype  layout.Field
	Priority layout.Field
	Received layout.Field
	Assign   bool
	MayTake  bool   // "assign to me" can come true
	Case     string // the id of the case to be: makes a repeated post raise nothing more
	Problems render.Problems
}

// NewType is one type of case somebody may raise.
type NewType struct{ Key, Name, Description, URL string }

// Callers are the customers that match what a caller says.
type Callers struct {
	Query  string
	Type   string
	Chosen int // number of the customer chosen; 0 is somebody new
	Found  []core.Person
	More   bool
}

// maxCallers is how many customers are offered.
const maxCallers = 8

var newView = render.View{Template: "casepages/new", Title: "New case", Nav: "queues"}

// raisable lists the types the reader may raise cases of.
func (p *Pages) raisable(c *fiber.Ctx) ([]*core.CaseType, []string, error) {
	ctx := c.UserContext()
	groups, err := p.People.MemberGroups(ctx, render.Actor(c).StaffID())
	if err != nil {
		return nil, nil, err
	}
	all, err := p.Cases.Types().All(ctx)
	if err != nil {
		return nil, nil, err
	}
	may := slices.DeleteFunc(slices.Clone(all), func(t *core.CaseType) bool {
		return t.Retired || !slices.Contains(t.Groups[core.DutyRaise], core.Everyone) && !slices.Contains(t.Groups.Permissions(groups, ""), core.MayRaise)
	})
	return may, groups, nil
}

// showNew asks for the type, then for the rest.
func (p *Pages) showNew(c *fiber.Ctx) error {
	page, err := p.newPage(c, inputOf(c), render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, newView, page)
}

// newPage fills the page with what was typed so far.
func (p *Pages) newPage(c *fiber.Ctx, in input, problems render.Problems) (NewPage, error) {
	types, groups, err := p.raisable(c)
	if err != nil {
		return NewPage{}, err
	}
	page := NewPage{Problems: problems}
	for _, t := range types {
		page.Types = append(page.Types, NewType{t.Key, t.Name.String(), t.Description.String(), newURL(t.Key, in)})
	}
	i := slices.IndexFunc(types, func(t *core.CaseType) bool { return t.Key == in.text("type") })
	if i < 0 {
		if in.text("type") != "" {
			return page, core.NotFound("There is no such type of case, or you may not raise it.")
		}
		return page, nil
	}
	t := types[i]
	page.Type, page.TypeName = t.Key, t.Name.String()
	page.MayTake = slices.Contains(groups, t.DefaultGroup()) || slices.ContainsFunc(t.Subtypes, func(s core.Subtype) bool { return slices.Contains(groups, s.Group) })
	page.Assign = in.text("assign") != "" || len(in("subject")) == 0 && page.MayTake
	if page.Case = in.text("case"); page.Case == "" {
		page.Case = core.NewID[core.CaseID]().String()
	}
	page.fill(t, in, problems)
	page.Callers, err = p.findCallers(c.UserContext(), render.Actor(c), in)
	return page, err
}

func newURL(key string, in input) string {
	url := "/cases/new?type=" + key
	if n := in.number("person"); n > 0 {
		url += "&person=" + strconv.Itoa(n)
	}
	return url
}

// fill makes the fields of the form.
func (n *NewPage) fill(t *core.CaseType, in input, problems render.Problems) {
	field := func(name, label string, limit int) layout.Field {
		return layout.Field{Name: name, Label: label, Value: clipped(in.text(name)), MaxLength: limit, Error: problems.For(name), Autocomplete: "off"}
	}
	n.Name, n.Email = field("name", "Name", 200), field("email", "Email", 254)
	n.Phone, n.Address = field("phone", "Telephone", 50), field("address", "Address", 500)
	n.Behalf = field("on_behalf_of", "On behalf of", 500)
	n.Subject, n.Said = field("subject", "Subject", cases.MaxSubject), field("description", "What they said", 0)
	n.Email.Type, n.Email.Plain, n.Phone.Type = "email", true, "tel"
	for _, f := range []*layout.Field{&n.Email, &n.Phone, &n.Address, &n.Behalf} {
		f.Optional = true
	}
	n.Behalf.Hint = "If the case is for somebody else"
	n.Subject.Hint = "One line, as you would say it on the telephone"
	n.Said.Rows, n.Said.Hint = 8, "In their words. They can read this in the portal"
	n.Channel = field("channel", "How did it reach us?", 0)
	if n.Channel.Value == "" {
		n.Channel.Value = string(core.ChannelTelephone)
	}
	for _, channel := range []core.Channel{core.ChannelTelephone, core.ChannelCounter, core.ChannelLetter, core.ChannelEmail} {
		words := channelWords[channel]
		n.Channel.Options = append(n.Channel.Options, layout.Option{Value: string(channel), Label: strings.ToUpper(words[:1]) + words[1:]})
	}
	n.Subtype, n.Priority = field("subtype", "Subtype", 0), field("priority", "Priority", 0)
	n.Subtype.Options = []layout.Option{{Value: "", Label: "Not known yet"}}
	for _, s := range t.Subtypes {
		n.Subtype.Options = append(n.Subtype.Options, layout.Option{Value: s.Key, Label: s.Name.String()})
	}
	if _, known := t.Priority("normal"); n.Priority.Value == "" && known {
		n.Priority.Value = "normal"
	}
	for _, choice := range t.Priorities {
		n.Priority.Options = append(n.Priority.Options, layout.Option{Value: choice.Key, Label: choice.Name.String()})
	}
	n.Received = field("received", "Received", 0)
	n.Received.Type, n.Received.Optional = "datetime-local", true
	n.Received.Hint = "If it came earlier than now: by post, at the weekend. Targets count from then"
}

// findCallers finds who is calling by whatever they say, and who was chosen.
func (p *Pages) findCallers(ctx context.Context, by core.Actor, in input) (Callers, error) {
	callers := Callers{Query: strings.TrimSpace(in.text("who")), Type: in.text("type"), Chosen: in.number("person")}
	if len([]rune(callers.Query)) >= 2 {
		found, err := p.People.SearchPersons(ctx, by, callers.Query, maxCallers+1)
		if err != nil {
			return callers, err
		}
		if callers.More = len(found) > maxCallers; callers.More {
			found = found[:maxCallers]
		}
		callers.Found = found
	}
	if callers.Chosen == 0 || slices.ContainsFunc(callers.Found, func(p core.Person) bool { return p.No == callers.Chosen }) {
		return callers, nil
	}
	chosen, err := p.People.FindPersonByNo(ctx, by, callers.Chosen)
	if core.KindOf(err) == core.ErrNotFound {
		callers.Chosen = 0
		return callers, nil
	}
	callers.Found = append([]core.Person{chosen}, callers.Found...)
	return callers, err
}

// callers answers with who matches while somebody types.
func (p *Pages) callers(c *fiber.Ctx) error {
	callers, err := p.findCallers(c.UserContext(), render.Actor(c), inputOf(c))
	if err != nil {
		return err
	}
	return render.Fragment(c, "casepages/new-callers", callers)
}

// raise raises the case; the button beside the search comes here too, without
// a script, and only finds callers.
func (p *Pages) raise(c *fiber.Ctx) error {
	in := inputOf(c)
	if in.text("find") != "" {
		return p.showNew(c)
	}
	ref, err := p.raiseFor(c, in)
	if err == nil {
		return render.Done(c, "/cases/"+string(ref), render.Toast{Text: string(ref) + " is raised"})
	}
	problems, wrong := render.ProblemsOf(err, "person", "name", "email", "phone", "address", "on_behalf_of", "channel", "subject", "description", "subtype", "priority", "received")
	if !wrong {
		return err
	}
	page, err := p.newPage(c, in, problems)
	if err != nil {
		return err
	}
	return render.Invalid(c, newView, page)
}

// raiseFor finds or makes the caller and raises the case for them.
func (p *Pages) raiseFor(c *fiber.Ctx, in input) (core.Reference, error) {
	ctx, by := c.UserContext(), render.Actor(c)
	id, err := core.ParseID[core.CaseID](in.text("case"))
	if err != nil || id.IsZero() {
		return "", core.Invalid("This form is not complete. Reload the page and try again.")
	}
	if made, err := p.Cases.ByID(ctx, id); err == nil && made.Creator == by.StaffID() {
		return made.Ref, nil // this very form was sent before
	}
	raise := &cases.Raise{
		Type: in.text("type"), Subject: in.text("subject"), Description: in.text("description"), Subtype: in.text("subtype"),
		Priority: in.text("priority"), Channel: core.Channel(in.text("channel")), OnBehalfOf: in.text("on_behalf_of"), Assign: in.text("assign") != "",
	}
	if typed := in.text("received"); typed != "" {
		if raise.Received, err = time.ParseInLocation(localTime, typed, p.Zone); err != nil {
			return "", core.InvalidField("received", "Enter a real date and time.")
		}
	}
	// What can be wrong without knowing the caller is said first: a record made
	// for a case that is then refused would stay behind.
	if strings.TrimSpace(raise.Subject) == "" {
		return "", core.InvalidField("subject", "Enter a subject.")
	}
	person, err := p.caller(ctx, by, in)
	if err != nil {
		return "", err
	}
	raise.Requester = person.ID
	raise.Contact = core.Contact{Name: person.Name, Email: person.Email, Phone: person.Phone, Address: person.Address}
	request := cases.One(id, 0, raise)
	request.Key = "raise " + id.String()
	result, err := p.Cases.Do(ctx, by, request)
	if err != nil {
		return "", err
	}
	return result.Outcomes[0].Ref, nil
}

// caller is the customer chosen, or somebody new.
func (p *Pages) caller(ctx context.Context, by core.Actor, in input) (core.Person, error) {
	if no := in.number("person"); no > 0 {
		person, err := p.People.FindPersonByNo(ctx, by, no)
		if core.KindOf(err) == core.ErrNotFound {
			return person, core.InvalidField("person", "Choose the caller again.")
		}
		return person, err
	}
	if strings.TrimSpace(in.text("name")) == "" {
		return core.Person{}, core.InvalidField("name", "Choose who called, or enter their name.")
	}
	return p.People.FindOrCreate(ctx, by, people.Details{
		Name: in.text("name"), Email: in.text("email"), Phone: in.text("phone"), Address: in.text("address"),
	})
}
