package messagepages

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// ListPage is every template, by the event it tells of.
type ListPage struct {
	Sets     layout.Tabs // the installation's, and each case type's
	TypeName string      // "" for the installation's
	Matrix   string      // where the matrix of the case type is changed
	Who      string
	Events   []EventRows
	May      bool
	Name     layout.Field
	Key      layout.Field
	From     layout.Field
	Problems render.Problems
}

// EventRows are the templates of one event.
type EventRows struct {
	Words string
	Rows  []TemplateRow
}

// TemplateRow is a template at an event.
type TemplateRow struct {
	Name      string
	Key       string
	URL       string
	Versions  string
	Audience  string
	Languages []string
	Version   int // 0: as shipped
	Own       bool
	Again     bool // sent again when it is unclear whether it was
	Off       string
}

var listView = render.View{Template: "messagepages/list", Title: "Messages", Nav: nav}

func (p *Pages) list(c *fiber.Ctx) error {
	page, err := p.listPage(c)
	if err != nil {
		return err
	}
	return render.Page(c, listView, page)
}

func (p *Pages) listPage(c *fiber.Ctx) (ListPage, error) {
	ctx := c.UserContext()
	page := ListPage{
		May:  messages.MayWrite(render.Actor(c)),
		Name: layout.Field{Name: "name", Label: "Name", Hint: "For example: Closed: partly upheld.", Value: c.FormValue("name"), MaxLength: 200},
		Key:  layout.Field{Name: "key", Label: "Key", Hint: "How case types name it, such as closed-partly-upheld.", Value: c.FormValue("key"), MaxLength: 60, Plain: true},
		From: layout.Field{Name: "from", Label: "Begin with the words of", Value: c.FormValue("from")},
	}
	asked := c.Query("type")
	t, err := p.typeOf(c, asked)
	if err != nil {
		return page, err
	}
	types, err := p.Types.All(ctx)
	if err != nil {
		return page, err
	}
	page.Sets = layout.Tabs{Label: "Whose words", Items: []layout.Tab{{Label: "The installation's", URL: home, Current: t == nil}}}
	for _, one := range types {
		page.Sets.Items = append(page.Sets.Items, layout.Tab{Label: one.Name.String(), URL: withQuery(home, "type", one.Key), Current: t != nil && one.Key == t.Key})
	}
	all, err := p.Messages.Templates(ctx)
	if err != nil {
		return page, err
	}
	for _, one := range all {
		page.From.Options = append(page.From.Options, layout.Option{Value: one.Key, Label: one.Name})
	}
	if t != nil {
		page.TypeName, page.Matrix, page.Who = t.Name.String(), "/configuration/types/"+t.Key+"/draft?section=messages", withQuery(whoHome, "type", t.Key)
		page.Events, err = p.ofType(c, t)
		return page, err
	}
	page.Events, err = p.ofInstallation(c, all)
	return page, err
}

// ofType lists what a case type sends, event by event.
func (p *Pages) ofType(c *fiber.Ctx, t *core.CaseType) ([]EventRows, error) {
	var out []EventRows
	for _, row := range notifications.MatrixOf(t) {
		at := EventRows{Words: row.Words}
		for _, cell := range row.Cells {
			if cell.Template == "" {
				continue
			}
			templates := []string{cell.Template}
			if cell.Template == core.ByReason {
				templates = []string{core.ClosedMessage}
				for _, reason := range t.Reasons.Close {
					if reason.Message != "" && !slices.Contains(templates, reason.Message) {
						templates = append(templates, reason.Message)
					}
				}
			}
			for _, key := range templates {
				r, err := p.row(c, t.Key, key)
				if err != nil {
					return nil, err
				}
				r.Audience, r.Off = notifications.AudienceWords(cell.Audience), cell.Muted
				r.URL = withQuery(r.URL, "at", core.MailCell(string(row.Event), cell.Audience))
				at.Rows = append(at.Rows, r)
			}
		}
		if len(at.Rows) > 0 {
			out = append(out, at)
		}
	}
	return out, nil
}

