package jobs

import (
	"context"
	"encoding/json"

	"github.com/riverqueue/river"
)

// Watch sees every job: its kind, and what [Caused] said of whatever queued it.
// It returns the context the job works with, and what is called with how it
// ended.
type Watch func(ctx context.Context, kind, cause string) (context.Context, func(error))

// watched does a job under the eyes of a watch, if there is one.
func watched[A river.JobArgs](w Work, do func(context.Context, *river.Job[A]) error) func(context.Context, *river.Job[A]) error {
	if w.Watch == nil {
		return do
	}
	return func(ctx context.Context, job *river.Job[A]) (err error) {
		var m metadata
		if json.Unmarshal(job.Metadata, &m) != nil {
			m = metadata{} // written by others: the job is done all the same
		}
		ctx, done := w.Watch(ctx, job.Kind, m.Cause)
		defer func() { done(err) }()
		return do(ctx, job)
	}
}

// metadata is what a job carries beside its arguments.
type metadata struct {
	Cause string `json:"cause,omitempty"`
}

type causeKey struct{}

// maxCause bounds what a job remembers of its cause, in bytes.
const maxCause = 200

// Caused names the cause of the jobs that are queued with the context, such as
// a trace's parent, so that they can be followed back to it.
func Caused(ctx context.Context, by string) context.Context {
	if by == "" || len(by) > maxCause {
		return ctx
	}
	return context.WithValue(ctx, causeKey{}, by)
}
