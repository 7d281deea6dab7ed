package conditions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/casement-dev/casement/core"
)

// Form is a condition as rows of drop-down lists: all of them must hold, or any.
// The zero Form always holds.
type Form struct {
	Any  bool  `json:"any,omitempty"`
	Rows []Row `json:"rows,omitempty"`
}

// Row compares one name.
type Row struct {
	Name   string   `json:"name"` // path of a [Name]
	Op     Op       `json:"op"`
	Values []string `json:"values,omitempty"` // one for most; several for one_of; none for yes, no, empty, given …
}

// Op is how a row compares.
type Op string

// The comparisons. Which of them a kind has is said by [OpsOf].
const (
	Is          Op = "is"
	IsNot       Op = "is_not"
	OneOf       Op = "one_of"
	NoneOf      Op = "none_of"
	Contains    Op = "contains"
	ContainsNot Op = "contains_not"
	Empty       Op = "empty"
	NotEmpty    Op = "not_empty"
	Yes         Op = "yes"
	No          Op = "no"
	Below       Op = "below" // of times: before
	AtMost      Op = "at_most"
	Above       Op = "above" // of times: after
	AtLeast     Op = "at_least"
	Given       Op = "given"
	NotGiven    Op = "not_given"
)

// OpsOf lists the comparisons that a kind has, the usual one first. A kind
// without any stands in no row.
func OpsOf(kind Kind) []Op {
	switch kind {
	case Text:
		return []Op{Is, IsNot, OneOf, NoneOf, Contains, ContainsNot, Empty, NotEmpty}
	case Whole, Number:
		return []Op{Is, IsNot, Above, AtLeast, Below, AtMost}
	case YesNo:
		return []Op{Yes, No}
	case Time:
		return []Op{Below, Above, Given, NotGiven}
	case Length:
		return []Op{Above, Below}
	case List:
		return []Op{Contains, ContainsNot}
	}
	return nil
}

// Words says a comparison to a person.
func (o Op) Words() string {
	switch o {
	case OneOf:
		return "is one of"
	case NoneOf:
		return "is none of"
	case ContainsNot:
		return "does not contain"
	case Empty:
		return "is empty"
	case NotEmpty:
		return "is not empty"
	case Yes:
		return "is yes"
	case No:
		return "is no"
	case Below:
		return "is less than, or before"
	case AtMost:
		return "is at most"
	case Above:
		return "is more than, or after"
	case AtLeast:
		return "is at least"
	case Given:
		return "is given"
	case NotGiven:
		return "is not given"
	}
	return strings.ReplaceAll(string(o), "_", " ")
}

// maxRows bounds a form.
const maxRows = 20

// Text writes the form as an expression, for a case type. Errors: invalid, for a
// name that there is not, or a value that does not fit it.
func (f Form) Text(t *core.CaseType) (string, error) {
	if len(f.Rows) > maxRows {
		return "", core.Invalid("A condition of rows has %d at most. Write it as an expression.", maxRows)
	}
	known := vocabularyOf(t, OfRoutine)
	parts := make([]string, len(f.Rows))
	for i, row := range f.Rows {
		name, ok := known[row.Name]
		if !ok {
			return "", core.InvalidField("name", "There is no “%s”.", clip(row.Name, 60))
		}
		var err error
		if parts[i], err = row.text(name.Kind); err != nil {
			return "", err
		}
	}
	if f.Any {
		return strings.Join(parts, " || "), nil
	}
	return strings.Join(parts, " && "), nil
}

// signs are the comparisons that CEL writes with a sign between two values.
var signs = map[Op]string{Is: "==", IsNot: "!=", Below: "<", AtMost: "<=", Above: ">", AtLeast: ">="}

func (r Row) text(kind Kind) (string, error) {
	if !slices.Contains(OpsOf(kind), r.Op) {
		return "", core.InvalidField("op", "“%s” cannot be asked of “%s”.", r.Op.Words(), r.Name)
	}
	switch r.Op {
	case Yes:
		return r.Name, nil
	case No:
		return "!" + r.Name, nil
	case Empty:
		return r.Name + ` == ""`, nil
	case NotEmpty:
		return r.Name + ` != ""`, nil
	case Given:
		return "given(" + r.Name + ")", nil
	case NotGiven:
		return "!given(" + r.Name + ")", nil
	case OneOf, NoneOf:
		if len(r.Values) == 0 {
			return "", core.InvalidField("values", "Choose at least one value for “%s”.", r.Name)
		}
		quoted := make([]string, len(r.Values))
		for i, v := range r.Values {
			quoted[i] = strconv.Quote(v)
		}
		text := r.Name + " in [" + strings.Join(quoted, ", ") + "]"
		if r.Op == NoneOf {
			return "!(" + text + ")", nil
		}
		return text, nil
	}
	if len(r.Values) != 1 {
		return "", core.InvalidField("values", "Give one value for “%s”.", r.Name)
	}
	value, err := literal(kind, r.Values[0], r.Name)
	switch {
	case err != nil:
		return "", err
	case kind == List && r.Op == Contains:
		return value + " in " + r.Name, nil
	case kind == List:
		return "!(" + value + " in " + r.Name + ")", nil
	case r.Op == Contains:
		return r.Name + ".contains(" + value + ")", nil
	case r.Op == ContainsNot:
		return "!" + r.Name + ".contains(" + value + ")", nil
	}
	return r.Name + " " + signs[r.Op] + " " + value, nil
}

