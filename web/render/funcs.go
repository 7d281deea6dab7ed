package render

import (
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// bound is what the functions of one copy of the templates know of the request
// they serve. It is set before each rendering and emptied after it.
type bound struct {
	c     *fiber.Ctx // nil when there is no request
	view  View
	toast Toast
	now   time.Time
	embed func() (string, error)
	write func(w io.Writer, name string, data any) error // a template of this copy

	csrf  string        // made when first asked for
	field template.HTML // of a form, with that token
	frame *Frame        // asked for when first needed
	theme *string
}

// funcs are the functions templates may call. docs of each, for those who
// write pages, are in the lines here.
func (e *Engine) funcs(b *bound) map[string]any {
	return map[string]any{
		// the request
		"embed":     func() (string, error) { return b.embed() },                                // in a layout: the page
		"view":      func() View { return b.view },                                              // in a layout: what the page said of itself
		"frame":     func() (Frame, error) { return e.frame(b) },                                // in a layout: what stands around pages
		"toast":     func() Toast { return b.toast },                                            // in a layout: the message brought along
		"theme":     func() string { return e.boundTheme(b) },                                   // "light", "dark" or ""
		"here":      func() string { return here(b) },                                           // the address of this page
		"csrf":      func() template.HTML { return e.csrfField(b) },                             // in every form that posts
		"csrfToken": func() string { return e.csrfToken(b) },                                    // for hx-headers, once, in the layout
		"now":       func() time.Time { return b.now.In(e.options.Zone) },                       // the moment of this answer
		"has":       func(role string) bool { return e.has(b, core.Role(role)) },                // whether the viewer holds a role
		"asset":     e.options.Asset,                                                            // the address of a built file
		"icon":      func(name string) template.HTML { return e.icon(name) },                    // {{icon "lock"}}: a shape beside a word
		"iconNamed": func(name, label string) template.HTML { return e.iconNamed(name, label) }, // a shape that is the word

		// time, as people say it, with the exact time on hover
		"when":       func(t any) (template.HTML, error) { return e.timeElement(t, b.now, When, "") },
		"whenPublic": func(t any) (template.HTML, error) { return e.timeElement(t, b.now, WhenPublic, "") },
		"dayPublic":  func(t any) (template.HTML, error) { return e.timeElement(t, b.now, DayPublic, "") },
		"day":        func(t any) (template.HTML, error) { return e.timeElement(t, b.now, Day, "") },
		"clock": func(t any) (template.HTML, error) {
			return e.timeElement(t, b.now, func(t, _ time.Time) string { return t.Format("15:04") }, "")
		},
		"ago": func(t any) (template.HTML, error) { return e.timeElement(t, b.now, Ago, "ago") },
		"age": func(t any) (template.HTML, error) { return e.timeElement(t, b.now, Age, "age") },

		// people
		"initials":    Initials,
		"tone":        Tone,
		"avatar":      func(name string) template.HTML { return e.avatar(name, "", false) }, // beside the name
		"avatarNamed": func(name string) template.HTML { return e.avatar(name, "", true) },  // instead of the name
		"avatarLarge": func(name string) template.HTML { return e.avatar(name, " avatar-large", false) },

		// words and numbers
		"plural":     Plural,
		"number":     Number,
		"count":      Count,
		"bytes":      func(n any) (string, error) { return bytesOf(n) },
		"paragraphs": Paragraphs, // what somebody typed
		"telephone":  TelephoneURL,
		"lower":      strings.ToLower,
		"join":       func(sep string, parts []string) string { return strings.Join(parts, sep) },
		"percent":    func(share float64) string { return strconv.Itoa(int(min(max(share, 0), 1)*100 + 0.5)) },

		// a component that is alike in many rows: {{same "layout/chip" .Status}}
		"same": func(name string, data any) (template.HTML, error) { return e.same(b, name, data) },
		// a template that data names: {{part .Template .Data}}
		"part": func(name string, data any) (template.HTML, error) { return b.part(name, data) },

		// for calling a component: {{template "layout/chip" (dict "Label" "New" "Tone" "info")}}
		"dict": Dict,
		"list": func(items ...any) []any { return items },
	}
}

// part executes a template that stands between elements and is named by what a
// page shows: pages that are put together of what several packages bring.
func (b *bound) part(name string, data any) (template.HTML, error) {
	var w strings.Builder
	if err := b.write(&w, name, data); err != nil {
		return "", err
	}
	return template.HTML(w.String()), nil
}

func (e *Engine) frame(b *bound) (Frame, error) {
	if b.frame == nil {
		f, err := e.options.Frame(b.c)
		if err != nil {
			return Frame{}, err
		}
		b.frame = &f
	}
	return *b.frame, nil
}

func (e *Engine) boundTheme(b *bound) string {
	if b.c == nil {
		return ""
	}
	if b.theme == nil {
		theme := e.theme(b.c)
		b.theme = &theme
	}
	return *b.theme
}

func (e *Engine) csrfToken(b *bound) string {
	if b.csrf == "" && b.c != nil {
		b.csrf = e.options.CSRF(b.c)
	}
	return b.csrf
}

// csrfField is the same in every form of an answer: a list has one in each row.
func (e *Engine) csrfField(b *bound) template.HTML {
	if b.field == "" {
		b.field = template.HTML(`<input type="hidden" name="_csrf" value="` + template.HTMLEscapeString(e.csrfToken(b)) + `">`)
	}
	return b.field
}

func (e *Engine) has(b *bound, role core.Role) bool {
	return b.c != nil && e.options.Actor(b.c).Has(role)
}

func here(b *bound) string {
	if b.c == nil {
		return "/"
	}
	return b.c.OriginalURL()
}

// icon draws a shape from the one sprite. It is always beside a word.
func (e *Engine) icon(name string) template.HTML {
	if drawn, ok := e.icons.Load(name); ok {
		return drawn.(template.HTML)
	}
	drawn := template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + template.HTMLEscapeString(e.options.Asset("icons.svg")+"#i-"+name) + `"/></svg>`)
	if shapes.MatchString(name) { // the program's own, so that there are few
		e.icons.Store(name, drawn)
	}
	return drawn
}

