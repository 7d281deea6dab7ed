// Package routinepages is where routines are written, tried and watched: the
// editor of their section for the frame of web/configpages, a try on one case,
// and the log of what ran.
//
//	editor.go   the list of routines, and the buttons of one
//	form.go     a routine as its form has it: read from a routine and from what was sent
//	when.go     what sets it off, as inputs
//	onlyif.go   its condition, as rows and as an expression
//	do.go       its actions, one card each
//	words.go    events, commands and conditions as people say them
//	meaning.go  the routine as a sentence, and what stands beside the editor
//	try.go      what it would do to one case
//	log.go      what it did, and why it did not
//	past.go     what it would have done in the last 90 days
package routinepages

import (
	"context"
	"embed"
	"net/url"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "routinepages", Files: files, Samples: samples()}
}

// Options are what the pages need; all but Groups are required.
type Options struct {
	Routines *routines.Service
	Types    *casetypes.Service
	Drafts   *casetypes.Drafts
	Cases    *cases.Service
	Clock    core.Clock
	Zone     *time.Location // of the organisation
	// Groups names the groups by key, for people to read. Nil shows keys.
	Groups func(ctx context.Context) (map[string]string, error)
}

// Pages answers for routines.
type Pages struct{ o Options }

// New makes the pages.
func New(o Options) *Pages {
	if o.Groups == nil {
		o.Groups = func(context.Context) (map[string]string, error) { return nil, nil }
	}
	return &Pages{o}
}

// Editors are the editors of this package: that of routines.
func (p *Pages) Editors() []editing.Editor { return []editing.Editor{p.editor()} }

// Register hangs on what configurators alone may look at.
func (p *Pages) Register(r render.Routes) {
	r.Get("/configuration/types/:key/routines/:routine", p.showLog)
	r.Get("/configuration/types/:key/routines/:routine/try", p.showTry)
	r.Get("/configuration/types/:key/routines/:routine/past", p.showPast)
	r.Get("/configuration/types/:key/past", p.showPast)
}

// nav is the entry of the rail that these pages belong to.
const nav = "configuration"

// address is a page of a routine; more is "", "/try" or "/past".
func address(caseType, routine, more string) string {
	return "/configuration/types/" + url.PathEscape(caseType) + "/routines/" + url.PathEscape(routine) + more
}

// draftAddress is where a routine is edited.
func draftAddress(caseType, routine string) string {
	return "/configuration/types/" + url.PathEscape(caseType) + "/draft?section=routines&item=" + url.QueryEscape("routines/"+routine)
}
