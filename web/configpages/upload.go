package configpages

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/render"
)

// DraftPage takes a file and, once it has one, says what it would change.
type DraftPage struct {
	Name     string // of the file, for findings
	Source   string
	Note     string
	Checked  bool
	Title    string // what the document is called
	Kind     string
	URL      string // of the document, if it exists
	Current  int    // published now; 0: new
	Next     int
	Same     bool
	Changes  []casetypes.Change
	Findings casetypes.Findings
	Problem  string // with the form itself
	Draft    string // who changed the draft that there is; "" when there is none
	Revision int    // of that draft
	Keepable bool   // it can be read, so that it can be a draft though it is not right
}

// Publishable reports whether the page offers to publish.
func (p DraftPage) Publishable() bool {
	return p.Checked && p.Problem == "" && len(p.Findings) == 0 && !p.Same
}

func draftView() render.View {
	return render.View{Template: "configpages/draft", Title: "New version from a file", Nav: nav}
}

func (p *Pages) showUpload(c *fiber.Ctx) error {
	return render.Page(c, draftView(), DraftPage{})
}

// checkUpload says what a file would change. It changes nothing.
func (p *Pages) checkUpload(c *fiber.Ctx) error {
	f, err := sentFile(c)
	if err != nil {
		return err
	}
	if len(f.Source) == 0 {
		return render.Invalid(c, draftView(), DraftPage{Problem: "Choose a file, or paste its text."})
	}
	return p.showDraft(c, f, "")
}

func (p *Pages) showDraft(c *fiber.Ctx, f casetypes.File, note string) error {
	page, err := p.draftOf(c, f, note)
	if err != nil {
		return err
	}
	if len(page.Findings) > 0 {
		return render.Invalid(c, draftView(), page)
	}
	return render.Page(c, draftView(), page)
}

func (p *Pages) draftOf(c *fiber.Ctx, f casetypes.File, note string) (DraftPage, error) {
	page := DraftPage{Name: f.Name, Source: string(f.Source), Note: note, Checked: true}
	if len(f.Source) > casetypes.MaxFile {
		page.Source = ""
	}
	draft, err := p.publisher.Check(c.UserContext(), f)
	if err != nil {
		return page, err
	}
	page.Title, page.Kind = draft.Document.Title(), kindWords(draft.Document.Kind)
	page.Current, page.Next, page.Same = draft.Current, draft.Next(), draft.Same()
	page.Changes, page.Findings = draft.Changes, draft.Findings
	if draft.Current > 0 {
		page.URL = addressOf(draft.Document.Kind, draft.Document.Key)
	}
	if draft.Document.CaseType == nil && draft.Document.Calendar == nil {
		return page, nil
	}
	_, unreadable := casetypes.Decode(f, p.publisher.Sections())
	page.Keepable = len(unreadable) == 0
	kept, err := p.drafts.Get(c.UserContext(), draft.Document.Kind, draft.Document.Key)
	if core.KindOf(err) == core.ErrNotFound {
		return page, nil
	}
	page.Revision = kept.Revision
	if kept.Kept {
		page.Draft = cmp.Or(kept.By, "somebody")
	}
	return page, err
}

// publish makes a version of a file that was checked before.
func (p *Pages) publish(c *fiber.Ctx) error {
	f, err := sentFile(c)
	if err != nil {
		return err
	}
	upload := casetypes.Upload{File: f, Note: c.FormValue("note")}
	if seen, err := strconv.Atoi(c.FormValue("seen")); err == nil {
		upload.Seen = &seen
	}
	made, err := p.publisher.Publish(c.UserContext(), render.Actor(c), upload)
	switch core.KindOf(err) {
	case core.ErrInvalid, core.ErrConflict:
		return p.refused(c, f, upload.Note, err)
	}
	if err != nil {
		return err
	}
	said := fmt.Sprintf("Version %d is live.", made.Version)
	if !made.New {
		said = fmt.Sprintf("Nothing to publish: version %d says the same.", made.Version)
	}
	return render.Done(c, addressOf(made.Kind, made.Key), render.Toast{Text: said})
}

// refused shows the draft again with what stood in the way.
func (p *Pages) refused(c *fiber.Ctx, f casetypes.File, note string, err error) error {
	page, checkErr := p.draftOf(c, f, note)
	if checkErr != nil {
		return checkErr
	}
	if len(page.Findings) == 0 {
		var said *core.Error
		errors.As(err, &said)
		page.Problem = said.Message
	}
	if core.KindOf(err) == core.ErrConflict {
		return render.Stale(c, draftView(), page)
	}
	return render.Invalid(c, draftView(), page)
}

// againOf shows what going back to an old version would change.
func (p *Pages) againOf(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, key := c.UserContext(), c.Params("key")
		versions, err := p.types.Versions(ctx, kind, key)
		if err != nil {
			return err
		}
		version, err := versionOf(c, versions[0].Version)
		if err != nil {
			return err
		}
		f, err := p.types.File(ctx, kind, key, version)
		if err != nil {
			return err
		}
		return p.showDraft(c, f, fmt.Sprintf("As version %d.", version))
	}
}

// sentFile reads the file of the form: chosen, or the text in it.
func sentFile(c *fiber.Ctx) (casetypes.File, error) {
	name := c.FormValue("name")
	if header, err := c.FormFile("file"); err == nil && header.Size > 0 {
		if header.Size > casetypes.MaxFile {
			return casetypes.File{}, &core.Error{Kind: core.ErrTooLarge, Message: fmt.Sprintf("A configuration file may have %d kB at most.", casetypes.MaxFile>>10)}
		}
		opened, err := header.Open()
		if err != nil {
			return casetypes.File{}, fmt.Errorf("open the uploaded file: %w", err)
		}
		defer opened.Close()
		source, err := io.ReadAll(io.LimitReader(opened, casetypes.MaxFile+1))
		if err != nil {
			return casetypes.File{}, fmt.Errorf("read the uploaded file: %w", err)
		}
		return casetypes.File{Name: fileName(header.Filename), Source: source}, nil
	} else if err != nil && !errors.Is(err, fasthttp.ErrMissingFile) && !errors.Is(err, fasthttp.ErrNoMultipartForm) {
		return casetypes.File{}, core.Invalid("The form could not be read. Send it again.")
	}
	// Browsers send the lines of a text area with CR LF.
	source := strings.ReplaceAll(c.FormValue("source"), "\r\n", "\n")
	return casetypes.File{Name: fileName(name), Source: []byte(source)}, nil
}

// fileName keeps of a file's name what findings need.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 80 {
		name = string(r[len(r)-80:])
	}
	if name == "" {
		return "text"
	}
	return name
}
