//go:build !wasip1

package view

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

var (
	fieldKinds = []string{
		KindText, KindTextArea, KindEmail, KindTel, KindNumber, KindDate, KindRadios, KindCheckboxes, KindSelect, KindFile, KindLocation,
		KindMoney, KindYesNo, KindLookup,
	}
	textKinds   = []string{"", KindLead, KindHint}
	toneKinds   = []string{"", KindInfo, KindGood, KindWarn, KindBad} // of a notice, a figure, a pin, a row of a timeline
	stepKinds   = []string{KindDone, KindNow, KindNext}
	chartKinds  = []string{KindBar, KindLine}
	buttonKinds = []string{"", KindPrimary, KindSecondary, KindWarning}
	rowHolders  = []Type{Summary, Figures, Timeline, Progress}
)

// Validate says whether the host may draw a tree: only known nodes and kinds,
// each where it may stand, ids that are unique, a label for every question,
// and everything within the limits. It is all a tree is trusted for.
func Validate(root *Node) error {
	if root == nil {
		return errors.New("no view")
	}
	if root.Type != Form && root.Type != Page {
		return errors.New(`the root is "` + clip(string(root.Type)) + `", not a form or a page`)
	}
	v := validator{ids: map[string]bool{}}
	if root.Type == Form {
		if !ValidID(root.ID) {
			return errors.New("the form's id is no step name")
		}
		if root.Back != "" && !ValidID(root.Back) {
			return errors.New("the form's back is no step name")
		}
		if root.Label == "" && (len(root.Items) == 0 || root.Items[0].Type != Field) {
			return errors.New("the form has no label, and no field first that could head it")
		}
	} else if root.Label == "" {
		return errors.New("the page has no label")
	}
	if root.Part < 0 || root.Part > root.Parts || root.Parts > MaxNodes {
		return errors.New("the form is not part 1 to n of n")
	}
	return v.node(root, place{depth: 1})
}

type validator struct {
	nodes   int
	cells   int
	buttons int
	ids     map[string]bool // of fields, buttons and tables
	form    bool
}

// place is where a node stands.
type place struct {
	depth  int
	in     Type // of the node around it; "" at the root
	option bool // somewhere under an option
	tabs   bool // somewhere under tabs
}

func (p place) below(n *Node) place {
	return place{p.depth + 1, n.Type, p.option, p.tabs || n.Type == Tabs}
}

func (v *validator) node(n *Node, at place) error {
	if v.nodes++; v.nodes > MaxNodes {
		return errors.New("more than " + strconv.Itoa(MaxNodes) + " nodes")
	}
	if at.depth > MaxNesting {
		return errors.New("nodes nest more than " + strconv.Itoa(MaxNesting) + " deep")
	}
	if err := v.words(n); err != nil {
		return err
	}
	if err := v.shape(n, at); err != nil {
		return err
	}
	for i := range n.Items {
		if err := v.node(&n.Items[i], at.below(n)); err != nil {
			return err
		}
	}
	return nil
}

func (v *validator) words(n *Node) error {
	switch {
	case len(n.Label) > maxLabel, len(n.Caption) > maxLabel, len(n.Button) > maxLabel, len(n.Error) > maxLabel:
		return errors.New("a label, caption, button or error is longer than " + strconv.Itoa(maxLabel) + " bytes")
	case len(n.Hint) > maxHint:
		return errors.New("a hint is longer than " + strconv.Itoa(maxHint) + " bytes")
	case len(n.Text) > maxText, len(n.Confirm) > maxHint:
		return errors.New("a text is longer than " + strconv.Itoa(maxText) + " bytes, or a question before a button than " + strconv.Itoa(maxHint))
	case len(n.Unit) > maxUnit || len(n.Ref) > maxRef || len(n.At) > maxRef || len(n.List) > maxRef:
		return errors.New("a unit, a reference, a time or the name of a list is too long")
	}
	return nil
}

// shape checks what only nodes of this type may or must have.
func (v *validator) shape(n *Node, at place) error {
	if holds := n.Type == Form || n.Type == Page || n.Type == Section || n.Type == Details || n.Type == Tabs || slices.Contains(rowHolders, n.Type); !holds && len(n.Items) > 0 {
		return errors.New("a " + clip(string(n.Type)) + " cannot hold nodes")
	}
	if (n.Type == Row) != slices.Contains(rowHolders, at.in) {
		return errors.New("rows stand in a summary, figures, a timeline or progress, and nothing else does")
	}
	switch n.Type {
	case Form, Page:
		v.form = v.form || n.Type == Form
		if at.depth > 1 {
			return errors.New("a " + string(n.Type) + " inside a view")
		}
	case Section, Details:
		if n.Label == "" {
			return errors.New("a " + string(n.Type) + " without a label")
		}
	case Text:
		return kind(n, textKinds)
	case Notice:
		return kind(n, toneKinds)
	case Summary, Figures, Timeline:
	case Row:
		return row(n, at.in)
	case Table:
		return v.table(n)
	case Field:
		return v.field(n, at)
	case Map:
		return v.pins(n)
	case FileList:
		return fileList(n)
	case Progress:
		return progress(n)
	case Chart:
		return v.chart(n)
	case Tabs:
		return tabs(n, at)
	case Button:
		return v.button(n, at)
	default:
		return errors.New(`unknown node "` + clip(string(n.Type)) + `"`)
	}
	return nil
}

