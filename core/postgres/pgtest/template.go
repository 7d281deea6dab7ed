package pgtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
)

// Template is a database that is filled once in a process, for all tests that
// begin with what is in it. It must not be copied; give it to Drop when the
// tests are over.
type Template struct {
	// Fill brings into a migrated database what the tests begin with. It leaves
	// nothing running that uses the pool.
	Fill func(ctx context.Context, pool *pgxpool.Pool) error

	once sync.Once
	name string // "" until it is filled
	err  error
}

// New is [New] with what the template holds.
func (m *Template) New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	m.once.Do(func() { m.name, m.err = m.make() })
	if m.err != nil {
		t.Fatal(m.err)
	}
	return open(t, func(context.Context, *pgx.Conn) (string, error) { return m.name, nil })
}

// fillTimeout is for filling a template, which is more than setting up.
const fillTimeout = 5 * time.Minute

func (m *Template) make() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fillTimeout)
	defer cancel()
	server, err := server()
	if err != nil {
		return "", fmt.Errorf("no PostgreSQL to test on: %w", err)
	}
	dsn, err := clone(ctx, server, ensureTemplate)
	if err != nil {
		return "", err
	}
	pool, err := postgres.Open(ctx, dsn)
	if err != nil {
		return "", err
	}
	name := pool.Config().ConnConfig.Database
	err = m.Fill(ctx, pool)
	pool.Close() // a database in use cannot be copied
	if err != nil {
		return "", errors.Join(fmt.Errorf("fill the template: %w", err), drop(server, name))
	}
	return name, nil
}

// Drop removes the database, if there is one.
func (m *Template) Drop() error {
	if m.name == "" {
		return nil
	}
	server, err := server()
	if err != nil {
		return err
	}
	return drop(server, m.name)
}
