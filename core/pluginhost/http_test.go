package pluginhost_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
)

const secret = "s3cr3t/key+1"

// web is a server on this machine that is known by several names, and a plugin
// that may make requests to some of them.
type web struct {
	*hosttest.World
	server *httptest.Server
	port   string
	reach  *atomic.Int32 // requests that arrived
	addr   atomic.Pointer[netip.Addr]
	out    *pluginhost.Outside
}

var loopback = netip.MustParseAddr("127.0.0.1")

// newWeb makes it. The names a.example.com and b.example.com are granted with
// TLS, plain.example.com without.
func newWeb(t *testing.T, handler http.HandlerFunc, change func(*pluginhost.OutsideOptions)) *web {
	t.Helper()
	w := &web{reach: &atomic.Int32{}}
	w.addr.Store(&loopback)
	w.server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.reach.Add(1)
		handler(rw, r)
	}))
	t.Cleanup(w.server.Close)
	u, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.port = u.Port()
	log := &strings.Builder{}
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	o := pluginhost.OutsideOptions{
		Clock: clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Loopback: true, Roots: w.server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		Resolve: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{*w.addr.Load()}, nil },
	}
	if change != nil {
		change(&o)
	}
	w.out = pluginhost.NewOutside(o)
	t.Cleanup(w.out.Close)
	w.World = hosttest.New(t, hosttest.Options{
		HTTP: w.out, Secrets: map[string]string{"key": secret},
		Grant: pluginhost.Grant{
			"context:case.description", "http.request:a.example.com:" + w.port, "http.request:*.b.example.com:" + w.port, "http.request:b.example.com:" + w.port,
			"http.request:http://plain.example.com", "http.request:https://*.wild.example.com",
		},
	})
	_ = log
	return w
}

type answer struct {
	Status  int
	Headers map[string]string
	Body    string
	Base64  bool
	Error   string
}

func (w *web) fetch(t *testing.T, request map[string]any) answer {
	t.Helper()
	args, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var out answer
	raw := asked(t, w.World, w.Priya, "http.request", string(args))["a0"]
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return out
}

func (w *web) a(path string) string { return "https://a.example.com:" + w.port + path }

func TestAPluginTalksToTheHostsThatWereGranted(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Set-Cookie", "session=1")
		rw.Header().Set("ETag", `"1"`)
		rw.WriteHeader(http.StatusCreated)
		fmt.Fprintf(rw, "%s %s %s %s %s", r.Method, r.Header.Get("Content-Type"), r.Header.Get("X-Tenant"), body, r.UserAgent())
	}, nil)
	got := w.fetch(t, map[string]any{"method": "post", "url": w.a("/reports"), "headers": map[string]string{"content-type": "text/plain", "x-tenant": "north"}, "body": "a hole"})
	if got.Status != 201 || got.Body != "POST text/plain north a hole Casement (test.pliant)" || len(got.Headers) != 2 || got.Headers["ETag"] != `"1"` {
		t.Errorf("%+v", got)
	}
	counts := w.out.Requests()
	if len(counts) != 1 || counts[0] != (pluginhost.Requests{Plugin: "test.pliant", Answered: 1}) {
		t.Errorf("counted %+v", counts)
	}
}

func TestWhatIsNoTextArrivesInBase64(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte{0xff, 0, 1}) }, nil)
	if got := w.fetch(t, map[string]any{"url": w.a("/")}); !got.Base64 || got.Body != base64.StdEncoding.EncodeToString([]byte{0xff, 0, 1}) {
		t.Errorf("%+v", got)
	}
}