// shapes are names that a shape may have.
var shapes = regexp.MustCompile(`^[a-z][a-z-]{0,23}$`)

func (e *Engine) iconNamed(name, label string) template.HTML {
	return e.icon(name) + template.HTML(`<span class="hide">`+template.HTMLEscapeString(label)+`</span>`)
}

// timeElement writes a moment in words. kind names the words a script keeps
// fresh. A zero time, or a nil pointer to one, writes nothing.
func (e *Engine) timeElement(value any, now time.Time, say func(t, now time.Time) string, kind string) (template.HTML, error) {
	var t time.Time
	switch v := value.(type) {
	case time.Time:
		t = v
	case *time.Time:
		if v != nil {
			t = *v
		}
	case nil:
	default:
		return "", fmt.Errorf("a time is wanted, not a %T", value)
	}
	if t.IsZero() {
		return "", nil
	}
	zone := e.options.Zone
	t, now = t.In(zone), now.In(zone)
	if kind != "" {
		kind = ` data-time="` + kind + `"`
	}
	exact := Exact(t)
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `" title="` + exact + `"` + kind + `>` +
		template.HTMLEscapeString(say(t, now)) + `</time>`), nil
}

func (e *Engine) avatar(name, class string, alone bool) template.HTML {
	if strings.TrimSpace(name) == "" {
		return template.HTML(`<span class="avatar avatar-none` + class + `">` + string(e.iconNamed("person", "Nobody")) + `</span>`)
	}
	about := `aria-hidden="true"`
	if alone {
		escaped := template.HTMLEscapeString(name)
		about = `role="img" aria-label="` + escaped + `" title="` + escaped + `"`
	}
	return template.HTML(fmt.Sprintf(`<span class="avatar tone-%d%s" %s>%s</span>`, Tone(name), class, about, template.HTMLEscapeString(Initials(name))))
}

// titles stand before a name without being part of it.
var titles = map[string]bool{"cllr": true, "mr": true, "mrs": true, "ms": true, "miss": true, "dr": true, "prof": true, "sir": true}

// Initials gives the first letters of the first and the last name.
func Initials(name string) string {
	var first, last string
	for _, word := range strings.Fields(name) {
		if titles[strings.ToLower(strings.TrimSuffix(word, "."))] {
			continue
		}
		i := strings.IndexFunc(word, unicode.IsLetter)
		if i < 0 {
			continue
		}
		letter := string(unicode.ToUpper([]rune(word[i:])[0]))
		if first == "" {
			first = letter
		} else {
			last = letter
		}
	}
	return first + last
}

// Tone gives a name its colour, 1 to 6, always the same one.
func Tone(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32()%6) + 1
}

func bytesOf(n any) (string, error) {
	switch n := n.(type) {
	case int:
		return Bytes(int64(n)), nil
	case int64:
		return Bytes(n), nil
	}
	return "", fmt.Errorf("a number of bytes is wanted, not a %T", n)
}

// Paragraphs shows what somebody typed: an empty line ends a paragraph, a line
// ends a line, and everything else is text.
func Paragraphs(text string) template.HTML {
	var b strings.Builder
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for block := range strings.SplitSeq(text, "\n\n") {
		block = strings.Trim(block, "\n")
		if strings.TrimSpace(block) == "" {
			continue
		}
		b.WriteString(`<p dir="auto">`)
		b.WriteString(strings.ReplaceAll(template.HTMLEscapeString(block), "\n", "<br>"))
		b.WriteString("</p>")
	}
	return template.HTML(b.String())
}

// TelephoneURL is the address that rings a number.
func TelephoneURL(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	return template.URL("tel:" + digits)
}

// Dict makes a map of names and values.
func Dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict wants names and values")
	}
	d := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict wants a name before each value")
		}
		d[name] = pairs[i+1]
	}
	return d, nil
}
