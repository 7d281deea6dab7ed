package designpages

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/web/render"
)

// sent is what was posted: one value, or all values, of a name.
type sent struct{ c *fiber.Ctx }

func (s sent) get(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(s.c.FormValue(name), "\r\n", "\n"))
}

func (s sent) all(name string) []string {
	var out []string
	for _, v := range s.c.Request().PostArgs().PeekMulti(name) {
		out = append(out, strings.TrimSpace(string(v)))
	}
	return out
}

func (s sent) on(name string) bool { return s.get(name) != "" }

func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// change is every button of the designer. What is typed in the open panel is
// taken with whatever is pressed there, so that nothing is lost.
func (p *Pages) change(c *fiber.Ctx) error {
	key, by, ctx := c.Params("key"), render.Actor(c), c.UserContext()
	s, seen := sent{c}, number(c.FormValue("step"))
	do, what, _ := strings.Cut(s.get("do"), ":")
	switch do {
	case "undo":
		return p.changed(c, key, p.Designs.Undo(ctx, by, key, seen), back(c, key))
	case "redo":
		return p.changed(c, key, p.Designs.Redo(ctx, by, key, seen), back(c, key))
	}
	draft, err := p.Designs.Draft(ctx, key)
	if err != nil {
		return err
	}
	d, err := draft.Definition.Copy()
	if err != nil {
		return err
	}
	e := edit{sent: s, d: &d, page: s.get("page"), field: s.get("field")}
	said, err := e.do(do, what)
	if err != nil {
		return p.stale(c, key, err)
	}
	query := url.Values{}
	for name, value := range map[string]string{"page": e.page, "field": e.field, "width": s.get("width")} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return p.changed(c, key, p.Designs.Save(ctx, by, key, seen, d, said), withQuery(address(key), query))
}

func (p *Pages) changed(c *fiber.Ctx, key string, err error, to string) error {
	if err != nil {
		return p.stale(c, key, err)
	}
	return render.Done(c, to, render.Toast{})
}

// edit is one change to a definition. Page and field are what is open
// afterwards.
type edit struct {
	sent
	d           *formdesigns.Definition
	page, field string
}

func gone() error { return core.Conflict("That is not there any more.") }

func (e *edit) do(do, what string) (said string, err error) {
	switch do {
	case "save":
		return e.save()
	case "add-page":
		after := len(e.d.Pages) - 1
		if i := e.d.Page(e.page); i >= 0 {
			after = i
		}
		title := e.get("new-page")
		if title == "" {
			title = "New page"
		}
		e.page, e.field = e.d.AddPage(after, title), ""
		return "Added page “" + title + "”", nil
	case "page-up", "page-down", "page-remove":
		return e.pageAct(do, what)
	case "add-field":
		return e.addField(what)
	case "move":
		return e.moveTo(what)
	}
	i, j := e.d.Find(what)
	if i < 0 {
		return "", gone()
	}
	label := labelOf(e.d.Pages[i].Fields[j])
	switch do {
	case "up", "down":
		by := map[string]int{"up": -1, "down": 1}[do]
		if !e.d.MoveField(i, j, by) {
			return "", core.Conflict("It cannot go further.")
		}
		i, _ = e.d.Find(what)
		e.page, e.field = e.d.Pages[i].Key, what
		return "Moved “" + label + "”", nil
	case "copy":
		e.page, e.field = e.d.Pages[i].Key, e.d.CopyField(i, j)
		return "Copied “" + label + "”", nil
	case "remove":
		e.d.RemoveField(i, j)
		e.page, e.field = e.d.Pages[i].Key, ""
		return "Removed “" + label + "”", nil
	}
	return "", core.Invalid("This button is not known.")
}

