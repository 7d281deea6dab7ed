package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
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
		{"history", func(ctx context.Context, p *parts) (string, error) {
			lag, err := events.Lag(ctx, p.db)
			if err == nil && lag > lagToWorry {
				err = fmt.Errorf("search and live pages are %d events behind: is a server running?", lag)
			}
			return fmt.Sprintf("%d events wait to be followed", lag), err
		}},
		{"targets", func(ctx context.Context, p *parts) (string, error) {
			wrong, err := p.targets.Check(ctx)
			for _, sentence := range wrong {
				err = errors.Join(err, errors.New(sentence))
			}
			return "every due time is the sum of its ledger", err
		}},
		{"mail", checkMail},
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

func checkMail(ctx context.Context, p *parts) (string, error) {
	sender, _, err := newSender(p.settings)
	if err != nil {
		return "", err
	}
	if m, ok := sender.(*mail.Sender); ok {
		return "the mail server answers", m.Check(ctx)
	}
	return "no mail server is configured; messages stay in the outbox", nil
}
