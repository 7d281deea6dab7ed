package formdesigns

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/casetypes"
)

// Bounds of a form.
const (
	maxPages   = 40
	maxFields  = 40  // of a page
	maxAsked   = 200 // of the form
	maxChoices = 100
	maxRules   = 10
	maxTests   = 10
	maxRepeat  = 10
	maxLabel   = 200 // letters
	maxHint    = 1000
	maxText    = 4000
	maxBody    = 256 << 10 // bytes of JSON: it goes to the plugin with every page
	manyRadios = 8         // more choices are shown as a list that opens
)

// keyPattern is what keys of pages and questions look like: they name answers.
var keyPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// valuePattern is what keys of choices look like.
var valuePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$`)

// fieldPattern is what fields of cases are called.
var fieldPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// checker collects what is wrong with a definition.
type checker struct {
	d        *Definition
	sheet    casetypes.Sheet
	lists    []string // nil: not known here
	findings casetypes.Findings
}

// Check says what is wrong with a form; without a finding it can be published.
// sheet is the file it came from, the zero Sheet for none. lists are the lists
// that look-ups may use.
func (d *Definition) Check(sheet casetypes.Sheet, lists []string) casetypes.Findings {
	c := &checker{d: d, sheet: sheet, lists: lists}
	c.words(casetypes.At("name"), "name", d.Name, maxLabel, true)
	c.words(casetypes.At("title"), "title", d.Title, maxLabel, true)
	c.words(casetypes.At("subject"), "subject", d.Subject, maxLabel, false)
	c.template()
	c.condition(casetypes.At("anonymous"), d.Anonymous, -1, -1)
	for name, w := range map[string]Words{"review": d.Review, "done": d.Done} {
		c.words(casetypes.At(name, "title"), "title", w.Title, maxLabel, false)
		c.words(casetypes.At(name, "text"), "text", w.Text, maxText, false)
		c.words(casetypes.At(name, "button"), "words on the button", w.Button, 60, false)
	}
	switch n := len(d.Pages); {
	case n == 0:
		c.say(casetypes.At("pages"), "The form has no page. Add one.")
	case n > maxPages:
		c.say(casetypes.At("pages"), "A form has %d pages at most.", maxPages)
	default:
		c.pages()
	}
	if raw, err := json.Marshal(d); err == nil && len(raw) > maxBody {
		c.say(nil, "The form has %d kB; %d kB are the most.", len(raw)>>10, maxBody>>10)
	}
	return c.findings.Sorted()
}

func (c *checker) say(at casetypes.Path, format string, args ...any) {
	c.findings = append(c.findings, c.sheet.Finding(at, format, args...))
}

func (c *checker) words(at casetypes.Path, what, s string, most int, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.say(at, "The %s is missing.", what)
	case utf8.RuneCountInString(s) > most:
		c.say(at, "The %s is too long: %d letters are the most.", what, most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }):
		c.say(at, "The %s holds a control character. Take it out.", what)
	}
}

// template checks the answers named in the subject.
func (c *checker) template() {
	rest := c.d.Subject
	for {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return
		}
		key, after, closed := strings.Cut(after, "}")
		if _, ok := c.d.Field(key); !closed || !ok {
			c.say(casetypes.At("subject"), "“{%s}” is no question of this form. Write the key of one in braces.", shorten(key))
		}
		rest = after
	}
}

func (c *checker) pages() {
	pages, fields, single := map[string]bool{}, map[string]bool{}, map[string]string{}
	total := 0
	for i, p := range c.d.Pages {
		at := casetypes.At("pages", i)
		c.key(at.And("key"), "page", p.Key, pages)
		c.words(at.And("title"), "title", p.Title, maxLabel, false)
		c.words(at.And("text"), "text", p.Text, maxText, false)
		c.words(at.And("another"), "question", p.Another, maxLabel, false)
		total += len(p.Fields)
		switch {
		case len(p.Fields) == 0 && p.Text == "":
			c.say(at, "The page is empty. Add a question, or words to read.")
		case len(p.Fields) > maxFields:
			c.say(at.And("fields"), "A page has %d questions at most.", maxFields)
		case p.Repeat > maxRepeat:
			c.say(at.And("repeat"), "A page can be asked %d times at most.", maxRepeat)
		case i == 0 && !p.When.IsZero():
			c.say(at.And("when"), "The first page is always shown: nothing has been answered before it.")
		}
		c.condition(at.And("when"), p.When, i, 0)
		for j, f := range p.Fields {
			c.field(at.And("fields", j), i, j, f, fields, single)
		}
		if len(p.Checks) > maxRules {
			c.say(at.And("checks"), "A page has %d checks at most.", maxRules)
		}
		for j, rule := range p.Checks {
			c.rule(at.And("checks", j), i, rule)
		}
	}
	if total > maxAsked {
		c.say(casetypes.At("pages"), "A form has %d questions at most.", maxAsked)
	}
}

func (c *checker) key(at casetypes.Path, what, key string, seen map[string]bool) {
	switch {
	case !keyPattern.MatchString(key):
		c.say(at, "“%s” is not a key. Keys have 1 to 40 small letters, digits and hyphens, a letter first.", shorten(key))
	case seen[key]:
		c.say(at, "The %s “%s” is there twice. Give one another key.", what, key)
	}
	seen[key] = true
}

func (c *checker) rule(at casetypes.Path, page int, r Rule) {
	c.words(at.And("say"), "message", r.Say, maxLabel, true)
	if r.When.IsZero() {
		c.say(at.And("when"), "Say when the page is refused.")
	}
	c.condition(at.And("when"), r.When, page, len(c.d.Pages[page].Fields))
	if i, _ := c.d.Find(r.Field); r.Field != "" && i != page {
		c.say(at.And("field"), "“%s” is not asked on this page.", shorten(r.Field))
	}
}

func (c *checker) field(at casetypes.Path, page, no int, f Field, keys map[string]bool, single map[string]string) {
	c.key(at.And("key"), "question", f.Key, keys)
	c.words(at.And("label"), "question", f.Label, maxLabel, true)
	c.words(at.And("hint"), "hint", f.Hint, maxHint, false)
	c.words(at.And("short"), "short name", f.Short, maxLabel, false)
	c.words(at.And("message"), "message", f.Message, maxLabel, false)
	if !slices.ContainsFunc(Kinds(), func(n Named) bool { return n.Key == string(f.Kind) }) {
		c.say(at.And("kind"), "“%s” is not a kind of question.", shorten(string(f.Kind)))
		return
	}
	c.choices(at, f)
	c.bounds(at, f)
	c.becomes(at.And("becomes"), f, single)
	c.special(at, page, no, f)
	c.condition(at.And("when"), f.When, page, no)
	c.samePage(at.And("when"), page, f)
}

func (c *checker) choices(at casetypes.Path, f Field) {
	at = at.And("choices")
	chooses := f.Kind == OneOf || f.Kind == SeveralOf
	switch {
	case chooses && len(f.Choices) == 0:
		c.say(at, "There is nothing to choose from. List the choices.")
	case !chooses && len(f.Choices) > 0:
		c.say(at, "Only a choice has choices.")
	case len(f.Choices) > maxChoices:
		c.say(at, "A question has %d choices at most. Use a list of the installation for more.", maxChoices)
	}
	seen := map[string]bool{}
	for i, ch := range f.Choices {
		switch {
		case !valuePattern.MatchString(ch.Key):
			c.say(at.And(i, "key"), "“%s” is not a key for a choice: letters, digits, dots, hyphens and underscores.", shorten(ch.Key))
		case seen[ch.Key]:
			c.say(at.And(i, "key"), "The choice “%s” is there twice.", ch.Key)
		}
		seen[ch.Key] = true
		c.words(at.And(i, "name"), "name of the choice", ch.Name, maxLabel, true)
		c.words(at.And(i, "hint"), "hint", ch.Hint, maxHint, false)
	}
	if f.As != "" && (f.As != "list" || f.Kind != OneOf) {
		c.say(at[:len(at)-1].And("as"), "Only one of several can be shown as a “list”.")
	}
}

// relative is a date told from the day on which the form is filled in.
var relative = regexp.MustCompile(`^today([+-][0-9]{1,5})?$`)

func (c *checker) bounds(at casetypes.Path, f Field) {
	for _, b := range []struct{ name, value string }{{"min", f.Min}, {"max", f.Max}} {
		if b.value == "" {
			continue
		}
		switch f.Kind {
		case Number, Money:
			if n, err := strconv.ParseFloat(b.value, 64); err != nil || n != n || n > 1e15 || n < -1e15 {
				c.say(at.And(b.name), "“%s” is not a number.", shorten(b.value))
			}
		case Date:
			if _, err := time.Parse(time.DateOnly, b.value); err != nil && !relative.MatchString(b.value) {
				c.say(at.And(b.name), "“%s” is not a date. Write 2026-11-09, today, today+30 or today-30.", shorten(b.value))
			}
		default:
			c.say(at.And(b.name), "Only numbers, amounts and dates have a least and a most.")
		}
	}
	low, err1 := strconv.ParseFloat(f.Min, 64)
	high, err2 := strconv.ParseFloat(f.Max, 64)
	if f.Kind == Date {
		err1, err2 = nil, nil
		low, high = 0, 0
		if len(f.Min) == 10 && len(f.Max) == 10 && f.Min > f.Max && f.Min[0] != 't' && f.Max[0] != 't' {
			low = 1
		}
	}
	if err1 == nil && err2 == nil && low > high {
		c.say(at.And("max"), "The most is less than the least.")
	}
	isText := f.Kind == Text || f.Kind == LongText
	switch {
	case !isText && f.MinLength+f.MaxLength > 0:
		c.say(at.And("max_length"), "Only text has a number of letters.")
	case f.MaxLength > 10_000:
		c.say(at.And("max_length"), "10,000 letters are the most.")
	case f.MaxLength > 0 && f.MinLength > f.MaxLength:
		c.say(at.And("min_length"), "At least %d letters but at most %d cannot be.", f.MinLength, f.MaxLength)
	}
	if f.Format != "" && (f.Kind != Text || !slices.ContainsFunc(Formats(), func(n Named) bool { return n.Key == f.Format })) {
		c.say(at.And("format"), "“%s” is not a shape that this answer can have.", shorten(f.Format))
	}
	c.words(at.And("unit"), "unit", f.Unit, 12, false)
}

func (c *checker) becomes(at casetypes.Path, f Field, single map[string]string) {
	if f.Becomes == "" {
		if f.Searchable {
			c.say(at, "What search is to find must fill in a field of the case. Say which.")
		}
		return
	}
	if key, ok := strings.CutPrefix(f.Becomes, FieldRole); ok {
		switch {
		case !fieldPattern.MatchString(key):
			c.say(at, "“%s” is not the key of a case field.", shorten(key))
		case !f.MayFill():
			c.say(at, "%s cannot be a field of the case.", f.Kind.Name())
		case single[f.Becomes] != "":
			c.say(at, "“%s” fills in the same field.", single[f.Becomes])
		}
		single[f.Becomes] = f.Key
		return
	}
	switch known := RolesFor(f.Kind); {
	case !slices.ContainsFunc(known, func(n Named) bool { return n.Key == f.Becomes }):
		c.say(at, "“%s” cannot become “%s” of the case.", f.Kind.Name(), shorten(f.Becomes))
	case f.Searchable:
		c.say(at, "Search finds this by itself. Only for a field of the case it has to be said.")
	case single[f.Becomes] != "" && f.Becomes != "description":
		c.say(at, "“%s” becomes that already. Only one question can.", single[f.Becomes])
	}
	single[f.Becomes] = f.Key
}

// special checks what only some kinds have.
func (c *checker) special(at casetypes.Path, page, no int, f Field) {
	switch {
	case f.Kind != Lookup && f.List != "":
		c.say(at.And("list"), "Only a choice from a list has a list.")
	case f.Kind == Lookup && f.List == "":
		c.say(at.And("list"), "Choose a list. Lists are uploaded under Configuration.")
	case f.Kind == Lookup && c.lists != nil && !slices.Contains(c.lists, f.List):
		c.say(at.And("list"), "There is no list “%s”. Lists are uploaded under Configuration.", shorten(f.List))
	case f.Kind != File && (f.Files > 0 || f.Megabytes > 0 || len(f.Accept) > 0):
		c.say(at.And("files"), "Only a question for files says how many.")
	case f.Files > 50 || f.Megabytes > 100:
		c.say(at.And("files"), "50 files of 100 MB are the most.")
	case f.Kind != Person && (len(f.Parts) > 0 || f.Reach):
		c.say(at.And("parts"), "Only a person has parts.")
	case f.Reach && len(f.Parts) > 0 && (!slices.Contains(f.Parts, "email") || !slices.Contains(f.Parts, "phone")):
		c.say(at.And("reach"), "To need one of the two, ask for both the email address and the telephone number.")
	}
	for i, part := range f.Parts {
		if part != "name" && part != "email" && part != "phone" {
			c.say(at.And("parts", i), "A person has name, email and phone, not “%s”.", shorten(part))
		}
	}
	c.work(at.And("work"), page, no, f)
	if f.Required && (f.Kind == Note || f.Kind == Calculated) {
		c.say(at.And("required"), "Nothing is asked here, so no answer can be required.")
	}
}

func (c *checker) work(at casetypes.Path, page, no int, f Field) {
	if f.Kind != Calculated {
		if f.Work.Op != "" || len(f.Work.Of) > 0 {
			c.say(at, "Only a calculated value is worked out.")
		}
		return
	}
	if !slices.ContainsFunc(Works(), func(n Named) bool { return n.Key == f.Work.Op }) {
		c.say(at.And("op"), "Say how it is worked out.")
	}
	if len(f.Work.Of) == 0 || len(f.Work.Of) > 20 {
		c.say(at.And("of"), "Say from which answers: 1 to 20.")
	}
	if f.Work.Op == "days" && len(f.Work.Of) != 2 {
		c.say(at.And("of"), "Days are counted from one date to another: name two.")
	}
	for i, key := range f.Work.Of {
		from, ok := c.d.Field(key)
		p, n := c.d.Find(key)
		switch {
		case !ok:
			c.say(at.And("of", i), "There is no question “%s”.", shorten(key))
		case p > page || p == page && n > no:
			c.say(at.And("of", i), "“%s” is asked later.", key)
		case f.Work.Op == "days" && from.Kind != Date:
			c.say(at.And("of", i), "“%s” is no date.", key)
		case f.Work.Op != "days" && f.Work.Op != "count" && from.Kind != Number && from.Kind != Money:
			c.say(at.And("of", i), "“%s” is no number.", key)
		case from.Kind == Calculated:
			c.say(at.And("of", i), "A calculation uses answers, not other calculations.")
		}
	}
}

// condition checks tests that may ask of what comes before field no of a page.
// Without a page, -1, they may ask of anything.
func (c *checker) condition(at casetypes.Path, cond Condition, page, no int) {
	if len(cond.All)+len(cond.Any) > maxTests {
		c.say(at, "A condition has %d parts at most.", maxTests)
	}
	for name, tests := range map[string][]Test{"all": cond.All, "any": cond.Any} {
		for i, t := range tests {
			c.test(at.And(name, i), t, page, no)
		}
	}
}

func (c *checker) test(at casetypes.Path, t Test, page, no int) {
	f, ok := c.d.Field(t.Field)
	p, n := c.d.Find(t.Field)
	switch {
	case !ok:
		c.say(at.And("field"), "There is no question “%s”.", shorten(t.Field))
		return
	case page >= 0 && (p > page || p == page && n >= no):
		c.say(at.And("field"), "“%s” is asked later, so nothing can depend on it here.", t.Field)
	case f.Kind == Note:
		c.say(at.And("field"), "“%s” asks nothing.", t.Field)
	}
	if key, ok := strings.CutPrefix(t.Value, "{"); ok {
		if _, known := c.d.Field(strings.TrimSuffix(key, "}")); !known {
			c.say(at.And("value"), "There is no question “%s” to compare with.", shorten(t.Value))
		}
		return
	}
	needs := t.Op != OpFilled && t.Op != OpEmpty
	switch {
	case !slices.ContainsFunc(Ops(), func(n Named) bool { return n.Key == t.Op }):
		c.say(at.And("op"), "“%s” is nothing that can be asked of an answer.", shorten(t.Op))
	case needs && t.Value == "":
		c.say(at.And("value"), "Say with what the answer is compared.")
	case utf8.RuneCountInString(t.Value) > maxLabel:
		c.say(at.And("value"), "%d letters are the most.", maxLabel)
	case (t.Op == OpIs || t.Op == OpIsNot) && len(f.Choices) > 0 && !slices.ContainsFunc(f.Choices, func(ch Choice) bool { return ch.Key == t.Value }):
		c.say(at.And("value"), "“%s” has no choice “%s”.", t.Field, shorten(t.Value))
	case (t.Op == OpIs || t.Op == OpIsNot) && f.Kind == YesNo && t.Value != "yes" && t.Value != "no":
		c.say(at.And("value"), "The answer is yes or no.")
	}
}

// samePage checks a question that depends on an answer of its own page: it is
// shown under that answer, which must therefore be one to choose.
func (c *checker) samePage(at casetypes.Path, page int, f Field) {
	same := 0
	for _, t := range f.When.Tests() {
		if p, _ := c.d.Find(t.Field); p == page {
			same++
		}
	}
	if same == 0 {
		return
	}
	if same > 1 || len(f.When.Any) > 0 {
		c.say(at, "What depends on this page can depend on one answer of it only. Move the question to a later page.")
		return
	}
	for i, t := range f.When.All {
		if p, _ := c.d.Find(t.Field); p != page {
			continue
		}
		on, _ := c.d.Field(t.Field)
		shown := on.Kind == YesNo || on.Kind == SeveralOf || on.Kind == OneOf && on.As == "" && len(on.Choices) <= manyRadios
		if t.Op != OpIs || !shown || !on.When.IsZero() {
			c.say(at.And("all", i), "On one page a question can only follow an answer that is chosen: “%s is …”, of up to %d choices that are always shown. Move the question to a later page.", t.Field, manyRadios)
		}
	}
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Say says a condition in words, with the questions and answers as people
// read them.
func (d *Definition) Say(c Condition) string {
	var parts []string
	for i, tests := range [][]Test{c.All, c.Any} {
		var said []string
		for _, t := range tests {
			said = append(said, d.sayTest(t))
		}
		if len(said) > 0 {
			parts = append(parts, strings.Join(said, []string{" and ", " or "}[i]))
		}
	}
	return strings.Join(parts, ", and ")
}

func (d *Definition) sayTest(t Test) string {
	f, _ := d.Field(t.Field)
	value := t.Value
	for _, ch := range f.Choices {
		if ch.Key == t.Value {
			value = ch.Name
		}
	}
	label := short(f)
	if label == "" {
		label = t.Field
	}
	if t.Op == OpFilled || t.Op == OpEmpty {
		return fmt.Sprintf("“%s” %s", label, nameIn(Ops(), t.Op))
	}
	return fmt.Sprintf("“%s” %s “%s”", label, nameIn(Ops(), t.Op), value)
}
