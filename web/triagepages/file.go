package triagepages

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// filePolicy keeps a file from doing anything, whatever it says that it is.
const filePolicy = "default-src 'none'; sandbox"

// file answers with a file of a mail: a picture or a text is shown, everything
// else is to be kept.
func (p *Pages) file(c *fiber.Ctx) error {
	no, err := strconv.ParseInt(c.Params("no"), 10, 64)
	if err != nil {
		return core.NotFound("There is no such mail.")
	}
	index, err := strconv.Atoi(c.Params("file"))
	if err != nil {
		return core.NotFound("There is no such file.")
	}
	name, media, body, err := p.Intake.File(c.UserContext(), render.Actor(c), no, index-1)
	if err != nil {
		return err
	}
	disposition, kind := "attachment", fiber.MIMEOctetStream
	switch {
	case strings.HasPrefix(media, "image/") && media != "image/heic":
		disposition, kind = "inline", media
	case strings.HasPrefix(media, "text/"):
		disposition, kind = "inline", fiber.MIMETextPlainCharsetUTF8
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, disposition+"; filename*=UTF-8''"+url.PathEscape(name))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, filePolicy)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(body)
}
