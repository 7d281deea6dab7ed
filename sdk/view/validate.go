package view

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// The limits of a tree.
const (
	MaxNodes   = 1000 // options count as nodes
	MaxNesting = 8
	MaxOptions = 500 // of one field
	MaxFiles   = 50  // of one field
	MaxCells   = 5000

	maxLabel = 500
	maxHint  = 2000
	maxText  = 20_000
	maxValue = 100_000
)

// Autocompletes are the tokens a field may carry; no other reaches a page.
var Autocompletes = []string{
	"name", "given-name", "family-name", "honorific-prefix", "organization", "email", "tel", "street-address", "address-line1",
	"address-line2", "address-level2", "postal-code", "bday", "off",
}

var (
	fieldKinds = []string{
		KindText, KindTextArea, KindEmail, KindTel, KindNumber, KindDate, KindRadios, KindCheckboxes, KindSelect, KindFile, KindLocation,
	}
	textKinds   = []string{"", KindLead, KindHint}
	noticeKinds = []string{"", KindInfo, KindGood, KindWarn, KindBad}
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
	return v.node(root, 1)
}

// ValidID says whether s can be the id of a field or a step: 1 to 64 letters,
// digits, dots, dashes and underscores, a letter first.
func ValidID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_')) {
			return false
		}
	}
	return true
}

type validator struct {
	nodes int
	cells int
	ids   map[string]bool
	form  bool
}

func (v *validator) node(n *Node, depth int) error {
	if v.nodes++; v.nodes > MaxNodes {
		return errors.New("more than " + strconv.Itoa(MaxNodes) + " nodes")
	}
	if depth > MaxNesting {
		return errors.New("nodes nest more than " + strconv.Itoa(MaxNesting) + " deep")
	}
	if err := v.words(n); err != nil {
		return err
	}
	if err := v.shape(n, depth); err != nil {
		return err
	}
	for i := range n.Items {
		if err := v.node(&n.Items[i], depth+1); err != nil {
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
	case len(n.Text) > maxText:
		return errors.New("a text is longer than " + strconv.Itoa(maxText) + " bytes")
	}
	return nil
}

// shape checks what only nodes of this type may or must have.
func (v *validator) shape(n *Node, depth int) error {
	switch n.Type {
	case Form:
		if depth > 1 {
			return errors.New("a form inside a view")
		}
		v.form = true
	case Page:
		if depth > 1 {
			return errors.New("a page inside a view")
		}
	case Section, Details:
		if n.Label == "" {
			return errors.New("a " + string(n.Type) + " without a label")
		}
	case Text:
		return v.kind(n, textKinds)
	case Notice:
		return v.kind(n, noticeKinds)
	case Summary:
		for i := range n.Items {
			if n.Items[i].Type != Row {
				return errors.New("a summary holds something else than rows")
			}
		}
	case Row:
		if n.Label == "" {
			return errors.New("a row without a label")
		}
		if n.Goto != "" && !ValidID(n.Goto) {
			return errors.New("a row leads to no step name")
		}
	case Table:
		return v.table(n)
	case Field:
		return v.field(n, depth)
	default:
		return errors.New(`unknown node "` + clip(string(n.Type)) + `"`)
	}
	if n.Type != Form && n.Type != Page && n.Type != Section && n.Type != Details && n.Type != Summary && len(n.Items) > 0 {
		return errors.New("a " + string(n.Type) + " cannot hold nodes")
	}
	return nil
}

func (v *validator) kind(n *Node, allowed []string) error {
	if !slices.Contains(allowed, n.Kind) {
		return errors.New(`unknown kind of ` + string(n.Type) + ` "` + clip(n.Kind) + `"`)
	}
	if len(n.Items) > 0 {
		return errors.New("a " + string(n.Type) + " cannot hold nodes")
	}
	return nil
}

func (v *validator) table(n *Node) error {
	if n.Label == "" || len(n.Columns) == 0 {
		return errors.New("a table without a label or without columns")
	}
	for _, row := range n.Rows {
		if len(row) != len(n.Columns) {
			return errors.New("a table row with more or fewer cells than columns")
		}
		if v.cells += len(row); v.cells > MaxCells {
			return errors.New("more than " + strconv.Itoa(MaxCells) + " table cells")
		}
	}
	if len(n.Items) > 0 {
		return errors.New("a table cannot hold nodes")
	}
	return nil
}

func (v *validator) field(n *Node, depth int) error {
	named := `field "` + clip(n.ID) + `"`
	switch {
	case !v.form:
		return errors.New(named + " is not in a form")
	case !ValidID(n.ID):
		return errors.New(named + ": not a valid id")
	case v.ids[n.ID]:
		return errors.New(named + ": the id is used twice")
	case !slices.Contains(fieldKinds, n.Kind):
		return errors.New(named + `: unknown kind "` + clip(n.Kind) + `"`)
	case n.Label == "":
		return errors.New(named + ": no label")
	case n.Autocomplete != "" && !slices.Contains(Autocompletes, n.Autocomplete):
		return errors.New(named + `: unknown autocomplete "` + clip(n.Autocomplete) + `"`)
	case len(n.Items) > 0:
		return errors.New(named + ": a field holds nodes only under its options")
	case n.MinLength < 0 || n.MaxLength < 0 || n.MaxLength > maxValue || n.MaxFiles < 0 || n.MaxFiles > MaxFiles || n.MaxBytes < 0:
		return errors.New(named + ": a limit out of range")
	case len(n.Files) > MaxFiles || len(n.Accept) > MaxFiles || len(n.Min) > 32 || len(n.Max) > 32:
		return errors.New(named + ": a list or a bound is too long")
	}
	v.ids[n.ID] = true
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
	return v.options(n, named, depth)
}

func (v *validator) options(n *Node, named string, depth int) error {
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
			if err := v.node(&o.Items[j], depth+1); err != nil {
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
