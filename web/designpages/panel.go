package designpages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/web/layout"
)

// Panel is what can be changed of one thing.
type Panel struct {
	What   string // form, page or field
	Title  string
	Sub    string
	Groups []Group
	Say    []string // what is wrong with it and belongs to no input
}

// Group is some inputs under a heading.
type Group struct {
	Title     string
	About     string
	Inputs    []Input
	Choices   []ChoiceRow
	Condition *ConditionRows
}

// Input is a field, a tick, or several ticks.
type Input struct {
	layout.Field
	Tick  bool
	On    bool
	Ticks []Tick
}

// Tick is one of several.
type Tick struct {
	Value, Label string
	On           bool
}

// ChoiceRow is one choice to be edited.
type ChoiceRow struct {
	No        int
	ID        string
	Key, Name string
	Hint      string
	Error     string
}

// ConditionRows are the parts of a condition to be edited.
type ConditionRows struct {
	Prefix  string
	Any     bool
	Rows    []TestRow
	Error   string
	Nothing bool // there is no answer that it could depend on
}

// TestRow is one part.
type TestRow struct {
	No     int
	Prefix string
	Field  string
	Op     string
	Value  string
	Fields []layout.Option
	Ops    []layout.Option
	Values []layout.Option // to choose from; nil: typed
	Error  string
}

// editor makes panels.
type editor struct {
	d        *formdesigns.Definition
	findings casetypes.Findings
	at       string // path of what is open
}

// problem is what is wrong with a member of what is open.
func (e editor) problem(member string) string {
	path := e.at
	if path != "" && member != "" {
		path += "."
	}
	path += member
	for _, f := range e.findings {
		if f.Path == path {
			return f.Message
		}
	}
	return ""
}

// below is what is wrong somewhere below a member.
func (e editor) below(member string) string {
	path := member
	if e.at != "" {
		path = e.at + "." + member
	}
	for _, f := range e.findings {
		if f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[") {
			return f.Message
		}
	}
	return ""
}

func (e editor) line(name, label, hint, value string) Input {
	member := strings.ReplaceAll(name, "-", "_")
	if before, after, ok := strings.Cut(name, ":"); ok { // "review:title" is review.title
		member, name = before+"."+after, before+"-"+after
	}
	return Input{Field: layout.Field{Name: name, ID: "in-" + name, Label: label, Hint: hint, Value: value, Error: e.problem(member), Autocomplete: "off"}}
}

func (e editor) area(name, label, hint, value string) Input {
	in := e.line(name, label, hint, value)
	in.Rows = 3
	return in
}

func (e editor) choose(name, label, hint, value string, options []formdesigns.Named, none string) Input {
	in := e.line(name, label, hint, value)
	if none != "" {
		in.Options = append(in.Options, layout.Option{Label: none})
	}
	for _, o := range options {
		in.Options = append(in.Options, layout.Option{Value: o.Key, Label: o.Name})
	}
	return in
}

func tick(name, label string, on bool) Input {
	return Input{Field: layout.Field{Name: name, ID: "in-" + name, Label: label}, Tick: true, On: on}
}

func (e editor) whole() Panel {
	d := e.d
	p := Panel{What: "form", Title: "The whole form"}
	keys := []string{}
	for _, pg := range d.Pages {
		for _, f := range pg.Fields {
			keys = append(keys, "{"+f.Key+"}")
		}
	}
	p.Groups = []Group{
		{Inputs: []Input{
			e.line("name", "Name", "What configurators call the form.", d.Name),
			e.line("title", "Title", "Above each page, in small type.", d.Title),
			e.line("subject", "Subject of the case", "How staff know the case. Answers stand in braces: "+strings.Join(keys[:min(len(keys), 6)], " "), d.Subject),
		}},
		{Title: "Nobody is named when", About: "The case is then anonymous: no name and no way to reach anybody is kept.", Condition: e.condition("anonymous", d.Anonymous, -1, -1)},
		{Title: "Page where answers are checked", Inputs: []Input{
			e.line("review:title", "Heading", "Check your answers, when empty.", d.Review.Title),
			e.area("review:text", "Words", "", d.Review.Text),
			e.line("review:button", "Button", "Send, when empty.", d.Review.Button),
		}},
		{Title: "Confirmation", Inputs: []Input{
			e.line("done:title", "Heading", "", d.Done.Title),
			e.area("done:text", "What happens next", "", d.Done.Text),
		}},
	}
	return p
}

