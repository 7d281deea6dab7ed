package formdesigns

import (
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Definition is a form made without code. Its json tags name the members of its
// file and of what the plugin casement.designed reads.
type Definition struct {
	Name      string    `json:"name"`               // what configurators call it
	Title     string    `json:"title"`              // above each page
	Subject   string    `json:"subject,omitempty"`  // of the case, with answers in it: "{kind}: {what}"
	Anonymous Condition `json:"anonymous,omitzero"` // when it holds, nobody is named on the case
	Pages     []Page    `json:"pages"`
	Review    Words     `json:"review,omitzero"` // of the page where answers are checked
	Done      Words     `json:"done,omitzero"`   // of the confirmation
}

// Words are the words of a page that asks nothing.
type Words struct {
	Title  string `json:"title,omitempty"`
	Text   string `json:"text,omitempty"`
	Button string `json:"button,omitempty"`
}

// Page is one page of questions.
type Page struct {
	Key     string    `json:"key"`
	Title   string    `json:"title,omitempty"` // without one, its first question heads it
	Text    string    `json:"text,omitempty"`
	When    Condition `json:"when,omitzero"`
	Fields  []Field   `json:"fields,omitempty"`
	Checks  []Rule    `json:"checks,omitempty"`
	Repeat  int       `json:"repeat,omitempty"`  // how often its questions may be asked at most; 0: once
	Another string    `json:"another,omitempty"` // the question whether there is another
}

// Field is one question, or words between questions.
type Field struct {
	Key       string   `json:"key"`
	Kind      Kind     `json:"kind"`
	Label     string   `json:"label"`
	Hint      string   `json:"hint,omitempty"`
	Short     string   `json:"short,omitempty"` // where answers are reviewed
	Required  bool     `json:"required,omitempty"`
	Message   string   `json:"message,omitempty"` // when the answer is missing
	Min       string   `json:"min,omitempty"`     // of a number, an amount, or a date: "today", "today-30", "2026-11-09"
	Max       string   `json:"max,omitempty"`
	MinLength int      `json:"min_length,omitempty"` // letters
	MaxLength int      `json:"max_length,omitempty"`
	Format    string   `json:"format,omitempty"` // of a text: one of [Formats]
	Unit      string   `json:"unit,omitempty"`
	Choices   []Choice `json:"choices,omitempty"`
	As        string   `json:"as,omitempty"`   // of a choice: "list" for one that opens
	List      string   `json:"list,omitempty"` // of a look-up: a list of the installation
	Files     int      `json:"files,omitempty"`
	Megabytes int      `json:"megabytes,omitempty"` // of each file
	Accept    []string `json:"accept,omitempty"`
	Parts     []string `json:"parts,omitempty"` // of a person: name, email, phone
	Reach     bool     `json:"reach,omitempty"` // of a person: email or telephone is needed
	// Becomes is what the answer is of the case: one of [Roles], or "field:KEY".
	Becomes    string    `json:"becomes,omitempty"`
	Searchable bool      `json:"searchable,omitempty"` // of a case field: search finds it
	When       Condition `json:"when,omitzero"`
	Work       Work      `json:"work,omitzero"` // of a calculated field
}

// Choice is one answer to choose.
type Choice struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Hint string `json:"hint,omitempty"`
}

// Work is how a calculated field comes about.
type Work struct {
	Op    string   `json:"op"` // one of [Works]
	Of    []string `json:"of"` // keys of questions
	Money bool     `json:"money,omitempty"`
}

// Rule refuses a page, with a message, when its condition holds.
type Rule struct {
	Say   string    `json:"say"`
	Field string    `json:"field,omitempty"` // beside which the message stands; "" for above all
	When  Condition `json:"when"`
}

// Condition holds when all of All hold and, if there are any, one of Any.
type Condition struct {
	All []Test `json:"all,omitempty"`
	Any []Test `json:"any,omitempty"`
}

// IsZero reports whether nothing is asked: such a condition always holds.
func (c Condition) IsZero() bool { return len(c.All) == 0 && len(c.Any) == 0 }

// Tests are all tests of the condition.
func (c Condition) Tests() []Test { return slices.Concat(c.All, c.Any) }

// Test asks something of one answer.
type Test struct {
	Field string `json:"field"`
	Op    string `json:"op"` // one of [Ops]
	Value string `json:"value,omitempty"`
}

// Kind is what a field asks for.
type Kind string

// The kinds of [Field].
const (
	Text       Kind = "text"
	LongText   Kind = "long_text"
	Email      Kind = "email"
	Telephone  Kind = "telephone"
	OneOf      Kind = "choice"
	SeveralOf  Kind = "choices"
	YesNo      Kind = "yes_no"
	Date       Kind = "date"
	Number     Kind = "number"
	Money      Kind = "money"
	File       Kind = "file"
	Location   Kind = "location"
	Address    Kind = "address"
	Person     Kind = "person"
	Lookup     Kind = "lookup"
	Calculated Kind = "calculated"
	Note       Kind = "note"
)

// Named is a word of definitions and what people call it.
type Named struct{ Key, Name string }

// Kinds lists the kinds of fields, in the order in which they are offered.
func Kinds() []Named {
	return []Named{
		{string(Text), "Line of text"}, {string(LongText), "Long text"}, {string(OneOf), "One of several"}, {string(SeveralOf), "Any of several"},
		{string(YesNo), "Yes or no"}, {string(Date), "Date"}, {string(Number), "Number"}, {string(Money), "Amount of money"},
		{string(Email), "Email address"}, {string(Telephone), "Telephone number"}, {string(Person), "Person"}, {string(Address), "Address"},
		{string(Location), "Place on a map"}, {string(File), "Files"}, {string(Lookup), "Choice from a list"}, {string(Calculated), "Calculated value"},
		{string(Note), "Words to read"},
	}
}

