package render

import "github.com/gofiber/fiber/v2"

const (
	themeCookie  = "theme"
	themeSeconds = 400 * 24 * 3600 // as long as browsers keep a cookie
)

// Theme returns what the reader chose: "light", "dark", or "" for what their
// system says.
func Theme(c *fiber.Ctx) string {
	e, err := engineOf(c)
	if err != nil {
		return ""
	}
	return e.theme(c)
}

func (e *Engine) theme(c *fiber.Ctx) string {
	switch theme := c.Cookies(e.cookie(themeCookie)); theme {
	case "light", "dark":
		return theme
	}
	return ""
}

// SetTheme keeps the reader's choice. Whatever is neither light nor dark means
// "as the system".
func SetTheme(c *fiber.Ctx, theme string) {
	e, err := engineOf(c)
	if err != nil {
		return
	}
	if theme != "light" && theme != "dark" {
		e.setCookie(c, themeCookie, "", -1)
		return
	}
	e.setCookie(c, themeCookie, theme, themeSeconds)
}
