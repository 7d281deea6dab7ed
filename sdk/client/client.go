// Package client works with the cases of a Casement installation from a Go
// program, through its API (/api/v1). It needs the standard library alone.
//
//	c, err := client.New("https://casework.example.org", os.Getenv("CASEMENT_API_KEY"))
//	raised, err := c.Raise(ctx, client.NewCase{Type: "complaint", Subject: "Collections missed"})
//	_, err = c.Do(ctx, raised.Ref, client.Command{Name: "note-add", With: map[string]any{"body": "We asked the depot."}})
//
// A client is safe for concurrent use. Writes carry an idempotency key, so they
// are sent again when the connection breaks or the server is busy, and happen
// once.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client speaks to one installation, with one key.
type Client struct {
	base string
	key  string

	// HTTP sends requests. New gives it a client that waits 60 seconds for an
	// answer, which is longer than the feed ever takes.
	HTTP *http.Client
	// Retries is how often a request is sent again that got no answer, or was
	// told to come back later. New says 3.
	Retries int
}

const (
	prefix     = "/api/v1"
	maxAnswer  = 64 << 20 // bytes
	maxPause   = 30 * time.Second
	firstPause = 200 * time.Millisecond
)

// New makes a client of the installation at an address such as
// "https://casework.example.org", with a key or an access token.
func New(address, key string) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("casement: %q is no http or https address", address)
	}
	if key == "" {
		return nil, errors.New("casement: there is no key")
	}
	// A redirect would send the key to somebody else.
	http := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Client{base: u.String() + prefix, key: key, HTTP: http, Retries: 3}, nil
}

// Problem is a refusal, in words for a person.
type Problem struct {
	Status  int      `json:"status"` // of HTTP
	Title   string   `json:"title"`
	Detail  string   `json:"detail"`
	Errors  []Detail `json:"errors"`
	Changed []string `json:"changed"` // with 412: what somebody else changed
	Request string   `json:"request_id"`
}

// Detail is what is wrong with one value.
type Detail struct {
	Location string `json:"location"` // "body.subject"
	Message  string `json:"message"`
}

// Error says what was refused and why.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, d := range p.Errors {
		if d.Message != p.Detail {
			fmt.Fprintf(&b, " [%s: %s]", d.Location, d.Message)
		}
	}
	if b.Len() == 0 {
		fmt.Fprintf(&b, "casement: the server answered %d", p.Status)
	}
	return b.String()
}

// StatusOf returns the status of the refusal in err's chain, 0 for none.
func StatusOf(err error) int {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	body         any    // encoded as JSON; nil for none
	raw          []byte // instead of body
	media        string // of raw
	key          string // idempotency key
	seen         int64  // version for If-Match; 0 for none
}

// send makes a request, again if it must and may, and decodes the answer.
func (c *Client) send(ctx context.Context, in call, into any) error {
	body, media := in.raw, in.media
	if in.body != nil {
		var err error
		if body, err = json.Marshal(in.body); err != nil {
			return fmt.Errorf("casement: encode the request: %w", err)
		}
		media = "application/json"
	}
	pause := firstPause
	for try := 0; ; try++ {
		answer, err := c.once(ctx, in, body, media)
		again, wait := c.worthAnother(in, answer, err)
		if !again || try >= c.Retries {
			if err != nil {
				return fmt.Errorf("casement: %w", err)
			}
			return answer.decode(into)
		}
		if wait == 0 {
			wait, pause = pause, min(2*pause, maxPause)
		}
		timer := time.NewTimer(min(wait, maxPause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// worthAnother says whether a request may be sent again, and when. A write
// without a key may have happened.
func (c *Client) worthAnother(in call, a *answer, err error) (again bool, wait time.Duration) {
	if in.method != http.MethodGet && in.key == "" {
		return false, 0
	}
	if err != nil {
		return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded), 0
	}
	switch a.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(a.header.Get("Retry-After"))
		return true, time.Duration(max(0, seconds)) * time.Second
	}
	return false, 0
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *Client) once(ctx context.Context, in call, body []byte, media string) (*answer, error) {
	address := c.base + in.path
	if len(in.query) > 0 {
		address += "?" + in.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, in.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Accept", "application/json")
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if in.key != "" {
		request.Header.Set("Idempotency-Key", in.key)
	}
	if in.seen > 0 {
		request.Header.Set("If-Match", `"`+strconv.FormatInt(in.seen, 10)+`"`)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(raw) > maxAnswer {
		err = errors.New("the answer is larger than 64 MB")
	}
	return &answer{response.StatusCode, response.Header, raw}, err
}

func (a *answer) decode(into any) error {
	if a.status >= 300 {
		p := &Problem{}
		if json.Unmarshal(a.body, p) != nil || p.Detail == "" {
			p = &Problem{Title: http.StatusText(a.status)}
		}
		p.Status = a.status
		return p
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("casement: the answer is not what was expected: %w", err)
	}
	return nil
}

// newKey draws an idempotency key.
func newKey() string { return rand.Text() }
