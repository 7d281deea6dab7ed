package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/designpages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/viewtree"
)

// newDesignPages makes the pages on which forms are made without code.
func (p *parts) newDesignPages(assets *web.Assets, zone *time.Location, csrf func(*fiber.Ctx) string) (*designpages.Pages, error) {
	return designpages.New(designpages.Options{
		Designs: p.designs, Types: p.types, Forms: p.plugins.FormProvider(), Clock: p.clock, Zone: zone, Asset: assets.URL,
		Lists: func(ctx context.Context) ([]layout.Option, error) {
			lists, err := p.lookups.Lists(ctx)
			out := make([]layout.Option, len(lists))
			for i, l := range lists {
				out[i] = layout.Option{Value: l.Key, Label: l.Name}
			}
			return out, err
		},
		Token: func(c *fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{Name: server.CSRFField, Value: csrf(c)} },
	})
}

// listKeys are the lists that look-ups of forms may use.
func (p *parts) listKeys(ctx context.Context) ([]string, error) {
	lists, err := p.lookups.Lists(ctx)
	out := make([]string, len(lists))
	for i, l := range lists {
		out[i] = l.Key
	}
	return out, err
}
