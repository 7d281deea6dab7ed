package configpages

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

func formEditor() editing.Editor {
	return editing.Compose("form", &editing.Form{
		Said: "Changed the form",
		Groups: func(e *editing.Edit) []editing.Group {
			return []editing.Group{{Title: "The form", Inputs: []editing.Input{
				e.Choice("form", "What people fill in", "Forms without code are made under Configuration, Forms.", formWord(e.Type.Form), formOptions(e), casetypes.At("form")),
			}}}
		},
		Take: func(e *editing.Edit) error {
			word := e.Get("form")
			if !slices.ContainsFunc(formOptions(e), func(o layout.Option) bool { return o.Value == word }) {
				return core.InvalidField("form", "Choose one of the forms.")
			}
			e.Type.Form = formOf(word)
			return nil
		},
	}, editing.Entries[core.Field]{
		At: casetypes.At("fields"), Noun: "field", Title: "Fields", Ordered: true,
		About:   "What a case carries beside its columns; on the form of one page, what is asked, in this order.",
		Of:      func(t *core.CaseType) *[]core.Field { return &t.Fields },
		Key:     func(f core.Field) string { return f.Key },
		Name:    func(f core.Field) string { return f.Label.String() },
		Columns: []string{"Kind", "Answer"},
		Cells: func(_ *editing.Edit, f core.Field) []editing.Cell {
			marks := fieldMarks(f)
			return []editing.Cell{{Text: fieldKindWord(f.Kind)}, {Text: marks.Text, Chip: marks.Chip}}
		},
		Add: func(e *editing.Edit) []editing.Input {
			return []editing.Input{e.Choice("kind", "Kind", "", string(core.FieldText), fieldKindOptions(), nil)}
		},
		New: func(e *editing.Edit, key string, name core.Text) (core.Field, error) {
			kind, err := sentFieldKind(e)
			return core.Field{Key: key, Kind: kind, Label: name}, err
		},
		Inputs: fieldForm,
		Take:   takeField,
		Fixed: func(f core.Field) string {
			if f.Of == "" {
				return ""
			}
			return "of " + f.Of.Name()
		},
	})
}

func fieldKindWord(k core.FieldKind) string {
	return map[core.FieldKind]string{
		core.FieldText: "A line of text", core.FieldLongText: "Several lines of text", core.FieldChoice: "One of several", core.FieldChoices: "Several of several",
		core.FieldYesNo: "Yes or no", core.FieldDate: "Date", core.FieldNumber: "Number", core.FieldEmail: "Email address", core.FieldPhone: "Telephone number",
		core.FieldLocation: "Place on the map", core.FieldFiles: "Files",
	}[k]
}

func fieldKindOptions() []layout.Option {
	var out []layout.Option
	for _, k := range core.FieldKinds() {
		out = append(out, layout.Option{Value: string(k), Label: fieldKindWord(k)})
	}
	return out
}

func sentFieldKind(e *editing.Edit) (core.FieldKind, error) {
	kind := core.FieldKind(e.Get("kind"))
	if !slices.Contains(core.FieldKinds(), kind) {
		return "", core.InvalidField("kind", "Choose what the field holds.")
	}
	return kind, nil
}

func fieldUses() []core.FieldUse {
	return []core.FieldUse{core.UseSubject, core.UseDescription, core.UseSubtype, core.UsePlace, core.UseName, core.UseEmail, core.UsePhone}
}

// maxFieldLetters bounds what is typed; what a field may hold is for the section.
const maxFieldLetters = 1_000_000

func fieldForm(e *editing.Edit, f core.Field, at casetypes.Path) []editing.Group {
	uses := []layout.Option{{Label: "A field of its own"}}
	for _, use := range fieldUses() {
		uses = append(uses, layout.Option{Value: string(use), Label: "The " + useWords(use)})
	}
	asked := editing.Group{Inputs: []editing.Input{
		e.WordsInput("label", "Question", "", f.Label, at.And("label")),
		e.WordsInput("hint", "Help", "", f.Hint, at.And("hint")),
		e.Choice("kind", "Kind", "", string(f.Kind), fieldKindOptions(), at.And("kind")),
	}}
	if f.Kind == core.FieldChoice || f.Kind == core.FieldChoices {
		asked.Inputs = append(asked.Inputs, choicesInput(e, f, at.And("choices")))
	}
	if f.Kind == core.FieldText || f.Kind == core.FieldLongText {
		asked.Inputs = append(asked.Inputs, e.NumberLine("max_length", "Letters at most", "", f.MaxLength, at.And("max_length")))
	}
	return []editing.Group{asked, {Title: "What becomes of it", Inputs: []editing.Input{
		e.Choice("is", "The answer is", "", string(f.Is), uses, at.And("is")),
		e.TickBox("required", "It has to be answered", f.Required, at.And("required")),
		e.TickBox("searchable", "Cases are found by it", f.Searchable, at.And("searchable")),
		e.TickBox("private", "For staff alone: not asked on the form, not shown in the portal", f.Private, at.And("private")),
	}}}
}

// choicesInput asks for the choices, one a line, in each language.
func choicesInput(e *editing.Edit, f core.Field, at casetypes.Path) editing.Input {
	lines := core.Text{}
	if !givenBySubtypes(e.Type, f) {
		for _, language := range e.Languages() {
			lines[language] = choiceLines(f.Choices, language)
		}
		for _, c := range f.Choices {
			for language := range c.Name {
				lines[language] = choiceLines(f.Choices, language)
			}
		}
	}
	in := e.WordsArea("choices", "Choices", choicesHint(f, len(e.Languages()) > 1 || len(lines) > 1), lines, at)
	for i := range in.Words {
		in.Words[i].Rows = min(max(len(f.Choices)+1, 4), 12)
	}
	return in
}

