// Package taskpages is where tasks are done: the list of those that wait for
// its reader, and the page of one, which shows what whoever has it needs and
// nothing else of the case.
//
//	list.go    the tasks of a reader and of their groups
//	show.go    the page of one task
//	turn.go    one page of its workflow sent
//	do.go      claimed, asked, handed back: what is done beside the workflow
//	files.go   files sent with it, and given with it
//	words.go   its history in words
//
// What a task's workflow asks is said by core/tasks, and drawn by web/viewtree.
package taskpages

import (
	"context"
	"embed"
	"fmt"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "taskpages", Files: files, Samples: samples()}
}

// Options are what the pages need. Asset and Lookup may be missing.
type Options struct {
	Cases       *cases.Service
	Tasks       *tasks.Service
	Attachments *attachments.Service
	People      *people.Service
	Zone        *time.Location                          // in which days begin, and times are said and typed
	Token       func(c *fiber.Ctx) viewtree.Hidden      // that a form was made for its reader
	Asset       func(name string) string                // the address of a built file
	Lookup      func(c *fiber.Ctx) viewtree.Lookup      // lists that workflows ask to choose from
	SendFile    func(*fiber.Ctx, core.Attachment) error // answers with a file as a download

	// Opened is told that a reader looks at a task; nil for nobody to tell.
	Opened func(ctx context.Context, by core.Actor, id core.CaseID, no int) error
}

// Pages answers for tasks.
type Pages struct {
	Options
	tree *viewtree.Renderer
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Asset == nil {
		o.Asset = func(string) string { return "" }
	}
	tree, err := viewtree.New()
	if err != nil {
		return nil, err
	}
	return &Pages{o, tree}, nil
}

// RegisterConsole hangs on the pages, for every staff user.
func (p *Pages) RegisterConsole(r render.Routes) {
	r.Get("/tasks", p.showList)
	r.Get("/cases/:ref/tasks/:no<int>", p.showTask)
	r.Post("/cases/:ref/tasks/:no<int>", p.sendStep)
	r.Post("/cases/:ref/tasks/:no<int>/do/:what", p.do)
	r.Get("/cases/:ref/tasks/:no<int>/files/:file", p.file)
}

// taskURL is the address of a task, and of what lies under it.
func taskURL(ref core.Reference, no int, under ...string) string {
	out := fmt.Sprintf("/cases/%s/tasks/%d", url.PathEscape(string(ref)), no)
	for _, part := range under {
		out += "/" + url.PathEscape(part)
	}
	return out
}

// at is a request for one task.
type at struct {
	by   core.Actor
	seen *cases.Seen
	no   int
}

func (p *Pages) at(c *fiber.Ctx) (a at, err error) {
	a.by = render.Actor(c)
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return a, noTask()
	}
	if a.no, err = c.ParamsInt("no"); err != nil || a.no < 1 {
		return a, noTask()
	}
	a.seen, err = p.Cases.Find(c.UserContext(), a.by, ref, core.MayTask)
	if core.KindOf(err) == core.ErrNotFound {
		err = noTask()
	}
	return a, err
}

func noTask() error { return core.NotFound("There is no such task, or it is not for you.") }

func (p *Pages) visit() tasks.Visit {
	return tasks.Visit{Zone: p.Zone, Language: core.DefaultLanguage}
}
