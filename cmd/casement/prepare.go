package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
)

// insertInstallation claims an empty database: of several servers that start
// at once, one makes the row and prepares the rest.
const insertInstallation = `INSERT INTO installation (name, test, created_at) VALUES ($1, $2, $3) ON CONFLICT (one) DO NOTHING`

const selectPrepared = `SELECT i.prepared_at IS NOT NULL AS prepared, i.demonstration FROM installation i`

const (
	lockPrepare   = `SELECT pg_advisory_lock(hashtext('casement prepare'))`
	unlockPrepare = `SELECT pg_advisory_unlock(hashtext('casement prepare'))`
)

// insertProof keeps which key the servers of this database share; of several
// that start at once, one is first.
const insertProof = `UPDATE installation SET key_proof = $1 WHERE key_proof IS NULL`

const updateProof = `UPDATE installation SET key_proof = $1`

const selectProof = `SELECT key_proof FROM installation`

type keyProof struct{ KeyProof []byte }

// errOtherKey is why a server does not start.
var errOtherKey = errors.New("the secret key of this server is not the one this installation works with, so links in mails, sessions and forms made on one server would not work on another: " +
	"give every server on this database the same CASEMENT_SECRET_KEY, or the same secret-key file; if the old key is lost or was seen by others, start one server with --new-key")

// checkKey refuses a key that is not the installation's, unless it is meant to
// become that.
func (p *parts) checkKey(ctx context.Context) error {
	write := insertProof
	if p.newKey {
		write = updateProof
	}
	if _, err := p.db.Pool().Exec(ctx, write, p.secret.Proof()); err != nil {
		return postgres.Translate(err)
	}
	return p.compareKey(ctx)
}

// compareKey is checkKey that changes nothing.
func (p *parts) compareKey(ctx context.Context) error {
	of, err := postgres.One[keyProof](ctx, p.db.Pool(), errors.New("the installation has no row of its own"), selectProof)
	if err == nil && of.KeyProof != nil && !bytes.Equal(of.KeyProof, p.secret.Proof()) {
		err = errOtherKey
	}
	return err
}

const updatePrepared = `UPDATE installation SET prepared_at = $1, demonstration = $2`

// preparation says how far an installation has been prepared.
type preparation struct {
	Prepared      bool
	Demonstration bool
}

// prepare fills an empty installation: with the shipped calendar and case
// types and one administrator, or, with demo, with an invented council at
// work. A start that is interrupted half-way is taken up by the next.
func (p *parts) prepare(ctx context.Context, demo bool) error {
	if _, err := p.db.Pool().Exec(ctx, insertInstallation, "Casement", p.settings.Test, p.clock.Now()); err != nil {
		return postgres.Translate(err)
	}
	if err := p.checkKey(ctx); err != nil {
		return err
	}
	if err := p.shipPlugins(ctx); err != nil {
		return err
	}
	state, err := p.preparation(ctx)
	p.demonstration = state.Demonstration
	if err != nil || state.Prepared {
		return err
	}
	conn, err := p.db.Pool().Acquire(ctx)
	if err != nil {
		return postgres.Translate(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, lockPrepare); err != nil {
		return postgres.Translate(err)
	}
	defer func() {
		if _, err := conn.Exec(context.WithoutCancel(ctx), unlockPrepare); err != nil {
			conn.Conn().Close(context.WithoutCancel(ctx)) // ends the lock with the session
		}
	}()
	if state, err = p.preparation(ctx); err != nil || state.Prepared {
		return err // another server was faster
	}
	if err := p.ship(ctx); err != nil {
		return err
	}
	if demo {
		err = p.demonstrate(ctx)
	} else {
		err = p.firstAdministrator(ctx)
	}
	if err != nil {
		return err
	}
	p.demonstration = demo
	_, err = p.db.Pool().Exec(ctx, updatePrepared, p.clock.Now(), demo)
	return postgres.Translate(err)
}

func (p *parts) preparation(ctx context.Context) (preparation, error) {
	return postgres.One[preparation](ctx, p.db.Pool(), errors.New("the installation has no row of its own"), selectPrepared)
}

// groupNames are the names of the groups that the shipped case types speak of.
var groupNames = map[string]string{
	"complaints-team": "Complaints", "complaints-resolved": "Complaints, resolved", "complaints-leads": "Complaints leads",
	"heads-of-service": "Heads of service", "customer-services": "Customer services", "contact-centre": "Contact centre",
	"highways": "Highways", "waste": "Waste and recycling", "parks": "Parks and open spaces",
}

// ship publishes what comes with the program: groups, calendar, case types.
func (p *parts) ship(ctx context.Context) error {
	system := core.SystemActor()
	for _, key := range casetypes.ShippedGroups() {
		_, err := p.people.FindGroup(ctx, key)
		if core.KindOf(err) == core.ErrNotFound {
			_, err = p.people.CreateGroup(ctx, system, core.Group{Key: key, Name: groupNames[key]})
		}
		if err != nil {
			return fmt.Errorf("make the group %s: %w", key, err)
		}
	}
	files, err := casetypes.Shipped()
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, err := p.publisher.Publish(ctx, system, casetypes.Upload{File: file, Note: "As shipped"}); err != nil {
			return fmt.Errorf("publish %s: %w", file.Name, err)
		}
	}
	return p.designs.Install(ctx, system)
}

