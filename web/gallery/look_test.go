package gallery_test

import (
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/gallery/gallerytest"
)

// ground serves what maps draw first.
func ground(app *server.App, assets *web.Assets) {
	app.Public().Get("/map/ground", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"kind": "outline", "outline": fiber.Map{"countries": assets.URL("countries.json"), "places": assets.URL("places.json")}, "max": 12})
	})
}

func TestTheNodesHaveNoBarriers(t *testing.T) {
	gallerytest.Serve(t, ground).Look(t, "gallery/tree")
}
