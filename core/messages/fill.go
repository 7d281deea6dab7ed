package messages

import (
	"strings"

	"github.com/casement-dev/casement/core"
)

// Filled is a text whose merge fields have been filled.
type Filled struct {
	Text    string
	Missing []string // the names that stand for nothing here, in the order of the text; they stand in it as before
}

// Fill fills the merge fields of a text that somebody writes to one reader.
// Where something stands for nothing the field is left as it is, and named: a
// reader is never sent a gap. Errors: invalid, for a text that is no template.
func Fill(source string, data Data) (Filled, error) {
	if strings.TrimSpace(source) == "" {
		return Filled{}, nil
	}
	p, err := compile(source, showText)
	if err != nil {
		return Filled{}, core.Invalid("This cannot be filled in: %s", err.Error())
	}
	text, err := p.render(withoutMarks(data))
	if err != nil {
		return Filled{}, core.Invalid("This cannot be filled in: %s", unwritable(err))
	}
	text, missing := fill(text, func(path string) string { return "{{ " + path + " }}" })
	return Filled{Text: tidy(text), Missing: missing}, nil
}

// CheckText says whether a text that templates are made of can be filled, for
// configuration: what is wrong with it, "" when nothing is.
func CheckText(source string) string {
	if _, err := compile(source, showText); err != nil {
		return err.Error()
	}
	return ""
}

// HasFields reports whether a text has merge fields that are not filled.
func HasFields(text string) bool { return strings.Contains(text, "{{") || strings.Contains(text, "{%") }

// withoutMarks takes from what somebody else wrote the marks that would make it
// a merge field of the letter it is put into.
func withoutMarks(data Data) Data {
	out, _ := unmarked(bound(map[string]any(data), 0)).(map[string]any)
	return out
}

var marks = strings.NewReplacer("{{", "{ {", "{%", "{ %", "}}", "} }", "%}", "% }")

func unmarked(v any) any {
	switch v := v.(type) {
	case string:
		return marks.Replace(v)
	case map[string]any:
		for key, value := range v {
			v[key] = unmarked(value)
		}
	case []any:
		for i, value := range v {
			v[i] = unmarked(value)
		}
	}
	return v
}
