package casetypes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds of a configuration file.
const (
	MaxFile  = 1 << 20 // bytes
	maxDepth = 12      // mappings and lists inside one another
	maxText  = 10_000  // letters of one value
)

// File is a configuration file as it came: its name is for findings only.
type File struct {
	Name   string
	Source []byte
}

// source is a file whose YAML is sound: one document, a mapping at its root,
// no anchors, aliases, tags or merge keys, no duplicate keys, not too deep.
//
// It is read with yaml.v3 rather than goccy/go-yaml: its scanner bounds depth
// by itself (100 kB of "[" takes it milliseconds; goccy needs 40 seconds and
// gigabytes), its nodes show aliases as aliases, and each knows its line.
type source struct {
	file string
	root *yaml.Node
}

// read parses a file and refuses what has no place in configuration.
func read(f File) (source, Findings) {
	src := source{file: f.Name}
	say := func(line, column int, format string, args ...any) Findings {
		return Findings{{File: f.Name, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}}
	}
	switch {
	case len(f.Source) > MaxFile:
		return src, say(0, 0, "The file has %d kB; a configuration file may have %d kB at most.", len(f.Source)>>10, MaxFile>>10)
	case !utf8.Valid(f.Source):
		line, column := placeOfBadUTF8(f.Source)
		return src, say(line, column, "This is not UTF-8 text. Save the file as UTF-8.")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Source))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return src, say(1, 1, "The file is empty.")
	} else if err != nil {
		return src, syntaxFinding(f, err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		return src, say(second.Line, second.Column, "A second document begins here. Write one document in a file.")
	} else if !errors.Is(err, io.EOF) {
		return src, syntaxFinding(f, err)
	}
	src.root = document.Content[0]
	w := walker{file: f.Name}
	w.walk(src.root, nil)
	if len(w.findings) == 0 && src.root.Kind != yaml.MappingNode {
		w.say(src.root, nil, "A configuration file begins with names and values, such as “kind: case_type”.")
	}
	return src, w.findings.sorted()
}

// syntaxLine takes apart the parser's own words.
var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// sayings puts the parser's words for the usual slips into ours. Where early
// is set the parser counts the line from zero.
var sayings = map[string]struct {
	words string
	early bool
}{
	"did not find expected ',' or '}'":                {"a comma or the closing } is missing. Put text with ? : , { or } in quotes.", true},
	"did not find expected ',' or ']'":                {"a comma or the closing ] is missing. Put text with ? : , [ or ] in quotes.", true},
	"did not find expected key":                       {"the line does not fit what is around it. Look at how far it is indented.", true},
	"did not find expected '-' indicator":             {"the line does not fit the list around it. Look at how far it is indented.", true},
	"did not find expected node content":              {"a value is missing.", true},
	"did not find expected <document start>":          {"the line does not fit what is before it.", true},
	"mapping values are not allowed in this context":  {"there is one colon too many. Put text with a colon in quotes.", false},
	"could not find expected ':'":                     {"a colon is missing after a name.", false},
	"found character that cannot start any token":     {"a value cannot begin with this character. Put text in quotes; indent with spaces, not tabs.", false},
	"found a tab character that violates indentation": {"a tab indents this line. Indent with spaces.", false},
	"found unexpected end of stream":                  {"the closing quote is missing.", false},
}

func syntaxFinding(f File, err error) Findings {
	line, words := 0, err.Error()
	if m := syntaxLine.FindStringSubmatch(words); m != nil {
		line, _ = strconv.Atoi(m[1]) // none is line 0
		words = m[2] + "."
		if saying, ok := sayings[m[2]]; ok {
			words = saying.words
			if saying.early {
				line++
			}
		}
	}
	line = max(line, 1)
	return Findings{{File: f.Name, Line: line, Column: firstColumn(f.Source, line), Message: "This is not YAML: " + words}}
}

// firstColumn is where the first letter of a line stands: the parser tells
// the line of a mistake only.
func firstColumn(text []byte, line int) int {
	for range line - 1 {
		_, rest, ok := bytes.Cut(text, []byte("\n"))
		if !ok {
			return 1
		}
		text = rest
	}
	row, _, _ := bytes.Cut(text, []byte("\n"))
	return len(row) - len(bytes.TrimLeft(row, " \t")) + 1
}

func placeOfBadUTF8(text []byte) (line, column int) {
	line, column = 1, 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			return line, column
		}
		if column += size; r == '\n' {
			line, column = line+1, 1
		}
		text = text[size:]
	}
	return line, column
}

// walker looks at every node once, before anything is decoded.
type walker struct {
	file     string
	findings Findings
}

func (w *walker) say(n *yaml.Node, at Path, format string, args ...any) {
	w.findings = append(w.findings, Finding{
		File: w.file, Line: n.Line, Column: n.Column, Path: at.String(), Message: fmt.Sprintf(format, args...)})
}

func (w *walker) walk(n *yaml.Node, at Path) {
	switch {
	case len(w.findings) > maxFindings:
		return
	case n.Kind == yaml.AliasNode:
		w.say(n, at, "Aliases (*%s) are not understood. Write the value out.", shorten(n.Value))
		return
	case n.Anchor != "":
		w.say(n, at, "Anchors (&%s) are not understood. Leave it out.", shorten(n.Anchor))
	case n.Style&yaml.TaggedStyle != 0:
		w.say(n, at, "Tags (%s) are not understood. Leave it out.", shorten(n.Tag))
	case len(at) > maxDepth:
		w.say(n, at, "This is nested too deeply: %d levels are the most.", maxDepth)
		return
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for i, entry := range n.Content {
			w.walk(entry, at.And(i))
		}
	case yaml.MappingNode:
		w.walkMapping(n, at)
	case yaml.ScalarNode:
		w.walkScalar(n, at)
	}
}

func (w *walker) walkMapping(n *yaml.Node, at Path) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			w.say(name, at, "A name is one word here, not a list or a mapping.")
			return
		}
		w.walk(name, at)
		if name.Tag == "!!merge" {
			w.say(name, at, "Merging (<<) is not understood. Write the values out.")
			return
		}
		if line, twice := first[name.Value]; twice {
			w.say(name, at, "“%s” is given twice, first in line %d. Keep one.", shorten(name.Value), line)
		}
		first[name.Value] = name.Line
		w.walk(value, at.And(shorten(name.Value)))
	}
}

func (w *walker) walkScalar(n *yaml.Node, at Path) {
	if utf8.RuneCountInString(n.Value) > maxText {
		w.say(n, at, "This text is too long: %d letters are the most.", maxText)
	} else if i := strings.IndexFunc(n.Value, unwelcome); i >= 0 {
		r, _ := utf8.DecodeRuneInString(n.Value[i:])
		w.say(n, at, "The text holds a control character (U+%04X). Take it out.", r)
	}
}

// unwelcome are letters that nobody sees and that make words show as what they
// are not: control characters, and marks that turn the direction of writing
// without ending.
func unwelcome(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r), r == '\uFEFF', r == '\u2028', r == '\u2029':
		return true
	}
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// place finds the node a path leads to, or the nearest one on the way there.
func (s source) place(at Path) *yaml.Node {
	n := s.root
	for _, step := range at {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n == nil {
		return nil
	}
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					return n.Content[i+1]
				}
			}
		}
	}
	return nil
}

// finding makes a finding at a path of the file.
func (s source) finding(at Path, message, meant string) Finding {
	f := Finding{File: s.file, Path: at.String(), Message: message, Meant: meant}
	if n := s.place(at); n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	return f
}

// shorten cuts what came from outside before it is quoted.
func shorten(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}
