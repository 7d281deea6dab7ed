package editing

import (
	"net/url"
	"slices"
	"strings"

	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Panel is what the middle of the page shows of a section: lists, and one form
// of groups of inputs with its button.
type Panel struct {
	Title  string      // of what is open; "" is the section's name
	Sub    string      // a few words beneath
	Back   render.Link // to where what is open is listed; the zero Link when nothing is
	Say    []string    // what is wrong and belongs to no input
	Lists  []List
	Groups []Group
	Save   string // the label of the form's button; "" is Save
	Remove *Remove
	Parts  []Part // below everything, outside of the form
	Ask    Ask    // filled in by the frame
}

// Ask is what every form of a page carries; the frame fills it in.
type Ask struct {
	Action  string // where forms are posted
	Section string
	Item    string
	Seen    string // the mark of the section as it was shown
}

// Group is some inputs under a heading.
type Group struct {
	Title  string
	About  string
	Inputs []Input
	Part   *Part // after the inputs, inside the form
}

// Input is one thing to be filled in: a line, an area or a choice; with Words
// one line or area for each language; with Several a choice made several times,
// in order; with Ticks several boxes; with Tick one box.
type Input struct {
	layout.Field
	Words   []layout.Field
	Several []layout.Field
	Ticks   []Tick
	Tick    bool
	On      bool
}

// Tick is one of several boxes.
type Tick struct {
	Value, Label string
	On           bool
}

// List is a list of entries, each with a page of its own, and a form that adds
// one.
type List struct {
	Key      string // "statuses"; the What of its buttons
	Title    string
	About    string
	Columns  []string // the first is the name
	Rows     []Row
	Ordered  bool // entries can be moved
	Nothing  string
	Add      []Input
	AddLabel string // "Add a status"
	Ask      Ask
}

// Row is one entry.
type Row struct {
	Item  string // "statuses/waiting"
	Label string
	URL   string
	Sub   string // beneath the label: its key
	Cells []Cell
	Bad   bool // something is wrong with it
	First bool
	Last  bool
}

// Cell is one cell of a row.
type Cell struct {
	Text   string
	Chip   *layout.Chip
	Switch *Switch
}

// Switch turns an entry on and off in its list.
type Switch struct {
	Do    string // the button: "switch:routines/nudge"
	Label string // what is on or off
	On    bool
}

// Remove takes an entry away.
type Remove struct {
	Item    string
	Noun    string
	Holds   string   // “12 open cases have it.”; "" when none has
	Inputs  []Input  // what takes its place
	Breaks  []string // what would have to be put right afterwards
	Problem string
	Ask     Ask
}

// Carry fills in what every form of a panel carries.
func (p *Panel) Carry(a Ask) {
	p.Ask = a
	for i := range p.Lists {
		p.Lists[i].Ask = a
	}
	if p.Remove != nil {
		p.Remove.Ask = a
	}
}

// Again shows what was sent with the button do, pressed for what, and what is
// wrong with it. It returns the problems that stand beside no input.
func (p *Panel) Again(do, what string, values url.Values, problems render.Problems) []string {
	var inputs []*Input
	switch do {
	case "add":
		for i := range p.Lists {
			if l := &p.Lists[i]; l.Key == what {
				for j := range l.Add {
					inputs = append(inputs, &l.Add[j])
				}
			}
		}
	case "remove":
		if p.Remove != nil {
			for j := range p.Remove.Inputs {
				inputs = append(inputs, &p.Remove.Inputs[j])
			}
		}
	default:
		for i := range p.Groups {
			for j := range p.Groups[i].Inputs {
				inputs = append(inputs, &p.Groups[i].Inputs[j])
			}
		}
	}
	placed := map[string]bool{}
	for _, in := range inputs {
		in.retype(values)
		for _, item := range problems.Items {
			if in.takes(item.Field) {
				in.blame(item.Field, item.Message)
				placed[item.Field] = true
			}
		}
	}
	var rest []string
	for _, item := range problems.Items {
		if !placed[item.Field] {
			rest = append(rest, item.Message)
		}
	}
	if len(problems.Items) == 0 && problems.Message != "" {
		rest = append(rest, problems.Message)
	}
	return rest
}

func (in *Input) takes(field string) bool {
	return in.Name == field || len(in.Words) > 0 && strings.HasPrefix(field, in.Name+".")
}

func (in *Input) blame(field, message string) {
	for i := range in.Words {
		if in.Words[i].Name == field {
			in.Words[i].Error = message
			if in.Error = message; len(in.Words) > 1 {
				in.Error = in.Words[i].Label + ": " + message
			}
			return
		}
	}
	in.Error = message
	if len(in.Words) > 0 {
		in.Words[0].Error = message
	}
}

// retype shows what was typed instead of what is kept.
func (in *Input) retype(values url.Values) {
	in.Error = ""
	switch {
	case len(in.Words) > 0:
		for i := range in.Words {
			in.Words[i].Error = ""
			in.Words[i].Value = values.Get(in.Words[i].Name)
		}
	case len(in.Several) > 0:
		sent := values[in.Name]
		for i := range in.Several {
			in.Several[i].Value = ""
			if i < len(sent) {
				in.Several[i].Value = sent[i]
			}
		}
	case len(in.Ticks) > 0:
		for i := range in.Ticks {
			in.Ticks[i].On = slices.Contains(values[in.Name], in.Ticks[i].Value)
		}
	case in.Tick:
		in.On = values.Get(in.Name) != ""
	default:
		in.Value = values.Get(in.Name)
	}
}
