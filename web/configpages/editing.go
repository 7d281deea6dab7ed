package configpages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
)

// EditPage is one section of a draft, to be changed.
type EditPage struct {
	Bar      Bar
	Name     string
	URL      string // of what is live; "" for a new document
	Sections []SectionLink
	Section  string
	Title    string
	Sub      string
	Back     render.Link
	Problems []string // that stand beside no input
	Findings []FoundRow
	Panel    editing.Panel
	Text     *TextForm
	Forms    string // address of the section as forms; "" when it has none
	AsText   string // address of the section as text
	Meaning  []string
	Notes    []editing.Note
	Samples  []Sample
}

// TextForm is a section as the text of its file.
type TextForm struct {
	Text     string
	Rows     int
	Findings casetypes.Findings // with the lines of the text
	Ask      editing.Ask
}

// Bar says how a draft stands.
type Bar struct {
	Kind      string
	Name      string
	URL       string // of the draft
	Kept      bool
	Changes   int
	Based     int
	Current   int
	Revision  int
	Said, By  string
	ChangedAt time.Time
	CanUndo   bool
	CanRedo   bool
	Overtaken bool
	Wrong     int
	Here      string // the section that is shown, to come back to
}

// Next is the version that publishing makes.
func (b Bar) Next() int { return b.Current + 1 }

// FoundRow is something that is wrong, and where it is put right.
type FoundRow struct {
	Message string
	Place   string
	URL     string
}

func draftAddress(kind, key string) string { return addressOf(kind, key) + "/draft" }

func sectionAddress(kind, key, section string) string {
	return draftAddress(kind, key) + "?section=" + url.QueryEscape(section)
}

// sectionsOf lists the sections of a kind of document, with what the file has
// as a whole.
func (p *Pages) sectionsOf(kind string) []casetypes.Section {
	whole := casetypes.Section{Key: casetypes.FileSection, Name: "The whole file"}
	if kind == casetypes.KindCalendar {
		return []casetypes.Section{{Key: editing.Calendar, Name: "Hours and holidays"}, whole}
	}
	return append(slices.Clone(p.publisher.Sections()), whole)
}

func (p *Pages) editor(section string) (editing.Editor, bool) {
	i := slices.IndexFunc(p.editors, func(e editing.Editor) bool { return e.Section == section })
	if i < 0 {
		return editing.Editor{}, false
	}
	return p.editors[i], true
}

func (p *Pages) barOf(k casetypes.KeptDraft, section string) Bar {
	return Bar{Kind: k.Kind, Name: k.Name(), URL: draftAddress(k.Kind, k.Key), Kept: k.Kept, Changes: len(k.Changes), Based: k.Based, Current: k.Current,
		Revision: k.Revision, Said: k.Said, By: k.By, ChangedAt: k.ChangedAt, CanUndo: k.CanUndo, CanRedo: k.CanRedo, Overtaken: k.Overtaken(), Wrong: len(k.Findings), Here: section}
}

// edit is what an editor is given of a draft.
func (p *Pages) edit(ctx context.Context, by core.Actor, k casetypes.KeptDraft, section string) (*editing.Edit, error) {
	groups, err := p.groups(ctx)
	if err != nil {
		return nil, err
	}
	e := &editing.Edit{
		Ctx: ctx, By: by, Now: p.clock.Now(), Type: k.Document.CaseType, Calendar: k.Document.CalendarFile, Key: k.Key, Known: k.Known,
		Groups: groups, Sections: p.publisher.Sections(), Findings: k.Findings, URL: sectionAddress(k.Kind, k.Key, section),
	}
	if k.Kind == casetypes.KindCaseType && k.Current > 0 {
		e.Live, err = p.types.At(ctx, k.Key, k.Current)
	}
	return e, err
}

// readable reports whether a draft can be shown as forms.
func readable(k casetypes.KeptDraft) bool {
	return k.Document.CaseType != nil || k.Document.CalendarFile != nil
}

