package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/exports"
	"github.com/casement-dev/casement/core/search/meili"
	"github.com/casement-dev/casement/core/search/postgresindex"
	"github.com/casement-dev/casement/core/search/saved"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/settings"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web"
)

// parts are the slices of one installation on one database, wired to each
// other. They do nothing by themselves: serve.go starts what runs.
type parts struct {
	settings *settings.Settings
	log      *slog.Logger
	db       *postgres.DB
	clock    core.Clock
	secret   core.Secret

	messages      *messages.Service
	people        *people.Service
	types         *casetypes.Service
	publisher     *casetypes.Publisher
	cases         *cases.Service
	portals       *portals.Service
	notes         *notes.Service
	questions     *questions.Service
	tasks         *tasks.Service
	targets       *targets.Service
	files         *files.Disk
	plugins       *pluginhost.Host
	installed     *plugins.Service // what p.plugins runs
	sandbox       *wasm.Engine
	followers     *followers.Service
	links         *links.Service
	forms         *forms.Service
	intake        *intake.Service
	notifications *notifications.Service
	satisfaction  *satisfaction.Service
	desk          *correspondence.Desk
	mailIn        incomingMail
	attachments   *attachments.Service
	imports       *imports.Service
	index         *postgresindex.Index
	meili         *meili.Index // nil without a server for it
	search        *search.Service
	saved         *saved.Service
	exports       *exports.Service
	hub           *events.Hub
	watch         *watch
	details       *details.Service
	actions       *actions.Service
	lookups       *lookups.Service
	designs       *formdesigns.Service
	outside       *pluginhost.Outside
	webhooks      *webhooks.Service
	routines      *routines.Service
	lagging       map[string]search.Lagging // further search engines that can be behind, by name

	newKey        bool // its key becomes the installation's
	demonstration bool // its people are invented
}

// keepFigures is how old the figures beside the names of queues may be, unless
// the feed says that they have changed.
const keepFigures = 2 * time.Second

