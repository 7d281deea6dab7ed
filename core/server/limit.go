package server

import (
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// Names of limiters in [Options.Limits]. LimitGeneral counts every request,
// the others the writes of the routes that ask for them ([Routes.Limited]).
// LimitSignIn, which protects secrets, holds for all servers together
// ([Options.Tries]); the others for each.
const (
	LimitGeneral = "general"
	LimitSignIn  = "sign-in" // passwords and emailed links
	LimitForm    = "form"    // what the public sends
	LimitNearby  = "nearby"  // what the public may look up around a place
	LimitLookup  = "lookup"  // rows of lists that are suggested while somebody types
	LimitAPI     = "api"     // every request of programs, instead of the general one: keys have limits of their own
)

// Rate is how many requests one address may make in a sliding window.
type Rate struct {
	Requests int
	Per      time.Duration
}

// DefaultLimits suit an office behind one address and stop a script.
func DefaultLimits() map[string]Rate {
	return map[string]Rate{
		LimitGeneral: {Requests: 6000, Per: time.Minute},
		LimitSignIn:  {Requests: 20, Per: time.Minute},
		LimitForm:    {Requests: 60, Per: time.Minute},
		LimitNearby:  {Requests: 60, Per: time.Minute},
		LimitLookup:  {Requests: 240, Per: time.Minute},
		LimitAPI:     {Requests: 60_000, Per: time.Minute},
	}
}

// maxAddresses bounds the memory of one limiter to a few megabytes.
const maxAddresses = 50_000

// limiter counts by address in a sliding window, kept as the counts of this
// window and the one before, of which the part still in sight is taken.
type limiter struct {
	rate  Rate
	clock core.Clock

	mu      sync.Mutex
	windows map[netip.Prefix]*window
}

type window struct {
	start             time.Time
	current, previous int
}

func newLimiter(rate Rate, clock core.Clock) *limiter {
	return &limiter{rate: rate, clock: clock, windows: map[netip.Prefix]*window{}}
}

// allow counts a request and says whether it may pass; if not, how long to
// wait. A refused request is not counted, so that patience helps.
func (l *limiter) allow(addr netip.Addr) (ok bool, wait time.Duration) {
	if l == nil || l.rate.Requests <= 0 || l.rate.Per <= 0 {
		return true, 0
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.window(network(addr), now)
	passed := now.Sub(w.start)
	inSight := float64(l.rate.Per-passed) / float64(l.rate.Per)
	if float64(w.previous)*inSight+float64(w.current) >= float64(l.rate.Requests) {
		return false, l.rate.Per - passed
	}
	w.current++
	return true, 0
}

func (l *limiter) window(key netip.Prefix, now time.Time) *window {
	w := l.windows[key]
	if w == nil {
		if len(l.windows) >= maxAddresses {
			l.forget(now)
		}
		w = &window{start: now}
		l.windows[key] = w
	}
	switch age := now.Sub(w.start); {
	case age < 0 || age >= 2*l.rate.Per: // also a clock set back
		*w = window{start: now}
	case age >= l.rate.Per:
		*w = window{start: w.start.Add(l.rate.Per), previous: w.current}
	}
	return w
}

// forget drops what has expired and, when everything is fresh (a flood from
// many addresses), everything: forgetting lets through a little too much,
// refusing would lock everybody out.
func (l *limiter) forget(now time.Time) {
	for key, w := range l.windows {
		if now.Sub(w.start) >= 2*l.rate.Per {
			delete(l.windows, key)
		}
	}
	if len(l.windows) >= maxAddresses {
		clear(l.windows)
	}
}

// network is what is counted as one: an IPv4 address, or the /64 that one
// IPv6 subscriber is given.
func network(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

func (a *App) limitAddress(c *fiber.Ctx) error {
	if a.isAPI(c.Path()) {
		return a.limit(c, LimitAPI)
	}
	return a.limit(c, LimitGeneral)
}

func (a *App) limitWrites(name string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if isSafe(c.Method()) {
			return c.Next()
		}
		return a.limit(c, name)
	}
}

func (a *App) limit(c *fiber.Ctx, name string) error {
	addr := a.Address(c)
	ok, wait := a.limiters[name].allow(addr)
	if rate := a.options.Limits[name]; ok && name == LimitSignIn && a.options.Tries != nil && rate.Requests > 0 && rate.Per > 0 {
		// As many servers as there are must not be as many times the guesses. This
		// server's own count came first, so that a flood costs the database little.
		subject := a.keys.subject(name + " " + network(addr).String())
		var err error
		if ok, wait, err = a.options.Tries.Try(c.UserContext(), subject, rate.Requests, rate.Per, a.options.Clock.Now()); err != nil {
			return err
		}
	}
	if !ok {
		a.metrics.limited(name)
		seconds := int(wait/time.Second) + 1
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
		return &core.Error{Kind: core.ErrTooMany, Message: "Too many requests came from your network at once. Nothing was lost: wait a minute and try again."}
	}
	return c.Next()
}
