package server

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// statusOf is the one table from the kind of an error to the status of its
// answer. What is not in it is internal: 500.
var statusOf = map[core.ErrorKind]int{
	core.ErrInvalid:     fiber.StatusUnprocessableEntity,
	core.ErrNotFound:    fiber.StatusNotFound,
	core.ErrForbidden:   fiber.StatusForbidden,
	core.ErrConflict:    fiber.StatusConflict,
	core.ErrUnavailable: fiber.StatusServiceUnavailable,
	core.ErrTooMany:     fiber.StatusTooManyRequests,
	core.ErrTooLarge:    fiber.StatusRequestEntityTooLarge,
}

// Problem is what is told about an error: never its text, which is for the log.
type Problem struct {
	Status  int
	Kind    core.ErrorKind // "" for internal errors
	Title   string         // "Page not found"
	Message string         // one sentence or two: what happened, what to do
	Fields  map[string]string
	Request string // the request id, to be quoted on the telephone
}

// Describe says what is told about err and whether it is internal, so that it
// belongs in the log.
func Describe(err error) (p Problem, internal bool) {
	var domain *core.Error
	var http *fiber.Error
	switch {
	case errors.As(err, &domain):
		status, known := statusOf[domain.Kind]
		if known {
			return Problem{Status: status, Kind: domain.Kind, Title: titles[status], Message: domain.Message, Fields: domain.Fields}, domain.Cause != nil
		}
	case errors.As(err, new(*signInError)):
		return Problem{Status: fiber.StatusUnauthorized, Title: "Please sign in", Message: "You are not signed in any more, so nothing was done. Sign in in another tab, then come back and send this page again: what you typed is still in it."}, false
	case errors.As(err, &http) && http.Code < 500 && http.Code >= 400:
		return Problem{Status: http.Code, Kind: kindOf[http.Code], Title: titleOf(http.Code), Message: messageOf(http.Code)}, false
	}
	return Problem{
		Status:  fiber.StatusInternalServerError,
		Title:   "Something went wrong",
		Message: "This is our fault, not yours, and it has been written down. Nothing was changed. Please try again in a minute.",
	}, true
}

var titles = map[int]string{
	fiber.StatusBadRequest:            "The request could not be read",
	fiber.StatusUnprocessableEntity:   "Something needs another look",
	fiber.StatusNotFound:              "Page not found",
	fiber.StatusForbidden:             "You may not do this",
	fiber.StatusConflict:              "Something has changed meanwhile",
	fiber.StatusServiceUnavailable:    "Not available just now",
	fiber.StatusTooManyRequests:       "Too many requests",
	fiber.StatusRequestEntityTooLarge: "That is too large",
	fiber.StatusMethodNotAllowed:      "That cannot be done here",
	fiber.StatusRequestTimeout:        "The request took too long to arrive",
}

func titleOf(status int) string {
	if title, ok := titles[status]; ok {
		return title
	}
	return titles[fiber.StatusBadRequest]
}

func messageOf(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "If you typed the address, check it. If you followed a link, the page may have moved."
	case fiber.StatusRequestEntityTooLarge:
		return "What you sent is larger than we accept, so nothing was kept of it. Send fewer or smaller files."
	case fiber.StatusMethodNotAllowed:
		return "This address answers other kinds of request. Go back and reload the page."
	}
	return "Go back, reload the page and try again."
}

// kindOf gives Fiber's own refusals the kind they would have as ours.
var kindOf = map[int]core.ErrorKind{
	fiber.StatusNotFound:              core.ErrNotFound,
	fiber.StatusRequestEntityTooLarge: core.ErrTooLarge,
	fiber.StatusTooManyRequests:       core.ErrTooMany,
}

func errTookTooLong(cause error) error {
	return core.Unavailable(cause, "This took too long and was stopped. Nothing was changed. Please try again in a minute.")
}

