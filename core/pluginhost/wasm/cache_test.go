package wasm_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

// counted is a compiler that counts, and can be made to wait.
type counted struct {
	times atomic.Int32
	hold  chan struct{} // closed to let it go on; nil: at once
	begun chan struct{} // told when it begins
}

func (c *counted) compile(ctx context.Context, code []byte, folder string) error {
	c.times.Add(1)
	if c.begun != nil {
		c.begun <- struct{}{}
	}
	if c.hold != nil {
		select {
		case <-c.hold:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return wasm.CompileHere(ctx, code, folder)
}

func honestly(t *testing.T) []byte { return attacks()["a trap"].module }

func loadWith(t *testing.T, cache string, c *counted, module []byte) error {
	t.Helper()
	e := newEngine(t, func(o *wasm.Options) { o.CacheDir, o.Compile = cache, c.compile })
	m := open(t, e, module)
	defer m.Close()
	return m.Load(context.Background())
}

// nativeCode finds the engine's file in a cache.
func nativeCode(t *testing.T, cache string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cache, "*", "*", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	return files[0]
}

func TestTamperedNativeCodeIsCompiledAgainAndNeverRun(t *testing.T) {
	module := honestly(t)
	for name, tamper := range map[string]func(t *testing.T, file string) error{
		"a bit changed": func(t *testing.T, file string) error {
			b, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			b[len(b)/2] ^= 1
			return os.WriteFile(file, b, 0o600)
		},
		"cut short":     func(t *testing.T, file string) error { return os.Truncate(file, 100) },
		"emptied":       func(t *testing.T, file string) error { return os.Truncate(file, 0) },
		"another name":  func(t *testing.T, file string) error { return os.Rename(file, file+"0") },
		"one file more": func(t *testing.T, file string) error { return os.WriteFile(file+"0", []byte("x"), 0o600) },
		"a link": func(t *testing.T, file string) error {
			moved := filepath.Join(filepath.Dir(filepath.Dir(file)), "moved")
			return errors.Join(os.Rename(file, moved), os.Symlink(moved, file))
		},
		"open to others":  func(t *testing.T, file string) error { return os.Chmod(file, 0o666) },
		"an open folder":  func(t *testing.T, file string) error { return os.Chmod(filepath.Dir(file), 0o777) },
		"no sum":          func(t *testing.T, file string) error { return os.Remove(filepath.Join(file, "../../sum")) },
		"the sum of less": func(t *testing.T, file string) error { return os.Truncate(filepath.Join(file, "../../sum"), 10) },
	} {
		c, cache := &counted{}, t.TempDir()
		if err := loadWith(t, cache, c, module); err != nil {
			t.Fatal(err)
		}
		if err := tamper(t, filepath.Clean(nativeCode(t, cache))); err != nil {
			t.Fatal(err)
		}
		if err := loadWith(t, cache, c, module); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.times.Load() != 2 {
			t.Errorf("%s: compiled %d times", name, c.times.Load())
		}
		if err := loadWith(t, cache, c, module); err != nil || c.times.Load() != 2 {
			t.Errorf("%s: it does not last: %v, compiled %d times", name, err, c.times.Load())
		}
	}
}

func TestACacheThatOthersMayWriteToIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are others there")
	}
	cache := t.TempDir()
	if err := os.Chmod(cache, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := wasm.New(wasm.Options{CacheDir: cache, Compile: wasm.CompileHere}); err == nil || !strings.Contains(err.Error(), "others may write") {
		t.Error(err)
	}
}

func TestWhatNobodyUsesAnyMoreIsSweptFromTheCache(t *testing.T) {
	cache, c := t.TempDir(), &counted{}
	if err := loadWith(t, cache, c, honestly(t)); err != nil {
		t.Fatal(err)
	}
	used := filepath.Dir(filepath.Dir(nativeCode(t, cache)))
	for name, age := range map[string]time.Duration{"old": 200 * 24 * time.Hour, "new": time.Hour, "x.unfinished-1": time.Hour, "y.unfinished-2": time.Minute} {
		folder := filepath.Join(cache, name)
		if err := errors.Join(os.Mkdir(folder, 0o700), os.Chtimes(folder, time.Now(), time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(used, time.Now(), time.Now().Add(-100*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := loadWith(t, cache, c, honestly(t)); err != nil || c.times.Load() != 1 {
		t.Errorf("%v, compiled %d times", err, c.times.Load())
	}
	if info, err := os.Stat(used); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("what is used looks as if it were not: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(cache, "*"))
	if len(left) != 3 {
		t.Errorf("%v is left", left)
	}
}

func TestServersThatShareACacheCompileAtOnceWithoutHarm(t *testing.T) {
	cache, c := t.TempDir(), &counted{}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := loadWith(t, cache, c, honestly(t)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	nativeCode(t, cache)
}

func TestManyWhoWaitForOneModuleCompileItOnce(t *testing.T) {
	c := &counted{hold: make(chan struct{}), begun: make(chan struct{}, 10)}
	e := newEngine(t, func(o *wasm.Options) { o.CacheDir, o.Compile = t.TempDir(), c.compile })
	m := open(t, e, honestly(t))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := m.Load(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	<-c.begun
	// One of them gives up: that is his affair alone.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.Load(ctx); wasm.AsFault(err) == nil {
		t.Error(err)
	}
	close(c.hold)
	all.Wait()
	if n := c.times.Load(); n != 1 {
		t.Errorf("compiled %d times", n)
	}
}

func TestAModuleThatCompilesForEverHoldsUpNobodyElse(t *testing.T) {
	slow := &counted{hold: make(chan struct{}), begun: make(chan struct{}, 10)}
	cache := t.TempDir()
	if err := loadWith(t, cache, &counted{}, faulty(t)); err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, func(o *wasm.Options) { o.CacheDir, o.Compile = cache, slow.compile })
	stuck, other := open(t, e, honestly(t)), open(t, e, faulty(t))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- stuck.Load(ctx) }()
	<-slow.begun
	if _, err := other.Call(context.Background(), event("ok")); err != nil { // compiled before
		t.Error(err)
	}
	cancel()
	if f := wasm.AsFault(<-ended); f == nil || f.Kind != wasm.FaultCompile {
		t.Errorf("%v", f)
	}
	stuck.Close()
}

func TestACrowdIsTurnedAwayAtOnceAndCounted(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) {
		o.Instances, o.Waiting, o.Limits.Fuel, o.Limits.Wall = 1, 2, 1<<50, 20*time.Second
	})
	m := open(t, e, faulty(t))
	fresh(t, m)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { _, _ = m.Call(ctx, event("loop")) })
	}
	for deadline := time.Now().Add(10 * time.Second); m.Stats().Waited < 2; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("nobody waits")
		}
	}
	start := time.Now()
	_, err := m.Call(context.Background(), event("ok"))
	if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultBusy {
		t.Errorf("the third who waits: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("he was told after %v", took)
	}
	cancel()
	all.Wait()
	if s := m.Stats(); s.Refused < 1 || s.Waited < 2 {
		t.Errorf("%+v", s)
	}
}

func TestACallSaysWhatItCost(t *testing.T) {
	m := open(t, newEngine(t, nil), faulty(t))
	r, err := m.CallWith(context.Background(), event("ok"))
	if err != nil {
		t.Fatal(err)
	}
	f := r.Figures
	if f.Fuel <= 0 || f.Fuel > 1_000_000 || f.Memory < 1<<20 || f.Run <= 0 || f.Wait <= 0 || f.In != len(r.Request) || f.Out != len(r.Answer) || f.Out == 0 {
		t.Errorf("%+v", f)
	}
	if r, err = m.CallWith(context.Background(), event("loop")); wasm.AsFault(err) == nil || r.Figures.Fuel != m.Limits().Fuel {
		t.Errorf("%+v, %v", r.Figures, err)
	}
	if r, _ = m.CallWith(context.Background(), event("control")); strings.ContainsAny(r.Log, "\x00\x1b") || !utf8.ValidString(r.Log) || !strings.Contains(r.Log, "b") {
		t.Errorf("the log is not fit to be shown: %q", r.Log)
	}
}

func TestHowInstancesAreResetIsTriedAndTold(t *testing.T) {
	for _, want := range resets() {
		e := newEngine(t, func(o *wasm.Options) { o.Reset = want })
		m := open(t, e, faulty(t))
		fresh(t, m)
		if e.Reset() != want || m.Stats().Reset != want {
			t.Errorf("wanted %s, got %s and %s", want, e.Reset(), m.Stats().Reset)
		}
	}
	e := newEngine(t, nil)
	if best := resets()[0]; e.Reset() != best && e.ResetReason() == "" {
		t.Errorf("%s without a reason", e.Reset())
	}
}
