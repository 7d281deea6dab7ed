package casetypes

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

func formSection() Section {
	return Section{
		Key: "form", Name: "Form and fields",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "form", Value: &t.Form}, {Key: "fields", Value: &t.Fields}}
		},
		Validate: validateForm,
	}
}

// maxAnswer is the most letters an answer may be allowed to have.
const maxAnswer = 20_000

func validateForm(c *Check) {
	t, at := c.Type, At("fields")
	if t.Form.Plugin != "" {
		validatePluginForm(c)
	} else if !slices.ContainsFunc(t.Fields, func(f core.Field) bool { return !f.Private && f.Of == "" }) {
		c.Say(At("form"), "The form is drawn from the fields, and there is none to ask. Name a plugin's form, or add fields.")
	}
	names := make([]string, len(t.Fields))
	uses := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		if f.Of != "" {
			continue // its section's: see validateDetails
		}
		names[i], uses[i] = f.Key, string(f.Is)
		validateField(c, at.And(i), f)
	}
	c.Once("field", names, func(i int) Path { return at.And(i, "key") })
	c.Once("use", uses, func(i int) Path { return at.And(i, "is") })
}

func validatePluginForm(c *Check) {
	form := c.Type.Form
	switch {
	case form.Design != "":
		validateDesign(c, form.Design)
		return
	case form.Plugin == core.DesignPlugin:
		c.Say(At("form"), "This plugin asks forms from the designer. Name one of them: %sKEY.", designPrefix)
		return
	}
	name := form.Plugin + "/" + form.Entry
	known := make([]string, len(c.Known.Forms))
	for i, f := range c.Known.Forms {
		known[i] = formPrefix + f
	}
	if !slices.Contains(c.Known.Forms, name) {
		c.Exists(At("form"), "form", formPrefix+name, known)
	}
}

func validateField(c *Check, at Path, f core.Field) {
	c.Key(at.And("key"), f.Key)
	c.Words(at.And("label"), f.Label, maxName)
	if !f.Hint.IsZero() {
		c.Words(at.And("hint"), f.Hint, maxDescription)
	}
	validateChoices(c, at, f)
	isText := f.Kind == core.FieldText || f.Kind == core.FieldLongText
	switch {
	case f.MaxLength > 0 && !isText:
		c.Say(at.And("max_length"), "Only text and long_text have a max_length.")
	case f.MaxLength > maxAnswer:
		c.Say(at.And("max_length"), "%d letters are the most.", maxAnswer)
	}
	if kinds := kindsFor(f.Is); kinds != nil && !slices.Contains(kinds, f.Kind) {
		c.Say(at.And("is"), "Only a field of the kind %s can be the %s; this one is %s.", oneOf(words(kinds), "or"), useWords(f.Is), f.Kind)
	}
	if f.Private && f.Required {
		c.Say(at.And("required"), "A private field is not asked, so it cannot be required.")
	}
}

func validateChoices(c *Check, at Path, f core.Field) {
	isChoice := f.Kind == core.FieldChoice || f.Kind == core.FieldChoices
	at = at.And("choices")
	switch {
	case isChoice && len(f.Choices) == 0 && f.Is == core.UseSubtype:
		c.Say(at, "The choices are the type's subtypes, and it has none.")
	case isChoice && len(f.Choices) == 0:
		c.Say(at, "There is nothing to choose from. List the choices.")
	case !isChoice && len(f.Choices) > 0:
		c.Say(at, "Only choice and choices have choices; this is %s.", f.Kind)
	}
	Entries(c, at, "choice", f.Choices, func(ch core.Choice) (string, core.Text) { return ch.Key, ch.Name })
	if f.Is != core.UseSubtype {
		return
	}
	for i, choice := range f.Choices {
		c.Exists(at.And(i), "subtype", choice.Key, subtypeKeys(c.Type))
	}
}

// kindsFor says which kinds of field may be a column of the case.
func kindsFor(use core.FieldUse) []core.FieldKind {
	switch use {
	case core.UseSubject:
		return []core.FieldKind{core.FieldText}
	case core.UseName:
		return []core.FieldKind{core.FieldText}
	case core.UseDescription:
		return []core.FieldKind{core.FieldText, core.FieldLongText}
	case core.UseSubtype:
		return []core.FieldKind{core.FieldChoice}
	case core.UsePlace:
		return []core.FieldKind{core.FieldLocation}
	case core.UseEmail:
		return []core.FieldKind{core.FieldEmail}
	case core.UsePhone:
		return []core.FieldKind{core.FieldPhone}
	}
	return nil
}

func useWords(use core.FieldUse) string {
	switch use {
	case core.UseName:
		return "requester's name"
	case core.UseEmail:
		return "requester's email address"
	case core.UsePhone:
		return "requester's telephone number"
	}
	return "case's " + string(use)
}

// subtypeChoices are the choices of a field that is the case's subtype: the
// type's subtypes, unless the file lists some of them.
func subtypeChoices(t *core.CaseType) []core.Choice {
	if len(t.Subtypes) == 0 {
		return nil
	}
	out := make([]core.Choice, len(t.Subtypes))
	for i, s := range t.Subtypes {
		out[i] = core.Choice{Key: s.Key, Name: s.Name}
	}
	return out
}
