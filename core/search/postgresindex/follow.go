package postgresindex

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
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
	documents, err := x.documents.Of(ctx, tx, ids)
	if err != nil {
		return err
	}
	return x.write(ctx, tx, ids, entriesOf(documents), anew)
}

// write writes the entries of some cases, under the lock.
func (x *Index) write(ctx context.Context, tx pgx.Tx, ids []core.CaseID, entries []entry, anew bool) error {
	stored, err := postgres.All[storedRow](ctx, tx, selectStored, ids)
	if err != nil {
		return fmt.Errorf("read what was written before: %w", err)
	}
	was := make(map[core.CaseID]int64, len(stored))
	for _, s := range stored {
		was[s.CaseID] = s.Digest
	}
	var fresh, same rows
	var values valueRows
	var reworded []core.CaseID // whose words were others, or who are gone
	after := map[string]bool{}
	for _, e := range entries {
		values.add(e)
		digest, known := was[e.id]
		delete(was, e.id)
		if known && digest == e.digest {
			same.add(e)
			if !anew {
				continue
			}
		} else {
			fresh.add(e)
			if known {
				reworded = append(reworded, e.id)
			}
		}
		for _, word := range e.lexical {
			after[word] = true
		}
	}
	for id := range was {
		reworded = append(reworded, id)
	}
	before, err := wordsOfCases(ctx, tx, reworded)
	if err != nil {
		return err
	}
	var b pgx.Batch
	b.Queue(insertProfiles, ids)
	if len(was) > 0 {
		b.Queue(deleteGone, ids)
	}
	if len(fresh.ids) > 0 {
		b.Queue(upsertVectors, fresh.ids, fresh.public, fresh.staff, fresh.private, fresh.cells, fresh.digests)
	}
	if len(same.ids) > 0 {
		b.Queue(updateFacts, same.ids, same.cells)
	}
	b.Queue(deleteValues, ids, values.ids, values.fields, values.values, values.scopes)
	if len(values.ids) > 0 {
		b.Queue(insertValues, values.ids, values.fields, values.values, values.scopes)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write what can be found: %w", postgres.Translate(err))
	}
	return learn(ctx, tx, before, after, anew)
}
