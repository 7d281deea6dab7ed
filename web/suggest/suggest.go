// Package suggest shows rows of the installation's lists to whoever fills in a
// question that chooses from one: under the input while they type, beside it
// where the browser has no scripts, and by name where one was chosen before.
package suggest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/viewtree"
)

// most is how many rows are suggested at once.
const most = 10

// From lets a page ask to choose from lists. url is where rows of one are
// suggested: see [Answer]. A list that cannot be read just now suggests nothing,
// and what was chosen from it is shown as it is kept.
func From(ctx context.Context, lists *lookups.Service, url func(list string) string) viewtree.Lookup {
	return viewtree.Lookup{
		URL: url,
		Label: func(list, value string) string {
			label, err := lists.Label(ctx, list, value)
			if err != nil {
				return ""
			}
			return label
		},
		Rows: func(list string) []view.Option {
			rows, err := lists.Short(ctx, list)
			if err != nil {
				return nil
			}
			options := make([]view.Option, len(rows))
			for i, r := range rows {
				options[i] = view.Option{Value: r.Value, Label: r.Label}
			}
			return options
		},
	}
}

type row struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Answer answers with the rows of a list for what was typed so far, in the
// parameter q: {"rows": [{"value", "label"}], "more": true}. Whether the reader
// may have them is for the caller to know.
func Answer(c *fiber.Ctx, lists *lookups.Service, list string) error {
	found, err := lists.Find(c.UserContext(), lookups.Query{List: list, Text: c.Query("q"), Limit: most})
	if err != nil {
		return err
	}
	rows := make([]row, len(found.Rows))
	for i, r := range found.Rows {
		rows[i] = row{r.Value, r.Label}
	}
	c.Set(fiber.HeaderCacheControl, "private, max-age=60")
	return c.JSON(fiber.Map{"rows": rows, "more": found.More})
}
