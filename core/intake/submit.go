package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/people"
)

// Receipt is what somebody gets who has raised a case.
type Receipt struct {
	Case  core.CaseID
	Ref   core.Reference
	Token string // of the tracking link: a secret
}

// askAgain is how often a second click looks whether the first one is through.
const askAgain = 50 * time.Millisecond

// Submit raises the case of a finished form: the person is found or made, the
// files go with it, and however often it is called, at once or again after a
// crash, there is one case.
//
// by is whoever is signed in, or anonymous. When the form is anonymous nothing
// of by is stored anywhere.
func (s *Service) Submit(ctx context.Context, by core.Actor, d *forms.Draft) (Receipt, error) {
	if d.Raise == nil && d.RaisedAt.IsZero() {
		return Receipt{}, fmt.Errorf("draft %s is not finished", d.ID)
	}
	for d.RaisedAt.IsZero() {
		id, mine, again, err := s.forms.Claim(ctx, d)
		if err != nil {
			return Receipt{}, err
		}
		if mine {
			return s.raise(ctx, by, d, id, again)
		}
		if d, err = s.wait(ctx, d); err != nil {
			return Receipt{}, err
		}
	}
	return s.receipt(ctx, d.Case)
}

// wait lets another request that raises the same case go on, and reads the
// draft again.
func (s *Service) wait(ctx context.Context, d *forms.Draft) (*forms.Draft, error) {
	pause := time.NewTimer(askAgain)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return nil, core.Unavailable(ctx.Err(), "This is being sent just now. Reload the page in a moment to see the reference.")
	case <-pause.C:
		return s.forms.Again(ctx, d)
	}
}

func (s *Service) raise(ctx context.Context, by core.Actor, d *forms.Draft, id core.CaseID, again bool) (Receipt, error) {
	receipt, err := s.raiseOnce(ctx, by, d, id, again)
	if err != nil {
		if release := s.forms.Release(context.WithoutCancel(ctx), d); release != nil {
			s.log.Error("a draft stays claimed", "draft", d.ID.String(), "error", release)
		}
		return Receipt{}, err
	}
	return receipt, s.forms.Raised(context.WithoutCancel(ctx), d)
}

func (s *Service) raiseOnce(ctx context.Context, by core.Actor, d *forms.Draft, id core.CaseID, again bool) (Receipt, error) {
	if again { // somebody was at it before: perhaps all was done but the last line
		if receipt, err := s.receipt(ctx, id); core.KindOf(err) != core.ErrNotFound {
			return receipt, err
		}
	}
	t, err := s.types.Published(ctx, d.Type)
	if err != nil {
		return Receipt{}, err
	}
	if err := mayRaise(by, t); err != nil {
		return Receipt{}, err
	}
	raise, left := wish(t, d.Raise)
	if len(left) > 0 {
		s.log.Warn("a form gave what its case type has no place for", "form", d.Form, "pin", d.Pin, "type", t.Key, slog.Any("left_out", left))
	}
	actor := core.AnonymousActor()
	if !d.Raise.Anonymous {
		if actor, err = s.identify(ctx, by, d.Raise, id, raise); err != nil {
			return Receipt{}, err
		}
	}
	raise.Submission = submission(d)
	result, err := s.doWithEffects(ctx, actor, d, raise, cases.Request{
		Key: "form:" + d.ID.String(), Origin: core.OriginLive,
		Changes: []cases.Change{{Case: id, Commands: commands(raise, d)}},
	})
	if core.KindOf(err) == core.ErrConflict {
		// Another server was faster after all: then the case is there.
		if receipt, err := s.receipt(ctx, id); err == nil {
			return receipt, nil
		}
	}
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Case: id, Ref: result.Outcomes[0].Ref, Token: s.cases.TrackingToken(id)}, nil
}

// mayRaise refuses whoever may not raise the type. The door asks as well, but
// it is shown the requester, who need not be signed in.
func mayRaise(by core.Actor, t *core.CaseType) error {
	if t.Groups.RaisableBy(by) || by.IsStaff() {
		return nil // for staff the door knows their groups
	}
	if t.Groups.RaisableBy(core.Actor{Kind: core.ActorPerson}) {
		return core.Forbidden("Please sign in to send this form. What you typed is kept.")
	}
	return core.Forbidden("This form is not open to the public.")
}

