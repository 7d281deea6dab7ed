package server

import (
	"bufio"
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// Gauge is a figure that is read when /metrics is.
type Gauge struct {
	Name string // "casement_jobs_waiting"
	Help string // one sentence
	Read func() float64
}

// Family is a figure with labels, or several of them, for /metrics.
type Family struct {
	Name    string // "casement_commands_total"
	Kind    string // "gauge", "counter" or "summary"
	Help    string // one sentence
	Samples []Sample
}

// Sample is one value of a [Family].
type Sample struct {
	Suffix string   // of the name: "_sum" and "_count" in a summary
	Labels []string // name, value, name, value …: few values, and nothing of anybody
	Value  float64
}

// buckets are the upper bounds of the histogram of answering times, in seconds.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// metrics are kept by hand in the Prometheus text format: five families do
// not need a library. Labels are route patterns, so their number is bounded.
type metrics struct {
	running atomic.Int64
	gauges  []Gauge

	mu       sync.Mutex
	requests map[requestKey]int64
	times    map[timeKey]*histogram
	refused  map[string]int64 // by limiter
}

type requestKey struct {
	method, route string
	status        int
}

// timeKey keeps refusals, which are quick, from making a route look so.
type timeKey struct {
	route string
	class string // of the status: "2xx"
}

type histogram struct {
	counts []int64 // by bucket, not cumulative
	count  int64
	sum    float64 // seconds
}

func newMetrics(o Options) *metrics {
	gauges := slices.Clone(o.Gauges)
	if o.Live != nil {
		gauges = append(gauges, Gauge{"casement_live_listeners", "Open live streams.", func() float64 { return float64(o.Live.Listeners()) }})
	}
	return &metrics{
		gauges:   gauges,
		requests: map[requestKey]int64{},
		times:    map[timeKey]*histogram{},
		refused:  map[string]int64{},
	}
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[requestKey{method, route, status}]++
	key := timeKey{route, strconv.Itoa(status/100) + "xx"}
	h := m.times[key]
	if h == nil {
		h = &histogram{counts: make([]int64, len(buckets))}
		m.times[key] = h
	}
	seconds := took.Seconds()
	h.count++
	h.sum += seconds
	if i, _ := slices.BinarySearch(buckets, seconds); i < len(buckets) {
		h.counts[i]++
	}
}

func (m *metrics) limited(limiter string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused[limiter]++
}

func (m *metrics) write(out io.Writer, further []Family) {
	w := bufio.NewWriter(out)
	defer w.Flush()
	family := func(name, kind, help string) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	m.mu.Lock()
	defer m.mu.Unlock()

	family("casement_http_requests_total", "counter", "Requests answered.")
	for _, key := range sortedKeys(m.requests, func(k requestKey) string { return k.route + k.method + strconv.Itoa(k.status) }) {
		fmt.Fprintf(w, "casement_http_requests_total{method=%q,route=%q,status=\"%d\"} %d\n", key.method, label(key.route), key.status, m.requests[key])
	}
	family("casement_http_request_duration_seconds", "histogram", "Time to answer a request.")
	for _, key := range sortedKeys(m.times, func(k timeKey) string { return k.route + k.class }) {
		h, cumulative := m.times[key], int64(0)
		labels := fmt.Sprintf("route=%q,status=%q", label(key.route), key.class)
		for i, bound := range buckets {
			cumulative += h.counts[i]
			fmt.Fprintf(w, "casement_http_request_duration_seconds_bucket{%s,le=\"%g\"} %d\n", labels, bound, cumulative)
		}
		fmt.Fprintf(w, "casement_http_request_duration_seconds_bucket{%s,le=\"+Inf\"} %d\n", labels, h.count)
		fmt.Fprintf(w, "casement_http_request_duration_seconds_sum{%s} %g\n", labels, h.sum)
		fmt.Fprintf(w, "casement_http_request_duration_seconds_count{%s} %d\n", labels, h.count)
	}
	family("casement_http_refused_total", "counter", "Requests refused by a rate limit.")
	for _, name := range sortedKeys(m.refused, func(s string) string { return s }) {
		fmt.Fprintf(w, "casement_http_refused_total{limiter=%q} %d\n", label(name), m.refused[name])
	}
	gauge := func(name, help string, value float64) {
		family(name, "gauge", help)
		fmt.Fprintf(w, "%s %g\n", name, value)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	gauge("casement_http_requests_running", "Requests being answered.", float64(m.running.Load()))
	gauge("go_goroutines", "Goroutines.", float64(runtime.NumGoroutine()))
	gauge("go_memstats_heap_inuse_bytes", "Heap in use.", float64(memory.HeapInuse))
	gauge("go_memstats_sys_bytes", "Memory obtained from the system.", float64(memory.Sys))
	for _, g := range m.gauges {
		gauge(g.Name, g.Help, g.Read())
	}
	for _, f := range further {
		family(f.Name, f.Kind, f.Help)
		for _, sample := range f.Samples {
			fmt.Fprintf(w, "%s%s%s %g\n", f.Name, sample.Suffix, labelled(sample.Labels), sample.Value)
		}
	}
}

// labelled writes pairs of a label's name and value.
func labelled(pairs []string) string {
	if len(pairs) < 2 {
		return ""
	}
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&b, ",%s=%q", pairs[i], label(pairs[i+1]))
	}
	return "{" + b.String()[1:] + "}"
}

// label keeps a value from ending its label early.
func label(value string) string { return strings.ToValidUTF8(value, "?") }

func sortedKeys[K comparable, V any](m map[K]V, by func(K) string) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b K) int { return strings.Compare(by(a), by(b)) })
	return keys
}

// familiesTime is how long asking for further figures may take.
const familiesTime = 3 * time.Second

// showMetrics answers whoever has the token, and without one the addresses in
// Options.MetricsFrom; for everybody else the page does not exist.
func (a *App) showMetrics(c *fiber.Ctx) error {
	if !a.mayReadMetrics(c) {
		return core.NotFound("If you typed the address, check it.")
	}
	var further []Family
	if a.options.Families != nil {
		ctx, cancel := context.WithTimeout(c.UserContext(), familiesTime)
		defer cancel()
		further = a.options.Families(ctx)
	}
	c.Set(fiber.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	a.metrics.write(c.Response().BodyWriter(), further)
	return nil
}

// mayReadMetrics believes an address only where no proxy stands in between: one
// on this machine that nobody told us of would open the page to the world.
func (a *App) mayReadMetrics(c *fiber.Ctx) bool {
	if token := a.options.MetricsToken; token != "" {
		given, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
		if ok && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
			return true
		}
	}
	for _, header := range []string{fiber.HeaderXForwardedFor, fiber.HeaderForwarded, fiber.HeaderXForwardedHost, fiber.HeaderXForwardedProto, fiber.HeaderVia, "X-Real-Ip"} {
		if len(c.Request().Header.Peek(header)) > 0 {
			return false
		}
	}
	return contains(a.options.MetricsFrom, peer(c))
}
