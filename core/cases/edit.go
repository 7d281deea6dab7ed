package cases

import (
	"context"
	"maps"
	"strings"
	"time"

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

// ChangeReceived puts right when a case reached the organisation:
// case.change_received. Targets that count from then follow.
type ChangeReceived struct {
	Received time.Time `json:"received"`
	Reason   string    `json:"reason"`
}

// maxReceivedReason is the most letters of the reason.
const maxReceivedReason = 500

// Name implements [Command].
func (*ChangeReceived) Name() core.CommandName { return "case.change_received" }

// Needs implements [Command].
func (*ChangeReceived) Needs() core.Permission { return core.MayWork }

// Touches implements [Command].
func (*ChangeReceived) Touches() []core.Aspect { return []core.Aspect{core.AspectReceived} }

// Apply implements [Command].
func (c *ChangeReceived) Apply(_ context.Context, w *Work) error {
	reason, wrong := core.CleanLines(c.Reason, maxReceivedReason)
	received := c.Received.UTC().Truncate(time.Microsecond)
	switch {
	case wrong != "":
		return core.InvalidField("reason", "%s", wrong)
	case reason == "":
		return core.InvalidField("reason", "Give the reason.")
	case c.Received.IsZero():
		return core.InvalidField("received", "Say when it was received.")
	case received.After(w.Now):
		return core.InvalidField("received", "The date received must not be in the future.")
	case received.After(w.Case.RaisedAt):
		return core.InvalidField("received", "It was received before it was entered here, on %s at the latest.", w.Case.RaisedAt.Format("2 January 2006 15:04"))
	case received.Before(w.Case.RaisedAt.AddDate(-maxYearsReceived, 0, 0)):
		return core.InvalidField("received", "Give a date within %d years of when it was entered.", maxYearsReceived)
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case received.Equal(w.Case.ReceivedAt):
		return core.Conflict("This is the date received already.")
	}
	w.Case.ReceivedAt = received
	w.Record(core.ReceivedChanged, core.About{"reason": reason})
	return nil
}

// maxYearsReceived bounds how long a letter may have lain: a year with a digit
// too few is no date that anybody meant.
const maxYearsReceived = 100
