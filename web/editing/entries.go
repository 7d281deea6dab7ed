package editing

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Entries is one list of a section whose entries are opened, added, moved and
// removed. T is what an entry is, such as core.Status.
type Entries[T any] struct {
	At    casetypes.Path // where the list is in the file: At("reasons", "close")
	Noun  string         // "status"
	Title string         // of the list; "" when the section has one list
	About string

	Of   func(t *core.CaseType) *[]T
	Key  func(v T) string // nil: entries have no keys, and are told by their number
	Name func(v T) string

	Columns []string // after the name
	Cells   func(e *Edit, v T) []Cell

	// Add are the inputs of the form that adds an entry, after its name (and
	// key). With Unnamed there are no others.
	Add     func(e *Edit) []Input
	Unnamed bool
	// New makes an entry. Its key is free.
	New func(e *Edit, key string, name core.Text) (T, error)

	// Inputs are what can be changed of an entry, and Take takes what was sent.
	Inputs func(e *Edit, v T, at casetypes.Path) []Group
	Take   func(e *Edit, v *T) error
	// Parts are shown below an entry that is open.
	Parts func(e *Edit, v T) ([]Part, error)

	// Held counts the open cases that hold each entry, and Replaced is where it is
	// kept what takes the place of one that is gone. Nil: cases hold none.
	Held     func(h core.Held) map[string]int
	Replaced func(r *core.Replacements) *map[string]string

	Ordered bool // their order means something
	// Fixed says why an entry is not changed here; "" when it is. Nil: all are.
	Fixed func(v T) string
}

// Lister is [Entries] of any kind.
type Lister interface {
	list(e *Edit) List
	open(e *Edit) (Panel, bool, error)
	change(e *Edit) (bool, error)
}

// Form is what a section has beside its lists.
type Form struct {
	Groups func(e *Edit) []Group
	Take   func(e *Edit) error
	Said   string // “Changed reopening”
}

// Compose makes the editor of a section out of lists and a form; either may be
// missing.
func Compose(section string, form *Form, lists ...Lister) Editor {
	return Editor{
		Section: section,
		Show: func(e *Edit) (Panel, error) {
			var p Panel
			for _, l := range lists {
				opened, ok, err := l.open(e)
				if err != nil || ok {
					return opened, err
				}
			}
			if e.Item != "" {
				return p, core.NotFound("That is not there any more.")
			}
			for _, l := range lists {
				p.Lists = append(p.Lists, l.list(e))
			}
			if form != nil {
				p.Groups = form.Groups(e)
			}
			return p, nil
		},
		Change: func(e *Edit) error {
			for _, l := range lists {
				if done, err := l.change(e); done || err != nil {
					return err
				}
			}
			if form == nil || e.Do != "save" || e.Item != "" {
				return core.Invalid("This button is not known.")
			}
			e.Said = form.Said
			return form.Take(e)
		},
	}
}

func (x Entries[T]) part() string { return x.At.String() }

func (x Entries[T]) keyOf(v T, i int) string {
	if x.Key == nil {
		return strconv.Itoa(i)
	}
	return x.Key(v)
}

// item is how an entry is told in addresses.
func (x Entries[T]) item(v T, i int) string { return x.part() + "/" + x.keyOf(v, i) }

// find finds an entry by how it is told, -1 when it is not of this list or gone.
func (x Entries[T]) find(t *core.CaseType, item string) int {
	key, ok := strings.CutPrefix(item, x.part()+"/")
	if !ok {
		return -1
	}
	for i, v := range *x.Of(t) {
		if x.keyOf(v, i) == key && x.fixed(v) == "" {
			return i
		}
	}
	return -1
}

func (x Entries[T]) fixed(v T) string {
	if x.Fixed == nil {
		return ""
	}
	return x.Fixed(v)
}

