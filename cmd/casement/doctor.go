package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
	"github.com/casement-dev/casement/web"
)

// doctorCommand checks an installation and says what is wrong.
type doctorCommand struct {
	settings.Settings `embed:""`
}

// check is one thing that doctor looks at. It returns what it saw, and what is
// wrong, in sentences for whoever runs the installation.
type check struct {
	name string
	run  func(context.Context, *parts) (saw string, err error)
}

// lagToWorry is how many events the follower may be behind.
const lagToWorry = 1000

func checks() []check {
	return []check{
		{"schema", checkSchema},
		{"assets", func(context.Context, *parts) (string, error) {
			a, err := web.LoadAssets()
			if err == nil && !a.Built() {
				err = errors.New("the pages have no styles and scripts: build with “make build”")
			}
			return "styles and scripts are built in", err
		}},
		{"case types", func(ctx context.Context, p *parts) (string, error) {
			all, err := p.types.All(ctx)
			if err == nil && len(all) == 0 {
				err = errors.New("there is no case type: publish one with “casement config publish”")
			}
			return fmt.Sprintf("%d published", len(all)), err
		}},
		{"people", checkPeople},
		{"key", func(ctx context.Context, p *parts) (string, error) {
			return "the secret key is the installation's", p.compareKey(ctx)
		}},
		{"history", checkHistory},
		{"reactions", checkReactions},
		{"targets", func(ctx context.Context, p *parts) (string, error) {
			wrong, err := p.targets.Check(ctx)
			for _, sentence := range wrong {
				err = errors.Join(err, errors.New(sentence))
			}
			return "every due time is the sum of its ledger", err
		}},
		{"search", checkMeili},
		{"figures", checkFigures},
		{"mail", checkMail},
		{"mailboxes", checkMailboxes},
	}
}

// Run implements the command. It fails when anything is wrong.
func (cmd *doctorCommand) Run(ctx context.Context, out io.Writer) error {
	return withDatabase(ctx, &cmd.Settings, func(d *database) error {
		log := newLog(&cmd.Settings)
		p, err := build(&cmd.Settings, d, cmd.Settings.Clock(log), log)
		if err != nil {
			return err
		}
		defer p.close()
		fmt.Fprintf(out, "casement %s, %s\n", version, d.where())
		wrong := 0
		for _, c := range checks() {
			saw, err := c.run(ctx, p)
			if err == nil {
				fmt.Fprintf(out, "ok     %-11s %s\n", c.name, saw)
				continue
			}
			wrong++
			fmt.Fprintf(out, "WRONG  %-11s %v\n", c.name, err)
		}
		for _, warning := range cmd.Settings.Warnings() {
			fmt.Fprintf(out, "note   %s\n", warning)
		}
		if wrong > 0 {
			return fmt.Errorf("%d of %d checks found something wrong", wrong, len(checks()))
		}
		return nil
	})
}

func checkSchema(ctx context.Context, p *parts) (string, error) {
	schema, err := postgres.ReadSchema(ctx, p.db.Pool())
	if err == nil && schema.Database < schema.Program {
		err = fmt.Errorf("the database is at %d and this program brings %d: run “casement migrate”", schema.Database, schema.Program)
	}
	return fmt.Sprintf("at %d", schema.Database), err
}

func checkPeople(ctx context.Context, p *parts) (string, error) {
	users, err := p.people.Users(ctx)
	if err != nil {
		return "", err
	}
	active, administrators := 0, 0
	for _, u := range users {
		if !u.Active {
			continue
		}
		active++
		if u.Actor().Has(core.RoleAdministrator) {
			administrators++
		}
	}
	if administrators == 0 {
		err = errors.New("nobody is an administrator")
	}
	return fmt.Sprintf("%d active staff users, %d of them administrators", active, administrators), err
}

// checkFigures compares the counts of queues with the cases, once the follower
// has read everything.
func checkFigures(ctx context.Context, p *parts) (string, error) {
	const saw = "the counts of queues are what their cases say"
	wrong, err := p.cases.CheckFigures(ctx)
	if err != nil || len(wrong) == 0 {
		return saw, err
	}
	if lag, err := events.Lag(ctx, p.db); err != nil || lag > 0 {
		return "they wait for the follower", err
	}
	for _, sentence := range wrong {
		err = errors.Join(err, errors.New(sentence))
	}
	return saw, errors.Join(err, errors.New("count them again with “casement reindex”"))
}

// openToWorry is for how long a transaction may hold up the feed.
const openToWorry = time.Minute

func checkHistory(ctx context.Context, p *parts) (string, error) {
	s, err := events.Stand(ctx, p.db)
	switch {
	case err != nil:
	case s.Held && (s.Open > openToWorry || s.Behind(p.clock.Now()) > openToWorry):
		who := s.Where
		if who == "" {
			who = "of another user; the right pg_read_all_stats would show which"
		}
		err = fmt.Errorf("search and live pages are %s behind, because they wait for a transaction that has been open for %s, in whichever database of the server: %s",
			s.Behind(p.clock.Now()).Round(time.Second), s.Open.Round(time.Second), who)
	case s.Waiting > lagToWorry:
		err = fmt.Errorf("search and live pages are %d events behind: is a server running?", s.Waiting)
	}
	return fmt.Sprintf("%d events wait to be followed", s.Waiting), err
}

// unheardShown is how many cases are named.
const unheardShown = 5

func checkReactions(ctx context.Context, p *parts) (string, error) {
	unheard, err := jobs.UnheardOf(ctx, p.db, unheardShown)
	for _, u := range unheard {
		switch {
		case u.Tries == 0:
			err = errors.Join(err, fmt.Errorf("nothing follows from what happened to %s: its job is gone; a server queues it again within a day", u.Ref))
		default:
			first, _, _ := strings.Cut(u.Error, "\n")
			err = errors.Join(err, fmt.Errorf("what follows from what happened to %s failed %d times, and is tried again each hour: %s", u.Ref, u.Tries, first))
		}
	}
	return "what happened to every case has been heard", err
}

func checkMail(ctx context.Context, p *parts) (string, error) {
	sender, _, err := newSender(p.settings)
	if err != nil {
		return "", err
	}
	if m, ok := sender.(*mail.Sender); ok {
		if err := m.Check(ctx); err != nil {
			return "", errors.New(sentence(err))
		}
		return "the mail server answers, and lets us in", nil
	}
	return "no mail server is configured; messages stay in the outbox", nil
}

// checkMailboxes looks into each mailbox that is read over IMAP, and changes
// nothing in it.
func checkMailboxes(ctx context.Context, p *parts) (string, error) {
	if !p.hasMailIn() {
		return "no mailbox is set up; replies are not taken in", nil
	}
	readers, err := p.mailboxReaders()
	if err != nil {
		return "", err
	}
	var saw []string
	var wrong error
	for _, m := range p.mailIn.config.Mailboxes {
		reader, isRead := readers[m.Key]
		if !isRead {
			saw = append(saw, m.Key+": programs bring its mail")
			continue
		}
		found, err := reader.Check(ctx)
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %s", m.Key, sentence(err)))
			continue
		}
		saw = append(saw, m.Key+": "+found.String())
	}
	if p.mailIn.config.ReplyAddress == "" {
		saw = append(saw, "no reply_address is set, so an answer proves its case by what it answers alone")
	}
	return strings.Join(saw, ". "), wrong
}

// sentence is what an error says to whoever runs the installation.
func sentence(err error) string {
	var said *core.Error
	if errors.As(err, &said) {
		return said.Message
	}
	return err.Error()
}