// editPage is a section of a draft as it stands; again is what was typed, to be
// shown again, or nil.
func (p *Pages) editPage(c *fiber.Ctx, k casetypes.KeptDraft, section, item string, asText bool, again url.Values) (EditPage, error) {
	ctx, sections := c.UserContext(), p.sectionsOf(k.Kind)
	section = cmp.Or(section, sections[0].Key)
	i := slices.IndexFunc(sections, func(s casetypes.Section) bool { return s.Key == section })
	if i < 0 {
		return EditPage{}, core.NotFound("There is no such section.")
	}
	page := EditPage{Bar: p.barOf(k, section), Name: k.Name(), Section: section, Title: sections[i].Name, AsText: sectionAddress(k.Kind, k.Key, section) + "&text=1"}
	if k.Current > 0 {
		page.URL = addressOf(k.Kind, k.Key)
	}
	page.list(p, k, sections)
	seen, err := p.drafts.Mark(k, section)
	if err != nil {
		return page, err
	}
	ask := editing.Ask{Action: draftAddress(k.Kind, k.Key), Section: section, Item: item, Seen: seen}
	editor, has := p.editor(section)
	if has && readable(k) {
		page.Forms = sectionAddress(k.Kind, k.Key, section)
	}
	e, err := p.edit(ctx, render.Actor(c), k, section)
	if err != nil {
		return page, err
	}
	if page.Forms == "" || asText {
		page.AsText = ""
		page.Text, err = p.textForm(k, section, ask)
	} else {
		e.Item, e.Values = item, again
		page.Panel, err = editor.Show(e)
		page.Panel.Carry(ask)
		page.Sub, page.Back = page.Panel.Sub, page.Panel.Back
		page.Title = cmp.Or(page.Panel.Title, page.Title)
	}
	if err != nil || !readable(k) {
		return page, err
	}
	return page, p.aside(ctx, &page, k, sections[i], editor, e)
}

func (p *Pages) textForm(k casetypes.KeptDraft, section string, ask editing.Ask) (*TextForm, error) {
	var sections []casetypes.Section
	if k.Kind == casetypes.KindCaseType {
		sections = p.publisher.Sections()
	}
	text, err := casetypes.TextOf(k.File, sections, section)
	ask.Item = ""
	return &TextForm{Text: text, Rows: min(max(strings.Count(text, "\n")+4, 8), 40), Ask: ask}, err
}

// list makes the list of sections, with what is wrong in each.
func (page *EditPage) list(p *Pages, k casetypes.KeptDraft, sections []casetypes.Section) {
	wrong := map[string]int{}
	for _, f := range k.Findings {
		section := casetypes.SectionOf(p.publisher.Sections(), f.Part())
		switch {
		case k.Kind == casetypes.KindCalendar:
			section = editing.Calendar
		case section == "":
			section = casetypes.FileSection
		}
		wrong[section]++
		if section == page.Section {
			page.Findings = append(page.Findings, p.found(k, f))
		}
	}
	for _, s := range sections {
		link := SectionLink{Name: s.Name, URL: sectionAddress(k.Kind, k.Key, s.Key), Current: s.Key == page.Section, Bad: wrong[s.Key]}
		if t := k.Document.CaseType; t != nil {
			link.Count = p.countOf(t, s.Key)
		}
		page.Sections = append(page.Sections, link)
	}
}

// found says what is wrong, with the way to where it is put right.
func (p *Pages) found(k casetypes.KeptDraft, f casetypes.Finding) FoundRow {
	row := FoundRow{Message: f.Message, Place: cmp.Or(f.Path, "The file")}
	if f.Line > 0 {
		row.Place += fmt.Sprintf(", line %d", f.Line)
	}
	section := casetypes.SectionOf(p.publisher.Sections(), f.Part())
	if k.Kind == casetypes.KindCalendar {
		section = editing.Calendar
	}
	section = cmp.Or(section, casetypes.FileSection)
	row.URL = sectionAddress(k.Kind, k.Key, section)
	if _, has := p.editor(section); has && k.Document.CaseType != nil {
		if item := editing.ItemOf(p.publisher.Sections(), k.Document.CaseType, f.Path); item != "" {
			row.URL += "&item=" + url.QueryEscape(item)
		}
	}
	return row
}

