package postgresindex

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// Follow keeps the index with the feed: an [events.Consumer]. The case is read
// again rather than the event believed, so it does not matter what happened,
// or in which order.
func (x *Index) Follow(ctx context.Context, tx pgx.Tx, batch []events.Fed) error {
	seen := map[core.CaseID]bool{}
	var ids []core.CaseID
	for _, e := range batch {
		if e.StreamKind != core.StreamCase {
			continue
		}
		if id, err := core.ParseID[core.CaseID](e.StreamID); err == nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := x.refresh(ctx, tx, ids, false); err != nil {
		return fmt.Errorf("index %d cases: %w", len(ids), err)
	}
	return nil
}

// refresh writes what can be found of some cases as they are now, and forgets
// those that are gone; anew offers the dictionary their every word again.
// Writers of the index follow one another, so that the later one always has
// the newer case.
func (x *Index) refresh(ctx context.Context, tx pgx.Tx, ids []core.CaseID, anew bool) error {
	if _, err := tx.Exec(ctx, lockIndex); err != nil {
		return fmt.Errorf("wait for other writers: %w", err)
	}
	before, err := wordsOfCases(ctx, tx, ids)
	if err != nil {
		return err
	}
	documents, err := x.documents.Of(ctx, tx, ids)
	if err != nil {
		return err
	}
	after := map[string]bool{}
	var b pgx.Batch
	b.Queue(deleteGone, ids)
	for _, d := range documents {
		v := vectorsOf(d)
		b.Queue(upsertVectors, d.Case, d.Scope, v.public.String(), v.staff.String(), v.privateText())
		for _, word := range v.widest().order {
			if search.Lexical(word) {
				after[word] = true
			}
		}
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write what can be found: %w", postgres.Translate(err))
	}
	return learn(ctx, tx, before, after, anew)
}
