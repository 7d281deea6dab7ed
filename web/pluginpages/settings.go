package pluginpages

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// SettingField is one setting as the form asks for it.
type SettingField struct {
	plugins.Setting
	Name    string // of its input: a maker's key is no name for one
	Value   string // of one line, a choice, or a list one a line
	Chosen  []string
	Error   string
	Bounds  string // what is allowed, in words
	Default string // in words; "" for none
	Long    bool
}

// SecretField is one secret. What it is never leaves the database.
type SecretField struct {
	plugins.SecretSetting
	Field string
	Error string
}

const (
	yes = "yes"
	no  = "no"
)

func settingName(i int) string { return "setting-" + itoa(i) }
func secretName(i int) string  { return "secret-" + itoa(i) }

// fieldsOf makes the form for a schema, filled in with a configuration.
func fieldsOf(schema plugins.Schema, config json.RawMessage, wrong map[string]string) []SettingField {
	values := map[string]json.RawMessage{}
	if len(config) > 0 && json.Unmarshal(config, &values) != nil {
		values = nil
	}
	out := make([]SettingField, len(schema.Settings))
	for i, s := range schema.Settings {
		f := SettingField{Setting: s, Name: settingName(i), Error: wrong[s.Key], Bounds: boundsOf(s)}
		f.Value, f.Chosen = written(s, values[s.Key])
		f.Default, _ = written(s, s.Default)
		if s.Kind == plugins.SettingList {
			f.Default = strings.ReplaceAll(f.Default, "\n", ", ")
		}
		f.Long = s.Kind == plugins.SettingText && (s.MaxLength == 0 || s.MaxLength > 200)
		out[i] = f
	}
	return out
}

// written is a value as it stands in an input.
func written(s plugins.Setting, value json.RawMessage) (text string, list []string) {
	if len(value) == 0 {
		return "", nil
	}
	switch s.Kind {
	case plugins.SettingList:
		if json.Unmarshal(value, &list) != nil {
			return "", nil
		}
		return strings.Join(list, "\n"), list
	case plugins.SettingYesNo:
		if string(value) == "true" {
			return yes, nil
		}
		return no, nil
	case plugins.SettingInteger, plugins.SettingNumber:
		return string(value), nil
	}
	if json.Unmarshal(value, &text) != nil {
		return "", nil
	}
	return text, nil
}

// boundsOf says what is allowed, before somebody finds out.
func boundsOf(s plugins.Setting) string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch s.Kind {
	case plugins.SettingInteger, plugins.SettingNumber:
		what := "A number"
		if s.Kind == plugins.SettingInteger {
			what = "A whole number"
		}
		switch {
		case s.Min != nil && s.Max != nil:
			return what + " from " + number(*s.Min) + " to " + number(*s.Max)
		case s.Min != nil:
			return what + ", " + number(*s.Min) + " or more"
		case s.Max != nil:
			return what + ", " + number(*s.Max) + " or less"
		}
		return what
	case plugins.SettingList:
		if len(s.Choices) > 0 {
			return ""
		}
		return "One on each line"
	case plugins.SettingText:
		if s.MaxLength > 0 {
			return "At most " + render.Plural(s.MaxLength, "letter", "letters")
		}
	}
	return ""
}

func secretsOf(all []plugins.SecretSetting, wrong map[string]string) []SecretField {
	out := make([]SecretField, len(all))
	for i, s := range all {
		out[i] = SecretField{SecretSetting: s, Field: secretName(i), Error: wrong["secret:"+s.Name]}
	}
	return out
}

// sentSettings reads the form as a configuration. What is left empty is left to
// its default.
func sentSettings(c *fiber.Ctx, schema plugins.Schema) (json.RawMessage, error) {
	values := map[string]any{}
	for i, s := range schema.Settings {
		sent := sentValues(c, settingName(i))
		if s.Kind == plugins.SettingList {
			if list := sentList(sent, len(s.Choices) > 0); len(list) > 0 {
				values[s.Key] = list
			}
			continue
		}
		if len(sent) == 0 {
			continue
		}
		text := strings.ReplaceAll(sent[0], "\r\n", "\n")
		if strings.TrimSpace(text) == "" {
			continue
		}
		switch s.Kind {
		case plugins.SettingYesNo:
			values[s.Key] = text
			if text == yes || text == no {
				values[s.Key] = text == yes
			}
		case plugins.SettingInteger, plugins.SettingNumber:
			values[s.Key] = text // what is no number is refused beside the field
			if number := strings.TrimSpace(text); isNumber(number) {
				values[s.Key] = json.Number(number)
			}
		default:
			values[s.Key] = text
		}
	}
	return json.Marshal(values)
}

