package tracing

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Database is what a connection tells its statements to: as spans below the
// request or the job they belong to. Statements of nobody's, such as those that
// look for work, are not traced.
func (t *Tracer) Database() pgx.QueryTracer { return database{t.tracer} }

// database implements pgx's tracers of queries and batches.
type database struct{ tracer trace.Tracer }

// maxStatement bounds what is told of a statement, in bytes.
const maxStatement = 500

func (d database) start(ctx context.Context, name string, attributes ...attribute.KeyValue) context.Context {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx
	}
	ctx, _ = d.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(append(attributes, attribute.String("db.system.name", "postgresql"))...))
	return context.WithValue(ctx, ours{}, true)
}

// ours marks a context whose span this file began: pgx gives the context of the
// caller back when nothing was begun.
type ours struct{}

func (d database) end(ctx context.Context, err error) {
	if ctx.Value(ours{}) == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// TraceQueryStart implements pgx.QueryTracer. Our statements are constants with
// parameters, so that their text holds nothing of anybody.
func (d database) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx
	}
	return d.start(ctx, verb(q.SQL), attribute.String("db.query.text", text(q.SQL)))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (d database) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryEndData) {
	d.end(ctx, q.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (d database) TraceBatchStart(ctx context.Context, _ *pgx.Conn, b pgx.TraceBatchStartData) context.Context {
	return d.start(ctx, "batch", attribute.Int("db.operation.batch.size", b.Batch.Len()))
}

// TraceBatchQuery implements pgx.BatchTracer.
func (database) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (d database) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, b pgx.TraceBatchEndData) {
	d.end(ctx, b.Err)
}

// text is a statement on one line, clipped.
func text(sql string) string {
	sql = strings.Join(strings.Fields(sql), " ")
	return sql[:min(len(sql), maxStatement)]
}
