package messages

import (
	"slices"
	"strings"

	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"

	"github.com/casement-dev/casement/core"
)

// A merge field that has no value is never sent as a blank.
//
// Where it can be proven, the template is not published: a name that the event
// never offers stands in it, and no condition asks for it first (see
// [Template.Demands]). What is left is found when a message is written: the
// value is empty for this case. Then [NotGiven] stands in its place, and the
// message says in the outbox which names it went out without. A preview names
// the field instead.
//
// While a template is rendered, such a place is held by its name between two
// letters of Unicode's private area, which data cannot contain: see plainText.
const (
	missingOpens  = '\uE000'
	missingCloses = '\uE001'
)

// NotGiven stands in a message where a merge field has no value.
var NotGiven = core.Text{"en": "(not given)", "cy": "(heb ei roi)"}

// Demand is a merge field that a template shows without asking first whether
// there is one.
type Demand struct {
	Part string // "languages.en.text"
	Line int    // from 1
	Path string // "case.expected"
}

// Demands lists the merge fields that a template shows without a condition or
// a default, once each per part. A template that cannot be published has none.
func (t Template) Demands() []Demand {
	c, err := compileTemplate(t)
	if err != nil {
		return nil
	}
	var out []Demand
	for tag, w := range c.wordings {
		for name, p := range w.parts() {
			for _, d := range p.demands {
				out = append(out, Demand{Part: "languages." + tag + "." + name, Line: d.line, Path: d.path})
			}
		}
	}
	slices.SortFunc(out, func(a, b Demand) int {
		if a.Part != b.Part {
			return strings.Compare(a.Part, b.Part)
		}
		return a.Line - b.Line
	})
	return out
}

// demand is a Demand of one part.
type demand struct {
	line int
	path string
}

// hold is the text that keeps the place of a missing value.
func hold(path string) string { return string(missingOpens) + path + string(missingCloses) }

// fill replaces the places of missing values, and lists their names.
func fill(text string, with func(path string) string) (string, []string) {
	var missing []string
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, string(missingOpens))
		out.WriteString(before)
		if !found {
			return out.String(), missing
		}
		path, after, closed := strings.Cut(rest, string(missingCloses))
		if !closed { // cut off by a filter: the rest is a part of the name
			path, after = strings.TrimSuffix(rest, "…"), ""
		}
		if !slices.Contains(missing, path) {
			missing = append(missing, path)
		}
		out.WriteString(with(path))
		text = after
	}
}

// Filters that the program adds to what authors write; they cannot be written.
const (
	showText = "casement_text"
	showHTML = "casement_html"
)

// mark makes the nodes that show values say when there is none, and puts its
// price before each block. A value with a default is its author's own answer to
// there being none.
func (i *inspector) mark(list []render.Node) error {
	for at, n := range list {
		if block, ok := n.(*render.BlockNode); ok {
			priced, err := i.paid(block)
			if err != nil {
				return err
			}
			list[at] = priced
			continue
		}
		o, ok := n.(*render.ObjectNode)
		if !ok {
			continue
		}
		path := i.shown(o.Args)
		source := "{{ " + o.Args + " | " + i.show + `: "` + path + `" }}`
		marked, err := i.config.Compile(source, parser.SourceLoc{LineNo: o.SourceLoc.LineNo})
		if err != nil {
			return fromLiquid(err)
		}
		list[at] = marked
	}
	return nil
}

// shown is the path whose value an expression shows, "" for a literal or a
// value with a default.
func (i *inspector) shown(expression string) string {
	words := token.FindAllString(expression, -1)
	if len(words) == 0 || !isLetter(words[0][0]) || slices.Contains(keywords, words[0]) {
		return ""
	}
	for at, word := range words[:len(words)-1] {
		if word == "|" && words[at+1] == "default" {
			return ""
		}
	}
	return i.resolve(words[0])
}
