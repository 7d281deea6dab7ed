package render

import (
	"errors"
	"sort"

	"github.com/casement-dev/casement/core"
)

// Problems are the messages of a form that was sent with mistakes: one for the
// form, and one for each field, in the order of the form.
type Problems struct {
	Message string
	Items   []FieldProblem
}

// FieldProblem is the message of one field.
type FieldProblem struct {
	Field   string // its name, which is also its id
	Message string
}

// ProblemsOf returns the messages in err and true, if err says that the input
// is wrong; every other error is for the caller to return. order names the
// fields as the form shows them; messages for other fields come after.
func ProblemsOf(err error, order ...string) (Problems, bool) {
	var e *core.Error
	if !errors.As(err, &e) || e.Kind != core.ErrInvalid {
		return Problems{}, false
	}
	p := Problems{Message: e.Message}
	seen := map[string]bool{}
	for _, field := range order {
		if message, ok := e.Fields[field]; ok && !seen[field] {
			seen[field] = true
			p.Items = append(p.Items, FieldProblem{field, message})
		}
	}
	known := len(p.Items)
	for field, message := range e.Fields {
		if !seen[field] {
			p.Items = append(p.Items, FieldProblem{field, message})
		}
	}
	rest := p.Items[known:]
	sort.Slice(rest, func(i, j int) bool { return rest[i].Field < rest[j].Field })
	return p, true
}

// Any reports whether there is something to say.
func (p Problems) Any() bool { return p.Message != "" || len(p.Items) > 0 }

// For returns the message of one field, or "".
func (p Problems) For(field string) string {
	for _, item := range p.Items {
		if item.Field == field {
			return item.Message
		}
	}
	return ""
}
