// Package outside is the way to servers of others: what plugins ask for and
// what webhooks tell. Whoever names the address does not decide where it leads:
// it is judged after the name was resolved, and once more when the socket is
// made, so that no name leads into the organisation's own network.
package outside

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// Rules say which addresses may be reached. The zero Rules are the public
// addresses of the internet.
type Rules struct {
	// Loopback lets requests reach this very machine: for tests, and for
	// whoever writes what is asked.
	Loopback bool
	// Private lets requests reach this machine and private networks: an
	// operator's decision. What serves the machines themselves (link-local
	// addresses, such as those of a cloud's metadata) stays out of reach.
	Private bool
	// Resolve finds the addresses of a host; nil asks the system.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
}

// BlockedError is why an address was not connected to.
type BlockedError struct{ At netip.Addr }

// Error implements error.
func (b *BlockedError) Error() string { return b.At.String() + " is not a public address" }

// Transport makes requests as far as the rules go. Proxies that the
// surroundings name are not asked. wait bounds the handshake and the wait for
// the answer's head; roots are whom to trust, nil for whom the system does.
// The caller sees to redirects: use RoundTrip.
func (r Rules) Transport(wait time.Duration, idle int, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:           nil,
		DialContext:     r.Dial,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		// Kept connections were judged when they were made.
		MaxIdleConns: idle, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: wait, ResponseHeaderTimeout: wait, MaxResponseHeaderBytes: 32 << 10, ForceAttemptHTTP2: true,
	}
}

// Dial connects to the first address of a host that may be reached. The socket
// is judged once more when it is made, whatever resolved the name. The error is
// a [*BlockedError] when the last address was not to be reached.
func (r Rules) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	found, err := r.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return r.Judge(at.Addr())
	}}
	last := error(&net.DNSError{Err: "no address", Name: host, IsNotFound: true})
	for _, at := range found {
		if last = r.Judge(at); last != nil {
			continue
		}
		var conn net.Conn
		if conn, last = dialer.DialContext(ctx, network, net.JoinHostPort(at.String(), port)); last == nil {
			return conn, nil
		}
	}
	return nil, last
}

func (r Rules) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if at, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{at}, nil
	}
	if r.Resolve != nil {
		return r.Resolve(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// IsAddress reports whether a host is written in digits, in whatever way some
// resolver takes for an address: "2130706433", "127.1", "0x7f000001".
func IsAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || strings.Trim(host, "0123456789.") == "" || strings.HasPrefix(host, "0x")
}

// Judge refuses an address that the rules do not reach, with a [*BlockedError].
func (r Rules) Judge(at netip.Addr) error {
	plain := at.WithZone("").Unmap()
	if plain.IsLoopback() && (r.Loopback || r.Private) || plain.IsPrivate() && r.Private {
		return nil
	}
	public := plain.Is4() || globalIPv6.Contains(plain)
	for _, special := range specialAddresses {
		public = public && !special.Contains(plain)
	}
	if !public || at.Zone() != "" || !plain.IsGlobalUnicast() || plain.IsPrivate() {
		return &BlockedError{at}
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
