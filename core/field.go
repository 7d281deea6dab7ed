package core

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FieldKind is what a field holds.
type FieldKind string

// The kinds of [Field].
const (
	FieldText     FieldKind = "text"
	FieldLongText FieldKind = "long_text"
	FieldChoice   FieldKind = "choice"
	FieldChoices  FieldKind = "choices" // several
	FieldYesNo    FieldKind = "yes_no"
	FieldDate     FieldKind = "date"
	FieldNumber   FieldKind = "number"
	FieldEmail    FieldKind = "email"
	FieldPhone    FieldKind = "telephone"
	FieldLocation FieldKind = "location"
	FieldFiles    FieldKind = "files"
)

// FieldKinds lists every kind.
func FieldKinds() []FieldKind {
	return []FieldKind{FieldText, FieldLongText, FieldChoice, FieldChoices, FieldYesNo, FieldDate, FieldNumber, FieldEmail, FieldPhone, FieldLocation, FieldFiles}
}

// Field is one thing a case of a type carries beside its columns, and, for a
// type without a form plugin, one question of its form.
type Field struct {
	Key        string    `json:"key"`
	Kind       FieldKind `json:"kind"`
	Label      Text      `json:"label"`
	Hint       Text      `json:"hint,omitempty"`
	Required   bool      `json:"required,omitempty"`
	Choices    []Choice  `json:"choices,omitempty"`
	MaxLength  int       `json:"max_length,omitempty"` // letters; 0 means 200, or 4000 for long text
	Searchable bool      `json:"searchable,omitempty"`
	Private    bool      `json:"private,omitempty"` // staff only: not asked on the form, not shown in the portal
	Is         FieldUse  `json:"is,omitempty"`
	// Of names the details section that keeps the field; it came into the type
	// when that was published, is asked on no form and stands in no file.
	Of PluginEntry `json:"of,omitempty" file:"-"`
}

// FieldUse says that an answer is one of the case's own columns as well.
type FieldUse string

// The uses of a [Field].
const (
	UseSubject     FieldUse = "subject"
	UseDescription FieldUse = "description"
	UseSubtype     FieldUse = "subtype"
	UsePlace       FieldUse = "place"
	UseName        FieldUse = "requester_name"
	UseEmail       FieldUse = "requester_email"
	UsePhone       FieldUse = "requester_phone"
)

// Limit is the most letters an answer may have.
func (f Field) Limit() int {
	switch {
	case f.MaxLength > 0:
		return f.MaxLength
	case f.Kind == FieldLongText:
		return 4000
	}
	return 200
}

// Check says what is wrong with a value for the field, "" when nothing is. Nil
// clears a field and is always right; whether an answer is required is the
// form's business. Values are as JSON has them: string, float64, bool,
// []any of strings, or an object with lat and lng.
func (f Field) Check(value any) string {
	if value == nil {
		return ""
	}
	switch f.Kind {
	case FieldYesNo:
		if _, ok := value.(bool); !ok {
			return "Answer yes or no."
		}
		return ""
	case FieldNumber:
		n, ok := value.(float64)
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return "Enter a number."
		}
		return ""
	case FieldChoices:
		return f.checkChoices(value)
	case FieldLocation:
		return checkLocation(value)
	}
	s, ok := value.(string)
	switch {
	case !ok:
		return "Enter text."
	case wrongWords(s, f.Limit()) != "":
		return wrongWords(s, f.Limit())
	case f.Kind == FieldChoice && !f.offers(s):
		return "Choose one of the answers offered."
	case f.Kind == FieldDate && s != "":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "Enter a real date."
		}
	case f.Kind == FieldEmail && s != "":
		if _, err := ParseEmail(s); err != nil {
			return "Enter an email address in the correct format, like name@example.org."
		}
	}
	return ""
}

func (f Field) offers(key string) bool {
	return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Key == key })
}

func (f Field) checkChoices(value any) string {
	list, ok := value.([]any)
	if !ok || len(list) > len(f.Choices) {
		return "Choose from the answers offered."
	}
	for _, item := range list {
		if s, ok := item.(string); !ok || !f.offers(s) {
			return "Choose from the answers offered."
		}
	}
	return ""
}

// maxPlaceWords bounds the address of a place, in letters.
const maxPlaceWords = 500

// checkLocation wants coordinates, with an address perhaps, and nothing else
// that somebody could hide in a case.
func checkLocation(value any) string {
	at, ok := value.(map[string]any)
	if !ok {
		return "Choose a place."
	}
	for key, part := range at {
		switch key {
		case "lat", "lng":
		case "address":
			words, ok := part.(string)
			if !ok {
				return "Choose a place."
			}
			if wrong := wrongWords(words, maxPlaceWords); wrong != "" {
				return wrong
			}
		default:
			return "Choose a place."
		}
	}
	lat, okLat := at["lat"].(float64)
	lng, okLng := at["lng"].(float64)
	if !okLat || !okLng || !(Point{Lat: lat, Lng: lng}).Valid() {
		return "Choose a place on the map."
	}
	return ""
}

// Words says a value as people read it: the names of choices, "Yes", dates as
// days.
func (f Field) Words(value any, language string) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = f.Words(item, language)
		}
		return strings.Join(words, ", ")
	case map[string]any:
		if words, ok := v["address"].(string); ok && words != "" {
			return words
		}
		return fmt.Sprintf("%v, %v", v["lat"], v["lng"])
	case string:
		for _, c := range f.Choices {
			if c.Key == v {
				return c.Name.In(language)
			}
		}
		if f.Kind == FieldDate {
			if day, err := time.Parse(time.DateOnly, v); err == nil {
				return day.Format("2 January 2006")
			}
		}
		return v
	}
	return ""
}
