// Package conditions reads and answers the conditions of routines and targets.
// It is the only CEL code: an expression is checked against the names that a
// case type has, so that a mistake is found when it is written, and it is
// answered within a limit on what it may cost.
//
//	conditions.go  compiled once by text; answered for one case
//	scope.go       what a condition is asked of
//	names.go       which names it may use, with their kinds and choices
//	facts.go       what the names stand for
//	problems.go    what is wrong with an expression, in words and with its place
//	rows.go        the same expression as rows of drop-down lists
package conditions

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/casement-dev/casement/core"
)

// Limits of one condition. The cost is CEL's own measure: about one for each
// step, and more for long texts.
const (
	maxCost      = 20_000
	maxDepth     = 40    // of brackets in brackets
	maxKept      = 2_000 // compiled conditions
	maxTypes     = 200   // published types whose names are kept
	maxValue     = 200   // letters of a value in an explanation
	checkEvery   = 100   // steps between two looks at the context
	maxProblems  = 10
	maxUsedNames = 50
)

// Compiler makes conditions of one scope ready, and keeps them by their text. It
// is safe for concurrent use. [Compiler.Of] gives those of other scopes, which
// share what is kept.
type Compiler struct {
	*shelf
	scope Scope
}

// shelf is what compilers of all scopes share.
type shelf struct {
	base func() (*cel.Env, error) // made when it is first asked for

	mu    sync.Mutex
	envs  map[string]*cel.Env
	kept  map[kept]*Condition
	types map[scoped]terms // of published types, which never change
}

// scoped names what the names of a condition depend on.
type scoped struct {
	caseType *core.CaseType
	scope    Scope
}

// terms are the names of a case type, and what tells them from another's.
type terms struct {
	known       vocabulary
	fingerprint string
}

// terms finds the names of a case type.
func (c *Compiler) terms(t *core.CaseType) terms {
	name := scoped{t, c.scope}
	c.mu.Lock()
	found, ok := c.types[name]
	c.mu.Unlock()
	if ok {
		return found
	}
	found.known = vocabularyOf(t, c.scope)
	found.fingerprint = found.known.fingerprint()
	if t.Version == 0 {
		return found // a draft, which may change
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.types) >= maxTypes {
		clear(c.types)
	}
	c.types[name] = found
	return found
}

type kept struct{ vocabulary, text string }

// New makes a compiler of conditions of routines.
func New() *Compiler {
	return &Compiler{shelf: &shelf{
		base: sync.OnceValues(language), envs: map[string]*cel.Env{}, kept: map[kept]*Condition{}, types: map[scoped]terms{},
	}}
}

// language is CEL as conditions have it, before any case type.
func language() (*cel.Env, error) {
	return cel.NewEnv(append(functions(),
		cel.ParserExpressionSizeLimit(core.MaxCondition),
		cel.ParserRecursionLimit(maxDepth),
		cel.CrossTypeNumericComparisons(true),
	)...)
}

// Condition is an expression that has been checked. The zero Condition, of an
// empty text, always holds.
type Condition struct {
	text    string
	program cel.Program
	names   []string // that it uses, in their order
	known   vocabulary
}

// Compile checks a condition against the names of a case type. The error is an
// invalid one, and says where.
func (c *Compiler) Compile(t *core.CaseType, text string) (*Condition, error) {
	condition, problems := c.compile(t, text)
	if len(problems) > 0 {
		return nil, core.Invalid("%s", problems[0].String())
	}
	return condition, nil
}

// Check says everything that is wrong with a condition, with line and column.
func (c *Compiler) Check(t *core.CaseType, text string) []Problem {
	_, problems := c.compile(t, text)
	return problems
}

func (c *Compiler) compile(t *core.CaseType, text string) (*Condition, []Problem) {
	if strings.TrimSpace(text) == "" {
		return &Condition{}, nil
	}
	if utf8.RuneCountInString(text) > core.MaxCondition || !utf8.ValidString(text) {
		return nil, []Problem{{Message: fmt.Sprintf("A condition has %d letters at most.", core.MaxCondition)}}
	}
	words := c.terms(t)
	known, name := words.known, kept{words.fingerprint, text}
	c.mu.Lock()
	condition := c.kept[name]
	c.mu.Unlock()
	if condition != nil {
		return condition, nil
	}
	env, err := c.env(known, name.vocabulary)
	if err != nil {
		return nil, []Problem{{Message: "The fields of this case type cannot be used in conditions."}}
	}
	condition, problems := compile(env, known, c.scope.beyond(t), text)
	if len(problems) > 0 {
		return nil, problems
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxKept {
		clear(c.kept)
	}
	c.kept[name] = condition
	return condition, nil
}

// env is the language with the names of a case type. Types with the same names
// share one.
func (c *Compiler) env(known vocabulary, fingerprint string) (*cel.Env, error) {
	c.mu.Lock()
	env := c.envs[fingerprint]
	c.mu.Unlock()
	if env != nil {
		return env, nil
	}
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	if env, err = base.Extend(known.declarations()...); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.envs) >= maxKept {
		clear(c.envs)
	}
	c.envs[fingerprint] = env
	return env, nil
}

func compile(env *cel.Env, known, beyond vocabulary, text string) (*Condition, []Problem) {
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, syntaxProblems(issues)
	}
	uses := &uses{known: known, beyond: beyond, info: parsed.NativeRep().SourceInfo()}
	uses.walk(parsed.NativeRep().Expr(), nil)
	if len(uses.problems) > 0 {
		return nil, uses.problems
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, kindProblems(issues)
	}
	if checked.OutputType() != cel.BoolType {
		return nil, []Problem{{Line: 1, Column: 1, Message: fmt.Sprintf("A condition is answered by yes or no; this one gives %s.", kindWords(checked.OutputType()))}}
	}
	program, err := env.Program(checked, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(checkEvery), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, []Problem{{Line: 1, Column: 1, Message: "This cannot be answered: " + firstLine(err.Error())}}
	}
	return &Condition{text: text, program: program, names: uses.names, known: known}, nil
}

