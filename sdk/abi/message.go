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
	EventAnswer = "answer" // Answers to what was asked
	EventTimer  = "timer"  // a time asked for has come
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
	Answers map[string]Raw         `json:"answers,omitempty"` // by the id of the ask
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
}

// User is the person in front of the screen.
type User struct {
	ID    string   `json:"id,omitempty"`
	Name  string   `json:"name,omitempty"`
	Email string   `json:"email,omitempty"`
	Phone string   `json:"phone,omitempty"`
	Roles []string `json:"roles,omitempty"`
}

// Case is what a plugin was granted to see of a case.
type Case struct {
	ID     string              `json:"id"`
	Type   string              `json:"type,omitempty"`
	Status string              `json:"status,omitempty"`
	Fields map[string][]string `json:"fields,omitempty"`
}

// Response is what the plugin answers.
type Response struct {
	V        int          `json:"v"`
	State    Raw          `json:"state,omitempty"`
	View     *view.Node   `json:"view,omitempty"`
	Effects  []Effect     `json:"effects,omitempty"`
	Errors   []FieldError `json:"errors,omitempty"` // what was submitted is not accepted; the view shows it
	Asks     []Ask        `json:"asks,omitempty"`
	Done     bool         `json:"done,omitempty"`  // there is nothing more to fill in
	Raise    *Raise       `json:"raise,omitempty"` // with Done, of a form: the case to be raised
	Log      []string     `json:"log,omitempty"`
	Fault    string       `json:"fault,omitempty"` // the plugin gave up; everything else is ignored
	Describe *Description `json:"describe,omitempty"`
}

// Effect is a command for the door, if it was granted.
type Effect struct {
	Type string `json:"t"`              // a command name: "case.set_field"
	Args Raw    `json:"args,omitempty"` // an object, as the command says
}

// Ask is a question to the host. The answer comes as EventAnswer under its ID.
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
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title,omitempty"`
}

// Kinds of Entry.
const (
	KindForm    = "form"
	KindTask    = "task"
	KindDetails = "details"
	KindAction  = "action"
)
