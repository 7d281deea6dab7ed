package core

import (
	"encoding/json"
	"sort"
)

// Text is words for people in one or more languages, by language tag. In
// configuration files it may be written as a plain string, which then stands
// for [DefaultLanguage].
type Text map[string]string

// DefaultLanguage is the language a plain string is in, and the one every
// lookup falls back to.
const DefaultLanguage = "en"

// Plain makes a Text in the default language.
func Plain(s string) Text { return Text{DefaultLanguage: s} }

// In returns the words in the language, falling back to the default language,
// then to any language there is.
func (t Text) In(language string) string {
	if s, ok := t[language]; ok {
		return s
	}
	return t.String()
}

// String returns the words in the default language, or in any there is.
func (t Text) String() string {
	if s, ok := t[DefaultLanguage]; ok {
		return s
	}
	tags := make([]string, 0, len(t))
	for tag := range t {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	if len(tags) == 0 {
		return ""
	}
	return t[tags[0]]
}

// IsZero reports whether there are no words at all.
func (t Text) IsZero() bool { return len(t) == 0 }

// UnmarshalJSON reads a string or an object of language tags.
func (t *Text) UnmarshalJSON(data []byte) error {
	var plain string
	if json.Unmarshal(data, &plain) == nil {
		*t = Plain(plain)
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*t = m
	return nil
}
