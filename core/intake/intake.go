// Package intake is where cases come from: it takes what reached the
// organisation, finds the person, and raises a case through the door.
//
//	submit.go   a finished form becomes a case
//	convert.go  the words of a form become values of the type's fields
//	files.go    files that are sent with a form
//	abuse.go    what tells a person from a script
//
// The form itself, page by page, is core/forms.
package intake

import (
	"log/slog"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/people"
)

// Service raises cases from what came in. It is safe for concurrent use.
type Service struct {
	types       *casetypes.Service
	people      *people.Service
	cases       *cases.Service
	forms       *forms.Service
	attachments *attachments.Service
	clock       core.Clock
	log         *slog.Logger
}

// Options are what a [Service] is made of; all are required.
type Options struct {
	Types       *casetypes.Service
	People      *people.Service
	Cases       *cases.Service
	Forms       *forms.Service
	Attachments *attachments.Service
	Clock       core.Clock
	Log         *slog.Logger // told what of a form had no place in its case type
}

// New makes a service.
func New(o Options) *Service {
	return &Service{
		types: o.Types, people: o.People, cases: o.Cases, forms: o.Forms, attachments: o.Attachments, clock: o.Clock, log: o.Log,
	}
}
