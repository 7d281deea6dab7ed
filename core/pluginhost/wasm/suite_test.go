package wasm_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// rounds is how long the hostile suite is: CASEMENT_HOSTILE_ROUNDS, or little.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CASEMENT_HOSTILE_ROUNDS")); err == nil && n > 0 {
		return n
	}
	if testing.Short() {
		return 20
	}
	return 60
}

// honest is a plugin that minds its own business, and what it must go on saying.
type honest struct {
	module   *wasm.Module
	requests []*abi.Request
	answers  [][]byte
}

func newHonest(t *testing.T, e *wasm.Engine) *honest {
	t.Helper()
	h := &honest{module: open(t, e, complaint(t))}
	state := abi.Raw(nil)
	for _, step := range steps {
		r := complaintEvent(state, abi.Event{Type: abi.EventSubmit, Fields: step.types})
		a, err := h.module.CallWith(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		h.requests, h.answers, state = append(h.requests, r), append(h.answers, a.Answer), a.Response.State
	}
	return h
}

// ask wants one answer, byte for byte as before.
func (h *honest) ask(t *testing.T, n int, after string) {
	t.Helper()
	n %= len(h.requests)
	r := *h.requests[n]
	a, err := h.module.CallWith(context.Background(), &r)
	if err != nil {
		t.Errorf("after %s an honest plugin fails: %v", after, err)
	} else if !bytes.Equal(a.Answer, h.answers[n]) {
		t.Errorf("after %s an honest plugin answers differently:\n%s\n%s", after, a.Answer, h.answers[n])
	}
}

// held is what a process holds that a plugin could make it keep.
type held struct {
	goroutines int
	maps       int // mappings of guest memory and snapshots
	rss        int // KiB
}

func holds() held {
	runtime.GC()
	h := held{goroutines: runtime.NumGoroutine()}
	maps, _ := os.ReadFile("/proc/self/maps")
	h.maps = strings.Count(string(maps), "memfd:plugin-snapshot")
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rss, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			h.rss, _ = strconv.Atoi(strings.Fields(rss)[0])
		}
	}
	return h
}

// wantHeld waits until no more is held than before.
func wantHeld(t *testing.T, before held, after string) {
	t.Helper()
	var now held
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); runtime.Gosched() {
		now = holds()
		if now.goroutines <= before.goroutines && now.maps <= before.maps {
			return
		}
	}
	t.Errorf("after %s the process holds %+v, before %+v", after, now, before)
}

func suiteEngine(t *testing.T) *wasm.Engine {
	return newEngine(t, func(o *wasm.Options) {
		o.Limits = wasm.Limits{MemoryMiB: 32, Fuel: 1_000_000, Wall: 3 * time.Second, Output: 1 << 20}
	})
}

func TestNoAttackOfAModuleTouchesAnotherOrStays(t *testing.T) {
	e := suiteEngine(t)
	h := newHonest(t, e)
	before := holds()
	n := 0
	for name, a := range attacks() {
		if n++; testing.Short() && n%4 != 0 { // a quarter of them, at random
			continue
		}
		tryAttack(t, e, name, a)
		h.ask(t, n, name)
		wantHeld(t, before, name)
	}
	if after := holds(); after.rss > before.rss+64<<10 {
		t.Errorf("the process grew from %d to %d MiB", before.rss>>10, after.rss>>10)
	}
}

func tryAttack(t *testing.T, e *wasm.Engine, name string, a attack) {
	t.Helper()
	p, err := wasm.Inspect(a.module)
	if a.inspect != "" {
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultRefused || !strings.Contains(f.Message, a.inspect) {
			t.Errorf("%s: %v, want it refused for %q", name, err, a.inspect)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	m := e.Open(p)
	defer m.Close()
	err = m.Load(context.Background())
	if a.load != "" {
		if f := wasm.AsFault(err); f == nil || f.Kind != a.load {
			t.Errorf("%s: loading it gives %v, want %s", name, err, a.load)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for range 2 { // an instance that was reset is attacked too
		start := time.Now()
		r, err := m.CallWith(context.Background(), &abi.Request{Op: abi.OpEvent, Entry: "attack", Event: &abi.Event{Type: abi.EventView}})
		f := wasm.AsFault(err)
		switch {
		case a.called == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case a.called == wasm.FaultFuel && f != nil && f.Kind == wasm.FaultStopped: // on a slow machine the clock is first
		case a.called != "" && (f == nil || f.Kind != a.called):
			t.Errorf("%s: %v, want %s", name, err, a.called)
		}
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("%s: it ran for %v", name, took)
		}
		if fuel := r.Figures.Fuel; fuel < 0 || fuel > m.Limits().Fuel || f != nil && f.Kind == wasm.FaultFuel && fuel != m.Limits().Fuel {
			t.Errorf("%s: it burnt %d of %d", name, fuel, m.Limits().Fuel)
		}
		if r.Figures.Memory > 32<<20 {
			t.Errorf("%s: it had %d bytes of memory", name, r.Figures.Memory)
		}
	}
}

func TestTheCollectorNeverWaitsLongForAGuest(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) {
		o.Limits = wasm.Limits{MemoryMiB: 32, Fuel: 1 << 50, Wall: 300 * time.Millisecond, Output: 1 << 20}
	})
	all := attacks()
	for _, name := range []string{"an endless loop", "long stretches without a safepoint", "calls that double at each level", "memory filled in a loop"} {
		p, err := wasm.Inspect(all[name].module)
		if err != nil {
			t.Fatal(err)
		}
		m := e.Open(p)
		if err := m.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := m.CallWith(context.Background(), &abi.Request{Op: abi.OpEvent, Entry: "attack", Event: &abi.Event{Type: abi.EventView}})
			ended <- err
		}()
		var waits []time.Duration
		for running := true; running; {
			select {
			case err := <-ended:
				if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultStopped {
					t.Errorf("%s: %v", name, err)
				}
				running = false
			default:
				start := time.Now()
				var s runtime.MemStats
				runtime.ReadMemStats(&s) // stops the world
				waits = append(waits, time.Since(start))
			}
		}
		slices.Sort(waits)
		t.Logf("%s: the world stopped %d times, median %v, longest %v", name, len(waits), waits[len(waits)/2], waits[len(waits)-1])
		if worst := waits[len(waits)*9/10]; worst > 100*time.Millisecond {
			t.Errorf("%s: one in ten stops of the world takes %v or longer", name, worst)
		}
		m.Close()
	}
}

