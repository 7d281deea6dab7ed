package abi

import "github.com/casement-dev/casement/sdk/view"

// Version is the version of the contract spoken here.
const Version = 1

// MaxMessage is the longest request or response, in bytes.
const MaxMessage = 1 << 20

// Operations: what is asked of a plugin.
const (
	OpEvent    = "event"    // something happened: Event says what
	OpDescribe = "describe" // say what the module serves; nothing else is given
	OpMigrate  = "migrate"  // turn State of StateVersion into the present form; nothing else may change
)

// Event types.
const (
	EventStart  = "start"  // begin; there is no state yet
	EventView   = "view"   // show again where the state stands
	EventSubmit = "submit" // the button of the view was pressed: Fields are to be checked
	EventChange = "change" // Fields as typed so far; take them, check nothing, show the same view
	EventBack   = "back"   // to the view before; Fields as typed so far
	EventGoto   = "goto"   // to the step named in Action, if it was reached before
	EventAnswer = "answer" // Answers to what was asked; the event that asked is in Of
	EventPress  = "press"  // the button or table in Action was used; Fields as typed, nothing to be checked
	EventReturn = "return" // of a task that was done: it is to be corrected; Text says why
	EventTimer  = "timer"  // the time of WakeAt has come
	EventRun    = "run"    // of an action: do it; Occurred says what set it off
)

// Raw is one JSON value, kept as it is.
type Raw []byte

// MarshalJSON gives the value itself.
func (r Raw) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}

// UnmarshalJSON keeps the value itself; null is no value.
func (r *Raw) UnmarshalJSON(b []byte) error {
	*r = nil
	if string(b) != "null" {
		*r = append(Raw{}, b...)
	}
	return nil
}

// Request is what the host sends.
type Request struct {
	V            int     `json:"v"`
	Op           string  `json:"op"`
	Entry        string  `json:"entry,omitempty"` // which entry of the manifest
	Event        *Event  `json:"event,omitempty"`
	State        Raw     `json:"state,omitempty"`         // of the last response; absent at the start
	StateVersion int     `json:"state_version,omitempty"` // with OpMigrate
	Config       Raw     `json:"config,omitempty"`        // an object, as the manifest's schema says
	Context      Context `json:"ctx"`
}

// Event is what happened.
type Event struct {
	Type    string                 `json:"type"`
	Action  string                 `json:"action,omitempty"`
	Fields  map[string][]string    `json:"fields,omitempty"`  // values by field, as the kinds of view.Field say
	Files   map[string][]view.File `json:"files,omitempty"`   // for every file field of the last view, all files it has now
	Answers map[string]Raw         `json:"answers,omitempty"` // by the id of the ask: what was asked for, or {"error": "why not"}
	Of      string                 `json:"of,omitempty"`      // with EventAnswer: the type of the event that asked. Action, Fields and Files are that one's
	Text    string                 `json:"text,omitempty"`    // with EventReturn: why, in a person's words

	// With EventRun: what happened on the case; absent when somebody pressed a button.
	Occurred *Occurrence `json:"occurred,omitempty"`
}

// Occurrence is an event of a case's history, as far as the grant lets it be seen.
type Occurrence struct {
	Kind string              `json:"kind"` // "case.closed"
	At   string              `json:"at"`   // RFC 3339, UTC
	By   string              `json:"by"`   // "staff", "person", "system" …: never who
	From map[string][]string `json:"from,omitempty"`
	To   map[string][]string `json:"to,omitempty"` // what changed: by aspect ("status", "field:remedy"), before and after
}

// Context is what a plugin may know of the world: no clock, no randomness, no
// data but this. What it holds beyond the times is settled by the grant.
type Context struct {
	Now    string `json:"now"`              // RFC 3339, UTC
	Today  string `json:"today,omitempty"`  // the date in Zone, 2026-11-09
	Zone   string `json:"tz,omitempty"`     // Europe/London
	Locale string `json:"locale,omitempty"` // BCP 47: en-GB
	Seed   int64  `json:"seed,omitempty"`   // differs from call to call, the same in a replay
	User   *User  `json:"user,omitempty"`   // who is signed in; absent for the anonymous
	Case   *Case  `json:"case,omitempty"`   // absent while there is none
	Task   *Task  `json:"task,omitempty"`   // of a task: the one that this is
	// Of details: whoever looks may change them.
	Editable bool `json:"editable,omitempty"`
	// Of details: "staff" or "requester", who is to read them.
	Reader string `json:"reader,omitempty"`
}

