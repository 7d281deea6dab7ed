package casepages

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// FilesTab is every file of a case in one table.
type FilesTab struct {
	Files    []FileRow
	Upload   string // where the form posts; "" where the reader may not
	Once     string
	Accept   string
	Limit    string // "up to 20 files of 20 MB each"
	Share    bool   // whether files of staff are published unless said otherwise
	Problems render.Problems
}

// FileRow is one file.
type FileRow struct {
	No                int
	Name              string
	Kind, Icon        string
	Size              int64
	From              string // "with the form, Amara Okonkwo"
	At                time.Time
	Audience          layout.Chip
	URL, Download     string
	Publish, Withdraw *Action
	Show, Hide        *Action // on the public page of the report
	Shown             bool
	Delete            string
}

func filesTab(o *opened, f facts, problems render.Problems) FilesTab {
	tab := FilesTab{Problems: problems, Share: o.Type.Attachments.Share}
	may := o.MayDo(core.MayWork)
	if may {
		tab.Upload, tab.Once = o.url(tabAttachments), once()
		tab.Accept = strings.Join(attachments.Extensions(o.Type.Attachments), ",")
		limit := o.Type.Attachments
		files, bytes := limit.Files, limit.Bytes
		if files == 0 {
			files = attachments.DefaultFiles
		}
		if bytes == 0 {
			bytes = attachments.DefaultBytes
		}
		tab.Limit = fmt.Sprintf("Up to %d files on one case, %s each.", files, attachments.Size(bytes))
	}
	for _, file := range f.files {
		tab.Files = append(tab.Files, fileRow(o, file, may))
	}
	return tab
}

var sourceWords = map[string]string{
	attachments.SourceForm: "with the form", attachments.SourceStaff: "by staff", attachments.SourceQuestion: "with a question",
	attachments.SourceAnswer: "with an answer", attachments.SourceUpdate: "with an update",
}

func fileRow(o *opened, f core.Attachment, may bool) FileRow {
	no := strconv.Itoa(f.No)
	row := FileRow{
		No: f.No, Name: f.Name, Kind: kindWords(f), Icon: "file", Size: f.Size, From: sourceWords[f.Source], At: f.CreatedAt,
		URL: o.url(tabAttachments, no), Download: o.url(tabAttachments, no, "file"), Audience: audienceChip(f.Audience),
	}
	if strings.HasPrefix(f.Kind, "image/") {
		row.Icon = "image"
	}
	if f.By.Name != "" {
		row.From = strings.TrimSpace(f.By.Name + ", " + row.From)
	}
	if !may {
		return row
	}
	quick := func(name, label, icon string) *Action {
		return &Action{Name: name, Label: label, Icon: icon, URL: o.url("act", name), Quick: true, Version: o.Case.Version, Once: once()}
	}
	switch {
	case f.Audience != core.Public:
		row.Publish = quick("file-publish", "Publish", "eye")
	case f.Source == attachments.SourceStaff || f.Source == attachments.SourceQuestion:
		row.Withdraw = quick("file-withdraw", "Withdraw", "lock")
	}
	if row.Shown = f.Shown; o.Type.Reports.Public && row.Icon == "image" && f.Audience == core.Public {
		if f.Shown {
			row.Hide = quick("file-hide", "Hide publicly", "lock")
		} else {
			row.Show = quick("file-show", "Show publicly", "eye")
		}
	}
	row.Delete = o.url("act", "file-delete") + "?file=" + no
	return row
}

func kindWords(f core.Attachment) string {
	if i := strings.LastIndexByte(f.Name, '.'); i >= 0 && i < len(f.Name)-1 {
		return strings.ToUpper(f.Name[i+1:])
	}
	return f.Kind
}

func audienceChip(a core.Audience) layout.Chip {
	switch a {
	case core.Public:
		return layout.PublicChip()
	case core.Private:
		return layout.PrivateChip()
	}
	return layout.Chip{Label: "Staff only", Icon: "lock", Tone: "private"}
}

// FilePage shows one file, as far as a browser can do so safely.
type FilePage struct {
	FileRow
	Ref, Subject, Back string
	View               string // address of its contents; "" when it cannot be shown
	Image, Boxed       bool   // as a picture; in a frame without any rights
}

// preview shows a file on a page of ours.
func (p *Pages) preview(c *fiber.Ctx) error {
	o, f, err := p.file(c)
	if err != nil {
		return err
	}
	if err := p.Cases.LogLook(c.UserContext(), o.by, o.Case.ID, "attachment "+strconv.Itoa(f.No)); err != nil {
		return err
	}
	page := FilePage{FileRow: fileRow(o, f, false), Ref: string(o.Case.Ref), Subject: o.Case.Subject, Back: o.url(tabAttachments)}
	if attachments.Previewable(f.Kind) {
		page.View = o.url(tabAttachments, strconv.Itoa(f.No), "view")
		page.Image = strings.HasPrefix(f.Kind, "image/")
		page.Boxed = f.Kind != "application/pdf" // a browser's own reader of PDF does not open in such a frame
	}
	return render.Page(c, render.View{Template: "casepages/case-file", Title: f.Name, Nav: "queues"}, page)
}

