package plugins

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Bounds of what a plugin is configured with.
const (
	maxSettings   = 100
	maxConfig     = 64 << 10 // bytes
	maxText       = 10_000   // letters of one text
	maxList       = 500      // texts of one list
	maxSecretSize = 4 << 10  // bytes
)

// The kinds of [Setting].
const (
	SettingText    = "text"
	SettingInteger = "integer"
	SettingNumber  = "number"
	SettingYesNo   = "yes_no"
	SettingChoice  = "choice"
	SettingList    = "list" // of texts
)

// Setting is one thing a plugin can be configured with, as a form asks for it.
type Setting struct {
	Key       string
	Kind      string
	Title     string // the key when its maker gave none
	Hint      string
	Required  bool
	Default   json.RawMessage // nil for none
	Choices   []string        // of a choice, and of a list that is chosen from one
	Min, Max  *float64        // of numbers
	MinLength int             // in letters, of a text and the texts of a list
	MaxLength int             // likewise; 0: [maxText]
	MinItems  int             // of a list
	MaxItems  int             // 0: [maxList]
	Pattern   string          // of a text; the whole of it must match
}

// Schema is what a plugin can be configured with: the part of JSON Schema from
// which a form can be drawn. An object whose properties are texts, numbers,
// yes or no, choices and lists of texts.
type Schema struct{ Settings []Setting }

// property is one property of a JSON Schema, strictly: a keyword that is not
// understood would be a rule that is not kept.
type property struct {
	Type        string            `json:"type"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Default     json.RawMessage   `json:"default"`
	Enum        []json.RawMessage `json:"enum"`
	Minimum     *float64          `json:"minimum"`
	Maximum     *float64          `json:"maximum"`
	MinLength   int               `json:"minLength"`
	MaxLength   int               `json:"maxLength"`
	Pattern     string            `json:"pattern"`
	MinItems    int               `json:"minItems"`
	MaxItems    int               `json:"maxItems"`
	Items       *property         `json:"items"`
	Examples    json.RawMessage   `json:"examples"`
	Comment     string            `json:"$comment"`
}

// ReadSchema reads the schema of a manifest; without one nothing can be
// configured. The error says which part of it no form can be drawn from.
func ReadSchema(raw json.RawMessage) (Schema, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Schema{}, nil
	}
	var object struct {
		Schema      string          `json:"$schema"`
		Comment     string          `json:"$comment"`
		Title       string          `json:"title"`
		Description string          `json:"description"`
		Type        string          `json:"type"`
		Properties  json.RawMessage `json:"properties"`
		Required    []string        `json:"required"`
		Additional  *bool           `json:"additionalProperties"`
	}
	if err := strictly(raw, &object); err != nil {
		return Schema{}, err
	}
	if object.Type != "object" {
		return Schema{}, errors.New("the schema must be that of an object")
	}
	keys, properties, err := inOrder(object.Properties)
	if err != nil {
		return Schema{}, err
	}
	if len(keys) > maxSettings {
		return Schema{}, fmt.Errorf("there are more than %d settings", maxSettings)
	}
	var s Schema
	for i, key := range keys {
		one, err := setting(key, properties[i])
		if err != nil {
			return Schema{}, fmt.Errorf("setting %q: %w", key, err)
		}
		one.Required = slices.Contains(object.Required, key)
		s.Settings = append(s.Settings, one)
	}
	for _, key := range object.Required {
		if !slices.Contains(keys, key) {
			return Schema{}, fmt.Errorf("%q is required and not among the properties", key)
		}
	}
	return s, nil
}

func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// inOrder reads the members of an object in the order in which they stand:
// that in which a form asks for them.
func inOrder(raw json.RawMessage) (keys []string, values []json.RawMessage, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("an object is wanted")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		key, _ := t.(string)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		if key == "" || len(key) > 100 || slices.Contains(keys, key) {
			return nil, nil, fmt.Errorf("%.100q cannot be the name of a setting, or is there twice", key)
		}
		keys, values = append(keys, key), append(values, value)
	}
	return keys, values, nil
}

var kinds = map[string]string{
	"string": SettingText, "integer": SettingInteger, "number": SettingNumber, "boolean": SettingYesNo, "array": SettingList,
}

func setting(key string, raw json.RawMessage) (Setting, error) {
	var p property
	if err := strictly(raw, &p); err != nil {
		return Setting{}, err
	}
	s := Setting{
		Key: key, Kind: kinds[p.Type], Title: p.Title, Hint: p.Description, Min: p.Minimum, Max: p.Maximum,
		MinLength: p.MinLength, MaxLength: p.MaxLength, Pattern: p.Pattern, MinItems: p.MinItems, MaxItems: p.MaxItems,
	}
	if s.Title == "" {
		s.Title = key
	}
	choices := p.Enum
	switch {
	case s.Kind == "":
		return s, fmt.Errorf("no form can ask for the type %.50q", p.Type)
	case s.Kind == SettingList && (p.Items == nil || p.Items.Type != "string"):
		return s, errors.New("a list must be one of texts")
	case s.Kind == SettingList:
		choices, s.MinLength, s.MaxLength, s.Pattern = p.Items.Enum, p.Items.MinLength, p.Items.MaxLength, p.Items.Pattern
	case p.Items != nil:
		return s, errors.New("only a list has items")
	}
	for _, c := range choices {
		var choice string
		if err := json.Unmarshal(c, &choice); err != nil || s.Kind != SettingText && s.Kind != SettingList {
			return s, errors.New("only texts can be chosen from")
		}
		s.Choices = append(s.Choices, choice)
	}
	if s.Kind == SettingText && len(s.Choices) > 0 {
		s.Kind = SettingChoice
	}
	if _, err := s.pattern(); err != nil {
		return s, fmt.Errorf("its pattern cannot be read: %w", err)
	}
	if len(p.Default) > 0 && string(p.Default) != "null" {
		if wrong := s.wrong(p.Default); wrong != "" {
			return s, fmt.Errorf("its default does not fit: %s", wrong)
		}
		s.Default = p.Default
	}
	return s, nil
}

func (s Setting) pattern() (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?:` + s.Pattern + `)\z`)
}

