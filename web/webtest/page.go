package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Patience is how long a step waits for what it needs.
const Patience = 10 * time.Second

const pollInterval = 15 * time.Millisecond

// Page is a tab with a profile of its own. Its methods fail the test; they
// must be called from the test's own goroutine.
type Page struct {
	t          testing.TB
	ctx        context.Context
	scriptless bool

	mu       sync.Mutex
	expected []string // parts of console errors that are no fault
	errors   []string
}

// Option changes how a page is opened.
type Option func(*Page) error

// WithoutScript opens the page in a browser that runs no JavaScript.
func WithoutScript(p *Page) error {
	p.scriptless = true
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
}

// Open opens an address in a new tab of 1280 by 800 with a profile of its own,
// and waits until it has loaded. With -short the test is skipped; without a
// browser as well, unless CI=true.
func Open(t testing.TB, url string, options ...Option) *Page {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are not short")
	}
	if _, err := findProgram(); err != nil {
		need(t, err)
	}
	parent, err := browser()
	if err != nil {
		t.Fatalf("no browser: %v", err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		t.Fatalf("open a tab: %v", err)
	}
	console := chromedp.Console(ctx)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for message, err := range console {
			if err != nil {
				return
			}
			p.note(message)
		}
	}()
	t.Cleanup(func() {
		if t.Failed() {
			p.keepPicture()
		}
		cancel()
		<-listening
		p.failOnConsole()
	})
	for _, option := range append([]Option{setUp}, options...) {
		if err := option(p); err != nil {
			t.Fatalf("prepare a tab: %v", err)
		}
	}
	p.Go(url)
	return p
}

func setUp(p *Page) error { return p.appear(1280, 800, false) }

// appear sets the size of the window and the colour scheme. Motion is always
// reduced, so that pictures are alike.
func (p *Page) appear(width, height int, dark bool) error {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return p.run(chromedp.EmulateViewport(int64(width), int64(height)), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return chromedp.Void{}, err
	})
}

// Go loads another address and waits until it has loaded.
func (p *Page) Go(url string) {
	p.t.Helper()
	if err := p.run(chromedp.Navigate(url)); err != nil {
		p.fail(err, "load %s", url)
	}
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	if err := p.run(chromedp.Reload()); err != nil {
		p.fail(err, "reload")
	}
}

// Back goes one step back in the history.
func (p *Page) Back() {
	p.t.Helper()
	if err := p.run(chromedp.NavigateBack()); err != nil {
		p.fail(err, "go back")
	}
}

// WaitFor waits until an element that matches a CSS selector can be seen.
func (p *Page) WaitFor(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s to be seen", selector),
		`[...document.querySelectorAll(%s)].some(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0)`, selector)
}

// WaitForText waits until the text of an element that matches the selector
// holds the words.
func (p *Page) WaitForText(selector, words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s to say %q", selector, words),
		`[...document.querySelectorAll(%s)].some(e => (e.innerText ?? e.textContent).replace(/\s+/g, ' ').includes(%s))`, selector, words)
}

// WaitGone waits until no element that matches the selector can be seen.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s to go", selector),
		`![...document.querySelectorAll(%s)].some(e => e.checkVisibility({visibilityProperty: true}))`, selector)
}

// WaitURL waits until the address of the page holds part.
func (p *Page) WaitURL(part string) {
	p.t.Helper()
	p.until(fmt.Sprintf("an address with %q", part), `location.href.includes(%s) && document.readyState === 'complete'`, part)
}

// WaitUntil waits until a JavaScript expression is true; what says it in words
// for the failure.
func (p *Page) WaitUntil(what, expression string) {
	p.t.Helper()
	p.until(what, strings.ReplaceAll(expression, "%", "%%"))
}

// Text is the text of the first element that matches, as a reader sees it,
// with runs of white space as one space.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.present(selector)
	text := ask[string](p, `(e => e.innerText ?? e.textContent)(document.querySelector(%s))`, selector)
	return strings.Join(strings.Fields(text), " ")
}

// Texts are the texts of all elements that match now, perhaps none.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	texts := ask[[]string](p, `[...document.querySelectorAll(%s)].map(e => e.innerText ?? e.textContent)`, selector)
	for i := range texts {
		texts[i] = strings.Join(strings.Fields(texts[i]), " ")
	}
	return texts
}

