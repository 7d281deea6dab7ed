package viewtree

import (
	"net/url"
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
		default:
			if values, given := sent[name]; given {
				answers[f.ID] = values
			}
		}
	}
	return view.Keep(tree, answers)
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

// Action is which button was pressed.
type Action struct {
	Kind  string // ActionSubmit, ActionBack, ActionSave or ActionRemove
	Field string // with ActionRemove: the file field …
	File  string // … and the id of the file
}

// What the buttons of a form do.
const (
	ActionSubmit = "submit"
	ActionBack   = "back"
	ActionSave   = "save"
	ActionRemove = "remove"
)

// ActionName is the name of the buttons.
const ActionName = "do"

// ReadAction says which button was pressed; one that is not known is
// ActionSubmit, like no button at all.
func ReadAction(sent url.Values) Action {
	kind, rest, _ := strings.Cut(sent.Get(ActionName), ":")
	switch kind {
	case ActionBack, ActionSave:
		return Action{Kind: kind}
	case ActionRemove:
		if field, file, ok := strings.Cut(rest, ":"); ok && view.ValidID(field) && file != "" {
			return Action{Kind: kind, Field: field, File: file}
		}
	}
	return Action{Kind: ActionSubmit}
}
