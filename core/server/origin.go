package server

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

func isSafe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}

// sameOrigin refuses a write that another site's page made the browser send.
// Browsers say so themselves in Sec-Fetch-Site; older ones in Origin. A
// request with neither comes from no browser and still needs a CSRF token.
func (a *App) sameOrigin(c *fiber.Ctx) error {
	if isSafe(c.Method()) {
		return c.Next()
	}
	refused := core.Forbidden("This was sent from another site, so it was not done. Go back, reload the page and try again.")
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return c.Next()
	case "":
	default:
		return refused
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == a.origin {
		return c.Next()
	}
	from, err := url.Parse(origin)
	if err != nil || from.Host == "" || from.Host != string(c.Request().Host()) {
		return refused
	}
	return c.Next()
}