// literal writes a value as CEL has it.
func literal(kind Kind, value, name string) (string, error) {
	switch kind {
	case Whole, Length:
		n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 32)
		if err != nil {
			return "", core.InvalidField("values", "“%s” is compared with a whole number.", name)
		}
		if kind == Length {
			return fmt.Sprintf("days(%d)", n), nil
		}
		return strconv.FormatInt(n, 10), nil
	case Number:
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || n != n || n > 1e15 || n < -1e15 {
			return "", core.InvalidField("values", "“%s” is compared with a number.", name)
		}
		text := strconv.FormatFloat(n, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text, nil
	case Time:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "", core.InvalidField("values", "“%s” is compared with a date, such as 2026-11-20.", name)
		}
		return `date("` + value + `")`, nil
	}
	return strconv.Quote(value), nil
}

// FormOf reads an expression as rows; false when it says more than rows can.
func (c *Compiler) FormOf(t *core.CaseType, text string) (Form, bool) {
	if strings.TrimSpace(text) == "" {
		return Form{}, true
	}
	if _, problems := c.compile(t, text); len(problems) > 0 {
		return Form{}, false
	}
	base, err := c.base()
	if err != nil {
		return Form{}, false
	}
	parsed, issues := base.Parse(text)
	if issues.Err() != nil {
		return Form{}, false
	}
	known, root := c.terms(t).known, parsed.NativeRep().Expr()
	var f Form
	join := operators.LogicalAnd
	if isCall(root, operators.LogicalOr) {
		f.Any, join = true, operators.LogicalOr
	}
	for _, part := range parts(root, join) {
		row, ok := rowOf(known, part)
		if !ok || len(f.Rows) == maxRows {
			return Form{}, false
		}
		f.Rows = append(f.Rows, row)
	}
	return f, true
}

func isCall(e ast.Expr, function string) bool {
	return e.Kind() == ast.CallKind && e.AsCall().FunctionName() == function
}

// parts takes a chain of one operator apart.
func parts(e ast.Expr, operator string) []ast.Expr {
	if !isCall(e, operator) {
		return []ast.Expr{e}
	}
	args := e.AsCall().Args()
	return append(parts(args[0], operator), parts(args[1], operator)...)
}

// rowOf reads one comparison.
func rowOf(known vocabulary, e ast.Expr) (Row, bool) {
	if path, ok := qualified(e); ok {
		return Row{Name: path, Op: Yes}, known[path].Kind == YesNo
	}
	if e.Kind() != ast.CallKind {
		return Row{}, false
	}
	call := e.AsCall()
	if call.FunctionName() == operators.LogicalNot {
		row, ok := rowOf(known, call.Args()[0])
		opposite, has := map[Op]Op{Yes: No, OneOf: NoneOf, Contains: ContainsNot, Given: NotGiven}[row.Op]
		row.Op = opposite
		return row, ok && has
	}
	args := call.Args()
	switch {
	case call.IsMemberFunction() && call.FunctionName() == "contains" && len(args) == 1:
		path, ok := qualified(call.Target())
		value, is := textOf(args[0])
		return Row{path, Contains, []string{value}}, ok && is && known[path].Kind == Text
	case call.FunctionName() == "given" && len(args) == 1:
		path, ok := qualified(args[0])
		return Row{Name: path, Op: Given}, ok && known[path].Kind == Time
	case call.FunctionName() == operators.In:
		return inRow(known, args)
	}
	signed := map[string]Op{
		operators.Equals: Is, operators.NotEquals: IsNot, operators.Less: Below, operators.LessEquals: AtMost,
		operators.Greater: Above, operators.GreaterEquals: AtLeast,
	}
	op, ok := signed[call.FunctionName()]
	if !ok || len(args) != 2 {
		return Row{}, false
	}
	return signedRow(known, op, args)
}

func signedRow(known vocabulary, op Op, args []ast.Expr) (Row, bool) {
	path, ok := qualified(args[0])
	kind := known[path].Kind
	value, is := valueOf(kind, args[1])
	if !ok || !is {
		return Row{}, false
	}
	if kind == Text && value == "" {
		switch op {
		case Is:
			return Row{Name: path, Op: Empty}, true
		case IsNot:
			return Row{Name: path, Op: NotEmpty}, true
		}
	}
	return Row{path, op, []string{value}}, slices.Contains(OpsOf(kind), op)
}

func inRow(known vocabulary, args []ast.Expr) (Row, bool) {
	if path, ok := qualified(args[0]); ok && args[1].Kind() == ast.ListKind && known[path].Kind == Text {
		row := Row{Name: path, Op: OneOf}
		for _, item := range args[1].AsList().Elements() {
			value, is := textOf(item)
			if !is {
				return Row{}, false
			}
			row.Values = append(row.Values, value)
		}
		return row, len(row.Values) > 0
	}
	path, ok := qualified(args[1])
	value, is := textOf(args[0])
	return Row{path, Contains, []string{value}}, ok && is && known[path].Kind == List
}

func textOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().Value().(string)
	return text, ok
}

// valueOf reads the literal of a kind, as rows write it.
func valueOf(kind Kind, e ast.Expr) (string, bool) {
	switch kind {
	case Text:
		return textOf(e)
	case Whole, Number:
		if e.Kind() != ast.LiteralKind {
			return "", false
		}
		switch n := e.AsLiteral().Value().(type) {
		case int64:
			return strconv.FormatInt(n, 10), true
		case float64:
			return strconv.FormatFloat(n, 'f', -1, 64), true
		}
	case Time, Length:
		function := map[Kind]string{Time: "date", Length: "days"}[kind]
		if !isCall(e, function) || len(e.AsCall().Args()) != 1 {
			return "", false
		}
		if kind == Time {
			return textOf(e.AsCall().Args()[0])
		}
		return valueOf(Whole, e.AsCall().Args()[0])
	}
	return "", false
}