// Count is how many elements match now.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return ask[int](p, `document.querySelectorAll(%s).length`, selector)
}

// Value is what the first field that matches holds.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	p.present(selector)
	return ask[string](p, `String(document.querySelector(%s).value ?? '')`, selector)
}

// Attribute is an attribute of the first element that matches; "" when it has
// none.
func (p *Page) Attribute(selector, name string) string {
	p.t.Helper()
	p.present(selector)
	return ask[string](p, `document.querySelector(%s).getAttribute(%s) ?? ''`, selector, name)
}

// Focused tells whether the element with the keyboard matches the selector.
func (p *Page) Focused(selector string) bool {
	p.t.Helper()
	return ask[bool](p, `document.activeElement?.matches(%s) ?? false`, selector)
}

// URL is the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	return ask[string](p, `location.href`)
}

// Title is the title of the page.
func (p *Page) Title() string {
	p.t.Helper()
	return ask[string](p, `document.title`)
}

// HTML is the page as it is now.
func (p *Page) HTML() string {
	p.t.Helper()
	return ask[string](p, `document.documentElement.outerHTML`)
}

// Eval evaluates a JavaScript expression; a promise is waited for.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return ask[T](p, strings.ReplaceAll(expression, "%", "%%"))
}

// Expect says that console errors that hold part are no fault of the page,
// such as the 403 of a page that is being refused.
func (p *Page) Expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, part)
}

// What the browser mentions although no page is to blame: the honest answer to
// wrong input, and the icon it looks for by itself.
const (
	unprocessable = "the server responded with a status of 422"
	icon          = "/favicon.ico"
)

func (p *Page) note(message chromedp.ConsoleMessage) {
	if message.Type != chromedp.ConsoleError && !message.IsException() {
		return
	}
	if message.Source == "network" && (strings.Contains(message.Text, unprocessable) || strings.HasSuffix(message.URL, icon)) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = append(p.errors, strings.TrimSpace(message.String()+" "+message.URL))
}

// ConsoleErrors are the errors so far that were not expected.
func (p *Page) ConsoleErrors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var faults []string
	for _, text := range p.errors {
		known := false
		for _, part := range p.expected {
			known = known || strings.Contains(text, part)
		}
		if !known {
			faults = append(faults, text)
		}
	}
	return faults
}

func (p *Page) failOnConsole() {
	for _, fault := range p.ConsoleErrors() {
		p.t.Errorf("the browser's console shows %s", fault)
	}
}

// run does steps within [Patience].
func (p *Page) run(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// follow does steps that load another page, and waits until that has loaded.
func (p *Page) follow(step chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, step))
	return err
}

// script fills values, as JSON, into an expression.
func script(expression string, values ...string) string {
	quoted := make([]any, len(values))
	for i, value := range values {
		text, _ := json.Marshal(value) // a string always can be
		quoted[i] = string(text)
	}
	return fmt.Sprintf(expression, quoted...)
}

// try evaluates once. It fails while one page gives way to the next.
func try[T any](p *Page, expression string, values ...string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script(expression, values...), chromedp.EvalAwaitPromise))
}

func ask[T any](p *Page, expression string, values ...string) T {
	p.t.Helper()
	value, err := try[T](p, expression, values...)
	if err != nil {
		p.fail(err, "evaluate %s", script(expression, values...))
	}
	return value
}

// until asks again and again, whatever pages come and go meanwhile.
func (p *Page) until(what, expression string, values ...string) {
	p.t.Helper()
	deadline := time.Now().Add(Patience)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		is, err := try[bool](p, expression, values...)
		if err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			p.fail(err, "wait for %s", what)
		}
		<-tick.C
	}
}

// present waits until an element is in the page, seen or not.
func (p *Page) present(selector string) {
	p.t.Helper()
	p.until(selector, `document.querySelector(%s) !== null`, selector)
}

func (p *Page) fail(err error, format string, args ...any) {
	p.t.Helper()
	where, e := try[string](p, `location.href + ' (' + document.title + ')'`)
	if e != nil {
		where = "an unknown page"
	}
	p.t.Fatalf("%s, at %s: %v", fmt.Sprintf(format, args...), where, err)
}