func (x Entries[T]) list(e *Edit) List {
	entries := *x.Of(e.Type)
	l := List{Key: x.part(), Title: cmp.Or(x.Title, capital(plural(x.Noun))), About: x.About, Columns: append([]string{capital(x.Noun)}, x.Columns...),
		Ordered: x.Ordered, Nothing: "There is none yet.", AddLabel: "Add " + article(x.Noun) + " " + x.Noun}
	for i, v := range entries {
		row := Row{Item: x.item(v, i), Label: x.Name(v), Bad: e.Problem(x.At.And(i)) != "", First: i == 0, Last: i == len(entries)-1}
		row.URL = e.Link(row.Item)
		if x.Key != nil {
			row.Sub = x.Key(v)
		}
		if why := x.fixed(v); why != "" {
			row.URL, row.Sub, row.First, row.Last = "", row.Sub+", "+why, true, true
		}
		if row.Label == "" {
			row.Label = capital(x.Noun) + " " + strconv.Itoa(i+1)
		}
		if x.Cells != nil {
			row.Cells = x.Cells(e, v)
		}
		l.Rows = append(l.Rows, row)
	}
	name := "new-" + strings.ReplaceAll(x.part(), ".", "-")
	if !x.Unnamed {
		l.Add = append(l.Add, e.prefixed(name, e.Line("name", "Name", "", "", nil)))
	}
	if x.Add != nil {
		for _, in := range x.Add(e) {
			l.Add = append(l.Add, e.prefixed(name, in))
		}
	}
	if !x.Unnamed && x.Key != nil {
		l.Add = append(l.Add, e.prefixed(name, e.KeyLine("key", "Key (optional)", "", "", nil)))
	}
	return l
}

// prefixed keeps the ids of the forms of one page apart.
func (e *Edit) prefixed(form string, in Input) Input {
	in.ID = form + "-" + in.ID
	for i := range in.Several {
		in.Several[i].ID = form + "-" + in.Several[i].ID
	}
	for i := range in.Words {
		in.Words[i].ID = form + "-" + in.Words[i].ID
	}
	return in
}

func (x Entries[T]) open(e *Edit) (Panel, bool, error) {
	i := x.find(e.Type, e.Item)
	if i < 0 {
		return Panel{}, false, nil
	}
	v, at := (*x.Of(e.Type))[i], x.At.And(i)
	p := Panel{Title: x.Name(v), Back: render.Link{Label: capital(plural(x.Noun)), URL: e.URL}, Groups: x.Inputs(e, v, at)}
	if p.Title == "" {
		p.Title = capital(x.Noun) + " " + strconv.Itoa(i+1)
	}
	if x.Key != nil {
		p.Sub = "Key: " + x.Key(v)
	}
	p.Say = e.unplaced(at, p.Groups)
	p.Remove = x.remove(e, i)
	if x.Parts == nil {
		return p, true, nil
	}
	var err error
	p.Parts, err = x.Parts(e, v)
	return p, true, err
}

// unplaced is what is wrong with an entry and stands beside none of its inputs.
func (e *Edit) unplaced(at casetypes.Path, groups []Group) []string {
	shown := map[string]bool{}
	for _, g := range groups {
		for _, in := range g.Inputs {
			shown[in.Error] = true
		}
	}
	var out []string
	for _, f := range e.Findings {
		if f.In(at) && !shown[f.Message] {
			out = append(out, f.Message)
			shown[f.Message] = true
		}
	}
	return out
}

// remove offers to take an entry away: it says what holds it and what names it.
func (x Entries[T]) remove(e *Edit, i int) *Remove {
	entries := *x.Of(e.Type)
	v := entries[i]
	r := &Remove{Item: x.item(v, i), Noun: x.Noun}
	if n := x.holds(e, v); n > 0 {
		r.Holds = "1 open case has it."
		if n > 1 {
			r.Holds = render.Number(n) + " open cases have it."
		}
		options := []layout.Option{{Label: "Choose what takes its place"}}
		for j, other := range entries {
			if j != i {
				options = append(options, layout.Option{Value: x.Key(other), Label: x.Name(other)})
			}
		}
		r.Inputs = []Input{e.Choice("replacement", "For them it becomes", "Running cases are then treated as if they had that.", "", options, nil)}
	}
	r.Breaks = x.breaks(e, i)
	return r
}

func (x Entries[T]) holds(e *Edit, v T) int {
	if x.Held == nil {
		return 0
	}
	return x.Held(e.Known.Held)[x.Key(v)]
}

