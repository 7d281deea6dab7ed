package viewtree

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// form is what surrounds a tree that can be sent.
type form struct {
	Drawn   bool     // there is a form element
	Heading string   // h1 to h4; "" for none
	Main    *action  // what the enter key presses
	Row     []action // the buttons below everything
	Confirm *action  // the button whose question is asked first
}

// action is one button.
type action struct {
	Name, Value string
	Label       string
	Class       string
	Confirm     string // asked first
	ID          string // of the button among the nodes
}

// form fills in what surrounds a tree, and returns the nodes that stand in it:
// buttons at its end move down beside its own.
func (d *drawing) form(s *shown) []view.Node {
	n := s.Node
	f := &s.Form
	f.Drawn = !d.closed && (n.Type == view.Form || d.presses)
	if n.Label != "" && !d.page.Headless {
		f.Heading = "h" + strconv.Itoa(min(d.page.level(), 4))
	}
	s.DOM = d.page.Prefix
	s.Kicker = d.kicker()
	items := n.Items
	if !f.Drawn {
		return items
	}
	d.mistakes(s)
	last := len(items)
	for last > 0 && items[last-1].Type == view.Button {
		last--
	}
	if n.Type == view.Form {
		f.Main = d.mainAction()
		if n.Button != "" || f.Main.ID == "" {
			f.Row = append(f.Row, *f.Main)
		}
	}
	for i := last; i < len(items); i++ {
		f.Row = append(f.Row, actionOf(&items[i]))
	}
	if button := n.Find(view.Button, d.page.Confirm); button != nil && button.Confirm != "" && d.page.Confirm != "" {
		a := actionOf(button)
		f.Confirm = &a
	}
	return items[:last]
}

// mainAction is what the enter key presses: the form's own button, or, where it
// has no words of its own, the first button that checks.
func (d *drawing) mainAction() *action {
	main := action{Name: ActionName, Value: ActionSubmit, Label: d.root.Button, Class: "button button-main"}
	if main.Label != "" {
		return &main
	}
	main.Label = "Continue"
	found := false
	d.root.Walk(func(n *view.Node) {
		if n.Type == view.Button && n.Checks && !found {
			main, found = actionOf(n), true
		}
	})
	return &main
}

func actionOf(n *view.Node) action {
	class := "button"
	switch n.Kind {
	case view.KindPrimary:
		class = "button button-main"
	case view.KindWarning:
		class = "button button-danger"
	}
	return action{Name: ActionName, Value: ActionPress + ":" + n.ID, Label: n.Label, Class: class, Confirm: n.Confirm, ID: n.ID}
}

func (d *drawing) mistakes(s *shown) {
	for _, f := range s.Fields() {
		if f.Error != "" {
			s.Summary = append(s.Summary, message{d.focusID(f), f.Error})
		}
		s.Upload = s.Upload || f.Kind == view.KindFile
	}
	for _, text := range d.page.Errors {
		s.Summary = append(s.Summary, message{"", text})
	}
}

func (d *drawing) kicker() string {
	part := ""
	if d.root.Parts > 1 {
		part = "part " + strconv.Itoa(d.root.Part) + " of " + strconv.Itoa(d.root.Parts)
	}
	switch {
	case d.root.Caption != "" && part != "":
		return d.root.Caption + ": " + part
	case part != "":
		return strings.ToUpper(part[:1]) + part[1:]
	}
	return d.root.Caption
}

// SummaryTitle counts the answers that need another look.
func (s shown) SummaryTitle() string {
	words := []string{"", "One answer needs another look", "Two answers need another look", "Three answers need another look"}
	if n := len(s.Summary); n >= len(words) {
		return strconv.Itoa(n) + " answers need another look"
	}
	return words[len(s.Summary)]
}