// User is the person in front of the screen.
type User struct {
	ID    string   `json:"id,omitempty"`
	Name  string   `json:"name,omitempty"`
	Email string   `json:"email,omitempty"`
	Phone string   `json:"phone,omitempty"`
	Roles []string `json:"roles,omitempty"`
}

// Case is what a plugin was granted to see of a case: each member is there only
// if the grant names it ("case.subject", "case.fields:remedy").
type Case struct {
	ID          string              `json:"id"`
	Ref         string              `json:"ref,omitempty"`
	Type        string              `json:"type,omitempty"`
	TypeName    string              `json:"type_name,omitempty"`
	Subtype     string              `json:"subtype,omitempty"`
	Subject     string              `json:"subject,omitempty"`
	Description string              `json:"description,omitempty"`
	Status      string              `json:"status,omitempty"`
	StatusKind  string              `json:"status_kind,omitempty"` // start, open, waiting, resolved or final
	Stage       string              `json:"stage,omitempty"`
	Priority    string              `json:"priority,omitempty"`
	Group       string              `json:"group,omitempty"`
	Assignee    string              `json:"assignee,omitempty"` // a name
	RaisedAt    string              `json:"raised_at,omitempty"`
	DueAt       string              `json:"due_at,omitempty"` // of the target that is due first
	ClosedAt    string              `json:"closed_at,omitempty"`
	Requester   *Party              `json:"requester,omitempty"`
	Place       *Place              `json:"place,omitempty"`
	Fields      map[string][]string `json:"fields,omitempty"`
	Files       []view.File         `json:"files,omitempty"`
}

// Task is what a workflow may know of its task.
type Task struct {
	No       int    `json:"no"`
	Type     string `json:"type,omitempty"`
	Title    string `json:"title"`
	Brief    string `json:"brief,omitempty"`
	Group    string `json:"group,omitempty"`    // key
	Assignee string `json:"assignee,omitempty"` // a name
	DueAt    string `json:"due_at,omitempty"`
	Mine     bool   `json:"mine,omitempty"`    // it is for whoever looks to do
	Manages  bool   `json:"manages,omitempty"` // whoever looks works the whole case
}

// Response is what the plugin answers.
type Response struct {
	V        int          `json:"v"`
	State    Raw          `json:"state,omitempty"`
	View     *view.Node   `json:"view,omitempty"`
	Effects  []Effect     `json:"effects,omitempty"`
	Errors   []FieldError `json:"errors,omitempty"` // what was submitted is not accepted; the view shows it
	Asks     []Ask        `json:"asks,omitempty"`
	Done     bool         `json:"done,omitempty"`    // there is nothing more to fill in
	Raise    *Raise       `json:"raise,omitempty"`   // with Done, of a form: the case to be raised
	Outcome  string       `json:"outcome,omitempty"` // with Done, of a task: what came of it, in a sentence. Of an action: what it did
	Status   string       `json:"status,omitempty"`  // of a task: where it stands, in a few words, for lists: "Waiting for approval"
	WakeAt   string       `json:"wake_at,omitempty"` // of a task: RFC 3339; EventTimer comes then. Absent: no longer
	Log      []string     `json:"log,omitempty"`
	Fault    string       `json:"fault,omitempty"` // the plugin gave up; everything else is ignored
	Describe *Description `json:"describe,omitempty"`
}

// Effect is a command for the door, if it was granted.
type Effect struct {
	Type string `json:"t"`              // a command name: "case.set_field"
	Args Raw    `json:"args,omitempty"` // an object, as the command says
}

// MaxAskRounds is how often one event may lead to asks, and MaxAsks how many
// there may be in a round.
const (
	MaxAskRounds = 3
	MaxAsks      = 10
)