func (p *Pages) file(c *fiber.Ctx) (*opened, core.Attachment, error) {
	o, err := p.open(c)
	if err != nil {
		return nil, core.Attachment{}, err
	}
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil {
		return nil, core.Attachment{}, core.NotFound("There is no such file, or you may not see it.")
	}
	f, err := p.Attachments.Find(c.UserContext(), o.Seen, no)
	return o, f, err
}

// What a file of somebody else's may do in a browser: nothing. A PDF is read by
// the browser's own reader, which a sandbox would not let begin; it gets no
// other right.
const (
	filePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox"
	pdfPolicy  = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)

// download gives a file to be kept.
func (p *Pages) download(c *fiber.Ctx) error {
	o, f, err := p.file(c)
	if err != nil {
		return err
	}
	if err := p.Cases.LogLook(c.UserContext(), o.by, o.Case.ID, "download "+strconv.Itoa(f.No)); err != nil {
		return err
	}
	return p.sendFile(c, f, "attachment", fiber.MIMEOctetStream, filePolicy)
}

// view gives a file to the frame of its preview.
func (p *Pages) view(c *fiber.Ctx) error {
	_, f, err := p.file(c)
	if err != nil {
		return err
	}
	if !attachments.Previewable(f.Kind) {
		return core.NotFound("This file cannot be shown here. Download it instead.")
	}
	kind, policy := f.Kind, filePolicy
	switch {
	case kind == "application/pdf":
		policy = pdfPolicy
	case strings.HasPrefix(kind, "text/"):
		kind = fiber.MIMETextPlainCharsetUTF8 // whatever kind of text it is, it is shown as text
	}
	c.Set(fiber.HeaderXFrameOptions, "SAMEORIGIN")
	return p.sendFile(c, f, "inline", kind, policy)
}

// SendFile answers with a file to be kept, whoever asks: for pages that have seen
// to it that their reader may have it.
func (p *Pages) SendFile(c *fiber.Ctx, f core.Attachment) error {
	return p.sendFile(c, f, "attachment", fiber.MIMEOctetStream, filePolicy)
}

func (p *Pages) sendFile(c *fiber.Ctx, f core.Attachment, disposition, kind, policy string) error {
	contents, err := p.Attachments.Open(c.UserContext(), f)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, disposition+"; filename*=UTF-8''"+url.PathEscape(f.Name))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	return c.SendStream(contents, int(f.Size)) // closed when it is sent
}

// upload puts files on the case.
func (p *Pages) upload(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	if !o.MayDo(core.MayWork) {
		return core.Forbidden("You may not add files to this case.")
	}
	ids, err := p.takeFiles(c, o, "files")
	if err == nil && len(ids) == 0 {
		err = core.InvalidField("files", "Choose a file first.")
	}
	if err == nil {
		add := &attachments.Add{Files: ids, Audience: core.Staff}
		if c.FormValue("public") != "" {
			add.Audience = core.Public
		}
		request := cases.One(o.Case.ID, 0, add)
		request.Key = c.FormValue("once")
		_, err = p.Cases.Do(c.UserContext(), o.by, request)
	}
	if err == nil {
		return render.Done(c, o.url(tabAttachments), render.Toast{Text: render.Plural(len(ids), "file is", "files are") + " on " + string(o.Case.Ref)})
	}
	var sent *core.Error
	if !errors.As(err, &sent) || sent.Kind != core.ErrInvalid && sent.Kind != core.ErrTooLarge {
		return err
	}
	page, wrong := p.casePage(c, o, tabAttachments)
	if wrong != nil {
		return wrong
	}
	page.Files.Problems = render.Problems{Message: sent.Message, Items: []render.FieldProblem{{Field: "files", Message: sent.Message}}}
	return render.Invalid(c, caseView(o), page)
}

// takeFiles uploads what a form sent; the files are pending until a command
// adopts them.
func (p *Pages) takeFiles(c *fiber.Ctx, o *opened, name string) ([]core.AttachmentID, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // a form without files
	}
	if !o.MayDo(core.MayWork) {
		return nil, core.Forbidden("You may not add files to this case.")
	}
	limit := o.Type.Attachments.Files
	if limit == 0 {
		limit = attachments.DefaultFiles
	}
	var ids []core.AttachmentID
	for _, header := range form.File[name] {
		if header.Filename == "" && header.Size == 0 {
			continue
		}
		if len(ids) == limit {
			return nil, core.InvalidField(name, "Send %d files at most.", limit)
		}
		a, err := p.takeFile(c, o, header)
		if err != nil {
			return nil, err
		}
		ids = append(ids, a.ID)
	}
	return ids, nil
}

func (p *Pages) takeFile(c *fiber.Ctx, o *opened, header *multipart.FileHeader) (core.Attachment, error) {
	contents, err := header.Open()
	if err != nil {
		return core.Attachment{}, fmt.Errorf("open a file that was sent: %w", err)
	}
	defer contents.Close()
	return p.Attachments.Upload(c.UserContext(), o.by, attachments.Incoming{Name: header.Filename, Limit: o.Type.Attachments}, contents)
}
