package render

import "github.com/gofiber/fiber/v2"

// Routes is where a page package registers its pages. cmd passes routes whose
// audience is checked before any handler runs.
type Routes interface {
	Get(path string, handlers ...fiber.Handler)
	Post(path string, handlers ...fiber.Handler)
}