func choicesHint(f core.Field, several bool) string {
	hint := "One a line. To give one a key of its own, write it before: night: Late at night."
	if several {
		hint += " In another language: the key, and the words in it."
	}
	if f.Is == core.UseSubtype {
		hint += " Empty: the subtypes."
	}
	return hint
}

// choiceLines writes choices to be edited in a language; what is not said in it
// is left to be filled in.
func choiceLines(choices []core.Choice, language string) string {
	var out strings.Builder
	for _, c := range choices {
		out.WriteString(strings.TrimRight(c.Key+": "+c.Name[language], " ") + "\n")
	}
	return out.String()
}

func givenBySubtypes(t *core.CaseType, f core.Field) bool {
	if f.Is != core.UseSubtype || len(f.Choices) != len(t.Subtypes) {
		return false
	}
	for i, c := range f.Choices {
		if s := t.Subtypes[i]; c.Key != s.Key || !reflect.DeepEqual(c.Name, s.Name) {
			return false
		}
	}
	return true
}

func takeField(e *editing.Edit, f *core.Field) error {
	kind, err := sentFieldKind(e)
	if err != nil {
		return err
	}
	use := core.FieldUse(e.Get("is"))
	if use != "" && !slices.Contains(fieldUses(), use) {
		return core.InvalidField("is", "Choose what the answer is.")
	}
	letters, err := e.Number("max_length", maxFieldLetters)
	if err != nil {
		return err
	}
	choices := f.Choices
	switch {
	case kind != core.FieldChoice && kind != core.FieldChoices:
		choices = nil
	case !e.Values.Has(choicesIn(core.DefaultLanguage)): // it was of another kind when it was shown
	case e.Words("choices").IsZero() && givenBySubtypes(e.Type, *f) && use == core.UseSubtype:
	default:
		if choices, err = sentChoices(e); err != nil {
			return err
		}
	}
	f.Label, f.Hint, f.Kind, f.Is, f.Choices, f.MaxLength = e.Words("label"), e.Words("hint"), kind, use, choices, letters
	f.Required, f.Searchable, f.Private = e.On("required"), e.On("searchable"), e.On("private")
	return nil
}

func choicesIn(language string) string { return "choices." + language }

// sentChoices reads what [choicesInput] asks: the default language says which
// choices there are, the others what they are called.
func sentChoices(e *editing.Edit) ([]core.Choice, error) {
	var out []core.Choice
	known := func(key string) int {
		return slices.IndexFunc(out, func(c core.Choice) bool { return c.Key == key })
	}
	for line := range strings.Lines(e.Get(choicesIn(core.DefaultLanguage))) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, name, named := strings.Cut(line, ":")
		if key, name = strings.TrimSpace(key), strings.TrimSpace(name); !named {
			key, name = editing.KeyOf(line, "choice", func(k string) bool { return known(k) >= 0 }), line
		}
		if !casetypes.ValidKey(key) || name == "" {
			return nil, core.InvalidField(choicesIn(core.DefaultLanguage), "Write each choice as key: name, such as late-night: Late at night. This is not one: “%s”.", clipped(line))
		}
		out = append(out, core.Choice{Key: key, Name: core.Plain(name)})
	}
	for _, field := range slices.Sorted(maps.Keys(e.Values)) {
		language, ok := strings.CutPrefix(field, "choices.")
		if !ok || language == core.DefaultLanguage || !isLanguageOf(e, language) {
			continue
		}
		for line := range strings.Lines(e.Get(field)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			key, name, _ := strings.Cut(line, ":")
			i := known(strings.TrimSpace(key))
			if i < 0 {
				return nil, core.InvalidField(field, "Begin each line with the key of its choice, as in night: …. This one has none: “%s”.", clipped(line))
			}
			if name = strings.TrimSpace(name); name != "" {
				out[i].Name[language] = name
			}
		}
	}
	return out, nil
}

// isLanguageOf reports whether choices may be said in a language: one of the
// document's, or that some field has already.
func isLanguageOf(e *editing.Edit, language string) bool {
	return slices.Contains(e.Languages(), language) || slices.ContainsFunc(e.Type.Fields, func(f core.Field) bool {
		return slices.ContainsFunc(f.Choices, func(c core.Choice) bool { return c.Name[language] != "" })
	})
}

// The words that a form is chosen with: fields, design:KEY, plugin:ID/ENTRY.
func formWord(f core.FormRule) string {
	switch {
	case f.Plugin == "":
		return "fields"
	case f.Design != "":
		return "design:" + f.Design
	}
	return "plugin:" + f.Plugin + "/" + f.Entry
}

func formOf(word string) core.FormRule {
	if key, ok := strings.CutPrefix(word, "design:"); ok {
		return core.DesignedForm(key)
	}
	if name, ok := strings.CutPrefix(word, "plugin:"); ok {
		plugin, entry, _ := strings.Cut(name, "/")
		return core.FormRule{Plugin: plugin, Entry: entry}
	}
	return core.FormRule{}
}

func formOptions(e *editing.Edit) []layout.Option {
	words := []string{"fields"}
	for _, key := range slices.Sorted(maps.Keys(e.Known.Designs)) {
		words = append(words, "design:"+key)
	}
	for _, name := range e.Known.Forms {
		if name != core.DesignPlugin+"/"+core.DesignEntry {
			words = append(words, "plugin:"+name)
		}
	}
	return editing.Options("", words, func(word string) string {
		if word == "fields" {
			return "One page with the fields of the type"
		}
		kind, name, _ := strings.Cut(word, ":")
		return map[string]string{"design": "Made in the designer: ", "plugin": "Of a plugin: "}[kind] + name
	}, formWord(e.Type.Form))
}
