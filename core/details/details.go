// Package details keeps the details sections of cases: forms of plugins that
// staff fill in while they work the case (its outcome, a remedy, costs), or that
// show what the plugin finds out about it. A section is drawn on its own, so
// that one that is slow or broken never holds the page of its case.
//
//	details.go   what a section is; the provider that serves them
//	show.go      a section as somebody sees it
//	turn.go      what was typed or pressed
//	save.go      the command
//	requires.go  fields that must have a value before a case closes
package details

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

// Reader is for whom a section is drawn.
type Reader string

// The readers.
const (
	Staff     Reader = "staff"
	Requester Reader = "requester"
)

// Provider serves the sections of plugins. It keeps nothing: all it knows is in
// the call.
type Provider interface {
	Serve(ctx context.Context, call Call) (Reply, error)
	// Section says what is known of a section, by plugin and entry; false when it
	// is not installed.
	Section(name string) (About, bool)
}

// About is what is known of a section without asking it.
type About struct {
	Title   string
	Summary string
	Portal  bool // its maker meant it for requesters too, and an administrator allows it
}

// Call is what happened in a section, and all a provider may know.
type Call struct {
	Section  string // plugin and entry: "casement.outcome/outcome"
	By       core.Actor
	Seen     *cases.Seen
	Reader   Reader
	Editable bool   // whoever looks may change it
	Pin      string // which version of the plugin made State; "" at the start
	State    json.RawMessage
	Event    dialogue.Event
}

// Reply is where the section stands then, and what is to follow.
type Reply struct {
	dialogue.Reply
	Granted cases.Granted // what it asks for and may have
}

// Failure says that a section itself failed: its plugin crashed, is not
// installed, or answered something that cannot be shown. What was typed has
// been kept. The page of its case is none the worse.
type Failure struct{ Err error }

func (f *Failure) Error() string { return "the section failed: " + f.Err.Error() }

// Unwrap gives the cause, which has a sentence for the person.
func (f *Failure) Unwrap() error { return f.Err }

// failure is a Failure that the provider has not worded.
func failure(cause error) error {
	return &Failure{core.Unavailable(cause, "This section has a problem just now. Try again in a few minutes.")}
}

// Service serves the sections of cases.
type Service struct {
	db       *postgres.DB
	cases    *cases.Service
	clock    core.Clock
	provider Provider
	lists    dialogue.Lists
}

// New makes the service.
func New(db *postgres.DB, door *cases.Service, clock core.Clock, provider Provider) *Service {
	return &Service{db: db, cases: door, clock: clock, provider: provider}
}

// ChooseFrom says in which lists people choose rows. Without it no question that
// wants a row of one can be answered.
func (s *Service) ChooseFrom(lists dialogue.Lists) { s.lists = lists }

// Head is a section of a case before it is drawn.
type Head struct {
	Key     string // in addresses: "outcome"
	Section string // plugin and entry
	Title   string
	Summary string
}

// Of lists the sections that somebody sees of a case, in the order of its type.
// No plugin is asked.
func (s *Service) Of(seen *cases.Seen) []Head {
	var out []Head
	for _, e := range seen.Type.Details {
		about, installed := s.provider.Section(e.Name())
		head := Head{e.Entry(), e.Name(), about.Title, about.Summary}
		if head.Title == "" {
			head.Title = titleOf(e.Entry())
		}
		public := installed && about.Portal && seen.Type.Publishes(e)
		if seen.MayDo(core.MayView) || public && seen.MayDo(core.MayRequest) {
			out = append(out, head)
		}
	}
	return out
}

// titleOf makes words of the key of a section that is not installed.
func titleOf(key string) string {
	words := []rune(strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(key))
	if len(words) > 0 {
		words[0] = unicode.ToUpper(words[0])
	}
	return string(words)
}

// find finds a section that somebody sees, by the key of its address. One that
// is not for them does not exist.
func (s *Service) find(seen *cases.Seen, key string) (Head, error) {
	for _, head := range s.Of(seen) {
		if head.Key == key {
			return head, nil
		}
	}
	return Head{}, core.NotFound("This case has no such section, or you may not see it.")
}

// mayEdit reports whether somebody may change the sections of a case.
func mayEdit(seen *cases.Seen) bool { return seen.MayDo(core.MayWork) && !seen.Case.IsFinal() }

// readerOf is for whom a section is drawn.
func readerOf(seen *cases.Seen) Reader {
	if seen.MayDo(core.MayView) {
		return Staff
	}
	return Requester
}

// check believes nothing of a reply.
func check(r Reply) error {
	if len(r.State) > dialogue.MaxState {
		return errTooLarge
	}
	if r.View == nil {
		return errNoView
	}
	for _, f := range r.View.Fields() {
		if f.Kind == view.KindFile {
			return errFiles
		}
	}
	return view.Validate(r.View)
}
