package messages

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// What the HTML of a template may be made of: words in their order and links.
// How a message looks is the layout's business. What is sent has been through
// policy, so that not even a value in an address can do more than this.
var allowedElements = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "h2": nil, "h3": nil, "strong": nil, "b": nil, "em": nil, "i": nil, "u": nil,
	"ul": nil, "ol": nil, "li": nil, "blockquote": nil, "dl": nil, "dt": nil, "dd": nil,
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": nil, "td": nil,
	"a": {"href"},
}

// policy cleans the HTML of a message.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for element := range allowedElements {
		p.AllowElements(element)
	}
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.RequireParseableURLs(true)
	return p
}

// checkHTML says what in the HTML of a template would be taken out of the
// message. It looks at what sample data makes of it.
func checkHTML(sample string) string {
	var open []string
	for z := html.NewTokenizer(strings.NewReader(sample)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if len(open) > 0 {
				return fmt.Sprintf("<%s> is not closed.", open[len(open)-1])
			}
			return ""
		case html.CommentToken, html.DoctypeToken:
			return "Comments and document types have no place in a message."
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			if problem := checkTag(t); problem != "" {
				return problem
			}
			if t.Data == "br" || t.Data == "hr" || kind == html.SelfClosingTagToken {
				continue
			}
			if kind == html.StartTagToken {
				open = append(open, t.Data)
				continue
			}
			if len(open) == 0 || open[len(open)-1] != t.Data {
				return fmt.Sprintf("</%s> closes nothing that is open here.", clip(t.Data, 20))
			}
			open = open[:len(open)-1]
		}
	}
}

func checkTag(t html.Token) string {
	attributes, known := allowedElements[t.Data]
	if !known {
		return fmt.Sprintf("<%s> cannot be used in messages; there are %s.", clip(t.Data, 20), strings.Join(slices.Sorted(maps.Keys(allowedElements)), ", "))
	}
	for _, a := range t.Attr {
		if !slices.Contains(attributes, a.Key) {
			return fmt.Sprintf("<%s> cannot have the attribute %s.", t.Data, clip(a.Key, 20))
		}
		if scheme, _, found := strings.Cut(a.Val, ":"); !found || !slices.Contains([]string{"https", "http", "mailto", "tel"}, strings.ToLower(scheme)) {
			return fmt.Sprintf("A link leads to a whole address, such as {{ case.link }} or https://…, not to “%s”.", clip(a.Val, 60))
		}
	}
	return ""
}

// clean is the HTML of a message, with nothing in it that is not allowed.
func clean(body string) template.HTML { return template.HTML(policy.Sanitize(body)) } //nolint:gosec // cleaned by the policy
