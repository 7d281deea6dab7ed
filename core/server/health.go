package server

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// health says that the process runs. It asks nobody else, so that a database
// that is away does not get the server restarted.
func (a *App) health(c *fiber.Ctx) error { return c.SendString("ok\n") }

// ready says whether requests should be sent here: not while shutting down,
// and not while what pages need does not answer. What is merely degraded is
// named to whoever may read /metrics, each on a line of its own, and requests
// should come all the same: no other server would do better.
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
	var b strings.Builder
	b.WriteString("ready\n")
	if a.options.Degraded != nil && a.mayReadMetrics(c) {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		for _, what := range a.options.Degraded(ctx) {
			b.WriteString("degraded: " + what + "\n")
		}
	}
	return c.SendString(b.String())
}
