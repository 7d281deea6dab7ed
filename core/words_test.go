package core_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestWordsAreCleanedBeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, line, lines string }{
		{"  two   words ", "two words", "two   words"},
		{"one\r\ntwo\rthree", "one two three", "one\ntwo\nthree"},
		{"a\tb", "a b", "a\tb"},
		{"\n \t", "", ""},
		{"Łódź 🙂", "Łódź 🙂", "Łódź 🙂"},
	} {
		if got, wrong := core.CleanLine(c.typed, 50); got != c.line || wrong != "" {
			t.Errorf("the line %q became %q, %q", c.typed, got, wrong)
		}
		if got, wrong := core.CleanLines(c.typed, 50); got != c.lines || wrong != "" {
			t.Errorf("the lines %q became %q, %q", c.typed, got, wrong)
		}
	}
}

func TestWordsThatCannotBeKeptAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		strings.Repeat("ł", 20_001): "This must be 20,000 letters or fewer.",
		"\xff\xfe":                  "This is not text. Type it again.",
		"nothing\x00here":           "This contains letters that cannot be shown. Type it again.",
		"\x1b[31mred":               "This contains letters that cannot be shown. Type it again.",
	} {
		if got, wrong := core.CleanLine(typed, 20_000); got != "" || wrong != want {
			t.Errorf("the line %.20q became %q, %q", typed, got, wrong)
		}
		if got, wrong := core.CleanLines(typed, 20_000); got != "" || wrong != want {
			t.Errorf("the lines %.20q became %q, %q", typed, got, wrong)
		}
	}
	if got, wrong := core.CleanLines(strings.Repeat("ł", 20_000), 20_000); got == "" || wrong != "" {
		t.Errorf("text of exactly the limit was refused: %q", wrong)
	}
}
