package editing

import "github.com/casement-dev/casement/core/casetypes"

// Conditions edits the condition of whatever carries one: as rows of lists, or
// as an expression. Its inputs stand in a group of the panel's form.
type Conditions interface {
	// Part shows a condition, or what was sent of it. Written asks for the
	// expression where rows could say it.
	Part(e *Edit, text string, written bool, at casetypes.Path) *Part
	// Presses reports whether a button is one of the condition's: the form is read
	// with [Conditions.Take] then, and shown again.
	Presses(e *Edit) bool
	// Take reads what was sent, does what its buttons ask for, and says whether the
	// condition is shown as an expression from now on. What was not sent, and what
	// says the same, stays as it was before.
	Take(e *Edit, before string) (text string, written bool, err error)
	// Words says a condition to a person; an expression that rows cannot say is
	// shown as it is.
	Words(e *Edit, text string) string
}
