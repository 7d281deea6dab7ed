package portalpages

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
)

// FilesField is a field for files.
type FilesField struct {
	ID     string
	Hint   string
	Accept string
	Error  string
}

// maxSent bounds the files of one form; a type's own limit may be lower.
const maxSent = 10

// filesField is the field for files of a case type.
func filesField(id string, t *core.CaseType, wrong string) FilesField {
	limit := t.Attachments
	most, bytes := limit.Files, limit.Bytes
	if most <= 0 || most > maxSent {
		most = maxSent
	}
	if bytes <= 0 {
		bytes = attachments.DefaultBytes
	}
	return FilesField{
		ID: id, Accept: strings.Join(attachments.Extensions(limit), ","), Error: wrong,
		Hint: fmt.Sprintf("Up to %d files of %s: %s.", most, attachments.Size(bytes), kindWords(limit)),
	}
}

// kindWords say which kinds of file a type takes, without listing endings.
func kindWords(limit core.AttachmentLimit) string {
	kinds := limit.Kinds
	if len(kinds) == 0 {
		kinds = attachments.Kinds()
	}
	has := func(part string) bool {
		return slices.ContainsFunc(kinds, func(k string) bool { return strings.Contains(k, part) })
	}
	var words []string
	for _, kind := range []struct{ part, word string }{
		{"image/", "photographs"}, {"application/pdf", "PDF"}, {"wordprocessingml", "Word"}, {"spreadsheetml", "Excel"}, {"audio/", "sound"}, {"video/", "video"},
	} {
		if has(kind.part) {
			words = append(words, kind.word)
		}
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// takeFiles keeps the files of a form until the command that uses them. A file
// that cannot be taken is an error beside the field, and nothing is sent.
func (p *Pages) takeFiles(c *fiber.Ctx, w *way, source string) (*attachments.Send, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // no files: an ordinary form
	}
	incoming := slices.DeleteFunc(slices.Clone(form.File["file"]), func(h *multipart.FileHeader) bool { return h.Filename == "" && h.Size == 0 })
	if len(incoming) == 0 {
		return nil, nil
	}
	if len(incoming) > maxSent {
		return nil, core.InvalidField("file", "Send at most %d files at once. The others can follow.", maxSent)
	}
	send := &attachments.Send{Add: attachments.Add{Source: source}}
	for _, header := range incoming {
		file, err := p.takeFile(c, w, header)
		if err != nil {
			return nil, err
		}
		send.Files = append(send.Files, file.ID)
	}
	return send, nil
}

func (p *Pages) takeFile(c *fiber.Ctx, w *way, header *multipart.FileHeader) (core.Attachment, error) {
	content, err := header.Open()
	if err != nil {
		return core.Attachment{}, fmt.Errorf("open a file that was sent: %w", err)
	}
	defer content.Close()
	file, err := p.Attachments.Upload(c.UserContext(), w.by, attachments.Incoming{Name: header.Filename, Limit: w.Type.Attachments}, content)
	var refusal *core.Error
	if errors.As(err, &refusal) && refusal.Kind == core.ErrTooLarge { // the form is shown again, as for any other mistake
		err = core.InvalidField("file", "%s", refusal.Message)
	}
	return file, err
}

// filePolicy lets what somebody else made do nothing in a browser that shows
// it against our wish.
const filePolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// download gives a file to be kept, and never to be shown by us.
func (p *Pages) download(c *fiber.Ctx, w *way) error {
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil {
		return core.NotFound("There is no such file.")
	}
	f, err := p.Attachments.Find(c.UserContext(), w.Seen, no)
	if err != nil {
		return err
	}
	content, err := p.Attachments.Open(c.UserContext(), f)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, filePolicy)
	return c.SendStream(content, int(f.Size)) // closed when it is sent
}

func itoa(n int) string { return strconv.Itoa(n) }