// build makes every part, from the bottom of the ladder to the top.
func build(s *settings.Settings, d *database, clock core.Clock, log *slog.Logger) (*parts, error) {
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	p := &parts{settings: s, log: log, db: postgres.NewDB(d.pool), clock: clock, secret: core.Secret(key), hub: events.NewHub()}
	sender, domain, err := newSender(s)
	if err != nil {
		return nil, err
	}
	if err := p.readMailboxes(); err != nil {
		return nil, err
	}
	p.messages = messages.New(p.db, clock, messages.Options{Sender: sender, Domain: domain, Enclose: p.enclose, AnswersTo: p.mailIn.replies.To})
	p.people = people.New(p.db, people.Options{
		Clock: clock, BaseURL: s.PublicURL, Mailer: signInMailer{p},
		StaffSession: people.Lifetime{Idle: s.SessionIdle, Most: s.SessionLife}, CaseTypes: p.typeKeys,
	})
	p.types = casetypes.New(p.db)
	p.cases = cases.New(p.db, p.types, clock, p.secret)
	p.cases.KeepFigures(keepFigures)
	p.publisher = casetypes.NewPublisher(p.types, clock, casetypes.Surroundings{References: p.references, Holds: p.cases.Held})
	p.portals = portals.New(p.db, p.types, clock)
	p.notes = notes.New(p.db, clock)
	p.questions = questions.New(p.db, p.cases, clock, p.secret)
	p.targets = targets.New(p.db, p.cases, clock)
	if p.files, err = files.OpenDisk(s.FilesDir); err != nil {
		return nil, err
	}
	p.attachments = attachments.New(p.db, sharedFiles{p.files, p}, clock)
	p.followers = followers.New(p.db)
	p.links = links.New(p.db, p.cases)
	p.imports = imports.New(imports.Options{
		DB: p.db, Cases: p.cases, Files: p.files, Clock: clock, Log: log, Queue: jobs.QueueImport,
	})
	if err := p.newPlugins(); err != nil {
		return nil, err
	}
	p.tasks = tasks.New(p.db, p.cases, clock, p.plugins.TaskProvider())
	p.details = details.New(p.db, p.cases, clock, p.plugins.DetailsProvider())
	p.actions = actions.New(p.db, p.cases, clock, p.plugins.ActionProvider(), jobs.QueueAction)
	p.lookups = lookups.New(p.db, clock)
	p.designs = formdesigns.New(p.db, p.types, clock, p.listKeys)
	p.forms = forms.New(p.db, p.types, clock, p.plugins.FormProvider())
	p.tasks.ChooseFrom(p.lookups)
	p.details.ChooseFrom(p.lookups)
	p.forms.ChooseFrom(p.lookups)
	p.intake = intake.New(intake.Options{
		Types: p.types, People: p.people, Cases: p.cases, Forms: p.forms, Attachments: p.attachments, Effects: p.plugins,
		Clock: clock, Log: log,
	})
	p.satisfaction = satisfaction.New(p.db, p.cases, clock, p.secret)
	p.notifications = notifications.New(notifications.Options{
		Satisfaction: p.satisfaction,
		DB:           p.db, Messages: p.messages, People: p.people, Cases: p.cases, Notes: p.notes, Questions: p.questions,
		Targets: p.targets, Tasks: p.tasks, Portals: p.portals, Followers: p.followers, Links: p.links, Log: log, BaseURL: s.PublicURL, Secret: p.secret, Deliver: jobs.QueueDelivery,
	})
	p.requireMessages()
	p.desk = correspondence.NewDesk(correspondence.DeskOptions{
		DB: p.db, Messages: p.messages, Merge: p.notifications.Merge, Organisation: p.portals.Organisation,
	})
	p.newMailIn()
	documents := search.NewDocuments(p.types)
	p.index = postgresindex.New(p.db, documents, clock)
	engine, err := p.newEngine(documents)
	if err != nil {
		return nil, err
	}
	p.search = search.New(p.db, p.cases, documents, engine)
	p.saved = saved.New(p.db, clock)
	p.exports = exports.New(exports.Options{
		DB: p.db, Source: p.search.Export, Cases: p.cases, People: p.people, Files: p.files, Clock: clock, Zone: p.zone,
		Queue: jobs.QueueExport, BaseURL: s.PublicURL,
	})
	p.outside = pluginhost.NewOutside(pluginhost.OutsideOptions{Clock: clock, Log: log, Loopback: s.Test})
	p.plugins.Provide(p.pluginServices())
	p.webhooks = p.newWebhooks()
	if p.routines, err = p.newRoutines(); err != nil {
		return nil, err
	}
	p.publisher.Advise(p.routines.Advise)
	p.wire()
	p.watch = newWatch(nil)
	p.cases.Watched(p.watch.atDoor)
	return p, nil
}

// close gives back what build opened.
func (p *parts) close() {
	p.plugins.Close()
	p.outside.Close()
	p.webhooks.Close()
	p.sandbox.Close()
	p.hub.Close()
	if err := p.files.Close(); err != nil {
		p.log.Warn("close the files", "error", err)
	}
}

// enclose reads the files that go with a letter.
func (p *parts) enclose(ctx context.Context, files []core.AttachmentID) ([]core.Enclosure, error) {
	return p.attachments.Enclosed(ctx, files)
}

// newSender makes the way out for mail; without a mail server there is none,
// and messages stay in the outbox.
func newSender(s *settings.Settings) (messages.Sender, string, error) {
	public, err := url.Parse(s.PublicURL)
	if err != nil {
		return nil, "", fmt.Errorf("read the public address: %w", err)
	}
	if !s.SMTP.Configured() {
		return nil, public.Hostname(), nil
	}
	from, err := netmail.ParseAddress(s.SMTP.From)
	if err != nil {
		return nil, "", fmt.Errorf("read the sender of mails: %w", err)
	}
	sender, err := mail.New(mail.Settings{
		Host: s.SMTP.Host, Port: s.SMTP.Port, Security: mail.Security(s.SMTP.TLS), Username: s.SMTP.User,
		Password: string(s.SMTP.Password), From: from.Address, FromName: from.Name,
	})
	if err != nil {
		return nil, "", err
	}
	return sender, sender.Domain(), nil
}

// signInMailer sends the one-time links that customers sign in with.
type signInMailer struct{ *parts }

// SendSignIn implements people.SignInMailer.
func (m signInMailer) SendSignIn(ctx context.Context, email, link string) error {
	organisation, err := m.portals.Organisation(ctx)
	if err != nil {
		return err
	}
	_, err = m.messages.Post(ctx, messages.Outgoing{
		Event: "sign_in", Audience: "requester", Template: "sign-in", To: email,
		Data: messages.Data{
			"sign_in":      map[string]any{"link": link, "minutes": 30},
			"organisation": organisationData(organisation),
		},
	})
	return err
}

