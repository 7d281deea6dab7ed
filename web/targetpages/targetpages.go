// Package targetpages is where targets and calendars are configured: the
// editors of their sections for the frame of web/configpages, what they mean
// for sample cases, and what a draft would change for the cases there are.
//
//	targets.go      the editor of a type's targets
//	tasks.go        what the due time of a task has like a target
//	calendars.go    the editor of a calendar, with its year
//	meaning.go      sample due times: "raised Friday 16:50, due …"
//	whatif.go       which open cases would be late, which saved
//	recalculate.go  running targets on a changed calendar, when asked
//
// Nothing here computes a due time: package core does.
package targetpages

import (
	"embed"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "targetpages", Files: files, Samples: samples()}
}

// Options are what the pages need; all are required.
type Options struct {
	Types   *casetypes.Service
	Drafts  *casetypes.Drafts
	Targets *targets.Service
	Cases   *cases.Service
	Clock   core.Clock
	// Conditions edits the conditions of targets.
	Conditions editing.Conditions
}

// Pages answers for targets and calendars.
type Pages struct{ o Options }

// New makes the pages.
func New(o Options) *Pages { return &Pages{o} }

// Editors are the editors of targets and of calendars.
func (p *Pages) Editors() []editing.Editor { return []editing.Editor{p.targets(), p.calendars()} }

// Register hangs on what configurators alone may look at and do.
func (p *Pages) Register(r render.Routes) {
	r.Get("/configuration/types/:key/what-if", p.whatIfOf(casetypes.KindCaseType))
	r.Get("/configuration/calendars/:key/what-if", p.whatIfOf(casetypes.KindCalendar))
	r.Get("/configuration/calendars/:key/recalculate", p.showRecalculate)
	r.Post("/configuration/calendars/:key/recalculate", p.recalculate)
}

// nav is the entry of the rail that these pages belong to.
const nav = "configuration"

const (
	dayWords  = "Mon 2 Jan, 15:04"
	longWords = "Monday 2 January 2006, 15:04"
)

// say writes an instant in an office's zone; the midnight that ends a day is
// that day's.
func say(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	if local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
		return local.Add(-time.Second).Format("Mon 2 Jan") + ", midnight"
	}
	return local.Format(dayWords)
}
