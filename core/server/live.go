package server

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/events"
)

// writeTime is how long one write to a live stream may take. The server as a
// whole has no write timeout, because streams last; a listener that takes
// nothing for this long is let go, and its browser comes back by itself.
const writeTime = 10 * time.Second

// live streams the topics a browser asked for (/live?topics=counts,case:REF)
// as events named "change" whose data is a topic. Who may read what changed is
// decided when the page asks for it again, not here.
func (a *App) live(c *fiber.Ctx) error {
	sub, err := a.options.Live.Subscribe(strings.Split(c.Query("topics"), ",")...)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer sub.Close()
		a.stream(w, sub, func() { _ = conn.SetWriteDeadline(time.Now().Add(writeTime)) })
	})
	return nil
}

// stream writes until the listener is gone or the server stops. That a browser
// has left is noticed at a failed write, hence the heartbeat.
func (a *App) stream(w *bufio.Writer, sub *events.Subscription, extend func()) {
	beat := time.NewTicker(a.options.Heartbeat)
	defer beat.Stop()
	// Come back after two seconds; the first bytes also open the stream at once.
	fmt.Fprint(w, "retry: 2000\n: listening\n\n")
	for {
		extend()
		if w.Flush() != nil {
			return
		}
		select {
		case <-sub.Wake():
			for _, topic := range sub.Take() {
				fmt.Fprintf(w, "event: change\ndata: %s\n\n", topic)
			}
		case <-beat.C:
			fmt.Fprint(w, ": still here\n\n")
		case <-sub.Done():
			return
		case <-a.base.Done():
			return
		}
	}
}
