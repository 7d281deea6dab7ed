package pluginhost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/casement-dev/casement/core"
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

// Outside makes requests for plugins. What it connects to is judged after the
// name was resolved, so that no name leads inside; proxies that the
// surroundings name are not asked.
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
	o.transport = &http.Transport{
		Proxy:           nil,
		DialContext:     o.dial,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: options.Roots},
		// Kept connections were judged when they were made.
		MaxIdleConns: requestsAtOne, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: requestTime, ResponseHeaderTimeout: requestTime, MaxResponseHeaderBytes: 32 << 10, ForceAttemptHTTP2: true,
	}
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

// blockedAddress is an address that no plugin reaches.
type blockedAddress struct{ at netip.Addr }

func (b *blockedAddress) Error() string { return b.at.String() + " is not a public address" }

// dial connects to the first public address of a host. The socket is judged
// once more when it is made, whatever resolved the name.
func (o *Outside) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	found, err := o.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return o.judge(at.Addr())
	}}
	last := error(&net.DNSError{Err: "no address", Name: host, IsNotFound: true})
	for _, at := range found {
		if last = o.judge(at); last != nil {
			continue
		}
		var conn net.Conn
		if conn, last = dialer.DialContext(ctx, network, net.JoinHostPort(at.String(), port)); last == nil {
			return conn, nil
		}
	}
	return nil, last
}

func (o *Outside) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if at, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{at}, nil
	}
	if o.options.Resolve != nil {
		return o.options.Resolve(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	// Digits that some resolvers take for an address: "2130706433", "127.1", "0x7f000001".
	return err == nil || strings.Trim(host, "0123456789.") == "" || strings.HasPrefix(host, "0x")
}

// judge refuses what is not a public address of the internet.
func (o *Outside) judge(at netip.Addr) error {
	plain := at.WithZone("").Unmap()
	if o.options.Loopback && plain.IsLoopback() {
		return nil
	}
	public := plain.Is4() || globalIPv6.Contains(plain)
	for _, special := range specialAddresses {
		public = public && !special.Contains(plain)
	}
	if !public || at.Zone() != "" || !plain.IsGlobalUnicast() || plain.IsPrivate() {
		return &blockedAddress{at}
	}
	return nil
}

// globalIPv6 is what of IPv6 is given out; everything else is special.
var globalIPv6 = netip.MustParsePrefix("2000::/3")

// specialAddresses are those that no public server has: the registries of
// special addresses, without what lies outside globalIPv6 anyway.
var specialAddresses = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("2001::/23"),     // protocols, Teredo among them
	netip.MustParsePrefix("2001:db8::/32"), // documentation
	netip.MustParsePrefix("2002::/16"),     // 6to4: any IPv4 address in disguise
	netip.MustParsePrefix("3fff::/20"),     // documentation
}
