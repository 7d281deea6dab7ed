package meili

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// Bounds of what is sent at once: the server works best on a few megabytes.
const (
	maxCases = 2500
	maxBatch = 5 << 20 // bytes
)

// change is what one case becomes in the index.
type change struct {
	id     core.CaseID
	sheets []json.RawMessage // none when the case is gone
	gone   []string          // sheets that it does not have, or no longer
	size   int               // of the sheets, in bytes
}

// changes reads what cases are now.
func (x *Index) changes(ctx context.Context, ids []core.CaseID) ([]change, error) {
	opened, err := accessOf(ctx, x.DB.Pool(), ids)
	if err != nil {
		return nil, err
	}
	documents, err := x.Documents.Of(ctx, x.DB.Pool(), ids)
	if err != nil {
		return nil, err
	}
	byCase := make(map[core.CaseID]search.Document, len(documents))
	for _, d := range documents {
		byCase[d.Case] = d
	}
	out := make([]change, 0, len(ids))
	for _, id := range ids {
		c := change{id: id}
		has := map[string]bool{}
		if d, ok := byCase[id]; ok {
			for _, s := range sheetsOf(d, opened[id]) {
				raw, err := json.Marshal(s)
				if err != nil {
					return nil, fmt.Errorf("write the sheets of case %s: %w", id, err)
				}
				has[s.ID] = true
				c.sheets, c.size = append(c.sheets, raw), c.size+len(raw)
			}
		}
		for _, name := range idsOf(id) {
			if !has[name] {
				c.gone = append(c.gone, name)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// batches cuts changes into pieces that are sent at once; no case is cut.
func batches(all []change) [][]change {
	var out [][]change
	begin, size := 0, 0
	for i, c := range all {
		if i > begin && (size+c.size > maxBatch || i-begin >= maxCases) {
			out = append(out, all[begin:i])
			begin, size = i, 0
		}
		size += c.size
	}
	if begin < len(all) {
		out = append(out, all[begin:])
	}
	return out
}

// queued is a batch that the server has taken and not yet worked through.
type queued struct {
	batch []change
	tasks []*meilisearch.TaskInfo
}

// queue sends one batch. What is too large is sent in halves.
func (x *Index) queue(ctx context.Context, index string, batch []change) ([]queued, error) {
	q := queued{batch: batch}
	var sheets []json.RawMessage
	var gone []string
	for _, c := range batch {
		sheets, gone = append(sheets, c.sheets...), append(gone, c.gone...)
	}
	sending, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	if len(gone) > 0 {
		task, err := x.server.Index(index).DeleteDocumentsWithContext(sending, gone, nil)
		if err != nil {
			return nil, unavailable(err, "send what is gone")
		}
		q.tasks = append(q.tasks, task)
	}
	if len(sheets) > 0 {
		task, err := x.server.Index(index).AddDocumentsWithContext(sending, sheets, &meilisearch.DocumentOptions{PrimaryKey: &primaryKey})
		if tooLarge(err) && len(batch) > 1 {
			return x.halves(ctx, index, batch)
		}
		if err != nil {
			return nil, unavailable(err, "send cases")
		}
		q.tasks = append(q.tasks, task)
	}
	return []queued{q}, nil
}

// primaryKey names every document.
var primaryKey = "id"

func (x *Index) halves(ctx context.Context, index string, batch []change) ([]queued, error) {
	first, err := x.queue(ctx, index, batch[:len(batch)/2])
	if err != nil {
		return nil, err
	}
	second, err := x.queue(ctx, index, batch[len(batch)/2:])
	return append(first, second...), err
}

// settled waits for a batch. When the server finds a fault in one of its
// documents it takes none of them: the batch is sent again case by case, and
// the case with the fault is left out, so that it holds nobody up.
func (x *Index) settled(ctx context.Context, index string, q queued) error {
	for _, task := range q.tasks {
		err := x.done(ctx, task, nil)
		var failed *taskError
		if !errors.As(err, &failed) {
			if err != nil {
				return err
			}
			continue
		}
		if !faulty[failed.code] {
			return unavailable(err, "write cases")
		}
		if len(q.batch) == 1 {
			x.Log.Error("the search engine refuses a case", "case", q.batch[0].id.String(), "code", failed.code)
			return nil
		}
		again, err := x.halves(ctx, index, q.batch)
		if err != nil {
			return err
		}
		for _, half := range again {
			if err := x.settled(ctx, index, half); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// faulty are the server's codes for a document it cannot take.
var faulty = map[string]bool{
	"invalid_document_id": true, "missing_document_id": true, "invalid_document_geo_field": true, "invalid_document_fields": true,
	"max_fields_limit_exceeded": true, "document_fields_limit_reached": true,
}

// write sends changes and waits until they can be found.
func (x *Index) write(ctx context.Context, index string, all []change) error {
	var waiting []queued
	for _, batch := range batches(all) {
		sent, err := x.queue(ctx, index, batch)
		if err != nil {
			return err
		}
		waiting = append(waiting, sent...)
	}
	for _, q := range waiting {
		if err := x.settled(ctx, index, q); err != nil {
			return err
		}
	}
	return nil
}

// remember writes how far an index has come, after what it has come to.
func (x *Index) remember(ctx context.Context, index string, s state) error {
	sending, cancel := context.WithTimeout(ctx, adminPatience)
	defer cancel()
	task, err := x.server.Index(index).AddDocumentsWithContext(sending, []state{s}, &meilisearch.DocumentOptions{PrimaryKey: &primaryKey})
	return x.done(ctx, task, err)
}
