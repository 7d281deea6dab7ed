// Package server is the Fiber application that pages and the API are hung on:
// request ids, logs, security headers, limits, sessions, CSRF, guards, health,
// metrics, assets and live updates. It knows no page and no case.
//
// A request passes, in this order: request id, access log, recover, security
// headers, body limit, rate limit, deadline; then, for pages alone, the origin
// check, the session, CSRF and the guard of its audience. Errors of every kind
// end in the one table in errors.go.
//
// Pages never import this package. They are given a [Routes] to register on,
// and cmd passes what else they need ([Actor], [App.CSRF], [App.SignIn]).
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Defaults of [Options].
const (
	DefaultBodyLimit   = 1 << 20  // bytes
	DefaultUploadLimit = 64 << 20 // bytes
	DefaultRequestTime = 15 * time.Second
)

const (
	readTimeout       = 30 * time.Second
	uploadReadTimeout = 5 * time.Minute
	idleTimeout       = 2 * time.Minute
	headerLimit       = 16 << 10 // bytes of request line and headers
)

// Options are what an [App] is made of. BaseURL, Secret, Clock, Log and
// Sessions are required.
type Options struct {
	// BaseURL is how people reach the installation, without a path:
	// "https://casework.example.org". With https, cookies are Secure and HSTS
	// is sent.
	BaseURL string
	// Secret is at least 32 random bytes, the same on every server of one
	// installation. CSRF tokens and visitors' cookies are signed with keys
	// derived from it.
	Secret   []byte
	Clock    core.Clock
	Log      *slog.Logger
	Sessions Sessions

	Views     fiber.Views                               // the template engine
	ErrorPage func(c *fiber.Ctx, problem Problem) error // shows a problem to a person; nil: a plain page
	Assets    func(name string) (Asset, bool)           // finds a built file for /assets/; nil: none
	Live      *events.Hub                               // what /live listens to; nil: no live updates
	Heartbeat time.Duration                             // between two comments on a quiet stream; 0: 15 s

	// Ahead asks what every page that somebody looks at needs to know of them, in
	// one round trip: see [postgres.Ahead]; nil: each part of a page asks by itself.
	Ahead func(ctx context.Context, by core.Actor)

	// Hears says which topics of /live somebody may listen to; nil: all.
	Hears func(ctx context.Context, by core.Actor, topics []string) ([]string, error)

	Ready    func(context.Context) error        // whether the installation can answer; nil: always
	Degraded func(context.Context) []string     // what does not work, without keeping pages from answering; nil: nothing
	Gauges   []Gauge                            // further figures for /metrics
	Families func(ctx context.Context) []Family // still further ones, asked for together; nil: none
	// MetricsFrom is who may read /metrics without a token, unless a proxy
	// stands in between; nil: this machine.
	MetricsFrom  []netip.Prefix
	MetricsToken string // opens /metrics from anywhere ("Authorization: Bearer …"); "": nothing does

	// Tries counts what protects secrets for all servers together; nil: this
	// server counts alone.
	Tries *postgres.Counts

	// Trace begins to trace a request, given the traceparent header of a trusted
	// proxy; nil: nothing is traced.
	Trace Trace
	// DrainTime is how long the server goes on answering, as one that is not
	// ready, when it is told to stop: until whoever sends requests here has seen
	// it. 0: not at all.
	DrainTime time.Duration

	ImageSources []string // further origins that pages may load pictures from: "https://tiles.example.org"

	TrustedProxies []netip.Prefix  // whose X-Forwarded-For and X-Request-Id are believed
	BodyLimit      int             // bytes of an ordinary request; 0: DefaultBodyLimit
	UploadLimit    int             // bytes of a multipart request; 0: DefaultUploadLimit
	RequestTime    time.Duration   // how long one request may work; 0: DefaultRequestTime
	Limits         map[string]Rate // requests of one address, by limiter: see limit.go
}

// App is the application: routes are hung on it, then it serves.
type App struct {
	options  Options
	fiber    *fiber.App
	secure   bool // reached by https
	origin   string
	keys     keys
	policy   string // what pages may load
	log      *slog.Logger
	limiters map[string]*limiter
	metrics  *metrics

	routesMu sync.Mutex
	routes   []Route
	apis     []string // prefixes that answer JSON and know no cookie

	servingMu sync.Mutex
	serving   []net.Listener // what Shutdown closes
	stopped   bool           // no listener is kept any more
	draining  atomic.Bool    // requests should go elsewhere

	base   context.Context // ends when the server gives up on running requests
	cancel context.CancelFunc
}

