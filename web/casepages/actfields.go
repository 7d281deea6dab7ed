package casepages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
)

// editable reports whether a field can be changed in a plain form. Places and
// files have pages of their own.
func editable(f core.Field) bool { return f.Kind != core.FieldLocation && f.Kind != core.FieldFiles }

func fieldOf(o *opened, in input) (core.Field, error) {
	f, known := o.Type.Field(in.text("field"))
	if !known || !editable(f) {
		return f, core.NotFound("This case type has no such field.")
	}
	return f, nil
}

func fieldForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	f, err := fieldOf(o, in)
	if err != nil {
		return ActForm{}, err
	}
	form := ActForm{Hidden: []Hidden{{"field", f.Key}}}
	typed := in("value") != nil || in("sent") != nil
	form.Hidden = append(form.Hidden, Hidden{"sent", "1"})
	if f.Kind == core.FieldChoices {
		values := in("value")
		if !typed {
			values = texts(o.Case.Fields[f.Key])
		}
		form.Choices = []ChoiceField{choicesField(f, values)}
		return form, nil
	}
	value := in.text("value")
	if !typed {
		value = textOf(o.Case.Fields[f.Key])
	}
	form.Fields = []layout.Field{plainField(f, value)}
	return form, nil
}

func choicesField(f core.Field, values []string) ChoiceField {
	out := ChoiceField{Name: "value", Label: f.Label.String()}
	for _, c := range f.Choices {
		out.Ticks = append(out.Ticks, Tick{Name: "value", Value: c.Key, Label: c.Name.String(), Checked: slices.Contains(values, c.Key)})
	}
	return out
}

func plainField(f core.Field, value string) layout.Field {
	field := layout.Field{Name: "value", Label: f.Label.String(), Hint: f.Hint.String(), Value: value, MaxLength: f.Limit(), Optional: !f.Required}
	switch f.Kind {
	case core.FieldLongText:
		field.Rows = 5
	case core.FieldDate:
		field.Type, field.MaxLength = "date", 0
	case core.FieldNumber:
		field.InputMode = "decimal"
	case core.FieldEmail:
		field.Type, field.Plain = "email", true
	case core.FieldPhone:
		field.Type = "tel"
	case core.FieldYesNo:
		field.Options = []layout.Option{{Value: "", Label: "Not known"}, {Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}
	case core.FieldChoice:
		field.Options = []layout.Option{{Value: "", Label: "Not known"}}
		for _, c := range f.Choices {
			field.Options = append(field.Options, layout.Option{Value: c.Key, Label: c.Name.String()})
		}
	}
	return field
}

// textOf writes a value as a form shows it.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func texts(value any) []string {
	list, _ := value.([]any)
	var out []string
	for _, item := range list {
		out = append(out, textOf(item))
	}
	return out
}

func fieldCommands(_ context.Context, _ *Pages, o *opened, in input) ([]cases.Command, error) {
	f, err := fieldOf(o, in)
	if err != nil {
		return nil, err
	}
	value, err := valueOf(f, in("value"))
	if err != nil {
		return nil, err
	}
	if err := complaintAbout(f, value); err != nil {
		return nil, err
	}
	return []cases.Command{&cases.SetField{Field: f.Key, Value: value}}, nil
}

// valueOf reads what was typed into the value of a field; empty clears it.
func valueOf(f core.Field, typed []string) (any, error) {
	if f.Kind == core.FieldChoices {
		if len(typed) == 0 {
			return nil, nil
		}
		list := make([]any, len(typed))
		for i, s := range typed {
			list[i] = s
		}
		return list, nil
	}
	text := ""
	if len(typed) > 0 {
		text = strings.TrimSpace(typed[0])
	}
	if text == "" {
		return nil, nil
	}
	switch f.Kind {
	case core.FieldYesNo:
		yes, err := strconv.ParseBool(text)
		if err != nil {
			return nil, core.InvalidField("value", "Answer yes or no.")
		}
		return yes, nil
	case core.FieldNumber:
		n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			return nil, core.InvalidField("value", "Enter a number.")
		}
		return n, nil
	}
	clean, wrong := core.CleanLines(text, f.Limit())
	if wrong != "" {
		return nil, core.InvalidField("value", "%s", wrong)
	}
	return clean, nil
}

// complaintAbout puts what is wrong beside the one field of the form.
func complaintAbout(f core.Field, value any) error {
	if wrong := f.Check(value); wrong != "" {
		return core.InvalidField("value", "%s", wrong)
	}
	return nil
}
