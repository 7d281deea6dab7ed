package tracing_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/tracing"
	"github.com/casement-dev/casement/core/tracing/tracingtest"
)

func start(t *testing.T, share float64) (*tracing.Tracer, *tracingtest.Collector) {
	t.Helper()
	collector := tracingtest.Start(t)
	tracer, err := tracing.Start(t.Context(), tracing.Options{Endpoint: collector.URL, Share: share, Version: "test", Server: "one", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return tracer, collector
}

func TestARequestItsCommandItsStatementsAndTheJobThatFollowsAreOneTrace(t *testing.T) {
	t.Parallel()
	tracer, collector := start(t, 1)
	config, err := postgres.PoolConfig(pgtest.DSN(pgtest.New(t)))
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.Tracer = tracer.Database()
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()

	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	request, id, answered := tracer.Request(t.Context(), parent)
	if id != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("the log would say that the trace is %q", id)
	}
	door, passed := tracer.Door(request, "note.add", 1)
	var batch pgx.Batch
	batch.Queue("SELECT 1 WHERE $1 <> ''", "planted secret")
	batch.Queue("SELECT 2")
	if err := pool.SendBatch(door, &batch).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(door, "SELECT\n\t$1::text", "planted secret"); err != nil {
		t.Fatal(err)
	}
	cause := tracer.Parent(door)
	passed(core.Conflict("planted secret"))
	answered("POST", "/cases/:ref/note", 409)
	job, done := tracer.Job(context.Background(), "react", cause)
	if _, err := pool.Exec(job, "SELECT 3"); err != nil {
		t.Fatal(err)
	}
	done(errors.New("planted secret"))
	if _, err := pool.Exec(t.Context(), "SELECT 4"); err != nil { // of nobody's
		t.Fatal(err)
	}
	if err := tracer.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	for name, under := range map[string]string{
		"POST /cases/:ref/note": "", "door note.add": "POST /cases/:ref/note", "batch": "door note.add", "SELECT $1::text": "door note.add",
		"job react": "door note.add", "SELECT 3": "job react",
	} {
		span := collector.Span(t, name)
		if span.Trace != "0af7651916cd43dd8448eb211c80319c" || span.Service != "casement" {
			t.Errorf("%s is in trace %s of %s", name, span.Trace, span.Service)
		}
		switch {
		case under == "" && span.Parent != "b7ad6b7169203331":
			t.Errorf("%s is under %s and not under what the proxy began", name, span.Parent)
		case under != "" && span.Parent != collector.Span(t, under).ID:
			t.Errorf("%s is not under %s", name, under)
		}
	}
	if span := collector.Span(t, "door note.add"); span.Attributes["error.type"] != "conflict" || span.Failed {
		t.Errorf("a conflict, which is no fault: %+v", span)
	}
	if span := collector.Span(t, "job react"); span.Attributes["error.type"] != "internal" || !span.Failed {
		t.Errorf("a fault: %+v", span)
	}
	if all := collector.String(); strings.Contains(all, "planted") || strings.Contains(all, "SELECT 4") {
		t.Errorf("too much was told:\n%s", all)
	}
}

func TestWhatTheProxyDoesNotTraceIsNotTracedAndAShareOfNothingTracesNothing(t *testing.T) {
	t.Parallel()
	tracer, collector := start(t, 0)
	for _, parent := range []string{"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "nonsense"} {
		ctx, id, end := tracer.Request(t.Context(), parent)
		if id != "" || tracer.Parent(ctx) != "" {
			t.Errorf("under %q: trace %q, parent %q", parent, id, tracer.Parent(ctx))
		}
		end("GET", "/", 200)
	}
	if err := tracer.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := collector.String(); all != "" {
		t.Errorf("it was told:\n%s", all)
	}
}

func TestAnAddressThatIsNoneAndAShareThatIsNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []tracing.Options{{Endpoint: "collector:4318", Share: 1}, {Endpoint: "", Share: 1}, {Endpoint: "http://127.0.0.1:1", Share: 2}} {
		if _, err := tracing.Start(t.Context(), o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	var none *tracing.Tracer
	if err := none.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func BenchmarkARequestThatIsNotTraced(b *testing.B) {
	tracer, err := tracing.Start(b.Context(), tracing.Options{Endpoint: "http://127.0.0.1:1", Share: 0, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ctx, _, end := tracer.Request(b.Context(), "")
		ctx, passed := tracer.Door(ctx, "case.claim", 1)
		tracer.Parent(ctx)
		passed(nil)
		end("POST", "/", 303)
	}
}
