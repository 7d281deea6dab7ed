// Package intake is where cases come from: it takes what reached the
// organisation, finds the person, and raises a case through the door.
//
//	submit.go   a finished form becomes a case
//	effects.go  what a form asked for beside its case follows
//	convert.go  the words of a form become values of the type's fields
//	files.go    files that are sent with a form
//	abuse.go    what tells a person from a script
//
// The form itself, page by page, is core/forms.
package intake

import (
	"context"
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
	effects     Granter
	clock       core.Clock
	log         *slog.Logger
}

// Granter makes commands of what finished forms ask for beside their cases, as
// far as they may have it now. form and pin are those of the draft.
type Granter interface {
	GrantedToForm(ctx context.Context, form, pin string, r *forms.Raise) (cases.Granted, error)
}

// Options are what a [Service] is made of; all but Effects are required.
type Options struct {
	Types       *casetypes.Service
	People      *people.Service
	Cases       *cases.Service
	Forms       *forms.Service
	Attachments *attachments.Service
	Effects     Granter // nil: forms get nothing beside their cases
	Clock       core.Clock
	Log         *slog.Logger // told what of a form had no place in its case type
}

// New makes a service.
func New(o Options) *Service {
	return &Service{
		types: o.Types, people: o.People, cases: o.Cases, forms: o.Forms, attachments: o.Attachments, effects: o.Effects,
		clock: o.Clock, log: o.Log,
	}
}
