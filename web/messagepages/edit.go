package messagepages

import (
	"cmp"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// EditPage is a template in one language: its words, the merge fields there
// are, and what it would say.
type EditPage struct {
	Name      string
	Key       string
	TypeName  string // of the case type whose words these are; "" for the installation's
	Chip      layout.Chip
	Version   int // of what is live; 0: as shipped
	Inherited bool
	May       bool
	Back      string
	VersionsU string

	Languages []layout.Tab
	Language  string
	Type      string
	Seen      string
	Action    string
	Preview   string // where the preview is asked
	Withdraw  string // where the case type's own words are given up; "" when it has none

	Title    layout.Field
	Subject  layout.Field
	Text     layout.Field
	HTML     layout.Field
	Note     layout.Field
	Insert   layout.Field
	Again    bool // sent again when it is unclear whether it was
	Problems render.Problems

	At       layout.Field // the event and audience of the preview
	Case     layout.Field
	Shown    *Shown
	Fields   []FieldRow
	Uses     []UseRow
	Changed  bool // what is typed is not what is live
	Unusable string
}

// Shown is what a message would say.
type Shown struct {
	Of      string // of which case, in words
	Subject []messages.Piece
	Text    []messages.Piece
	Body    template.HTML // cleaned by core/messages
	Missing []string
	Never   []string // of these, those that the event never has
}

// FieldRow is a merge field to choose from.
type FieldRow struct {
	Path    string
	Meaning string
	Sample  string
}

// UseRow is a place where the template is sent.
type UseRow struct {
	Words string
	URL   string
}

func editView(page EditPage) render.View {
	return render.View{Template: "messagepages/edit", Title: page.Name + ", " + page.Language, Nav: nav, Main: "main-config main-message"}
}

// draft is a template as it stands in the form.
type draft struct {
	t         messages.Template // with the words that are typed
	live      messages.Template
	version   int
	seen      int
	language  string
	at        string // "case.closed requester"
	ref       string
	note      string
	inherited bool
}

// read is the draft of an address, with what is typed if there is a form.
func (p *Pages) read(c *fiber.Ctx) (draft, *core.CaseType, error) {
	ctx, key := c.UserContext(), c.Params("key")
	value := func(name string) string { return cmp.Or(c.FormValue(name), c.Query(name)) }
	ct, err := p.typeOf(c, value("type"))
	if err != nil {
		return draft{}, nil, err
	}
	typeKey := ""
	if ct != nil {
		typeKey = ct.Key
	}
	live, version, err := p.Messages.TemplateFor(ctx, typeKey, key)
	if err != nil {
		return draft{}, nil, err
	}
	d := draft{live: live, version: version, seen: version, at: value("at"), ref: value("case"), note: c.FormValue("note")}
	if typeKey != "" && live.Type == "" { // the type has none yet: its first version would begin with these words
		d.inherited = true
		versions, err := p.Messages.Versions(ctx, typeKey, key)
		if err != nil && core.KindOf(err) != core.ErrNotFound {
			return draft{}, nil, err
		}
		d.seen = 0
		if len(versions) > 0 {
			d.seen = versions[0].Version
		}
	}
	d.t = live
	d.t.Type = typeKey
	d.t.Languages = maps.Clone(live.Languages)
	d.language = cmp.Or(value("language"), core.DefaultLanguage)
	if len(d.language) > 20 {
		return draft{}, nil, core.NotFound("There is no such language.")
	}
	if _, ok := d.t.Languages[d.language]; !ok {
		d.t.Languages[d.language] = live.Languages[core.DefaultLanguage]
	}
	if c.Method() == fiber.MethodPost {
		typed := func(name string) string { return strings.ReplaceAll(c.FormValue(name), "\r\n", "\n") }
		d.t.Name = strings.TrimSpace(c.FormValue("title"))
		d.t.AtLeastOnce = c.FormValue("again") != ""
		d.t.Languages[d.language] = messages.Wording{
			Subject: strings.TrimSpace(typed("subject")), Text: strings.TrimSpace(typed("text")), HTML: strings.TrimSpace(typed("html")),
		}
		if seen, err := strconv.Atoi(c.FormValue("seen")); err == nil {
			d.seen = seen
		}
	}
	return d, ct, nil
}

func (p *Pages) show(c *fiber.Ctx) error {
	d, ct, err := p.read(c)
	if err != nil {
		return err
	}
	page, err := p.editPage(c, d, ct, render.Problems{})
	if err != nil {
		return err
	}
	return render.Page(c, editView(page), page)
}

// preview shows what is typed with a case; it keeps nothing. The button that
// adds a merge field comes here too.
func (p *Pages) preview(c *fiber.Ctx) error {
	d, ct, err := p.read(c)
	if err != nil {
		return err
	}
	if c.FormValue("do") == "insert" && slices.ContainsFunc(messages.Names(), func(n messages.Name) bool { return n.Path == c.FormValue("insert") }) {
		w := d.t.Languages[d.language]
		w.Text += "\n\n{{ " + c.FormValue("insert") + " }}"
		d.t.Languages[d.language] = w
	}
	page, err := p.editPage(c, d, ct, render.Problems{})
	if err != nil {
		return err
	}
	if page.Problems.Any() {
		return render.Invalid(c, editView(page), page)
	}
	return render.Page(c, editView(page), page)
}

func (p *Pages) publish(c *fiber.Ctx) error {
	d, ct, err := p.read(c)
	if err != nil {
		return err
	}
	version, err := p.Notifications.PublishTemplate(c.UserContext(), render.Actor(c), d.t, strings.TrimSpace(d.note), d.seen)
	if core.KindOf(err) == core.ErrConflict {
		page, pageErr := p.editPage(c, d, ct, render.Problems{Message: problemOf(err)})
		if pageErr != nil {
			return pageErr
		}
		return render.Stale(c, editView(page), page)
	}
	if problems, ok := p.problems(err, d.language); ok {
		page, err := p.editPage(c, d, ct, problems)
		if err != nil {
			return err
		}
		return render.Invalid(c, editView(page), page)
	}
	if err != nil {
		return err
	}
	return render.Done(c, withQuery(address(d.t.Type, d.t.Key), "language", d.language, "at", d.at, "case", d.ref),
		render.Toast{Text: "Version " + strconv.Itoa(version) + " is live: the next message has these words."})
}

// problems names the fields of the form that an error is about.
func (p *Pages) problems(err error, language string) (render.Problems, bool) {
	problems, ok := render.ProblemsOf(err)
	if !ok {
		return problems, false
	}
	for i, item := range problems.Items {
		if part, own := strings.CutPrefix(item.Field, "languages."+language+"."); own {
			problems.Items[i].Field = part
		} else if item.Field == "name" {
			problems.Items[i].Field = "title"
		}
	}
	return problems, true
}

func problemOf(err error) string {
	problems, _ := render.ProblemsOf(err)
	if problems.Message != "" {
		return problems.Message
	}
	return "Somebody else published another version meanwhile. Look at it before you publish yours."
}

func (p *Pages) editPage(c *fiber.Ctx, d draft, ct *core.CaseType, problems render.Problems) (EditPage, error) {
	words := d.t.Languages[d.language]
	page := EditPage{
		Name: cmp.Or(d.t.Name, d.live.Name), Key: d.live.Key, Version: d.version, Inherited: d.inherited, May: messages.MayWrite(render.Actor(c)),
		Language: d.language, Type: d.t.Type, Seen: strconv.Itoa(d.seen), Problems: problems, Again: d.t.AtLeastOnce,
		Action: address("", d.live.Key), Preview: address("", d.live.Key, "/preview"), Back: withQuery(home, "type", d.t.Type),
		VersionsU: address(d.live.Type, d.live.Key, "/versions"),
		Title:     layout.Field{Name: "title", Label: "Name", Value: d.t.Name, Error: problems.For("title"), MaxLength: 200},
		Subject:   layout.Field{Name: "subject", Label: "Subject", Value: words.Subject, Error: problems.For("subject"), Autocomplete: "off"},
		Text:      layout.Field{Name: "text", Label: "Text", Value: words.Text, Error: problems.For("text"), Rows: 18},
		HTML: layout.Field{Name: "html", Label: "HTML", Optional: true, Value: words.HTML, Error: problems.For("html"), Rows: 8,
			Hint: "Leave it empty, and it is made from the text: paragraphs, lists and links."},
		Note:    layout.Field{Name: "note", Label: "Why", Hint: "For the list of versions.", Value: d.note, Error: problems.For("note"), MaxLength: 500, Optional: true, Autocomplete: "off"},
		Changed: d.t.Name != d.live.Name || d.t.AtLeastOnce != d.live.AtLeastOnce || words != d.live.Languages[d.language],
	}
	if ct != nil {
		page.TypeName = ct.Name.String()
	}
	page.Chip = chipOf(d)
	if d.t.Type != "" && !d.inherited {
		page.Withdraw = address("", d.live.Key, "/withdraw")
	}
	page.languages(d)
	uses, err := p.Notifications.Uses(c.UserContext(), d.t.Type, d.live.Key)
	if err != nil {
		return page, err
	}
	page.places(uses, &d)
	event, audience := core.SplitMailCell(d.at)
	for _, n := range messages.Names() {
		if event == "" || notifications.Offers(core.EventKind(event), audience, n.Path) {
			page.Fields = append(page.Fields, FieldRow{n.Path, n.Meaning, sampleWords(n.Sample)})
			page.Insert.Options = append(page.Insert.Options, layout.Option{Value: n.Path, Label: n.Path})
		}
	}
	page.Insert.Name, page.Insert.Label = "insert", "Merge field"
	page.Case = layout.Field{Name: "case", Label: "Case", Hint: "Its reference. Without one, sample data is shown.", Value: d.ref, Plain: true, MaxLength: 40, Autocomplete: "off"}
	return page, p.showIn(c, &page, d)
}

func chipOf(d draft) layout.Chip {
	switch {
	case d.inherited:
		return layout.Chip{Label: "The installation's", Icon: "copy", Tone: "outline"}
	case d.t.Type != "":
		return layout.Chip{Label: "Own words", Icon: "edit", Tone: "accent"}
	case d.version == 0:
		return layout.Chip{Label: "As shipped", Icon: "ok", Tone: "outline"}
	}
	return layout.Chip{Label: "Version " + strconv.Itoa(d.version), Icon: "ok", Tone: "good"}
}

// offered are languages that a message can be written in from the page; files
// may have others.
var offered = []string{"en", "cy"}

func (page *EditPage) languages(d draft) {
	tags := slices.Sorted(maps.Keys(d.live.Languages))
	for _, tag := range append(slices.Clone(offered), d.language) {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	for _, tag := range tags {
		label := languageName(tag)
		if _, has := d.live.Languages[tag]; !has {
			label += " (not written)"
		}
		page.Languages = append(page.Languages, layout.Tab{
			Label: label, Current: tag == d.language,
			URL: withQuery(address(d.t.Type, d.live.Key), "language", tag, "at", d.at, "case", d.ref),
		})
	}
}

func languageName(tag string) string {
	switch tag {
	case "en":
		return "English"
	case "cy":
		return "Welsh"
	}
	return tag
}

// places lists where the template is sent, and chooses one for the preview.
func (page *EditPage) places(uses []notifications.Use, d *draft) {
	page.At = layout.Field{Name: "at", Label: "When it is sent"}
	for _, u := range uses {
		cell := core.MailCell(string(u.Event), u.Audience)
		words := notifications.EventWords(u.Event) + ", to " + notifications.AudienceWords(u.Audience)
		page.Uses = append(page.Uses, UseRow{u.Name + ": " + words, "/configuration/types/" + url.PathEscape(u.Type) + "?section=messages"})
		if !slices.ContainsFunc(page.At.Options, func(o layout.Option) bool { return o.Value == cell }) {
			page.At.Options = append(page.At.Options, layout.Option{Value: cell, Label: words})
		}
	}
	for _, line := range notifications.Matrix() { // nothing sends it yet: as the matrix suggests it
		for _, cell := range line.Cells {
			if len(uses) == 0 && cell.Template == page.Key {
				page.At.Options = append(page.At.Options, layout.Option{
					Value: core.MailCell(string(line.Event), cell.Audience), Label: line.Words + ", to " + notifications.AudienceWords(cell.Audience)})
			}
		}
	}
	if !slices.ContainsFunc(page.At.Options, func(o layout.Option) bool { return o.Value == d.at }) {
		d.at = ""
		if len(page.At.Options) > 0 {
			d.at = page.At.Options[0].Value
		}
	}
	page.At.Value = d.at
}

// showIn renders what is typed with the case that is asked for, or with sample
// data.
func (p *Pages) showIn(c *fiber.Ctx, page *EditPage, d draft) error {
	seen, problem, err := p.seenCase(c, d.ref)
	if err != nil {
		return err
	}
	page.Case.Error = problem
	event, audience := core.SplitMailCell(d.at)
	data, of := messages.Sample(), "sample data"
	if seen != nil && event != "" {
		if data, err = p.Notifications.Sample(c.UserContext(), seen, core.EventKind(event), audience); err != nil {
			return err
		}
		of = string(seen.Case.Ref) + ", " + seen.Case.Subject
	}
	shown, err := messages.PreviewPieces(d.t, d.language, data)
	if problems, ok := p.problems(err, d.language); ok {
		if !page.Problems.Any() {
			page.Problems = problems
		}
		page.Subject.Error, page.Text.Error = cmp.Or(page.Subject.Error, problems.For("subject")), cmp.Or(page.Text.Error, problems.For("text"))
		page.HTML.Error, page.Title.Error = cmp.Or(page.HTML.Error, problems.For("html")), cmp.Or(page.Title.Error, problems.For("title"))
		return nil
	}
	if err != nil {
		page.Unusable = "With this case the message cannot be written. " + messages.Unwritable(err)
		return nil
	}
	page.Shown = &Shown{Of: of, Subject: shown.Subject, Text: shown.Text, Body: shown.Body, Missing: shown.Missing}
	for _, path := range shown.Missing {
		if event != "" && !notifications.Offers(core.EventKind(event), audience, path) {
			page.Shown.Never = append(page.Shown.Never, path)
		}
	}
	return nil
}

// sampleWords are the sample of a merge field, for people.
func sampleWords(sample any) string {
	switch sample := sample.(type) {
	case string:
		return sample
	case int:
		return strconv.Itoa(sample)
	case bool:
		return "yes or no"
	case []any:
		return "a list"
	}
	return ""
}
