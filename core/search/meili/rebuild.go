package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// errBuilding is the answer to a second rebuild at the same time.
var errBuilding = core.Conflict("The search index is being built already.")

// Bounds of a rebuild.
const (
	buildPage  = 1000 // cases that are read at once
	buildAhead = 3    // batches the server has before it while the next is read
)

// Rebuild implements [search.Rebuilder]: an index is made beside the one that
// is searched, from all cases and then from the feed since it was begun, and
// put in its place. Nothing is missing at any moment, and what is begun and
// not finished is thrown away by the next one.
func (x *Index) Rebuild(ctx context.Context, progress func(done, total int)) error {
	free, ok, err := x.lock(ctx, lockBuilding)
	if err != nil {
		return err
	}
	if !ok {
		return errBuilding
	}
	defer free()
	installation, _, err := x.installation(ctx)
	if err != nil {
		return err
	}
	at, err := x.feed.End(ctx)
	if err != nil {
		return err
	}
	if err := x.begin(ctx); err != nil {
		return err
	}
	if err := x.fill(ctx, progress); err != nil {
		return err
	}
	for n := feedPage; n == feedPage; { // most of what was changed meanwhile
		if n, at, err = x.follow(ctx, x.fresh, installation, at); err != nil {
			return err
		}
	}
	return x.finish(ctx, installation, at)
}

// begin makes an empty index with its settings.
func (x *Index) begin(ctx context.Context) error {
	if err := x.remove(ctx, x.fresh); err != nil {
		return err
	}
	task, err := x.server.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: x.fresh, PrimaryKey: primaryKey})
	if err := x.done(ctx, task, err); err != nil {
		return unavailable(err, "make an index")
	}
	task, err = x.server.Index(x.fresh).UpdateSettingsWithContext(ctx, settings(x.Patience))
	if err := x.done(ctx, task, err); err != nil {
		return unavailable(err, "set an index up")
	}
	return nil
}

// remove deletes an index, if there is one.
func (x *Index) remove(ctx context.Context, index string) error {
	task, err := x.server.DeleteIndexWithContext(ctx, index)
	if codeOf(err) == "index_not_found" {
		return nil
	}
	if err := x.done(ctx, task, err); err != nil && !isTask(err, "index_not_found") {
		return unavailable(err, "remove an index")
	}
	return nil
}

// fill writes every case, a page at a time; while one page is read the server
// works on those before it.
func (x *Index) fill(ctx context.Context, progress func(done, total int)) error {
	var total int
	if err := x.DB.Pool().QueryRow(ctx, countCases).Scan(&total); err != nil {
		return fmt.Errorf("count the cases: %w", postgres.Translate(err))
	}
	var waiting []queued
	var after core.CaseID
	for done := 0; ; {
		rows, err := postgres.All[caseRow](ctx, x.DB.Pool(), selectCasesAfter, after, buildPage)
		if err != nil {
			return fmt.Errorf("list the cases: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		ids := make([]core.CaseID, len(rows))
		for i, r := range rows {
			ids[i] = r.CaseID
		}
		all, err := x.changes(ctx, ids)
		if err != nil {
			return err
		}
		for i := range all {
			all[i].gone = nil // nothing is there yet
		}
		for _, batch := range batches(all) {
			sent, err := x.queue(ctx, x.fresh, batch)
			if err != nil {
				return err
			}
			waiting = append(waiting, sent...)
		}
		for ; len(waiting) > buildAhead; waiting = waiting[1:] {
			if err := x.settled(ctx, x.fresh, waiting[0]); err != nil {
				return err
			}
		}
		after, done = ids[len(ids)-1], done+len(ids)
		progress(done, max(done, total))
	}
	for _, q := range waiting {
		if err := x.settled(ctx, x.fresh, q); err != nil {
			return err
		}
	}
	return nil
}

// finish brings the new index up to the feed while nobody writes to the old
// one, and puts it in its place.
func (x *Index) finish(ctx context.Context, installation string, at events.Cursor) error {
	free, err := x.lockSoon(ctx, lockWriting)
	if err != nil {
		return err
	}
	defer free()
	for n := feedPage; n == feedPage; {
		if n, at, err = x.follow(ctx, x.fresh, installation, at); err != nil {
			return err
		}
	}
	if err := x.remember(ctx, x.fresh, stateOf(installation, at)); err != nil {
		return unavailable(err, "finish an index")
	}
	// There must be something to change places with. An index without settings
	// refuses every search, so nobody finds it empty.
	task, err := x.server.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: x.live, PrimaryKey: primaryKey})
	if err := x.done(ctx, task, err); err != nil && !isTask(err, "index_already_exists") {
		return unavailable(err, "make an index")
	}
	task, err = x.server.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{x.live, x.fresh}}})
	if err := x.done(ctx, task, err); err != nil {
		return unavailable(err, "put an index in its place")
	}
	x.readyAt.Store(0)
	if err := x.mirror(ctx, x.live, at); err != nil {
		return err
	}
	return x.remove(ctx, x.fresh)
}