// Explanation is how a condition was answered for one case: whether it holds,
// and what its names stood for.
type Explanation struct {
	Holds   bool    `json:"holds"`
	Text    string  `json:"text,omitempty"`    // the condition; "" always holds
	Values  []Value `json:"values,omitempty"`  // of every name in it, in their order
	Problem string  `json:"problem,omitempty"` // why it could not be answered; it does not hold then
}

// Value is what one name stood for.
type Value struct {
	Name  string `json:"name"`
	Value string `json:"value"` // as people read it
}

// Text is the condition as it was written.
func (c *Condition) Text() string { return c.text }

// Names lists the names that the condition uses.
func (c *Condition) Names() []string { return c.names }

// Uses reports whether a name that begins so is used: "tasks", "targets".
func (c *Condition) Uses(prefix string) bool {
	for _, name := range c.names {
		if name == prefix || strings.HasPrefix(name, prefix+".") {
			return true
		}
	}
	return false
}

// Answer says whether the condition holds for a case, and after an event; nil
// for none. What cannot be answered does not hold, and says why.
func (c *Condition) Answer(ctx context.Context, s Snapshot, event *core.Recorded) Explanation {
	if c == nil || c.program == nil {
		return Explanation{Holds: true}
	}
	f := factsOf(s, event)
	values := make(map[string]any, len(c.names))
	out := Explanation{Text: c.text}
	for _, name := range c.names {
		value := f.of(c.known[name])
		values[name] = value
		out.Values = append(out.Values, Value{name, say(value)})
	}
	result, _, err := c.program.ContextEval(ctx, values)
	switch {
	case err != nil:
		out.Problem = runProblem(err)
	default:
		out.Holds = result == types.True
	}
	return out
}

// Facts are the values of an answer as they may be kept beside a case: of what
// somebody wrote it is told only whether there is anything.
func (c *Condition) Facts(e Explanation) []core.Fact {
	out := make([]core.Fact, len(e.Values))
	for i, v := range e.Values {
		out[i] = core.Fact(v)
		if n := c.known[v.Name]; n.Kind == Text && len(n.Choices) == 0 {
			out[i].Value = "given"
			if v.Value == strconv.Quote("") {
				out[i].Value = "empty"
			}
		}
	}
	return out
}

// uses walks an expression: which names it uses, and which it should not.
type uses struct {
	known    vocabulary
	beyond   vocabulary // names of other scopes
	info     *ast.SourceInfo
	names    []string
	problems []Problem
}

// walk follows an expression; bound are the names that loops give.
func (u *uses) walk(e ast.Expr, bound []string) {
	if name, ok := qualified(e); ok {
		u.use(e, name, bound)
		return
	}
	switch e.Kind() {
	case ast.SelectKind:
		u.walk(e.AsSelect().Operand(), bound)
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			u.walk(call.Target(), bound)
		}
		for _, arg := range call.Args() {
			u.walk(arg, bound)
		}
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			u.walk(item, bound)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			u.walk(entry.AsMapEntry().Key(), bound)
			u.walk(entry.AsMapEntry().Value(), bound)
		}
	case ast.ComprehensionKind:
		loop := e.AsComprehension()
		u.walk(loop.IterRange(), bound)
		inner := append(append([]string{}, bound...), loop.IterVar(), loop.IterVar2(), loop.AccuVar())
		for _, part := range []ast.Expr{loop.AccuInit(), loop.LoopCondition(), loop.LoopStep(), loop.Result()} {
			u.walk(part, inner)
		}
	}
}

// qualified reads “case.status” as one name.
func qualified(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), true
	case ast.SelectKind:
		before, ok := qualified(e.AsSelect().Operand())
		return before + "." + e.AsSelect().FieldName(), ok
	}
	return "", false
}

// use notes a name, or that there is none like it.
func (u *uses) use(e ast.Expr, name string, bound []string) {
	first, _, _ := strings.Cut(name, ".")
	for _, b := range bound {
		if b == first {
			return
		}
	}
	for at := name; ; {
		if known, ok := u.known[at]; ok && (at == name || known.open()) {
			for _, has := range u.names {
				if has == at {
					return
				}
			}
			if len(u.names) < maxUsedNames {
				u.names = append(u.names, at)
			} else {
				u.say(e, "A condition uses %d names at most.", maxUsedNames)
			}
			return
		}
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	if _, elsewhere := u.beyond[name]; elsewhere {
		u.say(e, "“%s” is for routines. A target asks of the case itself, its fields, its requester and the moment.", clip(name, 60))
		return
	}
	problem := Problem{Message: fmt.Sprintf("There is no “%s”.", clip(name, 60))}
	if near := u.known.nearest(name); near != "" {
		problem.Meant, problem.Message = near, problem.Message+fmt.Sprintf(" Did you mean “%s”?", near)
	}
	u.add(e, problem)
}

func (u *uses) say(e ast.Expr, format string, args ...any) {
	u.add(e, Problem{Message: fmt.Sprintf(format, args...)})
}

// add notes a problem at the beginning of an expression.
func (u *uses) add(e ast.Expr, p Problem) {
	if len(u.problems) >= maxProblems {
		return
	}
	for e.Kind() == ast.SelectKind {
		e = e.AsSelect().Operand() // a selection stands where its dot is
	}
	at := u.info.GetStartLocation(e.ID())
	p.Line, p.Column = at.Line(), at.Column()+1
	u.problems = append(u.problems, p)
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