func kind(n *Node, allowed []string) error {
	if !slices.Contains(allowed, n.Kind) {
		return errors.New(`unknown kind of ` + string(n.Type) + ` "` + clip(n.Kind) + `"`)
	}
	return nil
}

// id takes the id of something that is named among the answers.
func (v *validator) id(n *Node, named string) error {
	if !ValidID(n.ID) {
		return errors.New(named + ": not a valid id")
	}
	if v.ids[n.ID] {
		return errors.New(named + ": the id is used twice")
	}
	v.ids[n.ID] = true
	return nil
}

func (v *validator) field(n *Node, at place) error {
	named := `field "` + clip(n.ID) + `"`
	if !v.form {
		return errors.New(named + " is not in a form")
	}
	if err := v.id(n, named); err != nil {
		return err
	}
	switch {
	case !slices.Contains(fieldKinds, n.Kind):
		return errors.New(named + `: unknown kind "` + clip(n.Kind) + `"`)
	case n.Label == "":
		return errors.New(named + ": no label")
	case n.Autocomplete != "" && !slices.Contains(Autocompletes, n.Autocomplete):
		return errors.New(named + `: unknown autocomplete "` + clip(n.Autocomplete) + `"`)
	case n.MinLength < 0 || n.MaxLength < 0 || n.MaxLength > maxValue || n.MaxFiles < 0 || n.MaxFiles > MaxFiles || n.MaxBytes < 0:
		return errors.New(named + ": a limit out of range")
	case len(n.Files) > MaxFiles || len(n.Accept) > MaxFiles || len(n.Min) > 32 || len(n.Max) > 32:
		return errors.New(named + ": a list or a bound is too long")
	case (n.Kind == KindLookup) != (n.List != ""):
		return errors.New(named + ": a list belongs to a lookup, which needs one")
	case n.List != "" && !ValidID(n.List):
		return errors.New(named + ": not the name of a list")
	case n.OnChange && n.Kind == KindFile:
		return errors.New(named + ": files are taken when the form is sent, not when they change")
	}
	size := 0
	for _, s := range n.Value {
		size += len(s) + 1
	}
	if size > maxValue {
		return errors.New(named + ": the value is longer than " + strconv.Itoa(maxValue) + " bytes")
	}
	for _, s := range n.Accept {
		if !validAccept(s) {
			return errors.New(named + `: "` + clip(s) + `" is no media type and no extension`)
		}
	}
	return v.options(n, named, at)
}

func (v *validator) options(n *Node, named string, at place) error {
	below := at.below(n)
	below.option = true
	choice := n.Kind == KindRadios || n.Kind == KindCheckboxes || n.Kind == KindSelect
	if choice != (len(n.Options) > 0) {
		return errors.New(named + ": options belong to radios, checkboxes and select, which need them")
	}
	if len(n.Options) > MaxOptions {
		return errors.New(named + ": more than " + strconv.Itoa(MaxOptions) + " options")
	}
	seen := make(map[string]bool, len(n.Options))
	for i := range n.Options {
		o := &n.Options[i]
		if v.nodes++; v.nodes > MaxNodes {
			return errors.New("more than " + strconv.Itoa(MaxNodes) + " nodes")
		}
		switch {
		case o.Label == "" || len(o.Label) > maxLabel || len(o.Hint) > maxHint || len(o.Value) > maxLabel:
			return errors.New(named + ": an option without a label, or too long")
		case o.Value == "" && n.Kind != KindSelect:
			return errors.New(named + ": an option without a value")
		case seen[o.Value]:
			return errors.New(named + `: option "` + clip(o.Value) + `" twice`)
		case len(o.Items) > 0 && n.Kind == KindSelect:
			return errors.New(named + ": a select cannot reveal fields")
		}
		seen[o.Value] = true
		for j := range o.Items {
			if err := v.node(&o.Items[j], below); err != nil {
				return err
			}
		}
	}
	return nil
}

// validAccept takes "type/subtype", "type/*" and ".ext".
func validAccept(s string) bool {
	if len(s) < 2 || len(s) > 100 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.*+-_") != "" {
		return false
	}
	for i := range len(s) {
		if s[i] == ' ' || s[i] == ',' {
			return false
		}
	}
	return s[0] == '.' || strings.Count(s, "/") == 1
}

// clip keeps a guest's words short where an error quotes them.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
