package messages

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/tags"
)

// The limits of one part (subject or text) of one template. Liquid itself has
// none: it reads files for an include, loops over (1..1000000000), and builds
// strings by replacing every gap between letters. So templates may loop only
// over lists in the data, at most two deep, and use only filters that make
// nothing longer; what is left is bounded by the sizes below, and by what a
// rendering may cost (see budget).
const (
	maxSource = 20_000 // bytes of a template's part
	maxOutput = 100_000
	maxValue  = 20_000 // letters of one value in the data; a note has no more
	maxList   = 200    // items of one list, keys of one map
	maxDepth  = 6      // of the data
	maxLoops  = 2      // loops inside loops
	maxBlocks = 20     // blocks inside blocks
)

// allowedTags are the tags a template may use, without their clauses and ends.
var allowedTags = map[string]bool{
	"if": true, "unless": true, "elsif": true, "else": true, "case": true, "when": true, "for": true, "comment": true, "raw": true,
}

// allowedFilters are the filters a template may use.
var allowedFilters = filters(nil)

// filters are what a template may do to a value, each for what it costs. None
// makes its input longer by more than a constant.
func filters(b *budget) map[string]any {
	changed := func(by func(string) string) func(string) (string, error) {
		return func(s string) (string, error) { return by(s), b.spend(weigh(s)) }
	}
	return map[string]any{
		"default": func(value, otherwise any) (any, error) {
			if value == nil || value == false || value == "" {
				value = otherwise
			}
			return value, b.spend(1)
		},
		"upcase":   changed(strings.ToUpper),
		"downcase": changed(strings.ToLower),
		// lower_first begins a name in the middle of a sentence: "complaint".
		"lower_first": changed(func(s string) string { return first(s, unicode.ToLower) }),
		"capitalize":  changed(func(s string) string { return first(s, unicode.ToUpper) }),
		"strip":       changed(strings.TrimSpace),
		"one_line":    changed(func(s string) string { return strings.Join(strings.Fields(s), " ") }),
		"truncate": func(s string, length func(int) int) (string, error) {
			return clip(s, max(1, length(50))), b.spend(weigh(s))
		},
		"first_name": changed(func(s string) string { name, _, _ := strings.Cut(strings.TrimSpace(s), " "); return name }),
	}
}

// language makes the Liquid that templates are written in, with the budget of a
// rendering; parsing has none.
func language(b *budget) render.Config {
	config := render.NewConfig()
	tags.AddStandardTags(config)
	config.AddTag(stepTag, compileStep)
	for name, f := range filters(b) {
		config.AddFilter(name, f)
	}
	for name, as := range map[string]func(any) any{showText: func(v any) any { return v }, showHTML: escaped} {
		config.AddFilter(name, func(value any, path string) (any, error) {
			words, _ := value.(string)
			return shown(value, path, as), b.spend(weigh(words))
		})
	}
	return config
}

// shown is what is written for a value: the place of a missing one is held by
// its name.
func shown(value any, path string, as func(any) any) any {
	if words, ok := value.(string); value == nil || ok && strings.TrimSpace(words) == "" {
		if path == "" {
			return ""
		}
		return hold(path)
	}
	return as(value)
}

// escaped writes a value so that nothing in it is markup; its lines stay lines.
func escaped(value any) any {
	words, ok := value.(string)
	if !ok {
		return value
	}
	return strings.ReplaceAll(html.EscapeString(words), "\n", "<br>\n")
}

// part is one compiled part of a template.
type part struct {
	root    render.Node
	demands []demand
}

// problem is what is wrong with a part of a template, and where.
type problem struct {
	line int // 1, 2 …; 0 when unknown
	what string
}

func (p *problem) Error() string {
	if p.line == 0 {
		return p.what
	}
	return fmt.Sprintf("Line %d: %s", p.line, p.what)
}

// compile parses a part and refuses what a template may not use; show is the
// filter by which values are shown. The error is a *problem.
func compile(source, show string) (p *part, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, &problem{what: "this is not a template that can be read."}
		}
	}()
	switch {
	case len(source) > maxSource:
		return nil, &problem{what: fmt.Sprintf("it is longer than %d bytes.", maxSource)}
	case !utf8.ValidString(source):
		return nil, &problem{what: "it is not valid UTF-8."}
	}
	if err := checkDelimiters(source); err != nil {
		return nil, err
	}
	config := language(nil)
	root, broken := config.Compile(source, parser.SourceLoc{LineNo: 1})
	if broken != nil {
		return nil, fromLiquid(broken)
	}
	i := &inspector{config: config, show: show}
	roots := []render.Node{root}
	if err := i.nodes(roots); err != nil {
		return nil, err
	}
	return &part{roots[0], i.demands}, nil
}

// render makes text. data is copied and bounded first, so that nothing a
// template does outlives the call or grows without end. Errors: *overdone, when
// it costs too much; errTooLong.
func (p *part) render(data Data) (text string, err error) {
	allowance, end := newBudget()
	defer end()
	out := &limited{}
	defer func() {
		if r := recover(); r != nil {
			// The library panics where a write fails, too.
			text, err = "", fmt.Errorf("render a template: %v", r)
		}
		switch { // whatever the library made of it
		case allowance.spent != nil:
			text, err = "", allowance.spent
		case out.full:
			text, err = "", errTooLong
		}
	}()
	bounded, ok := bound(map[string]any(data), 0).(map[string]any)
	if !ok {
		bounded = map[string]any{}
	}
	bounded[budgetName] = allowance
	if broken := render.Render(p.root, out, bounded, language(allowance)); broken != nil {
		return "", fmt.Errorf("render a template: %w", broken)
	}
	return out.String(), nil
}

// limited is a buffer that refuses to grow beyond maxOutput.
type limited struct {
	bytes.Buffer
	full bool
}

var errTooLong = &overdone{0, fmt.Sprintf("it becomes longer than %d bytes.", maxOutput)}

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxOutput {
		l.full = true
		return 0, errTooLong
	}
	return l.Buffer.Write(b)
}

func (l *limited) WriteString(s string) (int, error) { return l.Write([]byte(s)) }

// bound copies a value, keeping only what templates may see: words, numbers,
// yes and no, lists and maps of these, none of them beyond the limits.
func bound(v any, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case string:
		return clip(plainText(v), maxValue)
	case fmt.Stringer:
		return clip(plainText(v.String()), maxValue)
	case bool, int, int64, float64, nil:
		return v
	case Data:
		return bound(map[string]any(v), depth)
	case map[string]string:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = value
		}
		return bound(m, depth)
	case map[string]any:
		out := make(map[string]any, min(len(v), maxList))
		for key, value := range v {
			if len(out) >= maxList {
				break
			}
			// An empty word is no word: {% if requester.name %} asks for one.
			if value = bound(value, depth+1); value != "" {
				out[key] = value
			}
		}
		return out
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return bound(list, depth)
	case []map[string]any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return bound(list, depth)
	case []any:
		out := make([]any, 0, min(len(v), maxList))
		for _, value := range v[:min(len(v), maxList)] {
			out = append(out, bound(value, depth+1))
		}
		return out
	}
	return nil
}

// plainText drops what has no place in a mail's text: control characters other
// than line breaks and tabs, the marks that turn the direction of writing, and
// bytes that are no letters.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == missingOpens, r == missingCloses:
			return -1
		}
		return r
	}, s)
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	letters := []rune(s)
	if len(letters) <= n {
		return s
	}
	return string(letters[:n]) + "…"
}

func first(s string, change func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(change(r)) + s[size:]
}
