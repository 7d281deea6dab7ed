package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/accountpages"
	"github.com/casement-dev/casement/web/apipages"
	"github.com/casement-dev/casement/web/casepages"
	"github.com/casement-dev/casement/web/configpages"
	"github.com/casement-dev/casement/web/designpages"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/formpages"
	"github.com/casement-dev/casement/web/importpages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/lookuppages"
	"github.com/casement-dev/casement/web/mailpages"
	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/messagepages"
	"github.com/casement-dev/casement/web/peoplepages"
	"github.com/casement-dev/casement/web/pluginpages"
	"github.com/casement-dev/casement/web/portalpages"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/reportpages"
	"github.com/casement-dev/casement/web/routinepages"
	"github.com/casement-dev/casement/web/searchpages"
	"github.com/casement-dev/casement/web/sectionpages"
	"github.com/casement-dev/casement/web/suggest"
	"github.com/casement-dev/casement/web/targetpages"
	"github.com/casement-dev/casement/web/taskpages"
	"github.com/casement-dev/casement/web/triagepages"
	"github.com/casement-dev/casement/web/viewtree"
	"github.com/casement-dev/casement/web/webhookpages"
)

// pages is everything that answers people.
type pages struct {
	parts   *parts
	zone    *time.Location
	engine  *render.Engine
	layout  *layout.Pages
	account *accountpages.Pages
	people  *peoplepages.Pages
	config  *configpages.Pages
	cases   *casepages.Pages
	forms   *formpages.Pages
	portal  *portalpages.Pages
	mail    *mailpages.Pages
	triage  *triagepages.Pages
	search  *searchpages.Pages
	reports *reportpages.Pages
	maps    *mappages.Pages
	imports *importpages.Pages
	tasks   *taskpages.Pages
	details *sectionpages.Pages
	plugins *pluginpages.Pages
	designs *designpages.Pages
	targets *targetpages.Pages
	message *messagepages.Pages
	routine *routinepages.Pages
}

