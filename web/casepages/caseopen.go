package casepages

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// opened is a case as somebody looks at it: what every part of its page needs.
type opened struct {
	*cases.Seen
	by     core.Actor
	now    time.Time
	zone   *time.Location
	full   bool                           // they may see more than the requester could
	names  map[string]string              // of staff users and customers, by identifier
	teams  map[string]string              // names of groups, by key
	linked map[core.CaseID]core.Reference // cases that the history speaks of, as far as the reader may see them
}

// open finds the case of the address. To whoever may not see it there is none;
// to those who may only enquire it shows what its requester could see.
func (p *Pages) open(c *fiber.Ctx) (*opened, error) {
	ctx, by := c.UserContext(), render.Actor(c)
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return nil, core.NotFound("There is no such case, or you may not see it.")
	}
	seen, err := p.Cases.Find(ctx, by, ref, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	o := &opened{
		Seen: seen, by: by, now: p.Cases.Clock().Now(), zone: p.Zone, full: seen.MayDo(core.MayView),
		names: map[string]string{}, teams: map[string]string{},
	}
	groups, err := p.People.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		o.teams[g.Key] = g.Name
	}
	cs := seen.Case
	return o, p.learn(ctx, o, cs.Assignee.String(), cs.Creator.String(), cs.Requester.String())
}

// learn looks up the names of staff users and customers.
func (p *Pages) learn(ctx context.Context, o *opened, ids ...string) error {
	var unknown []string
	for _, id := range ids {
		if _, known := o.names[id]; id != "" && !known {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	found, err := p.People.NamesOf(ctx, unknown...)
	for id, name := range found {
		o.names[id] = name
	}
	return err
}

// url is an address under the case: url("history"), url("act", "close").
func (o *opened) url(path ...string) string {
	return strings.Join(append([]string{"/cases/" + string(o.Case.Ref)}, path...), "/")
}

// team is the name of a group.
func (o *opened) team(key string) string {
	if name := o.teams[key]; name != "" {
		return name
	}
	return key
}

// person is the name of somebody in the history.
func (o *opened) person(id string) string { return o.names[id] }

// status is the name of a status as the reader may know it.
func (o *opened) status(key string) string {
	s, ok := o.Type.Status(key)
	switch {
	case !ok:
		return key
	case o.full:
		return s.Name.String()
	}
	return s.PublicName(core.DefaultLanguage)
}

func (o *opened) statusChip() layout.Chip {
	return layout.StatusChip(o.Case.StatusKind, o.status(o.Case.Status))
}

// requester is the name of whom the case is for.
func (o *opened) requester() string {
	cs := o.Case
	switch {
	case cs.Contact.Name != "":
		return cs.Contact.Name
	case cs.Anonymous:
		return "Somebody anonymous"
	case o.person(cs.Requester.String()) != "":
		return o.person(cs.Requester.String())
	case cs.Contact.Email != "":
		return cs.Contact.Email
	}
	return "Somebody without a name"
}

// firstName is what the requester is called in a short sentence.
func (o *opened) firstName() string {
	if o.Case.Anonymous {
		return "the requester"
	}
	first, _, _ := strings.Cut(o.requester(), " ")
	return first
}

// mine reports whether the reader is the case manager.
func (o *opened) mine() bool {
	return !o.Case.Assignee.IsZero() && o.Case.Assignee == o.by.StaffID()
}
