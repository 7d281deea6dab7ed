package intake

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
)

// maxWords bounds names and addresses, in letters, as the door does.
const maxWords = 500

// otherSubtype is the subtype of what fits no other, in types that have it.
const otherSubtype = "other"

// wish makes the command that raises what a form asks for, as far as the case
// type allows it. Nobody should lose a complaint because a form knows a field
// that the type does not: what has no place is left out and named; the
// submission keeps every answer in words.
func wish(t *core.CaseType, r *forms.Raise) (raise *cases.Raise, left []string) {
	raise = &cases.Raise{
		Type: t.Key, Channel: core.ChannelWeb, Anonymous: r.Anonymous,
		Subject: line(r.Subject, cases.MaxSubject), Description: text(r.Description, cases.MaxDescription),
		Address: text(r.Address, maxWords), Fields: map[string]any{},
	}
	if raise.Subject == "" {
		raise.Subject = t.Name.String()
	}
	if r.Place != nil && r.Place.Valid() {
		raise.Place = r.Place
	}
	var note string
	if raise.Subtype, note = subtype(t, r.Subtype); note != "" {
		left = append(left, note)
	}
	switch {
	case t.MayHold(r.Group):
		raise.Group = r.Group
	case r.Group != "":
		left = append(left, "group "+r.Group)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		if value, ok := fieldValue(t, key, r.Fields[key]); ok {
			raise.Fields[key] = value
		} else {
			left = append(left, "field "+key)
		}
	}
	return raise, left
}

// subtype is the one asked for, or "other", or none; note names what the type
// does not have.
func subtype(t *core.CaseType, key string) (found, note string) {
	if sub, ok := t.Subtype(key); ok {
		return sub.Key, ""
	}
	if key != "" {
		note = "subtype " + key
	}
	if other, ok := t.Subtype(otherSubtype); ok {
		return other.Key, note
	}
	return "", note
}

// fieldValue makes what was typed a value of the type's field. Private fields
// are staff's own.
func fieldValue(t *core.CaseType, key string, typed []string) (any, bool) {
	field, ok := t.Field(key)
	if !ok || field.Private {
		return nil, false
	}
	cleaned := make([]string, len(typed))
	for i, s := range typed {
		cleaned[i] = text(s, field.Limit())
	}
	value, ok := forms.Value(field, cleaned)
	return value, ok && field.Check(value) == ""
}

// contact is how the requester says they are reached.
func contact(p *forms.Party) core.Contact {
	if p == nil {
		return core.Contact{}
	}
	return core.Contact{
		Name: line(p.Name, maxWords), Email: line(p.Email, maxWords), Phone: line(p.Phone, maxWords), Address: text(p.Address, maxWords),
	}
}

// line is text in one line.
func line(s string, most int) string { return text(strings.Join(strings.Fields(s), " "), most) }

// text is what the door takes of what came from outside. Letters that cannot be
// shown, as pasting from a PDF brings them, go: nobody is to type a complaint
// again for their sake.
func text(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if letters := []rune(s); len(letters) > most {
		return strings.TrimSpace(string(letters[:most]))
	}
	return s
}
