package searchpages

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// Facet is a group of filters.
type Facet struct {
	ID      string // of its element
	Name    string // of its fields
	Label   string
	Radio   bool // one of them at most
	Open    bool
	Options []Option
	More    []Option // those that would leave the least, behind a disclosure
	Fields  []layout.Field
	Choose  layout.Field // a list beside the options; without a name when there is none
}

// Option is one filter, with how many results it would leave.
type Option struct {
	Value, Label string
	Count        int
	Counted      bool
	On           bool
}

// shownOptions is how many filters of a group are shown at once.
const shownOptions = 8

// kindNames are the kinds of status as filters say them.
var kindNames = map[core.StatusKind]string{
	core.StatusStart: "New", core.StatusOpen: "In progress", core.StatusWaiting: "Waiting", core.StatusResolved: "Resolved", core.StatusFinal: "Closed",
}

// channelName is what a channel is called; "" when it is none.
func channelName(key string) string {
	if key == string(core.ChannelAPI) {
		return "API"
	}
	if !slices.Contains(core.Channels(), core.Channel(key)) {
		return ""
	}
	return strings.ToUpper(key[:1]) + key[1:]
}

// typesAsked are the types that are chosen, or all of them.
func (a *asked) typesAsked() []*core.CaseType {
	keys := a.request.Filter.Types
	if len(keys) == 0 {
		keys = sortedKeys(a.types)
	}
	out := make([]*core.CaseType, len(keys))
	for i, key := range keys {
		out[i] = a.types[key]
	}
	return out
}

// nameIn asks one type after the other what a key is called, those that are
// chosen first.
func (a *asked) nameIn(of func(*core.CaseType) core.Text) string {
	for _, t := range a.typesAsked() {
		if name := of(t); !name.IsZero() {
			return name.String()
		}
	}
	for _, key := range sortedKeys(a.types) {
		if name := of(a.types[key]); !name.IsZero() {
			return name.String()
		}
	}
	return ""
}

func (a *asked) priorityName(key string) string {
	return a.nameIn(func(t *core.CaseType) core.Text { c, _ := t.Priority(key); return c.Name })
}

func (a *asked) subtypeName(key string) string {
	return a.nameIn(func(t *core.CaseType) core.Text { s, _ := t.Subtype(key); return s.Name })
}

func (a *asked) statusName(key string) string {
	return a.nameIn(func(t *core.CaseType) core.Text { s, _ := t.Status(key); return s.Name })
}

func (a *asked) stageName(key string) string {
	return a.nameIn(func(t *core.CaseType) core.Text { s, _ := t.Stage(key); return s.Name })
}

// keysOf collects keys of the types that are asked for, each once.
func (a *asked) keysOf(of func(*core.CaseType) []string) []string {
	var out []string
	for _, t := range a.typesAsked() {
		for _, key := range of(t) {
			if !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	return out
}

func keysBy[T any](items []T, key func(T) string) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = key(item)
	}
	return out
}

// facets lists the filters that would leave something, and those that are on.
func (a *asked) facets(ctx context.Context, counts map[search.Facet]map[string]int) ([]Facet, error) {
	f := a.request.Filter
	kinds := keysBy(core.StatusKinds(), func(k core.StatusKind) string { return string(k) })
	priorities := a.keysOf(func(t *core.CaseType) []string {
		return keysBy(t.Priorities, func(c core.Choice) string { return c.Key })
	})
	slices.Reverse(priorities) // the most urgent first
	subtypes := a.keysOf(func(t *core.CaseType) []string {
		return keysBy(t.Subtypes, func(s core.Subtype) string { return s.Key })
	})
	statuses := a.keysOf(func(t *core.CaseType) []string {
		return keysBy(t.Statuses, func(s core.Status) string { return s.Key })
	})
	stages := a.keysOf(func(t *core.CaseType) []string {
		return keysBy(t.Stages, func(s core.Stage) string { return s.Key })
	})
	channels := keysBy(core.Channels(), func(c core.Channel) string { return string(c) })
	with, err := a.assigneeFacet(ctx, counts[search.FacetAssignee])
	if err != nil {
		return nil, err
	}
	out := []Facet{
		a.keyFacet("type", "Type", search.FacetType, counts, sortedKeys(a.types), func(key string) string { return a.types[key].Name.String() }, true, true),
		a.keyFacet("kind", "Status", search.FacetKind, counts, kinds, func(key string) string { return kindNames[core.StatusKind(key)] }, true, false),
		a.dueFacet(counts[search.FacetDue]),
		with,
		a.receivedFacet(),
		a.keyFacet("group", "Group", search.FacetGroup, counts, sortedKeys(a.names), func(key string) string { return a.names[key] }, true, true),
		a.keyFacet("priority", "Priority", search.FacetPriority, counts, priorities, a.priorityName, true, false),
		a.keyFacet("subtype", "Subtype", search.FacetSubtype, counts, subtypes, a.subtypeName, len(f.Types) == 1, true),
		a.keyFacet("status", "Status by name", search.FacetStatus, counts, statuses, a.statusName, false, false),
		a.keyFacet("stage", "Stage", search.FacetStage, counts, stages, a.stageName, false, false),
		a.keyFacet("channel", "Channel", search.FacetChannel, counts, channels, channelName, false, false),
	}
	for _, field := range a.searchable() {
		out = append(out, a.fieldFacet(field, counts[search.Facet(fieldPrefix+field.Key)]))
	}
	out = append(out, a.closedFacet())
	return slices.DeleteFunc(out, func(facet Facet) bool { return len(facet.Options) == 0 && len(facet.Fields) == 0 }), nil
}

