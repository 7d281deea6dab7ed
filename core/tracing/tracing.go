// Package tracing is the only OpenTelemetry code: it tells a collector, by OTLP
// over HTTP, how long a request, what it did at the door, the statements of
// that, and the jobs that followed took, and how they belong together.
//
// What is told are names of ours: patterns of routes, names of commands, kinds
// of jobs, statements with their parameters left out. No trace holds who did
// something, to which case, or what was written.
//
// Without a collector there is no [Tracer], and nothing of this package runs.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/casement-dev/casement/core"
)

// Options say where traces go. Endpoint is required.
type Options struct {
	Endpoint string  // "http://127.0.0.1:4318"; "/v1/traces" is added to an address without a path
	Share    float64 // of the requests that are traced, 0 to 1; those a proxy began are traced as it decided
	Version  string  // of the program
	Server   string  // tells the servers of an installation apart
	Log      *slog.Logger
}

// Tracer makes traces. Its methods may be called from many goroutines, and on
// nil, where they do nothing.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	parents  propagation.TraceContext
}

// Start makes a tracer. Nothing is connected until the first trace is sent; a
// collector that is away costs the traces and nothing else.
func Start(ctx context.Context, o Options) (*Tracer, error) {
	address, err := url.Parse(o.Endpoint)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, fmt.Errorf("the address of the collector of traces is not an http or https address: %q", o.Endpoint)
	}
	if o.Share < 0 || o.Share > 1 {
		return nil, fmt.Errorf("the share of requests that are traced is %g, not 0 to 1", o.Share)
	}
	if address.Path == "" || address.Path == "/" {
		address.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(address.String()))
	if err != nil {
		return nil, fmt.Errorf("make the sender of traces: %w", err)
	}
	// The library tells its troubles through a global of its own.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		o.Log.Warn("send traces", "error", err)
	}))
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(exporter),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(o.Share))),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "casement"),
			attribute.String("service.version", o.Version),
			attribute.String("service.instance.id", o.Server),
		)),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer("casement")}, nil
}

// Stop sends what has not been sent, as long as ctx allows.
func (t *Tracer) Stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// Request begins the span of a request; parent is a W3C traceparent, or "".
// It returns the identifier of the trace, "" if it is not recorded.
func (t *Tracer) Request(ctx context.Context, parent string) (_ context.Context, id string, end func(method, route string, status int)) {
	ctx, span := t.tracer.Start(t.under(ctx, parent), "request", trace.WithSpanKind(trace.SpanKindServer))
	if span.SpanContext().IsSampled() {
		id = span.SpanContext().TraceID().String()
	}
	return ctx, id, func(method, route string, status int) {
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= 500 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Door begins the span of what a request does at the door; name is its first
// command.
func (t *Tracer) Door(ctx context.Context, name string, commands int) (context.Context, func(error)) {
	ctx, span := t.tracer.Start(ctx, "door "+name, trace.WithAttributes(attribute.Int("casement.commands", commands)))
	return ctx, func(err error) { ended(span, err) }
}

// Job begins the span of a job. cause is what [Tracer.Parent] said when it was
// queued, or "".
func (t *Tracer) Job(ctx context.Context, kind, cause string) (context.Context, func(error)) {
	ctx, span := t.tracer.Start(t.under(ctx, cause), "job "+kind, trace.WithSpanKind(trace.SpanKindConsumer))
	return ctx, func(err error) { ended(span, err) }
}

// Parent names the span of a context for what follows from it later and
// elsewhere: a W3C traceparent, or "" when nothing is recorded.
func (t *Tracer) Parent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	t.parents.Inject(ctx, carrier)
	return carrier["traceparent"]
}

func (t *Tracer) under(ctx context.Context, parent string) context.Context {
	if parent == "" {
		return ctx
	}
	return t.parents.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// ended says how a span ended. The words of an error may hold what somebody
// typed, so only its kind is told.
func ended(span trace.Span, err error) {
	if err != nil {
		kind := string(core.KindOf(err))
		switch {
		case errors.Is(err, context.Canceled):
			kind = "cancelled"
		case kind == "":
			kind = "internal"
		}
		span.SetAttributes(attribute.String("error.type", kind))
		if kind == "internal" || kind == string(core.ErrUnavailable) {
			span.SetStatus(codes.Error, "")
		}
	}
	span.End()
}

// verb is the first word of a statement: its name among the spans.
func verb(sql string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	return strings.ToUpper(word[:min(len(word), 12)])
}
