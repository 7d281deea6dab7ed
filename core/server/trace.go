package server

import (
	"context"

	"github.com/gofiber/fiber/v2"
)

// Trace begins a trace, or goes on with the one its W3C traceparent names.
type Trace func(ctx context.Context, parent string) Traced

// Traced is a request that is traced.
type Traced struct {
	Context context.Context // what the request works with
	ID      string          // of the trace, for the log; "" when it is not recorded
	// End is called with the answer. route is a pattern, which holds nothing of
	// anybody.
	End func(method, route string, status int)
}

const headerTraceParent = "traceparent"

// trace begins to trace a request. Only a trusted proxy may say to which trace
// it belongs: anybody else could have every request of theirs recorded.
func (a *App) trace(c *fiber.Ctx) (ended func(method, route string, status int)) {
	if a.options.Trace == nil {
		return func(string, string, int) {}
	}
	parent := ""
	if a.fromTrustedProxy(c) {
		parent = c.Get(headerTraceParent)
	}
	t := a.options.Trace(a.base, parent)
	c.Locals(traceKey, t)
	return t.End
}

// tracedContext is what the context of a request descends from.
func (a *App) tracedContext(c *fiber.Ctx) context.Context {
	if t, ok := c.Locals(traceKey).(Traced); ok {
		return t.Context
	}
	return a.base
}

func traceID(c *fiber.Ctx) string {
	t, _ := c.Locals(traceKey).(Traced)
	return t.ID
}
