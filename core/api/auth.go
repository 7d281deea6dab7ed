package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// callerKey is where a request keeps who makes it.
type callerKey struct{}

// caller is the client whose request it is.
func caller(ctx context.Context) core.Client {
	client, _ := ctx.Value(callerKey{}).(core.Client)
	return client
}

func actorOf(ctx context.Context) core.Actor { return caller(ctx).Actor() }

// authenticate lets a request through that shows a key or an access token, and
// counts it. Cookies are not looked at: what a browser sends along by itself is
// worth nothing here, so no other site can use it.
func (a *API) authenticate(c *fiber.Ctx) error {
	scheme, secret, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return unauthorized(c, "Send a key, or an access token, in the header Authorization: Bearer ….")
	}
	key, err := a.open(c.UserContext(), strings.TrimSpace(secret))
	if core.KindOf(err) == core.ErrNotFound {
		return unauthorized(c, "This key or access token is not known here, or has ended.")
	}
	if err != nil {
		return err
	}
	if ok, wait := a.limiter.allow(key.Client, a.options.Clock.Now()); !ok {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return answer(c, problem(http.StatusTooManyRequests, "The program made more requests than its "+strconv.Itoa(key.Client.PerMinute)+" a minute. Wait as long as Retry-After says."))
	}
	c.Locals(callerKey{}, key.Client)
	return c.Next()
}

// open finds whose a key or an access token is.
func (a *API) open(ctx context.Context, secret string) (people.Key, error) {
	if id, ok := a.options.Secret.OpenAccessToken(secret, a.options.Clock.Now()); ok {
		return a.options.People.ClientByKeyID(ctx, id)
	}
	return a.options.People.ClientByKey(ctx, secret)
}

func unauthorized(c *fiber.Ctx, detail string) error {
	c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="casement"`)
	return answer(c, problem(http.StatusUnauthorized, detail))
}

// limiter counts the requests of each client in a sliding minute, kept as the
// counts of this minute and the one before, of which the part still in sight is
// taken. It counts on this server alone.
type limiter struct {
	mu      sync.Mutex
	windows map[core.ClientID]window
}

type window struct {
	start             time.Time
	current, previous int
}

// maxWindows bounds the memory of a limiter; there are never so many clients.
const maxWindows = 10_000

// allow counts a request and says whether it may pass; if not, how long to wait.
func (l *limiter) allow(client core.Client, now time.Time) (ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.windows == nil || len(l.windows) > maxWindows {
		l.windows = map[core.ClientID]window{}
	}
	w := l.windows[client.ID]
	switch age := now.Sub(w.start); {
	case age < 0 || age >= 2*time.Minute:
		w = window{start: now}
	case age >= time.Minute:
		w = window{start: w.start.Add(time.Minute), previous: w.current}
	}
	passed := now.Sub(w.start)
	inSight := float64(time.Minute-passed) / float64(time.Minute)
	ok = float64(w.previous)*inSight+float64(w.current) < float64(client.PerMinute)
	if ok {
		w.current++
	}
	l.windows[client.ID] = w
	return ok, time.Minute - passed
}