func TestADeepStackOfTheGuestTakesLittleOfTheServersMemory(t *testing.T) {
	e := suiteEngine(t)
	for _, name := range []string{"recursion without end", "recursion with wide frames", "recursion with giant frames"} {
		p, err := wasm.Inspect(attacks()[name].module)
		if err != nil {
			t.Fatal(err)
		}
		m := e.Open(p)
		if err := m.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = m.CallWith(context.Background(), &abi.Request{Op: abi.OpEvent, Entry: "attack", Event: &abi.Event{Type: abi.EventView}})
		if f := wasm.AsFault(err); f == nil || f.Kind != wasm.FaultDepth {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
			t.Errorf("%s: the stack took %d MiB", name, took)
		} else {
			t.Logf("%s: %d MiB", name, took)
		}
		m.Close()
	}
}

// TestHostileRounds mixes attacks of every kind with honest calls, at random
// and at once. It is short here; make hostile makes it long.
func TestHostileRounds(t *testing.T) {
	e := newEngine(t, func(o *wasm.Options) {
		o.Limits = wasm.Limits{MemoryMiB: 32, Fuel: 2_000_000, Wall: 5 * time.Second, Output: 1 << 20}
		o.Instances = 2
	})
	h := newHonest(t, e)
	guest := open(t, e, faulty(t))
	first := fresh(t, guest)
	var attackers []*wasm.Module
	var names []string
	for name, a := range attacks() {
		if a.inspect == "" && a.load == "" {
			attackers, names = append(attackers, open(t, e, a.module)), append(names, name)
		}
	}
	var deeds []string
	for deed := range misdeeds {
		deeds = append(deeds, deed)
	}
	slices.Sort(deeds)
	before := holds()
	each := (rounds() + 3) / 4
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(each), uint64(worker)))
			for range each {
				var did string
				switch dice.IntN(4) {
				case 0:
					k := dice.IntN(len(attackers))
					did = names[k]
					_, _ = attackers[k].CallWith(context.Background(), &abi.Request{Op: abi.OpEvent, Entry: "attack", Event: &abi.Event{Type: abi.EventView}})
				case 1:
					did = "an answer that was tampered with"
					_, _ = guest.Call(context.Background(), echo(tamper(dice, h.answers[dice.IntN(len(h.answers))])))
				default:
					did = deeds[dice.IntN(len(deeds))]
					_, _ = guest.Call(context.Background(), event(did))
				}
				if dice.IntN(8) == 0 {
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(dice.IntN(1000))*time.Microsecond)
					_, _ = guest.Call(ctx, event("loop"))
					cancel()
				}
				h.ask(t, dice.IntN(100), did)
				if r, err := guest.Call(context.Background(), event("ok")); err != nil || r.View.Label != first {
					t.Errorf("after %s: %+v, %v", did, r, err)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
	all.Wait()
	for _, m := range attackers {
		m.Close()
	}
	after := before
	after.maps += 2 * 2 // what the two that stay open keep ready
	wantHeld(t, after, "all rounds")
	now := holds()
	if now.rss > before.rss+128<<10 {
		t.Errorf("the process grew from %d to %d MiB", before.rss>>10, now.rss>>10)
	}
	s := guest.Stats()
	t.Logf("%d rounds: the faulty guest was called %d times and failed %d times, on %d instances; %d MiB before, %d after",
		4*each, s.Calls, s.Faults, s.Made, before.rss>>10, now.rss>>10)
}

// echo lets the faulty guest answer with these bytes.
func echo(answer []byte) *abi.Request {
	r := event("echo")
	r.Event.Fields = map[string][]string{"say": {hex.EncodeToString(answer)}}
	return r
}

// tamper changes an answer in one of the ways of whoever wants to find a hole.
func tamper(dice *rand.Rand, answer []byte) []byte {
	b := bytes.Clone(answer)
	for range 1 + dice.IntN(4) {
		at := dice.IntN(len(b))
		switch dice.IntN(5) {
		case 0:
			b[at] ^= 1 << dice.IntN(8)
		case 1:
			b = slices.Delete(b, at, min(at+dice.IntN(20), len(b)))
		case 2:
			to := min(at+dice.IntN(200), len(b))
			b = slices.Insert(b, dice.IntN(len(b)), bytes.Clone(b[at:to])...)
		case 3:
			b = slices.Insert(b, at, []byte([]string{`"`, `\u0000`, `{}`, `[`, `1e400`, `<script>`, "\xff", `"id":"id",`, `null`}[dice.IntN(9)])...)
		case 4:
			b = b[:at+1]
		}
		if len(b) == 0 {
			b = []byte{'{'}
		}
	}
	return b
}
