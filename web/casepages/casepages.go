// Package casepages shows cases to staff: the lists they work from (my work,
// queues, tasks) and the case itself with its tabs, its actions and its
// composer. One page is one file beside its template.
//
// What may be seen and done is decided in core/cases; pages fill structs with
// exactly what their templates show. Searching is in web/searchpages, the
// public's view of a case in web/portalpages.
package casepages

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "casepages", Files: files, Samples: Samples()}
}

// Samples are the states of the pages that the gallery shows and tests execute.
func Samples() []render.Sample {
	return slices.Concat(listSamples(), caseSamples(), worklistSamples())
}

// Services are what the pages need. All but AfterSave are required.
type Services struct {
	Cases       *cases.Service
	Notes       *notes.Service
	Questions   *questions.Service
	Tasks       *tasks.Service
	Targets     *targets.Service
	Attachments *attachments.Service
	Messages    *messages.Service
	People      *people.Service
	Followers   *followers.Service

	Desk           *correspondence.Desk    // nil: nobody writes letters
	Correspondence *correspondence.Service // nil: what was sent stands alone
	Satisfaction   *satisfaction.Service   // nil: nobody is asked

	Links *links.Service // nil: no links
	// Suggest finds the likeliest cases for what somebody types, as far as they
	// may see them; nil: they are found by their references.
	Suggest func(ctx context.Context, by core.Actor, typed string, limit int) ([]cases.Row, error)

	Details *details.Service // nil: no sections
	Actions *actions.Service // nil: no actions of plugins

	Zone *time.Location // in which days begin, and times are said and typed

	// Opened is told that a reader looks at a case; nil for nobody to tell.
	Opened func(ctx context.Context, by core.Actor, id core.CaseID) error

	// AfterSave says where the reader wants to go after a save; "" is as the
	// case type says. nil: as the case type says, for everybody.
	AfterSave func(c *fiber.Ctx) core.AfterSave
}

// Pages answers for cases.
type Pages struct {
	Services
}

// New makes the pages.
func New(s Services) *Pages {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.AfterSave == nil {
		s.AfterSave = func(*fiber.Ctx) core.AfterSave { return "" }
	}
	return &Pages{s}
}

// RegisterConsole hangs on the lists that every staff user works from; see
// [Pages.RegisterCase] for the case itself.
func (p *Pages) RegisterConsole(r render.Routes) {
	p.registerLists(r)
}
