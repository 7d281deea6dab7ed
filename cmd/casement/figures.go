package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/core/tracing"
)

// watch is what this server counts and traces of the door and of the queue.
type watch struct {
	tracer *tracing.Tracer // nil: nothing is traced
	leads  atomic.Bool     // this server follows the feed

	mu    sync.Mutex
	door  map[outcome]*tally
	queue map[outcome]*tally
}

// outcome is what was done and how it ended. Both come from lists of ours.
type outcome struct{ what, result string }

type tally struct {
	count   int
	seconds float64
}

func newWatch(tracer *tracing.Tracer) *watch {
	return &watch{tracer: tracer, door: map[outcome]*tally{}, queue: map[outcome]*tally{}}
}

// atDoor implements cases.Watch.
func (w *watch) atDoor(ctx context.Context, r cases.Request) (context.Context, func(error)) {
	begun, name := time.Now(), r.Name() // for the span alone
	ended := func(error) {}
	if w.tracer != nil {
		ctx, ended = w.tracer.Door(ctx, name, len(r.Changes))
		ctx = jobs.Caused(ctx, w.tracer.Parent(ctx))
	}
	return ctx, func(err error) {
		ended(err)
		w.add(w.door, name, err, time.Since(begun))
	}
}

// atJob implements jobs.Watch.
func (w *watch) atJob(ctx context.Context, kind, cause string) (context.Context, func(error)) {
	begun := time.Now()
	ended := func(error) {}
	if w.tracer != nil {
		ctx, ended = w.tracer.Job(ctx, kind, cause)
	}
	return ctx, func(err error) {
		ended(err)
		w.add(w.queue, kind, err, time.Since(begun))
	}
}

// trace is what traces requests; nil without a tracer.
func (w *watch) trace() server.Trace {
	if w.tracer == nil {
		return nil
	}
	return w.request
}

// request implements server.Trace.
func (w *watch) request(ctx context.Context, parent string) server.Traced {
	ctx, id, end := w.tracer.Request(ctx, parent)
	return server.Traced{Context: ctx, ID: id, End: end}
}

