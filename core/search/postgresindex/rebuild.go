package postgresindex

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// rebuildPage is how many cases are made anew in one transaction.
const rebuildPage = 200

type caseIDRow struct{ ID core.CaseID }

// Rebuild makes the index anew from what is kept, while it is searched and
// followed. progress hears after each page how many cases of how many are
// done. It can be stopped and begun again at any time.
func (x *Index) Rebuild(ctx context.Context, progress func(done, total int)) error {
	var total int
	if err := x.db.Pool().QueryRow(ctx, countCases).Scan(&total); err != nil {
		return fmt.Errorf("count the cases: %w", postgres.Translate(err))
	}
	var after core.CaseID
	for done := 0; ; {
		rows, err := postgres.All[caseIDRow](ctx, x.db.Pool(), selectCasesAfter, after, rebuildPage)
		if err != nil {
			return fmt.Errorf("list the cases: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		ids := make([]core.CaseID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		err = x.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return x.refresh(ctx, tx, ids, true) })
		if err != nil {
			return fmt.Errorf("index cases after %s: %w", after, err)
		}
		after, done = ids[len(ids)-1], done+len(ids)
		progress(done, max(done, total))
	}
	return x.Sweep(ctx)
}

// sweepPage is how many words are looked up in one statement.
const sweepPage = 2000

// Sweep forgets the words of cases that were removed without the feed hearing
// of it, such as by retention: nothing of a case stays behind.
func (x *Index) Sweep(ctx context.Context) error {
	for after := ""; ; {
		words, err := postgres.All[wordRow](ctx, x.db.Pool(), selectWordsAfter, after, sweepPage)
		if err != nil {
			return fmt.Errorf("list the words: %w", err)
		}
		if len(words) == 0 {
			return nil
		}
		page := make([]string, len(words))
		for i, w := range words {
			page[i] = w.Word
		}
		err = x.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, lockIndex); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, deleteWords, page)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget words: %w", err)
		}
		after = page[len(page)-1]
	}
}
