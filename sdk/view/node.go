package view

// Type says what a node is.
type Type string

// The nodes there are. Form and Page stand at the root and nowhere else.
const (
	Form    Type = "form"    // questions and a button; Items
	Page    Type = "page"    // something to read; Items
	Section Type = "section" // a heading (Label) over Items
	Text    Type = "text"    // a paragraph; Kind lead or hint; blank lines in Text part paragraphs
	Notice  Type = "notice"  // a marked paragraph; Kind info, good, warn or bad; Label is its first line
	Summary Type = "summary" // a list of Rows
	Row     Type = "row"     // in a summary: Label, Text, and Goto for a link to change it
	Table   Type = "table"   // Label (caption), Columns, Rows
	Field   Type = "field"   // a question; Kind says of which sort
	Details Type = "details" // something to open: Label, Items
)

// The kinds of Field. Values travel as lists of text, one shape for all:
// empty when nothing was answered.
const (
	KindText       = "text"       // one line
	KindTextArea   = "textarea"   // several lines, parted by \n
	KindEmail      = "email"      // an email address
	KindTel        = "tel"        // a telephone number, as typed
	KindNumber     = "number"     // decimal digits, as typed
	KindDate       = "date"       // year-month-day, "2026-11-09"; as typed when it is no date, "2026-11-31"
	KindRadios     = "radios"     // the value of one option
	KindCheckboxes = "checkboxes" // the values of the options chosen
	KindSelect     = "select"     // the value of one option
	KindFile       = "file"       // the ids of the files; the files themselves in Files
	KindLocation   = "location"   // address, and, if a point was given, latitude and longitude in degrees
)

// The kinds of Text and Notice.
const (
	KindLead = "lead"
	KindHint = "hint"

	KindInfo = "info"
	KindGood = "good"
	KindWarn = "warn"
	KindBad  = "bad"
)

// Node is one node of a tree. Which members mean something depends on Type;
// the others are empty.
type Node struct {
	Type  Type   `json:"t"`
	ID    string `json:"id,omitempty"`    // of a form: its step. Of a field: its name among the answers
	Kind  string `json:"kind,omitempty"`  // see the kinds of Field, Text and Notice
	Label string `json:"label,omitempty"` // heading, question, caption. A form without one is headed by its first field
	Hint  string `json:"hint,omitempty"`
	Text  string `json:"text,omitempty"`
	Items []Node `json:"items,omitempty"`

	// Of a form.
	Caption string `json:"caption,omitempty"` // what the whole form is called, in small type above the heading
	Part    int    `json:"part,omitempty"`    // this is part …
	Parts   int    `json:"parts,omitempty"`   // … of so many
	Button  string `json:"button,omitempty"`  // words on the button; "Continue" when empty
	Back    string `json:"back,omitempty"`    // the step before this one; none when empty

	// Of a field.
	Value        []string `json:"value,omitempty"`
	Error        string   `json:"error,omitempty"`
	Required     bool     `json:"required,omitempty"`
	MinLength    int      `json:"min_length,omitempty"`   // in characters
	MaxLength    int      `json:"max_length,omitempty"`   // in characters; 0: the host's own limit
	Min          string   `json:"min,omitempty"`          // of a number or a date, inclusive
	Max          string   `json:"max,omitempty"`          // of a number or a date, inclusive
	Autocomplete string   `json:"autocomplete,omitempty"` // what a browser may fill in: one of the HTML tokens listed in Autocompletes
	Options      []Option `json:"options,omitempty"`      // of radios, checkboxes, select
	Files        []File   `json:"files,omitempty"`        // of a file field: those given so far
	MaxFiles     int      `json:"max_files,omitempty"`    // 0: the host's own limit
	MaxBytes     int64    `json:"max_bytes,omitempty"`    // of one file; 0: the host's own limit
	Accept       []string `json:"accept,omitempty"`       // media types and extensions: "image/*", "application/pdf", ".docx"

	// Of a row.
	Goto string `json:"goto,omitempty"` // the step where this can be changed

	// Of a table.
	Columns []string   `json:"columns,omitempty"`
	Rows    [][]string `json:"rows,omitempty"`
}

// Option is one choice of a field.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
	Items []Node `json:"items,omitempty"` // asked only of who chooses this; for radios and checkboxes
}

// File is a handle on an uploaded file. The bytes stay with the host.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"` // in bytes
	Type   string `json:"type"` // media type, as the host found it to be
	SHA256 string `json:"sha256,omitempty"`
}

// Walk calls visit for n and every node below it, those under options too, in
// the order in which they are drawn.
func (n *Node) Walk(visit func(*Node)) {
	visit(n)
	for i := range n.Options {
		for j := range n.Options[i].Items {
			n.Options[i].Items[j].Walk(visit)
		}
	}
	for i := range n.Items {
		n.Items[i].Walk(visit)
	}
}

// Fields lists the fields of a tree in the order in which they are drawn.
func (n *Node) Fields() []*Node {
	var fields []*Node
	n.Walk(func(node *Node) {
		if node.Type == Field {
			fields = append(fields, node)
		}
	})
	return fields
}

// Field finds a field by its id, or gives nil.
func (n *Node) Field(id string) *Node {
	for _, f := range n.Fields() {
		if f.ID == id {
			return f
		}
	}
	return nil
}
