// Package tracingtest is a collector of traces for tests: it takes OTLP over
// HTTP on this machine and keeps what it was sent.
package tracingtest

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is one span as it was sent.
type Span struct {
	Trace, ID, Parent string // in hexadecimal
	Name              string
	Service           string
	Attributes        map[string]string
	Failed            bool
}

// Collector keeps what it is sent.
type Collector struct {
	URL string

	mu    sync.Mutex
	spans []Span
}

// maxSent bounds what is read of one request, in bytes.
const maxSent = 16 << 20

// Start begins to listen, until the test ends.
func Start(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(http.HandlerFunc(c.take))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxSent))
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(raw, &sent)
	}
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		http.Error(w, fmt.Sprintf("%s of %s: %v", r.URL.Path, r.Header.Get("Content-Type"), err), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range sent.GetResourceSpans() {
		service := attributes(resource.GetResource().GetAttributes())["service.name"]
		for _, scope := range resource.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.spans = append(c.spans, Span{
					Trace: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), Parent: hex.EncodeToString(s.GetParentSpanId()),
					Name: s.GetName(), Service: service, Attributes: attributes(s.GetAttributes()),
					Failed: s.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR,
				})
			}
		}
	}
}

func attributes(pairs []*common.KeyValue) map[string]string {
	out := map[string]string{}
	for _, pair := range pairs {
		switch v := pair.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			out[pair.GetKey()] = v.StringValue
		case *common.AnyValue_IntValue:
			out[pair.GetKey()] = fmt.Sprint(v.IntValue)
		}
	}
	return out
}

// Spans returns what has been sent so far.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Span returns the first span of a name, or of a statement's text, and fails
// the test without one.
func (c *Collector) Span(t testing.TB, name string) Span {
	t.Helper()
	for _, s := range c.Spans() {
		if s.Name == name || s.Attributes["db.query.text"] == name {
			return s
		}
	}
	t.Fatalf("no span %q was sent, but\n%s", name, c)
	return Span{}
}

// String lists all that was sent, for failures.
func (c *Collector) String() string {
	var b strings.Builder
	for _, s := range c.Spans() {
		fmt.Fprintf(&b, "%+v\n", s)
	}
	return b.String()
}