func (e editor) page(i int) Panel {
	pg := e.d.Pages[i]
	p := Panel{What: "page", Title: titleOf(pg, i), Sub: "Page " + strconv.Itoa(i+1)}
	if say := e.problem(""); say != "" {
		p.Say = append(p.Say, say)
	}
	p.Groups = []Group{{Inputs: []Input{
		e.line("title", "Heading", "Without one, the first question heads the page.", pg.Title),
		e.area("text", "Words above the questions", "", pg.Text),
	}}}
	if i > 0 {
		p.Groups = append(p.Groups, Group{Title: "Show this page only when", Condition: e.condition("when", pg.When, i, 0)})
	}
	p.Groups = append(p.Groups, Group{Title: "Ask again", About: "For children, vehicles, earlier addresses: the page is asked once for each.", Inputs: []Input{
		e.line("repeat", "At most how often", "Empty: once.", text(pg.Repeat)), e.line("another", "Question for one more", "For example: Do you want to add another child?", pg.Another),
	}})
	for j := range len(pg.Checks) + 1 {
		var rule formdesigns.Rule
		title := "One more check before going on"
		if j < len(pg.Checks) {
			rule, title = pg.Checks[j], "Check before going on"
		}
		prefix := "check" + strconv.Itoa(j)
		say := e.line(prefix+"-say", "Refuse the page with these words", "Empty removes the check.", rule.Say)
		say.Error = e.problem("checks[" + strconv.Itoa(j) + "].say")
		beside := e.line(prefix+"-field", "Beside", "", rule.Field)
		beside.Options = []layout.Option{{Label: "Above all questions"}}
		for _, f := range pg.Fields {
			beside.Options = append(beside.Options, layout.Option{Value: f.Key, Label: labelOf(f)})
		}
		beside.Error = e.problem("checks[" + strconv.Itoa(j) + "].field")
		rows := e.condition(prefix+"-when", rule.When, i, len(pg.Fields))
		rows.Error = e.below("checks[" + strconv.Itoa(j) + "].when")
		p.Groups = append(p.Groups, Group{Title: title, Inputs: []Input{say, beside}, Condition: rows})
	}
	return p
}

func (e editor) field(i, j int, lists []layout.Option) Panel {
	f := e.d.Pages[i].Fields[j]
	p := Panel{What: "field", Title: labelOf(f), Sub: f.Kind.Name()}
	asks := f.Kind != formdesigns.Note && f.Kind != formdesigns.Calculated
	label := "Question"
	if !asks {
		label = "Heading"
	}
	first := Group{Inputs: []Input{e.line("label", label, "", f.Label), e.choose("kind", "Kind", "", string(f.Kind), formdesigns.Kinds(), "")}}
	hint := e.area("hint", "Help", "In small type below the question.", f.Hint)
	if !asks {
		hint.Label, hint.Hint = "Words", ""
	}
	first.Inputs = append(first.Inputs, hint)
	if asks {
		message := e.line("message", "Words when the answer is missing", "Empty: made of the question.", f.Message)
		first.Inputs = append(first.Inputs, tick("required", "An answer is required", f.Required), message)
	}
	p.Groups = append(p.Groups, first)
	if f.Kind == formdesigns.OneOf || f.Kind == formdesigns.SeveralOf {
		p.Groups = append(p.Groups, Group{Title: "Choices", About: "A choice without a name is removed. The key is what is kept of the answer; a subtype's key makes it the subtype.", Choices: e.choices(f)})
	}
	if inputs := e.limits(f, lists); len(inputs) > 0 {
		p.Groups = append(p.Groups, Group{Title: "What is taken", Inputs: inputs})
	}
	if f.Kind == formdesigns.Calculated {
		p.Groups = append(p.Groups, e.work(f))
	}
	if f.Kind != formdesigns.Note {
		p.Groups = append(p.Groups, e.becomes(f))
	}
	p.Groups = append(p.Groups, Group{Title: "Show this only when", About: "On its own page, what follows a choice is shown under it. What follows anything else belongs on a later page.",
		Condition: e.condition("when", f.When, i, j)})
	more := []Input{e.line("key", "Key", "Names the answer in conditions and in the subject.", f.Key)}
	if asks {
		more = append(more, e.line("short", "Short name", "Where answers are checked and read. Empty: the question.", f.Short))
	}
	p.Groups = append(p.Groups, Group{Title: "Names", Inputs: more})
	return p
}

