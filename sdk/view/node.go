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

	Figures  Type = "figures"  // key figures side by side; Items are Rows: Label, Text, Hint; Kind good, warn or bad
	Timeline Type = "timeline" // what happened, in order; Items are Rows: Label, Text, At, Kind
	Map      Type = "map"      // Label; Pins
	FileList Type = "files"    // Label; Files that the case or the form has
	Progress Type = "progress" // Label; Value is how far, Max out of how much; or Items, Rows for steps: Label, Text, Kind done, now or next
	Chart    Type = "chart"    // Kind bar or line; Label; Series; what it says in words is drawn as a table too
	Tabs     Type = "tabs"     // Items are Sections, one shown at a time; Label names them all, for screen readers
	Button   Type = "button"   // ID, Label; Kind primary, secondary or warning; Confirm; Checks; not under options
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
	KindMoney      = "money"      // an amount with at most two decimals, as typed, in the currency of Unit
	KindYesNo      = "yes_no"     // "yes" or "no"
	KindLookup     = "lookup"     // the value of a row of List; suggestions come from the host
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

// The answers to a question of kind yes_no.
const (
	Yes = "yes"
	No  = "no"
)

// The kinds of Button, Chart and the rows of Progress.
const (
	KindPrimary   = "primary"
	KindSecondary = "secondary"
	KindWarning   = "warning" // it cannot be undone

	KindBar  = "bar"
	KindLine = "line"

	KindDone = "done"
	KindNow  = "now"
	KindNext = "next"
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
	Button  string `json:"button,omitempty"`  // words on the button; "Continue" when empty. Empty, with a Button that Checks, it has no button but those
	Back    string `json:"back,omitempty"`    // the step before this one; none when empty

	// Of a field.
	Value        []string `json:"value,omitempty"`
	Error        string   `json:"error,omitempty"`
	Required     bool     `json:"required,omitempty"`
	MinLength    int      `json:"min_length,omitempty"`   // in characters
	MaxLength    int      `json:"max_length,omitempty"`   // in characters; 0: the host's own limit
	Min          string   `json:"min,omitempty"`          // of a number, money or a date, inclusive. Money is not negative unless Min is
	Max          string   `json:"max,omitempty"`          // of a number, money or a date, inclusive; of progress, what Value may reach
	Autocomplete string   `json:"autocomplete,omitempty"` // what a browser may fill in: one of the HTML tokens listed in Autocompletes
	Options      []Option `json:"options,omitempty"`      // of radios, checkboxes, select
	Files        []File   `json:"files,omitempty"`        // of a file field: those given so far
	MaxFiles     int      `json:"max_files,omitempty"`    // 0: the host's own limit
	MaxBytes     int64    `json:"max_bytes,omitempty"`    // of one file; 0: the host's own limit
	Accept       []string `json:"accept,omitempty"`       // media types and extensions: "image/*", "application/pdf", ".docx"

	// Of a row.
	Goto string `json:"goto,omitempty"` // the step where this can be changed; of a summary

	// Of a row of a timeline: RFC 3339, or a date.
	At string `json:"at,omitempty"`
	// Of a row: the reference of a case that its text leads to, if the reader may see it.
	Ref string `json:"ref,omitempty"`

	// Of a table, which needs an ID if it is Sortable or has pages. Without
	// Sort, Page and Pages the host sorts and pages all the rows there are. With
	// one of them, using a heading or a page is EventPress with the table's ID,
	// and the fields "sort" (a column's number from 1, negative for downwards,
	// 0 as it comes) and "page".
	Columns  []string   `json:"columns,omitempty"`
	Rows     [][]string `json:"rows,omitempty"`
	Refs     []string   `json:"refs,omitempty"` // by row: the case that its first cell leads to, "" for none
	Sortable bool       `json:"sortable,omitempty"`
	PerPage  int        `json:"per_page,omitempty"` // 0: all on one page
	Sort     int        `json:"sort,omitempty"`     // the column that the rows are sorted by, as above
	Page     int        `json:"page,omitempty"`     // from 1
	Pages    int        `json:"pages,omitempty"`

	// Of a map.
	Pins []Pin `json:"pins,omitempty"`

	// Of a chart.
	Series []Series `json:"series,omitempty"`
	Unit   string   `json:"unit,omitempty"` // of a chart's values, of a number, of money: "£"

	// Of a button.
	Confirm string `json:"confirm,omitempty"` // asked before, in a sentence; "" asks nothing
	Checks  bool   `json:"checks,omitempty"`  // answers are checked first, and EventSubmit comes; else EventPress

	// Of a field of kind lookup: the list of the installation it chooses from.
	List string `json:"list,omitempty"`
	// Of a field, but not of files: EventChange comes when it was changed, where scripts run.
	OnChange bool `json:"on_change,omitempty"`
}

// Pin is a place on a map, in degrees on WGS 84.
type Pin struct {
	Lat   float64 `json:"lat"`
	Lng   float64 `json:"lng"`
	Label string  `json:"label"`
	Text  string  `json:"text,omitempty"`
	Kind  string  `json:"kind,omitempty"` // info, good, warn or bad
	Ref   string  `json:"ref,omitempty"`  // of a case
}

// Series is one line, or the bars of one colour, of a chart.
type Series struct {
	Label  string  `json:"label"`
	Points []Datum `json:"points"`
}

// Datum is one value of a chart.
type Datum struct {
	Label string  `json:"label"` // below it: "March"
	Value float64 `json:"value"`
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

// Driven says that a table is sorted and paged by its plugin, not by the host.
func (n *Node) Driven() bool { return n.Sort != 0 || n.Page != 0 || n.Pages != 0 }

// Find gives the node of a type with an ID, or nil.
func (n *Node) Find(t Type, id string) *Node {
	var found *Node
	n.Walk(func(node *Node) {
		if found == nil && node.Type == t && node.ID == id {
			found = node
		}
	})
	return found
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
