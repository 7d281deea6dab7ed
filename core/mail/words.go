package mail

import (
	"mime"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// line is one line of a head, its encoded words read: =?utf-8?q?M=C3=BCller?=.
func line(value string, most int) string {
	if out, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		value = out
	}
	return clean(value, most)
}

// lines makes text of whatever came: valid, its lines ended by \n, without
// control characters.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(manyLines.ReplaceAllString(s, "\n\n\n"))
}

var manyLines = regexp.MustCompile(`\n[ \t]*(\n[ \t]*){3,}`)

// policy is what stays of the HTML of a mail: the form of its words, and where
// links lead. Nothing runs, loads, has a style, or can be mistaken for ours.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre", "code",
		"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "td", "th", "hr")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
})

func cleanMarkup(markup string) string {
	if strings.TrimSpace(markup) == "" {
		return ""
	}
	return strings.ReplaceAll(strings.ToValidUTF8(policy().Sanitize(markup), "\ufffd"), "\x00", "")
}

// textOf is what HTML says, in lines. It reads token by token: however deeply
// elements are nested, that costs nothing.
func textOf(markup string) string {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(markup))
	unseen, pre := 0, 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		if kind == html.TextToken {
			if text := string(tokens.Text()); unseen == 0 {
				if pre == 0 {
					text = spaces.ReplaceAllString(text, " ")
				}
				if endsLine(&out) {
					text = strings.TrimLeft(text, " ")
				}
				out.WriteString(html.UnescapeString(text))
			}
			continue
		}
		name, _ := tokens.TagName()
		step := map[html.TokenType]int{html.StartTagToken: 1, html.EndTagToken: -1}[kind]
		switch atom.Lookup(name) {
		case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript:
			unseen = max(0, unseen+step)
		case atom.Pre:
			pre = max(0, pre+step)
			newLine(&out)
		case atom.Br:
			out.WriteByte('\n')
		case atom.Li:
			if newLine(&out); kind == html.StartTagToken {
				out.WriteString("- ")
			}
		case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Table, atom.Blockquote, atom.Ul, atom.Ol, atom.Hr:
			if newLine(&out); kind == html.EndTagToken && out.Len() > 0 {
				out.WriteByte('\n')
			}
		case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer:
			newLine(&out)
		case atom.Td, atom.Th:
			if kind == html.EndTagToken {
				out.WriteByte(' ')
			}
		}
	}
}

var spaces = regexp.MustCompile(`[ \t\r\n]+`)

func endsLine(b *strings.Builder) bool {
	return b.Len() == 0 || strings.HasSuffix(b.String(), "\n")
}

func newLine(b *strings.Builder) {
	if !endsLine(b) {
		b.WriteByte('\n')
	}
}
