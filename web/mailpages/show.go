package mailpages

import (
	"regexp"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// MessagePage is one message.
type MessagePage struct {
	messages.Entry
	Chip   layout.Chip
	Facts  []layout.Fact
	Links  []string // of its text, to be followed on a demonstration
	Again  string   // where sending it again posts to; "" when it cannot be
	Masked bool
}

var messageView = render.View{Template: "mailpages/show", Title: "A message", Nav: "mail"}

func (p *Pages) find(c *fiber.Ctx) (messages.Entry, error) {
	no, err := strconv.ParseInt(c.Params("no"), 10, 64)
	if err != nil {
		return messages.Entry{}, core.NotFound("There is no such message.")
	}
	return p.Messages.FindByNo(c.UserContext(), render.Actor(c), no)
}

func (p *Pages) show(c *fiber.Ctx) error {
	e, err := p.find(c)
	if err != nil {
		return err
	}
	ref := core.Reference("")
	if !e.CaseID.IsZero() {
		cs, err := p.Cases.ByID(c.UserContext(), e.CaseID)
		if err != nil {
			return err
		}
		ref = cs.Ref
	}
	return render.Page(c, messageView, p.messagePage(e, ref))
}

func (p *Pages) messagePage(e messages.Entry, ref core.Reference) MessagePage {
	page := MessagePage{Entry: e, Chip: chipFor(e), Masked: e.HasMaskedLinks()}
	to := e.To
	if e.ToName != "" {
		to = e.ToName + ", " + e.To
	}
	page.Facts = []layout.Fact{{Term: "To", Text: to}}
	if ref != "" {
		page.Facts = append(page.Facts, layout.Fact{Term: "Case", Text: string(ref), URL: "/cases/" + string(ref)})
	}
	page.Facts = append(page.Facts, layout.Fact{Term: "Because of", Text: eventWords(e.Event)}, layout.Fact{Term: "Told as", Text: e.Audience},
		layout.Fact{Term: "Template", Text: e.Template}, layout.Fact{Term: "Attempts", Text: strconv.Itoa(e.Attempts)},
		layout.Fact{Term: "Message-ID", Text: e.MessageID})
	if p.Pretended {
		page.Links = addresses.FindAllString(e.Text, maxLinks)
	}
	if p.Sends && mayGoAgain(e) {
		page.Again = address(e) + "/again"
	}
	return page
}

// addresses finds the links in a text; a full stop at the end is the
// sentence's.
var addresses = regexp.MustCompile(`https?://[^\s<>"']*[^\s<>"'.,;:!?)]`)

const maxLinks = 10

// mayGoAgain reports whether a message can be put back into the queue; the
// outbox decides.
func mayGoAgain(e messages.Entry) bool {
	switch e.State {
	case core.DeliveryHeld, core.DeliveryRefused, core.DeliveryBounced, core.DeliveryUnknown:
		return e.Template != messages.SignIn && !e.Unwritten()
	}
	return false
}

// again puts a message back into the queue.
func (p *Pages) again(c *fiber.Ctx) error {
	e, err := p.find(c)
	if err != nil {
		return err
	}
	if err := p.Messages.SendAgain(c.UserContext(), render.Actor(c), e.ID); err != nil {
		return err
	}
	return render.Done(c, address(e), render.Toast{Text: "It is waiting to be sent again."})
}