func (e editor) choices(f formdesigns.Field) []ChoiceRow {
	var out []ChoiceRow
	for i := range len(f.Choices) + 2 {
		row := ChoiceRow{No: i + 1, ID: "choice-" + strconv.Itoa(i)}
		if i < len(f.Choices) {
			c := f.Choices[i]
			row.Key, row.Name, row.Hint, row.Error = c.Key, c.Name, c.Hint, e.below("choices["+strconv.Itoa(i)+"]")
		}
		out = append(out, row)
	}
	if len(f.Choices) == 0 {
		out[0].Error = e.problem("choices")
	}
	return out
}

// limits are the inputs of what only some kinds have.
func (e editor) limits(f formdesigns.Field, lists []layout.Option) []Input {
	switch f.Kind {
	case formdesigns.Text:
		return []Input{
			e.choose("format", "Shape", "", f.Format, formdesigns.Formats(), "Anything"),
			e.line("max_length", "Letters at most", "200, when empty.", text(f.MaxLength)), e.line("min_length", "Letters at least", "", text(f.MinLength)),
		}
	case formdesigns.LongText:
		return []Input{e.line("max_length", "Letters at most", "5,000, when empty.", text(f.MaxLength)), e.line("min_length", "Letters at least", "", text(f.MinLength))}
	case formdesigns.Number:
		return []Input{e.line("min", "Least", "", f.Min), e.line("max", "Most", "", f.Max), e.line("unit", "Unit", "For example metres.", f.Unit)}
	case formdesigns.Money:
		return []Input{e.line("min", "Least", "", f.Min), e.line("max", "Most", "", f.Max), e.line("unit", "Currency", "£, when empty.", f.Unit)}
	case formdesigns.Date:
		const how = "A date such as 2026-11-09, or today, today+30, today-30."
		return []Input{e.line("min", "Not before", how, f.Min), e.line("max", "Not after", how, f.Max)}
	case formdesigns.OneOf:
		return []Input{e.choose("as", "Shown as", "", f.As, []formdesigns.Named{{Key: "list", Name: "A list that opens"}}, "Choices, one below the other")}
	case formdesigns.File:
		return []Input{
			e.line("files", "Files at most", "", text(f.Files)), e.line("megabytes", "Megabytes each", "", text(f.Megabytes)),
			e.line("accept", "Kinds of files", "Parted by commas: image/*, application/pdf, .docx. Empty: any.", strings.Join(f.Accept, ", ")),
		}
	case formdesigns.Lookup:
		in := e.line("list", "List", "Lists are uploaded under Configuration, Lists.", f.List)
		in.Options = append([]layout.Option{{Label: "Choose a list"}}, lists...)
		return []Input{in}
	case formdesigns.Person:
		parts := Input{Field: layout.Field{Name: "parts", ID: "in-parts", Label: "What is asked of the person", Error: e.below("parts")}}
		for _, part := range []formdesigns.Named{{Key: "name", Name: "Name"}, {Key: "email", Name: "Email address"}, {Key: "phone", Name: "Telephone number"}} {
			parts.Ticks = append(parts.Ticks, Tick{part.Key, part.Name, len(f.Parts) == 0 || slices.Contains(f.Parts, part.Key)})
		}
		reach := tick("reach", "An email address or a telephone number is needed", f.Reach)
		reach.Error = e.problem("reach")
		return []Input{parts, reach}
	}
	return nil
}

