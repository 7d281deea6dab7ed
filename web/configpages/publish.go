package configpages

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// PublishPage says what publishing a draft would change and what keeps it from
// being published.
type PublishPage struct {
	Bar      Bar
	URL      string
	New      bool
	Facts    []layout.Fact // what a new type has
	Groups   []ChangeGroup
	Findings []FoundRow
	Warnings []FoundRow // that keep nothing from being published
	WhatIfs  []editing.Note
	Note     string
	Problem  string
}

// Publishable reports whether the page offers to publish.
func (p PublishPage) Publishable() bool {
	return p.Bar.Kept && len(p.Findings) == 0 && (p.New || len(p.Groups) > 0)
}

// ChangeGroup is what changed in one section.
type ChangeGroup struct {
	Name    string
	URL     string
	Changes []casetypes.Change
}

func (page PublishPage) view() render.View {
	return render.View{Template: "configpages/publish", Title: page.Bar.Name + ", changes", Nav: nav, Main: "main-config main-publish"}
}

func (p *Pages) publishPage(c *fiber.Ctx, k casetypes.KeptDraft) (PublishPage, error) {
	page := PublishPage{Bar: p.barOf(k, ""), New: k.Current == 0}
	if k.Current > 0 {
		page.URL = addressOf(k.Kind, k.Key)
	}
	for _, f := range k.Findings {
		page.Findings = append(page.Findings, p.found(k, f))
	}
	for _, f := range k.Warnings {
		page.Warnings = append(page.Warnings, p.found(k, f))
	}
	for _, s := range p.sectionsOf(k.Kind) {
		group := ChangeGroup{Name: s.Name, URL: sectionAddress(k.Kind, k.Key, s.Key)}
		for _, change := range k.Changes {
			if change.Section == s.Key {
				group.Changes = append(group.Changes, change)
			}
		}
		if len(group.Changes) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	if t := k.Document.CaseType; t != nil && page.New {
		for _, s := range p.publisher.Sections() {
			if n := p.countOf(t, s.Key); n > 0 {
				page.Facts = append(page.Facts, layout.Fact{Term: s.Name, Text: strconv.Itoa(n), URL: sectionAddress(k.Kind, k.Key, s.Key)})
			}
		}
	}
	if k.Document.CaseType == nil || len(k.Findings) > 0 {
		return page, nil
	}
	var before *core.CaseType
	if k.Current > 0 {
		var err error
		if before, err = p.types.At(c.UserContext(), k.Key, k.Current); err != nil {
			return page, err
		}
	}
	for _, ask := range p.whatIfs {
		notes, err := ask(c.UserContext(), before, k.Document.CaseType)
		if err != nil {
			return page, err
		}
		page.WhatIfs = append(page.WhatIfs, notes...)
	}
	return page, nil
}

// showChanges shows what a draft changes.
func (p *Pages) showChanges(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		k, err := p.drafts.Get(c.UserContext(), kind, c.Params("key"))
		if err != nil {
			return err
		}
		page, err := p.publishPage(c, k)
		if err != nil {
			return err
		}
		return render.Page(c, page.view(), page)
	}
}

// publishKept makes a draft the next version.
func (p *Pages) publishKept(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key := c.Params("key")
		revision, _ := strconv.Atoi(c.FormValue("revision"))
		current, _ := strconv.Atoi(c.FormValue("current"))
		made, err := p.drafts.Publish(c.UserContext(), render.Actor(c), kind, key, revision, current, c.FormValue("note"))
		switch core.KindOf(err) {
		case core.ErrInvalid, core.ErrConflict:
			return p.notPublished(c, kind, key, err)
		}
		if err != nil {
			return err
		}
		toast := fmt.Sprintf("Version %d is live.", made.Version)
		if !made.New {
			toast = fmt.Sprintf("Nothing to publish: version %d says the same.", made.Version)
		}
		return render.Done(c, addressOf(kind, key), render.Toast{Text: toast})
	}
}

func (p *Pages) notPublished(c *fiber.Ctx, kind, key string, cause error) error {
	k, err := p.drafts.Get(c.UserContext(), kind, key)
	if err != nil {
		return err
	}
	page, err := p.publishPage(c, k)
	if err != nil {
		return err
	}
	page.Note = c.FormValue("note")
	if len(casetypes.FindingsOf(cause)) == 0 || len(page.Findings) == 0 {
		page.Problem = sentenceOf(cause)
	}
	if core.KindOf(cause) == core.ErrConflict {
		return render.Stale(c, page.view(), page)
	}
	return render.Invalid(c, page.view(), page)
}
