package links

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Continue says of the case that is being raised that it goes on with one that
// has ended: case.link, in the change that begins with case.raise. The requester
// wrote to that one when it could be reopened no more. It is the door that sees
// to this: somebody may have reopened it meanwhile.
type Continue struct {
	Of core.Reference `json:"of"`

	system bool
	was    core.CaseID
}

// Name implements [cases.Command].
func (*Continue) Name() core.CommandName { return "case.link" }

// Needs implements [cases.Command].
func (*Continue) Needs() core.Permission { return core.MayRaise }

// Touches implements [cases.Command].
func (*Continue) Touches() []core.Aspect { return nil }

// Inner implements [cases.Inner].
func (*Continue) Inner() {}

// Other implements [cases.Twofold].
func (c *Continue) Other() core.Reference { return c.Of }

// Pair implements [cases.Twofold].
func (c *Continue) Pair(here, there core.CaseID) cases.Command {
	c.was = there
	needs := core.MayRequest
	if c.system {
		needs = core.MayEnquire
	}
	return &continued{other: here, needs: needs}
}

// Apply implements [cases.Command].
func (c *Continue) Apply(_ context.Context, w *cases.Work) error {
	switch {
	case !w.IsNew():
		return core.Forbidden("Only a case that is being raised goes on with another one.")
	case c.was.IsZero():
		return cases.NoOtherCase()
	}
	kind, begins, _ := core.FindLink(core.LinkContinues)
	write(w, kind, begins, c.was)
	return nil
}

// continued is what the case that has ended is given.
type continued struct {
	other core.CaseID
	needs core.Permission
}

// Name implements [cases.Command].
func (*continued) Name() core.CommandName { return "case.link" }

// Needs implements [cases.Command].
func (c *continued) Needs() core.Permission { return c.needs }

// Touches implements [cases.Command].
func (*continued) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (c *continued) Apply(ctx context.Context, w *cases.Work) error {
	calendar, _, err := w.Calendar(ctx)
	if err != nil {
		return err
	}
	if !cases.Over(w.Case, w.Type, calendar, w.Now) {
		return core.Conflict("This case is open, or can be reopened: what you write belongs there.")
	}
	w.Record(core.LinkAdded, about(c.other, core.LinkContinuedBy))
	return nil
}

// Reply is what the requester of a case that has ended has to say.
type Reply struct {
	Said    string
	Channel core.Channel
	By      core.Actor // who says it, as far as that is proven
}

// Begin says how a reply becomes a case of a type: who raises it, and the
// commands that do, the raise first. Whoever calls it has found out that the
// case is over for its requester, and that it is they who write. Files of the
// reply are to be uploaded by that actor.
//
// What the new case takes over is what the old one knows of its requester and
// of the place; what is the matter now stands in their words.
func Begin(was *core.Case, t *core.CaseType, r Reply) (core.Actor, *cases.Raise, *Continue) {
	by := r.By
	if !t.Groups.RaisableBy(by) {
		by = core.SystemActor() // staff raise these for people: so does a reply
	}
	subject := was.Subject
	if !strings.HasPrefix(strings.ToLower(subject), "re: ") {
		subject = "Re: " + subject
	}
	if letters := []rune(subject); len(letters) > cases.MaxSubject {
		subject = string(letters[:cases.MaxSubject-1]) + "…"
	}
	raise := &cases.Raise{
		Type: t.Key, Subject: subject, Description: r.Said, Channel: r.Channel, Requester: was.Requester, Contact: was.Contact,
		Anonymous: was.Anonymous, OnBehalfOf: was.OnBehalfOf, Place: was.Place, Address: was.Address,
		Submission: &core.Submission{
			Form: "reply", Answers: map[string]any{"message": r.Said},
			Review: []core.ReviewRow{{Question: "Your message", Answer: r.Said}},
		},
	}
	if sub, ok := t.Subtype(was.Subtype); ok {
		raise.Subtype = sub.Key
	}
	raise.Continue(was.ID)
	return by, raise, &Continue{Of: was.Ref, system: by.Kind == core.ActorSystem}
}
