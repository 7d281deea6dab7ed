package wasm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// flight is one attempt to load a module, shared by all who wait for it. It
// does not end with the request that began it, but when nobody waits any more.
type flight struct {
	done    chan struct{} // closed when it is over
	waiting int
	cancel  context.CancelFunc
}

// Load compiles and loads the module now, as its first call would. At
// installation it tells whether the module keeps what its manifest promises.
func (m *Module) Load(ctx context.Context) error {
	p, err := m.acquire(ctx, 0)
	if err != nil {
		return err
	}
	m.release(p, nil)
	return nil
}

// acquire gives the loaded program, loading it if need be and waiting for that
// at most so long, or, with 0, as long as ctx allows; release gives it back.
func (m *Module) acquire(ctx context.Context, atMost time.Duration) (*program, error) {
	var late <-chan time.Time
	for {
		m.mu.Lock()
		p, err := m.loaded()
		if p != nil || err != nil {
			m.mu.Unlock()
			return p, err
		}
		f := m.flight
		if f == nil {
			f = &flight{done: make(chan struct{})}
			var flying context.Context
			flying, f.cancel = context.WithCancel(context.Background())
			m.flight = f
			go m.fly(flying, f)
		}
		f.waiting++
		m.mu.Unlock()

		if late == nil && atMost > 0 {
			timer := time.NewTimer(atMost)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			err = m.fault(FaultCompile, fmt.Errorf("it was not ready in time: %w", context.Cause(ctx)))
		case <-late:
			err = m.fault(FaultBusy, errors.New("it is being compiled, which takes long"))
		}
		m.mu.Lock()
		// An installation that is given up ends the compiler; a page whose reader
		// did not want to wait, or whose time was over, leaves it to those that come
		// after: on a busy machine no page would ever wait long enough.
		if f.waiting--; f.waiting == 0 && atMost == 0 && ctx.Err() != nil {
			f.cancel()
		}
		m.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

// loaded gives the program, counting its use, or the reason why there is none
// and none is to be loaded now. The caller holds m.mu.
func (m *Module) loaded() (*program, error) {
	switch {
	case m.closed:
		return nil, ErrClosed
	case m.program != nil:
		m.busy++
		return m.program, nil
	case m.failure != nil && time.Now().Before(m.retry):
		return nil, m.failure
	}
	return nil, nil
}

// fly loads the module and tells those who wait.
func (m *Module) fly(ctx context.Context, f *flight) {
	p, err := m.load(ctx)
	given := ctx.Err() != nil
	f.cancel()
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(f.done)
	m.flight = nil
	switch {
	case err != nil:
		if m.failure = AsFault(err); m.failure == nil {
			m.failure = m.fault(FaultCompile, err)
		}
		// Compiling may cost a minute: not again with every request.
		m.retry = time.Now().Add(time.Minute)
		if given {
			m.retry = time.Time{}
		}
	case m.closed:
		p.close()
	default:
		m.program, m.failure = p, nil
		m.idleLater()
	}
}

func (m *Module) load(ctx context.Context) (*program, error) {
	e := m.engine
	folder := "" // nothing is compiled
	if !e.opts.Interpret {
		folder = cacheFolder(e.opts.CacheDir, m.pkg.code)
	}
	if folder != "" && !compiled(folder) {
		select {
		case e.compiling <- struct{}{}:
		case <-ctx.Done():
			return nil, m.fault(FaultCompile, context.Cause(ctx))
		}
		err := ensureCompiled(ctx, e.opts.Compile, m.pkg.code, folder)
		<-e.compiling
		if err != nil {
			return nil, m.fault(FaultCompile, err)
		}
	}
	if folder != "" {
		_ = os.Chtimes(folder, time.Now(), time.Now()) // it is in use: see sweepCache
	}
	p, err := loadProgram(ctx, m.pkg, folder, m.limits, e.opts.Reset, e.pages)
	if err != nil {
		if AsFault(err) != nil {
			return nil, err
		}
		return nil, m.fault(FaultRefused, err)
	}
	return p, nil
}

// release ends a call's use of p, keeping an instance that is fresh again.
func (m *Module) release(p *program, kept *instance) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept != nil {
		m.free = append(m.free, kept)
	}
	m.busy--
	if m.closed {
		if m.busy == 0 {
			m.unload()
		}
		return
	}
	m.idleLater()
}

// idleLater lets the module be unloaded when nobody calls it for a while.
func (m *Module) idleLater() {
	if m.idle == nil {
		m.idle = time.AfterFunc(m.engine.opts.IdleAfter, m.unloadIfIdle)
	} else {
		m.idle.Reset(m.engine.opts.IdleAfter)
	}
}

func (m *Module) unloadIfIdle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy == 0 {
		m.unload()
	}
}

// unload lets go of everything that is loaded; the next call loads it again.
func (m *Module) unload() {
	if m.program == nil {
		return
	}
	for _, i := range m.free {
		i.close()
	}
	m.free = nil
	m.program.close()
	m.program = nil
}

// Close refuses further calls and, when those under way are over, unloads.
func (m *Module) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.idle != nil {
		m.idle.Stop()
	}
	if m.flight != nil {
		m.flight.cancel()
	}
	if m.busy == 0 {
		m.unload()
	}
}
