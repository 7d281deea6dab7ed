package meili

import (
	"context"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// maxPlaces is how many places are fetched before somebody else is asked.
const maxPlaces = 1000

// Map implements [search.Index].
func (x *Index) Map(ctx context.Context, r search.Reader, q search.Query, v search.View) (search.Mapped, error) {
	if q.Terms.IsZero() && x.Maps != nil {
		return x.Maps.Map(ctx, r, q, v)
	}
	if reachesNothing(r) {
		return search.Mapped{}, nil
	}
	v = v.Fit()
	answer, err := x.places(ctx, r, q, v, maxPlaces)
	if err == nil && answer.EstimatedTotalHits > maxPlaces {
		if x.Maps != nil {
			return x.Maps.Map(ctx, r, q, v)
		}
		answer, err = x.places(ctx, r, q, v, search.MaxCounted)
	}
	if err != nil {
		return search.Mapped{}, err
	}
	var hits []hit
	if err := answer.Hits.DecodeInto(&hits); err != nil {
		return search.Mapped{}, unavailable(err, "read the places")
	}
	matches, err := x.located(ctx, r, hits)
	if err != nil {
		return search.Mapped{}, err
	}
	mapped := search.Clustered(matches, v)
	mapped.First = answer.EstimatedTotalHits > search.MaxCounted
	return mapped, nil
}

// places asks for the matches in a view, the first so many.
func (x *Index) places(ctx context.Context, r search.Reader, q search.Query, v search.View, limit int64) (meilisearch.SearchResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, x.Patience)
	defer cancel()
	n := narrow(r, q.Filter, x.Clock.Now())
	results, err := x.forgiving(ctx, n, q.Terms, false, func(loose bool) []*meilisearch.SearchRequest {
		places := x.request(n.all("")+" AND "+within(grown(v.Whole())), q.Terms, loose)
		places.AttributesToRetrieve, places.Limit = []string{"case", "sheet", "kind", "_geo"}, limit
		return []*meilisearch.SearchRequest{places}
	})
	if err != nil {
		return meilisearch.SearchResponse{}, err
	}
	return results[0], nil
}

// located reads places, without those whose private words are no longer open
// to the reader.
func (x *Index) located(ctx context.Context, r search.Reader, hits []hit) ([]search.Located, error) {
	var opened []core.CaseID
	matches := make([]search.Located, 0, len(hits))
	private := map[core.CaseID]bool{}
	for _, h := range hits {
		id, err := core.ParseID[core.CaseID](h.Case)
		if err != nil {
			return nil, unavailable(err, "read the places")
		}
		if h.Geo == nil {
			continue
		}
		if h.Sheet == sheetPrivate {
			opened, private[id] = append(opened, id), true
		}
		matches = append(matches, search.Located{Pin: search.Pin{Case: id, At: h.Geo.point()}, Kind: core.StatusKind(h.Kind)})
	}
	still, err := x.opened(ctx, r, opened)
	if err != nil {
		return nil, err
	}
	kept := matches[:0]
	for _, m := range matches {
		if !private[m.Case] || still[m.Case] {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// hair is a few millimetres: the server must not lose a case that lies on the
// line between two cells.
const hair = 1e-7

func grown(b core.Box) core.Box {
	return core.Box{South: max(-90, b.South-hair), West: max(-180, b.West-hair), North: min(90, b.North+hair), East: min(180, b.East+hair)}
}
