package main

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/settings"
)

// Installations that have been prepared at [casestest.Start], which takes
// seconds: once for all tests that are not about preparing.
var (
	plain   = &pgtest.Template{Fill: func(ctx context.Context, pool *pgxpool.Pool) error { return furnish(ctx, pool, false) }}
	playing = &pgtest.Template{Fill: func(ctx context.Context, pool *pgxpool.Pool) error { return furnish(ctx, pool, true) }}
)

// furnished is assemble on an installation that is prepared already, with
// demonstration data or without; this is a later start.
func furnished(t testing.TB, demonstration bool, clock core.Clock, arguments ...string) *parts {
	t.Helper()
	template := plain
	if demonstration {
		template = playing
	}
	dir := t.TempDir()
	if err := putKey(dir); err != nil {
		t.Fatal(err)
	}
	p := assemble(t, template.New(t), clock, append(arguments, "--data-dir", dir)...)
	if err := p.prepare(t.Context(), demonstration); err != nil {
		t.Fatal(err)
	}
	return p
}

func furnish(ctx context.Context, pool *pgxpool.Pool, demonstration bool) (err error) {
	dir, err := os.MkdirTemp("", "casement-furnish")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := putKey(dir); err != nil {
		return err
	}
	s, err := settings.Read([]string{"--data-dir", dir, "--plugin-cache-dir", pluginCache(), "--test"})
	if err != nil {
		return err
	}
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	p, err := build(s, &database{pool: pool}, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer p.close()
	return p.prepare(ctx, demonstration)
}

// putKey writes the key that furnished installations share.
func putKey(dir string) error {
	key := make([]byte, settings.KeySize)
	copy(key, "of the installations of tests")
	return os.WriteFile(filepath.Join(dir, "secret-key"), []byte(hex.EncodeToString(key)), 0o600)
}