// lockSoon waits for a lock.
func (x *Index) lockSoon(ctx context.Context, name string) (free func(), err error) {
	wait := time.NewTicker(20 * time.Millisecond)
	defer wait.Stop()
	for {
		free, ok, err := x.lock(ctx, name)
		if err != nil || ok {
			return free, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-wait.C:
		}
	}
}

// sweepPage is how many cases are looked up at once.
const sweepPage = 1000

// Sweep forgets cases that were removed without the feed hearing of it, such
// as by retention: nothing of a case stays behind. It looks at each case of
// the index, but only when there are more of them than there should be.
func (x *Index) Sweep(ctx context.Context) error {
	if s, err := x.state(ctx, x.live); err != nil || s == nil {
		return err
	}
	here, err := x.count(ctx)
	if err != nil {
		return err
	}
	var there int
	if err := x.DB.Pool().QueryRow(ctx, countCases).Scan(&there); err != nil {
		return fmt.Errorf("count the cases: %w", postgres.Translate(err))
	}
	if here <= there {
		return nil
	}
	gone, err := x.forgotten(ctx)
	if err != nil {
		return err
	}
	return x.write(ctx, x.live, gone)
}

// forgotten lists the cases of the index that are no longer in the database.
func (x *Index) forgotten(ctx context.Context) ([]change, error) {
	var gone []change
	for offset := int64(0); ; offset += sweepPage {
		var page meilisearch.DocumentsResult
		err := x.server.Index(x.live).GetDocumentsWithContext(ctx, &meilisearch.DocumentsQuery{
			Offset: offset, Limit: sweepPage, Fields: []string{"case"}, Filter: "sheet = " + literal(sheetStaff),
		}, &page)
		if err != nil {
			return nil, unavailable(err, "list what is in the index")
		}
		var hits []hit
		if err := page.Results.DecodeInto(&hits); err != nil {
			return nil, unavailable(err, "list what is in the index")
		}
		if len(hits) == 0 {
			return gone, nil
		}
		ids := make([]core.CaseID, 0, len(hits))
		for _, h := range hits {
			if id, err := core.ParseID[core.CaseID](h.Case); err == nil {
				ids = append(ids, id)
			}
		}
		rows, err := postgres.All[caseRow](ctx, x.DB.Pool(), selectKnown, ids)
		if err != nil {
			return nil, fmt.Errorf("look for cases that are gone: %w", err)
		}
		known := make(map[core.CaseID]bool, len(rows))
		for _, r := range rows {
			known[r.CaseID] = true
		}
		for _, id := range ids {
			if !known[id] {
				gone = append(gone, change{id: id, gone: idsOf(id)})
			}
		}
	}
}

// count is how many cases are in the index.
func (x *Index) count(ctx context.Context) (int, error) {
	answer, err := x.server.Index(x.live).SearchWithContext(ctx, "", &meilisearch.SearchRequest{
		Limit: 1, AttributesToRetrieve: []string{"case"}, Facets: []string{"sheet"},
	})
	if err != nil {
		return 0, unavailable(err, "count the cases in the index")
	}
	var sheets struct {
		Sheet map[string]int `json:"sheet"`
	}
	if err := json.Unmarshal(answer.FacetDistribution, &sheets); err != nil {
		return 0, unavailable(err, "count the cases in the index")
	}
	return sheets.Sheet[sheetStaff], nil
}
