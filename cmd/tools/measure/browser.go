package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of one answer.
const maxAnswer = 16 << 20

// browser is somebody signed in, with as many connections as they have tabs.
type browser struct {
	site   string
	client *http.Client
	header http.Header
}

func newBrowser(site string, tabs int) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // New fails for options alone, and there are none
	}
	return &browser{site: site, header: http.Header{}, client: &http.Client{
		Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: tabs, MaxConnsPerHost: tabs},
	}}
}

// get reads a whole answer and returns how long it is.
func (b *browser) get(ctx context.Context, path string) (int64, error) {
	body, err := b.read(ctx, path)
	return int64(len(body)), err
}

func (b *browser) read(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.site+path, nil)
	if err != nil {
		return nil, err
	}
	b.dress(request)
	return b.answer(request)
}

// dress adds what every request has. Each seems to come from an address of its
// own, as those of many people do: the limits on one are not what is measured.
func (b *browser) dress(request *http.Request) {
	for name, values := range b.header {
		request.Header[name] = values
	}
	n := requests.Add(1)
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16&0xff, n>>8&0xff, n&0xff))
}

var requests atomic.Uint32

func (b *browser) answer(request *http.Request) ([]byte, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s answers %d: %s", request.Method, request.URL.Path, response.StatusCode, strings.Join(strings.Fields(string(body[:min(len(body), 120)])), " "))
	}
	return body, nil
}

// post sends JSON with the key of a program.
func (b *browser) post(ctx context.Context, path, json string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.site+path, strings.NewReader(json))
	if err != nil {
		return nil, err
	}
	b.dress(request)
	request.Header.Set("Content-Type", "application/json")
	return b.answer(request)
}

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// submit sends the form of a page, as a browser without scripts does.
func (b *browser) submit(ctx context.Context, path string, fields url.Values) error {
	page, err := b.read(ctx, path)
	if err != nil {
		return err
	}
	token := csrfField.FindSubmatch(page)
	if token == nil {
		return fmt.Errorf("%s has no form", path)
	}
	fields.Set("_csrf", string(token[1]))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.site+path, strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.dress(request)
	request.Header.Set("Origin", b.site)
	_, err = b.answer(request)
	return err
}

// signIn signs a staff user in.
func (b *browser) signIn(ctx context.Context, email, password string) error {
	if err := b.submit(ctx, "/staff/sign-in", url.Values{"email": {email}, "password": {password}}); err != nil {
		return fmt.Errorf("sign in as %s: %w", email, err)
	}
	if _, err := b.get(ctx, "/account"); err != nil {
		return errors.Join(fmt.Errorf("sign in as %s: the account does not open", email), err)
	}
	return nil
}
