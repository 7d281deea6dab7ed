package mailbox

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/people"
)

// raise makes a case of a mail that answers nothing. Its sender is found or made
// by an address that nothing proves, as with a form: they get the confirmation,
// and whoever pretended to be them learns nothing.
func (m *arrived) raise(ctx context.Context, rule Rule) error {
	t, err := m.o.Cases.Types().Published(ctx, rule.Type)
	if core.KindOf(err) == core.ErrNotFound {
		return m.triage(ctx, "The mailbox raises cases of a type that there is not: "+rule.Type+".")
	}
	if err != nil {
		return err
	}
	if t.Retired {
		return m.triage(ctx, "The mailbox raises cases of a type that is retired: "+t.Name.String()+".")
	}
	person, err := m.o.People.FindOrCreate(ctx, core.AnonymousActor(), people.Details{Name: m.in.SenderName, Email: m.in.Sender})
	if err != nil {
		return err
	}
	id := core.NewID[core.CaseID]()
	by := core.LinkActor(id, person.ID)
	if !t.Groups.RaisableBy(by) {
		by = core.SystemActor() // whoever set up the mailbox said so
	}
	raise := raiseOf(m.in, t, rule)
	raise.Requester, raise.Received = person.ID, m.received()
	return m.doRaise(ctx, by, id, m.ID, m.in, t, raise)
}

// received is when the mail came, and never later than now.
func (m *arrived) received() time.Time {
	if now := m.o.Clock.Now(); m.ReceivedAt.After(now) {
		return now
	}
	return m.ReceivedAt
}

// doRaise raises a case from a mail, with its files as far as they may be sent,
// and whatever else is said of it in the same change.
func (s *Service) doRaise(ctx context.Context, by core.Actor, id core.CaseID, mail core.MailID, in correspondence.Incoming, t *core.CaseType, raise *cases.Raise, more ...cases.Command) error {
	files, ids, err := s.upload(ctx, by, in, t)
	if err != nil {
		return err
	}
	begin := &correspondence.Begin{Receive: correspondence.Receive{Mail: mail, Files: files}}
	commands := append([]cases.Command{raise, begin}, more...)
	if len(ids) > 0 {
		commands = append(commands, &attachments.Enclose{Add: attachments.Add{Files: ids}})
	}
	_, err = s.o.Cases.Do(ctx, by, cases.One(id, 0, commands...))
	return err
}

// raiseOf is what a mail asks for, as far as the type has it.
func raiseOf(in correspondence.Incoming, t *core.CaseType, rule Rule) *cases.Raise {
	subject, _ := core.CleanLine(clip(in.Subject, cases.MaxSubject), cases.MaxSubject)
	if subject == "" {
		subject = t.Name.String() + " by mail"
	}
	whole := in
	if in.Quoted != "" {
		whole.Said = strings.TrimSpace(in.Said + "\n\n" + in.Quoted) // forwarded: what it is about stands below
	}
	raise := &cases.Raise{
		Type: t.Key, Channel: core.ChannelEmail, Subject: subject, Description: saidIn(whole, cases.MaxDescription),
		Contact: core.Contact{Name: in.SenderName, Email: in.Sender},
	}
	if sub, ok := t.Subtype(rule.Subtype); ok {
		raise.Subtype = sub.Key
	}
	if priority, ok := t.Priority(rule.Priority); ok {
		raise.Priority = priority.Key
	}
	if t.MayHold(rule.Group) {
		raise.Group = rule.Group
	}
	return raise
}

func clip(s string, most int) string {
	if letters := []rune(s); len(letters) > most {
		return string(letters[:most])
	}
	return s
}
