package postgresindex

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core/search"
)

// maxSuggested is how many matches are ranked to choose suggestions from.
const maxSuggested = 100

// Suggest implements [search.Index]. What is suggested are cases within the
// reader's reach, the newest of those that match; words of the dictionary are
// never shown.
func (x *Index) Suggest(ctx context.Context, r search.Reader, t search.Terms, limit int) ([]search.Hit, error) {
	if t.IsZero() || limit <= 0 {
		return nil, nil
	}
	st, err := x.statistics(ctx)
	if err != nil {
		return nil, err
	}
	w, err := x.read(ctx, st, t)
	if err != nil {
		return nil, err
	}
	q, most := search.Query{Terms: t, Page: 1}, max(limit, maxSuggested)
	rows, err := x.hits(ctx, r, st, w, q, most)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	if len(rows) < enough {
		forgiving, err := x.forgive(ctx, r, st, w, t)
		if err != nil {
			return nil, err
		}
		if forgiving.asked != w.asked {
			if rows, err = x.hits(ctx, r, st, forgiving, q, most); err != nil {
				return nil, fmt.Errorf("suggest: %w", err)
			}
		}
	}
	var out []search.Hit
	for _, row := range rows[:min(limit, len(rows))] {
		out = append(out, search.Hit{Case: row.CaseID, Private: row.Private})
	}
	return out, nil
}
