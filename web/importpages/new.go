package importpages

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/web/render"
)

// NewPage takes a file and a mapping.
type NewPage struct {
	Examples []Example
	Chosen   string // key of the example the text began with
	Mapping  string
	Findings casetypes.Findings // about the mapping
	Problem  string             // with the file, or the form itself
	MaxMB    int
}

func newView() render.View {
	return render.View{Template: "importpages/new", Title: "Bring cases in", Nav: nav}
}

func (p *Pages) newPage(mapping string) NewPage {
	return NewPage{Examples: p.Examples, Mapping: mapping, MaxMB: imports.MaxUpload >> 20}
}

func (p *Pages) showNew(c *fiber.Ctx) error {
	page := p.newPage("")
	for _, e := range p.Examples {
		if e.Key == c.Query("example") {
			page.Mapping, page.Chosen = e.Source, e.Key
		}
	}
	return render.Page(c, newView(), page)
}

// begin keeps the file and queues its dry run.
func (p *Pages) begin(c *fiber.Ctx) error {
	mapping, err := sentMapping(c)
	if err != nil {
		return err
	}
	page := p.newPage(string(mapping.Source))
	if len(bytes.TrimSpace(mapping.Source)) == 0 {
		page.Problem = "Choose a mapping, or paste one."
		return render.Invalid(c, newView(), page)
	}
	file, name, err := sent(c, "file")
	if err != nil {
		return err
	}
	if file == nil {
		page.Problem = "Choose the file with the cases."
		return render.Invalid(c, newView(), page)
	}
	defer file.Close()
	i, err := p.Imports.Begin(c.UserContext(), render.Actor(c), imports.Upload{Mapping: mapping, FileName: name, File: file})
	switch kind := core.KindOf(err); {
	case err == nil:
		return render.Done(c, address(i.No), render.Toast{})
	case kind != core.ErrInvalid && kind != core.ErrTooLarge:
		return err
	}
	if page.Findings = casetypes.FindingsOf(err); len(page.Findings) == 0 {
		var said *core.Error
		errors.As(err, &said)
		page.Problem = said.Message
	}
	return render.Invalid(c, newView(), page)
}

// sentMapping reads the mapping of the form: a chosen file, or the text in it.
func sentMapping(c *fiber.Ctx) (casetypes.File, error) {
	chosen, name, err := sent(c, "map")
	if err != nil {
		return casetypes.File{}, err
	}
	if chosen == nil {
		// Browsers send the lines of a text area with CR LF.
		return casetypes.File{Name: "mapping", Source: []byte(strings.ReplaceAll(c.FormValue("mapping"), "\r\n", "\n"))}, nil
	}
	defer chosen.Close()
	source, err := io.ReadAll(io.LimitReader(chosen, imports.MaxMapping+1))
	return casetypes.File{Name: name, Source: source}, err
}

// sent opens a file of the form; nil when none was chosen.
func sent(c *fiber.Ctx, field string) (multipart.File, string, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, "", nil // sent without files: the text area may hold a mapping
	}
	headers := form.File[field]
	if len(headers) == 0 || headers[0].Size == 0 {
		return nil, "", nil
	}
	file, err := headers[0].Open()
	return file, fileName(headers[0].Filename), err
}

// fileName keeps of a file's name what people read.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name, _ = core.CleanLine(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")), 1000)
	if r := []rune(name); len(r) > 80 {
		name = string(r[len(r)-80:])
	}
	if name == "" {
		return "file"
	}
	return name
}
