package pluginhost

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// Bounds of what one server gathers between two writings.
const (
	mostLines   = 2000
	mostCalls   = 500
	mostBytes   = 8 << 20   // of requests and answers
	longestCall = 256 << 10 // bytes of request and answer: longer ones are not recorded
	// linesAMinute and callsAMinute are of one plugin: one that never stops
	// talking leaves room for others.
	linesAMinute = 120
	callsAMinute = 300
	// adoptAfter is how long a form that became a case waits: calls that were
	// made for it elsewhere are written down by then.
	adoptAfter = 4 * flushEvery
	// waitedFrom is from when a call counts as having waited for an instance.
	waitedFrom = time.Millisecond
)

// matter is what a call is about, for the record.
type matter struct {
	draft  core.DraftID
	cs     core.CaseID
	sealed bool // nothing of it is recorded
}

// matter is what an errand is about.
func (e errand) matter() matter {
	m := matter{draft: e.draft, sealed: e.sealed}
	if e.seen != nil {
		m.cs = e.seen.Case.ID
	}
	return m
}

// recorder gathers what plugins did on this server, until it is written down.
// Noting costs a lock and no more: what finds no room is dropped and counted.
type recorder struct {
	clock  core.Clock
	server string

	mu      sync.Mutex
	tallies map[string]*plugins.Tally // by plugin, of minute
	minute  time.Time
	done    []*plugins.Tally // of the minutes before
	lines   []plugins.Said
	calls   []plugins.Made
	bytes   int
	adopted []adoption
	said    map[string]int // lines of minute, by plugin
	noted   map[string]int // calls of minute, by plugin
	lost    uint64
}

type adoption struct {
	plugins.Adopted
	due time.Time
}

// note counts a call, and records it if the plugin's calls are.
func (r *recorder) note(p *plugin, q *abi.Request, result wasm.Result, err error, about matter) {
	now, fault := r.clock.Now(), wasm.AsFault(err)
	took, mib := result.Figures.Wait+result.Figures.Run, int((result.Figures.Memory+1<<20-1)>>20)
	busy := fault != nil && fault.Kind == wasm.FaultBusy
	answered := result.Response != nil || json.Valid(result.Answer) // before the lock: answers are long
	p.calls.Add(1)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	t := r.tallies[p.m.ID]
	if t == nil {
		t = plugins.NewTally(p.m.ID, r.minute)
		r.tallies[p.m.ID] = t
	}
	t.Count(took, result.Figures.Fuel, mib, fault != nil && !busy, busy || result.Figures.Wait >= waitedFrom)
	if result.Response != nil {
		for _, line := range result.Response.Log {
			r.line(p, now, plugins.LevelInfo, q.Entry, line)
		}
	}
	if fault == nil && result.Log != "" {
		r.line(p, now, plugins.LevelInfo, q.Entry, result.Log)
	}
	if !p.recording || about.sealed || busy || result.Request == nil {
		return
	}
	size := len(result.Request) + len(result.Answer)
	if size > longestCall || len(r.calls) >= mostCalls || r.bytes+size > mostBytes || r.noted[p.m.ID] >= callsAMinute {
		r.lost++
		return
	}
	r.noted[p.m.ID]++
	r.bytes += size
	event := q.Op
	if q.Event != nil {
		event = q.Event.Type
	}
	made := plugins.Made{Draft: about.draft, Case: about.cs, Call: plugins.Call{
		Plugin: p.m.ID, Hash: p.hash, Entry: q.Entry, Event: event, At: now, Took: took, Fuel: result.Figures.Fuel,
		Request: json.RawMessage(result.Request),
	}}
	if answered {
		made.Answer = json.RawMessage(result.Answer)
	}
	if fault != nil {
		made.Fault = clean(string(fault.Kind) + ": " + fault.Message)
	}
	r.calls = append(r.calls, made)
}

// say writes a line into a plugin's log.
func (r *recorder) say(p *plugin, level, entry, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	r.turn(now)
	r.line(p, now, level, entry, text)
}

func (r *recorder) line(p *plugin, now time.Time, level, entry, text string) {
	if len(r.lines) >= mostLines || r.said[p.m.ID] >= linesAMinute {
		r.lost++
		return
	}
	r.said[p.m.ID]++
	r.lines = append(r.lines, plugins.Said{Plugin: p.m.ID, Line: plugins.Line{
		At: now, Level: level, Version: p.m.Version, Entry: entry, Text: clean(text), Server: r.server,
	}})
}

// clean makes a plugin's own words fit to be kept.
func clean(text string) string {
	if len(text) > plugins.MaxLine {
		text = text[:plugins.MaxLine]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}

// turn begins another minute when there is one. The caller holds r.mu.
func (r *recorder) turn(now time.Time) {
	minute := now.Truncate(time.Minute)
	if r.tallies != nil && minute.Equal(r.minute) {
		return
	}
	for _, t := range r.tallies {
		r.done = append(r.done, t)
	}
	r.minute = minute
	r.tallies, r.said, r.noted = map[string]*plugins.Tally{}, map[string]int{}, map[string]int{}
}

// adopt notes that a form has become a case.
func (r *recorder) adopt(a plugins.Adopted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Anonymous {
		kept := r.calls[:0]
		for _, c := range r.calls {
			if c.Draft != a.Draft {
				kept = append(kept, c)
			}
		}
		clear(r.calls[len(kept):])
		r.calls = kept
	}
	r.adopted = append(r.adopted, adoption{a, r.clock.Now().Add(adoptAfter)})
}

// adoptAll waits for nothing any more: the server stops.
func (r *recorder) adoptAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.adopted {
		r.adopted[i].due = time.Time{}
	}
}

// take gives what was gathered, to be written down, and begins anew.
func (r *recorder) take() plugins.Kept {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := plugins.Kept{Tallies: r.done, Lines: r.lines, Calls: r.calls}
	for _, t := range r.tallies {
		k.Tallies = append(k.Tallies, t)
	}
	r.done, r.lines, r.calls, r.bytes = nil, nil, nil, 0
	if r.tallies != nil {
		r.tallies = map[string]*plugins.Tally{}
	}
	now, later := r.clock.Now(), r.adopted[:0]
	for _, a := range r.adopted {
		if now.Before(a.due) {
			later = append(later, a)
		} else {
			k.Adopted = append(k.Adopted, a.Adopted)
		}
	}
	r.adopted = later
	return k
}

// mostMinutes bounds the figures that wait for a database that does not answer.
const mostMinutes = 10_000

// putBack keeps what must not be lost because it could not be written down:
// figures, and that a form was raised without a name. The rest is dropped.
func (r *recorder) putBack(k plugins.Kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost += uint64(len(k.Lines) + len(k.Calls))
	if room := mostMinutes - len(r.done); room > 0 {
		r.done = append(r.done, k.Tallies[:min(room, len(k.Tallies))]...)
	}
	for _, a := range k.Adopted {
		r.adopted = append(r.adopted, adoption{a, r.clock.Now()})
	}
}

// dropped counts what found no room since the server started.
func (r *recorder) dropped() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}