func TestRequestsThatAreNotGrantedOrNotWellFormedNeverLeave(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "reached") }, nil)
	for what, request := range map[string]map[string]any{
		"another host":                    {"url": "https://c.example.com:" + w.port + "/"},
		"another port":                    {"url": "https://a.example.com/"},
		"not encrypted":                   {"url": "http://a.example.com:" + w.port + "/"},
		"encrypted, and plain is granted": {"url": "https://plain.example.com/"},
		"a name that ends alike":          {"url": "https://eviln.b.example.com.evil.test:" + w.port + "/"},
		"a name in another's name":        {"url": "https://a.example.com@evil.test:" + w.port + "/"},
		"somebody in the address":         {"url": "https://user:pass@a.example.com:" + w.port + "/"},
		"a backslash":                     {"url": "https://a.example.com:" + w.port + "\\@evil.test/"},
		"another scheme":                  {"url": "file:///etc/passwd"},
		"gopher":                          {"url": "gopher://a.example.com:" + w.port + "/"},
		"no host":                         {"url": "https:///path"},
		"no address":                      {"url": "::"},
		"an address in digits":            {"url": "https://127.0.0.1:" + w.port + "/"},
		"one long number":                 {"url": "https://2130706433:" + w.port + "/"},
		"letters of another script":       {"url": "https://а.example.com:" + w.port + "/"},
		"the method CONNECT":              {"method": "CONNECT", "url": w.a("/")},
		"a method of its own":             {"method": "GET / HTTP/1.1\r\nX:", "url": w.a("/")},
		"the header Host":                 {"url": w.a("/"), "headers": map[string]string{"Host": "evil.test"}},
		"the header Cookie":               {"url": w.a("/"), "headers": map[string]string{"Cookie": "a=b"}},
		"a header of proxies":             {"url": w.a("/"), "headers": map[string]string{"X-Forwarded-For": "1.2.3.4"}},
		"two headers in one":              {"url": w.a("/"), "headers": map[string]string{"X-A": "b\r\nHost: evil.test"}},
		"a header with a line":            {"url": w.a("/"), "headers": map[string]string{"X-A\r\nHost": "b"}},
		"GET with a body":                 {"url": w.a("/"), "body": "x"},
		"too much":                        {"method": "POST", "url": w.a("/"), "body": strings.Repeat("$REQUEST", 150)},
		"an unknown member":               {"url": w.a("/"), "proxy": "http://evil.test"},
		"a secret as the host":            {"url": "https://{{secret:key}}.b.example.com:" + w.port + "/"},
		"a secret as the whole host":      {"url": "https://{{secret:key}}/"},
		"a secret nobody declared":        {"url": w.a("/?k={{secret:password}}")},
		"a secret as a header name":       {"url": w.a("/"), "headers": map[string]string{"X-{{secret:key}}": "1"}},
	} {
		if got := w.fetch(t, request); got.Error == "" || strings.Contains(got.Error, secret) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if n := w.reach.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestNoNameLeadsInside(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "reached") }, func(o *pluginhost.OutsideOptions) { o.Loopback = false })
	for _, inside := range []string{
		"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1", "::127.0.0.1", "100::1",
	} {
		at := netip.MustParseAddr(inside)
		w.addr.Store(&at)
		if got := w.fetch(t, map[string]any{"url": w.a("/")}); got.Error != "a.example.com:"+w.port+" is not at a public address." {
			t.Errorf("%s: %+v", inside, got)
		}
	}
	if n := w.reach.Load(); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// The name of a real server on this machine, resolved by the system itself.
func TestThisMachineIsNotReachedUnlessItIsATest(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clock := &casestest.Clock{}
	out := pluginhost.NewOutside(pluginhost.OutsideOptions{Clock: clock, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(out.Close)
	w := hosttest.New(t, hosttest.Options{HTTP: out, Grant: pluginhost.Grant{
		"context:case.description", "http.request:http://localhost:" + u.Port(), "http.request:http://127.0.0.1:" + u.Port(), "http.request:http://[::1]:" + u.Port(),
	}})
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
		got := refusal(t, asked(t, w, w.Priya, "http.request", `{"url":"http://`+host+`:`+u.Port()+`/"}`)["a0"])
		if got != host+":"+u.Port()+" is not at a public address." {
			t.Errorf("%s is answered with %q", host, got)
		}
	}
	if reached.Load() != 0 {
		t.Error("the server was reached")
	}
}

func TestRedirectsAreHeldAgainstTheGrant(t *testing.T) {
	t.Parallel()
	var w *web
	w = newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		to := func(status int, where string) {
			rw.Header().Set("Location", where)
			rw.WriteHeader(status)
		}
		switch r.URL.Path {
		case "/ungranted":
			to(302, "https://c.example.com:"+w.port+"/")
		case "/plain":
			to(302, "http://a.example.com:"+w.port+"/")
		case "/file":
			to(302, "file:///etc/passwd")
		case "/digits":
			to(302, "https://127.0.0.1:"+w.port+"/")
		case "/round":
			to(302, "/round")
		case "/three", "/two", "/one":
			to(307, map[string]string{"/three": "/two", "/two": "/one", "/one": "/end"}[r.URL.Path])
		case "/across":
			to(307, "https://b.example.com:"+w.port+"/end")
		case "/see":
			to(303, "/end")
		default:
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(rw, "%s %s auth=%q key=%q body=%q", r.Host, r.Method, r.Header.Get("Authorization"), r.Header.Get("X-Key"), body)
		}
	}, nil)
	for _, path := range []string{"/ungranted", "/plain", "/file", "/digits", "/round"} {
		if got := w.fetch(t, map[string]any{"url": w.a(path)}); got.Error == "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := w.fetch(t, map[string]any{"url": w.a("/three")}); got.Status != 200 {
		t.Errorf("three redirects: %+v", got)
	}
	headers := map[string]string{"Authorization": "Bearer mine", "X-Key": "{{secret:key}}"}
	got := w.fetch(t, map[string]any{"url": w.a("/across"), "headers": headers})
	if got.Body != fmt.Sprintf(`b.example.com:%s GET auth="" key="" body=""`, w.port) {
		t.Errorf("to another host went %+v", got)
	}
	if got := w.fetch(t, map[string]any{"method": "POST", "url": w.a("/across"), "body": "{{secret:key}}"}); got.Error == "" {
		t.Errorf("a secret in the body went to another host: %+v", got)
	}
	got = w.fetch(t, map[string]any{"method": "POST", "url": w.a("/see"), "body": "x", "headers": headers})
	if got.Body != fmt.Sprintf(`a.example.com:%s GET auth="Bearer mine" key="[secret]" body=""`, w.port) {
		t.Errorf("see other gives %+v", got)
	}
}