func (p *Pages) row(c *fiber.Ctx, caseType, key string) (TemplateRow, error) {
	t, version, err := p.Messages.TemplateFor(c.UserContext(), caseType, key)
	if core.KindOf(err) == core.ErrNotFound {
		return TemplateRow{Name: key, Key: key, Off: "There is no such template."}, nil
	}
	if err != nil {
		return TemplateRow{}, err
	}
	return TemplateRow{
		Name: t.Name, Key: key, URL: address(caseType, key), Versions: address(t.Type, key, "/versions"),
		Languages: slices.Sorted(maps.Keys(t.Languages)), Version: version, Own: t.Type != "", Again: t.AtLeastOnce,
	}, nil
}

// ofInstallation lists every template of the installation, at the first event
// that the matrix suggests it for; the rest belongs to no event there.
func (p *Pages) ofInstallation(c *fiber.Ctx, all []messages.Template) ([]EventRows, error) {
	listed := map[string]bool{}
	var out []EventRows
	add := func(words string, keys []string, audience func(key string) string) error {
		at := EventRows{Words: words}
		for _, key := range keys {
			r, err := p.row(c, "", key)
			if err != nil {
				return err
			}
			r.Audience = audience(key)
			at.Rows = append(at.Rows, r)
			listed[key] = true
		}
		if len(at.Rows) > 0 {
			out = append(out, at)
		}
		return nil
	}
	for _, line := range notifications.Matrix() {
		var keys []string
		told := map[string][]string{}
		for _, cell := range line.Cells {
			if cell.Template == "" || cell.Template == core.ByReason || listed[cell.Template] {
				continue
			}
			if !slices.Contains(keys, cell.Template) {
				keys = append(keys, cell.Template)
			}
			told[cell.Template] = append(told[cell.Template], notifications.AudienceWords(cell.Audience))
		}
		if line.Event == core.CaseClosed {
			for _, t := range all {
				if t.Key == core.ClosedMessage || strings.HasPrefix(t.Key, "closed-") {
					keys = append(keys, t.Key)
					told[t.Key] = []string{notifications.AudienceWords("requester")}
				}
			}
		}
		if err := add(line.Words, keys, func(key string) string { return strings.Join(told[key], ", ") }); err != nil {
			return nil, err
		}
	}
	var rest []string
	audiences := map[string]string{}
	for _, t := range all {
		audiences[t.Key] = map[string]string{messages.ForRequester: "customers", messages.ForStaff: "staff"}[t.Audience]
		if !listed[t.Key] {
			rest = append(rest, t.Key)
		}
	}
	err := add("Other messages", rest, func(key string) string { return audiences[key] })
	return out, err
}

// create begins a template with the words of another.
func (p *Pages) create(c *fiber.Ctx) error {
	ctx := c.UserContext()
	t, _, err := p.Messages.Template(ctx, c.FormValue("from"))
	if err != nil {
		return err
	}
	t.Key, t.Name = strings.TrimSpace(c.FormValue("key")), strings.TrimSpace(c.FormValue("name"))
	if _, _, err := p.Messages.Template(ctx, t.Key); err == nil {
		err = core.InvalidField("key", "There is a template with this key.")
		return p.refusedNew(c, err)
	}
	if _, err := p.Notifications.PublishTemplate(ctx, render.Actor(c), t, "Begun with the words of “"+c.FormValue("from")+"”.", 0); err != nil {
		return p.refusedNew(c, err)
	}
	return render.Done(c, address("", t.Key), render.Toast{Text: "The template is there. Nothing sends it until a case type names it."})
}

func (p *Pages) refusedNew(c *fiber.Ctx, err error) error {
	problems, ok := render.ProblemsOf(err, "name", "key", "from")
	if !ok {
		return err
	}
	page, err := p.listPage(c)
	if err != nil {
		return err
	}
	page.Problems = problems
	page.Name.Error, page.Key.Error = problems.For("name"), problems.For("key")
	return render.Invalid(c, listView, page)
}
