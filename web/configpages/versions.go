package configpages

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/render"
)

// toldVersions is how many versions are compared with the one before.
const toldVersions = 25

// VersionsPage lists the versions of a document, newest first.
type VersionsPage struct {
	Kind       string
	Name       string
	URL        string
	Rows       []Row
	CanPublish bool
}

func (p *Pages) versionsOf(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, key := c.UserContext(), c.Params("key")
		versions, err := p.types.Versions(ctx, kind, key)
		if err != nil {
			return err
		}
		page := VersionsPage{Kind: kindWords(kind), URL: addressOf(kind, key), CanPublish: casetypes.MayPublish(render.Actor(c))}
		if page.Name, err = p.nameOf(c, kind, key, versions[0].Version); err != nil {
			return err
		}
		for i, v := range versions {
			row := rowOf(v)
			row.Current = i == 0
			row.URL = fmt.Sprintf("%s?version=%d", page.URL, v.Version)
			row.File = fmt.Sprintf("%s/file?version=%d", page.URL, v.Version)
			if i > 0 {
				row.Again = fmt.Sprintf("%s/again?version=%d", page.URL, v.Version)
			}
			if i < toldVersions {
				before := 0
				if i+1 < len(versions) {
					before = versions[i+1].Version
				}
				if row.Changes, err = p.publisher.Between(ctx, kind, key, before, v.Version); err != nil {
					return err
				}
			}
			page.Rows = append(page.Rows, row)
		}
		return render.Page(c, render.View{Template: "configpages/versions", Title: "Versions, " + page.Name, Nav: nav}, page)
	}
}

func (p *Pages) nameOf(c *fiber.Ctx, kind, key string, version int) (string, error) {
	if kind == casetypes.KindCalendar {
		calendar, err := p.types.CalendarAt(c.UserContext(), key, version)
		if err != nil {
			return "", err
		}
		return calendar.Name.String(), nil
	}
	t, err := p.types.At(c.UserContext(), key, version)
	if err != nil {
		return "", err
	}
	return t.Name.String(), nil
}

// fileOf answers with a version as a file.
func (p *Pages) fileOf(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, key := c.UserContext(), c.Params("key")
		versions, err := p.types.Versions(ctx, kind, key)
		if err != nil {
			return err
		}
		version, err := versionOf(c, versions[0].Version)
		if err != nil {
			return err
		}
		f, err := p.types.File(ctx, kind, key, version)
		if err != nil {
			return err
		}
		c.Attachment(f.Name)
		c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
		return c.Send(f.Source)
	}
}
