package messages

import (
	"bytes"
	"errors"
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
// nothing longer; what is left is bounded by the sizes below.
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

// allowedFilters are the filters a template may use. None makes its input
// longer by more than a constant.
var allowedFilters = map[string]any{
	"default": func(value, otherwise any) any {
		if value == nil || value == false || value == "" {
			return otherwise
		}
		return value
	},
	"upcase":   func(s string) string { return strings.ToUpper(s) },
	"downcase": func(s string) string { return strings.ToLower(s) },
	// lower_first begins a name in the middle of a sentence: "complaint".
	"lower_first": func(s string) string { return first(s, unicode.ToLower) },
	"capitalize":  func(s string) string { return first(s, unicode.ToUpper) },
	"strip":       func(s string) string { return strings.TrimSpace(s) },
	"one_line":    func(s string) string { return strings.Join(strings.Fields(s), " ") },
	"truncate": func(s string, length func(int) int) string {
		return clip(s, max(1, length(50)))
	},
	"first_name": func(s string) string { name, _, _ := strings.Cut(strings.TrimSpace(s), " "); return name },
}

// language makes the Liquid that templates are written in.
func language() render.Config {
	config := render.NewConfig()
	tags.AddStandardTags(config)
	for name, f := range allowedFilters {
		config.AddFilter(name, f)
	}
	config.AddFilter(showText, func(value any, path string) any { return shown(value, path, func(v any) any { return v }) })
	config.AddFilter(showHTML, func(value any, path string) any { return shown(value, path, escaped) })
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
	config  render.Config
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
	config := language()
	root, broken := config.Compile(source, parser.SourceLoc{LineNo: 1})
	if broken != nil {
		return nil, fromLiquid(broken)
	}
	i := &inspector{config: config, show: show}
	roots := []render.Node{root}
	if err := i.nodes(roots); err != nil {
		return nil, err
	}
	return &part{roots[0], config, i.demands}, nil
}

// render makes text. data is copied and bounded first, so that nothing a
// template does outlives the call or grows without end.
func (p *part) render(data Data) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			// The library panics where a write fails, too.
			text, err = "", fmt.Errorf("render a template: %v", r)
		}
	}()
	bounded, ok := bound(map[string]any(data), 0).(map[string]any)
	if !ok {
		bounded = map[string]any{}
	}
	out := &limited{}
	if broken := render.Render(p.root, out, bounded, p.config); broken != nil {
		return "", fmt.Errorf("render a template: %w", broken)
	}
	return out.String(), nil
}

// limited is a buffer that refuses to grow beyond maxOutput.
type limited struct{ bytes.Buffer }

var errTooLong = errors.New("the message became too long")

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxOutput {
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