// Name is what people call the kind.
func (k Kind) Name() string { return nameIn(Kinds(), string(k)) }

// The words of [Test.Op].
const (
	OpIs       = "is"
	OpIsNot    = "is_not"
	OpContains = "contains"
	OpFilled   = "filled"
	OpEmpty    = "empty"
	OpOver     = "over"
	OpUnder    = "under"
)

// Ops lists what a test may ask.
func Ops() []Named {
	return []Named{
		{OpIs, "is"}, {OpIsNot, "is not"}, {OpContains, "contains"}, {OpFilled, "is answered"}, {OpEmpty, "is not answered"},
		{OpOver, "is more than, or after"}, {OpUnder, "is less than, or before"},
	}
}

// Works lists what may be calculated.
func Works() []Named {
	return []Named{
		{"sum", "Sum"}, {"difference", "First less the others"}, {"product", "Product"}, {"count", "Number of answers"}, {"days", "Days from the first date to the second"},
	}
}

// Formats lists the shapes that a line of text may have to have.
func Formats() []Named {
	return []Named{{"postcode", "A postcode"}, {"digits", "Digits only"}, {"web", "A web address"}}
}

// FieldRole begins a role that fills in a field of the case.
const FieldRole = "field:"

// role is what an answer may become of a case, and which kinds of fields can.
type role struct {
	Named
	kinds []Kind
}

func roles() []role {
	words := []Kind{Text, LongText, OneOf, Lookup, Number, Money, Date}
	return []role{
		{Named{"subject", "Subject of the case"}, words},
		{Named{"description", "Description of the case"}, append(words, SeveralOf, YesNo, Address)},
		{Named{"subtype", "Subtype of the case"}, []Kind{OneOf, Lookup}},
		{Named{"place", "Where it is"}, []Kind{Location, Address, Text}},
		{Named{"requester", "Who asks"}, []Kind{Person}},
		{Named{"requester_name", "Name of who asks"}, []Kind{Text}},
		{Named{"requester_email", "Email address of who asks"}, []Kind{Email}},
		{Named{"requester_phone", "Telephone number of who asks"}, []Kind{Telephone}},
		{Named{"behalf", "Whom the case is for"}, []Kind{Person}},
		{Named{"behalf_name", "Name of whom the case is for"}, []Kind{Text}},
		{Named{"behalf_relationship", "What who asks is to them"}, []Kind{Text, OneOf}},
	}
}

// RolesFor lists what the answer to a field of a kind may become, beside a
// field of the case.
func RolesFor(kind Kind) []Named {
	var out []Named
	for _, r := range roles() {
		if slices.Contains(r.kinds, kind) {
			out = append(out, r.Named)
		}
	}
	return out
}

func nameIn(list []Named, key string) string {
	for _, n := range list {
		if n.Key == key {
			return n.Name
		}
	}
	return key
}

// caseKinds says which kind of case field an answer becomes; kinds that are not
// listed cannot become one.
var caseKinds = map[Kind]core.FieldKind{
	Text: core.FieldText, LongText: core.FieldLongText, Email: core.FieldEmail, Telephone: core.FieldPhone, OneOf: core.FieldChoice,
	SeveralOf: core.FieldChoices, YesNo: core.FieldYesNo, Date: core.FieldDate, Number: core.FieldNumber, Money: core.FieldNumber,
	Address: core.FieldLongText, Lookup: core.FieldText, Calculated: core.FieldNumber, Person: core.FieldText,
}

// MayFill reports whether the answer to a field can be that of a case field.
func (f Field) MayFill() bool { return caseKinds[f.Kind] != "" }

// Fills lists the fields of the case that the answers become.
func (d *Definition) Fills() []core.Field {
	out := []core.Field{}
	for _, p := range d.Pages {
		for _, f := range p.Fields {
			key, ok := strings.CutPrefix(f.Becomes, FieldRole)
			if !ok || slices.ContainsFunc(out, func(has core.Field) bool { return has.Key == key }) {
				continue
			}
			field := core.Field{Key: key, Kind: caseKinds[f.Kind], Label: core.Plain(short(f)), Searchable: f.Searchable}
			if f.Kind == LongText && f.MaxLength > field.Limit() {
				field.MaxLength = f.MaxLength
			}
			if f.Kind == OneOf || f.Kind == SeveralOf {
				for _, c := range f.Choices {
					field.Choices = append(field.Choices, core.Choice{Key: c.Key, Name: core.Plain(c.Name)})
				}
			}
			out = append(out, field)
		}
	}
	return out
}

func short(f Field) string {
	if f.Short != "" {
		return f.Short
	}
	return strings.TrimRight(f.Label, "?:. ")
}

// Find gives the place of a question: page and field; -1 when there is none.
func (d *Definition) Find(key string) (page, field int) {
	for i := range d.Pages {
		for j := range d.Pages[i].Fields {
			if d.Pages[i].Fields[j].Key == key {
				return i, j
			}
		}
	}
	return -1, -1
}

// Field gives a question by its key.
func (d *Definition) Field(key string) (Field, bool) {
	i, j := d.Find(key)
	if i < 0 {
		return Field{}, false
	}
	return d.Pages[i].Fields[j], true
}
