// Other cases that have to do with one: at the same address, or of the same
// person. What a reader may not see is not found for them.
package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
)

const perPage = 10

// Section is the entry "related" of the manifest. It keeps nothing.
var Section = details.Details[struct{}]{ID: "related", View: show}

func show(c *details.Ctx, _ *struct{}) forms.Page {
	query := abi.CaseSearch{Types: c.ConfigList("types"), Limit: 50}
	if c.Config("open_only") == "true" {
		query.Kinds = []string{"start", "open", "waiting"}
	}
	at, of := query, query
	at.SameAddress, of.SameRequester = true, true
	// Both are asked for before either answer is looked at: that makes one round of it.
	byAddress, ok1 := host.Search(c, at)
	byPerson, ok2 := host.Search(c, of)
	if !ok1 && !ok2 {
		return forms.Page{Title: "Related cases", Body: forms.Body{
			forms.Warning("Related cases cannot be looked for just now", c.Trouble()),
		}}
	}
	both := map[string]bool{}
	for _, found := range byAddress.Cases {
		both[found.ID] = true
	}
	var person []abi.CaseFound // not at this address
	shared := 0
	for _, found := range byPerson.Cases {
		if both[found.ID] {
			shared++
		} else {
			person = append(person, found)
		}
	}
	if ok1 && ok2 && len(byAddress.Cases)+len(person) == 0 {
		return forms.Page{Title: "Related cases", Body: forms.Body{
			forms.Text("Nothing is known at the same address or of the same person."),
		}}
	}
	all := append(append([]abi.CaseFound{}, byAddress.Cases...), person...)
	return forms.Page{Title: "Related cases", Body: forms.Body{
		forms.Figures(forms.Row("Related cases", count(len(all), byAddress.More || byPerson.More)), openOf(all)),
		group("At the same address", "address", byAddress.Cases, byAddress.More, ok1),
		forms.If(shared > 0, forms.Hint("Of these, "+strconv.Itoa(shared)+" by the same person.")),
		group("By the same person, elsewhere", "person", person, byPerson.More, ok2),
	}}
}

func openOf(found []abi.CaseFound) *forms.Listed {
	n := 0
	for i := range found {
		if isOpen(&found[i]) {
			n++
		}
	}
	row := forms.Row("Open now", strconv.Itoa(n))
	if n > 0 {
		row.Warn()
	}
	return row
}

func isOpen(found *abi.CaseFound) bool { return found.ClosedAt == "" && found.StatusKind != "final" }

// group is a table of cases; id names it.
func group(title, id string, found []abi.CaseFound, more, ok bool) forms.Node {
	switch {
	case !ok:
		return forms.Section(title, forms.Text("These cannot be looked for just now."))
	case len(found) == 0:
		return forms.Section(title, forms.Text("None."))
	}
	table := forms.Table(title, []string{"Reference", "What", "About", "Status", "Raised"}).Sortable(id).PerPage(id, perPage)
	for i := range found {
		f := &found[i]
		table.CaseRow(f.Ref, f.Ref, what(f), f.Subject, plain(f.Status), day(f.RaisedAt))
	}
	return forms.If(true, table, forms.If(more, forms.Hint("There are more: these are the newest "+strconv.Itoa(len(found))+".")))
}

func what(f *abi.CaseFound) string {
	if f.Subtype != "" {
		return f.TypeName + ": " + strings.ToLower(plain(f.Subtype))
	}
	return f.TypeName
}

func day(at string) string { return host.Date(at) }

// plain makes words of a key: "in-progress" is "In progress".
func plain(key string) string {
	if key == "" {
		return ""
	}
	return strings.ToUpper(key[:1]) + strings.ReplaceAll(key[1:], "-", " ")
}

func count(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}
