package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/outside"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// atOnce is how much an endpoint is told side by side.
	atOnce = 4
	// lease is how long a claim lasts, longer than any attempt: one that
	// outlasts it is of a server that died.
	lease = time.Minute
	// maxAnswer is how much of an answer is kept, in bytes.
	maxAnswer = 1000
	// settleTime bounds writing down how an attempt went, which must happen
	// though the server is stopping.
	settleTime = 10 * time.Second
	// patience is how long an endpoint may fail before it is switched off.
	patience = 5 * 24 * time.Hour
	// keepDeliveries is how long is kept what was sent.
	keepDeliveries = 30 * 24 * time.Hour
)

// pauses are the waits after the first, second … failed attempt: three days in
// all, after which a delivery is given up.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Due lists the endpoints to which something is due.
func (s *Service) Due(ctx context.Context, now time.Time) ([]string, error) {
	type row struct{ ID EndpointID }
	rows, err := postgres.All[row](ctx, s.o.DB.Pool(), selectDue, now)
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.ID.String()
	}
	return out, err
}

// Work delivers what is due to an endpoint until nothing is, or its time is
// nearly over; more says that there is more. An endpoint that fails is tried
// with one delivery at a time, so that one that does not answer keeps nobody
// waiting. The error says that the database failed: an endpoint that does is no
// error.
func (s *Service) Work(ctx context.Context, endpoint string) (more bool, err error) {
	id, err := core.ParseID[EndpointID](endpoint)
	if err != nil {
		return false, fmt.Errorf("read the name of a webhook: %w", err)
	}
	for {
		if until, ok := ctx.Deadline(); ok && time.Until(until) < attemptTime+settleTime {
			return true, nil
		}
		found, err := postgres.All[endpointRow](ctx, s.o.DB.Pool(), selectEndpoint, id)
		if err != nil || len(found) == 0 || !found[0].IsOn {
			return false, err
		}
		limit := atOnce
		if found[0].FailingSince != nil {
			limit = 1
		}
		now := s.o.Clock.Now()
		due, err := postgres.All[claimed](ctx, s.o.DB.Pool(), claimDue, id, now, now.Add(lease), limit)
		if err != nil || len(due) == 0 {
			return false, err
		}
		took, err := s.tellAll(ctx, found[0], due)
		if err != nil || !took {
			return false, err
		}
	}
}

// tellAll makes one attempt for each delivery; took says that one of them was
// taken, or needed no telling.
func (s *Service) tellAll(ctx context.Context, e endpointRow, due []claimed) (took bool, err error) {
	group := new(errgroup.Group)
	taken := make([]bool, len(due))
	for i, d := range due {
		group.Go(func() error {
			outcome, err := s.tell(ctx, e, d)
			taken[i] = outcome.state != Waiting && outcome.state != GivenUp
			return err
		})
	}
	err = group.Wait()
	for _, t := range taken {
		took = took || t
	}
	return took, err
}

// outcome is how an attempt went.
type outcome struct {
	at      time.Time
	took    time.Duration
	status  int // 0 without an answer
	answer  string
	problem string // "" when the endpoint took it

	state State
	next  time.Time // when to try again; zero when it is not
	gone  bool      // the endpoint says that it wants to hear no more
	tried bool
}

// tell makes one attempt and writes down how it went.
func (s *Service) tell(ctx context.Context, e endpointRow, d claimed) (outcome, error) {
	raw, ok, err := s.write(ctx, e.noun(), d)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{at: s.o.Clock.Now(), state: Dropped}
	if ok {
		keys, err := s.keysOf(e, o.at)
		if err != nil {
			return o, err
		}
		o = s.post(ctx, e.URL, d, raw, keys)
		if ctx.Err() != nil && o.problem != "" {
			return o, ctx.Err() // the server stops: no fault of the endpoint's, and the claim runs out
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return o, s.settle(ctx, e, d, o)
}

// keysOf opens the keys that sign at an instant.
func (s *Service) keysOf(e endpointRow, now time.Time) ([][]byte, error) {
	sealed := [][]byte{e.Secret}
	if e.OldUntil != nil && now.Before(*e.OldUntil) && len(e.OldSecret) > 0 {
		sealed = append(sealed, e.OldSecret)
	}
	out := make([][]byte, len(sealed))
	for i, one := range sealed {
		key, err := s.o.Secret.Unseal(forSecrets, e.ID.String(), one)
		if err != nil {
			return nil, fmt.Errorf("open the key of webhook %s: %w", e.Key, err)
		}
		out[i] = key
	}
	return out, nil
}

// messageID is what a receiver tells repeats by.
func messageID(id DeliveryID) string { return "msg_" + strings.ReplaceAll(id.String(), "-", "") }

// post sends a message once. Redirects are not followed: the address is one
// that an administrator entered.
func (s *Service) post(ctx context.Context, url string, d claimed, raw []byte, keys [][]byte) outcome {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	o := outcome{at: s.o.Clock.Now(), tried: true}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		o.problem = "Its address is not one of the web."
		return o.judged(d)
	}
	id := messageID(d.ID)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Casement-Webhooks")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(o.at.Unix(), 10))
	r.Header.Set("Webhook-Signature", signature(id, o.at, raw, keys))
	began := time.Now() // a span on the machine's own clock, for the log
	answer, err := s.transport.RoundTrip(r)
	if err == nil {
		o.status = answer.StatusCode
		o.answer = readAnswer(answer.Body)
	}
	o.took = time.Since(began)
	switch {
	case err != nil:
		o.problem = wrong(err)
	case o.status >= 300 && o.status < 400:
		o.problem = "It leads elsewhere. Redirects are not followed: enter the address that it leads to."
	case o.status == http.StatusGone:
		o.problem, o.gone = "It answered that it is gone.", true
	case o.status < 200 || o.status >= 300:
		o.problem = "It answered " + strconv.Itoa(o.status) + "."
	}
	o = o.judged(d)
	if answer != nil && !o.next.IsZero() {
		o.next = later(o.next, o.at, answer.Header.Get("Retry-After"))
	}
	return o
}

// judged says what follows from how an attempt went.
func (o outcome) judged(d claimed) outcome {
	switch {
	case o.problem == "":
		o.state = Delivered
	case o.gone || d.Tries > len(pauses):
		o.state = GivenUp
	case d.Kind == TestKind:
		o.state = GivenUp // somebody looks at its answer, and tries again by hand
	default:
		o.state, o.next = Waiting, o.at.Add(pauses[max(d.Tries, 1)-1])
	}
	return o
}

// later waits as long as the receiver asks for, a day at most.
func later(next, now time.Time, retryAfter string) time.Time {
	seconds, err := strconv.Atoi(strings.TrimSpace(retryAfter))
	if err != nil || seconds <= 0 {
		return next
	}
	asked := now.Add(time.Duration(min(seconds, 24*60*60)) * time.Second)
	if asked.After(next) {
		return asked
	}
	return next
}

// wrong says what went wrong on the way.
func wrong(err error) string {
	var blocked *outside.BlockedError
	switch {
	case errors.As(err, &blocked):
		return "Its name does not lead to a public address."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fmt.Sprintf("It did not answer within %d seconds.", int(attemptTime/time.Second))
	}
	words := err.Error()
	if i := strings.LastIndex(words, ": "); i >= 0 {
		words = words[i+2:]
	}
	return "It could not be reached: " + clip(words, 200) + "."
}

// readAnswer keeps the beginning of an answer, as far as it is text.
func readAnswer(r io.ReadCloser) string {
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil && len(raw) == 0 {
		return ""
	}
	for len(raw) > 0 { // a letter that was cut in two
		if last, size := utf8.DecodeLastRune(raw); last != utf8.RuneError || size > 1 {
			break
		}
		raw = raw[:len(raw)-1]
	}
	if !utf8.Valid(raw) {
		return "(not text)"
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, string(raw)))
}

