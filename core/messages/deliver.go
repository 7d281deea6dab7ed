package messages

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/casement-dev/casement/core"
)

const (
	// lease is how long a claim on a message lasts. It is longer than any
	// attempt may take; a claim that outlasts it is of a program that died.
	lease = 10 * time.Minute
	// atOnce is how many messages one call hands over side by side.
	atOnce = 4
	// settleTimeout bounds writing down what became of an attempt, which must
	// happen though the program is stopping.
	settleTimeout = 10 * time.Second
)

// pauses are the waits after the first, second … failed attempt: three days
// in all, after which a message counts as refused.
var pauses = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
	12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

// Tally counts what one call of [Service.DeliverDue] did.
type Tally struct {
	Sent    int
	Refused int // for good
	Again   int // to be tried later
	Unknown int // perhaps sent; a person decides
}

// Handled is how many messages were looked at; 0 means that nothing was due.
func (t Tally) Handled() int { return t.Sent + t.Refused + t.Again + t.Unknown }

var errTaken = errors.New("another program has this message")

// DeliverDue makes an attempt for each message that is due, at most limit. It
// may run on several servers at once: each message is claimed by one.
//
// A message whose sending was begun and never settled is not sent again: it
// becomes "unknown", unless its template says at least once. The error says
// that the outbox could not be read or written; a server that refuses or does
// not answer is no error.
func (s *Service) DeliverDue(ctx context.Context, now time.Time, limit int) (Tally, error) {
	var tally Tally
	if s.sender == nil || limit <= 0 {
		return tally, nil
	}
	lost, err := s.settleLost(ctx, now, limit)
	if err != nil {
		return tally, err
	}
	tally.Unknown = lost
	claimed, err := s.claimDue(ctx, now, limit)
	if err != nil {
		return tally, err
	}
	states := make([]core.DeliveryState, len(claimed))
	group := new(errgroup.Group)
	group.SetLimit(atOnce)
	for i, a := range claimed {
		group.Go(func() (err error) {
			states[i], err = s.attempt(ctx, a)
			return err
		})
	}
	err = group.Wait()
	for _, state := range states {
		tally.count(state)
	}
	return tally, err
}

// Deliver makes one attempt for one message now, if it is waiting, and returns
// the state it is in afterwards. A message that is not waiting, or that another
// program has claimed, is left alone.
func (s *Service) Deliver(ctx context.Context, id core.MessageID) (core.DeliveryState, error) {
	if s.sender == nil {
		return s.state(ctx, id)
	}
	a, ok, err := s.claim(ctx, id, s.clock.Now())
	if err != nil {
		return "", err
	}
	if !ok {
		return s.state(ctx, id)
	}
	if _, err := s.attempt(ctx, a); err != nil {
		return "", err
	}
	return s.state(ctx, id)
}

// attempt hands one claimed message to the mail server and writes down what
// became of it. An empty state means that another program was quicker.
func (s *Service) attempt(ctx context.Context, a claimed) (core.DeliveryState, error) {
	taken := false
	begin := func(ctx context.Context) error {
		ok, err := s.begin(ctx, a, s.clock.Now().Add(lease))
		if err == nil && !ok {
			taken = true
			err = errTaken
		}
		return err
	}
	m, receipt := s.enclosed(ctx, a)
	if receipt == nil {
		sent := s.sender.Send(ctx, m, begin)
		receipt = &sent
	}
	if taken {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	settlement := a.judge(*receipt, s.clock.Now())
	return settlement.State, s.settle(ctx, a, settlement)
}

// settlement is what is written down about an attempt.
type settlement struct {
	State  core.DeliveryState
	Detail string
	NextAt *time.Time // when to try again
	SentAt *time.Time
	Server string
}

// enclosed is a claimed message with its files. A receipt says why it cannot
// be handed over: a message never goes without what belongs to it.
func (s *Service) enclosed(ctx context.Context, a claimed) (core.Message, *Receipt) {
	m := a.message()
	if len(a.Files) == 0 {
		return m, nil
	}
	if s.enclose == nil {
		return m, &Receipt{Settled: Refused, Detail: "Its files cannot be read here, so it was not sent."}
	}
	var err error
	m.Files, err = s.enclose(ctx, a.Files)
	switch {
	case core.KindOf(err) == core.ErrNotFound:
		return m, &Receipt{Settled: Refused, Detail: "A file of this message is gone, so it was not sent."}
	case err != nil:
		return m, &Receipt{Settled: TryAgain, Detail: "its files could not be read"}
	}
	return m, nil
}

// judge decides what an attempt means for the message.
func (a claimed) judge(r Receipt, now time.Time) settlement {
	detail := clip(plainText(r.Detail), 500)
	switch {
	case r.Settled == Accepted:
		return settlement{State: core.DeliverySent, Detail: detail, SentAt: &now, Server: r.Server}
	case r.Settled == Refused:
		return settlement{State: core.DeliveryRefused, Detail: detail, Server: r.Server}
	case r.Settled == Uncertain && !a.AtLeastOnce:
		return settlement{State: core.DeliveryUnknown, Detail: detail, Server: r.Server}
	case a.Attempts > len(pauses):
		return settlement{State: core.DeliveryRefused, Detail: "Given up after three days. Last answer: " + detail, Server: r.Server}
	}
	next := now.Add(pauses[max(a.Attempts, 1)-1])
	return settlement{State: core.DeliveryQueued, Detail: detail, NextAt: &next}
}

func (t *Tally) count(state core.DeliveryState) {
	switch state {
	case core.DeliverySent:
		t.Sent++
	case core.DeliveryRefused:
		t.Refused++
	case core.DeliveryQueued:
		t.Again++
	case core.DeliveryUnknown:
		t.Unknown++
	}
}

// SendAgain puts a message back into the queue because an administrator said
// so: one that was held, refused or is unknown. It keeps its Message-ID, so
// that a reader's mail program can tell it from a new one. A sign-in link is
// not sent again: its time has passed.
func (s *Service) SendAgain(ctx context.Context, by core.Actor, id core.MessageID) error {
	if !by.Has(core.RoleAdministrator) {
		return core.Forbidden("Only administrators may send a message again.")
	}
	if s.sender == nil {
		return core.Conflict("No mail server is configured, so nothing can be sent.")
	}
	ok, err := s.requeue(ctx, id, s.clock.Now())
	if err == nil && !ok {
		err = core.Conflict("This message is waiting, sent, or must not be sent again.")
	}
	return err
}

// Sweep deletes what the outbox must not keep: sign-in messages older than a
// week. It returns how many there were.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	return s.deleteSignIns(ctx, now.AddDate(0, 0, -7))
}
