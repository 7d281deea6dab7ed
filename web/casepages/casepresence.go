package casepages

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/render"
)

// presence hears from a page that somebody has open, and answers with who else
// has.
func (p *Pages) presence(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	if !o.full {
		return core.Forbidden("You may look at this case only.")
	}
	if err := p.Cases.NotePresence(c.UserContext(), o.by, o.Seen, cases.Doing(c.FormValue("doing"))); err != nil {
		return err
	}
	presence, err := p.presenceOf(c.UserContext(), o)
	if err != nil {
		return err
	}
	return render.Changed(c, o.url(), "casepages/case-presence", presence)
}

var doingWords = map[cases.Doing]string{
	cases.Reading: "is reading", cases.WritingNote: "is writing a note", cases.WritingPublic: "is writing a public note", cases.Asking: "is writing a question",
}

// maxNamed is how many people are named before the rest is counted.
const maxNamed = 3

// presenceWords says who else has a case open.
func presenceWords(found []cases.Present) string {
	var words []string
	for i, one := range found {
		if i == maxNamed {
			words = append(words, render.Plural(len(found)-maxNamed, "other is here", "others are here"))
			break
		}
		first, _, _ := strings.Cut(one.Name, " ")
		words = append(words, first+" "+doingWords[one.Doing])
	}
	return strings.Join(words, ", ")
}

func itoa(n int) string { return strconv.Itoa(n) }