// keyFacet shows keys that somebody configured. byCount puts those first that
// would leave the most; else they stay in their order.
func (a *asked) keyFacet(name, label string, facet search.Facet, counts map[search.Facet]map[string]int, keys []string, nameOf func(string) string, open, byCount bool) Facet {
	on := a.state[name]
	out := Facet{ID: "facet-" + name, Name: name, Label: label, Open: open || len(on) > 0}
	for _, key := range keys {
		n, counted := counts[facet][key], counts[facet] != nil
		isOn := slices.Contains(on, key)
		if counts != nil && n == 0 && !isOn {
			continue
		}
		out.Options = append(out.Options, Option{Value: key, Label: nameOf(key), Count: n, Counted: counted, On: isOn})
	}
	if counts == nil && len(out.Options) > shownOptions {
		byCount = false
	}
	if byCount {
		slices.SortStableFunc(out.Options, func(x, y Option) int {
			return cmp.Or(cmp.Compare(y.Count, x.Count), strings.Compare(strings.ToLower(x.Label), strings.ToLower(y.Label)))
		})
	}
	var first, more []Option
	for _, o := range out.Options {
		if len(first) < shownOptions || o.On {
			first = append(first, o)
		} else {
			more = append(more, o)
		}
	}
	if len(more) < 3 { // as much room as the words that hide them
		return out
	}
	out.Options, out.More = first, more
	return out
}

// assigneeFacet shows with whom cases are.
func (a *asked) assigneeFacet(ctx context.Context, counts map[string]int) (Facet, error) {
	on := a.state.Get("assignee")
	out := Facet{ID: "facet-assignee", Name: "assignee", Label: "With", Radio: true, Open: true}
	for _, o := range []Option{{Value: "", Label: "Anybody"}, {Value: string(search.AssigneeMe), Label: "Me"}, {Value: string(search.AssigneeNone), Label: "Nobody"}} {
		o.Count, o.Counted = counts[o.Value], counts != nil && o.Value != ""
		o.On = o.Value == on
		out.Options = append(out.Options, o)
	}
	staff, err := a.colleagues(ctx)
	if err != nil {
		return out, err
	}
	out.Choose = layout.Field{Name: "colleague", ID: "search-colleague", Label: "A colleague", Options: []layout.Option{{Value: "", Label: "Choose a colleague"}}}
	for _, u := range staff {
		no := strconv.Itoa(u.No)
		if no == on {
			out.Options = append(out.Options, Option{Value: no, Label: u.Name, On: true})
		} else if u.Active && u.ID != a.by.StaffID() {
			out.Choose.Options = append(out.Choose.Options, layout.Option{Value: no, Label: u.Name})
		}
	}
	return out, nil
}

func (a *asked) dueFacet(counts map[string]int) Facet {
	on := a.state.Get("due")
	out := Facet{ID: "facet-due", Name: "due", Label: "Due", Radio: true, Open: true, Options: []Option{{Value: "", Label: "Any time", On: on == ""}}}
	for _, key := range dueOrder {
		label := dueSpans[key].label
		if key == dueLate {
			label = "Late"
		}
		n, counted := counts[key]
		out.Options = append(out.Options, Option{Value: key, Label: label, Count: n, Counted: counted, On: on == key})
	}
	out.Fields = a.rangeFields("due-from", "due-to")
	return out
}