func TestSecretsReachTheHostAndNobodyElse(t *testing.T) {
	t.Parallel()
	var got atomic.Pointer[string]
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all := r.URL.Query().Get("k") + "|" + r.Header.Get("X-Key") + "|" + string(body)
		got.Store(&all)
		echo, _ := json.Marshal(all)
		rw.Header().Set("ETag", `"`+r.Header.Get("X-Key")+`"`)
		fmt.Fprintf(rw, "%s %s %s %s", all, r.URL.RawQuery, base64.StdEncoding.EncodeToString([]byte(r.Header.Get("X-Key"))), echo)
	}, nil)
	said := w.fetch(t, map[string]any{"method": "POST", "url": w.a("/?k={{secret:key}}"), "headers": map[string]string{"X-Key": "{{secret:key}}"}, "body": "key={{secret:key}}"})
	if want := secret + "|" + secret + "|key=" + secret; got.Load() == nil || *got.Load() != want {
		t.Fatalf("the host was sent %v, want %q (%+v)", got.Load(), want, said)
	}
	told := fmt.Sprint(said)
	for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
		if strings.Contains(told, form) || strings.Contains(w.Log(), form) {
			t.Errorf("the plugin, or the log, was told %q: %s\n%s", form, told, w.Log())
		}
	}
	if !strings.Contains(said.Body, "[secret]|[secret]|key=[secret]") || said.Headers["ETag"] != `"[secret]"` {
		t.Errorf("%+v", said)
	}
}

func TestAnAnswerHasBoundsInSizeAndTime(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			_, _ = rw.Write(make([]byte, 257<<10))
		case "/bomb":
			rw.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(rw)
			for range 100 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		case "/headers":
			for i := range 2000 {
				rw.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 50))
			}
		case "/slow":
			select {
			case <-done:
			case <-r.Context().Done():
			}
		case "/drip":
			for {
				select {
				case <-done:
					return
				case <-r.Context().Done():
					return
				case <-time.After(100 * time.Millisecond):
				}
				_, _ = rw.Write([]byte("."))
				rw.(http.Flusher).Flush()
			}
		}
	}, nil)
	for _, path := range []string{"/long", "/bomb", "/headers"} {
		if got := w.fetch(t, map[string]any{"url": w.a(path)}); got.Error == "" {
			t.Errorf("%s: an answer of %d bytes", path, len(got.Body))
		}
	}
	for _, path := range []string{"/slow", "/drip"} {
		began := time.Now()
		got := w.fetch(t, map[string]any{"url": w.a(path)})
		if took := time.Since(began); !strings.HasSuffix(got.Error, "did not answer in time.") || took > 9*time.Second {
			t.Errorf("%s: %+v after %s", path, got, took)
		}
	}
}

func TestAPluginMakesSixtyRequestsAMinute(t *testing.T) {
	t.Parallel()
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "ok") }, func(o *pluginhost.OutsideOptions) { o.Clock = clock })
	ten := func() (refused int) {
		var asks []string
		for range 10 {
			asks = append(asks, "http.request", `{"url":"`+w.a("/")+`"}`)
		}
		for _, raw := range asked(t, w.World, w.Priya, asks...) {
			if refusal(t, raw) != "" {
				refused++
			}
		}
		return refused
	}
	for i := range 7 {
		if got, want := ten(), map[int]int{6: 10}[i]; got != want {
			t.Errorf("of the ten requests after %d, %d were refused, want %d", i*10, got, want)
		}
	}
	clock.Advance(time.Minute)
	if got := ten(); got != 0 {
		t.Errorf("a minute later %d were refused", got)
	}
}

func TestNoProxyOfTheSurroundingsIsAsked(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("ALL_PROXY", "http://127.0.0.1:1")
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "direct") }, nil)
	if got := w.fetch(t, map[string]any{"url": w.a("/")}); got.Body != "direct" {
		t.Errorf("%+v", got)
	}
}