// aside says what the section means.
func (p *Pages) aside(ctx context.Context, page *EditPage, k casetypes.KeptDraft, s casetypes.Section, editor editing.Editor, e *editing.Edit) error {
	var err error
	if editor.Aside != nil {
		if page.Notes, err = editor.Aside(e); err != nil {
			return err
		}
	}
	t := k.Document.CaseType
	if t == nil || s.Parts == nil {
		return nil
	}
	if editor.Aside == nil {
		d := describer{t: t, groups: e.Groups}
		if _, page.Meaning, err = d.section(s); err != nil {
			return err
		}
		if s.Key == "targets" || s.Key == "setup" {
			page.Samples, err = p.samplesOf(ctx, t)
		}
	}
	return err
}

func (page EditPage) view() render.View {
	return render.View{Template: "configpages/edit", Title: page.Name + ", " + page.Title + ", draft", Nav: nav, Main: "main-config main-edit"}
}

// showDraft shows a section of a draft.
func (p *Pages) showKept(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		k, err := p.drafts.Get(c.UserContext(), kind, c.Params("key"))
		if err != nil {
			return err
		}
		item := c.Query("item")
		page, err := p.editPage(c, k, c.Query("section"), item, c.Query("text") != "", nil)
		if core.KindOf(err) == core.ErrNotFound && item != "" {
			return render.Done(c, sectionAddress(kind, k.Key, page.Section), render.Toast{Text: "That is not there any more."})
		}
		if err != nil {
			return err
		}
		return render.Page(c, page.view(), page)
	}
}

// sentValues is everything that a form sent.
func sentValues(c *fiber.Ctx) url.Values {
	out := url.Values{}
	if form, err := c.MultipartForm(); err == nil {
		for name, values := range form.Value {
			out[name] = slices.Clone(values)
		}
		return out
	}
	for name, value := range c.Request().PostArgs().All() {
		out.Add(string(name), string(value))
	}
	return out
}

// change is every button of the sections.
func (p *Pages) change(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, key, values := c.UserContext(), c.Params("key"), sentValues(c)
		section, item := values.Get("section"), values.Get("item")
		do, what, _ := strings.Cut(values.Get("do"), ":")
		k, err := p.drafts.Get(ctx, kind, key)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(p.sectionsOf(kind), func(s casetypes.Section) bool { return s.Key == section }) {
			return core.NotFound("There is no such section.")
		}
		if do == "text" {
			return p.changeText(c, k, section, values)
		}
		editor, has := p.editor(section)
		if !has || editor.Change == nil {
			return core.Invalid("This section is changed as text.")
		}
		e, err := p.edit(ctx, render.Actor(c), k, section)
		if err != nil {
			return err
		}
		e.Item, e.Do, e.What, e.Values = item, do, what, values
		made := casetypes.Edit{Section: section, Seen: values.Get("seen")}
		if kind == casetypes.KindCalendar {
			made.Calendar = func(f *casetypes.CalendarFile) (string, error) {
				e.Calendar = f
				err := editor.Change(e)
				return cmp.Or(e.Said, "Changed the calendar"), err
			}
		} else {
			made.Type = func(t *core.CaseType) (string, error) {
				e.Type = t
				err := editor.Change(e)
				return cmp.Or(e.Said, "Changed a section"), err
			}
		}
		if err := p.drafts.Change(ctx, render.Actor(c), kind, key, made); err != nil {
			return p.notChanged(c, k, section, item, do, what, values, err)
		}
		return render.Done(c, e.Link(e.Item), render.Toast{Text: said(e.Said)})
	}
}

func said(words string) string { return cmp.Or(words, "Saved") + "." }

