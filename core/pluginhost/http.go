package pluginhost

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/outside"
	"github.com/casement-dev/casement/sdk/abi"
)

// This file is what a plugin may ask of an HTTP server, and what it gets to
// see of the answer; outside.go is how the request travels.

// Bounds of one request.
const (
	maxRedirects = 3
	maxSent      = 64 << 10  // bytes of address, headers and body
	maxReceived  = 256 << 10 // bytes of the answer's body
)

// methods are those a plugin may use.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// sendable are the headers a plugin may set, beside its own ("X-…").
var sendable = []string{
	"Accept", "Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match",
}

// receivable are the headers of an answer that a plugin sees.
var receivable = []string{"Content-Type", "Etag", "Last-Modified", "Retry-After"}

// fetch makes a request to a host that was granted.
func (h *Host) fetch(ctx context.Context, p *plugin, e errand, args []byte) (any, error) {
	var a abi.HTTPRequest
	if err := decodeArgs(args, &a); err != nil {
		return nil, err
	}
	switch {
	case e.sealed:
		return nil, core.Unavailable(nil, "No requests are made from here.")
	case h.services.HTTP == nil:
		return nil, notHere()
	}
	patterns, _ := p.grant.has(abi.AskHTTP)
	out, err := h.prepare(ctx, p, a, hosts(patterns))
	if err != nil {
		return nil, err
	}
	return h.services.HTTP.do(ctx, p.manifest().ID, out)
}

// outgoing is a request that was checked and filled in.
type outgoing struct {
	method  string
	url     *url.URL
	headers http.Header
	body    string
	allowed hosts
	secrets []string // those filled in
	// Which parts a secret was filled into: they go to the host asked for alone.
	secretHeaders []string
	secretBody    bool
}

func (h *Host) prepare(ctx context.Context, p *plugin, a abi.HTTPRequest, allowed hosts) (*outgoing, error) {
	out := &outgoing{method: strings.ToUpper(a.Method), headers: http.Header{}, allowed: allowed}
	if out.method == "" {
		out.method = http.MethodGet
	}
	size := len(a.URL) + len(a.Body)
	for name, value := range a.Headers {
		size += len(name) + len(value)
	}
	switch {
	case !slices.Contains(methods, out.method):
		return nil, core.Invalid("The method must be one of %s.", strings.Join(methods, ", "))
	case size > maxSent:
		return nil, core.Invalid("A request has %d kB at most.", maxSent>>10)
	case a.Body != "" && (out.method == http.MethodGet || out.method == http.MethodHead):
		return nil, core.Invalid("A %s request has no body.", out.method)
	}
	// The address is judged as it was asked for: no secret can change where it leads.
	asked, err := url.Parse(placeholder.ReplaceAllString(a.URL, "secret"))
	if err != nil {
		return nil, core.Invalid("This is not an address of the web.")
	}
	if err := allowed.allow(asked); err != nil {
		return nil, err
	}
	fill, err := h.filler(ctx, p, a)
	if err != nil {
		return nil, err
	}
	filled, _ := fill.into(a.URL, escaped)
	if out.url, err = url.Parse(filled); err != nil || out.url.Scheme != asked.Scheme || out.url.Host != asked.Host || out.url.User != nil {
		return nil, core.Invalid("A secret may stand in the path or the query of an address, and nowhere else in it.")
	}
	var secret bool
	for name, value := range a.Headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if !maySend(name) {
			return nil, core.Invalid("The header %q cannot be set.", clipped(name))
		}
		if value, secret = fill.into(value, plain); strings.ContainsAny(value, "\r\n\x00") {
			return nil, core.Invalid("The header %q has several lines.", clipped(name))
		}
		out.headers.Set(name, value)
		if secret {
			out.secretHeaders = append(out.secretHeaders, name)
		}
	}
	out.body, out.secretBody = fill.into(a.Body, plain)
	out.secrets = fill.used()
	return out, nil
}

func maySend(name string) bool {
	if own, ok := strings.CutPrefix(name, "X-"); ok {
		return own != "" && !strings.HasPrefix(own, "Forwarded") && own != "Real-Ip" && own != "Http-Method-Override"
	}
	return slices.Contains(sendable, name)
}

// placeholder is where a secret is filled in.
var placeholder = regexp.MustCompile(`\{\{secret:([A-Za-z0-9_.-]{1,64})\}\}`)

// filler fills secrets in.
type filler struct {
	known map[string]string
	names map[string]bool
}

// filler reads the secrets that a request wants; one that is not declared, or
// was not entered, refuses it.
func (h *Host) filler(ctx context.Context, p *plugin, a abi.HTTPRequest) (*filler, error) {
	f := &filler{names: map[string]bool{}}
	texts := []string{a.URL, a.Body}
	for name, value := range a.Headers {
		if placeholder.MatchString(name) {
			return nil, core.Invalid("A secret cannot name a header.")
		}
		texts = append(texts, value)
	}
	wanted := placeholder.FindAllStringSubmatch(strings.Join(texts, "\n"), -1)
	if len(wanted) == 0 {
		return f, nil
	}
	if h.services.Secrets == nil {
		return nil, notHere()
	}
	var err error
	if f.known, err = h.services.Secrets(ctx, p.manifest().ID); err != nil {
		return nil, fmt.Errorf("read the secrets of a plugin: %w", err)
	}
	for _, w := range wanted {
		declared := slices.ContainsFunc(p.manifest().Secrets, func(s abi.Secret) bool { return s.Name == w[1] })
		if !declared || f.known[w[1]] == "" {
			return nil, core.Invalid("There is no secret “%s”, or nobody has entered it.", w[1])
		}
	}
	return f, nil
}