func (e editor) work(f formdesigns.Field) Group {
	of := Input{Field: layout.Field{Name: "work-of", ID: "in-work-of", Label: "Of these answers", Error: e.below("work.of")}}
	page, no := e.d.Find(f.Key)
	for i, pg := range e.d.Pages {
		for j, other := range pg.Fields {
			if i > page || i == page && j >= no || other.Kind == formdesigns.Note || other.Kind == formdesigns.Calculated {
				continue
			}
			of.Ticks = append(of.Ticks, Tick{other.Key, labelOf(other), slices.Contains(f.Work.Of, other.Key)})
		}
	}
	op := e.choose("work-op", "How", "", f.Work.Op, formdesigns.Works(), "")
	op.Error = e.problem("work.op")
	return Group{Title: "How it is worked out", Inputs: []Input{op, of, tick("work-money", "It is an amount of money", f.Work.Money), e.line("unit", "Unit", "", f.Unit)}}
}

// roleField is what the list of roles calls a field of the case.
const roleField = "field"

func (e editor) becomes(f formdesigns.Field) Group {
	options := formdesigns.RolesFor(f.Kind)
	if f.MayFill() {
		options = append(options, formdesigns.Named{Key: roleField, Name: "A field of the case"})
	}
	value, key := f.Becomes, ""
	if k, ok := strings.CutPrefix(f.Becomes, formdesigns.FieldRole); ok {
		value, key = roleField, k
	}
	g := Group{Title: "What it becomes of the case", About: "Every answer is kept with the case in words, whatever is chosen here."}
	g.Inputs = append(g.Inputs, e.choose("becomes", "It becomes", "", value, options, "Nothing more"))
	if f.MayFill() {
		g.Inputs = append(g.Inputs, e.line("case-field", "Key of the field", "With “A field of the case”. A case type without such a field gets one. Empty: the key of the question.", key),
			tick("searchable", "Search finds cases by it", f.Searchable))
	}
	return g
}

// condition are the rows of a condition that may ask of what comes before
// question no of a page; page -1 asks of everything.
func (e editor) condition(prefix string, c formdesigns.Condition, page, no int) *ConditionRows {
	out := &ConditionRows{Prefix: prefix, Any: len(c.All) == 0 && len(c.Any) > 0, Error: e.below(prefix)}
	fields := []layout.Option{{Label: "Always"}}
	if page < 0 {
		fields[0].Label = "Never"
	}
	for i, pg := range e.d.Pages {
		for j, f := range pg.Fields {
			if f.Kind != formdesigns.Note && (page < 0 || i < page || i == page && j < no) {
				fields = append(fields, layout.Option{Value: f.Key, Label: labelOf(f)})
			}
		}
	}
	if out.Nothing = len(fields) == 1; out.Nothing {
		return out
	}
	var ops []layout.Option
	for _, o := range formdesigns.Ops() {
		ops = append(ops, layout.Option{Value: o.Key, Label: o.Name})
	}
	tests := append(slices.Concat(c.All, c.Any), formdesigns.Test{})
	for i, t := range tests {
		row := TestRow{No: i + 1, Prefix: prefix, Field: t.Field, Op: t.Op, Value: t.Value, Fields: slices.Clone(fields), Ops: ops}
		if i > 0 {
			row.Fields[0].Label = "Nothing more"
		}
		if f, ok := e.d.Field(t.Field); ok {
			switch {
			case f.Kind == formdesigns.YesNo:
				row.Values = []layout.Option{{}, {Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}
			case len(f.Choices) > 0:
				row.Values = []layout.Option{{}}
				for _, ch := range f.Choices {
					row.Values = append(row.Values, layout.Option{Value: ch.Key, Label: ch.Name})
				}
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// text is a number in an input, empty for none.
func text(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
