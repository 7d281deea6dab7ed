package importpages

import (
	"bytes"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/web/render"
)

// report is the table of all that was wrong with the rows.
func (p *Pages) report(c *fiber.Ctx) error {
	no, err := numberOf(c)
	if err != nil {
		return err
	}
	var table bytes.Buffer // bounded by imports.MaxRefusals
	if err := p.Imports.WriteReport(c.UserContext(), render.Actor(c), no, &table); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="import-%d-report.csv"`, no))
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(table.Bytes())
}
