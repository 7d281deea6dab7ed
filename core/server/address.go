package server

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Address returns the address a request came from. X-Forwarded-For is read
// from its end, where the proxies we trust wrote, and never further than the
// first address that is not theirs: everything before it the client may have
// invented.
func (a *App) Address(c *fiber.Ctx) netip.Addr {
	addr := peer(c)
	if !a.trusts(addr) {
		return addr
	}
	// The header may come in several lines: they are one list.
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return addr
		}
		addr = hop.Unmap()
		if !a.trusts(addr) {
			return addr
		}
	}
	return addr
}

func (a *App) fromTrustedProxy(c *fiber.Ctx) bool { return a.trusts(peer(c)) }

func (a *App) trusts(addr netip.Addr) bool { return contains(a.options.TrustedProxies, addr) }

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

func peer(c *fiber.Ctx) netip.Addr {
	addr, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.Addr{}
	}
	return addr.Unmap()
}
