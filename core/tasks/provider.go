package tasks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
)

// Provider serves the workflows that task types name beside the built-in one.
// It keeps nothing: all it knows is in the call, and the same call has the same
// answer.
type Provider interface {
	Serve(ctx context.Context, call Call) (Reply, error)
}

// Call is what happened to a task, and all a provider may know.
type Call struct {
	Workflow string      // "casement.investigate/investigate"
	By       core.Actor  // on whose behalf
	Seen     *cases.Seen // its case, with what they may do there
	Task     Item
	Mine     bool            // it is for them to do
	Manages  bool            // they work the whole case
	Pin      string          // which version of the workflow made State; "" at the start
	State    json.RawMessage // of the last reply; nil at the start
	Event    dialogue.Event
	Now      time.Time
	Zone     *time.Location
	Language string // of the page: "en"
	Seed     int64  // differs from call to call, and not when a call is repeated
}

// Reply is where the task stands then, and what is to follow from it.
type Reply struct {
	dialogue.Reply
	Done    bool
	Outcome string        // with Done: what came of it, in a sentence
	Status  string        // where it stands, in a few words, for lists
	WakeAt  time.Time     // when it wants to be woken; zero: never
	Granted cases.Granted // what it asks for and may have
}

// Failure says that a workflow itself failed: its plugin crashed, is not
// installed, or answered something that cannot be shown. What was typed has
// been kept.
type Failure struct{ Err error }

func (f *Failure) Error() string { return "the workflow failed: " + f.Err.Error() }

// Unwrap gives the cause, which has a sentence for the person.
func (f *Failure) Unwrap() error { return f.Err }

// failure is a Failure that the provider has not worded.
func failure(cause error) error {
	return &Failure{core.Unavailable(cause, "This task has a problem just now. What you typed is kept. Please try again in a few minutes.")}
}