// Ask is a question to the host. The answer comes as EventAnswer under its ID.
// A response that asks is not a turn: its state, view, effects and the rest are
// ignored, and the answer comes with the state of before.
type Ask struct {
	ID   string `json:"id"`
	Type string `json:"t"`
	Args Raw    `json:"args,omitempty"`
}

// FieldError is a message beside a field, or, with an empty Field, above all.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"msg"`
}

// Raise is the case a form asks the host to raise. Everything in it is a
// request: the case type decides what is allowed.
type Raise struct {
	Subject     string              `json:"subject"`
	Description string              `json:"description,omitempty"`
	Subtype     string              `json:"subtype,omitempty"`
	Group       string              `json:"group,omitempty"`
	Anonymous   bool                `json:"anonymous,omitempty"`    // nobody may be named; Requester must be absent
	Requester   *Party              `json:"requester,omitempty"`    // who fills in the form
	OnBehalfOf  *Party              `json:"on_behalf_of,omitempty"` // whom the case is for, when that is somebody else
	Place       *Place              `json:"place,omitempty"`
	Fields      map[string][]string `json:"fields,omitempty"`  // of the case
	Files       []string            `json:"files,omitempty"`   // ids of uploaded files that belong to the case
	Answers     []Answer            `json:"answers,omitempty"` // everything that was answered, in words, to be read later
}

// Party is a person as a form knows them.
type Party struct {
	Name         string `json:"name,omitempty"`
	Email        string `json:"email,omitempty"`
	Phone        string `json:"phone,omitempty"`
	Address      string `json:"address,omitempty"`
	Relationship string `json:"relationship,omitempty"` // of the person filling in the form to this one
}

// Place is where something is: an address, a point, or both.
type Place struct {
	Address string `json:"address,omitempty"`
	Point   *Point `json:"point,omitempty"`
}

// Point is a position on WGS 84, in degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Answer is one answer in words.
type Answer struct {
	Section string `json:"section,omitempty"`
	Label   string `json:"label"`
	Text    string `json:"text"`
}

// Description is what a module says of itself.
type Description struct {
	ABI     int     `json:"abi"`
	SDK     string  `json:"sdk,omitempty"` // which kit made it: "go/1"
	Entries []Entry `json:"entries"`
}

// Entry is one thing a plugin offers. In a description only ID and Kind are set.
type Entry struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Title   string   `json:"title,omitempty"`
	Summary string   `json:"summary,omitempty"` // one sentence, for whoever chooses it
	Fields  []Field  `json:"fields,omitempty"`  // of details: what it keeps on the case
	Readers string   `json:"readers,omitempty"` // of details: "staff" (or empty), or "everyone": in the portal too
	On      []string `json:"on,omitempty"`      // of an action: kinds of events that it is meant for; empty: any
}

// Field is a field of a case that a details section keeps. It becomes a field
// of every case type that has the section, so that lists, search, exports,
// messages and the API know it.
type Field struct {
	Key        string   `json:"key"`
	Kind       string   `json:"kind"` // text, long_text, choice, date, number, money, yes_no
	Label      string   `json:"label"`
	Options    []Option `json:"options,omitempty"` // of a choice
	Searchable bool     `json:"searchable,omitempty"`
	Private    bool     `json:"private,omitempty"` // staff alone see it
	MaxLength  int      `json:"max_length,omitempty"`
}

// Option is one choice of a [Field].
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Kinds of [Field].
const (
	FieldText     = "text"
	FieldLongText = "long_text"
	FieldChoice   = "choice"
	FieldDate     = "date"
	FieldNumber   = "number"
	FieldMoney    = "money"
	FieldYesNo    = "yes_no"
)

// Who reads details, as [Entry] says it.
const (
	ReadersStaff    = "staff"
	ReadersEveryone = "everyone"
)

// Who looks at details, as [Context] says it.
const (
	ReaderStaff     = "staff"
	ReaderRequester = "requester"
)

// Kinds of Entry.
const (
	KindForm    = "form"
	KindTask    = "task"
	KindDetails = "details"
	KindAction  = "action"
)
