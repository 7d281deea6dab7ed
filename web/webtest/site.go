package webtest

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/casement-dev/casement/web"
)

// Built are the assets that "make assets" bundles. Without them the test is
// skipped; under CI it fails.
func Built(t *testing.T) *web.Assets {
	t.Helper()
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	if !assets.Built() {
		if os.Getenv("CI") != "" {
			t.Fatal("the assets are not built")
		}
		t.Skip("the assets are not built: make assets")
	}
	return assets
}

// Listen takes a free port of this machine. The address is that of a site on it:
// "http://127.0.0.1:40123".
func Listen(t *testing.T) (ln net.Listener, address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln, "http://" + ln.Addr().String()
}

// Server is what can be served: a server.App.
type Server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// Serve serves until the test ends, and fails it when that cannot be ended in
// order.
func Serve(t *testing.T, s Server, ln net.Listener) {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
