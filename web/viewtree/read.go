package viewtree

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// Read gives the answers a browser sent to a tree, by the names Render gave the
// inputs. Whatever else was sent is forgotten; files come apart from this,
// under [InputName]. A field that was not sent is absent.
func Read(tree *view.Node, sent url.Values) view.Answers {
	answers := view.Answers{}
	for _, f := range tree.Fields() {
		name := InputName(f.ID)
		switch f.Kind {
		case view.KindFile:
		case view.KindDate:
			if parts, given := readDate(sent, name); given {
				answers[f.ID] = parts
			}
		case view.KindLocation:
			if values, given := sent[name]; given && len(values) > 0 {
				lat, lng := strings.TrimSpace(sent.Get(name+":lat")), strings.TrimSpace(sent.Get(name+":lng"))
				answers[f.ID] = []string{values[0]}
				if lat != "" || lng != "" {
					answers[f.ID] = []string{values[0], lat, lng}
				}
			}
		case view.KindMoney:
			if values, given := sent[name]; given {
				answers[f.ID] = readMoney(values, f.Unit)
			}
		case view.KindLookup:
			if values, given := sent[name]; given && len(values) > 0 {
				answers[f.ID] = readLookup(values[0], sent.Get(name+":label"), sent.Get(name+":value"))
			}
		case view.KindCheckboxes:
			// A browser says nothing of a box that is not ticked.
			if values := sent[name]; len(values) > 0 || sent.Has(name+":asked") {
				answers[f.ID] = values
			}
		default:
			if values, given := sent[name]; given {
				answers[f.ID] = values
			}
		}
	}
	return view.Keep(tree, answers)
}

// readMoney writes amounts as they are kept; what is none stays as it was
// typed, so that it can be shown again.
func readMoney(values []string, unit string) []string {
	read := make([]string, len(values))
	for i, v := range values {
		read[i] = v
		if amount, ok := view.Amount(v, unit); ok {
			read[i] = amount
		}
	}
	return read
}

// readLookup gives the value of the row that was chosen, as long as its label
// stands there unchanged; else what was typed, for the host to find the row.
func readLookup(typed, label, value string) []string {
	typed = strings.TrimSpace(typed)
	switch {
	case typed == "":
		return []string{}
	case value != "" && typed == strings.TrimSpace(label):
		return []string{value}
	}
	return []string{typed}
}

// readDate joins day, month and year as 2026-11-09; what is no number stays as
// it was typed, so that it can be shown again.
func readDate(sent url.Values, name string) (value []string, given bool) {
	var parts []string
	for _, part := range []string{"year", "month", "day"} {
		values, there := sent[name+":"+part]
		given = given || there
		text := ""
		if len(values) > 0 {
			text = strings.ReplaceAll(strings.TrimSpace(values[0]), "-", " ")
		}
		if part != "year" && len(text) == 1 && text >= "0" && text <= "9" {
			text = "0" + text
		}
		parts = append(parts, text)
	}
	joined := strings.Join(parts, "-")
	if joined == "--" {
		return []string{}, given
	}
	return []string{joined}, given
}

// Action is what was pressed.
type Action struct {
	Kind string // one of those below
	// ID is, with ActionRemove, the file field; with ActionPress the button, with
	// ActionChange the field, with ActionTable the table.
	ID    string
	Field string // with ActionRemove: the file field …
	File  string // … and the id of the file

	// Of ActionPress: the button wants the answers checked, and a submit event.
	Checks bool
	// Of ActionPress: the button asks a question first, and nobody has answered it.
	// Nothing may be done but to draw the same page again, with what was typed and
	// with Page.Confirm set to ID.
	Unconfirmed bool

	Sorting Sorting // of ActionTable
	// Driven says of ActionTable that the plugin sorts it: a press event with
	// Fields. Else the page is drawn again, with Page.Tables.
	Driven bool
}

