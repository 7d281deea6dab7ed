package routinepages

import (
	"reflect"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/web/editing"
)

// Conditions edits conditions of a scope that stand elsewhere than in routines,
// with the same rows, lists and findings.
func (p *Pages) Conditions(scope conditions.Scope) editing.Conditions {
	return conditionEditor{p, scope}
}

type conditionEditor struct {
	p     *Pages
	scope conditions.Scope
}

// inSent stands in a form that has the inputs of a condition.
const inSent = "if-sent"

// Part implements [editing.Conditions].
func (c conditionEditor) Part(e *editing.Edit, text string, written bool, at casetypes.Path) *editing.Part {
	language := c.language()
	rows, ok := language.FormOf(e.Type, text)
	f := form{any: rows.Any, rows: rows.Rows, written: written || !ok, text: text}
	if e.Values.Has(inSent) {
		f = sentForm(e.Values, c.known(e.Type))
	}
	names := namesOf(e.Type, e.Groups)
	mine := c.known(e.Type)
	names = slices.DeleteFunc(names, func(n conditions.Name) bool { _, has := mine[n.Path]; return !has })
	return &editing.Part{Template: "routinepages/condition", Data: ifPart(e, f, at, language, names)}
}

// Presses implements [editing.Conditions].
func (c conditionEditor) Presses(e *editing.Edit) bool {
	return e.Values.Has(inSent) && slices.Contains([]string{"row", "row-remove", "expression", "rows"}, e.Do)
}

// Take implements [editing.Conditions].
func (c conditionEditor) Take(e *editing.Edit, before string) (text string, written bool, err error) {
	if !e.Values.Has(inSent) {
		return before, false, nil
	}
	names := c.known(e.Type)
	f := sentForm(e.Values, names)
	switch e.Do {
	case "row":
		err = f.addRow(names[e.Get("row-new")])
	case "row-remove":
		_, err = f.press(e.Do, e.What, names, e.Known)
	}
	if err != nil {
		return before, f.written, err
	}
	if text = f.text; !f.written {
		if text, err = f.condition(e.Type, names); err != nil {
			return before, false, err
		}
		if was, ok := c.language().FormOf(e.Type, before); ok && reflect.DeepEqual(was, conditions.Form{Any: f.any, Rows: f.rows}) {
			text = before // as it was written
		}
	}
	if e.Do != "rows" {
		return text, f.written || e.Do == "expression", nil
	}
	if _, ok := c.language().FormOf(e.Type, text); !ok {
		return before, true, core.InvalidField(inText, "This says more than rows can, or has a mistake. It stays an expression.")
	}
	return text, false, nil
}

// Words implements [editing.Conditions].
func (c conditionEditor) Words(e *editing.Edit, text string) string {
	return c.p.conditionWords(e.Type, e.Groups, text)
}

func (c conditionEditor) language() *conditions.Compiler {
	return c.p.o.Routines.Conditions().Of(c.scope)
}

// known are the names of the scope by path.
func (c conditionEditor) known(t *core.CaseType) map[string]conditions.Name {
	out := map[string]conditions.Name{}
	for _, n := range c.language().Names(t) {
		out[n.Path] = n
	}
	return out
}
