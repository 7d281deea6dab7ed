package meili

import (
	"context"
	"fmt"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// enough is how many exact matches make typing errors unlikely: with fewer,
// words that are a slip away count as well, behind the exact ones.
const enough = 10

// readinessInterval is how long a server believes that the index is there and
// is that of its database.
const readinessInterval = 5e9 // nanoseconds

// hit is what is asked of each sheet that is found.
type hit struct {
	Case  string   `json:"case"`
	Sheet string   `json:"sheet"`
	Kind  string   `json:"kind"`
	Words []string `json:"words"`
	Geo   *geo     `json:"_geo"`
}

// Search implements [search.Index].
func (x *Index) Search(ctx context.Context, r search.Reader, q search.Query) (search.Found, error) {
	return x.page(ctx, r, q, search.PageSize)
}

// Suggest implements [search.Index].
func (x *Index) Suggest(ctx context.Context, r search.Reader, t search.Terms, limit int) ([]search.Hit, error) {
	if t.IsZero() {
		return nil, nil
	}
	found, err := x.page(ctx, r, search.Query{Terms: t, Page: 1}, limit)
	return found.Hits, err
}

// page finds one page of results.
func (x *Index) page(ctx context.Context, r search.Reader, q search.Query, size int) (search.Found, error) {
	found := search.Found{Match: search.MatchOf(q.Terms)}
	n := narrow(r, q.Filter, x.Clock.Now())
	if reachesNothing(r) || size <= 0 {
		if q.Facets {
			found.Counts = map[search.Facet]map[string]int{}
		}
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, x.Patience)
	defer cancel()
	results, err := x.forgiving(ctx, n, q.Terms, n.isWide(), func(loose bool) []*meilisearch.SearchRequest {
		page := x.request(n.all(""), q.Terms, loose)
		page.AttributesToRetrieve = []string{"case", "sheet"}
		if loose {
			page.AttributesToRetrieve = append(page.AttributesToRetrieve, loosely)
		}
		page.Offset, page.Limit = int64((max(1, q.Page)-1)*search.PageSize), int64(size)
		page.Sort = sorted(q)
		requests := []*meilisearch.SearchRequest{page}
		if q.Facets {
			page.Facets = n.beside()
			requests = append(requests, x.counting(n, q.Terms, loose)...)
		}
		return requests
	})
	if err != nil {
		return found, err
	}
	if err := x.take(ctx, r, q, results[0], &found); err != nil {
		return found, err
	}
	if q.Facets {
		found.Counts, err = counts(r, n, results)
	}
	return found, err
}

// request is one question: words, within a filter. Words are looked for as
// they were typed, or with typing errors forgiven too.
func (x *Index) request(filter string, t search.Terms, loose bool) *meilisearch.SearchRequest {
	r := &meilisearch.SearchRequest{IndexUID: x.live, Query: written(t), Filter: filter, MatchingStrategy: meilisearch.All}
	if !loose && r.Query != "" {
		r.AttributesToSearchOn = exactly
	}
	return r
}

// count makes a question one for a number alone.
func count(r *meilisearch.SearchRequest) *meilisearch.SearchRequest {
	none := int64(0)
	r.HitsPerPage, r.AttributesToRetrieve = &none, []string{"case"}
	return r
}

var orders = map[search.Order][]string{
	search.ByNewest: {"raised:desc"}, search.ByOldest: {"raised:asc"}, search.ByDue: {"due:asc", "raised:asc"},
}

// sorted is the order of results; the best match is what the server's own
// rules put first.
func sorted(q search.Query) []string {
	if q.Order == search.ByBest && q.Terms.IsZero() {
		return orders[search.ByNewest]
	}
	return orders[q.Order]
}

// forgiving asks for exact words first, and again with typing errors forgiven
// when the reader finds little in all, however narrowed. With wide the first
// question is for all.
func (x *Index) forgiving(ctx context.Context, n narrowed, t search.Terms, wide bool, questions func(loose bool) []*meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	requests := questions(false)
	mayErr := len(t.Misspellings()) > 0
	if mayErr && !wide {
		requests = append(requests, count(x.request(n.reach, t, false)))
	}
	results, err := x.ask(ctx, requests)
	if err != nil || !mayErr {
		return results, err
	}
	all := results[0].EstimatedTotalHits
	if last := len(results) - 1; !wide {
		all, results = results[last].TotalHits, results[:last]
	}
	if all >= enough {
		return results, nil
	}
	return x.ask(ctx, questions(true))
}

// ask puts all questions in one request.
func (x *Index) ask(ctx context.Context, requests []*meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	if err := x.ready(ctx); err != nil {
		return nil, err
	}
	answer, err := x.server.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: requests})
	if err != nil {
		return nil, unavailable(err, "search")
	}
	if len(answer.Results) != len(requests) {
		return nil, unavailable(fmt.Errorf("%d answers to %d questions", len(answer.Results), len(requests)), "search")
	}
	return answer.Results, nil
}

// ready makes sure, every few seconds, that the index is finished and that of
// this database.
func (x *Index) ready(ctx context.Context) error {
	now := x.Clock.Now().UnixNano()
	if at := x.readyAt.Load(); at != 0 && now >= at && now-at < readinessInterval {
		return nil
	}
	s, err := x.state(ctx, x.live)
	if err != nil {
		return err
	}
	if s == nil {
		x.readyAt.Store(0)
		return core.Unavailable(nil, "The search index is being built.")
	}
	x.readyAt.Store(now)
	return nil
}

// take reads a page of hits.
func (x *Index) take(ctx context.Context, r search.Reader, q search.Query, page meilisearch.SearchResponse, found *search.Found) error {
	var hits []hit
	if err := page.Hits.DecodeInto(&hits); err != nil {
		return unavailable(err, "read the results")
	}
	ids := make([]core.CaseID, len(hits))
	for i, h := range hits {
		id, err := core.ParseID[core.CaseID](h.Case)
		if err != nil {
			return unavailable(err, "read the results")
		}
		ids[i] = id
	}
	opened, err := x.opened(ctx, r, ids)
	if err != nil {
		return err
	}
	total := int(page.EstimatedTotalHits)
	for i, h := range hits {
		if h.Sheet == sheetPrivate && !opened[ids[i]] {
			total--
			continue
		}
		found.Hits = append(found.Hits, search.Hit{Case: ids[i], Private: opened[ids[i]]})
		putRight(&found.Match, q.Terms, h.Words)
	}
	found.Total, found.More = min(total, search.MaxTotal), total > search.MaxTotal
	return nil
}
