package routinepages

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/routines"
)

// form is a routine as its form has it: everything as it is typed. It is read
// from a routine, or from what was sent, and makes a routine.
type form struct {
	kind              core.TriggerKind
	on, quiet, every  string
	span, side, field string // side is "before", "after" or "on"
	batch             string

	written bool // the condition is an expression
	text    string
	any     bool
	rows    []conditions.Row

	actions []action
}

// action is one action as it is typed.
type action struct {
	command, message, to, run, webhook string
	with                               map[string]string
}

// The names of inputs.
const (
	inKind  = "when-kind"
	inJoin  = "if-join"
	inText  = "if-text"
	inCount = "do-count"
)

func rowInput(i int, what string) string { return fmt.Sprintf("if-%d-%s", i, what) }
func doInput(i int, what string) string  { return fmt.Sprintf("do-%d-%s", i, what) }

// formOf shows a routine; written asks for its condition as an expression, which
// is how it is shown when rows cannot say it.
func (p *Pages) formOf(t *core.CaseType, r core.Routine, written bool) form {
	f := form{
		kind: r.When.Kind(), on: string(r.When.On), quiet: spanText(r.When.Quiet), every: r.When.Every, field: r.When.Field, side: "before", text: r.If,
	}
	switch {
	case !r.When.Before.IsZero():
		f.span = r.When.Before.String()
	case !r.When.After.IsZero():
		f.span, f.side = r.When.After.String(), "after"
	case r.When.Field != "":
		f.side = "on"
	}
	if r.When.Batch > 0 {
		f.batch = strconv.Itoa(r.When.Batch)
	}
	rows, ok := p.o.Routines.Conditions().FormOf(t, r.If)
	f.any, f.rows, f.written = rows.Any, rows.Rows, written || !ok
	for _, do := range r.Do {
		f.actions = append(f.actions, actionOf(do, p.o.Routines.Commands()))
	}
	return f
}

func actionOf(do core.Do, commands *routines.Commands) action {
	a := action{command: string(do.Command), message: do.Message, to: do.To, run: string(do.Run), webhook: do.Webhook, with: map[string]string{}}
	kinds := map[string]string{}
	for _, argument := range commands.Arguments(do.Command) {
		kinds[argument.Name] = argument.Kind
	}
	for name, value := range do.With {
		a.with[name] = argumentText(value)
		if text, is := value.(string); is && kinds[name] == "any" {
			if _, other := asJSON(text); other {
				a.with[name] = strconv.Quote(text) // else it would be read as what it looks like
			}
		}
		if lines, ok := textLines(value); ok && kinds[name] == "list" {
			a.with[name] = lines
		}
	}
	return a
}

// textLines writes a list of texts one a line; false for any other list.
func textLines(value any) (string, bool) {
	list, ok := value.([]any)
	lines := make([]string, len(list))
	for i, v := range list {
		text, is := v.(string)
		lines[i], ok = text, ok && is && text != "" && !strings.ContainsAny(text, "\n[{")
	}
	return strings.Join(lines, "\n"), ok
}

func spanText(s core.Span) string {
	if s.IsZero() {
		return ""
	}
	return s.String()
}

// argumentText writes an argument as people read it: words as they are, the rest
// as JSON.
func argumentText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(raw)
}

// asJSON reads what is no words: a number, true, a list, quoted words.
func asJSON(text string) (any, bool) {
	var v any
	if strings.Contains(text, "{{") || json.Unmarshal([]byte(text), &v) != nil {
		return nil, false
	}
	return v, true
}

// wasSent reports whether values hold the form of a routine.
func wasSent(values url.Values) bool { return values.Has(inKind) }

// sentForm reads what was sent.
func sentForm(values url.Values, known map[string]conditions.Name) form {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(values.Get(name), "\r\n", "\n"))
	}
	f := form{
		kind: core.TriggerKind(get(inKind)), on: get("when-on"), quiet: get("when-quiet"), every: get("when-every"),
		span: get("when-span"), side: get("when-side"), field: get("when-field"), batch: get("when-batch"),
		written: values.Has(inText), text: get(inText), any: get(inJoin) == "any",
	}
	for i := 0; i < maxRows && values.Has(rowInput(i, "name")); i++ {
		row := conditions.Row{Name: get(rowInput(i, "name")), Op: conditions.Op(get(rowInput(i, "op")))}
		for _, v := range values[rowInput(i, "value")] {
			if v = strings.TrimSpace(v); v != "" {
				row.Values = append(row.Values, v)
			}
		}
		f.rows = append(f.rows, settle(row, known[get(rowInput(i, "was"))], known[row.Name]))
	}
	count, _ := strconv.Atoi(get(inCount))
	for i := range min(count, core.MaxActions) {
		a := action{command: get(doInput(i, "command")), message: get(doInput(i, "message")), to: get(doInput(i, "to")), run: get(doInput(i, "run")), webhook: get(doInput(i, "webhook")), with: map[string]string{}}
		for name := range values {
			if argument, ok := strings.CutPrefix(name, doInput(i, "with-")); ok && get(name) != "" {
				a.with[argument] = get(name)
			}
		}
		f.actions = append(f.actions, a)
	}
	return f
}