// New makes an application with nothing on it but health, metrics, assets and
// live updates.
func New(o Options) (*App, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("server: the base URL %q is not an http or https address", o.BaseURL)
	}
	if len(o.Secret) < 32 {
		return nil, errors.New("server: the secret is shorter than 32 bytes")
	}
	if o.Clock == nil || o.Log == nil || o.Sessions == nil {
		return nil, errors.New("server: clock, log and sessions are required")
	}
	o = withDefaults(o)
	a := &App{
		options: o,
		secure:  base.Scheme == "https",
		origin:  base.Scheme + "://" + base.Host,
		keys:    deriveKeys(o.Secret),
		policy:  policyWith(o.ImageSources),
		log:     o.Log,
		metrics: newMetrics(o),
	}
	a.base, a.cancel = context.WithCancel(context.Background())
	a.limiters = map[string]*limiter{}
	for name, rate := range o.Limits {
		a.limiters[name] = newLimiter(rate, o.Clock)
	}
	a.fiber = fiber.New(fiber.Config{
		AppName:                 "Casement",
		Immutable:               true,
		StrictRouting:           false,
		CaseSensitive:           true,
		DisableStartupMessage:   true,
		BodyLimit:               o.BodyLimit,
		ReadTimeout:             readTimeout,
		IdleTimeout:             idleTimeout,
		ReadBufferSize:          headerLimit,
		Views:                   o.Views,
		ErrorHandler:            a.answerError,
		EnableTrustedProxyCheck: true, // Fiber's own reading of proxy headers stays off: see address.go
	})
	a.fiber.Server().HeaderReceived = a.limitBody
	a.fiber.Server().CloseOnShutdown = true
	a.secureEveryAnswer()
	a.fiber.Use(a.identify, a.observe, a.recover, a.limitAddress, a.deadline)
	a.systemRoutes()
	return a, nil
}

func withDefaults(o Options) Options {
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	if o.UploadLimit == 0 {
		o.UploadLimit = DefaultUploadLimit
	}
	if o.RequestTime == 0 {
		o.RequestTime = DefaultRequestTime
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Second
	}
	if o.MetricsFrom == nil {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if o.Limits == nil {
		o.Limits = DefaultLimits()
	}
	return o
}

func (a *App) systemRoutes() {
	a.fiber.Get("/healthz", a.named("/healthz"), a.health)
	a.fiber.Get("/readyz", a.named("/readyz"), a.ready)
	a.fiber.Get("/metrics", a.named("/metrics"), a.showMetrics)
	if a.options.Assets != nil {
		a.fiber.Get("/assets/*", a.named("/assets/*"), a.asset)
	}
	if a.options.Live != nil {
		a.Console().Get("/live", a.live)
	}
}

// Fiber gives the application underneath, for adapters that need it (huma).
func (a *App) Fiber() *fiber.App { return a.fiber }

// Serve answers requests that arrive at ln until [App.Shutdown], and closes ln
// at once if that was before.
func (a *App) Serve(ln net.Listener) error {
	if !a.keep(ln) {
		return ln.Close()
	}
	if err := a.fiber.Listener(ln); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// keep remembers a listener for Shutdown, and says no when that was before.
// The library forgets a shutdown that comes while it still begins to serve,
// and would then serve for ever.
func (a *App) keep(ln net.Listener) bool {
	a.servingMu.Lock()
	defer a.servingMu.Unlock()
	if a.stopped {
		return false
	}
	a.serving = append(a.serving, ln)
	return true
}

// stopListening closes every listener there is or will be. Closing one that
// is closed already is no fault.
func (a *App) stopListening() error {
	a.servingMu.Lock()
	defer a.servingMu.Unlock()
	a.stopped = true
	var failed error
	for _, ln := range a.serving {
		if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// Drain asks for requests to be sent elsewhere: /readyz says no, live streams
// end and come back at another server, and every answer closes its connection.
// Requests that come all the same are answered. It does not wait.
func (a *App) Drain() {
	if a.draining.Swap(true) {
		return
	}
	if a.options.Live != nil {
		a.options.Live.Close()
	}
}

// drainLook is how often a draining server looks whether everybody has left.
const drainLook = 20 * time.Millisecond

// Shutdown drains for as long as the options say, or until nobody is connected;
// then it stops listening, lets running requests finish, and returns when they
// have or ctx is done; then what still runs is told to stop. Serve returns, even
// if it has only just begun or begins later.
func (a *App) Shutdown(ctx context.Context) error {
	defer a.cancel()
	a.Drain()
	a.awaitLeaving(ctx)
	err := a.stopListening()
	// The library closes the listeners once more.
	if stop := a.fiber.ShutdownWithContext(ctx); !errors.Is(stop, net.ErrClosed) {
		err = errors.Join(err, stop)
	}
	if err != nil {
		return fmt.Errorf("server: shutting down: %w", err)
	}
	return nil
}

// awaitLeaving waits until nobody is connected, at most DrainTime.
func (a *App) awaitLeaving(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, a.options.DrainTime)
	defer cancel()
	look := time.NewTicker(drainLook)
	defer look.Stop()
	for a.fiber.Server().GetOpenConnectionsCount() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}
