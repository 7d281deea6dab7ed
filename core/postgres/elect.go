package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotLeader is the answer to a server that does not hold the office, and
// the cause with which the work of one that lost it is cancelled.
var ErrNotLeader = errors.New("another server leads")

const (
	// electionInterval is how often a candidate tries and a leader makes sure.
	electionInterval = time.Second
	// electionPatience is how long the database may take to answer a leader
	// before it must assume that it has been replaced.
	electionPatience = 3 * time.Second
)

// Election chooses one server among all that use the same database, for an
// office such as "ticks". The leader holds an advisory lock on a connection of
// its own, so it loses the office with the connection, whatever the reason.
//
// For a moment after a lost connection the old and the new leader may both
// believe they lead: what a leader does must bear being done twice. Safe for
// concurrent use.
type Election struct {
	config   *pgx.ConnConfig
	office   string
	key      int64
	interval time.Duration

	mu   sync.Mutex
	conn *pgx.Conn // held while we lead; nil otherwise
}

// Elect stands for an office. Nothing is connected until the first question.
func Elect(pool *pgxpool.Pool, office string) *Election {
	config := pool.Config().ConnConfig.Copy()
	config.RuntimeParams["application_name"] = "casement " + office
	// A leader whose machine vanished must not keep the office for hours: the
	// server notices after about ten seconds. Ignored on a socket.
	config.RuntimeParams["tcp_keepalives_idle"] = "4"
	config.RuntimeParams["tcp_keepalives_interval"] = "2"
	config.RuntimeParams["tcp_keepalives_count"] = "3"
	sum := fnv.New64a()
	sum.Write([]byte("casement election " + office))
	return &Election{config: config, office: office, key: int64(sum.Sum64()), interval: electionInterval}
}

// IsLeader returns nil while this server leads, having asked the database, and
// takes the office if it is free. [ErrNotLeader] means that another server
// leads; any other error that nobody can tell, so do not act.
func (e *Election) IsLeader(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, electionPatience)
	defer cancel()
	if e.conn != nil {
		if err := e.conn.Ping(ctx); err == nil {
			return nil
		}
		e.drop()
	}
	return e.stand(ctx)
}

// Resign gives the office up; another question stands for it again.
func (e *Election) Resign() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop()
}

// Lead waits until this server leads, runs work, and cancels work's context
// with the cause [ErrNotLeader] once it no longer leads; then it waits for its
// turn again. It returns when ctx ends, or with work's own result when work
// returned while leading. It resigns before it returns.
func (e *Election) Lead(ctx context.Context, work func(ctx context.Context) error) error {
	defer e.Resign()
	tick := time.NewTicker(e.interval)
	defer tick.Stop()
	for {
		if e.IsLeader(ctx) == nil {
			err := e.lead(ctx, tick, work)
			if ctx.Err() == nil && !errors.Is(err, ErrNotLeader) {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// lead runs work until it returns; losing the office cancels it.
func (e *Election) lead(ctx context.Context, tick *time.Ticker, work func(context.Context) error) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	result := make(chan error, 1)
	go func() { result <- work(working) }()
	for {
		select {
		case err := <-result:
			return err
		case <-tick.C:
			if working.Err() == nil && !e.stillLeads(ctx) {
				stop(ErrNotLeader)
				<-result // two leaders in one process would be worse than waiting
				return ErrNotLeader
			}
		}
	}
}

// stillLeads asks without standing again: a lost office must be seen as lost
// even when it could be had back at once, because somebody may have held it in
// between.
func (e *Election) stillLeads(ctx context.Context) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.conn == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, electionPatience)
	defer cancel()
	if err := e.conn.Ping(ctx); err != nil {
		e.drop()
		return false
	}
	return true
}

const tryOffice = `SELECT pg_try_advisory_lock($1)`

func (e *Election) stand(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, e.config)
	if err != nil {
		return fmt.Errorf("stand for %s: %w", e.office, err)
	}
	var won bool
	if err := conn.QueryRow(ctx, tryOffice, e.key).Scan(&won); err != nil || !won {
		closeNow(conn)
		if err != nil {
			return fmt.Errorf("stand for %s: %w", e.office, err)
		}
		return ErrNotLeader
	}
	e.conn = conn
	return nil
}

func (e *Election) drop() {
	if e.conn != nil {
		closeNow(e.conn)
		e.conn = nil
	}
}

// closeNow closes a connection that may be dead, without waiting for it long.
func closeNow(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	// Whether the farewell arrives is of no interest: the socket is closed.
	_ = conn.Close(ctx)
}
