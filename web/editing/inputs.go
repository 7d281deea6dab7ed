package editing

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
)

// idOf is the id of an input by its name.
func idOf(name string) string { return "in-" + strings.NewReplacer(".", "-", ":", "-").Replace(name) }

// Line is one line. At is the place of the draft it shows, whose finding
// stands beside it; nil for none.
func (e *Edit) Line(name, label, hint, value string, at casetypes.Path) Input {
	in := Input{Field: layout.Field{Name: name, ID: idOf(name), Label: label, Hint: hint, Value: value, Autocomplete: "off"}}
	if at != nil {
		in.Error = e.Problem(at)
	}
	return in
}

// KeyLine is one line for a key: no spelling, no capitals.
func (e *Edit) KeyLine(name, label, hint, value string, at casetypes.Path) Input {
	in := e.Line(name, label, hint, value, at)
	in.Plain = true
	return in
}

// Area is several lines.
func (e *Edit) Area(name, label, hint, value string, at casetypes.Path) Input {
	in := e.Line(name, label, hint, value, at)
	in.Rows = 3
	return in
}

// NumberLine is a whole number; 0 is shown as nothing.
func (e *Edit) NumberLine(name, label, hint string, value int, at casetypes.Path) Input {
	in := e.Line(name, label, hint, "", at)
	if value != 0 {
		in.Value = strconv.Itoa(value)
	}
	in.InputMode, in.Width = "numeric", "4"
	return in
}

// SpanLine is a length of time; none is shown as nothing.
func (e *Edit) SpanLine(name, label, hint string, value core.Span, at casetypes.Path) Input {
	in := e.Line(name, label, hint, "", at)
	if !value.IsZero() {
		in.Value = value.String()
	}
	in.Plain = true
	return in
}

// Choice is one of several.
func (e *Edit) Choice(name, label, hint, value string, options []layout.Option, at casetypes.Path) Input {
	in := e.Line(name, label, hint, value, at)
	in.Options = options
	return in
}

// TickBox is one box.
func (e *Edit) TickBox(name, label string, on bool, at casetypes.Path) Input {
	in := e.Line(name, label, "", "yes", at)
	in.Tick, in.On = true, on
	return in
}

// TickBoxes are several boxes under one name.
func (e *Edit) TickBoxes(name, label, hint string, options []layout.Option, on []string, at casetypes.Path) Input {
	in := e.Line(name, label, hint, "", at)
	for _, o := range options {
		t := Tick{Value: o.Value, Label: o.Label}
		for _, v := range on {
			t.On = t.On || v == o.Value
		}
		in.Ticks = append(in.Ticks, t)
	}
	return in
}

// SeveralOf is a choice made several times, in order, with room for more. Which
// says what the n-th is, from 1: "Level 1"; nil says nothing.
func (e *Edit) SeveralOf(name, label, hint string, values []string, options []layout.Option, which func(n int) string, at casetypes.Path) Input {
	in := e.Line(name, label, hint, "", at)
	for i := range len(values) + 2 {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		f := layout.Field{Name: name, ID: fmt.Sprintf("%s-%d", in.ID, i+1), Label: fmt.Sprintf("%s, %d", label, i+1), Value: value, Options: options}
		if which != nil {
			f.Label = label + ", " + which(i+1)
			f.Hint = which(i + 1)
		}
		in.Several = append(in.Several, f)
	}
	return in
}

// WordsInput is words for people, a line in each language of the document.
// [Edit.Words] reads them.
func (e *Edit) WordsInput(name, label, hint string, value core.Text, at casetypes.Path) Input {
	return e.words(name, label, hint, value, 0, at)
}

// WordsArea is words for people that take several lines.
func (e *Edit) WordsArea(name, label, hint string, value core.Text, at casetypes.Path) Input {
	return e.words(name, label, hint, value, 3, at)
}

func (e *Edit) words(name, label, hint string, value core.Text, rows int, at casetypes.Path) Input {
	in := e.Line(name, label, hint, "", at)
	document := core.Text{}
	for _, language := range e.Languages() {
		document[language] = ""
	}
	for _, language := range languagesOf(document, value) {
		field := name + "." + language
		in.Words = append(in.Words, layout.Field{
			Name: field, ID: idOf(field), Label: LanguageName(language), Value: value[language], Rows: rows, Autocomplete: "off",
		})
	}
	if len(in.Words) == 1 {
		in.Words[0].Label = label
	}
	return in
}

// LanguageName is what a language is called.
func LanguageName(tag string) string {
	name, ok := map[string]string{
		"en": "English", "cy": "Welsh", "ga": "Irish", "gd": "Scottish Gaelic", "fr": "French", "de": "German", "es": "Spanish",
		"pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "uk": "Ukrainian", "ur": "Urdu", "pa": "Punjabi", "bn": "Bengali",
		"ar": "Arabic", "so": "Somali", "zh": "Chinese", "it": "Italian", "nl": "Dutch", "tr": "Turkish",
	}[tag]
	if !ok {
		return tag
	}
	return name
}
