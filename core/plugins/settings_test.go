package plugins

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

const everyKind = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
	"required": ["office", "days"],
	"properties": {
		"office": {"type": "string", "title": "Office", "description": "Who reads it", "minLength": 2, "maxLength": 10, "pattern": "[a-z]+"},
		"days": {"type": "integer", "default": 10, "minimum": 1, "maximum": 30},
		"rate": {"type": "number", "minimum": 0.5},
		"strict": {"type": "boolean", "default": false},
		"tone": {"type": "string", "enum": ["plain", "formal"], "default": "plain"},
		"wards": {"type": "array", "items": {"type": "string", "enum": ["north", "south"]}, "maxItems": 2},
		"words": {"type": "array", "items": {"type": "string", "maxLength": 3}, "minItems": 1}
	}
}`

func schema(t *testing.T, raw string) Schema {
	t.Helper()
	s, err := ReadSchema(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASchemaBecomesQuestionsInItsOwnOrder(t *testing.T) {
	s := schema(t, everyKind)
	var got []string
	for _, one := range s.Settings {
		got = append(got, one.Key+" "+one.Kind+" "+one.Title)
	}
	want := "office text Office, days integer days, rate number rate, strict yes_no strict, tone choice tone, wards list wards, words list words"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
	if !s.Settings[0].Required || s.Settings[2].Required || s.Settings[0].Hint != "Who reads it" || len(s.Settings[5].Choices) != 2 {
		t.Errorf("%+v", s.Settings)
	}
	if none, err := ReadSchema(nil); err != nil || len(none.Settings) != 0 {
		t.Errorf("without a schema: %+v, %v", none, err)
	}
}

func TestASchemaThatNoFormCanAskForIsRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing":                  `{`,
		"a list":                   `[]`,
		"no object":                `{"type":"string"}`,
		"a rule we do not keep":    `{"type":"object","properties":{"a":{"type":"string","format":"date"}}}`,
		"a rule for all":           `{"type":"object","properties":{},"minProperties":1}`,
		"a nested object":          `{"type":"object","properties":{"a":{"type":"object"}}}`,
		"a list of numbers":        `{"type":"object","properties":{"a":{"type":"array","items":{"type":"number"}}}}`,
		"a list of anything":       `{"type":"object","properties":{"a":{"type":"array"}}}`,
		"a choice of numbers":      `{"type":"object","properties":{"a":{"type":"integer","enum":[1,2]}}}`,
		"items of a text":          `{"type":"object","properties":{"a":{"type":"string","items":{"type":"string"}}}}`,
		"a pattern that is none":   `{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}`,
		"a default that is wrong":  `{"type":"object","properties":{"a":{"type":"integer","minimum":3,"default":1}}}`,
		"required and not there":   `{"type":"object","properties":{},"required":["a"]}`,
		"the same name twice":      `{"type":"object","properties":{"a":{"type":"string"},"a":{"type":"string"}}}`,
		"a name of nothing":        `{"type":"object","properties":{"":{"type":"string"}}}`,
		"two values":               `{"type":"object"} {}`,
		"properties that are none": `{"type":"object","properties":[]}`,
	} {
		if s, err := ReadSchema(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestSettingsAreHeldAgainstTheirSchema(t *testing.T) {
	s := schema(t, everyKind)
	for config, wrong := range map[string]string{
		`{"office":"roads"}`:                                   "",
		`{"office":"roads","days":null}`:                       "",
		`{"days":5}`:                                           "office",
		`{"office":"r"}`:                                       "office",
		`{"office":"Roads"}`:                                   "office",
		`{"office":"roads and more"}`:                          "office",
		`{"office":7}`:                                         "office",
		`{"office":"roads","days":0}`:                          "days",
		`{"office":"roads","days":31}`:                         "days",
		`{"office":"roads","days":1.5}`:                        "days",
		`{"office":"roads","days":"5"}`:                        "days",
		`{"office":"roads","rate":0.25}`:                       "rate",
		`{"office":"roads","strict":"yes"}`:                    "strict",
		`{"office":"roads","tone":"rude"}`:                     "tone",
		`{"office":"roads","wards":["west"]}`:                  "wards",
		`{"office":"roads","wards":"north"}`:                   "wards",
		`{"office":"roads","wards":["north","south","north"]}`: "wards",
		`{"office":"roads","words":[]}`:                        "words",
		`{"office":"roads","words":["long"]}`:                  "words",
		`{"office":"roads","other":1}`:                         "other",
	} {
		checked, err := s.Check(json.RawMessage(config))
		known, _ := err.(*core.Error)
		switch {
		case wrong == "" && err != nil, wrong != "" && (known == nil || known.Fields[wrong] == "" || len(known.Fields) != 1):
			t.Errorf("%s: %v", config, err)
		case wrong == "" && string(checked) != `{"office":"roads"}`:
			t.Errorf("%s: kept as %s", config, checked)
		}
	}
	for _, config := range []string{`[]`, `1`, `{`} {
		if _, err := s.Check(json.RawMessage(config)); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", config, err)
		}
	}
}

func TestAPluginGetsItsDefaultsAndNothingThatDoesNotFit(t *testing.T) {
	s := schema(t, everyKind)
	if got := s.Effective(nil); string(got) != `{"days":10,"strict":false,"tone":"plain"}` {
		t.Errorf("%s", got)
	}
	if got := s.Effective(json.RawMessage(`{"days":3,"rate":2}`)); string(got) != `{"days":3,"rate":2,"strict":false,"tone":"plain"}` {
		t.Errorf("%s", got)
	}
	// Of another version: what this one does not know or would refuse is left out.
	if got := s.Fit(json.RawMessage(`{"office":"roads","days":99,"gone":true}`)); string(got) != `{"office":"roads"}` {
		t.Errorf("%s", got)
	}
	if got := s.Fit(json.RawMessage(`{"gone":true}`)); got != nil {
		t.Errorf("%s", got)
	}
	if got := (Schema{}).Effective(nil); string(got) != `{}` {
		t.Errorf("%s", got)
	}
}

func FuzzNoSchemaOrConfigurationIsACrash(f *testing.F) {
	f.Add(everyKind, `{"office":"roads"}`)
	f.Add(`{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}`, `{"a":["x"]}`)
	f.Fuzz(func(t *testing.T, raw, config string) {
		s, err := ReadSchema(json.RawMessage(raw))
		if err != nil {
			return
		}
		fit := s.Fit(json.RawMessage(config))
		if !json.Valid(s.Effective(fit)) {
			t.Errorf("not JSON: %s", s.Effective(fit))
		}
	})
}
