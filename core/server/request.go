package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// localKey names what middleware leaves in a request for later parts.
type localKey string

const (
	requestIDKey localKey = "request-id"
	routeKey     localKey = "route"
	sessionKey   localKey = "session"
	tokenKey     localKey = "session-token"
	visitKey     localKey = "visit"
	draftsKey    localKey = "drafts"
	traceKey     localKey = "trace"
)

const headerRequestID = "X-Request-Id"

// RequestID returns the name under which the log knows this request.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey).(string)
	return id
}

// identify gives the request its id: the one of a trusted proxy, or a new one.
func (a *App) identify(c *fiber.Ctx) error {
	id := c.Get(headerRequestID)
	if !a.fromTrustedProxy(c) || !plausibleID(id) {
		id = rand.Text()[:16]
	}
	c.Locals(requestIDKey, id)
	c.Set(headerRequestID, id)
	return c.Next()
}

func plausibleID(id string) bool {
	return len(id) >= 8 && len(id) <= 64 && strings.IndexFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}) < 0
}

// observe answers errors, then writes the access log and the figures. The log
// holds the pattern of the route, never the path or the query, which may carry
// a secret or a name; staff are named by id, the public not at all.
func (a *App) observe(c *fiber.Ctx) error {
	start := time.Now() // for the duration alone, which no test clock may bend
	a.metrics.running.Add(1)
	defer a.metrics.running.Add(-1)
	ended := a.trace(c)
	if err := c.Next(); err != nil {
		if err := a.answerError(c, err); err != nil {
			return err
		}
	}
	if a.draining.Load() {
		c.Set(fiber.HeaderConnection, "close") // the next request finds another server
	}
	took := time.Since(start)
	status, route := c.Response().StatusCode(), a.routeOf(c)
	ended(c.Method(), route, status)
	a.metrics.observe(c.Method(), route, status, took)

	level := slog.LevelInfo
	if route == "/healthz" || route == "/readyz" || route == "/metrics" || route == "/assets/*" {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("request", RequestID(c)),
		slog.String("method", c.Method()),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if id := traceID(c); id != "" {
		attrs = append(attrs, slog.String("trace", id))
	}
	if actor := Actor(c); actor.IsStaff() && !isDrafts(c) {
		attrs = append(attrs, slog.String("staff", actor.ID))
	}
	a.log.LogAttrs(context.Background(), level, "answered", attrs...)
	return nil
}

// panicked is an internal error made of a panic.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (a *App) recover(c *fiber.Ctx) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	return c.Next()
}

// deadline bounds the work of one request. Slices are given c.UserContext().
func (a *App) deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(a.tracedContext(c), a.options.RequestTime)
	defer cancel()
	c.SetUserContext(ctx)
	err := c.Next()
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return errTookTooLong(err)
	}
	return err
}

// limitBody decides, before a byte of the body is read, how long it may be and
// how long it may take to arrive.
func (a *App) limitBody(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if kind := string(header.ContentType()); strings.HasPrefix(kind, fiber.MIMEMultipartForm) || strings.HasPrefix(kind, "message/rfc822") {
		return fasthttp.RequestConfig{MaxRequestBodySize: a.options.UploadLimit, ReadTimeout: uploadReadTimeout}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: a.options.BodyLimit}
}
