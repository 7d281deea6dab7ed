package api

import (
	"context"
	"net/http"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

type feedIn struct {
	After string `query:"after" maxLength:"100" doc:"“next” of the answer before; “now” for where the feed ends; left out for the beginning of all time." example:"now"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many events at most."`
	Wait  int    `query:"wait" minimum:"0" maximum:"25" default:"0" doc:"Seconds to wait for something to happen, if there is nothing yet."`
}

// FeedPage is a stretch of the feed.
type FeedPage struct {
	Events []FeedEvent `json:"events"`
	Next   string      `json:"next" doc:"Where to read on. Keep it together with what you made of the events."`
	More   bool        `json:"more" doc:"There is more: read on at once. When false, read on after a while, or with wait."`
}

// FeedEvent is an event with the type of its case.
type FeedEvent struct {
	Event
	Type string `json:"type" doc:"Key of the type of the case." example:"complaint"`
}

// waitGrace is how long an answer may take beside the waiting.
const waitGrace = 10 * time.Second

func (a *API) feed(ctx context.Context, in *feedIn) (*bodyOut[FeedPage], error) {
	by := actorOf(ctx)
	if !by.HasRight(core.RightFeed) {
		return nil, core.Forbidden("This program may not follow the feed: an administrator can give it the right feed.read.")
	}
	wait := time.Duration(in.Wait) * time.Second
	// The deadline of ordinary requests is shorter than the longest wait.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait+waitGrace)
	defer cancel()
	until := time.NewTimer(wait)
	defer until.Stop()
	awaken := a.awaken()
	defer awaken.stop()
	after := in.After
	for {
		found, err := a.options.Cases.Feed(ctx, func(ctx context.Context) (cases.Reach, error) {
			return a.options.Cases.ReachOf(ctx, by, core.MayView)
		}, after, in.Limit)
		if err != nil {
			return nil, err
		}
		if len(found.Events) > 0 || found.More || in.After == cases.FeedFromNow && in.Wait == 0 {
			return a.feedPage(ctx, found)
		}
		after = found.Next
		select {
		case <-until.C:
			return a.feedPage(ctx, found)
		case <-awaken.closed: // the server is being stopped
			return a.feedPage(ctx, found)
		case <-awaken.wake:
		case <-awaken.tick.C:
		}
	}
}

// awakener says when it is worth looking again: when the follower has read
// something, and every second in any case.
type awakener struct {
	wake, closed <-chan struct{}
	tick         *time.Ticker
	stop         func()
}

func (a *API) awaken() awakener {
	tick := time.NewTicker(time.Second)
	out := awakener{tick: tick, stop: tick.Stop}
	if a.options.Hub == nil {
		return out
	}
	listening, err := a.options.Hub.Subscribe("work")
	if err != nil {
		return out // too many listen: looking every second will do
	}
	out.wake, out.closed = listening.Wake(), listening.Done()
	out.stop = func() { tick.Stop(); listening.Close() }
	return out
}

func (a *API) feedPage(ctx context.Context, found cases.Feed) (*bodyOut[FeedPage], error) {
	actors := make([]core.Actor, len(found.Events))
	for i, e := range found.Events {
		actors[i] = e.Actor
	}
	names, err := a.names(ctx, actors...)
	out := &bodyOut[FeedPage]{FeedPage{Events: []FeedEvent{}, Next: found.Next, More: found.More}}
	for _, e := range found.Events {
		out.Body.Events = append(out.Body.Events, FeedEvent{shapeEvent(e.Ref, e.Recorded, names), e.Type})
	}
	return out, err
}

func (a *API) registerFeed() {
	register(a, operation{
		id: "read-feed", method: http.MethodGet, path: "/feed", tag: tagFeed, where: "query", need: "the right feed.read, and case.view on the cases",
		summary: "Follow what happens",
		says: "All events of the cases that the program may view, in one order that never changes. Begin without after (or with now), keep next, and ask again with it: " +
			"nothing is missed and nothing comes twice, however many people and programs write at the same time. Every event stands in the order of its case's versions. " +
			"A 409 means that a backup was restored: begin again.",
	}, a.feed)
}
