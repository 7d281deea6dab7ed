package pluginhost

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

const (
	// pollEvery is how often the host looks whether it has missed a notice.
	pollEvery = 30 * time.Second
	// flushEvery is how often what was recorded is written down.
	flushEvery = 3 * time.Second
	// syncRest is how long the host takes what it has read for the present when
	// a request asks for something that is not there.
	syncRest = time.Second
	// flushTime bounds one writing, also the last.
	flushTime = 10 * time.Second
)

// From lets the host read what is installed from the service: see [Host.Sync]
// and [Host.Run]. It is called while the program is wired.
func (h *Host) From(source *plugins.Service) { h.source = source }

// Sync reads what is installed and lets it serve. Calls that run end on the
// versions they began with.
func (h *Host) Sync(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.source == nil || h.closed {
		return nil
	}
	all, err := h.source.Standing(ctx)
	if err != nil {
		return fmt.Errorf("read which plugins are installed: %w", err)
	}
	h.syncedAt = h.clock.Now()
	next, named := &installation{live: map[string]*plugin{}, kept: map[string][]*plugin{}}, map[string]bool{}
	for _, s := range all {
		st := h.standingOf(s.ID)
		st.revive(s.RevivedAt)
		for _, v := range s.Versions {
			named[v.Hash] = true
			p, err := h.pluginOf(s, v, st)
			if err != nil {
				// One that an older program cannot read must not take the others with it.
				h.log.Error("a version of a plugin cannot be read", "plugin", s.ID, "hash", v.Hash, "error", err)
				continue
			}
			next.kept[s.ID] = append(next.kept[s.ID], p)
			if v.Hash == s.Live {
				next.live[s.ID] = p
			}
		}
	}
	h.replace(next)
	for hash, c := range h.codes {
		if !named[hash] {
			delete(h.codes, hash)
			c.retire()
		}
	}
	return nil
}

// syncAgain is Sync for a request that found something missing: once a second
// at most, whoever asks. It reports whether there may be something new.
func (h *Host) syncAgain(ctx context.Context) bool {
	h.mu.Lock()
	rested := h.clock.Now().Sub(h.syncedAt) >= syncRest
	h.mu.Unlock()
	if !rested {
		return false
	}
	if err := h.Sync(ctx); err != nil {
		h.log.Warn("read which plugins are installed", "error", err)
		return false
	}
	return true
}

// pluginOf makes a version as it is granted and configured. The caller holds h.mu.
func (h *Host) pluginOf(s plugins.Standing, v plugins.Stored, st *standing) (*plugin, error) {
	c := h.codes[v.Hash]
	if c == nil {
		m := &abi.Manifest{}
		if err := json.Unmarshal(v.Manifest, m); err != nil {
			return nil, err
		}
		if err := m.Validate(); err != nil {
			return nil, err
		}
		c = &code{host: h, hash: v.Hash, m: m}
		h.codes[v.Hash] = c
	}
	config, err := effective(c.m, s.Config)
	if err != nil {
		return nil, err
	}
	return &plugin{
		hash: v.Hash, m: c.m, grant: plugins.Granted(c.m.Context, c.m.Needs, s.Granted), config: config, on: s.On, recording: s.Recording, code: c, standing: st,
	}, nil
}

// effective is the configuration that a plugin gets: what was entered, and
// its defaults. A plugin that cannot be configured gets none.
func effective(m *abi.Manifest, config json.RawMessage) (abi.Raw, error) {
	schema, err := plugins.ReadSchema(json.RawMessage(m.Config))
	if err != nil || len(schema.Settings) == 0 {
		return nil, err
	}
	return abi.Raw(schema.Effective(schema.Fit(config))), nil
}

// revive closes the breaker when an administrator has said so since.
func (s *standing) revive(at time.Time) {
	s.mu.Lock()
	again := at.After(s.revived)
	s.revived = at
	s.mu.Unlock()
	if again {
		s.breaker.reset()
	}
}

// Run keeps up with what is installed and writes down what was recorded, until
// the context ends. changed receives when another server, or this one, has
// changed something; without it the host looks now and then.
func (h *Host) Run(ctx context.Context, changed <-chan struct{}) {
	poll, flush := time.NewTicker(pollEvery), time.NewTicker(flushEvery)
	defer poll.Stop()
	defer flush.Stop()
	for {
		select {
		case <-ctx.Done():
			last, done := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
			defer done()
			h.recorder.adoptAll()
			h.Flush(last)
			return
		case <-changed:
			h.keepUp(ctx)
		case <-poll.C:
			h.keepUp(ctx)
			h.letGo()
		case <-flush.C:
			h.Flush(ctx)
		}
	}
}

func (h *Host) keepUp(ctx context.Context) {
	if err := h.Sync(ctx); err != nil && ctx.Err() == nil {
		h.log.Error("keep up with the plugins", "error", err)
	}
}

// letGo forgets what nobody calls.
func (h *Host) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock.Now()
	for _, c := range h.codes {
		c.letGoIfIdle(now)
	}
}

// Flush writes down what was recorded.
func (h *Host) Flush(ctx context.Context) {
	if h.source == nil {
		return
	}
	ctx, done := context.WithTimeout(ctx, flushTime)
	defer done()
	kept := h.recorder.take()
	if err := h.source.Keep(ctx, kept); err != nil {
		h.recorder.putBack(kept)
		h.log.Warn("what plugins did could not be written down", "error", err, "calls", len(kept.Calls), "lines", len(kept.Lines))
	}
}

// Running implements [plugins.Runner].
func (h *Host) Running(id string) plugins.Running {
	r := plugins.Running{Reset: string(h.engine.Reset()), Dropped: h.recorder.dropped()}
	p := h.find(id)
	if p == nil {
		return r
	}
	stats, status := p.code.stats(), p.status(h.clock.Now())
	r.Loaded, r.Instances, r.Reset = stats.Loaded, stats.Instances, cmp.Or(string(stats.Reset), r.Reset)
	r.OffUntil, r.LastFault, r.FaultAt = status.OffUntil, status.LastFault, status.LastFaultAt
	if r.Reset != string(wasm.ResetPages) {
		r.Why = h.engine.ResetReason()
	}
	return r
}

// serverName says in logs which server it was.
func serverName() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	return fmt.Sprintf("%s/%d", name, os.Getpid())
}