// notChanged shows the form again with what was typed and what stands in the
// way of it.
func (p *Pages) notChanged(c *fiber.Ctx, k casetypes.KeptDraft, section, item, do, what string, values url.Values, cause error) error {
	var e *core.Error
	if !errors.As(cause, &e) || e.Kind != core.ErrInvalid && e.Kind != core.ErrConflict {
		return cause
	}
	now, err := p.drafts.Get(c.UserContext(), k.Kind, k.Key)
	if err != nil {
		return err
	}
	if do == "remove" {
		item = what
	}
	page, err := p.editPage(c, now, section, item, false, values)
	if core.KindOf(err) == core.ErrNotFound {
		return cause // what it was about is gone
	}
	if err != nil {
		return err
	}
	if findings := casetypes.FindingsOf(cause); len(findings) > 0 {
		for _, f := range findings {
			page.Problems = append(page.Problems, f.Message)
		}
		return render.Invalid(c, page.view(), page)
	}
	problems, _ := render.ProblemsOf(cause)
	if e.Kind == core.ErrConflict {
		problems = render.Problems{Message: e.Message}
	}
	page.Problems = page.Panel.Again(do, what, values, problems)
	if e.Kind == core.ErrConflict {
		return render.Stale(c, page.view(), page)
	}
	return render.Invalid(c, page.view(), page)
}

// changeText takes a section as text.
func (p *Pages) changeText(c *fiber.Ctx, k casetypes.KeptDraft, section string, values url.Values) error {
	text := strings.ReplaceAll(values.Get("text"), "\r\n", "\n")
	err := p.drafts.Change(c.UserContext(), render.Actor(c), k.Kind, k.Key, casetypes.Edit{Section: section, Seen: values.Get("seen"), Text: &text})
	var e *core.Error
	if !errors.As(err, &e) || e.Kind != core.ErrInvalid && e.Kind != core.ErrConflict {
		if err != nil {
			return err
		}
		return render.Done(c, sectionAddress(k.Kind, k.Key, section)+"&text=1", render.Toast{Text: "Kept."})
	}
	now, err := p.drafts.Get(c.UserContext(), k.Kind, k.Key)
	if err != nil {
		return err
	}
	page, err := p.editPage(c, now, section, "", true, nil)
	if err != nil {
		return err
	}
	page.Text.Text = text
	if page.Text.Findings = casetypes.FindingsOf(e); len(page.Text.Findings) == 0 {
		page.Problems = []string{e.Message}
	}
	if e.Kind == core.ErrConflict {
		return render.Stale(c, page.view(), page)
	}
	return render.Invalid(c, page.view(), page)
}

// step takes a change back, makes it again, or brings the draft up to date.
func (p *Pages) step(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, by, key := c.UserContext(), render.Actor(c), c.Params("key")
		revision, _ := strconv.Atoi(c.FormValue("revision"))
		to, toast := draftAddress(kind, key), render.Toast{}
		if section := c.FormValue("section"); section != "" {
			to = sectionAddress(kind, key, section)
		}
		var err error
		switch c.FormValue("do") {
		case "undo":
			err = p.drafts.Undo(ctx, by, kind, key, revision)
		case "redo":
			err = p.drafts.Redo(ctx, by, kind, key, revision)
		case "rebase":
			var both []string
			both, err = p.drafts.Rebase(ctx, by, key, revision)
			to, toast.Text = draftAddress(kind, key)+"/changes", "The draft stands on what is live now."
			if len(both) > 0 {
				toast.Text += " Changed in both, and left as in the draft: " + strings.Join(both, ", ") + "."
			}
		case "discard":
			err = p.drafts.Discard(ctx, by, kind, key, revision)
			to, toast.Text = addressOf(kind, key), "The draft is discarded."
			if _, gone := p.drafts.Get(ctx, kind, key); core.KindOf(gone) == core.ErrNotFound {
				to = "/configuration"
			}
		default:
			err = core.Invalid("This button is not known.")
		}
		if core.KindOf(err) == core.ErrConflict {
			return render.Done(c, draftAddress(kind, key), render.Toast{Text: sentenceOf(err), Tone: "bad"})
		}
		if err != nil {
			return err
		}
		return render.Done(c, to, toast)
	}
}

func sentenceOf(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return ""
}
