package server

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// Asset is one built file. Its name holds a hash of its content, so browsers
// may keep it for ever.
type Asset struct {
	Name        string
	ContentType string
	Body        []byte
	Compressed  []byte // the same as gzip; nil when that saves nothing
}

func (a *App) asset(c *fiber.Ctx) error {
	file, ok := a.options.Assets(c.Params("*"))
	if !ok {
		return core.NotFound("If you typed the address, check it.")
	}
	etag := `"` + file.Name + `"`
	c.Set(fiber.HeaderContentType, file.ContentType)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, etag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	if file.Compressed != nil && strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(file.Compressed)
	}
	return c.Send(file.Body)
}