// breaks says what would be wrong with the type without an entry and is right
// with it.
func (x Entries[T]) breaks(e *Edit, i int) []string {
	without := *e.Type
	list := slices.Clone(*x.Of(e.Type))
	*x.Of(&without) = slices.Delete(list, i, i+1)
	known := e.Known
	known.Held = core.Held{} // said and asked for already
	before := map[string]int{}
	for _, f := range casetypes.Validate(e.Sections, e.Type, known) {
		before[f.Message]++
	}
	var out []string
	for _, f := range casetypes.Validate(e.Sections, &without, known) {
		if before[f.Message] > 0 {
			before[f.Message]--
			continue
		}
		out = append(out, f.Path+": "+f.Message)
	}
	const most = 8
	if rest := len(out) - most; rest > 0 {
		out = append(out[:most], fmt.Sprintf("And %d more.", rest))
	}
	return out
}

func (x Entries[T]) change(e *Edit) (bool, error) {
	list := x.Of(e.Type)
	if e.Do == "add" && e.What == x.part() {
		return true, x.add(e)
	}
	item := e.What
	if e.Do == "save" {
		item = e.Item
	}
	i := x.find(e.Type, item)
	if i < 0 {
		return false, nil
	}
	name := quoted(x.Name((*list)[i]))
	switch e.Do {
	case "up", "down":
		j := i + map[string]int{"up": -1, "down": 1}[e.Do]
		if j < 0 || j >= len(*list) {
			return true, core.Conflict("It cannot go further.")
		}
		(*list)[i], (*list)[j] = (*list)[j], (*list)[i]
		e.Item, e.Said = "", "Moved "+x.Noun+name
		return true, nil
	case "remove":
		return true, x.takeAway(e, i)
	case "save":
		if err := x.Take(e, &(*list)[i]); err != nil {
			return true, err
		}
		e.Said = "Changed " + x.Noun + name
		return true, nil
	}
	return false, nil
}

var keyLetters = regexp.MustCompile(`[^a-z0-9]+`)

// KeyOf makes a key of words that no entry has.
func KeyOf(words, otherwise string, taken func(key string) bool) string {
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '-'
		}
		return unicode.ToLower(r)
	}, words)
	key := strings.Trim(keyLetters.ReplaceAllString(ascii, "-"), "-")
	if len(key) > 40 {
		key = strings.Trim(key[:40], "-")
	}
	if key == "" {
		key = otherwise
	}
	free := key
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", key, n)
	}
	return free
}

func (x Entries[T]) add(e *Edit) error {
	list := x.Of(e.Type)
	name, key := e.Get("name"), e.Get("key")
	if !x.Unnamed && name == "" {
		return core.InvalidField("name", "Enter a name for the new %s.", x.Noun)
	}
	if x.Key != nil {
		taken := func(key string) bool {
			return slices.ContainsFunc(*list, func(v T) bool { return x.Key(v) == key })
		}
		switch {
		case key == "":
			key = KeyOf(name, strings.ReplaceAll(x.Noun, " ", "-"), taken)
		case !casetypes.ValidKey(key):
			return core.InvalidField("key", "A key has 1 to 60 small letters, digits and hyphens, such as in-progress.")
		case taken(key):
			return core.InvalidField("key", "There is a %s with this key already.", x.Noun)
		}
	}
	v, err := x.New(e, key, core.Plain(name))
	if err != nil {
		return err
	}
	*list = append(*list, v)
	if x.Replaced != nil {
		delete(*x.Replaced(&e.Type.ReplacedBy), key) // it is there again
	}
	e.Item, e.Said = x.item(v, len(*list)-1), "Added "+x.Noun+quoted(x.Name(v))
	return nil
}

func (x Entries[T]) takeAway(e *Edit, i int) error {
	list := x.Of(e.Type)
	v := (*list)[i]
	if n := x.holds(e, v); n > 0 {
		replacement, key := e.Get("replacement"), x.Key(v)
		if replacement == key || !slices.ContainsFunc(*list, func(o T) bool { return x.Key(o) == replacement }) {
			return core.InvalidField("replacement", "Choose what takes its place: open cases have it.")
		}
		table := x.Replaced(&e.Type.ReplacedBy)
		if *table == nil {
			*table = map[string]string{}
		}
		for _, old := range slices.Sorted(maps.Keys(*table)) {
			if (*table)[old] == key {
				(*table)[old] = replacement
			}
		}
		(*table)[key] = replacement
	}
	*list = slices.Delete(*list, i, i+1)
	e.Item, e.Said = "", "Removed "+x.Noun+quoted(x.Name(v))
	return nil
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return " ‘" + name + "’"
}

func capital(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "y"):
		return strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "s"):
		return noun + "es"
	}
	return noun + "s"
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}
