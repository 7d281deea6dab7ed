package postgresindex

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// rebuildPage is how many cases are made anew in one transaction: enough for
// the database to write them at once, few enough for the follower, and whoever
// reads the feed, not to wait.
const rebuildPage = 250

// page is some cases with what was to be found of them when they were read.
type page struct {
	ids      []core.CaseID
	versions map[core.CaseID]core.Version
	entries  []entry
}

type versionRow struct {
	ID      core.CaseID
	Version core.Version
}

// Rebuild makes the index anew from what is kept, while it is searched and
// followed. progress hears after each page how many cases of how many are
// done. It can be stopped and begun again at any time: what is written already
// and did not change is not written again.
func (x *Index) Rebuild(ctx context.Context, progress func(done, total int)) error {
	var total int
	if err := x.db.Pool().QueryRow(ctx, countCases).Scan(&total); err != nil {
		return fmt.Errorf("count the cases: %w", postgres.Translate(err))
	}
	// One page is read and cut into words while the one before it is written.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pages, failed := make(chan page, 1), make(chan error, 1)
	go func() {
		defer close(pages)
		failed <- x.readPages(ctx, pages)
	}()
	done := 0
	for p := range pages {
		if err := x.commitPage(ctx, p); err != nil {
			return fmt.Errorf("index %d cases from %s: %w", len(p.ids), p.ids[0], err)
		}
		done += len(p.ids)
		progress(done, max(done, total))
	}
	if err := <-failed; err != nil {
		return err
	}
	if _, err := x.sweep(ctx, "", math.MaxInt); err != nil {
		return err
	}
	// The database is asked how often words are by all who search from now on.
	if _, err := x.db.Pool().Exec(ctx, analyze); err != nil {
		return fmt.Errorf("measure the index: %w", postgres.Translate(err))
	}
	return nil
}

// readPages reads all cases, oldest identifier first.
func (x *Index) readPages(ctx context.Context, into chan<- page) error {
	var after core.CaseID
	for {
		rows, err := postgres.All[versionRow](ctx, x.db.Pool(), selectCasesAfter, after, rebuildPage)
		if err != nil {
			return fmt.Errorf("list the cases: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		p := page{versions: make(map[core.CaseID]core.Version, len(rows))}
		for _, r := range rows {
			p.ids = append(p.ids, r.ID)
			p.versions[r.ID] = r.Version
		}
		documents, err := x.documents.Of(ctx, x.db.Pool(), p.ids)
		if err != nil {
			return err
		}
		p.entries = entriesOf(documents)
		after = p.ids[len(p.ids)-1]
		select {
		case into <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// commitPage writes a page in a transaction, or in two when that takes longer
// than a transaction may, as on a machine that has much else to do.
func (x *Index) commitPage(ctx context.Context, p page) error {
	err := x.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return x.writePage(ctx, tx, p) })
	if core.KindOf(err) != core.ErrUnavailable || ctx.Err() != nil || len(p.ids) == 1 {
		return err
	}
	first, second := p, p
	half := len(p.ids) / 2
	first.ids, second.ids = p.ids[:half], p.ids[half:]
	first.entries = slices.DeleteFunc(slices.Clone(p.entries), func(e entry) bool { return !slices.Contains(first.ids, e.id) })
	second.entries = slices.DeleteFunc(slices.Clone(p.entries), func(e entry) bool { return !slices.Contains(second.ids, e.id) })
	if err := x.commitPage(ctx, first); err != nil {
		return err
	}
	return x.commitPage(ctx, second)
}

// writePage writes a page. Cases that changed since they were read are read
// again: under the lock nobody writes something newer.
func (x *Index) writePage(ctx context.Context, tx pgx.Tx, p page) error {
	if _, err := tx.Exec(ctx, lockIndex); err != nil {
		return fmt.Errorf("wait for other writers: %w", err)
	}
	now, err := postgres.All[versionRow](ctx, tx, selectVersions, p.ids)
	if err != nil {
		return fmt.Errorf("look for changes: %w", err)
	}
	same := make(map[core.CaseID]bool, len(now))
	var changed []core.CaseID
	for _, r := range now {
		if p.versions[r.ID] == r.Version {
			same[r.ID] = true
		} else {
			changed = append(changed, r.ID)
		}
	}
	entries := slices.DeleteFunc(slices.Clone(p.entries), func(e entry) bool { return !same[e.id] })
	if len(changed) > 0 {
		documents, err := x.documents.Of(ctx, tx, changed)
		if err != nil {
			return err
		}
		entries = append(entries, entriesOf(documents)...)
	}
	return x.write(ctx, tx, p.ids, entries, true)
}

// sweepPage is how many words are looked up in one statement.
const sweepPage = 2000

// sweepAtOnce is how many pages of words [Index.Sweep] looks through.
const sweepAtOnce = 2

// Sweep forgets words of cases that were removed without the feed hearing of
// it, such as by retention, so that nothing of a case stays behind. It looks
// through some of the words, and goes on with others the next time.
func (x *Index) Sweep(ctx context.Context) error {
	x.sweeping.Lock()
	defer x.sweeping.Unlock()
	after, err := x.sweep(ctx, x.swept, sweepAtOnce)
	x.swept = after
	return err
}

// sweep looks through so many pages of words after one, and returns the last of
// them: "" when there are no more.
func (x *Index) sweep(ctx context.Context, after string, pages int) (string, error) {
	for range pages {
		words, err := postgres.All[wordRow](ctx, x.db.Pool(), selectWordsAfter, after, sweepPage)
		if err != nil {
			return after, fmt.Errorf("list the words: %w", err)
		}
		if len(words) == 0 {
			return "", nil
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
			return after, fmt.Errorf("forget words: %w", err)
		}
		after = page[len(page)-1]
	}
	return after, nil
}