// maxRows is how many rows a condition has at most.
const maxRows = 20

// settle makes a row fit: another name begins with what is usual for it, and a
// comparison has as many values as it takes.
func settle(row conditions.Row, was, is conditions.Name) conditions.Row {
	ops := conditions.OpsOf(is.Kind)
	if !slices.Contains(ops, row.Op) || was.Path != "" && was.Path != is.Path && (was.Kind != is.Kind || len(was.Choices)+len(is.Choices) > 0) {
		return usualRow(is)
	}
	several := row.Op == conditions.OneOf || row.Op == conditions.NoneOf
	switch {
	case !takesValue(row.Op):
		row.Values = nil
	case several && len(is.Choices) == 0:
		var parts []string
		for _, v := range row.Values {
			for part := range strings.SplitSeq(v, ",") {
				if part = strings.TrimSpace(part); part != "" {
					parts = append(parts, part)
				}
			}
		}
		row.Values = parts
	case !several && len(row.Values) > 1:
		row.Values = row.Values[:1]
	case !several && len(row.Values) == 0:
		row.Values = []string{""}
	}
	return row
}

func takesValue(op conditions.Op) bool {
	switch op {
	case conditions.Empty, conditions.NotEmpty, conditions.Yes, conditions.No, conditions.Given, conditions.NotGiven:
		return false
	}
	return true
}

// usualRow is what a row begins with.
func usualRow(n conditions.Name) conditions.Row {
	row := conditions.Row{Name: n.Path}
	first := "1"
	if len(n.Choices) > 0 {
		first = n.Choices[0].Key
	}
	switch n.Kind {
	case conditions.YesNo:
		row.Op = conditions.Yes
	case conditions.Time:
		row.Op = conditions.Given
	case conditions.Whole, conditions.Number:
		row.Op, row.Values = conditions.AtLeast, []string{"1"}
	case conditions.Length:
		row.Op, row.Values = conditions.Above, []string{"1"}
	case conditions.List:
		row.Op, row.Values = conditions.Contains, []string{first}
		if len(n.Choices) == 0 {
			row.Values = []string{"status"}
		}
	default:
		row.Op = conditions.NotEmpty
		if len(n.Choices) > 0 {
			row.Op, row.Values = conditions.Is, []string{first}
		}
	}
	return row
}

// take changes a routine to what the form says. Errors: invalid, for what
// cannot be kept at all; what is merely wrong is kept, and found by the draft.
func (f form) take(t *core.CaseType, known map[string]conditions.Name, commands *routines.Commands, r *core.Routine) error {
	next := *r
	var err error
	if next.When, err = f.trigger(); err != nil {
		return err
	}
	next.If = f.text
	if !f.written {
		if next.If, err = f.condition(t, known); err != nil {
			return err
		}
	}
	next.Do = nil
	for i, a := range f.actions {
		do, err := a.do(i, commands)
		if err != nil {
			return err
		}
		next.Do = append(next.Do, do)
	}
	*r = next
	return nil
}

func (f form) trigger() (core.Trigger, error) {
	var when core.Trigger
	var err error
	if f.batch != "" && f.kind != core.TriggerEvent {
		if when.Batch, err = strconv.Atoi(f.batch); err != nil || when.Batch < 0 || when.Batch > core.MaxBatch {
			return when, core.InvalidField("when-batch", "A batch has between 1 and %d cases.", core.MaxBatch)
		}
	}
	switch f.kind {
	case core.TriggerEvent:
		when.On = core.EventKind(f.on)
	case core.TriggerQuiet:
		if when.Quiet, err = spanOf("when-quiet", f.quiet); err == nil && when.Quiet.IsZero() {
			err = core.InvalidField("when-quiet", "Say for how long nothing has happened, such as 3 working days.")
		}
	case core.TriggerDate:
		if when.Field = f.field; f.field == "" {
			return when, core.InvalidField("when-field", "Choose the field with the date.")
		}
		var span core.Span
		span, err = spanOf("when-span", f.span)
		switch f.side {
		case "before":
			when.Before = span
		case "after":
			when.After = span
		}
		if err == nil && f.side != "on" && span.IsZero() {
			err = core.InvalidField("when-span", "Say how long before or after the date, such as 5 working days.")
		}
	case core.TriggerEvery:
		if when.Every = f.every; f.every == "" {
			err = core.InvalidField("when-every", "Write the schedule in cron’s five fields, such as 0 9 * * 1 for Mondays at 9.")
		}
	default:
		err = core.InvalidField(inKind, "Choose what sets it off.")
	}
	return when, err
}

func spanOf(name, text string) (core.Span, error) {
	s, err := core.ParseSpan(text)
	if err != nil {
		return s, core.InvalidField(name, "Write a length of time, such as 5 working days, 28 days or 4 working hours.")
	}
	return s, nil
}

