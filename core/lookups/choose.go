package lookups

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/postgres"
)

// Choose finds the row of a list that somebody means by what they typed or
// chose: the one with that value, else the only one with that label, whatever
// its capitals. ok is false when there is none, or no such list, and when it is
// not plain which is meant.
func (s *Service) Choose(ctx context.Context, list, typed string) (value string, ok bool, err error) {
	typed = strings.Join(strings.Fields(typed), " ")
	if typed == "" || len(typed) > maxCell || !utf8.ValidString(typed) || strings.ContainsRune(typed, 0) {
		return "", false, nil
	}
	// The first word finds the rows quickly; the others are compared as they are,
	// since an address or a number may be one word to the database.
	first, _, _ := strings.Cut(begun(typed), " ")
	rows, err := postgres.All[foundRow](ctx, s.db.Pool(), selectMeant, list, typed, first)
	switch {
	case err != nil:
		return "", false, fmt.Errorf("find what was chosen from a list: %w", err)
	case len(rows) > 0 && rows[0].Value == typed, len(rows) == 1:
		return rows[0].Value, true, nil
	}
	return "", false, nil
}

// Label is what the row with a value is called, "" when there is none.
func (s *Service) Label(ctx context.Context, list, value string) (string, error) {
	if value == "" || len(value) > maxCell || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return "", nil
	}
	rows, err := postgres.All[foundRow](ctx, s.db.Pool(), selectValue, list, value)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Label, nil
}

// Short returns the rows of a list that has no more than [MaxFound]; none of a
// longer one, or when there is no such list.
func (s *Service) Short(ctx context.Context, list string) ([]Row, error) {
	rows, err := postgres.All[foundRow](ctx, s.db.Pool(), selectShort, list, MaxFound)
	if err != nil {
		return nil, fmt.Errorf("read a short list: %w", err)
	}
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = Row(r)
	}
	return out, nil
}
