package cases

import (
	"context"
	"maps"
	"strings"

	"github.com/casement-dev/casement/core"
)

// SetField changes one field of a case: case.set_field. A nil value clears it.
type SetField struct {
	Field string `json:"field"`
	Value any    `json:"value"`
}

// Name implements [Command].
func (*SetField) Name() core.CommandName { return "case.set_field" }

// Needs implements [Command].
func (*SetField) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (f *SetField) Touches() []core.Aspect { return []core.Aspect{core.FieldAspect(f.Field)} }

// Apply implements [Command].
func (f *SetField) Apply(_ context.Context, w *Work) error {
	field, ok := w.Type.Field(f.Field)
	if !ok {
		return core.InvalidField(f.Field, "This case type has no such field.")
	}
	if wrong := field.Check(f.Value); wrong != "" {
		return core.InvalidField(f.Field, "%s", wrong)
	}
	fields := maps.Clone(w.Case.Fields)
	if fields == nil {
		fields = map[string]any{}
	}
	if f.Value == nil {
		delete(fields, f.Field)
	} else {
		fields[f.Field] = f.Value
	}
	w.Case.Fields = fields
	w.Record(core.FieldChanged, core.About{"field": f.Field})
	return nil
}

// ChangeContact changes how the requester is reached: case.change_contact. The
// requester is told.
type ChangeContact struct {
	Contact core.Contact `json:"contact"`
}

// Name implements [Command].
func (*ChangeContact) Name() core.CommandName { return "case.change_contact" }

// Needs implements [Command].
func (*ChangeContact) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangeContact) Touches() []core.Aspect { return []core.Aspect{core.AspectContact} }

// Apply implements [Command].
func (c *ChangeContact) Apply(_ context.Context, w *Work) error {
	if w.Case.Anonymous {
		return core.Conflict("This case was raised anonymously. It has no contact details.")
	}
	contact := core.Contact{
		Name: strings.TrimSpace(c.Contact.Name), Phone: strings.TrimSpace(c.Contact.Phone),
		Address: strings.TrimSpace(c.Contact.Address),
	}
	if email := strings.TrimSpace(c.Contact.Email); email != "" {
		parsed, err := core.ParseEmail(email)
		if err != nil {
			return core.InvalidField("email", "Enter an email address in the correct format, like name@example.org.")
		}
		contact.Email = parsed
	}
	for name, words := range map[string]string{"name": contact.Name, "phone": contact.Phone, "address": contact.Address} {
		if len([]rune(words)) > maxWords {
			return core.InvalidField(name, "This must be %d letters or fewer.", maxWords)
		}
	}
	if contact == w.Case.Contact {
		return core.Conflict("These are the contact details already.")
	}
	w.Case.Contact = contact
	w.Record(core.ContactChanged, nil)
	return nil
}

// ChangeMyContact changes how the requester is reached, by the requester:
// case.change_contact as the portal sends it.
type ChangeMyContact struct {
	ChangeContact
}

// Needs implements [Command].
func (*ChangeMyContact) Needs() core.Permission { return core.MayRequest }
