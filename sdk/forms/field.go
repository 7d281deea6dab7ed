package forms

import (
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// File is a handle on an uploaded file; its bytes stay with the host.
type File = view.File

// Field is a question bound to a variable. Its methods return the field itself.
//
// A page is made several times in each call, and memory is what costs in a
// guest; so a field is one small struct, and becomes a view.Node only when it
// is drawn.
type Field struct {
	id, kind, label string
	hint, short     string
	required        string // the message, when an answer must be given
	autocomplete    string
	min, max        string // of a number or a date
	minLength       int
	maxLength       int
	maxFiles        int
	maxBytes        int64
	unit            string // of a number or an amount
	lookup          string // the list that a look-up chooses from
	onChange        bool
	accept          []string
	options         []option
	rules           []func() string

	// What it is bound to: one of these.
	text  *string
	list  *[]string
	files *[]File
	place *Place
	bad   bool // the point of a place could not be read
}

type option struct {
	value, label, hint string
	reveals            Body
	made               []built
}

// nodes makes what an option reveals, once: what is read must be what is drawn.
func (o *option) nodes() []built {
	if o.made == nil && o.reveals != nil {
		o.made = o.reveals.build(nil)
	}
	return o.made
}

// answer is what was given for one field.
type answer struct {
	values []string
	files  []File
}

func (a answer) text() string {
	if len(a.values) == 0 {
		return ""
	}
	return strings.TrimSpace(a.values[0])
}

func (f *Field) build(to []built) []built { return append(to, built{field: f}) }

// Line asks for one line of text.
func Line(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindText, label: label, text: p, maxLength: 200}
}

// TextArea asks for several lines of text.
func TextArea(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindTextArea, label: label, text: p, maxLength: 5000}
}

// Email asks for an email address.
func Email(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindEmail, label: label, text: p, maxLength: 254, autocomplete: "email"}
}

// Tel asks for a telephone number, however it is written.
func Tel(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindTel, label: label, text: p, maxLength: 40, autocomplete: "tel"}
}

// Number asks for a number. It stays text, as it was typed; Min and Max compare it.
func Number(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindNumber, label: label, text: p}
}

// Money asks for an amount, with at most two decimals. It is kept as digits,
// "1234.50", however it was typed; not below zero unless Min says so.
func Money(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindMoney, label: label, text: p, unit: "£"}
}

// YesNo asks for "yes" or "no".
func YesNo(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindYesNo, label: label, text: p}
}

// Lookup asks for a row of a list that the administrator keeps, and gives its
// value. The host suggests rows while somebody types, and checks the choice.
func Lookup(id string, p *string, list, label string) *Field {
	return &Field{id: id, kind: view.KindLookup, label: label, text: p, lookup: list}
}

// Date asks for a day: 2026-11-09.
func Date(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindDate, label: label, text: p}
}

// Radios asks for one of a few choices.
func Radios(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindRadios, label: label, text: p}
}

// Select asks for one of many choices.
func Select(id string, p *string, label string) *Field {
	return &Field{id: id, kind: view.KindSelect, label: label, text: p}
}

// Checkboxes asks for any number of choices.
func Checkboxes(id string, p *[]string, label string) *Field {
	return &Field{id: id, kind: view.KindCheckboxes, label: label, list: p}
}

// Files asks for files.
func Files(id string, p *[]File, label string) *Field {
	return &Field{id: id, kind: view.KindFile, label: label, files: p, maxFiles: 10}
}

// Location asks where: an address in words, a point on a map, or both.
func Location(id string, p *Place, label string) *Field {
	return &Field{id: id, kind: view.KindLocation, label: label, place: p}
}

// Hint says in small type how to answer.
func (f *Field) Hint(text string) *Field { f.hint = text; return f }

// Required makes the field compulsory; message says what to do.
func (f *Field) Required(message string) *Field { f.required = message; return f }

// Max is the longest answer in characters, the greatest number or amount, or how many files.
func (f *Field) Max(n int) *Field {
	switch f.kind {
	case view.KindNumber, view.KindMoney:
		f.max = whole(n)
	case view.KindFile:
		f.maxFiles = n
	default:
		f.maxLength = n
	}
	return f
}

// Min is the shortest answer in characters, or the least number or amount.
func (f *Field) Min(n int) *Field {
	if f.kind == view.KindNumber || f.kind == view.KindMoney {
		f.min = whole(n)
	} else {
		f.minLength = n
	}
	return f
}

// Between bounds a date, inclusive; either may be "". Dates are 2026-11-09.
func (f *Field) Between(first, last string) *Field { f.min, f.max = first, last; return f }

// Autocomplete tells a browser what it may fill in: one of view.Autocompletes.
func (f *Field) Autocomplete(token string) *Field { f.autocomplete = token; return f }

// Short is what the field is called where answers are reviewed; its label when not set.
func (f *Field) Short(label string) *Field { f.short = label; return f }

// Check adds a rule of your own: it returns a message, or "". The variable
// already holds the answer. It is not asked about an empty one.
func (f *Field) Check(rule func() string) *Field { f.rules = append(f.rules, rule); return f }

// Option adds a choice to radios, checkboxes or a select.
func (f *Field) Option(value, label string) *Field {
	if f.options == nil {
		f.options = make([]option, 0, 6)
	}
	f.options = append(f.options, option{value: value, label: label})
	return f
}

// OptionHint explains the choice added last.
func (f *Field) OptionHint(text string) *Field {
	if n := len(f.options); n > 0 {
		f.options[n-1].hint = text
	}
	return f
}

// Reveal asks more of whoever takes the choice added last.
func (f *Field) Reveal(nodes ...Node) *Field {
	if n := len(f.options); n > 0 {
		f.options[n-1].reveals = nodes
	}
	return f
}

// Unit is what a number counts, or the currency of an amount: "metres", "€".
func (f *Field) Unit(unit string) *Field { f.unit = unit; return f }

// OnChange draws the page again when the field was changed, where the browser
// runs scripts: what an answer reveals with [If] is then seen at once.
func (f *Field) OnChange() *Field { f.onChange = true; return f }

// Accept limits files to media types and extensions: "image/*", ".pdf".
func (f *Field) Accept(types ...string) *Field { f.accept = types; return f }

// MaxMegabytes limits the size of each file.
func (f *Field) MaxMegabytes(n int) *Field { f.maxBytes = int64(n) << 20; return f }

func (f *Field) title() string {
	if f.short != "" {
		return f.short
	}
	return strings.TrimSuffix(f.label, " (optional)") // where it has been answered, that says nothing
}

func (f *Field) optionLabel(value string) string {
	for i := range f.options {
		if f.options[i].value == value && value != "" {
			return f.options[i].label
		}
	}
	return ""
}