// newPages parses the templates and makes the page packages.
func (p *parts) newPages(assets *web.Assets, zone *time.Location, actor func(*fiber.Ctx) core.Actor, csrf func(*fiber.Ctx) string) (*pages, error) {
	out := &pages{parts: p, zone: zone}
	var err error
	out.engine, err = render.New(render.Options{
		Sources: []render.Source{layout.Source(), editing.Source(), accountpages.Source(), peoplepages.Source(), apipages.Source(), configpages.Source(), targetpages.Source(), routinepages.Source(), casepages.Source(), formpages.Source(), portalpages.Source(), mailpages.Source(), triagepages.Source(), importpages.Source(), searchpages.Source(), reportpages.Source(), taskpages.Source(), sectionpages.Source(), lookuppages.Source(), pluginpages.Source(), designpages.Source(), messagepages.Source(), webhookpages.Source()},
		Clock:   p.clock, Zone: zone, Asset: assets.URL, Actor: actor, CSRF: csrf, Frame: out.frame, SecureCookies: p.settings.Secure(),
	})
	if err != nil {
		return nil, err
	}
	out.search = searchpages.New(searchpages.Services{
		Search: p.search, Saved: p.saved, Exports: p.exports, Cases: p.cases, Targets: p.targets, People: p.people, Clock: p.clock, Zone: zone,
	})
	if out.maps, err = p.newMaps(assets); err != nil {
		return nil, err
	}
	out.layout = layout.New(out.frame, out.search.Palette)
	out.people = peoplepages.New(peoplepages.Options{
		People: p.people, Cases: out.casesOfPerson,
		NewCase:    func(no int) string { return fmt.Sprintf("/cases/new?person=%d", no) },
		Deactivate: p.deactivate,
	})
	out.cases = casepages.New(casepages.Services{
		Cases: p.cases, Notes: p.notes, Questions: p.questions, Tasks: p.tasks, Targets: p.targets,
		Attachments: p.attachments, Messages: p.messages, People: p.people, Followers: p.followers, Zone: zone,
		Details: p.details, Actions: p.actions, Desk: p.desk, Correspondence: p.mailIn.kept, Satisfaction: p.satisfaction,
		Links: p.links, Suggest: p.search.Suggest, Opened: p.notifications.CaseOpened,
		AfterSave: func(c *fiber.Ctx) core.AfterSave {
			session, _ := server.Session(c)
			return session.AfterSave
		},
	})
	out.details, err = sectionpages.New(sectionpages.Options{
		Cases: p.cases, Details: p.details, Actions: p.actions, Lookups: p.lookups, Zone: zone, Asset: assets.URL,
		Token: func(c *fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{Name: server.CSRFField, Value: csrf(c)} },
	})
	if err != nil {
		return nil, err
	}
	out.tasks, err = taskpages.New(taskpages.Options{
		Cases: p.cases, Tasks: p.tasks, Attachments: p.attachments, People: p.people, Zone: zone, Asset: assets.URL, SendFile: out.cases.SendFile,
		Opened: p.notifications.TaskOpened,
		Lookup: func(c *fiber.Ctx) viewtree.Lookup {
			return suggest.From(c.UserContext(), p.lookups, sectionpages.LookupURL)
		},
		Token: func(c *fiber.Ctx) viewtree.Hidden { return viewtree.Hidden{Name: server.CSRFField, Value: csrf(c)} },
	})
	if err != nil {
		return nil, err
	}
	out.forms, err = formpages.New(formpages.Options{
		Portals: p.portals, Types: p.types, People: p.people, Cases: p.cases, Forms: p.forms, Intake: p.intake, Clock: p.clock, Lookups: p.lookups,
		BaseURL: p.settings.PublicURL, SecureCookies: p.settings.Secure(), Asset: assets.URL, FindCase: "/find", Report: reportURL,
	})
	if err != nil {
		return nil, err
	}
	out.portal = portalpages.New(portalpages.Options{
		Cases: p.cases, Questions: p.questions, Notes: p.notes, Attachments: p.attachments, Targets: p.targets,
		People: p.people, Portals: p.portals, Links: p.links, Clock: p.clock, Zone: zone, Details: p.details, Satisfaction: p.satisfaction, Desk: p.desk,
	})
	out.reports = reportpages.New(reportpages.Options{
		Cases: p.cases, Attachments: p.attachments, Followers: p.followers, People: p.people, Clock: p.clock, Secret: p.secret, Zone: zone,
		Ask: p.askToFollow,
	})
	out.mail = mailpages.New(mailpages.Options{
		Messages: p.messages, Cases: p.cases, Sends: p.settings.SMTP.Configured(), Pretended: p.settings.Test || p.demonstration,
	})
	out.triage = triagepages.New(triagepages.Options{Mail: p.mailIn.kept, Intake: p.mailIn.intake, Cases: p.cases, People: p.people})
	if out.imports, err = p.newImports(); err != nil {
		return nil, err
	}
	if out.plugins, err = p.newPluginPages(assets, out, csrf); err != nil {
		return nil, err
	}
	if out.designs, err = p.newDesignPages(assets, zone, csrf); err != nil {
		return nil, err
	}
	out.message = p.newMessagePages()
	out.routine = p.newRoutinePages(zone)
	out.targets = p.newTargetPages(out.routine.Conditions(conditions.OfTarget))
	out.config = configpages.New(configpages.Options{
		Types: p.types, Publisher: p.publisher, Clock: p.clock, Groups: p.groupNames,
		Editors: slices.Concat(targetpages.WithTaskTargets(configpages.Editors()), out.message.Editors(), out.targets.Editors(), out.routine.Editors()),
		WhatIfs: []editing.WhatIf{out.targets.WhatIf, out.routine.WhatIf},
	})
	return out, nil
}

// newMaps opens what lies under maps.
func (p *parts) newMaps(assets *web.Assets) (*mappages.Pages, error) {
	m := p.settings.Map
	o := mappages.Options{Tiles: m.Tiles, File: m.File, Attribution: m.Attribution, Asset: assets.URL}
	at, zoom, ok, err := m.Begin()
	if err != nil {
		return nil, err
	}
	if ok {
		o.Home = &mappages.Home{Lat: at.Lat, Lng: at.Lng, Zoom: zoom}
	}
	return mappages.New(o)
}

// reportURL is the page that everybody may see of a report, for the types that
// have one.
func reportURL(t *core.CaseType, ref core.Reference) string {
	if !t.Reports.Public {
		return ""
	}
	return reportpages.URL(ref)
}

