package messagepages

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/render"
)

// VersionsPage is the history of a template.
type VersionsPage struct {
	Name string
	URL  string
	Back string
	Type string
	Seen int
	May  bool
	Rows []VersionRow
}

// VersionRow is one version of a template, with what it changed.
type VersionRow struct {
	Version int
	Title   string
	By      string
	At      time.Time
	Note    string
	Current bool
	Changes []string
	Texts   []Text
	Again   string
}

// Text is one text of a version beside that of the version before.
type Text struct {
	Title string
	Lines []messages.Line
}

// compared is how many versions show their texts line by line.
const compared = 20

func (p *Pages) versions(c *fiber.Ctx) error {
	ctx, key := c.UserContext(), c.Params("key")
	ct, err := p.typeOf(c, c.Query("type"))
	if err != nil {
		return err
	}
	page := VersionsPage{May: messages.MayWrite(render.Actor(c)), Back: home}
	if ct != nil {
		page.Type, page.Back = ct.Key, withQuery(home, "type", ct.Key)
	}
	list, err := p.Messages.Versions(ctx, page.Type, key)
	if err != nil {
		return err
	}
	page.URL, page.Seen = address(page.Type, key), list[0].Version
	for i, v := range list {
		t, err := p.Messages.VersionAt(ctx, page.Type, key, v.Version)
		if err != nil {
			return err
		}
		if i == 0 {
			page.Name = t.Name
		}
		row := VersionRow{Version: v.Version, Title: "Version " + strconv.Itoa(v.Version), By: cmp.Or(v.ByName, "Casement"), At: v.At, Note: v.Note, Current: i == 0, Changes: v.Changes}
		if v.Version == 0 {
			row.Title, row.Changes = "As shipped", nil
		}
		if i > 0 && !t.Withdrawn {
			row.Again = address("", key, "/again")
		}
		if i+1 < len(list) && i < compared {
			before, err := p.Messages.VersionAt(ctx, page.Type, key, list[i+1].Version)
			if err != nil {
				return err
			}
			row.Texts = texts(before, t)
		}
		page.Rows = append(page.Rows, row)
	}
	return render.Page(c, render.View{Template: "messagepages/versions", Title: "Versions, " + page.Name, Nav: nav}, page)
}

// texts compares what differs line by line.
func texts(before, after messages.Template) []Text {
	var out []Text
	for _, tag := range slices.Sorted(maps.Keys(after.Languages)) {
		was, is := before.Languages[tag], after.Languages[tag]
		if was.Text != is.Text {
			out = append(out, Text{"Text, " + languageName(tag), messages.Lines(was.Text, is.Text)})
		}
		if was.HTML != is.HTML {
			out = append(out, Text{"HTML, " + languageName(tag), messages.Lines(was.HTML, is.HTML)})
		}
	}
	return out
}

// again goes back to an old version, by publishing its words as a new one.
func (p *Pages) again(c *fiber.Ctx) error {
	key, caseType := c.Params("key"), c.FormValue("type")
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version < 0 {
		return core.NotFound("There is no such version.")
	}
	seen, err := strconv.Atoi(c.FormValue("seen"))
	if err != nil {
		return core.Invalid("Say which version you have seen.")
	}
	t, err := p.Messages.VersionAt(c.UserContext(), caseType, key, version)
	if err != nil {
		return err
	}
	note := "As version " + strconv.Itoa(version) + "."
	if version == 0 {
		note = "As shipped with Casement."
	}
	made, err := p.Notifications.PublishTemplate(c.UserContext(), render.Actor(c), t, note, seen)
	if err != nil {
		return err
	}
	return render.Done(c, address(caseType, key, "/versions"), render.Toast{Text: "Version " + strconv.Itoa(made) + " is live."})
}

// withdraw gives up a case type's own words.
func (p *Pages) withdraw(c *fiber.Ctx) error {
	key, caseType := c.Params("key"), c.FormValue("type")
	seen, err := strconv.Atoi(c.FormValue("seen"))
	if err != nil {
		return core.Invalid("Say which version you have seen.")
	}
	if _, err := p.Messages.Withdraw(c.UserContext(), render.Actor(c), caseType, key, seen); err != nil {
		return err
	}
	return render.Done(c, address(caseType, key), render.Toast{Text: "The installation's words are sent again."})
}
