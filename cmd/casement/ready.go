package main

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core/postgres"
)

// ready says whether pages can be answered here: the database answers, and is
// as new as this program. One that is newer was accepted at the start.
func (p *parts) ready(ctx context.Context) error {
	schema, err := postgres.ReadSchema(ctx, p.db.Pool())
	if err != nil {
		return err
	}
	if schema.Database < schema.Program {
		return fmt.Errorf("the database is at %d and this program needs %d", schema.Database, schema.Program)
	}
	return nil
}