func (e *edit) pageAct(do, key string) (string, error) {
	i := e.d.Page(key)
	if i < 0 {
		return "", gone()
	}
	title := titleOf(e.d.Pages[i], i)
	e.page, e.field = key, ""
	switch do {
	case "page-remove":
		e.d.RemovePage(i)
		e.page = ""
		return "Removed page “" + title + "”", nil
	case "page-up":
		if !e.d.MovePage(i, -1) {
			return "", core.Conflict("It is the first page.")
		}
	default:
		if !e.d.MovePage(i, 1) {
			return "", core.Conflict("It is the last page.")
		}
	}
	return "Moved page “" + title + "”", nil
}

func (e *edit) addField(page string) (string, error) {
	i := e.d.Page(page)
	kind := formdesigns.Kind(e.get("new-kind"))
	if i < 0 {
		return "", gone()
	}
	if !slices.ContainsFunc(formdesigns.Kinds(), func(n formdesigns.Named) bool { return n.Key == string(kind) }) {
		return "", core.Invalid("Choose what is asked.")
	}
	label := e.get("new-label")
	if label == "" {
		label = "New question"
	}
	e.page, e.field = page, e.d.AddField(i, kind, label)
	return "Added “" + label + "”", nil
}

// moveTo is what dragging does: "what|page|place".
func (e *edit) moveTo(what string) (string, error) {
	parts := strings.Split(what, "|")
	if len(parts) != 3 {
		return "", core.Invalid("This cannot be moved.")
	}
	i, j := e.d.Find(parts[0])
	to := e.d.Page(parts[1])
	if i < 0 || to < 0 {
		return "", gone()
	}
	label := labelOf(e.d.Pages[i].Fields[j])
	e.d.MoveFieldTo(i, j, to, number(parts[2]))
	e.page, e.field = parts[1], parts[0]
	return "Moved “" + label + "”", nil
}

// save takes what was typed into the open panel.
func (e *edit) save() (string, error) {
	if e.field != "" {
		return e.saveField()
	}
	if e.page != "" {
		return e.savePage()
	}
	d := e.d
	d.Name, d.Title, d.Subject = e.get("name"), e.get("title"), e.get("subject")
	d.Anonymous = e.condition("anonymous")
	d.Review = formdesigns.Words{Title: e.get("review-title"), Text: e.get("review-text"), Button: e.get("review-button")}
	d.Done = formdesigns.Words{Title: e.get("done-title"), Text: e.get("done-text")}
	return "Changed the whole form", nil
}

func (e *edit) savePage() (string, error) {
	i := e.d.Page(e.page)
	if i < 0 {
		return "", gone()
	}
	p := &e.d.Pages[i]
	p.Title, p.Text, p.When = e.get("title"), e.get("text"), e.condition("when")
	p.Repeat, p.Another, p.Checks = number(e.get("repeat")), e.get("another"), nil
	for j := range 20 {
		prefix := fmt.Sprintf("check%d", j)
		if say := e.get(prefix + "-say"); say != "" {
			p.Checks = append(p.Checks, formdesigns.Rule{Say: say, Field: e.get(prefix + "-field"), When: e.condition(prefix + "-when")})
		}
	}
	return "Changed page “" + titleOf(*p, i) + "”", nil
}

func (e *edit) saveField() (string, error) {
	i, j := e.d.Find(e.field)
	if i < 0 {
		return "", gone()
	}
	f := &e.d.Pages[i].Fields[j]
	f.Label, f.Hint, f.Short, f.Message, f.Required = e.get("label"), e.get("hint"), e.get("short"), e.get("message"), e.on("required")
	f.When = e.condition("when")
	if kind := formdesigns.Kind(e.get("kind")); kind != f.Kind && kind != "" {
		e.turn(f, kind)
	} else {
		e.rest(f)
	}
	if key := e.get("key"); key != "" && key != f.Key {
		if _, taken := e.d.Field(key); taken {
			return "", core.Invalid("There is a question “%s” already. Choose another key.", key)
		}
		e.d.Rename(f.Key, key)
		e.field = key
	}
	return "Changed “" + labelOf(*f) + "”", nil
}

