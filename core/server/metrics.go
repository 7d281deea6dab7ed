package server

import (
	"bufio"
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

// buckets are the upper bounds of the histogram of answering times, in seconds.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// metrics are kept by hand in the Prometheus text format: five families do
// not need a library. Labels are route patterns, so their number is bounded.
type metrics struct {
	running atomic.Int64
	gauges  []Gauge

	mu       sync.Mutex
	requests map[requestKey]int64
	times    map[string]*histogram // by route
	refused  map[string]int64      // by limiter
}

type requestKey struct {
	method, route string
	status        int
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
		times:    map[string]*histogram{},
		refused:  map[string]int64{},
	}
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[requestKey{method, route, status}]++
	h := m.times[route]
	if h == nil {
		h = &histogram{counts: make([]int64, len(buckets))}
		m.times[route] = h
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

func (m *metrics) write(out io.Writer) {
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
	for _, route := range sortedKeys(m.times, func(s string) string { return s }) {
		h, cumulative := m.times[route], int64(0)
		for i, bound := range buckets {
			cumulative += h.counts[i]
			fmt.Fprintf(w, "casement_http_request_duration_seconds_bucket{route=%q,le=\"%g\"} %d\n", label(route), bound, cumulative)
		}
		fmt.Fprintf(w, "casement_http_request_duration_seconds_bucket{route=%q,le=\"+Inf\"} %d\n", label(route), h.count)
		fmt.Fprintf(w, "casement_http_request_duration_seconds_sum{route=%q} %g\n", label(route), h.sum)
		fmt.Fprintf(w, "casement_http_request_duration_seconds_count{route=%q} %d\n", label(route), h.count)
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

// showMetrics answers the addresses in Options.MetricsFrom; for everybody else
// the page does not exist.
func (a *App) showMetrics(c *fiber.Ctx) error {
	if !contains(a.options.MetricsFrom, a.Address(c)) {
		return core.NotFound("If you typed the address, check it.")
	}
	c.Set(fiber.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	a.metrics.write(c.Response().BodyWriter())
	return nil
}
