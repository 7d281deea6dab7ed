package portalpages

import (
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// AboutPage is a page about this site.
type AboutPage struct {
	Organisation core.Organisation
}

var (
	accessibilityView = render.View{Template: "portalpages/accessibility", Layout: render.Public, Title: "Accessibility"}
	privacyView       = render.View{Template: "portalpages/privacy", Layout: render.Public, Title: "Privacy"}
)

func (p *Pages) showAccessibility(c *fiber.Ctx) error { return p.about(c, accessibilityView) }

func (p *Pages) showPrivacy(c *fiber.Ctx) error { return p.about(c, privacyView) }

func (p *Pages) about(c *fiber.Ctx, view render.View) error {
	organisation, err := p.Portals.Organisation(c.UserContext())
	if err != nil {
		return err
	}
	return render.Page(c, view, AboutPage{organisation})
}
