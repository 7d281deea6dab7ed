package dialogue

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// Lists are the lists of the installation that people choose from: see
// [github.com/casement-dev/casement/core/lookups].
type Lists interface {
	// Choose finds the row that somebody means by what they typed or chose; false
	// when the list has none, or when it is not plain which.
	Choose(ctx context.Context, list, typed string) (value string, ok bool, err error)
}

// Choose turns what was typed into the fields of a page that choose from a list
// into the values of its rows, in answers. What no row is called stays as it was
// typed and is returned as a mistake. Without lists there is nothing to choose
// from, so all of it is one.
func Choose(ctx context.Context, lists Lists, page *view.Node, answers view.Answers) ([]view.FieldError, error) {
	var wrong []view.FieldError
	for _, f := range page.Fields() {
		values := answers[f.ID]
		if f.Kind != view.KindLookup || len(values) != 1 || strings.TrimSpace(values[0]) == "" {
			continue // view.Check has its own words about none and several
		}
		value, ok := "", false
		if lists != nil {
			var err error
			if value, ok, err = lists.Choose(ctx, f.List, values[0]); err != nil {
				return nil, err
			}
		}
		if ok {
			answers[f.ID] = []string{value}
		} else {
			wrong = append(wrong, view.FieldError{Field: f.ID, Message: "Choose one that is in the list"})
		}
	}
	return wrong, nil
}
