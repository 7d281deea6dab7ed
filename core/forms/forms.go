// Package forms takes somebody through a form, page by page, until there is a
// case to be raised. It keeps the draft; which questions there are is said by a
// [Provider]: a plugin, or the fields of the case type.
//
//	forms.go       what a provider is asked and answers
//	drafts.go      drafts: begun, opened, emptied, swept
//	turn.go        one page sent: kept, asked of the provider, checked, stored
//	fieldsform.go  the form that is drawn from a case type's fields
//	store.go       the SQL
//
// What becomes of a finished form is for core/intake. How a plugin is run is
// for core/pluginhost, and how a page looks for web/viewtree.
package forms

import (
	"context"
	"encoding/json"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/sdk/view"
)

// Provider says which pages a form has. It keeps nothing: all it knows is in
// the call, and the same call has the same answer.
type Provider interface {
	Serve(ctx context.Context, call Call) (Reply, error)
}

// Hearer is a provider that wants to know what became of a draft: it has been
// raised as a case, anonymously or not.
type Hearer interface {
	Raised(draft core.DraftID, cs core.CaseID, anonymous bool)
}

// Call is what happened, and all a provider may know.
type Call struct {
	Type  *core.CaseType
	Draft core.DraftID    // whose call it is, for records; no part of what a form may know
	Pin   string          // which version of the form made State; "" at the start
	State json.RawMessage // of the last reply; nil at the start
	Event Event
	// Config is what the form is configured with in place of what its plugin is;
	// nil for that. Forms without code are given what they ask this way.
	Config   json.RawMessage
	Now      time.Time
	Zone     *time.Location
	Language string  // of the page: "en"
	Seed     int64   // differs from call to call, and not when a call is repeated
	Viewer   *Viewer // who is signed in; nil for everybody else
}

// EventKind says what happened.
type EventKind string

// The kinds of [Event].
const (
	Start  EventKind = "start"  // the form begins
	View   EventKind = "view"   // show where it stands
	Submit EventKind = "submit" // the page was sent: its answers are to be checked
	Press  EventKind = "press"  // a button or a table was used; answers as typed so far
	Change EventKind = "change" // a field was changed; answers as typed so far
	Back   EventKind = "back"   // to the page before; answers as typed so far
	Goto   EventKind = "goto"   // to the page named, if it was reached; answers as typed so far
)

// Event is what happened.
type Event struct {
	Kind    EventKind
	Target  string // of Goto: a step; of Submit and Press: the button or table; of Change: the field
	Answers view.Answers
	Files   map[string][]view.File // for every file question of the page, all files it has
}

// Viewer is what a form may know of somebody signed in.
type Viewer struct {
	Name, Email, Phone string
}

// Reply is the next page, or the end of the form.
type Reply struct {
	Pin    string // the version that made State
	State  json.RawMessage
	View   *view.Node        // the page to show; its ID is the step. Nil when Done
	Errors []view.FieldError // what was sent is not accepted
	Done   *Raise            // there is nothing more to ask
	Page   *view.Node        // with Done: words for the confirmation; may be nil
}

// Raise is the case that a finished form asks for. All of it is a wish: the
// case type decides.
type Raise struct {
	Subject     string              `json:"subject"`
	Description string              `json:"description,omitempty"`
	Subtype     string              `json:"subtype,omitempty"`
	Group       string              `json:"group,omitempty"`
	Anonymous   bool                `json:"anonymous,omitempty"` // nobody may be named
	Requester   *Party              `json:"requester,omitempty"`
	OnBehalfOf  *Party              `json:"on_behalf_of,omitempty"` // whom the case is for, when that is somebody else
	Place       *core.Point         `json:"place,omitempty"`
	Address     string              `json:"address,omitempty"` // of the place, in words
	Fields      map[string][]string `json:"fields,omitempty"`  // as the kinds of view fields say
	Files       []string            `json:"files,omitempty"`   // ids of uploaded files
	Review      []core.ReviewRow    `json:"review,omitempty"`  // every answer, in words
	Effects     []Effect            `json:"effects,omitempty"` // what is to happen with the raise; see intake.Granter
}

// Effect is a command that a form asks for beside its case, as it asked. Whether
// it may is looked at again when the case is raised.
type Effect struct {
	Type string          `json:"t"`
	Args json.RawMessage `json:"args,omitempty"`
}

// Party is a person as a form knows them.
type Party struct {
	Name         string `json:"name,omitempty"`
	Email        string `json:"email,omitempty"`
	Phone        string `json:"phone,omitempty"`
	Address      string `json:"address,omitempty"`
	Relationship string `json:"relationship,omitempty"` // of whoever fills in the form to this person
}

// Service keeps drafts and asks providers. It is safe for concurrent use.
type Service struct {
	db      *postgres.DB
	types   *casetypes.Service
	clock   core.Clock
	plugins Provider
	lists   dialogue.Lists
}

// New makes the service. plugins serves the forms of plugins; without it only
// forms drawn from fields work.
func New(db *postgres.DB, types *casetypes.Service, clock core.Clock, plugins Provider) *Service {
	return &Service{db: db, types: types, clock: clock, plugins: plugins}
}

// ChooseFrom says in which lists people choose rows. Without it no question that
// wants a row of one can be answered.
func (s *Service) ChooseFrom(lists dialogue.Lists) { s.lists = lists }

// Name is what a case type's form is called in drafts and submissions:
// "casement.complaint/complaint", "casement.designed/form:KEY" for a form
// without code, or "fields".
func Name(t *core.CaseType) string {
	switch {
	case t.Form.Plugin == "":
		return "fields"
	case t.Form.Design != "":
		return t.Form.Plugin + "/" + t.Form.Entry + ":" + t.Form.Design
	}
	return t.Form.Plugin + "/" + t.Form.Entry
}

func (s *Service) provider(t *core.CaseType) (Provider, error) {
	switch {
	case t.Form.Plugin == "":
		return FieldsForm{}, nil
	case s.plugins == nil:
		return nil, core.Unavailable(nil, "This form is not installed.")
	}
	return s.plugins, nil
}

// Failure says that a form itself failed: its plugin crashed, or answered
// something that cannot be shown. What was typed has been kept.
type Failure struct{ Err error }

func (f *Failure) Error() string { return "the form failed: " + f.Err.Error() }

// Unwrap gives the cause, which has a sentence for the person.
func (f *Failure) Unwrap() error { return f.Err }
