package routinepages

import (
	"slices"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
)

// IfPart is the condition of a routine: rows, or an expression.
type IfPart struct {
	Written  bool
	Error    string // of rows
	Any      bool
	Rows     []RowPart
	Names    []OptionGroup // to add a row with
	Text     string
	Problems []ProblemPart
	Known    []KnownName
	Functions
}

// Functions are those that expressions may use.
type Functions []conditions.Function

// RowPart is one row.
type RowPart struct {
	No     int // from 1
	At     int // from 0, as inputs have it
	Joined string
	Name   string
	Names  []OptionGroup
	Op     string
	Ops    []layout.Option
	Input  string // "none", "one", "several", "text", "date" or "number"
	Values []editing.Tick
	Value  string
	Hint   string
}

// ProblemPart is one thing that is wrong with an expression, in its line.
type ProblemPart struct {
	Place               string
	Message             string
	Before, Here, After string
	Meant               string
}

// KnownName is a name that expressions may use.
type KnownName struct {
	Path, Kind, Doc, Values string
}

func (p *Pages) ifPart(e *editing.Edit, f form, at casetypes.Path) IfPart {
	return ifPart(e, f, at, p.o.Routines.Conditions(), namesOf(e.Type, e.Groups))
}

// ifPart shows a condition of a language, with the names that it may use.
func ifPart(e *editing.Edit, f form, at casetypes.Path, language *conditions.Compiler, names []conditions.Name) IfPart {
	events := f.kind == core.TriggerEvent
	part := IfPart{Written: f.written, Any: f.any, Text: f.text, Names: nameOptions(e.Type, names, events, "")}
	if f.written {
		part.Problems = problemsOf(language, e.Type, f.text)
		part.Functions = conditions.Functions()
		for _, n := range names {
			part.Known = append(part.Known, KnownName{n.Path, string(n.Kind), capital(n.Doc), valuesOf(n)})
		}
		return part
	}
	part.Error = e.Problem(at)
	for i, row := range f.rows {
		j := slices.IndexFunc(names, func(n conditions.Name) bool { return n.Path == row.Name })
		if j < 0 {
			continue
		}
		part.Rows = append(part.Rows, rowPart(e.Type, i, f.any, names[j], row, nameOptions(e.Type, names, events, row.Name)))
	}
	return part
}

func rowPart(t *core.CaseType, at int, any bool, n conditions.Name, row conditions.Row, names []OptionGroup) RowPart {
	r := RowPart{No: at + 1, At: at, Name: n.Path, Names: names, Op: string(row.Op), Input: inputOf(n, row.Op)}
	switch {
	case at > 0 && any:
		r.Joined = "or"
	case at > 0:
		r.Joined = "and"
	default:
		r.Joined = "if"
	}
	for _, op := range conditions.OpsOf(n.Kind) {
		r.Ops = append(r.Ops, layout.Option{Value: string(op), Label: opWords(n.Kind, op)})
	}
	switch {
	case n.Kind == conditions.Length:
		r.Hint = "days"
	case r.Input == "text" && (row.Op == conditions.OneOf || row.Op == conditions.NoneOf):
		r.Hint = "with commas between"
	}
	r.Value = strings.Join(row.Values, ", ")
	for _, c := range n.Choices {
		r.Values = append(r.Values, editing.Tick{Value: c.Key, Label: choiceName(n.Choices, c.Key), On: slices.Contains(row.Values, c.Key)})
	}
	for _, v := range row.Values {
		if v != "" && !slices.ContainsFunc(n.Choices, func(c core.Choice) bool { return c.Key == v }) {
			r.Values = append(r.Values, editing.Tick{Value: v, Label: v + " (there is none)", On: true})
		}
	}
	return r
}

// inputOf says how the value of a row is asked for.
func inputOf(n conditions.Name, op conditions.Op) string {
	several := op == conditions.OneOf || op == conditions.NoneOf
	switch {
	case n.Kind == conditions.YesNo || !takesValue(op):
		return "none"
	case n.Kind == conditions.Time:
		return "date"
	case n.Kind == conditions.Whole || n.Kind == conditions.Number || n.Kind == conditions.Length:
		return "number"
	case len(n.Choices) > 0 && several:
		return "several"
	case len(n.Choices) > 0 && (op == conditions.Is || op == conditions.IsNot || n.Kind == conditions.List):
		return "one"
	}
	return "text"
}

// problemsOf shows what is wrong with an expression where it is.
func problemsOf(language *conditions.Compiler, t *core.CaseType, text string) []ProblemPart {
	var out []ProblemPart
	for _, problem := range language.Check(t, text) {
		part := ProblemPart{Message: problem.Message, Meant: problem.Meant}
		if problem.Line > 0 {
			at := problem
			at.Message = ""
			part.Place = strings.TrimRight(at.String(), ": ")
			part.Before, part.Here, part.After = around(text, problem.Line, problem.Column)
		}
		out = append(out, part)
	}
	return out
}

// around takes a line apart at a column, which is in letters from 1: what is
// before it, the word there, and what follows.
func around(text string, line, column int) (before, here, after string) {
	lines := strings.Split(text, "\n")
	if line > len(lines) {
		return "", "", ""
	}
	letters := []rune(lines[line-1])
	from := min(max(column-1, 0), len(letters))
	to := from
	for to < len(letters) && (to == from || unicode.IsLetter(letters[to]) || unicode.IsDigit(letters[to]) || letters[to] == '_' || letters[to] == '.') {
		to++
	}
	const most = 60
	before, here, after = string(letters[max(0, from-most):from]), string(letters[from:to]), string(letters[to:min(len(letters), to+most)])
	if here == "" {
		here = "⏎"
	}
	return before, here, after
}

// valuesOf lists what a name may be, as expressions have it.
func valuesOf(n conditions.Name) string {
	const most = 12
	keys := make([]string, 0, most)
	for i, c := range n.Choices {
		if i == most {
			return strings.Join(keys, ", ") + " …"
		}
		keys = append(keys, `"`+c.Key+`"`)
	}
	return strings.Join(keys, ", ")
}
