package casetypes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/casement-dev/casement/core"
)

// Where the published schemas are found. Editors complete a file that begins
// with "# yaml-language-server: $schema=" and one of these.
const (
	schemaBase  = "https://raw.githubusercontent.com/casement-dev/casement/main/docs/schema/"
	draft202012 = "https://json-schema.org/draft/2020-12/schema"
)

// Schema is the JSON Schema (draft 2020-12) of a case type's file, made from
// the types of package core. It says the shape; what only the whole can tell
// (names that exist, kinds of status) is for [Document.Check].
func Schema(sections []Section) ([]byte, error) {
	g := schemaMaker{}
	root := g.head("case-type.schema.json", "A Casement case type", KindCaseType)
	for _, s := range sections {
		for _, p := range s.Parts(new(core.CaseType)) {
			g.property(root, p.Key, g.of(reflect.TypeOf(p.Value).Elem()), p.Required)
		}
	}
	return writeSchema(root)
}

// CalendarSchema is the JSON Schema of a calendar's file.
func CalendarSchema() ([]byte, error) {
	g := schemaMaker{}
	root := g.head("calendar.schema.json", "A Casement calendar", KindCalendar)
	t := reflect.TypeFor[CalendarFile]()
	for _, m := range membersOf(t) {
		g.property(root, m.name, g.of(t.Field(m.index).Type), !m.optional)
	}
	return writeSchema(root)
}

// schemaMaker walks types as decoder and node do.
type schemaMaker struct{}

func (g schemaMaker) head(file, title, kind string) *jsonschema.Schema {
	root := &jsonschema.Schema{
		Schema: draft202012, ID: schemaBase + file, Title: title,
		Type: "object", AdditionalProperties: nothing(), Properties: map[string]*jsonschema.Schema{},
	}
	g.property(root, "casement", &jsonschema.Schema{Const: constant(Format), Description: "The version of the file format."}, true)
	g.property(root, "kind", &jsonschema.Schema{Const: constant(kind)}, true)
	g.property(root, "key", keySchema(), true)
	return root
}

func (g schemaMaker) property(object *jsonschema.Schema, name string, s *jsonschema.Schema, required bool) {
	object.Properties[name] = s
	object.PropertyOrder = append(object.PropertyOrder, name)
	if required {
		object.Required = append(object.Required, name)
	}
}

// of is the schema of a type as files write it.
func (g schemaMaker) of(t reflect.Type) *jsonschema.Schema {
	if s := special(t); s != nil {
		return s
	}
	if words := allowed(t); words != nil {
		return enumSchema(words)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem())
	case reflect.Slice:
		most := maxListItems
		return &jsonschema.Schema{Type: "array", Items: g.of(t.Elem()), MaxItems: &most}
	case reflect.Map:
		s := &jsonschema.Schema{Type: "object", AdditionalProperties: g.of(t.Elem())}
		if words := allowed(t.Key()); words != nil {
			s.PropertyNames = enumSchema(words)
		}
		return s
	case reflect.Struct:
		return g.object(t)
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		none := 0.0
		return &jsonschema.Schema{Type: "integer", Minimum: &none}
	}
	most := maxText
	return &jsonschema.Schema{Type: "string", MaxLength: &most}
}

func (g schemaMaker) object(t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", AdditionalProperties: nothing(), Properties: map[string]*jsonschema.Schema{}}
	for _, m := range membersOf(t) {
		member := g.of(t.Field(m.index).Type)
		if m.name == "key" {
			member = keySchema()
		}
		g.property(s, m.name, member, !m.optional)
	}
	if isBare(t) {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{keySchema(), s}}
	}
	return s
}

