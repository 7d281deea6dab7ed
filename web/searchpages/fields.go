package searchpages

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
)

// fieldPrefix is how filters by a case type's own fields begin in the address.
const fieldPrefix = "f."

// searchable lists the fields by which the chosen types can be narrowed, each
// key once. Fields belong to types, so without one there are none.
func (a *asked) searchable() []core.Field {
	var out []core.Field
	for _, key := range a.request.Filter.Types {
		for _, f := range a.types[key].Fields {
			if !f.Searchable || !isNarrowed(f.Kind) || len(out) == maxFields {
				continue
			}
			if !slices.ContainsFunc(out, func(other core.Field) bool { return other.Key == f.Key }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// isNarrowed reports whether a kind of field has values that are worth choosing
// by. Long texts are found by their words.
func isNarrowed(kind core.FieldKind) bool {
	switch kind {
	case core.FieldChoice, core.FieldChoices, core.FieldYesNo, core.FieldNumber, core.FieldDate, core.FieldText,
		core.FieldEmail, core.FieldPhone:
		return true
	}
	return false
}

// readFields reads filters such as "f.finding=upheld".
func (a *asked) readFields(values url.Values) {
	for _, field := range a.searchable() {
		name := fieldPrefix + field.Key
		var kept []string
		for _, typed := range values[name] {
			typed = strings.TrimSpace(typed)
			if typed == "" || len(kept) == maxValues || slices.Contains(kept, typed) {
				continue
			}
			value, message := fieldValue(field, typed)
			if message != "" {
				a.wrong[name], a.typed[name] = message, clip(typed, maxText)
				continue
			}
			if value == "" {
				continue
			}
			kept = append(kept, typed)
			a.state.Add(name, typed)
			if a.request.Filter.Fields == nil {
				a.request.Filter.Fields = map[string][]string{}
			}
			a.request.Filter.Fields[field.Key] = append(a.request.Filter.Fields[field.Key], value)
		}
		if len(kept) > 0 && a.typed[name] == "" {
			a.typed[name] = kept[0]
		}
	}
}

// fieldValue is what was typed as the index has it ([search.Document]); "" for
// a choice that there is not, and a message for what cannot be read.
func fieldValue(f core.Field, typed string) (value, message string) {
	switch f.Kind {
	case core.FieldChoice, core.FieldChoices:
		if slices.ContainsFunc(f.Choices, func(c core.Choice) bool { return c.Key == typed }) {
			return typed, ""
		}
	case core.FieldYesNo:
		if typed == "true" || typed == "false" {
			return typed, ""
		}
	case core.FieldNumber:
		n, err := strconv.ParseFloat(strings.ReplaceAll(typed, ",", "."), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || len(typed) > 30 {
			return "", "Enter a number."
		}
		return strconv.FormatFloat(n, 'f', -1, 64), ""
	case core.FieldDate:
		if _, err := time.Parse(time.DateOnly, typed); err != nil {
			return "", "Enter a date, like 2026-11-24."
		}
		return typed, ""
	default:
		if len([]rune(typed)) > maxText {
			return "", "That is too long to search for."
		}
		return search.Fold(typed), ""
	}
	return "", ""
}

// fieldFacet shows one field of the chosen types.
func (a *asked) fieldFacet(f core.Field, counts map[string]int) Facet {
	name := fieldPrefix + f.Key
	on := a.state[name]
	out := Facet{ID: "facet-" + f.Key, Name: name, Label: f.Label.String(), Open: len(on) > 0 || a.wrong[name] != ""}
	option := func(value, label string) {
		n, counted := counts[value]
		out.Options = append(out.Options, Option{Value: value, Label: label, Count: n, Counted: counted, On: slices.Contains(on, value)})
	}
	switch f.Kind {
	case core.FieldChoice, core.FieldChoices:
		for _, c := range f.Choices {
			option(c.Key, c.Name.String())
		}
	case core.FieldYesNo:
		option("true", "Yes")
		option("false", "No")
	default:
		field := layout.Field{Name: name, ID: "search-" + f.Key, Label: f.Label.String(), Value: a.typed[name], Error: a.wrong[name], MaxLength: maxText}
		switch f.Kind {
		case core.FieldDate:
			field.Type = "date"
		case core.FieldNumber:
			field.InputMode = "decimal"
		}
		out.Fields = []layout.Field{field}
	}
	return out
}

// fieldWords says the values of a field that are on.
func fieldWords(f core.Field, values []string) []string {
	var out []string
	for _, v := range values {
		switch f.Kind {
		case core.FieldYesNo:
			out = append(out, map[string]string{"true": "Yes", "false": "No"}[v])
		case core.FieldDate:
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				continue
			}
			out = append(out, day.Format("2 Jan 2006"))
		default:
			out = append(out, f.Words(v, core.DefaultLanguage))
		}
	}
	return out
}