const adminEmail = "admin@localhost.localdomain"

// firstAdministrator makes the account that an installation without
// demonstration data begins with. greet prints the link to its password.
func (p *parts) firstAdministrator(ctx context.Context) error {
	_, err := p.account(ctx, people.UserInput{
		Name: "Administrator", Email: adminEmail,
		Roles: []core.Role{core.RoleAdministrator, core.RoleConfigurator},
	})
	return err
}

// account makes a staff user, unless a start that was interrupted has.
func (p *parts) account(ctx context.Context, in people.UserInput) (core.StaffUser, error) {
	u, err := p.people.FindUserByEmail(ctx, in.Email)
	if core.KindOf(err) == core.ErrNotFound {
		return p.people.CreateUser(ctx, core.SystemActor(), in)
	}
	return u, err
}

// greet says where the installation is and how to sign in.
func (p *parts) greet(ctx context.Context, out io.Writer, d *database) {
	fmt.Fprintf(out, "\nCasement %s is running on %s.\n\n", version, d.where())
	fmt.Fprintf(out, "  Residents   %s/\n  Staff       %s/staff/sign-in\n\n", p.settings.PublicURL, p.settings.PublicURL)
	state, err := p.preparation(ctx)
	switch {
	case err != nil:
		p.log.Error("read the state of the installation", "error", err)
	case state.Demonstration:
		fmt.Fprintf(out, "This is a demonstration with an invented council. Password of all staff: %s\n\n", demoPassword)
		for _, u := range demoStaff {
			if u.say != "" {
				fmt.Fprintf(out, "  %-18s %s\n", u.say, u.email)
			}
		}
		fmt.Fprintf(out, "  %-18s %s\n", "Customer", demoCustomers[0].Email)
		fmt.Fprintf(out, "\nThe customer signs in at %s/sign-in by a link in a mail.\n", p.settings.PublicURL)
		if !p.settings.SMTP.Configured() {
			fmt.Fprintf(out, "No mail server is configured, so no mail leaves: the administrator reads it at %s/mail\n", p.settings.PublicURL)
		}
	default:
		p.greetAdministrator(ctx, out)
	}
	for _, warning := range p.settings.Warnings() {
		fmt.Fprintln(out, "\nNote:", warning)
	}
	fmt.Fprintln(out, "\nCtrl-C stops everything.")
}

// greetAdministrator prints the link with which the first administrator sets a
// password, until they have one.
func (p *parts) greetAdministrator(ctx context.Context, out io.Writer) {
	u, err := p.people.FindUserByEmail(ctx, adminEmail)
	if err != nil || !slices.Contains(u.Roles, core.RoleAdministrator) {
		return // it was renamed: somebody has settled in
	}
	link, until, err := p.people.NewPasswordLink(ctx, core.SystemActor(), u.ID)
	if err != nil {
		p.log.Error("make a link for the administrator", "error", err)
		return
	}
	fmt.Fprintf(out, "Set the administrator's password (%s), until %s:\n\n  %s\n", adminEmail, until.Format("2 January, 15:04 MST"), link)
}
