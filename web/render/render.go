package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Page answers with a page in its layout; when htmx asks for a part of it,
// with view.Part, or the page without its frame.
func Page(c *fiber.Ctx, view View, page any) error { return answer(c, view, page) }

// Invalid answers 422 with the page again: its form as it was sent, and the
// messages (see [Problems]) that page carries.
func Invalid(c *fiber.Ctx, view View, page any) error {
	c.Status(fiber.StatusUnprocessableEntity)
	view.Error = true
	return answer(c, view, page)
}

// Stale answers 409 with the page again, for a form that was sent while
// somebody changed the same thing: what was typed is in it, and what changed.
func Stale(c *fiber.Ctx, view View, page any) error {
	c.Status(fiber.StatusConflict)
	view.Error = true
	return answer(c, view, page)
}

// Fragment answers with one part of a page.
func Fragment(c *fiber.Ctx, name string, data any) error {
	return send(c, name, "", data, View{})
}

// Changed answers a write. With a script it is the changed part, and events
// tells other parts of the page ("case-changed"); without, the way back to the
// page it stands on.
func Changed(c *fiber.Ctx, back, name string, data any, events ...string) error {
	if !wantsPart(c) {
		return seeOther(c, back)
	}
	tell(c, events...)
	return Fragment(c, name, data)
}

// Done answers a write that ends on another page, with a message there unless
// toast is the zero Toast.
func Done(c *fiber.Ctx, to string, toast Toast) error {
	if toast.Text != "" {
		remember(c, toast)
	}
	if wantsPart(c) {
		c.Set("HX-Redirect", to)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return seeOther(c, to)
}

// Say has a message shown beside the answer to this request: at once by a
// script, else on the next page.
func Say(c *fiber.Ctx, toast Toast) {
	if wantsPart(c) {
		trigger(c, "toast", toast)
		return
	}
	remember(c, toast)
}

// Failed answers with a problem: a page, or for a script a message that leaves
// the page, and what is typed in it, as it is.
func Failed(c *fiber.Ctx, p Problem) error {
	c.Status(p.Status)
	if wantsPart(c) {
		c.Set("HX-Reswap", "none")
		trigger(c, "problem", map[string]string{"title": p.Title, "text": p.Message})
		return send(c, "layout/problem", "", p, View{})
	}
	e, err := engineOf(c)
	if err != nil {
		return err
	}
	view := View{Template: "layout/problem", Title: p.Title, Layout: Public}
	switch actor := e.options.Actor(c); {
	case p.Status >= fiber.StatusInternalServerError:
		view.Layout = Bare // what is broken may be what the frame needs
	case actor.IsStaff():
		view.Layout = Console
	}
	return send(c, view.Template, view.Layout, p, view)
}

// tell names events that happened to the parts of the page in the browser.
func tell(c *fiber.Ctx, events ...string) {
	for _, event := range events {
		trigger(c, event, struct{}{})
	}
}

// trigger adds one event to the HX-Trigger header.
func trigger(c *fiber.Ctx, event string, detail any) {
	all := map[string]any{}
	if before := c.GetRespHeader("HX-Trigger"); before != "" {
		_ = json.Unmarshal([]byte(before), &all) // our own JSON
	}
	all[event] = detail
	raw, err := json.Marshal(all)
	if err != nil {
		return
	}
	c.Set("HX-Trigger", ascii(raw))
}

// ascii writes JSON so that it may stand in a header.
func ascii(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		raw = raw[size:]
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func answer(c *fiber.Ctx, view View, page any) error {
	if view.Layout == "" {
		view.Layout = Console
	}
	name, layout := view.Template, view.Layout
	if wantsPart(c) {
		layout = ""
		if view.Part != "" {
			name = view.Part
		}
	}
	return send(c, name, layout, page, view)
}

func send(c *fiber.Ctx, name, layout string, data any, view View) error {
	e, err := engineOf(c)
	if err != nil {
		return err
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	b := bound{c: c, view: view}
	if layout != "" && isRead(c) {
		b.toast = e.takeToast(c)
	}
	if err := e.execute(buf, name, layout, data, b); err != nil {
		return err
	}
	c.Vary("HX-Request")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(bytes.Clone(buf.Bytes()))
}

// isRead reports whether somebody will read the page: it is what they went to,
// not the answer to a missing picture or to a script.
func isRead(c *fiber.Ctx) bool {
	goal := c.Get("Sec-Fetch-Dest")
	return c.Response().StatusCode() < fiber.StatusBadRequest && (goal == "" || goal == "document")
}

// wantsPart reports whether htmx asks for a part. A boosted link wants a page;
// so does htmx when it restores history, though it sends the same header.
func wantsPart(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-Boosted") != "true" && c.Get("HX-History-Restore-Request") != "true"
}

func engineOf(c *fiber.Ctx) (*Engine, error) {
	e, ok := c.App().Config().Views.(*Engine)
	if !ok {
		return nil, fmt.Errorf("render: the application was made without our engine")
	}
	return e, nil
}

func seeOther(c *fiber.Ctx, to string) error {
	c.Vary("HX-Request")
	c.Set(fiber.HeaderLocation, to)
	return c.SendStatus(fiber.StatusSeeOther)
}

const toastCookie = "toast"

func (e *Engine) cookie(name string) string {
	if e.options.SecureCookies {
		return "__Host-" + name
	}
	return "casement-" + name
}

// remember keeps a message for the next whole page.
func remember(c *fiber.Ctx, toast Toast) {
	e, err := engineOf(c)
	if err != nil {
		return
	}
	raw, err := json.Marshal(toast)
	if err != nil || len(raw) > 1000 {
		return
	}
	e.setCookie(c, toastCookie, base64.RawURLEncoding.EncodeToString(raw), 60)
}

// takeToast returns the message kept for this page and forgets it.
func (e *Engine) takeToast(c *fiber.Ctx) Toast {
	value := c.Cookies(e.cookie(toastCookie))
	if value == "" {
		return Toast{}
	}
	e.setCookie(c, toastCookie, "", -1)
	raw, err := base64.RawURLEncoding.DecodeString(value)
	var toast Toast
	if err != nil || len(raw) > 1000 || json.Unmarshal(raw, &toast) != nil || !strings.HasPrefix(toast.Link.URL, "/") {
		toast.Link = Link{}
	}
	return toast
}

// setCookie sets a cookie for seconds; below zero it is forgotten.
func (e *Engine) setCookie(c *fiber.Ctx, name, value string, seconds int) {
	c.Cookie(&fiber.Cookie{
		Name: e.cookie(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: e.options.SecureCookies, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// Actor returns who makes the request.
func Actor(c *fiber.Ctx) core.Actor {
	e, err := engineOf(c)
	if err != nil {
		return core.AnonymousActor()
	}
	return e.options.Actor(c)
}