// organisationData is the organisation as templates know it.
func organisationData(o core.Organisation) map[string]any {
	return map[string]any{"name": o.Name, "phone": o.Telephone, "hours": o.Hours, "email": o.Email, "link": o.Home}
}

// typeKeys lists the case types there are, by key.
func (p *parts) typeKeys(ctx context.Context) ([]string, error) {
	types, err := p.types.All(ctx)
	keys := make([]string, len(types))
	for i, t := range types {
		keys[i] = t.Key
	}
	return keys, err
}

// references says what case types may refer to.
func (p *parts) references(ctx context.Context) (casetypes.References, error) {
	var r casetypes.References
	groups, err := p.people.Groups(ctx)
	if err != nil {
		return r, err
	}
	for _, g := range groups {
		r.Groups = append(r.Groups, g.Key)
	}
	templates, err := p.messages.Templates(ctx)
	if err != nil {
		return r, err
	}
	for _, t := range templates {
		r.Templates = append(r.Templates, t.Key)
	}
	if err := p.plugins.Sync(ctx); err != nil {
		return r, err
	}
	r.Forms = p.plugins.Forms()
	r.Workflows = p.plugins.Workflows()
	r.Details, r.Actions = p.plugins.Details(), p.plugins.Actions()
	if r.Designs, err = p.designs.Fills(ctx); err != nil {
		return r, err
	}
	r.Routines = p.routines.Checks()
	if r.Webhooks, err = p.webhookKeys(ctx); err != nil {
		return r, err
	}
	return r, nil
}

// newServer makes the web server with every page on it.
func (p *parts) newServer(ctx context.Context) (*server.App, error) {
	assets, err := web.LoadAssets()
	if err != nil {
		return nil, err
	}
	proxies, err := p.settings.Proxies()
	if err != nil {
		return nil, err
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return nil, err
	}
	var app *server.App // the engine asks it who is there, and it renders with the engine
	pages, err := p.newPages(assets, zone, func(c *fiber.Ctx) core.Actor { return server.Actor(c) }, func(c *fiber.Ctx) string { return app.CSRF(c) })
	if err != nil {
		return nil, err
	}
	images, err := p.imageSources()
	if err != nil {
		return nil, err
	}
	app, err = server.New(server.Options{
		ImageSources: images,
		BaseURL:      p.settings.PublicURL, Secret: p.secret[:], Clock: p.clock, Log: p.log, Sessions: p.people,
		Views: pages.engine, ErrorPage: pages.problem, Live: p.hub, TrustedProxies: proxies,
		Assets: func(name string) (server.Asset, bool) {
			a, ok := assets.File(name)
			return server.Asset(a), ok
		},
		Ready: p.ready, Degraded: p.degraded, Families: p.figures, MetricsToken: string(p.settings.MetricsToken), Hears: p.hears, Ahead: p.ahead,
		Tries: postgres.NewCounts(p.db), DrainTime: p.settings.DrainTime, Trace: p.watch.trace(),
	})
	if err != nil {
		return nil, err
	}
	pages.register(app)
	if err := pages.registerAPI(app); err != nil {
		return nil, err
	}
	p.registerOpen311(app)
	p.registerMailIn(app)
	return app, nil
}

// ahead asks what every page shows of the installation and of its reader.
func (p *parts) ahead(ctx context.Context, by core.Actor) {
	questions := p.portals.Ahead()
	if by.Kind == core.ActorStaff || by.Kind == core.ActorPerson {
		questions = slices.Concat(questions, p.types.Ahead(), p.cases.Ahead(by))
	}
	postgres.Ahead(ctx, p.db.Pool(), questions...)
}

func (p *parts) zone(ctx context.Context) (*time.Location, error) {
	organisation, err := p.portals.Organisation(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(organisation.Zone)
	if err != nil {
		return nil, fmt.Errorf("the time zone of the organisation: %w", err)
	}
	return zone, nil
}

// listen opens the address of the server, and says it in words when somebody
// else has it.
func listen(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		return nil, fmt.Errorf("cannot listen on %s (is another server running there? choose another with --listen): %w", address, err)
	}
	return ln, err
}
