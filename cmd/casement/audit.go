package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
)

// migrateCommand brings the database to this version.
type migrateCommand struct {
	settings.Settings `embed:""`
}

// Run implements the command.
func (cmd *migrateCommand) Run(ctx context.Context, out io.Writer) error {
	return withDatabase(ctx, &cmd.Settings, func(d *database) error {
		if err := postgres.Migrate(ctx, d.pool); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "The schema in %s is that of casement %s.\n", d.where(), version)
		return err
	})
}

// verifyAuditCommand recomputes the seals of the history.
type verifyAuditCommand struct {
	settings.Settings `embed:""`
}

// Run implements the command. It fails when the history was tampered with.
func (cmd *verifyAuditCommand) Run(ctx context.Context, out io.Writer) error {
	return withDatabase(ctx, &cmd.Settings, func(d *database) error {
		v, err := events.Verify(ctx, postgres.NewDB(d.pool))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d events under %d seals; %d bodies checked, %d erased, %d events not sealed yet.\n",
			v.Events, v.Seals, v.Bodies, v.Erased, v.Unsealed)
		if len(v.Broken) == 0 {
			fmt.Fprintln(out, "The history is as it was written.")
			return nil
		}
		for _, sentence := range v.Broken {
			fmt.Fprintln(out, "BROKEN:", sentence)
		}
		return errors.New("the history is not as it was written")
	})
}

// withDatabase opens the database for a command that is not the server.
func withDatabase(ctx context.Context, s *settings.Settings, work func(*database) error) error {
	if err := s.Finish(); err != nil {
		return err
	}
	log := newLog(s)
	d, err := openDatabase(ctx, s, log)
	if err != nil {
		return err
	}
	defer d.close(log)
	return work(d)
}

// reindexCommand makes the search index and the counts of queues again.
type reindexCommand struct {
	settings.Settings `embed:""`
}

// Run implements the command. Searches go on meanwhile.
func (cmd *reindexCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		progress := func(done, all int) { fmt.Fprintf(out, "%d of %d cases\n", done, all) }
		if err := p.cases.RebuildFigures(ctx, nil); err != nil {
			return err
		}
		if err := p.index.Rebuild(ctx, progress); err != nil || p.meili == nil {
			return err
		}
		fmt.Fprintln(out, "Now in Meilisearch.")
		return p.meili.Rebuild(ctx, progress)
	})
}
