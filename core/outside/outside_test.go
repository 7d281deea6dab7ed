package outside_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/casement-dev/casement/core/outside"
)

func TestOnlyPublicAddressesAreReachedUnlessTheOperatorAllowsMore(t *testing.T) {
	for _, one := range []struct {
		at                        string
		public, loopback, private bool
	}{
		{"93.184.216.34", true, true, true},
		{"2606:2800:220:1:248:1893:25c8:1946", true, true, true},
		{"127.0.0.1", false, true, true},
		{"::1", false, true, true},
		{"::ffff:127.0.0.1", false, true, true},
		{"10.1.2.3", false, false, true},
		{"192.168.0.7", false, false, true},
		{"::ffff:10.1.2.3", false, false, true},
		{"fd00::7", false, false, true},
		{"169.254.169.254", false, false, false},
		{"fe80::1", false, false, false},
		{"0.0.0.0", false, false, false},
		{"100.64.0.1", false, false, false},
		{"2002:7f00:1::", false, false, false},
		{"224.0.0.1", false, false, false},
	} {
		at := netip.MustParseAddr(one.at)
		for name, rules := range map[string]struct {
			outside.Rules
			want bool
		}{
			"by itself": {outside.Rules{}, one.public}, "loopback": {outside.Rules{Loopback: true}, one.loopback}, "private": {outside.Rules{Private: true}, one.private},
		} {
			if got := rules.Judge(at) == nil; got != rules.want {
				t.Errorf("%s, %s: reached is %v", one.at, name, got)
			}
		}
	}
}

func TestANameThatLeadsInsideIsNotConnectedTo(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	inside := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	var blocked *outside.BlockedError
	if _, err := (outside.Rules{Resolve: inside}).Dial(t.Context(), "tcp", "public.example:"+port); !errors.As(err, &blocked) {
		t.Errorf("connected: %v", err)
	}
	conn, err := outside.Rules{Resolve: inside, Private: true}.Dial(t.Context(), "tcp", "public.example:"+port)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