// identify finds the requester, puts them on the case, and returns who acts:
// whoever is signed in; else the requester, trusted with this one case as the
// holder of its link is.
func (s *Service) identify(ctx context.Context, by core.Actor, r *forms.Raise, id core.CaseID, raise *cases.Raise) (core.Actor, error) {
	raise.Contact = contact(r.Requester)
	if r.OnBehalfOf != nil {
		raise.OnBehalfOf = line(r.OnBehalfOf.Name, maxWords)
	}
	if person := by.PersonID(); !person.IsZero() {
		raise.Requester = person
		if r.Requester == nil {
			known, err := s.people.FindPerson(ctx, by, person)
			if err != nil {
				return by, err
			}
			raise.Contact = core.Contact{Name: known.Name, Email: known.Email, Phone: known.Phone, Address: known.Address}
		}
		return by, nil
	}
	person, err := s.findPerson(ctx, by, raise.Contact)
	if err != nil {
		return by, err
	}
	raise.Requester = person
	switch {
	case by.IsStaff():
		return by, nil
	case person.IsZero():
		raise.Anonymous = true // nobody was named
	}
	return core.LinkActor(id, person), nil
}

// findPerson finds or makes the customer of a contact. What cannot be part of
// a customer record, such as an odd email address, stays on the case alone.
func (s *Service) findPerson(ctx context.Context, by core.Actor, c core.Contact) (core.PersonID, error) {
	details := people.Details{Name: c.Name, Email: c.Email, Phone: c.Phone, Address: c.Address}
	person, err := s.people.FindOrCreate(ctx, by, details)
	if core.KindOf(err) == core.ErrInvalid {
		person, err = s.people.FindOrCreate(ctx, by, usable(details, err))
	}
	if core.KindOf(err) == core.ErrInvalid {
		return core.PersonID{}, nil
	}
	return person.ID, err
}

// usable leaves out the details that were refused.
func usable(d people.Details, err error) people.Details {
	for field := range fieldsOf(err) {
		switch field {
		case "name":
			d.Name = ""
		case "email":
			d.Email = ""
		case "phone":
			d.Phone = ""
		case "address":
			d.Address = ""
		}
	}
	return d
}

// maxReview bounds one answer in words, in letters.
const maxReview = 20_000

// submission is what was answered, as it was answered.
func submission(d *forms.Draft) *core.Submission {
	answers := make(map[string]any, len(d.Raise.Fields))
	for field, values := range d.Raise.Fields {
		kept := make([]string, len(values))
		for i, v := range values {
			kept[i] = text(v, maxReview)
		}
		answers[text(field, maxWords)] = kept
	}
	review := make([]core.ReviewRow, len(d.Raise.Review))
	for i, row := range d.Raise.Review {
		review[i] = core.ReviewRow{Section: line(row.Section, maxWords), Question: line(row.Question, maxWords), Answer: text(row.Answer, maxReview)}
	}
	return &core.Submission{Form: d.Form + "@" + d.Pin, Answers: answers, Review: review}
}

func commands(raise *cases.Raise, d *forms.Draft) []cases.Command {
	out := []cases.Command{raise}
	files := make([]core.AttachmentID, 0, len(d.Raise.Files))
	for _, raw := range d.Raise.Files {
		if id, err := core.ParseID[core.AttachmentID](raw); err == nil && !slices.Contains(files, id) {
			files = append(files, id)
		}
	}
	if len(files) > 0 {
		out = append(out, &attachments.Enclose{Add: attachments.Add{Files: files, Draft: d.ID}})
	}
	return out
}

// receipt reads the case that is there already.
func (s *Service) receipt(ctx context.Context, id core.CaseID) (Receipt, error) {
	cs, err := s.cases.ByID(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Case: id, Ref: cs.Ref, Token: s.cases.TrackingToken(id)}, nil
}

func fieldsOf(err error) map[string]string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