// wrong says why a value does not fit, to whoever entered it; "" when it does.
func (s Setting) wrong(raw json.RawMessage) string {
	switch s.Kind {
	case SettingYesNo:
		if json.Unmarshal(raw, new(bool)) != nil {
			return "Answer yes or no."
		}
	case SettingInteger, SettingNumber:
		var n float64
		if json.Unmarshal(raw, &n) != nil {
			return "Enter a number."
		}
		return s.wrongNumber(n)
	case SettingList:
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return "Enter a list of texts."
		}
		return s.wrongList(list)
	default:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return "Enter a text."
		}
		return s.wrongText(text)
	}
	return ""
}

func (s Setting) wrongNumber(n float64) string {
	switch {
	case s.Kind == SettingInteger && (n != math.Trunc(n) || math.Abs(n) > 1<<53):
		return "Enter a whole number."
	case s.Min != nil && n < *s.Min:
		return fmt.Sprintf("Enter %v or more.", *s.Min)
	case s.Max != nil && n > *s.Max:
		return fmt.Sprintf("Enter %v or less.", *s.Max)
	}
	return ""
}

func (s Setting) wrongText(text string) string {
	letters, most := utf8.RuneCountInString(text), maxText
	if s.MaxLength > 0 {
		most = min(most, s.MaxLength)
	}
	switch {
	case len(s.Choices) > 0 && !slices.Contains(s.Choices, text):
		return "Choose one of those that are offered."
	case letters < s.MinLength:
		return fmt.Sprintf("Enter %d letters or more.", s.MinLength)
	case letters > most:
		return fmt.Sprintf("Enter %d letters at most.", most)
	}
	if s.Pattern != "" {
		if p, err := s.pattern(); err != nil || !p.MatchString(text) {
			return "This is not written as it has to be."
		}
	}
	return ""
}

func (s Setting) wrongList(list []string) string {
	most := maxList
	if s.MaxItems > 0 {
		most = min(most, s.MaxItems)
	}
	switch {
	case len(list) < s.MinItems:
		return fmt.Sprintf("Enter %d or more.", s.MinItems)
	case len(list) > most:
		return fmt.Sprintf("Enter %d at most.", most)
	}
	for _, text := range list {
		if wrong := s.wrongText(text); wrong != "" {
			return wrong
		}
	}
	return ""
}

// Check says what is wrong with a configuration, beside each setting, and
// gives it back in the order of the schema. A setting that is absent or null
// has its default; nil is no configuration at all.
func (s Schema) Check(config json.RawMessage) (json.RawMessage, error) {
	if len(config) > maxConfig {
		return nil, &core.Error{Kind: core.ErrTooLarge, Message: "These settings are too long."}
	}
	values, err := members(config)
	if err != nil {
		return nil, core.Invalid("The settings must be one JSON object.")
	}
	wrong := map[string]string{}
	for key := range values {
		if !slices.ContainsFunc(s.Settings, func(one Setting) bool { return one.Key == key }) {
			wrong[key] = "There is no such setting."
		}
	}
	for _, one := range s.Settings {
		value, given := values[one.Key]
		if says := ""; given {
			if says = one.wrong(value); says != "" {
				wrong[one.Key] = says
			}
		} else if one.Required && one.Default == nil {
			wrong[one.Key] = "Enter a value."
		}
	}
	if len(wrong) > 0 {
		return nil, &core.Error{Kind: core.ErrInvalid, Message: "Some settings need another look.", Fields: wrong}
	}
	return s.write(values), nil
}

