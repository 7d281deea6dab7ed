package mailbox

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/people"
)

// waiting finds a mail that waits for a person, for one who may sort it, and
// takes it apart again.
func (s *Service) waiting(ctx context.Context, by core.Actor, no int64) (correspondence.Mail, correspondence.Incoming, error) {
	m, err := s.o.Mail.Find(ctx, by, no)
	if err != nil {
		return m, correspondence.Incoming{}, err
	}
	if m.State != correspondence.StateTriage {
		return m, correspondence.Incoming{}, core.Conflict("This mail has been dealt with meanwhile.")
	}
	raw, err := s.o.Mail.Raw(ctx, m.ID)
	if err != nil {
		return m, correspondence.Incoming{}, err
	}
	if m.Cut {
		return m, s.o.ParseHead(raw), nil
	}
	return m, s.o.Parse(raw), nil
}

// Attach puts a mail that waits on a case because somebody who sorts mail, and
// works the case, says so. Its files are for staff until somebody shares them.
// Errors: not found for a mail they may not sort, or a case they may not see.
func (s *Service) Attach(ctx context.Context, by core.Actor, no int64, ref core.Reference) error {
	m, in, err := s.waiting(ctx, by, no)
	if err != nil {
		return err
	}
	seen, err := s.o.Cases.Find(ctx, by, ref, core.MayWork)
	if err != nil {
		return err
	}
	files, ids, err := s.upload(ctx, by, in, seen.Type)
	if err != nil {
		return err
	}
	attach := &correspondence.Attach{
		Receive: correspondence.Receive{Mail: m.ID, Files: files}, Role: correspondence.RoleAttached, Why: "Somebody who sorts the mail put it there.",
	}
	if len(ids) > 0 {
		_, err = s.o.Cases.Do(ctx, by, cases.One(seen.Case.ID, 0, attach, &attachments.Add{Files: ids, Audience: core.Staff}))
		if core.KindOf(err) != core.ErrInvalid {
			return err
		}
		attach.Files = leftOut(files, err)
	}
	_, err = s.o.Cases.Do(ctx, by, cases.One(seen.Case.ID, 0, attach))
	return err
}

// Raise makes a case of a mail that waits, of a type that whoever sorts may
// raise, and returns its reference. The sender becomes its requester.
func (s *Service) Raise(ctx context.Context, by core.Actor, no int64, typeKey string) (core.Reference, error) {
	m, in, err := s.waiting(ctx, by, no)
	if err != nil {
		return "", err
	}
	t, err := s.o.Cases.Types().Published(ctx, typeKey)
	if err != nil {
		return "", core.InvalidField("type", "Choose what the case is about.")
	}
	raise := raiseOf(in, t, Rule{})
	raise.Received = m.ReceivedAt
	if in.Sender != "" {
		person, err := s.o.People.FindOrCreate(ctx, core.AnonymousActor(), people.Details{Name: in.SenderName, Email: in.Sender})
		if err != nil {
			return "", err
		}
		raise.Requester = person.ID
	} else {
		raise.Anonymous = true
	}
	id := core.NewID[core.CaseID]()
	if err := s.doRaise(ctx, by, id, m.ID, in, t, raise); err != nil {
		return "", err
	}
	cs, err := s.o.Cases.ByID(ctx, id)
	if err != nil {
		return "", err
	}
	return cs.Ref, nil
}
