package server

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

// writeTime is how long one write to a live stream may take. The server as a
// whole has no write timeout, because streams last; a listener that takes
// nothing for this long is let go, and its browser comes back by itself.
const writeTime = 10 * time.Second

// live streams the topics a browser asked for (/live?topics=counts,case:REF)
// as events named "change" whose data is a topic. A topic that is none of the
// reader's business is left out without a word: that a case exists is one thing
// too many to tell, and so is that it changes.
func (a *App) live(c *fiber.Ctx) error {
	if a.draining.Load() {
		return core.Unavailable(nil, "This server is being stopped. Another one answers in a moment.")
	}
	topics := strings.Split(c.Query("topics"), ",")
	if err := events.CheckTopics(topics); err != nil {
		return err
	}
	if a.options.Hears != nil {
		var err error
		if topics, err = a.options.Hears(c.UserContext(), Actor(c), topics); err != nil {
			return err
		}
		if len(topics) == 0 {
			return core.NotFound("There is nothing to listen to here.")
		}
	}
	sub, err := a.options.Live.Subscribe(topics...)
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
			a.farewell(w)
			return
		case <-a.base.Done():
			return
		}
	}
}

// farewell asks a listener to come back soon, to whichever server answers then;
// not all of them in the same moment.
func (a *App) farewell(w *bufio.Writer) {
	fmt.Fprintf(w, "retry: %d\n: stopping\n\n", 300+rand.IntN(1200))
	_ = w.Flush() // who has gone already comes back all the same
}