// imageSources are the origins beside our own that pictures come from.
func (p *parts) imageSources() ([]string, error) {
	origin, err := mappages.ImageSource(p.settings.Map.Tiles)
	if err != nil || origin == "" {
		return nil, err
	}
	return []string{origin}, nil
}

// deactivate ends a staff user's access, and returns their cases to the groups.
func (p *parts) deactivate(ctx context.Context, by core.Actor, id core.StaffID) error {
	if err := p.people.Deactivate(ctx, by, id); err != nil {
		return err
	}
	_, err := p.cases.ReturnCases(ctx, id)
	return err
}

// groupNames names the groups by key.
func (p *parts) groupNames(ctx context.Context) (map[string]string, error) {
	groups, err := p.people.Groups(ctx)
	names := make(map[string]string, len(groups))
	for _, g := range groups {
		names[g.Key] = g.Name
	}
	return names, err
}

// register hangs every page on the server, by audience.
func (p *pages) register(app *server.App) {
	administrators := app.Admin(core.RoleAdministrator)
	p.layout.RegisterPublic(app.Public())
	p.layout.RegisterConsole(app.Console())
	p.maps.RegisterPublic(app.Public())
	p.account = accountpages.New(accountpages.Options{
		People: p.parts.people,
		Cases:  p.parts.cases, Notifications: p.parts.notifications, Zone: p.zone,
		Browser:  accountpages.Browser{SignIn: app.SignIn, SignOut: app.SignOut, Token: server.SessionToken},
		FindCase: "/find",
	})
	p.account.RegisterPublic(app.Public().Limited(server.LimitSignIn))
	p.account.RegisterConsole(app.Console())
	p.account.RegisterPortal(app.Portal())
	p.people.RegisterConsole(app.Console())
	p.people.RegisterAdmin(administrators)
	p.cases.RegisterConsole(app.Console())
	p.cases.RegisterCase(app.Console())
	p.tasks.RegisterConsole(app.Console())
	p.details.RegisterConsole(app.Console())
	public := app.Public().Limited(server.LimitForm)
	p.forms.RegisterNearby(app.Public().Counted(server.LimitNearby))
	p.forms.RegisterLookup(app.Public().Counted(server.LimitLookup))
	p.forms.Register(public, public.Drafts())
	p.portal.RegisterPublic(public)
	p.details.RegisterPublic(public)
	p.details.RegisterPortal(app.Portal())
	p.portal.RegisterFind(app.Public().Limited(server.LimitSignIn))
	p.portal.RegisterPortal(app.Portal())
	p.reports.RegisterPublic(app.Public().Limited(server.LimitSignIn))
	p.mail.RegisterAdmin(administrators)
	p.triage.RegisterConsole(app.Console())
	p.search.RegisterConsole(app.Console())
	p.plugins.RegisterAdmin(app.Admin(core.RolePluginAdmin, core.RoleAdministrator))
	p.imports.RegisterAdmin(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	p.config.RegisterView(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	p.config.RegisterPublish(app.Admin(core.RoleConfigurator))
	p.designs.RegisterView(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	p.designs.RegisterChange(app.Admin(core.RoleConfigurator))
	p.registerMessages(app)
	p.registerTargets(app)
	p.registerRoutines(app)
	hooks := webhookpages.New(webhookpages.Options{Webhooks: p.parts.webhooks, People: p.parts.people, Types: p.parts.types.All, Zone: p.zone})
	hooks.RegisterAdmin(administrators)
	lists := lookuppages.New(p.parts.lookups)
	lists.RegisterView(app.Admin(core.RoleConfigurator, core.RoleAdministrator))
	lists.RegisterChange(app.Admin(core.RoleConfigurator))
}

// casesOfPerson lists the cases of a customer that a reader may see.
func (p *pages) casesOfPerson(ctx context.Context, by core.Actor, person core.PersonID) ([]peoplepages.CaseRow, error) {
	reach, err := p.parts.cases.ReachOf(ctx, by, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	rows, err := p.parts.cases.OfPerson(ctx, reach, person)
	if err != nil {
		return nil, err
	}
	out := make([]peoplepages.CaseRow, len(rows))
	for i, r := range rows {
		t, err := p.parts.types.Published(ctx, r.Type)
		if err != nil {
			return nil, err
		}
		status, _ := t.Status(r.Status)
		out[i] = peoplepages.CaseRow{
			Ref: string(r.Ref), URL: "/cases/" + string(r.Ref), Subject: r.Subject, Type: t.Name.String(),
			Status: layout.StatusChip(r.StatusKind, status.Name.String()), RaisedAt: r.RaisedAt,
		}
	}
	return out, nil
}

// problem shows what went wrong to a person.
func (p *pages) problem(c *fiber.Ctx, problem server.Problem) error {
	return render.Failed(c, render.Problem(problem))
}

// frame is what stands around every page of a reader.
func (p *pages) frame(c *fiber.Ctx) (render.Frame, error) {
	ctx := c.UserContext()
	organisation, err := p.parts.portals.Organisation(ctx)
	if err != nil {
		return render.Frame{}, err
	}
	f := render.Frame{
		Organisation: render.Organisation{
			Name: organisation.Name, Language: organisation.Language, Home: "/", Telephone: organisation.Telephone,
			Hours: organisation.Hours, HelpNote: organisation.HelpNote,
			Links: []render.Link{{Label: "Accessibility", URL: "/accessibility"}, {Label: "Privacy", URL: "/privacy"}},
		},
		Gallery: p.parts.settings.Dev,
	}
	by := server.Actor(c)
	switch by.Kind {
	case core.ActorStaff:
		return f, p.staffFrame(c, by, &f)
	case core.ActorPerson:
		f.Viewer = render.Viewer{Name: by.Name, Account: "/account", SignOut: "/sign-out"}
		f.SiteNav = []render.Entry{{Key: "cases", Label: "Your cases", URL: "/portal"}, {Key: "account", Label: "Your account", URL: "/account"}}
	}
	return f, nil
}

// staffFrame fills in the rail with its counts.
func (p *pages) staffFrame(c *fiber.Ctx, by core.Actor, f *render.Frame) error {
	ctx := c.UserContext()
	reach, err := p.parts.cases.ReachOf(ctx, by, core.MayWork)
	if err != nil {
		return err
	}
	seen, err := p.parts.cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return err
	}
	postgres.Ahead(ctx, p.parts.db.Pool(), slices.Concat(p.parts.cases.AheadOfLoad(reach), p.parts.tasks.Ahead(seen), p.parts.notifications.AheadOfUnread(seen))...)
	load, err := p.parts.cases.LoadOf(ctx, reach)
	if err != nil {
		return err
	}
	waiting, err := p.parts.tasks.Count(ctx, seen)
	if err != nil {
		return err
	}
	f.Viewer = render.Viewer{Name: by.Name, Account: "/staff/account", SignOut: "/sign-out"}
	f.NewCase = "/cases/new"
	f.Bell, f.BellTopic = accountpages.NoticesPath, notifications.Topic(by.StaffID())
	if f.Unread, err = p.parts.notifications.Unread(ctx, seen); err != nil {
		return err
	}
	f.Rail = layout.Entries(map[string]int{"mywork": load.Mine, "queues": load.Open, "tasks": waiting.Mine + waiting.Unclaimed}, "mywork", "queues", "search", "tasks")
	if p.parts.hasMailIn() {
		toSort, may, err := p.triage.Waiting(ctx, by)
		if err != nil {
			return err
		}
		if may {
			tray := layout.Entries(map[string]int{"triage": toSort.Waiting}, "triage")
			tray[0].Oldest = toSort.Oldest
			f.Rail = append(f.Rail, tray...)
		}
	}
	var foot []string
	if by.Has(core.RoleConfigurator) || by.Has(core.RoleAdministrator) {
		foot = append(foot, "configuration", "imports")
	}
	troubled := map[string]int{}
	if plugins.MayAdminister(by) {
		foot = append(foot, "plugins")
		if troubled["plugins"], err = p.plugins.Troubled(c); err != nil {
			return err
		}
	}
	if by.Has(core.RoleAdministrator) {
		foot = append(foot, "mail", "webhooks")
	}
	f.RailFoot = layout.Entries(troubled, append(foot, "people")...)
	return nil
}
