package sectionpages

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/web/suggest"
)

// LookupURL is where rows of a list are suggested to staff.
func LookupURL(list string) string { return "/lookups/" + url.PathEscape(list) }

// suggest answers with the rows of a list for what was typed so far.
func (p *Pages) suggest(c *fiber.Ctx) error { return suggest.Answer(c, p.Lookups, c.Params("list")) }
