package webhooks

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// State says how far a delivery got.
type State string

// The states.
const (
	Waiting   State = "waiting"   // to be sent, or to be tried again
	Delivered State = "delivered" // the endpoint answered 2xx
	GivenUp   State = "given_up"
	Dropped   State = "dropped" // the case was restricted or removed before it was sent
)

// States lists every state, in the order of screens.
func States() []State { return []State{Waiting, Delivered, GivenUp, Dropped} }

// Delivery is what an endpoint was, or is to be, told of one event.
type Delivery struct {
	No         int64 // in addresses of pages
	MessageID  string
	Kind       core.EventKind
	Ref        core.Reference // "" for a test
	State      State
	Tries      int       // since it was queued, or asked for again
	Rounds     int       // how often somebody asked for it again
	NextAt     time.Time // zero when it is not tried again
	QueuedAt   time.Time
	FinishedAt time.Time

	// Of the last attempt: 0 and "" before there is one.
	Status  int
	Took    time.Duration
	Problem string
}

// Attempt is how an endpoint answered once.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int // of HTTP; 0 when there was no answer
	Answer  string
	Problem string // "" when it was taken
}

const perPage = 50

// Deliveries lists what an endpoint was told, the newest first: in one state, or
// in any for "", before a number, or 0 for the newest. next is where to read
// on, 0 at the end. For administrators.
func (s *Service) Deliveries(ctx context.Context, by core.Actor, e Endpoint, state State, before int64) (list []Delivery, next int64, err error) {
	if err := mayAdminister(by); err != nil {
		return nil, 0, err
	}
	if state != "" && !slices.Contains(States(), state) {
		return nil, 0, core.NotFound("There is no such state of delivery.")
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := postgres.All[deliveryRow](ctx, s.o.DB.Pool(), selectDeliveries, e.ID, state, before, perPage+1)
	if err != nil {
		return nil, 0, err
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		next = rows[perPage-1].No
	}
	list = make([]Delivery, len(rows))
	for i, r := range rows {
		list[i] = r.noun()
	}
	return list, next, nil
}

// FindDelivery returns a delivery with its attempts, the newest first. For
// administrators.
func (s *Service) FindDelivery(ctx context.Context, by core.Actor, e Endpoint, no int64) (Delivery, []Attempt, error) {
	if err := mayAdminister(by); err != nil {
		return Delivery{}, nil, err
	}
	row, err := postgres.One[deliveryRow](ctx, s.o.DB.Pool(), noDelivery(), selectDelivery, e.ID, no)
	if err != nil {
		return Delivery{}, nil, err
	}
	rows, err := postgres.All[attemptRow](ctx, s.o.DB.Pool(), selectAttempts, row.ID)
	attempts := make([]Attempt, len(rows))
	for i, r := range rows {
		attempts[i] = Attempt{At: r.At.UTC(), Took: time.Duration(r.TookMs) * time.Millisecond, Status: r.Status, Answer: r.Answer, Problem: r.Problem}
	}
	return row.noun(), attempts, err
}

func noDelivery() error { return core.NotFound("There is no such delivery.") }

// Again sends one delivery once more, whether it was taken or not. It keeps its
// id: a receiver that knows it takes it for a repeat.
func (s *Service) Again(ctx context.Context, by core.Actor, e Endpoint, no int64) error {
	n, err := s.again(ctx, by, e, updateAgain, e.ID, no, s.o.Clock.Now())
	if err == nil && n == 0 {
		err = core.Conflict("This delivery is waiting to be sent already.")
	}
	return err
}

// AgainBetween sends once more what was queued from one instant until before
// another and was given up; with delivered, what was taken, too. It reports how
// many there are, at most 10,000.
func (s *Service) AgainBetween(ctx context.Context, by core.Actor, e Endpoint, from, to time.Time, delivered bool) (int, error) {
	if !from.Before(to) {
		return 0, core.InvalidField("to", "The end comes after the beginning.")
	}
	return s.again(ctx, by, e, updateRangeAgain, e.ID, from, to, delivered, s.o.Clock.Now())
}

func (s *Service) again(ctx context.Context, by core.Actor, e Endpoint, sql string, args ...any) (n int, err error) {
	if err := mayAdminister(by); err != nil {
		return 0, err
	}
	if !e.On {
		return 0, core.Conflict("This webhook is switched off. Switch it on first.")
	}
	err = s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		if err != nil {
			return postgres.Translate(err)
		}
		if n = int(tag.RowsAffected()); n == 0 {
			return nil
		}
		var b pgx.Batch
		s.o.Queue(&b, e.ID.String())
		return postgres.Translate(tx.SendBatch(ctx, &b).Close())
	})
	return n, err
}

// Test sends a message that tells of nothing, at once, whether the endpoint is
// on or off, and returns its number in the log. It is not repeated.
func (s *Service) Test(ctx context.Context, by core.Actor, e Endpoint) (int64, error) {
	if err := mayAdminister(by); err != nil {
		return 0, err
	}
	row, err := postgres.One[endpointRow](ctx, s.o.DB.Pool(), noEndpoint(), selectEndpoint, e.ID)
	if err != nil {
		return 0, err
	}
	now := s.o.Clock.Now()
	d := claimed{ID: core.NewID[DeliveryID](), Kind: TestKind, HappenedAt: now, Tries: 1, Claim: 1}
	if _, err := s.o.DB.Pool().Exec(ctx, insertTest, d.ID, e.ID, TestKind, now, now.Add(lease)); err != nil {
		return 0, postgres.Translate(err)
	}
	if _, err := s.tell(ctx, row, d); err != nil {
		return 0, err
	}
	found, err := postgres.One[testRow](ctx, s.o.DB.Pool(), noDelivery(), selectTestNo, d.ID)
	return found.No, err
}

const selectTestNo = `SELECT no FROM webhook_deliveries WHERE id = $1`

type testRow struct{ No int64 }

func (r deliveryRow) noun() Delivery {
	return Delivery{
		No: r.No, MessageID: messageID(r.ID), Kind: r.Kind, Ref: r.Ref, State: r.State, Tries: r.Tries, Rounds: r.Round, NextAt: orZero(r.NextAt),
		QueuedAt: r.QueuedAt.UTC(), FinishedAt: orZero(r.FinishedAt), Status: r.Status, Took: time.Duration(r.TookMs) * time.Millisecond, Problem: r.Problem,
	}
}