// Fit keeps what fits of a configuration that was made for another version.
func (s Schema) Fit(config json.RawMessage) json.RawMessage {
	values, err := members(config)
	if err != nil {
		return nil
	}
	for _, one := range s.Settings {
		if value, given := values[one.Key]; given && one.wrong(value) != "" {
			delete(values, one.Key)
		}
	}
	return s.write(values)
}

// Effective is a configuration with the defaults of what it leaves open: what
// the plugin gets. It is always an object.
func (s Schema) Effective(config json.RawMessage) json.RawMessage {
	values, err := members(config)
	if err != nil {
		values = map[string]json.RawMessage{}
	}
	for _, one := range s.Settings {
		if _, given := values[one.Key]; !given && one.Default != nil {
			values[one.Key] = one.Default
		}
	}
	if out := s.write(values); out != nil {
		return out
	}
	return json.RawMessage("{}")
}

// write writes the settings that have values, in their order; nil for none.
func (s Schema) write(values map[string]json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	for _, one := range s.Settings {
		value, given := values[one.Key]
		if !given {
			continue
		}
		if out.Len() == 0 {
			out.WriteByte('{')
		} else {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(one.Key) // of a string: it cannot fail
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	if out.Len() == 0 {
		return nil
	}
	out.WriteByte('}')
	return out.Bytes()
}

// members reads an object; null members are absent.
func members(raw json.RawMessage) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	if len(raw) == 0 {
		return out, nil
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	for key, value := range out {
		if string(value) == "null" {
			delete(out, key)
		}
	}
	if out == nil {
		out = map[string]json.RawMessage{}
	}
	return out, nil
}

// SecretSetting is something that a plugin's HTTP requests need and the plugin
// never sees.
type SecretSetting struct {
	Name  string
	Label string
	Set   bool
}

// Settings says what a plugin can be configured with in a version, and which
// secrets it wants.
func (s *Service) Settings(ctx context.Context, hash string) (Schema, []SecretSetting, error) {
	v, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return Schema{}, nil, err
	}
	p, err := s.Find(ctx, v.PluginID)
	if err != nil {
		return Schema{}, nil, err
	}
	m, err := s.read(v.Hash, v.Manifest)
	if err != nil {
		return Schema{}, nil, err
	}
	schema, err := ReadSchema(m.Config)
	var secrets []SecretSetting
	for _, secret := range m.Secrets {
		label := secret.Label
		if label == "" {
			label = secret.Name
		}
		secrets = append(secrets, SecretSetting{secret.Name, label, slices.Contains(p.Secrets, secret.Name)})
	}
	return schema, secrets, err
}

// Configure changes the settings of a plugin, and the secrets that are given:
// an empty one is forgotten, one that is not given stays as it is. A nil
// config leaves the settings as they are; what is wrong with one stands beside
// it in the error, a secret under "secret:" and its name.
func (s *Service) Configure(ctx context.Context, by core.Actor, id string, config json.RawMessage, secrets map[string]string) error {
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		if st.Live == "" {
			return "", nil, core.Conflict("No version of this plugin is live yet. Install one first.")
		}
		v, err := versionOf(ctx, tx, st.Live)
		if err != nil {
			return "", nil, err
		}
		m, err := s.read(v.Hash, v.Manifest)
		if err != nil {
			return "", nil, err
		}
		about := core.About{}
		if config != nil {
			schema, err := ReadSchema(m.Config)
			if err != nil {
				return "", nil, err
			}
			checked, err := schema.Check(config)
			if err != nil {
				return "", nil, err
			}
			if _, err := tx.Exec(ctx, updateConfig, id, checked, now); err != nil {
				return "", nil, postgres.Translate(err)
			}
			about["before"], about["settings"] = st.Config, checked
		}
		names, err := s.keepSecrets(ctx, tx, id, m, secrets, now)
		if len(names) > 0 {
			about["secrets"] = names
		}
		if err != nil || len(about) == 0 {
			return "", nil, err
		}
		return core.PluginConfigured, about, nil
	})
}