// special is the schema of types that files write in a way of their own.
func special(t reflect.Type) *jsonschema.Schema {
	switch t {
	case textType:
		return &jsonschema.Schema{
			Description: "Words for people: one text, or one for each language.",
			AnyOf: []*jsonschema.Schema{{Type: "string"}, {
				Type: "object", PropertyNames: &jsonschema.Schema{Pattern: languagePattern.String()},
				AdditionalProperties: &jsonschema.Schema{Type: "string"}}},
		}
	case formType:
		return &jsonschema.Schema{Type: "string", Pattern: "^fields$|" + designPattern.String() + "|" + formPattern.String(),
			Description: "plugin:ID/ENTRY, design:KEY for a form without code, or fields for one page with the fields of the type."}
	case spanType:
		return spanSchema()
	case distanceType:
		return distanceSchema()
	case promiseType:
		return promiseSchema()
	case argumentsType:
		return &jsonschema.Schema{Type: "object", Description: "What the command takes, by name; words may have merge fields: {{ case.reference }}."}
	case dateType:
		return &jsonschema.Schema{Type: "string", Format: "date"}
	case openingType:
		return openingSchema()
	case hoursType:
		return &jsonschema.Schema{Type: "object",
			Description:          "Working hours by day (mon) or run of days (mon-fri).",
			PropertyNames:        &jsonschema.Schema{Pattern: "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$"},
			AdditionalProperties: &jsonschema.Schema{Type: "array", Items: openingSchema()}}
	case namesType:
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{enumSchema(Regions()), {Type: "array", Items: enumSchema(Regions())}}}
	case momentType:
		return &jsonschema.Schema{Type: "string",
			Pattern: "^(raised|received|first_response|question_answered|resolved|closed|(stage|status|task|field):.+)$"}
	}
	return nil
}

const spanUnits = "(working )?(minute|hour|day)s?|(calendar )?days?|weeks?|months?|years?"

func spanSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Description: "A length of time: 5 working days, 28 days, 1 hour, or {working_days: 5}.",
		AnyOf: []*jsonschema.Schema{
			{Type: "string", Pattern: "^(0|[0-9]+ (" + spanUnits + "))$"},
			{Const: constant(0)},
			spanObject(nil),
		},
	}
}

// spanObject is a length of time as an object with one unit, and options.
func spanObject(options map[string]*jsonschema.Schema) *jsonschema.Schema {
	none := 0.0
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}, AdditionalProperties: nothing()}
	for _, unit := range []string{"minutes", "hours", "days", "weeks", "months", "years", "working_minutes", "working_hours", "working_days"} {
		s.Properties[unit] = &jsonschema.Schema{Type: "integer", Minimum: &none}
		s.PropertyOrder = append(s.PropertyOrder, unit)
	}
	for _, name := range []string{"span", "first_day", "end_of_day", "roll"} {
		if option := options[name]; option != nil {
			s.Properties[name] = option
			s.PropertyOrder = append(s.PropertyOrder, name)
		}
	}
	return s
}

func promiseSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Description: "How long it may take: a length of time, alone or with how its days are counted.",
		AnyOf: []*jsonschema.Schema{spanSchema(), spanObject(map[string]*jsonschema.Schema{
			"span":       spanSchema(),
			"first_day":  {Enum: []any{0, 1}, Description: "The number of the day it starts on."},
			"end_of_day": {Type: "boolean", Description: "Good for the whole of its last day."},
			"roll":       enumSchema(append([]string{""}, words(core.Rolls())...)),
		})},
	}
}

func openingSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^[0-9]{2}:[0-9]{2} ?[-–] ?[0-9]{2}:[0-9]{2}$", Description: "09:00-17:00"}
}

func keySchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: keyPattern.String()}
}

func enumSchema(words []string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, word := range words {
		s.Enum = append(s.Enum, word)
	}
	return s
}

// nothing is the schema that no value fits.
func nothing() *jsonschema.Schema { return &jsonschema.Schema{Not: &jsonschema.Schema{}} }

func constant(v any) *any { return &v }

func writeSchema(s *jsonschema.Schema) ([]byte, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
