package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/settings"
)

// apiClientCommand says which programs use the API, for the one who runs the
// installation. Administrators do the same on their page.
type apiClientCommand struct {
	Create apiClientCreateCommand `cmd:"" help:"Let a program in, and print its key, once."`
	List   apiClientListCommand   `cmd:"" help:"List the programs that use the API."`
	Revoke apiClientRevokeCommand `cmd:"" help:"End a program’s access for good."`
}

type apiClientCreateCommand struct {
	settings.Settings `embed:""`
	Name              string            `arg:"" help:"Its name, as histories show it."`
	Purpose           string            `help:"What it is for, and who looks after it."`
	Type              []string          `help:"Keys of the case types it works with; * for all."`
	Permission        []core.Permission `help:"What it may do with their cases: case.raise, case.enquire, case.view, case.work, case.close …"`
	Right             []core.Right      `help:"What it may do beside that: feed.read, people.read, people.write, configuration.read."`
	PerMinute         int               `help:"How many requests a minute."`
	Days              int               `help:"After how many days its access ends; 0 for never."`
}

// Run implements the command.
func (cmd *apiClientCreateCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		in := people.ClientInput{
			Name: cmd.Name, Purpose: cmd.Purpose, Types: cmd.Type, Permissions: cmd.Permission, Rights: cmd.Right, PerMinute: cmd.PerMinute,
		}
		if cmd.Days > 0 {
			in.ExpiresAt = p.clock.Now().AddDate(0, 0, cmd.Days)
		}
		client, key, err := p.people.CreateClient(ctx, core.SystemActor(), in)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "The program “%s” may use the API. Its identifier is %s.\nThis is its key. It is shown this once:\n\n%s\n", client.Name, client.ID, key)
		return nil
	})
}

type apiClientListCommand struct {
	settings.Settings `embed:""`
}

// Run implements the command.
func (cmd *apiClientListCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		clients, err := p.people.Clients(ctx, core.SystemActor())
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "NO\tNAME\tTYPES\tPERMISSIONS\tRIGHTS\tLAST USED\tACCESS")
		for _, c := range clients {
			used, access := "never", "open"
			if !c.UsedAt.IsZero() {
				used = c.UsedAt.Format(time.RFC3339)
			}
			if !c.LiveAt(p.clock.Now()) {
				access = "ended"
			}
			fmt.Fprintf(table, "%d\t%s\t%v\t%v\t%v\t%s\t%s\n", c.No, c.Name, c.Grant.Types, c.Grant.Permissions, c.Rights, used, access)
		}
		return table.Flush()
	})
}

type apiClientRevokeCommand struct {
	settings.Settings `embed:""`
	No                int `arg:"" help:"Its number in the list."`
}

// Run implements the command.
func (cmd *apiClientRevokeCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		client, err := p.people.FindClient(ctx, core.SystemActor(), cmd.No)
		if err != nil {
			return err
		}
		if err := p.people.RevokeClient(ctx, core.SystemActor(), client.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "The program “%s” has no access any more.\n", client.Name)
		return err
	})
}