func (a *asked) receivedFacet() Facet {
	on := a.state.Get("received")
	out := Facet{ID: "facet-received", Name: "received", Label: "Received", Radio: true, Open: true, Options: []Option{{Value: "", Label: "Any time", On: on == ""}}}
	for _, key := range receivedOrder {
		out.Options = append(out.Options, Option{Value: key, Label: receivedSpans[key].label, On: on == key})
	}
	out.Fields = a.rangeFields("from", "to")
	return out
}

func (a *asked) closedFacet() Facet {
	fields := a.rangeFields("closed-from", "closed-to")
	open := false
	for _, f := range fields {
		open = open || f.Value != "" || f.Error != ""
	}
	return Facet{ID: "facet-closed", Label: "Closed", Open: open, Fields: fields}
}

func (a *asked) rangeFields(from, to string) []layout.Field {
	return []layout.Field{a.dateField(from, "From"), a.dateField(to, "Until")}
}

func (a *asked) dateField(name, label string) layout.Field {
	return layout.Field{Name: name, ID: "search-" + name, Label: label, Type: "date", Value: a.typed[name], Error: a.wrong[name]}
}

// Chip is a filter that is on, with the address without it.
type Chip struct{ Label, Without string }

// chipNames is how many values a chip names.
const chipNames = 3

// chips are the filters that are on: one for each group of them.
func (a *asked) chips() []Chip {
	var out []Chip
	f := a.request.Filter
	add := func(label string, names ...string) {
		if label != "" {
			out = append(out, Chip{label, a.without(names...)})
		}
	}
	several := func(prefix, name string, nameOf func(string) string) {
		var labels []string
		for _, key := range a.state[name] {
			labels = append(labels, nameOf(key))
		}
		add(sayChip(prefix, labels), name)
	}
	several("", "type", func(key string) string { return a.types[key].Name.String() })
	several("", "subtype", a.subtypeName)
	several("", "kind", func(key string) string { return kindNames[core.StatusKind(key)] })
	several("Status: ", "status", a.statusName)
	several("Stage: ", "stage", a.stageName)
	switch {
	case f.Assignee == search.AssigneeMe:
		add("With me", "assignee")
	case f.Assignee == search.AssigneeNone:
		add("With nobody", "assignee")
	case f.Assignee != "":
		for _, u := range a.staff {
			if u.ID.String() == string(f.Assignee) {
				add("With "+u.Name, "assignee")
			}
		}
	}
	if due := a.state.Get("due"); due == dueLate {
		add("Late", "due")
	} else if due != "" {
		add("Due: "+lowerFirst(dueSpans[due].label), "due")
	}
	add(a.sayRange("Due", "due-from", "due-to"), "due-from", "due-to")
	if received := a.state.Get("received"); received != "" {
		add("Received: "+lowerFirst(receivedSpans[received].label), "received")
	}
	add(a.sayRange("Received", "from", "to"), "from", "to")
	add(a.sayRange("Closed", "closed-from", "closed-to"), "closed-from", "closed-to")
	several("Group: ", "group", func(key string) string { return a.names[key] })
	several("Priority: ", "priority", a.priorityName)
	several("Channel: ", "channel", channelName)
	for _, field := range a.searchable() {
		name := fieldPrefix + field.Key
		add(sayChip(field.Label.String()+": ", fieldWords(field, a.state[name])), name)
	}
	if f.Within != nil {
		add("Inside the drawn box", "within")
	}
	if f.Near != nil {
		add("Within "+sayMetres(f.Near.Metres)+" of the chosen place", "near")
	}
	return out
}

func sayChip(prefix string, labels []string) string {
	switch n := len(labels); {
	case n == 0:
		return ""
	case n > chipNames+1:
		return prefix + strings.Join(labels[:chipNames], ", ") + " and " + strconv.Itoa(n-chipNames) + " more"
	}
	return prefix + strings.Join(labels, ", ")
}

// sayRange says the days of a range that are on: "Received 1 Sep 2026 to 3 Oct
// 2026".
func (a *asked) sayRange(what, from, to string) string {
	first, last := sayDay(a.state.Get(from)), sayDay(a.state.Get(to))
	switch {
	case first != "" && first == last:
		return what + " on " + first
	case first != "" && last != "":
		return what + " " + first + " to " + last
	case first != "":
		return what + " from " + first
	case last != "":
		return what + " until " + last
	}
	return ""
}

func sayDay(typed string) string {
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return ""
	}
	return day.Format("2 Jan 2006")
}

func sayMetres(m float64) string {
	if m < 1000 {
		return render.Number(int(m)) + " m"
	}
	return strconv.FormatFloat(m/1000, 'f', -1, 64) + " km"
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
