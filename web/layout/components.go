package layout

import (
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// Chip is a short word with a shape and a tint: a status, a flag, who may read.
type Chip struct {
	Label string
	Icon  string
	Tone  string // info, accent, good, warn, bad, private, outline; "" is plain
}

// StatusChip shows a case's status: the shape and the tint say its kind.
func StatusChip(kind core.StatusKind, label string) Chip {
	switch kind {
	case core.StatusStart:
		return Chip{label, "ring-open", "info"}
	case core.StatusOpen:
		return Chip{label, "ring-half", "accent"}
	case core.StatusWaiting:
		return Chip{label, "pause", "warn"}
	case core.StatusResolved:
		return Chip{label, "ok", "good"}
	}
	return Chip{label, "check", "plain"}
}

// PublicChip says that the requester reads something; PrivateChip that only
// staff do.
func PublicChip() Chip { return Chip{"Public", "eye", "info"} }

// PrivateChip is the other one.
func PrivateChip() Chip { return Chip{"Private", "lock", "private"} }

// Due is a target in words, with a ring for the share of the time used.
type Due struct {
	Words   string // "Due tomorrow 12:00, 6 working hours left"
	Exact   string // "Friday 27 November 2026, 12:00", on hover and for screen readers
	Tone    string // "", warn, bad (late), good (met), paused
	Percent int    // of the time used, 0 to 100
}

// Target is a named Due, as in the head of a case.
type Target struct {
	Name string // "Full response"
	Due  Due
}

// Fact is one line of a list of facts.
type Fact struct {
	Term, Text, URL string
}

// Empty is a place with nothing to show, or something that could not be shown:
// it says what to do next.
type Empty struct {
	Icon  string
	Title string
	Text  string
	Link  render.Link
	Bad   bool
}

// Field is one field of a form with its label, hint and message. With Options
// it is a list to choose from, with Rows a text area, else one line.
type Field struct {
	Name         string
	ID           string // "" is Name
	Label        string
	Hint         string
	Error        string
	Value        string
	Type         string // of one line; "" is text
	Autocomplete string
	InputMode    string
	Width        string // "2", "4", "20" on public pages
	MaxLength    int
	Rows         int
	Options      []Option
	Optional     bool // says so
	Required     bool // lets the browser insist
	Plain        bool // no spelling, no capitals
}

// Option is one choice.
type Option struct {
	Value, Label string
}

// Paging leads through a list that is never counted to its end.
type Paging struct {
	Label                 string // "Pages of the queue"
	First, Previous, Next string // addresses; "" where there is none
	Words                 string // "51 to 100"
}

// Tabs is a row of tabs, or of the parts of a segmented switch.
type Tabs struct {
	Label string
	Items []Tab
}

// Tab is one of them.
type Tab struct {
	Label   string
	URL     string
	Icon    string
	Count   int
	Current bool
}

// Stage is one stage of a stage bar.
type Stage struct {
	Label         string
	Done, Current bool
}

// Pips is a stage in the least room. Equal ones can be written once:
// {{same "layout/pips" .Stage}}.
type Pips struct {
	Words  string // "Investigation, stage 3 of 5"
	At, Of int
}

// StagePips shows that a case is at stage at (from 1) of so many.
func StagePips(name string, at, of int) Pips {
	return Pips{name + ", stage " + strconv.Itoa(at) + " of " + strconv.Itoa(of), at, of}
}

// Width of the picture.
func (p Pips) Width() int { return p.Of * pipWidth }

// Marks are the pips from left to right.
func (p Pips) Marks() []Mark {
	marks := make([]Mark, p.Of)
	for i := range marks {
		marks[i] = Mark{X: i * pipWidth, On: i < p.At}
	}
	return marks
}

const pipWidth = 8

// Mark is one pip.
type Mark struct {
	X  int
	On bool
}

// ExactIn writes a moment in full for [Due].Exact.
func ExactIn(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return render.Exact(t.In(zone))
}
