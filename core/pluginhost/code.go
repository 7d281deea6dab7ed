package pluginhost

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// codeIdle is how long after its last call the file of a version is let go.
// The engine unloads what it was made into before that.
const codeIdle = 10 * time.Minute

// code is the module of one version, opened when it is first called. Versions
// of other grants and configurations share it.
type code struct {
	host  *Host
	hash  string
	m     *abi.Manifest
	owned bool // given by Install: it can be read from nowhere again

	opening sync.Mutex // held while it is read; mu is not
	mu      sync.Mutex
	module  *wasm.Module // nil until it is first called
	users   int
	used    time.Time
	retired bool // nothing names it any more: closed when the last call ends
}

// use gives the module, and what to call when it is no longer needed.
func (c *code) use(ctx context.Context) (*wasm.Module, func(), error) {
	if m := c.take(); m != nil {
		return m, c.done, nil
	}
	c.opening.Lock()
	defer c.opening.Unlock()
	if m := c.take(); m != nil { // somebody else was first
		return m, c.done, nil
	}
	if c.isRetired() || c.owned {
		return nil, nil, wasm.ErrClosed
	}
	file, err := c.host.source.Module(ctx, c.hash)
	if err != nil {
		return nil, nil, err
	}
	pkg, err := wasm.Inspect(file)
	if err != nil {
		return nil, nil, err
	}
	if pkg.Hash != c.hash {
		return nil, nil, core.Unavailable(fmt.Errorf("the module of version %s has the hash %s", c.hash, pkg.Hash), "This is not available just now.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retired {
		return nil, nil, wasm.ErrClosed
	}
	c.module = c.host.engine.Open(pkg)
	c.users++
	return c.module, c.done, nil
}

func (c *code) take() *wasm.Module {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.module == nil || c.retired {
		return nil
	}
	c.users++
	return c.module
}

func (c *code) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users--
	c.used = c.host.clock.Now()
	if c.retired && c.users == 0 {
		c.close()
	}
}

// retire refuses further calls, and lets go when those under way are over.
func (c *code) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = true
	if c.users == 0 {
		c.close()
	}
}

func (c *code) isRetired() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.retired
}

// letGoIfIdle forgets the file of a version that nobody calls: the next call
// reads it again.
func (c *code) letGoIfIdle(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.module != nil && !c.owned && c.users == 0 && now.Sub(c.used) >= codeIdle {
		c.close()
	}
}

// close unloads the module. The caller holds c.mu.
func (c *code) close() {
	if c.module != nil {
		c.module.Close()
		c.module = nil
	}
}

func (c *code) stats() wasm.Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.module == nil {
		return wasm.Stats{}
	}
	return c.module.Stats()
}
