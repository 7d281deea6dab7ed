package forms

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/sdk/view"
)

// File is a handle on an uploaded file; its bytes stay with the host.
type File = view.File

// Field is a question bound to a variable. Its methods return the field itself.
type Field struct {
	node     view.Node
	short    string
	required string // the message, when an answer must be given
	options  []option
	checks   []func() string
	read     func(answer) // puts what was typed into the variable
	initial  func() []string
	words    func() string // the answer as a person reads it
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

type option struct {
	value, label, hint string
	reveals            Body
	nodes              []*built
}

// built builds what an option reveals, once: what is read must be what is drawn.
func (o *option) built() []*built {
	if o.nodes == nil {
		o.nodes = o.reveals.build()
	}
	return o.nodes
}

func (f *Field) build() []*built { return []*built{{field: f}} }

// Hint says in small type how to answer.
func (f *Field) Hint(text string) *Field { f.node.Hint = text; return f }

// Required makes the field compulsory; message says what to do.
func (f *Field) Required(message string) *Field {
	f.required, f.node.Required = message, true
	return f
}

// Max is the longest answer in characters, the greatest number, or how many files.
func (f *Field) Max(n int) *Field {
	switch f.node.Kind {
	case view.KindNumber:
		f.node.Max = strconv.Itoa(n)
	case view.KindFile:
		f.node.MaxFiles = n
	default:
		f.node.MaxLength = n
	}
	return f
}

// Min is the shortest answer in characters or the least number.
func (f *Field) Min(n int) *Field {
	if f.node.Kind == view.KindNumber {
		f.node.Min = strconv.Itoa(n)
	} else {
		f.node.MinLength = n
	}
	return f
}

// Between bounds a date, inclusive; either may be "". Dates are 2026-11-09.
func (f *Field) Between(first, last string) *Field {
	f.node.Min, f.node.Max = first, last
	return f
}

// Autocomplete tells a browser what it may fill in: one of view.Autocompletes.
func (f *Field) Autocomplete(token string) *Field { f.node.Autocomplete = token; return f }

// Short is what the field is called where answers are reviewed; its label when not set.
func (f *Field) Short(label string) *Field { f.short = label; return f }

// Check adds a rule of your own: it returns a message, or "". The variable
// already holds the answer. It is not asked about an empty one.
func (f *Field) Check(rule func() string) *Field { f.checks = append(f.checks, rule); return f }

// Option adds a choice to radios, checkboxes or a select.
func (f *Field) Option(value, label string) *Field {
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

// Accept limits files to media types and extensions: "image/*", ".pdf".
func (f *Field) Accept(types ...string) *Field { f.node.Accept = types; return f }

// MaxMegabytes limits the size of each file.
func (f *Field) MaxMegabytes(n int) *Field { f.node.MaxBytes = int64(n) << 20; return f }

// ofText makes a field bound to one text.
func ofText(kind, id string, p *string, label string) *Field {
	f := &Field{node: view.Node{Type: view.Field, ID: id, Kind: kind, Label: label}}
	f.read = func(a answer) { *p = a.text() }
	f.initial = func() []string {
		if *p == "" {
			return nil
		}
		return []string{*p}
	}
	f.words = func() string { return *p }
	return f
}

// Line asks for one line of text.
func Line(id string, p *string, label string) *Field {
	return ofText(view.KindText, id, p, label).Max(200)
}

// TextArea asks for several lines of text.
func TextArea(id string, p *string, label string) *Field {
	return ofText(view.KindTextArea, id, p, label).Max(5000)
}

// Email asks for an email address.
func Email(id string, p *string, label string) *Field {
	f := ofText(view.KindEmail, id, p, label).Max(254).Autocomplete("email")
	return f.Check(func() string {
		name, host, ok := strings.Cut(*p, "@")
		if !ok || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(*p, " \t\n,;<>()") || strings.Contains(host, "@") {
			return "Enter an email address in the right form, like name@example.com"
		}
		return ""
	})
}

// Tel asks for a telephone number, however it is written.
func Tel(id string, p *string, label string) *Field {
	f := ofText(view.KindTel, id, p, label).Max(40).Autocomplete("tel")
	return f.Check(func() string {
		digits := 0
		for _, c := range *p {
			if c >= '0' && c <= '9' {
				digits++
			}
		}
		if digits < 3 {
			return "Enter a telephone number, like 01632 960 001"
		}
		return ""
	})
}

// Number asks for a number. It stays text, as it was typed; Min and Max compare it.
func Number(id string, p *string, label string) *Field {
	f := ofText(view.KindNumber, id, p, label)
	return f.Check(func() string {
		n, err := strconv.ParseFloat(*p, 64)
		if err != nil || n != n || n > 1e15 || n < -1e15 {
			return "Enter a number"
		}
		if least, err := strconv.ParseFloat(f.node.Min, 64); err == nil && n < least {
			return "Enter " + f.node.Min + " or more"
		}
		if most, err := strconv.ParseFloat(f.node.Max, 64); err == nil && n > most {
			return "Enter " + f.node.Max + " or less"
		}
		return ""
	})
}

// Date asks for a day: 2026-11-09.
func Date(id string, p *string, label string) *Field {
	f := ofText(view.KindDate, id, p, label)
	f.words = func() string { return sayDate(*p) }
	f.read = func(a answer) {
		if *p = a.text(); strings.Trim(*p, "-") == "" {
			*p = "" // three empty boxes
		}
	}
	return f.Check(func() string {
		if message := dateMistake(*p); message != "" {
			return message
		}
		if f.node.Min != "" && *p < f.node.Min {
			return "Enter a date that is not before " + sayDate(f.node.Min)
		}
		if f.node.Max != "" && *p > f.node.Max {
			return "Enter a date that is not after " + sayDate(f.node.Max)
		}
		return ""
	})
}

// Radios asks for one of a few choices.
func Radios(id string, p *string, label string) *Field {
	return oneOf(view.KindRadios, id, p, label)
}

// Select asks for one of many choices.
func Select(id string, p *string, label string) *Field {
	return oneOf(view.KindSelect, id, p, label)
}

func oneOf(kind, id string, p *string, label string) *Field {
	f := ofText(kind, id, p, label)
	f.words = func() string { return f.optionLabel(*p) }
	return f.Check(func() string {
		if f.optionLabel(*p) == "" {
			return "Choose one of the answers"
		}
		return ""
	})
}

// Checkboxes asks for any number of choices.
func Checkboxes(id string, p *[]string, label string) *Field {
	f := &Field{node: view.Node{Type: view.Field, ID: id, Kind: view.KindCheckboxes, Label: label}}
	f.read = func(a answer) { *p = a.values }
	f.initial = func() []string { return *p }
	f.words = func() string {
		labels := make([]string, len(*p))
		for i, v := range *p {
			labels[i] = f.optionLabel(v)
		}
		return strings.Join(labels, "\n")
	}
	return f.Check(func() string {
		for _, v := range *p {
			if f.optionLabel(v) == "" {
				return "Choose from the list"
			}
		}
		return ""
	})
}

// Files asks for files.
func Files(id string, p *[]File, label string) *Field {
	f := &Field{node: view.Node{Type: view.Field, ID: id, Kind: view.KindFile, Label: label, MaxFiles: 10}}
	f.read = func(a answer) { *p, f.node.Files = a.files, a.files }
	f.initial = func() []string { return nil }
	f.words = func() string {
		names := make([]string, len(*p))
		for i, file := range *p {
			names[i] = file.Name
		}
		return strings.Join(names, "\n")
	}
	return f.Check(func() string {
		for _, file := range *p {
			if f.node.MaxBytes > 0 && file.Size > f.node.MaxBytes {
				return file.Name + " must be smaller than " + strconv.FormatInt(f.node.MaxBytes>>20, 10) + " MB"
			}
		}
		if len(*p) > f.node.MaxFiles {
			return "Choose no more than " + strconv.Itoa(f.node.MaxFiles) + " files"
		}
		return ""
	})
}

// Location asks where: an address in words, a point on a map, or both.
func Location(id string, p *Place, label string) *Field {
	f := &Field{node: view.Node{Type: view.Field, ID: id, Kind: view.KindLocation, Label: label}}
	bad := false
	f.read = func(a answer) {
		*p, bad = Place{Address: a.text()}, false
		if len(a.values) < 3 || strings.TrimSpace(a.values[1]+a.values[2]) == "" {
			return
		}
		lat, err1 := strconv.ParseFloat(strings.TrimSpace(a.values[1]), 64)
		lng, err2 := strconv.ParseFloat(strings.TrimSpace(a.values[2]), 64)
		bad = err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180)
		if !bad {
			p.Point = &Point{Lat: lat, Lng: lng}
		}
	}
	f.initial = func() []string {
		values := []string{p.Address}
		if p.Point != nil {
			values = append(values, decimal(p.Point.Lat), decimal(p.Point.Lng))
		}
		return values
	}
	f.words = func() string {
		if p.Point == nil {
			return p.Address
		}
		return strings.TrimSpace(p.Address + "\n" + decimal(p.Point.Lat) + ", " + decimal(p.Point.Lng))
	}
	return f.Check(func() string {
		switch {
		case bad:
			return "Choose a point on the map, or enter latitude and longitude as numbers"
		case utf8.RuneCountInString(p.Address) > 500:
			return "Enter no more than 500 characters"
		}
		return ""
	})
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (f *Field) optionLabel(value string) string {
	for i := range f.options {
		if f.options[i].value == value && value != "" {
			return f.options[i].label
		}
	}
	return ""
}

func (f *Field) chosen(a answer, option string) bool {
	for _, v := range a.values {
		if v == option {
			return true
		}
	}
	return false
}

// check returns what is wrong with what was typed, after read.
func (f *Field) check(a answer) string {
	empty := a.text() == "" && len(a.values) < 2
	switch f.node.Kind {
	case view.KindFile:
		empty = len(a.files) == 0
	case view.KindDate:
		empty = strings.Trim(a.text(), "-") == ""
	case view.KindLocation:
		empty = strings.TrimSpace(strings.Join(a.values, "")) == ""
	}
	if empty {
		return f.required
	}
	for _, v := range a.values {
		switch n := utf8.RuneCountInString(v); {
		case f.node.MaxLength > 0 && n > f.node.MaxLength:
			return "Enter no more than " + strconv.Itoa(f.node.MaxLength) + " characters"
		case n < f.node.MinLength:
			return "Enter at least " + strconv.Itoa(f.node.MinLength) + " characters"
		}
	}
	for _, rule := range f.checks {
		if message := rule(); message != "" {
			return message
		}
	}
	return ""
}

func (f *Field) title() string {
	if f.short != "" {
		return f.short
	}
	return f.node.Label
}