// condition writes the rows as an expression.
func (f form) condition(t *core.CaseType, known map[string]conditions.Name) (string, error) {
	for i, row := range f.rows {
		if takesValue(row.Op) && (len(row.Values) == 0 || row.Values[0] == "") {
			return "", core.InvalidField(rowInput(i, "value"), "Condition %d, “%s”, needs a value to compare with.", i+1, nameLabel(t, known[row.Name]))
		}
		if _, err := (conditions.Form{Rows: []conditions.Row{row}}).Text(t); err != nil {
			return "", core.InvalidField(rowInput(i, "value"), "Condition %d: %s", i+1, problemWords(err))
		}
	}
	return conditions.Form{Any: f.any, Rows: f.rows}.Text(t)
}

// do reads an action.
func (a action) do(i int, commands *routines.Commands) (core.Do, error) {
	switch {
	case a.message != "" || a.command == "" && a.run == "" && a.webhook == "":
		return core.Do{Message: a.message, To: a.to}, nil
	case a.run != "":
		return core.Do{Run: core.PluginEntry(a.run)}, nil
	case a.webhook != "":
		return core.Do{Webhook: a.webhook}, nil
	}
	do := core.Do{Command: core.CommandName(a.command)}
	for _, argument := range commands.Arguments(do.Command) {
		typed := a.with[argument.Name]
		if typed == "" {
			continue
		}
		value, err := argumentOf(argument, typed)
		if err != nil {
			return do, core.InvalidField(doInput(i, "with-"+argument.Name), "Action %d, %s: %s", i+1, spaced(argument.Name), problemWords(err))
		}
		if do.With == nil {
			do.With = core.Arguments{}
		}
		do.With[argument.Name] = value
	}
	return do, nil
}

// argumentOf reads one argument by its kind; merge fields stay as they are.
func argumentOf(argument routines.Argument, typed string) (any, error) {
	if strings.Contains(typed, "{{") || strings.Contains(typed, "{%") {
		return typed, nil
	}
	value, is := asJSON(typed)
	switch argument.Kind {
	case "text":
		return typed, nil
	case "number":
		if n, number := value.(float64); is && number {
			return n, nil
		}
		return nil, core.Invalid("Enter a number.")
	case "yes or no":
		return typed == "true", nil
	case "list":
		if list, ok := value.([]any); is && ok {
			return list, nil
		}
		var out []any
		for line := range strings.Lines(typed) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
		return out, nil
	}
	if is {
		return value, nil
	}
	return typed, nil
}

// press does what a button of the form asks for, and reports false for one that
// it does not have.
func (f *form) press(do, what string, known map[string]conditions.Name, e casetypes.References) (bool, error) {
	i, _ := strconv.Atoi(what)
	at := i - 1
	switch do {
	case "row":
		return true, f.addRow(known[what])
	case "row-remove":
		if at >= 0 && at < len(f.rows) {
			f.rows = slices.Delete(f.rows, at, at+1)
		}
		return true, nil
	case "action":
		if len(f.actions) >= core.MaxActions {
			return true, core.Invalid("A routine has %d actions at most.", core.MaxActions)
		}
		a, err := newAction(what, e)
		f.actions = append(f.actions, a)
		return true, err
	case "action-remove":
		if at >= 0 && at < len(f.actions) {
			f.actions = slices.Delete(f.actions, at, at+1)
		}
		return true, nil
	case "action-up", "action-down":
		to := at + map[string]int{"action-up": -1, "action-down": 1}[do]
		if at < 0 || at >= len(f.actions) || to < 0 || to >= len(f.actions) {
			return true, core.Conflict("It cannot go further.")
		}
		f.actions[at], f.actions[to] = f.actions[to], f.actions[at]
		return true, nil
	}
	return false, nil
}

func (f *form) addRow(n conditions.Name) error {
	switch {
	case n.Path == "":
		return core.InvalidField("row-new", "Choose what the condition is about.")
	case len(f.rows) >= maxRows:
		return core.Invalid("A condition of rows has %d at most. Write it as an expression.", maxRows)
	}
	f.rows = append(f.rows, usualRow(n))
	return nil
}

// newAction is what an action begins with: "message", "run:ENTRY",
// "webhook:KEY" or "command:NAME".
func newAction(what string, known casetypes.References) (action, error) {
	kind, name, _ := strings.Cut(what, ":")
	switch kind {
	case "message":
		a := action{to: "requester"}
		if len(known.Templates) > 0 {
			a.message = known.Templates[0]
		}
		return a, nil
	case "run":
		return action{run: core.PluginWorkflow + name}, nil
	case "webhook":
		return action{webhook: name}, nil
	case "command":
		return action{command: name, with: map[string]string{}}, nil
	}
	return action{}, core.InvalidField("action-new", "Choose what is to be done.")
}

// known are the names of a case type by path.
func known(t *core.CaseType) map[string]conditions.Name {
	out := map[string]conditions.Name{}
	for _, n := range conditions.Names(t) {
		out[n.Path] = n
	}
	return out
}

// problemWords is what an error says to a person.
func problemWords(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		if fields := slices.Sorted(maps.Keys(e.Fields)); len(fields) > 0 {
			return e.Fields[fields[0]]
		}
		return e.Message
	}
	return "This cannot be kept."
}
