package core_test

import (
	"math"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestAFieldTakesItsOwnKindOfValueAndNothingElse(t *testing.T) {
	t.Parallel()
	at := func(more ...any) map[string]any {
		place := map[string]any{"lat": 54.5, "lng": -1.5}
		for i := 0; i < len(more); i += 2 {
			place[more[i].(string)] = more[i+1]
		}
		return place
	}
	for _, test := range []struct {
		name  string
		kind  core.FieldKind
		value any
		right bool
	}{
		{"words", core.FieldText, "Mill Lane", true},
		{"lines", core.FieldLongText, "Mill Lane\r\n\tNorthmoor", true},
		{"nothing", core.FieldText, nil, true},
		{"NUL", core.FieldText, "a\x00b", false},
		{"half a letter", core.FieldText, "a\xff", false},
		{"too many letters", core.FieldText, strings.Repeat("a", 201), false},
		{"a number as words", core.FieldText, 1.0, false},
		{"a place", core.FieldLocation, at(), true},
		{"a place with its address", core.FieldLocation, at("address", "Mill Lane"), true},
		{"a place off the earth", core.FieldLocation, at("lat", 91.0), false},
		{"a place that is no number", core.FieldLocation, at("lat", math.NaN()), false},
		{"a place with an endless address", core.FieldLocation, at("address", strings.Repeat("a", 501)), false},
		{"a place with an address of NUL", core.FieldLocation, at("address", "a\x00b"), false},
		{"a place with an address in an address", core.FieldLocation, at("address", at()), false},
		{"a place with something else", core.FieldLocation, at("more", []any{[]any{}}), false},
		{"a number", core.FieldNumber, 12.5, true},
		{"no number", core.FieldNumber, math.NaN(), false},
		{"no end", core.FieldNumber, math.Inf(1), false},
	} {
		if wrong := (core.Field{Kind: test.kind}).Check(test.value); (wrong == "") != test.right {
			t.Errorf("%s: %q", test.name, wrong)
		}
	}
}
