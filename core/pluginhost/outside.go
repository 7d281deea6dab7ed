package pluginhost

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/outside"
	"github.com/casement-dev/casement/sdk/abi"
)

// Bounds of all requests.
const (
	requestTime   = 5 * time.Second
	requestsEvery = time.Minute
	requestsMost  = 60 // of one plugin in requestsEvery
	requestsAtOne = 16 // of all plugins at once
)

// OutsideOptions are how requests of plugins travel.
type OutsideOptions struct {
	Clock core.Clock
	Log   *slog.Logger
	// Loopback lets requests reach this very machine: for tests, and for
	// whoever writes plugins.
	Loopback bool
	// Resolve finds the addresses of a host; nil asks the system.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Roots are whom to trust; nil trusts whom the system does.
	Roots *x509.CertPool
}

// Outside makes requests for plugins, as far as package outside lets anybody
// go.
type Outside struct {
	options   OutsideOptions
	transport *http.Transport
	slots     chan struct{}

	mu    sync.Mutex
	tries map[string][]time.Time // by plugin, the last minute's
	did   map[string]*Requests
}

// Requests counts those of one plugin since the server started.
type Requests struct {
	Plugin   string
	Answered int // whatever the status
	Refused  int // by us: too many, not granted, not public
	Failed   int
}

// NewOutside makes it.
func NewOutside(options OutsideOptions) *Outside {
	o := &Outside{options: options, slots: make(chan struct{}, requestsAtOne), tries: map[string][]time.Time{}, did: map[string]*Requests{}}
	rules := outside.Rules{Loopback: options.Loopback, Resolve: options.Resolve}
	o.transport = rules.Transport(requestTime, requestsAtOne, options.Roots)
	return o
}

// Close ends kept connections.
func (o *Outside) Close() { o.transport.CloseIdleConnections() }

// Requests lists what was done, by plugin.
func (o *Outside) Requests() []Requests {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make([]Requests, 0, len(o.did))
	for _, r := range o.did {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Requests) int { return strings.Compare(a.Plugin, b.Plugin) })
	return out
}

// do makes a request, following redirects as far as the grant goes.
func (o *Outside) do(ctx context.Context, plugin string, out *outgoing) (abi.HTTPResponse, error) {
	if err := o.room(plugin); err != nil {
		o.count(plugin, err)
		return abi.HTTPResponse{}, err
	}
	ctx, stop := context.WithTimeout(ctx, requestTime)
	defer stop()
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-ctx.Done():
		return abi.HTTPResponse{}, core.Unavailable(nil, "Too many requests are under way. Try again later.")
	}
	began := o.options.Clock.Now()
	answer, err := o.roundTrips(ctx, plugin, out)
	if err != nil {
		err = worded(out.url.Host, err)
	}
	o.count(plugin, err)
	o.options.Log.Info("a plugin made a request", "plugin", plugin, "method", out.method, "host", clipped(out.url.Host),
		"status", answer.Status, "took", o.options.Clock.Now().Sub(began).String(), "refused", fmt.Sprint(err != nil))
	return answer, err
}

func (o *Outside) roundTrips(ctx context.Context, plugin string, out *outgoing) (abi.HTTPResponse, error) {
	for range maxRedirects + 1 {
		r, err := http.NewRequestWithContext(ctx, out.method, out.url.String(), strings.NewReader(out.body))
		if err != nil {
			return abi.HTTPResponse{}, core.Invalid("This is not a request that can be made.")
		}
		if out.body == "" {
			r.Body, r.ContentLength = http.NoBody, 0
		}
		r.Header = out.headers.Clone()
		r.Header.Set("User-Agent", "Casement ("+plugin+")")
		answer, err := o.transport.RoundTrip(r)
		if err != nil {
			return abi.HTTPResponse{}, err
		}
		location := answer.Header.Get("Location")
		if !redirects(answer.StatusCode) || location == "" {
			received, err := out.received(answer)
			if err == nil {
				err = ctx.Err() // what ended just as its time was over may have been cut short
			}
			answer.Body.Close()
			return received, err
		}
		answer.Body.Close()
		if out, err = out.follow(answer.StatusCode, location); err != nil {
			return abi.HTTPResponse{}, err
		}
	}
	return abi.HTTPResponse{}, core.Unavailable(nil, "The answer leads on more than %d times.", maxRedirects)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// room refuses a plugin that asks too often.
func (o *Outside) room(plugin string) error {
	now := o.options.Clock.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	tries := slices.DeleteFunc(o.tries[plugin], func(at time.Time) bool { return now.Sub(at) >= requestsEvery })
	if len(tries) >= requestsMost {
		o.tries[plugin] = tries
		return &core.Error{Kind: core.ErrTooMany, Message: fmt.Sprintf("A plugin makes at most %d requests a minute.", requestsMost)}
	}
	o.tries[plugin] = append(tries, now)
	return nil
}

func (o *Outside) count(plugin string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.did[plugin]
	if r == nil {
		r = &Requests{Plugin: plugin}
		o.did[plugin] = r
	}
	switch core.KindOf(err) {
	case "":
		r.Answered++
	case core.ErrForbidden, core.ErrInvalid, core.ErrTooMany:
		r.Refused++
	default:
		r.Failed++
	}
}