// answerError is the only place where an error becomes an answer. An internal
// error, or a cause behind an unavailable one, is logged here, once.
func (a *App) answerError(c *fiber.Ctx, err error) error {
	a.secureAnswer(&c.Response().Header) // for requests that Fiber refuses before any handler
	problem, internal := Describe(err)
	problem.Request = RequestID(c)
	if internal {
		a.logError(c, err)
	}
	var signIn *signInError
	if errors.As(err, &signIn) {
		if done := a.askToSignIn(c, signIn); done {
			return nil
		}
	}
	c.Status(problem.Status)
	if a.isAPI(c.Path()) {
		return answerProgram(c, problem)
	}
	if a.options.ErrorPage != nil {
		// The request's own time is over: its deadline ended with its handlers.
		ctx, cancel := context.WithTimeout(a.base, errorPageTime)
		defer cancel()
		c.SetUserContext(ctx)
		pageErr := a.errorPage(c, problem)
		if pageErr == nil {
			return nil
		}
		a.logError(c, pageErr)
	}
	return plainPage(c, problem)
}

// errorPage shows the problem. It runs where nothing else catches panics, and
// one would end the server.
func (a *App) errorPage(c *fiber.Ctx, p Problem) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	return a.options.ErrorPage(c, p)
}

// errorPageTime is how long showing a problem may take.
const errorPageTime = 3 * time.Second

// apiProblem is a problem as programs are told of it (RFC 9457), in the form
// in which the API's own operations refuse.
type apiProblem struct {
	Type    string      `json:"type"`
	Title   string      `json:"title"`
	Status  int         `json:"status"`
	Detail  string      `json:"detail"`
	Errors  []apiDetail `json:"errors,omitempty"`
	Request string      `json:"request_id,omitempty"`
}

type apiDetail struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func answerProgram(c *fiber.Ctx, p Problem) error {
	out := apiProblem{Type: "about:blank", Title: p.Title, Status: p.Status, Detail: p.Message, Request: p.Request}
	for _, field := range slices.Sorted(maps.Keys(p.Fields)) {
		out.Errors = append(out.Errors, apiDetail{field, p.Fields[field]})
	}
	return c.JSON(out, "application/problem+json")
}

// askToSignIn sends a reader of a page to the sign-in page. A page that asked
// for a part of itself stays as it is, with all that was typed into it, and is
// told where to sign in (web/assets/js/signedout.js). It answers false for a
// write without a script: its page stays in the browser too.
func (a *App) askToSignIn(c *fiber.Ctx, e *signInError) bool {
	if isFragmentRequest(c) {
		told, err := json.Marshal(map[string]any{signedOutEvent: map[string]string{"url": e.address(c)}})
		if err != nil {
			return false
		}
		c.Set("HX-Trigger", string(told))
		c.Status(fiber.StatusUnauthorized)
		return true
	}
	if strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream") {
		c.Status(fiber.StatusUnauthorized) // a stream cannot sign in, and its page asks for itself
		return true
	}
	if !isSafe(c.Method()) {
		return false
	}
	c.Set(fiber.HeaderLocation, e.address(c))
	c.Status(fiber.StatusSeeOther)
	return true
}

// isFragmentRequest reports whether a script asked for a part of a page.
func isFragmentRequest(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-Boosted") != "true" && c.Get("HX-History-Restore-Request") != "true"
}

func (a *App) logError(c *fiber.Ctx, err error) {
	attrs := []slog.Attr{
		slog.String("request", RequestID(c)),
		slog.String("method", c.Method()),
		slog.String("route", a.routeOf(c)),
		slog.String("error", err.Error()),
	}
	if id := traceID(c); id != "" {
		attrs = append(attrs, slog.String("trace", id))
	}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	a.log.LogAttrs(context.Background(), slog.LevelError, "failed", attrs...)
}

// plainPage is shown when there is no template to show, or it has failed too.
func plainPage(c *fiber.Ctx, p Problem) error {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
	b.WriteString(html.EscapeString(p.Title))
	b.WriteString("</title><h1>")
	b.WriteString(html.EscapeString(p.Title))
	b.WriteString("</h1><p>")
	b.WriteString(html.EscapeString(p.Message))
	b.WriteString("</p>")
	if p.Request != "" {
		b.WriteString("<p>Reference for support: ")
		b.WriteString(html.EscapeString(p.Request))
		b.WriteString("</p>")
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.SendString(b.String())
}
