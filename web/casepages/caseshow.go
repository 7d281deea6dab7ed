package casepages

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// The tabs of a case, as their addresses name them.
const (
	tabSummary     = "summary"
	tabDetails     = "details"
	tabTasks       = "tasks"
	tabHistory     = "history"
	tabAttachments = "attachments"
	tabEmails      = "emails"
	tabLinks       = "links"
)

// CasePage is the page of a case: what stays in sight, and one of its tabs.
type CasePage struct {
	Head     CaseHead
	Side     CaseSide
	Tabs     layout.Tabs
	Tab      string // which of the following is filled
	URL      string // of the tab, to be asked for again when the case changes
	Live     string // the topic on which changes of the case are told
	Summary  SummaryTab
	Details  DetailsTab
	Tasks    TasksTab
	History  HistoryTab
	Files    FilesTab
	Emails   EmailsTab
	Links    LinksTab
	Composer Composer // at the foot of summary and history, for those who may write
}

// counts are the figures on the tabs.
type counts struct{ tasks, files, emails, links int }

// show answers one tab: a whole page, or its main column when the reader comes
// from another tab.
func (p *Pages) show(tab string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		o, err := p.open(c)
		if err != nil {
			return err
		}
		if !o.full && (tab == tabEmails || tab == tabAttachments || tab == tabLinks) {
			return core.NotFound("There is no such page, or you may not see it.")
		}
		if err := p.looked(c.UserContext(), o, tab); err != nil {
			return err
		}
		page, err := p.casePage(c, o, tab)
		if err != nil {
			return err
		}
		return render.Page(c, caseView(o), page)
	}
}

func caseView(o *opened) render.View {
	return render.View{
		Template: "casepages/case", Part: "casepages/case-main", Nav: "queues", Main: "main-case",
		Title: string(o.Case.Ref) + " " + o.Case.Subject,
	}
}

// looked writes down who looked, and notes the first look of somebody who may
// work on the case.
func (p *Pages) looked(ctx context.Context, o *opened, what string) error {
	if err := p.Cases.LogLook(ctx, o.by, o.Case.ID, what); err != nil {
		return err
	}
	if p.Opened != nil {
		if err := p.Opened(ctx, o.by, o.Case.ID); err != nil {
			return err
		}
	}
	if !o.Case.OpenedAt.IsZero() || !o.MayDo(core.MayWork) || !o.Case.IsOpen() {
		return nil
	}
	result, err := p.Cases.Do(ctx, o.by, cases.One(o.Case.ID, 0, cases.Open{}))
	if err != nil {
		return err
	}
	o.Case.OpenedAt, o.Case.Version = o.now, result.Outcomes[0].Version
	return nil
}

func (p *Pages) casePage(c *fiber.Ctx, o *opened, tab string) (page CasePage, err error) {
	ctx := c.UserContext()
	page = CasePage{Tab: tab, URL: tabURL(o, tab), Live: "case:" + string(o.Case.Ref)}
	facts, err := p.facts(ctx, o)
	if err != nil {
		return page, err
	}
	if page.Head, err = p.caseHead(ctx, o, facts); err != nil {
		return page, err
	}
	if page.Side, err = p.caseSide(ctx, o, facts); err != nil {
		return page, err
	}
	page.Tabs = tabsOf(o, tab, facts.counts())
	switch tab {
	case tabSummary:
		page.Summary, err = p.summaryTab(ctx, o, facts)
	case tabDetails:
		page.Details, err = p.detailsTab(ctx, o)
	case tabTasks:
		page.Tasks = tasksTab(o, facts)
	case tabHistory:
		page.History, err = p.historyTab(ctx, o, facts, viewOf(c.Query("show")), c.Query("all") != "")
	case tabAttachments:
		page.Files = filesTab(o, facts, render.Problems{})
	case tabEmails:
		page.Emails, err = p.emailsTab(ctx, o, facts)
	case tabLinks:
		page.Links, err = p.linksTab(ctx, o, facts)
	}
	if err == nil && (tab == tabSummary || tab == tabHistory) {
		page.Composer, err = p.composer(ctx, o, c.Query("write"))
	}
	return page, err
}

func tabURL(o *opened, tab string) string {
	if tab == tabSummary {
		return o.url()
	}
	return o.url(tab)
}

// tabsOf lists the tabs the reader may open.
func tabsOf(o *opened, current string, n counts) layout.Tabs {
	t := layout.Tabs{Label: "Case"}
	for _, tab := range []struct {
		key, label string
		count      int
		full       bool // not for those who may only enquire
	}{
		{tabSummary, "Summary", 0, false}, {tabDetails, "Details", 0, false}, {tabTasks, "Tasks", n.tasks, false},
		{tabHistory, "History", 0, false}, {tabAttachments, "Attachments", n.files, true}, {tabEmails, "Correspondence", n.emails, true},
		{tabLinks, "Linked", n.links, true},
	} {
		if o.full || !tab.full {
			t.Items = append(t.Items, layout.Tab{Label: tab.label, URL: tabURL(o, tab.key), Count: tab.count, Current: tab.key == current})
		}
	}
	return t
}

// head answers the part that stays in sight, again, after a change.
func (p *Pages) head(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	facts, err := p.facts(c.UserContext(), o)
	if err != nil {
		return err
	}
	head, err := p.caseHead(c.UserContext(), o, facts)
	if err != nil {
		return err
	}
	return render.Fragment(c, "casepages/case-head", head)
}

// side answers the right column again.
func (p *Pages) side(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	facts, err := p.facts(c.UserContext(), o)
	if err != nil {
		return err
	}
	side, err := p.caseSide(c.UserContext(), o, facts)
	if err != nil {
		return err
	}
	return render.Fragment(c, "casepages/case-side", side)
}
