package casepages

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/render"
)

// AccessPage is who has seen a case, and through which code.
type AccessPage struct {
	Ref, URL string
	Code     bool // what went through plugins alone
	Lines    []AccessLine
	Newer    string // addresses of the pages beside this one; "" for none
	Older    string
}

// AccessLine is one look.
type AccessLine struct {
	At      time.Time
	Who     string
	What    string
	Through string // the plugin and its version; "" when somebody looked themselves
}

// showAccess lists who has seen a case: to those who may close it, and to
// auditors, who are told nothing else of it.
func (p *Pages) showAccess(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return core.NotFound("There is no such case, or you may not see it.")
	}
	seen, err := p.Cases.Find(ctx, by, ref, core.MayEnquire)
	if core.KindOf(err) == core.ErrNotFound && by.Has(core.RoleAuditor) {
		seen, err = p.audited(ctx, ref)
	}
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.Query("page", "1"))
	if err != nil || number < 1 || number > 10_000 {
		number = 1
	}
	page := AccessPage{Ref: string(ref), URL: "/cases/" + string(ref) + "/access", Code: c.Query("show") == "code"}
	looks, more, err := p.Cases.Looks(ctx, by, seen, page.Code, number)
	if err != nil {
		return err
	}
	o := &opened{Seen: seen, by: by, names: map[string]string{}}
	ids := make([]string, len(looks))
	for i, look := range looks {
		ids[i] = look.By.ID
	}
	if err := p.learn(ctx, o, ids...); err != nil {
		return err
	}
	for _, look := range looks {
		page.Lines = append(page.Lines, AccessLine{look.At, lookedBy(o, look), lookWords(look.What), look.Through})
	}
	at := func(n int) string {
		address := page.URL + "?page=" + strconv.Itoa(n)
		if page.Code {
			address += "&show=code"
		}
		return address
	}
	if number > 1 {
		page.Newer = at(number - 1)
	}
	if more {
		page.Older = at(number + 1)
	}
	return render.Page(c, render.View{Template: "casepages/access", Nav: "queues", Title: "Who has seen " + string(ref)}, page)
}

// audited is a case of which an auditor sees nothing but who has seen it.
func (p *Pages) audited(ctx context.Context, ref core.Reference) (*cases.Seen, error) {
	ids, err := p.Cases.IDs(ctx, ref)
	if err != nil {
		return nil, err
	}
	id, ok := ids[ref]
	if !ok {
		return nil, core.NotFound("There is no such case, or you may not see it.")
	}
	return &cases.Seen{Case: &core.Case{ID: id, Ref: ref}, Type: &core.CaseType{}}, nil
}

// lookedBy names who looked. The case of an auditor has no names in it.
func lookedBy(o *opened, look cases.Look) string {
	switch look.By.Kind {
	case core.ActorStaff, core.ActorPerson, core.ActorClient:
		if name := o.names[look.By.ID]; name != "" {
			return name
		}
		return map[core.ActorKind]string{core.ActorStaff: "A colleague", core.ActorPerson: "The requester", core.ActorClient: "A program"}[look.By.Kind]
	case core.ActorAnonymous:
		return "The requester"
	}
	return "Casement, by itself"
}

// lookWords says what was looked at. What a plugin was shown is in words
// already.
func lookWords(what string) string {
	switch what {
	case "":
		return "the case"
	case "summary", "details", "tasks", "history", "attachments", "emails":
		return "the tab " + strings.ToUpper(what[:1]) + what[1:]
	}
	return what
}