// What the buttons of a tree do.
const (
	ActionSubmit = "submit" // the form's own button, or no button at all
	ActionBack   = "back"
	ActionSave   = "save"   // and come back later
	ActionRemove = "remove" // a file
	ActionKeep   = "keep"   // what was typed, and show the page again: a question was answered with no
	ActionPress  = "press"
	ActionChange = "change" // a field was changed
	ActionTable  = "table"  // a table is to be sorted, or another page of it shown
)

// ActionName is the name of the buttons, and ConfirmedName of what says that
// the question of a button was answered with yes.
const (
	ActionName    = "do"
	ConfirmedName = "confirmed"
)

// ReadAction says which button was pressed, whatever the tree; one that is not
// known is ActionSubmit, like no button at all. Pages that show buttons, tables
// or fields that tell of changes ask [Pressed].
func ReadAction(sent url.Values) Action {
	kind, rest, _ := strings.Cut(sent.Get(ActionName), ":")
	switch kind {
	case ActionBack, ActionSave, ActionKeep:
		return Action{Kind: kind}
	case ActionRemove:
		if field, file, ok := strings.Cut(rest, ":"); ok && view.ValidID(field) && file != "" {
			return Action{Kind: kind, ID: field, Field: field, File: file}
		}
	}
	return Action{Kind: ActionSubmit}
}

// Pressed says what was pressed in the tree that was shown. A button, field or
// table that is not in it (an old page in another window, or a forgery) is
// ActionKeep: what was typed is kept and nothing else happens.
func Pressed(tree *view.Node, sent url.Values) Action {
	kind, id, _ := strings.Cut(sent.Get(ActionName), ":")
	switch kind {
	case ActionPress:
		if button := tree.Find(view.Button, id); button != nil {
			unconfirmed := button.Confirm != "" && !slices.Contains(sent[ConfirmedName], id)
			return Action{Kind: kind, ID: id, Checks: button.Checks, Unconfirmed: unconfirmed}
		}
		return Action{Kind: ActionKeep}
	case ActionChange:
		if field := tree.Find(view.Field, id); field != nil && field.OnChange {
			return Action{Kind: kind, ID: id}
		}
		return Action{Kind: ActionKeep}
	case ActionTable:
		id, at, _ := strings.Cut(id, ":")
		if table := tree.Find(view.Table, id); table != nil {
			return Action{Kind: kind, ID: id, Sorting: readSorting(table, at), Driven: table.Driven()}
		}
		return Action{Kind: ActionKeep}
	}
	return ReadAction(sent)
}

// Fields are what a press event on a table tells the plugin.
func (s Sorting) Fields() view.Answers {
	return view.Answers{"sort": {strconv.Itoa(s.Sort)}, "page": {strconv.Itoa(s.Page)}}
}

// readSorting reads "column:page"; what is out of range is as it comes.
func readSorting(table *view.Node, text string) Sorting {
	column, page, _ := strings.Cut(text, ":")
	s := Sorting{Page: 1}
	if n, err := strconv.Atoi(column); err == nil && n <= len(table.Columns) && n >= -len(table.Columns) && table.Sortable {
		s.Sort = n
	}
	if n, err := strconv.Atoi(page); err == nil && n >= 1 && n <= max(table.Pages, len(table.Rows), 1) {
		s.Page = n
	}
	return s
}

// TableParam is the parameter of an address that says how a table stands, and
// Param its value there; [ReadTables] reads it.
func TableParam(prefix, table string) string { return prefix + "t." + table }

// Param is the value of a [TableParam].
func (s Sorting) Param() string { return strconv.Itoa(s.Sort) + ":" + strconv.Itoa(s.Page) }

// ReadTables reads how tables stand from the parameters of an address, for
// Page.Tables. prefix is the page's.
func ReadTables(tree *view.Node, prefix string, query url.Values) map[string]Sorting {
	var tables map[string]Sorting
	tree.Walk(func(n *view.Node) {
		if n.Type != view.Table || n.ID == "" || n.Driven() || !query.Has(TableParam(prefix, n.ID)) {
			return
		}
		if tables == nil {
			tables = map[string]Sorting{}
		}
		tables[n.ID] = readSorting(n, query.Get(TableParam(prefix, n.ID)))
	})
	return tables
}