// turn makes a question one of another kind, and keeps what both have.
func (e *edit) turn(f *formdesigns.Field, kind formdesigns.Kind) {
	old := *f
	*f = formdesigns.Field{Key: old.Key, Kind: kind, Label: old.Label, Hint: old.Hint, Short: old.Short, Message: old.Message, Required: old.Required, When: old.When}
	switch kind {
	case formdesigns.OneOf, formdesigns.SeveralOf:
		f.Choices = old.Choices
		if len(f.Choices) == 0 {
			f.Choices = []formdesigns.Choice{{Key: "first", Name: "First choice"}, {Key: "second", Name: "Second choice"}}
		}
	case formdesigns.Note, formdesigns.Calculated:
		f.Required = false
	}
	if slices.ContainsFunc(formdesigns.RolesFor(kind), func(n formdesigns.Named) bool { return n.Key == old.Becomes }) ||
		strings.HasPrefix(old.Becomes, formdesigns.FieldRole) && f.MayFill() {
		f.Becomes, f.Searchable = old.Becomes, old.Searchable
	}
}

// rest takes what only some kinds have.
func (e *edit) rest(f *formdesigns.Field) {
	f.Min, f.Max, f.Unit, f.Format, f.As, f.List = e.get("min"), e.get("max"), e.get("unit"), e.get("format"), e.get("as"), e.get("list")
	f.MinLength, f.MaxLength, f.Files, f.Megabytes = number(e.get("min_length")), number(e.get("max_length")), number(e.get("files")), number(e.get("megabytes"))
	f.Accept, f.Parts, f.Reach = nil, nil, e.on("reach")
	for kind := range strings.SplitSeq(e.get("accept"), ",") {
		if kind = strings.TrimSpace(kind); kind != "" {
			f.Accept = append(f.Accept, kind)
		}
	}
	if f.Kind == formdesigns.Person {
		f.Parts = e.all("parts")
	}
	f.Choices = e.choices(f.Kind)
	f.Becomes = e.get("becomes")
	f.Searchable = e.on("searchable")
	if f.Searchable && f.Becomes == "" && f.MayFill() {
		f.Becomes = roleField // to be found, it has to be kept as a field
	}
	if f.Becomes == roleField {
		key := e.get("case-field")
		if key == "" {
			key = f.Key
		}
		f.Becomes = formdesigns.FieldRole + key
	}
	if f.Kind == formdesigns.Calculated {
		f.Work = formdesigns.Work{Op: e.get("work-op"), Of: e.all("work-of"), Money: e.on("work-money")}
	}
}

func (e *edit) choices(kind formdesigns.Kind) []formdesigns.Choice {
	if kind != formdesigns.OneOf && kind != formdesigns.SeveralOf {
		return nil
	}
	keys, names, hints := e.all("choice-key"), e.all("choice-name"), e.all("choice-hint")
	var out []formdesigns.Choice
	for i, name := range names {
		if name == "" || i >= len(keys) || i >= len(hints) {
			continue
		}
		key := keys[i]
		if key == "" {
			key = formdesigns.KeyFor(name, func(key string) bool {
				return slices.ContainsFunc(out, func(c formdesigns.Choice) bool { return c.Key == key }) || slices.Contains(keys, key)
			})
		}
		out = append(out, formdesigns.Choice{Key: key, Name: name, Hint: hints[i]})
	}
	return out
}

// condition reads the rows of a condition.
func (e *edit) condition(prefix string) formdesigns.Condition {
	fields, ops, values := e.all(prefix+"-test"), e.all(prefix+"-op"), e.all(prefix+"-value")
	var tests []formdesigns.Test
	for i, field := range fields {
		if field == "" || i >= len(ops) || i >= len(values) {
			continue
		}
		t := formdesigns.Test{Field: field, Op: ops[i], Value: values[i]}
		if t.Op == formdesigns.OpFilled || t.Op == formdesigns.OpEmpty {
			t.Value = ""
		}
		tests = append(tests, t)
	}
	if e.get(prefix+"-mode") == "any" {
		return formdesigns.Condition{Any: tests}
	}
	return formdesigns.Condition{All: tests}
}
