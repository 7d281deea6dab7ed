package main

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/pluginpages"
	"github.com/casement-dev/casement/web/viewtree"
)

// newPluginPages makes the pages on which plugins are looked after.
func (p *parts) newPluginPages(assets *web.Assets, out *pages, csrf func(*fiber.Ctx) string) (*pluginpages.Pages, error) {
	return pluginpages.New(pluginpages.Options{
		Plugins: p.installed, Clock: p.clock, Zone: out.zone, Asset: assets.URL, Uses: p.pluginUses, Names: p.people.NamesOf,
		Token: func(c *fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{Name: server.CSRFField, Value: csrf(c)} },
	})
}

// pluginUses says by case type what of it a plugin serves.
func (p *parts) pluginUses(ctx context.Context, id string) ([]pluginpages.Use, error) {
	types, err := p.types.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []pluginpages.Use
	for _, t := range types {
		if what := usesIn(t, id); len(what) > 0 {
			out = append(out, pluginpages.Use{Type: t.Name.String(), URL: "/configuration/types/" + url.PathEscape(t.Key), What: what})
		}
	}
	return out, nil
}
