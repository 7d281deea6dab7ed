package lookups

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Query is what is looked for in a list: the row with a value, or rows that
// have words that begin as those typed, in any column.
type Query struct {
	List  string
	Value string
	Text  string
	Limit int // at most [MaxFound]; 0 is 20
}

// Found is what a [Query] finds, in the order of the list.
type Found struct {
	Columns []string
	Rows    []Row
	More    bool
}

// Find looks in a list. Without a value and words it gives the first rows.
func (s *Service) Find(ctx context.Context, q Query) (Found, error) {
	if len(q.Text) > maxQuery || len(q.Value) > maxCell || !utf8.ValidString(q.Text+q.Value) || strings.ContainsRune(q.Text+q.Value, 0) {
		return Found{}, core.Invalid("That is too long to look for.")
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, MaxFound)
	list, err := postgres.One[listRow](ctx, s.db.Pool(), noSuchList(q.List), selectList, q.List)
	if err != nil {
		return Found{}, err
	}
	out := Found{Columns: list.Columns}
	words := begun(q.Text)
	var rows []foundRow
	switch {
	case q.Value != "":
		rows, err = postgres.All[foundRow](ctx, s.db.Pool(), selectByValue, q.List, list.Version, q.Value, limit+1)
	case words == "" && strings.TrimSpace(q.Text) != "":
		return out, nil // nothing of it is a word
	case words == "":
		rows, err = postgres.All[foundRow](ctx, s.db.Pool(), selectFirst, q.List, list.Version, limit+1)
	default:
		rows, err = postgres.All[foundRow](ctx, s.db.Pool(), selectByWords, q.List, list.Version, words, limit+1)
	}
	if err != nil {
		return out, fmt.Errorf("look in a list: %w", err)
	}
	for _, r := range rows[:min(len(rows), limit)] {
		out.Rows = append(out.Rows, r.row(len(list.Columns)))
	}
	out.More = len(rows) > limit
	return out, nil
}

// begun makes the query for words of which each has to begin a word of a row:
// letters and digits alone, so that nothing typed is an operator.
func begun(typed string) string {
	words := strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = words[:min(len(words), maxWords)]
	for i, w := range words {
		words[i] = w + ":*"
	}
	return strings.Join(words, " & ")
}
