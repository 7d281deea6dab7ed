package postgresindex

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// enough is how many exact matches make typing errors unlikely: with fewer,
// words that are a slip away count as well, behind the exact ones.
const enough = 10

// hitRow is one case of a page of results.
type hitRow struct {
	CaseID  core.CaseID
	Private bool
	Total   int
}

type facetRow struct {
	Facet search.Facet
	Key   string
	N     int
}

// Search implements [search.Index].
func (x *Index) Search(ctx context.Context, r search.Reader, q search.Query) (search.Found, error) {
	found := search.Found{Match: search.MatchOf(q.Terms)}
	exact := tsquery(q.Terms, nil)
	asked := exact
	if !q.Terms.IsZero() {
		wider, match, err := x.tolerate(ctx, r, q.Terms, exact)
		if err != nil {
			return found, err
		}
		if wider != "" {
			asked, found.Match = wider, match
		}
	}
	var b pgx.Batch
	hits := &statement{reader: r, now: x.clock.Now(), exact: exact, asked: asked}
	sql := hits.hits(q)
	b.Queue(sql, hits.args...)
	if q.Facets {
		counts := &statement{reader: r, now: x.clock.Now(), exact: exact, asked: asked}
		sql := counts.facets(q.Filter)
		b.Queue(sql, counts.args...)
	}
	results := x.db.Pool().SendBatch(ctx, &b)
	defer results.Close()
	rows, err := collect[hitRow](results)
	if err != nil {
		return found, fmt.Errorf("search: %w", err)
	}
	for _, row := range rows {
		found.Hits = append(found.Hits, search.Hit{Case: row.CaseID, Private: row.Private})
		found.Total = row.Total
	}
	found.More = found.Total > search.MaxTotal
	found.Total = min(found.Total, search.MaxTotal)
	if q.Facets {
		facets, err := collect[facetRow](results)
		if err != nil {
			return found, fmt.Errorf("count facets: %w", err)
		}
		found.Counts, found.CountsFirst = countsOf(facets)
	}
	return found, results.Close()
}

func collect[T any](results pgx.BatchResults) ([]T, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, postgres.Translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return found, postgres.Translate(err)
}

// everything is the facet row that says how many matches were counted.
const everything = ""

func countsOf(rows []facetRow) (map[search.Facet]map[string]int, bool) {
	out, capped := map[search.Facet]map[string]int{}, false
	for _, r := range rows {
		if r.Facet == everything {
			capped = r.N >= search.MaxCounted
			continue
		}
		if out[r.Facet] == nil {
			out[r.Facet] = map[string]int{}
		}
		out[r.Facet][r.Key] = r.N
	}
	return out, capped
}

// tolerate widens a search that finds little by words that are a slip away. It
// returns "" when there is enough without, or nothing to widen it by. What
// matches is decided within the reader's own reach, so that it tells nothing
// about anybody else's.
func (x *Index) tolerate(ctx context.Context, r search.Reader, terms search.Terms, exact string) (string, search.Match, error) {
	typed := terms.Misspellings()
	if len(typed) == 0 {
		return "", search.Match{}, nil
	}
	s := &statement{reader: r, now: x.clock.Now(), exact: exact, asked: exact}
	sql := s.count(enough)
	var n int
	if err := x.db.Pool().QueryRow(ctx, sql, s.args...).Scan(&n); err != nil {
		return "", search.Match{}, fmt.Errorf("count exact matches: %w", postgres.Translate(err))
	}
	if n >= enough {
		return "", search.Match{}, nil
	}
	near, err := x.alternatives(ctx, typed)
	if err != nil {
		return "", search.Match{}, err
	}
	match, widened := search.MatchOf(terms), false
	for _, words := range near {
		for _, word := range words {
			match.Words[word], widened = true, true
		}
	}
	if !widened {
		return "", search.Match{}, nil
	}
	return tsquery(terms, near), match, nil
}

// tsquery writes terms as the database reads them, each word with those it may
// stand for. Words hold letters and digits alone, so nothing needs escaping.
func tsquery(terms search.Terms, near map[string][]string) string {
	var all []string
	for _, term := range terms.All {
		words := make([]string, len(term.Words))
		for i, w := range term.Words {
			words[i] = "'" + w + "'"
		}
		if last := len(words) - 1; term.Prefix {
			words[last] += ":*"
		}
		text := strings.Join(words, " <-> ")
		if len(term.Words) == 1 {
			for _, w := range near[term.Words[0]] {
				text += " | '" + w + "'"
			}
		}
		all = append(all, "("+text+")")
	}
	text := strings.Join(all, " & ")
	if terms.Number != "" {
		number := "'" + terms.Number + "':*"
		if text == "" {
			return number
		}
		text = "(" + text + ") | " + number
	}
	return text
}
