// Package dialogue is what a person and a plugin say to each other about
// something that is kept: a form that was begun, a task, a section of a case.
// What is kept belongs to the slice whose it is; here is what they share: what
// may happen, where it stands, and what is believed of either side.
package dialogue

import (
	"encoding/json"

	"github.com/casement-dev/casement/sdk/view"
)

// Kind says what happened.
type Kind string

// The kinds of [Event].
const (
	Start  Kind = "start"  // it begins
	View   Kind = "view"   // show where it stands
	Submit Kind = "submit" // the page was sent: its answers are to be checked
	Press  Kind = "press"  // a button or a table was used; answers as typed so far
	Change Kind = "change" // a field was changed; answers as typed so far
	Back   Kind = "back"   // to the page before; answers as typed so far
	Goto   Kind = "goto"   // to the page named, if it was reached; answers as typed so far
	Return Kind = "return" // what was done is to be corrected
	Timer  Kind = "timer"  // the time that was asked for has come
	Run    Kind = "run"    // of an action
)

// Event is what happened.
type Event struct {
	Kind    Kind
	Target  string // of Goto: a step. Of Submit and Press: the button
	Answers view.Answers
	Files   map[string][]view.File // for every file question of the page, all files it has
	Text    string                 // of Return: why
}

// Stands is where it stands.
type Stands struct {
	Pin     string          // which version of the plugin made State; "" at the start
	State   json.RawMessage // nil at the start
	View    *view.Node      // what was shown last
	Typed   *Typed          // what was sent and not taken; nil for none
	Version int             // counts the turns
}

// Typed is what was typed into one page.
type Typed struct {
	Step    string       `json:"step"`
	Answers view.Answers `json:"answers"`
}

// Reply is what the plugin says to an event.
type Reply struct {
	Pin    string
	State  json.RawMessage
	View   *view.Node
	Errors []view.FieldError // what was sent is not accepted
}

// The bounds of what is kept, in bytes.
const (
	MaxState = 256 << 10
	MaxTyped = 512 << 10
)

// Fill puts what was typed into the fields of a page. Fields that were not sent
// keep what they hold: nothing is known of them.
func Fill(page *view.Node, answers view.Answers) {
	for _, f := range page.Fields() {
		if values, given := answers[f.ID]; given && f.Kind != view.KindFile {
			f.Value = values
		}
	}
}

// Mark puts messages beside their fields, where the page does not have them
// yet, and returns those that belong to no field.
func Mark(page *view.Node, errs []view.FieldError) (others []string) {
	for _, e := range errs {
		f := page.Field(e.Field)
		if f == nil {
			others = append(others, e.Message)
		} else if f.Error == "" {
			f.Error = e.Message
		}
	}
	return others
}

// WithFiles adds the ids of files to the answers, as [view.Check] wants them.
func WithFiles(answers view.Answers, files map[string][]view.File) view.Answers {
	out := view.Answers{}
	for field, values := range answers {
		out[field] = values
	}
	for field, list := range files {
		out[field] = nil
		for _, f := range list {
			out[field] = append(out[field], f.ID)
		}
	}
	return out
}

// Size is how long answers are, in bytes.
func Size(answers view.Answers) (bytes int) {
	for field, values := range answers {
		bytes += len(field)
		for _, v := range values {
			bytes += len(v)
		}
	}
	return bytes
}
