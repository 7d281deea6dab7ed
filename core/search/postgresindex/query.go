package postgresindex

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// common is how many matches are too many to look at each.
const common = 5_000

// tsquery writes terms as the database reads them, each word with those it may
// stand for. Words hold letters and digits alone, so nothing needs escaping.
// begun replaces beginnings of words by the words they go on to.
func tsquery(terms search.Terms, near, begun map[string][]string) string {
	var all []string
	for _, term := range terms.All {
		words := make([]string, len(term.Words))
		for i, w := range term.Words {
			words[i] = "'" + w + "'"
		}
		if last := len(words) - 1; term.Prefix {
			if of, known := begun[term.Words[last]]; known {
				words[last] = "(" + anyOf(append([]string{term.Words[last]}, of...)) + ")"
			} else {
				words[last] += ":*"
			}
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

func anyOf(words []string) string { return "'" + strings.Join(words, "' | '") + "'" }

// marked narrows a query to cases with one of each list of marks.
func marked(query string, marks ...[]string) string {
	for _, any := range marks {
		if len(any) > 0 {
			query = "(" + query + ") & (" + anyOf(any) + ")"
		}
	}
	return query
}

// Words that stand for a common beginning: so many, and each at least a
// fiftieth of all that begin so. Beside other words, which make the search a
// rare one, rare words count as well.
const (
	maxBegun   = 20
	partBegun  = 0.02
	maxRarerOf = 40
	shortBegun = 3 // letters
)

// begun finds what common beginnings go on to. For a rare one the index reads
// all words that begin so; for a common one that would be half of all there is
// for every letter typed.
func (x *Index) begun(ctx context.Context, st *statistics, terms search.Terms) (map[string][]string, error) {
	out := map[string][]string{}
	for _, term := range terms.All {
		if !term.Prefix {
			continue
		}
		beginning := term.Words[len(term.Words)-1]
		often := slices.Clone(st.beginning(beginning))
		part := 0.0
		for _, w := range often {
			part += w.part
		}
		// So few letters begin so many rare words that together they are common.
		short := utf8.RuneCountInString(beginning) <= shortBegun && st.rows > 20*common
		if part*st.rows < common && !short {
			continue
		}
		slices.SortStableFunc(often, func(a, b commonWord) int { return cmp.Compare(b.part, a.part) })
		words := []string{}
		for _, w := range often[:min(len(often), maxBegun)] {
			if w.part >= part*partBegun || short {
				words = append(words, w.word)
			}
		}
		if len(terms.All) == 1 && !short {
			out[beginning] = words
			continue
		}
		rows, err := postgres.All[wordRow](ctx, x.db.Pool(), selectBegun, beginning, beginning+"\U0010FFFF", maxRarerOf)
		if err != nil {
			return nil, fmt.Errorf("look up the beginning of words: %w", err)
		}
		for _, r := range rows {
			if !slices.Contains(words, r.Word) {
				words = append(words, r.Word)
			}
		}
		out[beginning] = words
	}
	return out, nil
}

// words is what is looked for, as the database reads it.
type words struct {
	asked   string        // what was typed, with words that are a slip away if these count; "" when there are no words
	exactly []core.CaseID // the few that have it as it was typed; nil when no slips count
	match   search.Match
	part    float64 // guess: of all cases, how many match
}

// read makes the words of a search, as they were typed.
func (x *Index) read(ctx context.Context, st *statistics, terms search.Terms) (words, error) {
	w := words{match: search.MatchOf(terms), part: 1}
	if terms.IsZero() {
		return w, nil
	}
	begun, err := x.begun(ctx, st, terms)
	if err != nil {
		return w, err
	}
	w.asked, w.part = tsquery(terms, nil, begun), st.part(terms)
	return w, nil
}

// forgive widens the words of a search by those that are a slip away, when too
// little is found without.
func (x *Index) forgive(ctx context.Context, r search.Reader, st *statistics, w words, terms search.Terms) (words, error) {
	typed := terms.Misspellings()
	if len(typed) == 0 {
		return w, nil
	}
	exactly, err := x.few(ctx, r, st, w)
	if err != nil || len(exactly) >= enough {
		return w, err
	}
	near, err := x.alternatives(ctx, typed)
	if err != nil {
		return w, err
	}
	begun, err := x.begun(ctx, st, terms)
	if err != nil {
		return w, err
	}
	wide := words{asked: tsquery(terms, near, begun), exactly: exactly, match: search.MatchOf(terms), part: w.part}
	for _, alternatives := range near {
		for _, word := range alternatives {
			wide.match.Words[word] = true
			wide.part = max(wide.part, st.often[word])
		}
	}
	if wide.asked == w.asked {
		return w, nil
	}
	return wide, nil
}

// readForgiving is [Index.read] and then [Index.forgive].
func (x *Index) readForgiving(ctx context.Context, r search.Reader, st *statistics, terms search.Terms) (words, error) {
	w, err := x.read(ctx, st, terms)
	if err != nil {
		return w, err
	}
	return x.forgive(ctx, r, st, w, terms)
}
