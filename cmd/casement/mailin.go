package main

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/casement-dev/casement/core/api/mailin"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/intake/mailbox"
	inbox "github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/server"
)

// incomingMail is what an installation needs for mail that comes in.
type incomingMail struct {
	config  mailbox.Config
	replies correspondence.Replies
	kept    *correspondence.Service
	intake  *mailbox.Service
	news    chan struct{} // a mail was kept here, and waits to be dealt with
}

// readMailboxes reads what is said of mail that comes in, which also settles
// where messages are answered to.
func (p *parts) readMailboxes() error {
	if file := p.settings.Mailboxes; file != "" {
		var err error
		if p.mailIn.config, err = mailbox.ReadFile(file); err != nil {
			return err
		}
	}
	p.mailIn.replies = correspondence.Replies{Secret: p.secret, Address: p.mailIn.config.ReplyAddress, Clock: p.clock}
	p.mailIn.news = make(chan struct{}, 1)
	return nil
}

// newMailIn makes the parts that take mail in.
func (p *parts) newMailIn() {
	in := &p.mailIn
	var own []string
	if from, err := mail.ParseAddress(p.settings.SMTP.From); err == nil {
		own = append(own, strings.ToLower(from.Address))
	}
	in.kept = correspondence.New(correspondence.Options{
		DB: p.db, Cases: p.cases, Messages: p.messages, Clock: p.clock, Replies: in.replies, Own: own, Sorters: in.config.Sorters,
	})
	var acknowledge func(context.Context, correspondence.Incoming) error
	if in.config.Acknowledge {
		acknowledge = p.acknowledge
	}
	in.intake = mailbox.New(mailbox.Options{
		Acknowledge: acknowledge,
		Mail:        in.kept, Cases: p.cases, People: p.people, Questions: p.questions, Attachments: p.attachments, Links: p.links, Clock: p.clock, Log: p.log,
		Config: in.config, Parse: inbox.Parse, ParseHead: inbox.ParseHead,
	})
}

// onceADay is how often the sender of replies that wait is told so.
const onceADay = 24 * time.Hour

// acknowledge tells the sender of a reply that it waits for a person.
func (p *parts) acknowledge(ctx context.Context, in correspondence.Incoming) error {
	organisation, err := p.portals.Organisation(ctx)
	if err != nil {
		return err
	}
	answered := []string{}
	if in.MessageID != "" {
		answered = append(answered, in.MessageID)
	}
	_, err = p.messages.PostOnce(ctx, messages.Outgoing{
		Event: "mail.waits", Audience: "sender", Template: "mail-waits", To: in.Sender, ToName: in.SenderName, Answered: answered,
		Data: messages.Data{"organisation": organisationData(organisation)},
	}, p.clock.Now().Add(-onceADay))
	return err
}

// hasMailIn reports whether this installation takes mail in at all.
func (p *parts) hasMailIn() bool { return len(p.mailIn.config.Mailboxes) > 0 }

// takeMail keeps a mail, and has it dealt with soon.
func (p *parts) takeMail(ctx context.Context, name string, m inbox.Arrived) (known bool, err error) {
	known, err = p.mailIn.intake.Take(ctx, name, m.Raw, m.Size, m.Cut)
	if err == nil && !known {
		select {
		case p.mailIn.news <- struct{}{}:
		default: // somebody is told already
		}
	}
	return known, err
}

// workMail deals with mail that was kept, until none is left that can be.
func (p *parts) workMail(ctx context.Context) error {
	for {
		n, err := p.mailIn.intake.Work(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// followMail deals with the mail that this server keeps, at once. What is left
// by a server that died is found by the schedule.
func (p *parts) followMail(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.mailIn.news:
			if err := p.workMail(ctx); err != nil && ctx.Err() == nil {
				p.log.Error("deal with mail", "error", err)
			}
		}
	}
}

// mailboxReaders makes a reader for each mailbox that is read over IMAP.
func (p *parts) mailboxReaders() (map[string]*inbox.Mailbox, error) {
	readers := map[string]*inbox.Mailbox{}
	for _, m := range p.mailIn.config.Mailboxes {
		if m.Host == "" {
			continue
		}
		security := map[string]inbox.Security{"": inbox.TLS, "implicit": inbox.TLS, "starttls": inbox.StartTLS, "none": inbox.Plain}[m.TLS]
		reader, err := inbox.NewMailbox(inbox.MailboxSettings{
			Name: m.Key, Host: m.Host, Port: m.Port, Security: security, Username: m.User, Password: m.Password, Folder: m.Folder, MoveTo: m.MoveTo,
		}, func(ctx context.Context, arrived inbox.Arrived) error {
			_, err := p.takeMail(ctx, m.Key, arrived)
			return err
		}, func(err error) {
			if err != nil {
				p.log.Warn("mail cannot be read; it is tried again", "error", err)
				return
			}
			p.log.Info("mail is read again", "mailbox", m.Key)
		})
		if err != nil {
			return nil, err
		}
		readers[m.Key] = reader
	}
	return readers, nil
}

// readMailbox reads a mailbox on one elected server, until ctx ends.
func (p *parts) readMailbox(ctx context.Context, key string, reader *inbox.Mailbox) {
	err := postgres.Elect(p.db.Pool(), "mailbox "+key).Lead(ctx, func(ctx context.Context) error {
		reader.Read(ctx)
		return ctx.Err()
	})
	if err != nil && ctx.Err() == nil {
		p.log.Error("the reader of a mailbox stopped", "mailbox", key, "error", err)
	}
}

// registerMailIn lets programs bring mail.
func (p *parts) registerMailIn(app *server.App) {
	mailin.New(mailin.Options{
		Secret: func(key string) string {
			m, _ := p.mailIn.config.Mailbox(key)
			return m.Secret
		},
		Take: func(ctx context.Context, key string, raw []byte) (bool, error) {
			return p.takeMail(ctx, key, inbox.Arrived{Raw: raw, Size: int64(len(raw))})
		},
		Log: p.log,
	}).Register(app.API(mailin.Prefix))
}
