package viewtree

import (
	"time"

	"github.com/casement-dev/casement/sdk/view"
)

// Page is what the host adds to a tree. Every member may be left out: what
// would need it is then not offered.
type Page struct {
	Action  string                   // where the form posts to; "": nothing can be pressed
	Hidden  []Hidden                 // such as the CSRF token
	StepURL func(step string) string // the address that shows a step again; nil: no links to change answers
	Errors  []string                 // messages that belong to no field
	Save    bool                     // offer to save and come back later
	Target  string                   // id of the element htmx replaces with the answer; "": no htmx
	Icons   string                   // address of the icons' sprite before its #; "": in the page itself
	Map     Map                      // lets maps be drawn and places be chosen on one; the zero Map: in figures alone
	// Nearby is where what is known around the place in a field is asked for; nil,
	// or an answer of "": nowhere.
	Nearby func(field string) string

	// Prefix stands before every id made here: two trees on one page need two.
	// It is a letter, then letters, digits and dashes.
	Prefix string
	// Level of the tree's own heading, 1 to 4; 0 is 1. What it holds is headed one
	// level below.
	Level int
	// Headless leaves the tree's own heading out: the host has headed it already,
	// at Level.
	Headless bool
	// ReadOnly shows what was answered in place of the questions, and no buttons.
	ReadOnly bool

	// Confirm is the id of a button that was pressed and has not been confirmed:
	// its question is asked first of all. See [Action.Unconfirmed].
	Confirm string

	// Tables are how the tables stand that the host sorts and pages, by id; see
	// [ReadTables] and [Action].
	Tables map[string]Sorting
	// TableURL is the address of the whole page with a table sorted so; where
	// scripts run, only the table is taken from it. Without it, and in a form with
	// questions, whose answers a link would lose, tables are sorted by buttons.
	TableURL func(table string, s Sorting) string

	FileURL func(id string) string  // where a file can be had; "": nowhere
	CaseURL func(ref string) string // where a case is shown; "": the reader must not know

	Lookup Lookup
	Zone   *time.Location // of times; nil: UTC
}

// Map is where the browser finds what draws a map, once somebody opens it.
type Map struct{ Script, Style string }

// Hidden is a hidden field.
type Hidden struct{ Name, Value string }

// Lookup is how questions that choose from a list of the installation are asked.
type Lookup struct {
	// URL answers for a list, with q=… added for what was typed so far, with JSON
	// like abi.LookupFound: {"rows": [{"value", "label"}], "more": true}. nil or "":
	// nothing is suggested while typing.
	URL func(list string) string
	// Label is what the row with a value is called; nil or "": as its value.
	Label func(list, value string) string
	// Rows of a short list, for browsers without scripts; nil or none: they type.
	Rows func(list string) []view.Option
}

// Sorting is how a table stands: by which column, from 1, negative for
// downwards, 0 as it comes; and which page, from 1.
type Sorting struct{ Sort, Page int }

func (l Lookup) url(list string) string {
	if l.URL == nil {
		return ""
	}
	return l.URL(list)
}

func (l Lookup) label(list, value string) string {
	if l.Label != nil && value != "" {
		if label := l.Label(list, value); label != "" {
			return label
		}
	}
	return value
}

func (l Lookup) rows(list string) []view.Option {
	if l.Rows == nil {
		return nil
	}
	return l.Rows(list)
}

func (p Page) fileURL(id string) string {
	if p.FileURL == nil {
		return ""
	}
	return p.FileURL(id)
}

func (p Page) caseURL(ref string) string {
	if p.CaseURL == nil || ref == "" {
		return ""
	}
	return p.CaseURL(ref)
}

func (p Page) level() int {
	return min(max(p.Level, 1), 4)
}