func isNumber(s string) bool {
	return json.Valid([]byte(s)) && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}

func sentList(sent []string, chosen bool) []string {
	if chosen {
		return sent
	}
	var out []string
	for _, text := range sent {
		for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// sentSecrets are those that are to be changed: an empty field changes nothing.
func sentSecrets(c *fiber.Ctx, all []plugins.SecretSetting) map[string]string {
	out := map[string]string{}
	for i, s := range all {
		value := c.FormValue(secretName(i))
		switch {
		case value != "":
			out[s.Name] = value
		case c.FormValue(secretName(i)+"-forget") == yes:
			out[s.Name] = ""
		}
	}
	return out
}

func (p *Pages) configure(c *fiber.Ctx) error {
	one, err := p.find(c)
	if err != nil {
		return err
	}
	if one.Live == "" {
		return core.Conflict("No version of this plugin is live yet. Install one first.")
	}
	ctx := c.UserContext()
	schema, secrets, err := p.Plugins.Settings(ctx, one.Live)
	if err != nil {
		return err
	}
	config, err := sentSettings(c, schema)
	if err != nil {
		return err
	}
	if len(schema.Settings) == 0 {
		config = nil
	}
	err = p.Plugins.Configure(ctx, render.Actor(c), one.ID, config, sentSecrets(c, secrets))
	var wrong *core.Error
	if kind := core.KindOf(err); (kind == core.ErrInvalid || kind == core.ErrTooLarge) && errors.As(err, &wrong) {
		page, err := p.showPage(c, one)
		if err != nil {
			return err
		}
		page.Settings, page.Secrets = fieldsOf(schema, config, wrong.Fields), secretsOf(secrets, wrong.Fields)
		page.retype(c)
		page.Problems = page.problems(wrong)
		return render.Invalid(c, showView(page), page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, address(one.ID)+"#settings", render.Toast{Text: "The settings are saved, and are in force."})
}

// retype puts back what was typed and could not be kept.
func (p *ShowPage) retype(c *fiber.Ctx) {
	for i := range p.Settings {
		f := &p.Settings[i]
		sent := sentValues(c, f.Name)
		if f.Kind == plugins.SettingList && len(f.Choices) > 0 {
			f.Chosen = sent
		} else if len(sent) > 0 {
			f.Value = strings.ReplaceAll(sent[0], "\r\n", "\n")
		}
	}
}

// problems are the messages of the form, in its order.
func (p *ShowPage) problems(wrong *core.Error) render.Problems {
	out := render.Problems{Message: wrong.Message}
	for _, f := range p.Settings {
		if f.Error != "" {
			out.Items = append(out.Items, render.FieldProblem{Field: f.Name, Message: f.Title + ": " + f.Error})
		}
	}
	for _, s := range p.Secrets {
		if s.Error != "" {
			out.Items = append(out.Items, render.FieldProblem{Field: s.Field, Message: s.Label + ": " + s.Error})
		}
	}
	return out
}

// Select is the setting as something to choose from, or nil.
func (f SettingField) Select() []layout.Option {
	none := layout.Option{Label: "Choose"}
	switch {
	case f.Default != "":
		none.Label = "As its maker set it: " + f.Default
	case !f.Required:
		none.Label = "Not set"
	}
	switch f.Kind {
	case plugins.SettingYesNo:
		return []layout.Option{none, {Value: yes, Label: "Yes"}, {Value: no, Label: "No"}}
	case plugins.SettingChoice:
		out := []layout.Option{none}
		for _, choice := range f.Choices {
			out = append(out, layout.Option{Value: choice, Label: choice})
		}
		return out
	}
	return nil
}

// Has reports whether a choice of a list was made.
func (f SettingField) Has(choice string) bool { return slices.Contains(f.Chosen, choice) }

// Text is the hint of its maker and what is allowed.
func (f SettingField) Text() string {
	var parts []string
	for _, part := range []string{f.Hint, f.Bounds} {
		if part != "" {
			parts = append(parts, strings.TrimSuffix(part, "."))
		}
	}
	if f.Default != "" && f.Select() == nil {
		parts = append(parts, "Empty means: "+f.Default)
	}
	return strings.Join(parts, ". ")
}

// IsOptional says so beside the label.
func (f SettingField) IsOptional() bool { return !f.Required && f.Default == "" }

// Number reports whether digits are wanted.
func (f SettingField) Number() bool {
	return f.Kind == plugins.SettingInteger || f.Kind == plugins.SettingNumber
}
