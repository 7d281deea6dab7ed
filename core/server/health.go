package server

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// health says that the process runs. It asks nobody else, so that a database
// that is away does not get the server restarted.
func (a *App) health(c *fiber.Ctx) error { return c.SendString("ok\n") }

// ready says whether requests should be sent here: not while shutting down,
// and not while what pages need does not answer.
func (a *App) ready(c *fiber.Ctx) error {
	if a.draining.Load() {
		return c.Status(fiber.StatusServiceUnavailable).SendString("shutting down\n")
	}
	if a.options.Ready != nil {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		if err := a.options.Ready(ctx); err != nil {
			a.logError(c, err)
			return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
		}
	}
	return c.SendString("ready\n")
}