func plain(s string) string { return s }

func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// into fills in the secrets of a text, and reports whether there were any.
func (f *filler) into(text string, write func(string) string) (filled string, any bool) {
	filled = placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := placeholder.FindStringSubmatch(found)[1]
		f.names[name], any = true, true
		return write(f.known[name])
	})
	return filled, any
}

func (f *filler) used() []string {
	var out []string
	for name := range f.names {
		out = append(out, f.known[name])
	}
	return out
}

// hosts are the patterns of a grant: "roads.example.org", "*.example.org",
// "maps.example.org:8443", "http://intranet.example.org" where an administrator
// allows what is not encrypted.
type hosts []string

// allow refuses an address that was not granted.
func (hs hosts) allow(u *url.URL) error {
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return core.Invalid("An address begins with https://.")
	case u.User != nil:
		return core.Invalid("An address names nobody: send a header instead.")
	case name == "" || !ascii(name) || u.Opaque != "":
		return core.Invalid("This is not an address of the web.")
	}
	for _, pattern := range hs {
		scheme := "https"
		if rest, ok := strings.CutPrefix(pattern, "http://"); ok {
			scheme, pattern = "http", rest
		}
		pattern = strings.TrimPrefix(pattern, "https://")
		host, port := splitPort(pattern, scheme)
		if scheme != u.Scheme || port != portOf(u) {
			continue
		}
		// What is written in digits has to be granted in digits.
		if host == name || strings.ContainsRune(host, '*') && !outside.IsAddress(name) && matchesAny([]string{host}, name) {
			return nil
		}
	}
	return core.Forbidden("Requests to %s were not granted.", clipped(u.Scheme+"://"+u.Host))
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

func splitPort(pattern, scheme string) (host, port string) {
	u := url.URL{Scheme: scheme, Host: strings.ToLower(pattern)}
	return u.Hostname(), portOf(&u)
}

func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// follow makes the request that a redirect leads to, or says why it is not
// followed. Nothing secret goes to another host than the one asked for.
func (o *outgoing) follow(status int, location string) (*outgoing, error) {
	to, err := o.url.Parse(location)
	if err != nil || location == "" {
		return nil, core.Unavailable(nil, "The answer leads to no address of the web.")
	}
	to.Fragment = ""
	if err := o.allowed.allow(to); err != nil {
		return nil, err
	}
	next := *o
	next.url, next.headers = to, o.headers.Clone()
	if status == http.StatusSeeOther || (status == http.StatusMovedPermanently || status == http.StatusFound) && o.method == http.MethodPost {
		next.method, next.body, next.secretBody = http.MethodGet, "", false
		if o.method == http.MethodHead {
			next.method = http.MethodHead
		}
		next.headers.Del("Content-Type")
	}
	if to.Host == o.url.Host && to.Scheme == o.url.Scheme {
		return &next, nil
	}
	if next.secretBody {
		return nil, core.Unavailable(nil, "The answer leads a request with a secret to another host.")
	}
	for _, name := range o.secretHeaders {
		next.headers.Del(name)
	}
	next.headers.Del("Authorization")
	next.secretHeaders = nil
	return &next, nil
}

// received makes what a plugin sees of an answer.
func (o *outgoing) received(r *http.Response) (abi.HTTPResponse, error) {
	out := abi.HTTPResponse{Status: r.StatusCode, Headers: map[string]string{}}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxReceived+1))
	if err != nil {
		return out, err
	}
	if len(body) > maxReceived {
		return out, core.Unavailable(nil, "The answer is longer than %d kB.", maxReceived>>10)
	}
	body = o.redact(body)
	if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
		out.Body = string(body)
	} else {
		out.Body, out.Base64 = base64.StdEncoding.EncodeToString(body), true
	}
	for _, name := range receivable {
		if value := r.Header.Get(name); value != "" && utf8.ValidString(value) {
			out.Headers[receivedAs(name)] = string(o.redact([]byte(value)))
		}
	}
	return out, nil
}

func receivedAs(name string) string {
	if name == "Etag" {
		return "ETag"
	}
	return name
}

// redact takes the secrets that were sent out of what came back: a server that
// echoes what it is sent tells them to nobody.
func (o *outgoing) redact(b []byte) []byte {
	for _, secret := range o.secrets {
		for _, form := range []string{
			secret, escaped(secret), url.QueryEscape(secret), url.PathEscape(secret),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
			strings.ReplaceAll(strings.ReplaceAll(secret, `\`, `\\`), `"`, `\"`),
		} {
			b = bytes.ReplaceAll(b, []byte(form), []byte("[secret]"))
		}
	}
	return b
}

// worded makes a sentence of what went wrong on the way, without the address:
// it may hold a secret.
func worded(host string, err error) error {
	var refusal *core.Error
	var blocked *outside.BlockedError
	host = clipped(host)
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &blocked):
		return core.Forbidden("%s is not at a public address.", host)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return core.Unavailable(nil, "%s did not answer in time.", host)
	}
	return core.Unavailable(nil, "%s could not be reached.", host)
}