func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters]) + "…"
	}
	return s
}

// settle writes down how an attempt went, and switches an endpoint off that
// has failed for too long.
func (s *Service) settle(ctx context.Context, e endpointRow, d claimed, o outcome) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		if o.tried {
			b.Queue(insertAttempt, d.ID, d.Claim, o.at, o.took.Milliseconds(), o.status, o.answer, o.problem)
		}
		var next, finished *time.Time
		if o.state == Waiting {
			next = &o.next
		} else {
			finished = &o.at
		}
		b.Queue(settleDelivery, d.ID, d.Claim, o.state, next, finished)
		if o.state == Delivered {
			b.Queue(updateTook, e.ID)
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return postgres.Translate(err)
		}
		if !o.tried || o.state == Delivered || d.Kind == TestKind {
			return nil
		}
		var since time.Time
		err := tx.QueryRow(ctx, updateFailed, e.ID, o.at).Scan(&since)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // it was removed meanwhile
		}
		if err != nil {
			return postgres.Translate(err)
		}
		switch {
		case o.gone:
			return s.switchOff(ctx, tx, e, "It answered that it is gone.", o.at)
		case o.at.Sub(since) >= patience:
			return s.switchOff(ctx, tx, e, fmt.Sprintf("It has failed for %d days.", int(patience.Hours()/24)), o.at)
		}
		return nil
	})
}

// switchOff switches an endpoint off by itself, and writes to the
// administrators.
func (s *Service) switchOff(ctx context.Context, tx pgx.Tx, e endpointRow, why string, now time.Time) error {
	tag, err := tx.Exec(ctx, updateOff, e.ID, why, now)
	if err != nil || tag.RowsAffected() == 0 {
		return postgres.Translate(err)
	}
	s.o.Log.Warn("a webhook was switched off", "webhook", e.Key, "why", why)
	if err := s.record(ctx, tx, core.SystemActor(), e.Key, EndpointOff, nil); err != nil {
		return err
	}
	users, err := s.o.People.Users(ctx)
	if err != nil {
		return err
	}
	var b pgx.Batch
	for _, u := range users {
		if !u.Active || !u.Actor().Has(core.RoleAdministrator) {
			continue
		}
		letter, err := s.o.Messages.Compose(ctx, messages.Outgoing{
			Event: string(EndpointOff), Audience: "staff", Template: "webhook-off", To: u.Email, ToName: u.Name,
			Data: messages.Data{
				"recipient": map[string]any{"name": u.Name},
				"webhook":   map[string]any{"name": e.Name, "reason": why, "link": fmt.Sprintf("%s/webhooks/%d", s.o.BaseURL, e.No)},
			},
		})
		if err != nil {
			s.o.Log.Error("the notice that a webhook was switched off could not be written", "webhook", e.Key, "error", err)
			continue
		}
		s.o.Messages.Queue(&b, letter)
	}
	if b.Len() == 0 {
		return nil
	}
	if s.o.Deliver != nil {
		s.o.Deliver(&b)
	}
	return postgres.Translate(tx.SendBatch(ctx, &b).Close())
}

// Sweep forgets what was sent more than 30 days ago, and keys that sign no
// more. It returns how many deliveries there were.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	if _, err := s.o.DB.Pool().Exec(ctx, deleteOldSecrets, now); err != nil {
		return 0, postgres.Translate(err)
	}
	tag, err := s.o.DB.Pool().Exec(ctx, deleteOld, now.Add(-keepDeliveries))
	return int(tag.RowsAffected()), postgres.Translate(err)
}
