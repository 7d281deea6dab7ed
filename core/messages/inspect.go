package messages

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
)

// inspector walks a parsed template and refuses tags, filters and names that
// are not on the lists, so that a slip of the finger is found when a template
// is published and not when a resident reads an empty line.
//
// On its way it makes every place that shows a value say when there is none:
// see mark. Names that stand in a condition around a place are asked for there.
type inspector struct {
	config render.Config
	show   string // the filter that shows values: showText or showHTML

	loops   int
	blocks  int
	bound   []binding // loop variables, innermost last
	asked   []string  // names in the conditions around, innermost last
	demands []demand
}

// binding says which list a loop variable runs over.
type binding struct{ variable, list string }

func (i *inspector) nodes(list []render.Node) error {
	for _, n := range list {
		if err := i.node(n); err != nil {
			return err
		}
	}
	return i.mark(list)
}

func (i *inspector) node(n render.Node) error {
	switch n := n.(type) {
	case *render.SeqNode:
		return i.nodes(n.Children)
	case *render.ObjectNode:
		i.demand(n)
		return i.expression(n.Token, n.Args)
	case *render.TagNode:
		return notAvailable(n.Token)
	case *render.BlockNode:
		return i.block(n)
	}
	return nil // text, raw text, trimming
}

func (i *inspector) block(n *render.BlockNode) error {
	if !allowedTags[n.Name] {
		return notAvailable(n.Token)
	}
	if i.blocks++; i.blocks > maxBlocks {
		return at(n.Token, "more than %d blocks stand inside one another.", maxBlocks)
	}
	asked := len(i.asked)
	defer func() { i.blocks--; i.asked = i.asked[:asked] }()
	if n.Name == "for" {
		return i.loop(n)
	}
	if n.Name != "else" && n.Name != "comment" {
		if err := i.expression(n.Token, n.Args); err != nil {
			return err
		}
		i.ask(n.Args)
	}
	return i.inside(n)
}

// ask notes the names that a condition is about: it holds for the places inside
// it and in its other branches.
func (i *inspector) ask(condition string) {
	for _, word := range token.FindAllString(condition, -1) {
		if isLetter(word[0]) && !slices.Contains(keywords, word) {
			i.asked = append(i.asked, i.resolve(word))
		}
	}
}

// demand notes a place that shows a value without asking for it. In a loop the
// list has been asked for.
func (i *inspector) demand(n *render.ObjectNode) {
	path := i.shown(n.Args)
	if path == "" || i.loops > 0 || slices.Contains(i.asked, path) {
		return
	}
	if !slices.ContainsFunc(i.demands, func(d demand) bool { return d.path == path }) {
		i.demands = append(i.demands, demand{n.SourceLoc.LineNo, path})
	}
}

func (i *inspector) inside(n *render.BlockNode) error {
	if err := i.nodes(n.Body); err != nil {
		return err
	}
	for _, clause := range n.Clauses {
		if err := i.block(clause); err != nil {
			return err
		}
	}
	return nil
}

var loopHead = regexp.MustCompile(`^\s*([a-z_][a-z0-9_]*)\s+in\s+([a-z_][a-z0-9_.]*)\s*$`)

func (i *inspector) loop(n *render.BlockNode) error {
	head := loopHead.FindStringSubmatch(n.Args)
	if head == nil {
		return at(n.Token, "a loop is written as {%% for answer in answers %%}.")
	}
	list := i.resolve(head[2])
	if !isList(list) {
		return at(n.Token, "%q is not a list.", head[2])
	}
	if i.loops++; i.loops > maxLoops {
		return at(n.Token, "more than %d loops stand inside one another.", maxLoops)
	}
	i.bound = append(i.bound, binding{head[1], list})
	err := i.inside(n)
	i.bound = i.bound[:len(i.bound)-1]
	i.loops--
	return err
}

// resolve replaces a loop variable at the front of a path by its list.
func (i *inspector) resolve(path string) string {
	root, rest, dotted := strings.Cut(path, ".")
	for _, b := range slices.Backward(i.bound) {
		if b.variable != root {
			continue
		}
		if dotted {
			return b.list + "." + rest
		}
		return b.list
	}
	return path
}

// words of expressions that are neither names nor filters.
var keywords = []string{"and", "or", "contains", "true", "false", "nil", "blank", "empty"}

// token is one word of an expression, or one other letter.
var token = regexp.MustCompile(`"[^"]*"|'[^']*'|-?[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\??|\S`)

func (i *inspector) expression(t parser.Token, source string) error {
	filter := false
	for _, word := range token.FindAllString(source, -1) {
		switch {
		case filter:
			if allowedFilters[word] == nil {
				return at(t, "there is no filter %q; there are %s.", word, strings.Join(slices.Sorted(maps.Keys(allowedFilters)), ", "))
			}
			filter = false
		case word == "|":
			filter = true
		case word == "[" || word == "(" || word == "%":
			return at(t, "%q cannot be used here.", word)
		case isLetter(word[0]) && !slices.Contains(keywords, word):
			if err := i.name(t, word); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *inspector) name(t parser.Token, word string) error {
	if i.loops > 0 && (word == "forloop.first" || word == "forloop.last" || word == "forloop.index") {
		return nil
	}
	path := i.resolve(word)
	if known(path) {
		return nil
	}
	if near := nearest(path); near != "" {
		return at(t, "there is no %q. Did you mean %q?", word, near)
	}
	return at(t, "there is no %q.", word)
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func notAvailable(t parser.Token) error {
	return at(t, "{%% %s %%} cannot be used in messages.", t.Name)
}

func at(t parser.Token, format string, args ...any) *problem {
	return &problem{t.SourceLoc.LineNo, fmt.Sprintf(format, args...)}
}

// fromLiquid words an error of the parser for the author.
func fromLiquid(e parser.Error) *problem {
	what := e.Error()
	if cause := e.Cause(); cause != nil {
		what = cause.Error()
	}
	if _, after, ok := strings.Cut(what, "): "); ok && strings.HasPrefix(what, "Liquid error") {
		what = after
	}
	return &problem{e.LineNumber(), clip(strings.TrimSpace(what), 200) + "."}
}

// checkDelimiters finds a {{ or {% that is never closed: the parser would show
// it to the reader as it stands.
func checkDelimiters(source string) error {
	for no, line := range strings.Split(source, "\n") {
		for _, pair := range [][2]string{{"{{", "}}"}, {"{%", "%}"}} {
			if strings.Count(line, pair[0]) != strings.Count(line, pair[1]) {
				return &problem{no + 1, fmt.Sprintf("%s and %s do not match.", pair[0], pair[1])}
			}
		}
	}
	return nil
}