func (w *watch) add(to map[outcome]*tally, what string, err error, took time.Duration) {
	result := "done"
	if err != nil {
		if result = string(core.KindOf(err)); result == "" {
			result = "failed"
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t := to[outcome{what, result}]
	if t == nil {
		t = &tally{}
		to[outcome{what, result}] = t
	}
	t.count++
	t.seconds += took.Seconds()
}

// tallies writes what was counted as a family.
func (w *watch) tallies(of map[outcome]*tally, name, label, help string) server.Family {
	w.mu.Lock()
	defer w.mu.Unlock()
	keys := make([]outcome, 0, len(of))
	for k := range of {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b outcome) int { return strings.Compare(a.what+" "+a.result, b.what+" "+b.result) })
	f := server.Family{Name: name, Kind: "summary", Help: help}
	for _, k := range keys {
		labels := []string{label, k.what, "result", k.result}
		f.Samples = append(f.Samples, server.Sample{Suffix: "_sum", Labels: labels, Value: of[k].seconds}, server.Sample{Suffix: "_count", Labels: labels, Value: float64(of[k].count)})
	}
	return f
}

// figures are read when somebody asks for /metrics: cheap statements alone. What
// cannot be read is left out, and said.
func (p *parts) figures(ctx context.Context) []server.Family {
	out := []server.Family{
		p.watch.tallies(p.watch.door, "casement_door_seconds", "command", "Requests at the door by their first command and how they ended."),
		p.watch.tallies(p.watch.queue, "casement_jobs_seconds", "kind", "Jobs done here by kind and how they ended."),
		gauge("casement_follower_elected", "Whether this server follows the feed.", truth(p.watch.leads.Load())),
	}
	out = append(out, p.poolFigures()...)
	out = append(out, p.pluginFigures()...)
	for _, read := range []func(context.Context) ([]server.Family, error){p.feedFigures, p.queueFigures, p.searchFigures} {
		families, err := read(ctx)
		if err != nil {
			p.log.Warn("read figures", "error", err)
			continue
		}
		out = append(out, families...)
	}
	return out
}

func gauge(name, help string, value float64) server.Family {
	return server.Family{Name: name, Kind: "gauge", Help: help, Samples: []server.Sample{{Value: value}}}
}

func counter(name, help string, value float64) server.Family {
	return server.Family{Name: name, Kind: "counter", Help: help, Samples: []server.Sample{{Value: value}}}
}

func truth(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

func (p *parts) poolFigures() []server.Family {
	s := p.db.Pool().Stat()
	connections := server.Family{Name: "casement_database_connections", Kind: "gauge", Help: "Connections to the database."}
	for _, state := range []struct {
		name string
		n    int32
	}{{"used", s.AcquiredConns()}, {"idle", s.IdleConns()}, {"opening", s.ConstructingConns()}, {"most", s.MaxConns()}} {
		connections.Samples = append(connections.Samples, server.Sample{Labels: []string{"state", state.name}, Value: float64(state.n)})
	}
	return []server.Family{
		connections,
		counter("casement_database_waits_total", "How often somebody waited for a connection.", float64(s.EmptyAcquireCount())),
		counter("casement_database_wait_seconds_total", "How long somebody waited for a connection.", s.EmptyAcquireWaitTime().Seconds()),
	}
}

func (p *parts) pluginFigures() []server.Family {
	calls := server.Family{Name: "casement_plugin_calls_total", Kind: "counter", Help: "Calls of plugins."}
	faults := server.Family{Name: "casement_plugin_faults_total", Kind: "counter", Help: "Calls of plugins that failed."}
	for _, s := range p.plugins.Status() {
		calls.Samples = append(calls.Samples, server.Sample{Labels: []string{"plugin", s.ID}, Value: float64(s.Calls)})
		faults.Samples = append(faults.Samples, server.Sample{Labels: []string{"plugin", s.ID}, Value: float64(s.Faults)})
	}
	requests := server.Family{Name: "casement_plugin_requests_total", Kind: "counter", Help: "HTTP requests that plugins asked for, by what became of them: answered, refused (by us), failed."}
	for _, r := range p.outside.Requests() {
		for _, end := range []struct {
			result string
			n      int
		}{{"answered", r.Answered}, {"refused", r.Refused}, {"failed", r.Failed}} {
			requests.Samples = append(requests.Samples, server.Sample{Labels: []string{"plugin", r.Plugin, "result", end.result}, Value: float64(end.n)})
		}
	}
	return []server.Family{calls, faults, requests}
}

func (p *parts) feedFigures(ctx context.Context) ([]server.Family, error) {
	s, err := events.Stand(ctx, p.db)
	if err != nil {
		return nil, err
	}
	return []server.Family{
		gauge("casement_feed_lag_events", "Events that have not been followed, at most 10,000.", float64(s.Waiting)),
		gauge("casement_feed_lag_seconds", "How long the oldest of them has waited.", s.Behind(p.clock.Now()).Seconds()),
		gauge("casement_feed_held", "Whether the feed waits for an open transaction, in whichever database of the server.", truth(s.Held)),
		gauge("casement_feed_unsealed_events", "Events without a seal, at most 10,000.", float64(s.Unsealed)),
		gauge("casement_database_oldest_write_seconds", "For how long the oldest transaction that has written has been open, in whichever database of the server.", s.Open.Seconds()),
	}, nil
}

func (p *parts) queueFigures(ctx context.Context) ([]server.Family, error) {
	depths, err := jobs.Depths(ctx, p.db)
	if err != nil {
		return nil, err
	}
	waiting := server.Family{Name: "casement_jobs", Kind: "gauge", Help: "Jobs by kind and state: waiting, failing (of the waiting, tried in vain for a minute), given_up."}
	oldest := server.Family{Name: "casement_jobs_oldest_seconds", Kind: "gauge", Help: "How long the oldest job could have been done."}
	now := time.Now() // the queue goes by the machine's time
	for _, d := range depths {
		for _, state := range []struct {
			name string
			n    int
		}{{"waiting", d.Waiting}, {"failing", d.Failing}, {"given_up", d.GivenUp}} {
			waiting.Samples = append(waiting.Samples, server.Sample{Labels: []string{"kind", d.Kind, "state", state.name}, Value: float64(state.n)})
		}
		if d.Waiting > 0 {
			oldest.Samples = append(oldest.Samples, server.Sample{Labels: []string{"kind", d.Kind}, Value: max(0, now.Sub(d.Oldest).Seconds())})
		}
	}
	return []server.Family{waiting, oldest}, nil
}

// engines are the search engines that can say how far they are behind, by name.
func (p *parts) engines() map[string]search.Lagging {
	out := map[string]search.Lagging{}
	for name, engine := range map[string]any{"postgresql": p.index} {
		if lagging, ok := engine.(search.Lagging); ok {
			out[name] = lagging
		}
	}
	for name, engine := range p.lagging {
		out[name] = engine
	}
	return out
}

func (p *parts) searchFigures(ctx context.Context) ([]server.Family, error) {
	seconds := server.Family{Name: "casement_search_lag_seconds", Kind: "gauge", Help: "How far a search engine is behind the cases."}
	waiting := server.Family{Name: "casement_search_lag_events", Kind: "gauge", Help: "Events a search engine has not taken up, at most 10,000."}
	for name, engine := range p.engines() {
		lag, err := engine.Lag(ctx)
		if err != nil {
			return nil, err
		}
		labels := []string{"engine", name}
		seconds.Samples = append(seconds.Samples, server.Sample{Labels: labels, Value: lag.Behind.Seconds()})
		waiting.Samples = append(waiting.Samples, server.Sample{Labels: labels, Value: float64(lag.Waiting)})
	}
	return []server.Family{seconds, waiting}, nil
}

// searchLagToWorry is how far an engine may be behind without a word.
const searchLagToWorry = time.Minute

// degraded says what does not work without keeping pages from answering. It
// asks nobody who may take long: the mail server is asked by doctor, and here by
// what waits for it.
func (p *parts) degraded(ctx context.Context) []string {
	var out []string
	if s, err := events.Stand(ctx, p.db); err == nil && s.Behind(p.clock.Now()) > searchLagToWorry {
		out = append(out, "the feed is behind: search and live pages show what was")
	}
	for name, engine := range p.engines() {
		if lag, err := engine.Lag(ctx); err != nil {
			out = append(out, "search: "+name+" does not answer")
		} else if lag.Behind > searchLagToWorry {
			out = append(out, "search: "+name+" is behind")
		}
	}
	if depths, err := jobs.Depths(ctx, p.db); err == nil {
		for _, d := range depths {
			if d.Failing+d.GivenUp > 0 {
				out = append(out, "jobs: some to "+d.Kind+" fail again and again")
			}
		}
	}
	slices.Sort(out)
	return out
}
