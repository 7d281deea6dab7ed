package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/embedded"
	"github.com/casement-dev/casement/core/settings"
)

// database is the pool and, when the program supervises one of its own, the
// server under it.
type database struct {
	pool    *pgxpool.Pool
	private *embedded.Server // nil with DATABASE_URL
}

// openDatabase connects to the configured database, or starts a private one in
// the data directory. Each of change may alter how it connects.
func openDatabase(ctx context.Context, s *settings.Settings, log *slog.Logger, change ...func(*pgxpool.Config)) (*database, error) {
	d := &database{}
	dsn := string(s.DatabaseURL)
	if dsn == "" {
		if err := s.PrepareDataDir(); err != nil {
			return nil, err
		}
		var err error
		d.private, err = embedded.Start(ctx, embedded.Config{
			Dir: filepath.Join(s.DataDir, "postgres"), Programs: embedded.Programs{BinDir: s.PostgresBin, NodeModules: []string{s.NodeModules}}, Log: log,
		})
		if err != nil {
			return nil, err
		}
		if dsn, err = d.private.EnsureDatabase(ctx, "casement"); err != nil {
			d.close(log)
			return nil, err
		}
	}
	pool, err := postgres.Open(ctx, dsn, change...)
	if err != nil {
		d.close(log)
		return nil, err
	}
	d.pool = pool
	return d, nil
}

// close ends the connections and stops a private server.
func (d *database) close(log *slog.Logger) {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.private != nil {
		if err := d.private.Stop(); err != nil {
			log.Error("the private database did not stop cleanly", "error", err)
		}
	}
}

// where says which database it is, for people.
func (d *database) where() string {
	if d.private == nil {
		return "the database at DATABASE_URL"
	}
	return fmt.Sprintf("PostgreSQL %s in %s", d.private.Version(), d.private.Dir())
}

// gone is closed when a private server has stopped for good.
func (d *database) gone() <-chan struct{} {
	if d.private == nil {
		return nil
	}
	return d.private.Done()
}
