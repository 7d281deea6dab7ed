package imports

import (
	"regexp"
	"time"

	"github.com/casement-dev/casement/core"
)

// Kind is what a mapping file says it is.
const Kind = "import"

// Bounds of a mapping.
const (
	maxValues  = 500   // values in all
	maxMapped  = 5_000 // entries of one map
	maxPattern = 500   // letters of a regular expression
)

// Mapping says what the rows of a file mean. It never changes after it was
// decoded and is safe for concurrent use.
type Mapping struct {
	Name   string // of what is imported, for people
	Source string // of the aliases: "boston311"
	Zone   *time.Location
	File   FileFormat
	Dates  []DateFormat // how dates are written unless a value says otherwise
	When   []Condition  // rows of which one does not hold are left out
	Alias  *Value       // the reference that a case had

	Type        *Value
	Subtype     *Value
	Subject     *Value
	Description *Value
	Channel     *Value
	Priority    *Value
	Group       *Value
	Address     *Value
	Place       *Place
	OnBehalfOf  *Value
	Requester   *Value // of the requester
	Email       *Value
	Phone       *Value
	HomeAddress *Value
	Raised      *Value
	Received    *Value
	Status      *Value
	StatusAt    *Value
	Closed      *Value
	Outcome     *Value
	Fields      []FieldValue
	Notes       []Note
	Targets     []Target

	columns []string // every column that is named, sorted
}

// Format is the kind of a file.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// Encoding is how the letters of a file are kept.
type Encoding string

// The encodings.
const (
	UTF8        Encoding = "utf-8"
	Latin1      Encoding = "latin-1"
	Windows1252 Encoding = "windows-1252"
)

// FileFormat says how a file is to be read.
type FileFormat struct {
	Format    Format
	Delimiter byte     // CSV; one ASCII letter
	Columns   []string // CSV without a header: what its columns are called
	Encoding  Encoding
	Blank     []string // what counts as nothing, beside blanks
}

// Place is where a case is. What is nowhere, or outside, is left out with a
// warning: most systems have a way of writing down that they do not know.
type Place struct {
	Lat, Lng *Value
	Box      *core.Box    // nil: the whole earth
	Not      []core.Point // what stands for "unknown", such as the town hall
}

// FieldValue is a value of one of the type's own fields.
type FieldValue struct {
	Key   string
	Value *Value
}

// Note is written on the case.
type Note struct {
	Text     *Value
	Audience core.Audience // staff or public
	At       *Value        // nil: when the case was closed, else when it was raised
}

// Target is a promise that was made elsewhere.
type Target struct {
	Key     string
	Due     *Value // without one there was no promise
	Outcome *Value // met, missed, or nothing while it runs
	At      *Value // when it was met; nil: when the case was closed
}

// Value says how one value is made of a row. The steps are taken in the order
// of the fields.
type Value struct {
	path string // where it stands in the mapping, for problems: "closed"

	When    []Condition // there is no value unless all hold
	Column  string      // one of Column, Text and First
	Text    []piece     // words with columns in them
	First   []*Value    // the first of several that is something
	Replace []Replacement
	Match   *regexp.Regexp // of which Part is the group
	Split   string         // at which Part is the number, from 1, or from the end, below 0
	Part    int
	Verbose bool // keep runs of blanks as they are

	Map        map[string]string
	IgnoreCase bool
	Default    *string // for what Map does not list
	Unknown    Unknown // if there is no Default
	Blank      string  // for nothing at all
	Required   bool
	Cut        bool // shorten what is too long, and say so

	Dates   []DateFormat
	Zone    *time.Location
	Decimal string // "," where numbers are written that way
}

// Unknown says what becomes of a value that a map does not list.
type Unknown string

// What may become of it.
const (
	RefuseUnknown Unknown = "refuse" // the row
	KeepUnknown   Unknown = "keep"   // as it is
	DropUnknown   Unknown = "drop"   // with a warning
)

// piece is a run of letters in a template, or a column.
type piece struct {
	words  string
	column string
}

// Replacement changes every match of a pattern.
type Replacement struct {
	Match *regexp.Regexp
	With  string
}

// Condition is something that may hold of a row.
type Condition struct {
	Column  string
	Is      []string
	IsNot   []string
	Matches *regexp.Regexp
	Blank   *bool
}

// Columns lists the columns that the mapping reads, sorted.
func (m *Mapping) Columns() []string { return m.columns }
