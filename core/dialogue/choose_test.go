package dialogue_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
)

// streets is a list of one street.
type streets struct{ failing error }

func (s streets) Choose(_ context.Context, list, typed string) (string, bool, error) {
	if list == "streets" && (typed == "mill" || typed == "Mill Lane") {
		return "mill", true, s.failing
	}
	return "", false, s.failing
}

func TestWhatIsTypedIntoALookupBecomesTheValueOfItsRow(t *testing.T) {
	page := &view.Node{Type: view.Form, ID: "where", Items: []view.Node{
		{Type: view.Field, Kind: view.KindLookup, ID: "street", List: "streets"},
		{Type: view.Field, Kind: view.KindLookup, ID: "school", List: "schools"},
		{Type: view.Field, Kind: view.KindText, ID: "words"},
	}}
	for name, tt := range map[string]struct {
		lists dialogue.Lists
		typed view.Answers
		want  view.Answers
		wrong string // the field
	}{
		"a label":            {streets{}, view.Answers{"street": {"Mill Lane"}}, view.Answers{"street": {"mill"}}, ""},
		"a value":            {streets{}, view.Answers{"street": {"mill"}}, view.Answers{"street": {"mill"}}, ""},
		"nothing":            {streets{}, view.Answers{"street": {" "}}, view.Answers{"street": {" "}}, ""},
		"what is not listed": {streets{}, view.Answers{"street": {"High Street"}}, view.Answers{"street": {"High Street"}}, "street"},
		"another list":       {streets{}, view.Answers{"school": {"mill"}}, view.Answers{"school": {"mill"}}, "school"},
		"no lookup":          {streets{}, view.Answers{"words": {"High Street"}}, view.Answers{"words": {"High Street"}}, ""},
		"no lists":           {nil, view.Answers{"street": {"mill"}}, view.Answers{"street": {"mill"}}, "street"},
	} {
		wrong, err := dialogue.Choose(t.Context(), tt.lists, page, tt.typed)
		if err != nil || !reflect.DeepEqual(tt.typed, tt.want) || (tt.wrong == "") != (len(wrong) == 0) || len(wrong) > 0 && wrong[0].Field != tt.wrong {
			t.Errorf("%s: %v, wrong %v, %v", name, tt.typed, wrong, err)
		}
	}
	broken := errors.New("gone")
	if _, err := dialogue.Choose(t.Context(), streets{broken}, page, view.Answers{"street": {"mill"}}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
