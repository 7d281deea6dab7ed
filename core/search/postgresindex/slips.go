package postgresindex

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// maxAlternatives is how many words may be meant by one that was typed.
const maxAlternatives = 8

// wordRow is one word.
type wordRow struct{ Word string }

func wordsOfCases(ctx context.Context, tx pgx.Tx, ids []core.CaseID) (map[string]bool, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := postgres.All[wordRow](ctx, tx, selectWords, ids)
	if err != nil {
		return nil, fmt.Errorf("read the words that were there: %w", err)
	}
	out := make(map[string]bool, len(rows))
	for _, r := range rows {
		if search.Lexical(r.Word) {
			out[r.Word] = true
		}
	}
	return out, nil
}

// learn adds new words to the dictionary, and forgets those that stood in some
// cases before and now stand in none at all.
func learn(ctx context.Context, tx pgx.Tx, before, after map[string]bool, anew bool) error {
	var fresh, gone []string
	for word := range after {
		if anew || !before[word] {
			fresh = append(fresh, word)
		}
	}
	for word := range before {
		if !after[word] {
			gone = append(gone, word)
		}
	}
	if err := addWords(ctx, tx, fresh); err != nil {
		return err
	}
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, deleteWords, gone); err != nil {
			return fmt.Errorf("forget words: %w", postgres.Translate(err))
		}
	}
	return nil
}

func addWords(ctx context.Context, tx pgx.Tx, words []string) error {
	if len(words) == 0 {
		return nil
	}
	slices.Sort(words) // in one order, so that no two writers wait for each other
	added, err := postgres.All[wordRow](ctx, tx, insertWords, words)
	if err != nil {
		return fmt.Errorf("learn words: %w", err)
	}
	var slips, of []string
	for _, a := range added {
		for _, slip := range search.Deletes(a.Word) {
			slips, of = append(slips, slip), append(of, a.Word)
		}
	}
	if _, err := tx.Exec(ctx, insertSlips, slips, of); err != nil {
		return fmt.Errorf("learn slips: %w", postgres.Translate(err))
	}
	return nil
}

type slipRow struct {
	Slip string
	Word string
}

// alternatives finds, for each word that may be a typing error, the words it
// may stand for, the nearest first.
func (x *Index) alternatives(ctx context.Context, typed map[string]int) (map[string][]string, error) {
	if len(typed) == 0 {
		return nil, nil
	}
	var slips []string
	for word := range typed {
		slips = append(slips, search.Deletes(word)...)
	}
	rows, err := postgres.All[slipRow](ctx, x.db.Pool(), selectSlips, slips)
	if err != nil {
		return nil, fmt.Errorf("look for typing errors: %w", err)
	}
	out := map[string][]string{}
	for word, allowed := range typed {
		mine := search.Deletes(word)
		var near []string
		for _, r := range rows {
			if r.Word != word && slices.Contains(mine, r.Slip) && search.Slips(word, r.Word) <= allowed && !slices.Contains(near, r.Word) {
				near = append(near, r.Word)
			}
		}
		slices.SortFunc(near, func(a, b string) int {
			return cmp.Or(cmp.Compare(search.Slips(word, a), search.Slips(word, b)), cmp.Compare(a, b))
		})
		out[word] = near[:min(len(near), maxAlternatives)]
	}
	return out, nil
}
