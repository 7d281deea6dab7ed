// The history of a place: earlier cases at the same address and around it, by
// kind, on a map and in time. What a reader may not see is not found for them.
package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/details"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/view"
)

const (
	perPage  = 10
	maxKinds = 8 // of the chart; the rest is "Other"
	aYear    = 365
)

// Section is the entry "location" of the manifest. It keeps nothing.
var Section = details.Details[struct{}]{ID: "location", View: show}

func show(c *details.Ctx, _ *struct{}) forms.Page {
	if c.Case == nil || c.Case.Place == nil {
		return page(forms.Text("This case has no place, so that it has no history."))
	}
	metres := min(max(c.ConfigInt("metres", 100), 1), 5000)
	found, more, trouble := around(c, metres)
	if trouble != "" {
		return page(forms.Warning("Earlier cases cannot be looked for just now", trouble))
	}
	within := "within " + strconv.Itoa(metres) + " metres"
	if c.Case.Place.Point == nil {
		within = "at the same address: the place is not on the map"
	}
	if len(found) == 0 {
		return page(forms.Text("Nothing else is known " + within + "."))
	}
	kinds := byKind(found)
	tabs := []forms.Node{forms.Section("List", table(found), forms.If(more, forms.Hint("There are more: these are the newest "+strconv.Itoa(len(found))+".")))}
	if pins := pinned(c, found); pins != nil {
		tabs = append(tabs, forms.Section("Map", forms.Map("This place and the others", pins...)))
	}
	tabs = append(tabs, forms.Section("In time", forms.Timeline(lines(found)...)))
	return page(
		figures(c, found, more, within),
		forms.If(len(kinds) > 1, forms.BarChart("Cases by kind", "", view.Series{Label: "Cases", Points: kinds})),
		forms.Tabs(tabs...),
	)
}

func page(nodes ...forms.Node) forms.Page {
	return forms.Page{Title: "Location history", Body: nodes}
}

// around finds cases at the address and near the point, newest first, each
// once. trouble says why nothing could be looked for.
func around(c *details.Ctx, metres int) (found []abi.CaseFound, more bool, trouble string) {
	query := abi.CaseSearch{Types: c.ConfigList("types"), Limit: 50}
	searches := []abi.CaseSearch{}
	if c.Case.Place.Address != "" {
		q := query
		q.SameAddress = true
		searches = append(searches, q)
	}
	if c.Case.Place.Point != nil {
		q := query
		q.Within = metres
		searches = append(searches, q)
	}
	answered := 0
	seen := map[string]int{}
	for _, q := range searches {
		answer, ok := host.Search(c, q)
		if !ok {
			trouble = c.Trouble()
			continue
		}
		answered++
		more = more || answer.More
		for _, f := range answer.Cases {
			if at, again := seen[f.ID]; !again {
				seen[f.ID] = len(found)
				found = append(found, f)
			} else if found[at].Metres == 0 {
				found[at].Metres = f.Metres
			}
		}
	}
	if answered > 0 {
		trouble = ""
	}
	slices.SortStableFunc(found, func(a, b abi.CaseFound) int { return cmp.Compare(b.RaisedAt, a.RaisedAt) })
	return found, more, trouble
}

func isOpen(f *abi.CaseFound) bool { return f.ClosedAt == "" && f.StatusKind != "final" }

func figures(c *details.Ctx, found []abi.CaseFound, more bool, within string) forms.Node {
	open, lately := 0, 0
	for i := range found {
		if isOpen(&found[i]) {
			open++
		}
		if days, ok := host.DaysBetween(found[i].RaisedAt, c.Today); ok && days <= aYear {
			lately++
		}
	}
	all, now := forms.Row("Other cases", count(len(found), more)).Hint(within), forms.Row("Open now", strconv.Itoa(open))
	if open > 0 {
		now.Warn()
	}
	return forms.Figures(all, now, forms.Row("In the last year", count(lately, more && lately == len(found))))
}

func table(found []abi.CaseFound) forms.Node {
	t := forms.Table("Other cases at this place", []string{"Reference", "Kind", "About", "Status", "Raised", "Metres away"}).
		Sortable("cases").PerPage("cases", perPage)
	for i := range found {
		f := &found[i]
		away := ""
		if f.Place != nil && f.Place.Point != nil || f.Metres > 0 {
			away = strconv.Itoa(f.Metres)
		}
		t.CaseRow(f.Ref, f.Ref, kindOf(f), f.Subject, plain(f.Status), host.Date(f.RaisedAt), away)
	}
	return t
}

// pinned puts this place and the others on a map; nil when none can be.
func pinned(c *details.Ctx, found []abi.CaseFound) (pins []view.Pin) {
	if p := c.Case.Place.Point; p != nil {
		pins = append(pins, view.Pin{Lat: p.Lat, Lng: p.Lng, Label: "This case", Text: c.Case.Place.Address, Kind: view.KindInfo})
	}
	for i := range found {
		f := &found[i]
		if f.Place == nil || f.Place.Point == nil {
			continue
		}
		kind := view.KindGood
		if isOpen(f) {
			kind = view.KindWarn
		}
		pins = append(pins, view.Pin{
			Lat: f.Place.Point.Lat, Lng: f.Place.Point.Lng, Label: kindOf(f), Text: plain(f.Status) + ", raised " + host.SayDate(f.RaisedAt), Kind: kind, Ref: f.Ref,
		})
	}
	return pins
}

// lines tells what happened here, newest first.
func lines(found []abi.CaseFound) (lines []*forms.Listed) {
	for i := range found {
		f := &found[i]
		line := forms.Row(kindOf(f), f.Subject).At(f.RaisedAt).Ref(f.Ref)
		if isOpen(f) {
			line.Warn().Hint("Open")
		} else if f.ClosedAt != "" {
			line.Good().Hint("Closed on " + host.SayDate(f.ClosedAt))
		}
		lines = append(lines, line)
	}
	return lines
}

// byKind counts cases by what they are about, most first.
func byKind(found []abi.CaseFound) (kinds []view.Datum) {
	for i := range found {
		kind := kindOf(&found[i])
		at := slices.IndexFunc(kinds, func(d view.Datum) bool { return d.Label == kind })
		if at < 0 {
			at, kinds = len(kinds), append(kinds, view.Datum{Label: kind})
		}
		kinds[at].Value++
	}
	slices.SortStableFunc(kinds, func(a, b view.Datum) int { return cmp.Compare(b.Value, a.Value) })
	if len(kinds) > maxKinds {
		other := view.Datum{Label: "Other"}
		for _, d := range kinds[maxKinds-1:] {
			other.Value += d.Value
		}
		kinds = append(kinds[:maxKinds-1], other)
	}
	return kinds
}

func kindOf(f *abi.CaseFound) string {
	switch {
	case f.Subtype != "":
		return plain(f.Subtype)
	case f.TypeName != "":
		return f.TypeName
	}
	return "Case"
}

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
