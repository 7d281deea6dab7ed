// Package render turns what pages show into answers: whole pages in their
// layout, fragments for htmx, forms with their messages, problems. The
// templates are html files beside the handlers that use them; the frames
// around them and the shared components are in web/layout.
//
// Handlers call [Page], [Fragment], [Changed], [Done] and [Invalid], and never
// look at htmx headers themselves.
package render

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	engine "github.com/gofiber/template/html/v2"

	"github.com/casement-dev/casement/core"
)

// Options are what an [Engine] needs from the program. Sources is required;
// what else is missing is replaced by something harmless, for tests.
type Options struct {
	Sources []Source // web/layout's first, then the pages'
	Clock   core.Clock
	Zone    *time.Location                // of what people read; nil: UTC
	Asset   func(name string) string      // "app.css" → "/assets/app-4QX9K2M7.css"
	Actor   func(c *fiber.Ctx) core.Actor // who makes a request
	CSRF    func(c *fiber.Ctx) string     // a token for its forms

	// Frame gives what stands around a page. It is asked once for each whole
	// page; what it shows must be cheap (cached counts).
	Frame func(c *fiber.Ctx) (Frame, error)

	SecureCookies bool // reached by https
}

// Engine holds the parsed templates. It is a fiber.Views, but pages go through
// the functions of this package.
//
// The library's own Render keeps the functions of a template set in one shared
// map and writes to it for each page, so that pages wait for each other and a
// fragment can take the body from a page that is being written. Here the
// library parses, and each rendering borrows a copy of the set whose functions
// are bound to its own request: {{csrf}}, {{now}} and {{embed}} work at any
// depth without being passed down.
type Engine struct {
	options Options
	sources []Source

	once     sync.Once
	pristine *template.Template // never executed, so that it can be copied
	loadErr  error

	icons sync.Map // by name, as they are drawn
	alike alike

	slots chan struct{} // one element for each copy in use
	mu    sync.Mutex
	idle  []*set // the last one used is the next one taken
}

// set is one copy of all templates with the request it serves just now.
type set struct {
	templates *template.Template
	bound     bound
}

// New reads and parses every template. It refuses two of one name, and a page
// file that defines further templates: both would silently replace others.
func New(o Options) (*Engine, error) {
	if len(o.Sources) == 0 {
		return nil, errors.New("render: there are no templates")
	}
	e := &Engine{options: withDefaults(o), slots: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0)))}
	for _, source := range o.Sources {
		if err := source.check(); err != nil {
			return nil, err
		}
		for _, other := range e.sources {
			if other.Package == source.Package {
				return nil, fmt.Errorf("render: two sources are called %s", source.Package)
			}
		}
		e.sources = append(e.sources, source)
	}
	return e, e.Load()
}

func withDefaults(o Options) Options {
	if o.Clock == nil {
		o.Clock = core.SystemClock{}
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Asset == nil {
		o.Asset = func(name string) string { return "/assets/" + name }
	}
	if o.Actor == nil {
		o.Actor = func(*fiber.Ctx) core.Actor { return core.AnonymousActor() }
	}
	if o.CSRF == nil {
		o.CSRF = func(*fiber.Ctx) string { return "" }
	}
	if o.Frame == nil {
		o.Frame = func(*fiber.Ctx) (Frame, error) { return Frame{}, nil }
	}
	return o
}

// Load parses the templates once. It is part of fiber.Views.
func (e *Engine) Load() error {
	e.once.Do(func() {
		library := engine.NewFileSystem(http.FS(tree(e.sources)), ".html")
		library.AddFuncMap(e.funcs(&bound{}))
		if e.loadErr = library.Load(); e.loadErr != nil {
			e.loadErr = fmt.Errorf("render: %w", e.loadErr)
			return
		}
		e.pristine = library.Templates
	})
	return e.loadErr
}

// Render executes a template without a request, in the layout if one is named.
// It is part of fiber.Views; pages use [Page] and [Fragment].
func (e *Engine) Render(w io.Writer, name string, data any, layouts ...string) error {
	layout := ""
	if len(layouts) > 0 {
		layout = layouts[0]
	}
	return e.execute(w, name, layout, data, bound{})
}

// execute writes a template, within a layout unless that is "". On error w
// may hold half a page: callers buffer.
func (e *Engine) execute(w io.Writer, name, layout string, data any, b bound) error {
	s, err := e.borrow()
	if err != nil {
		return err
	}
	defer e.giveBack(s)
	if s.templates.Lookup(name) == nil {
		return fmt.Errorf("render: there is no template %s", name)
	}
	b.now = e.options.Clock.Now()
	b.embed = func() (string, error) { return "", s.templates.ExecuteTemplate(w, name, data) }
	b.write = func(w io.Writer, name string, data any) error { return s.templates.ExecuteTemplate(w, name, data) }
	s.bound = b
	first := name
	if layout != "" {
		first = layout
	}
	if err := s.templates.ExecuteTemplate(w, first, data); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}

func (e *Engine) borrow() (*set, error) {
	e.slots <- struct{}{}
	e.mu.Lock()
	if last := len(e.idle) - 1; last >= 0 {
		s := e.idle[last]
		e.idle = e.idle[:last]
		e.mu.Unlock()
		return s, nil
	}
	e.mu.Unlock()
	copied, err := e.pristine.Clone()
	if err != nil {
		<-e.slots
		return nil, fmt.Errorf("render: %w", err)
	}
	s := &set{templates: copied}
	copied.Funcs(e.funcs(&s.bound))
	return s, nil
}

func (e *Engine) giveBack(s *set) {
	s.bound = bound{}
	e.mu.Lock()
	e.idle = append(e.idle, s)
	e.mu.Unlock()
	<-e.slots
}

// Names lists the templates there are, as "package/name".
func (e *Engine) Names() []string {
	var names []string
	for _, source := range e.sources {
		names = append(names, source.names()...)
	}
	return names
}

// Samples lists the samples of every source.
func (e *Engine) Samples() []Sample {
	var samples []Sample
	for _, source := range e.sources {
		samples = append(samples, source.Samples...)
	}
	return samples
}

var definition = regexp.MustCompile(`\{\{-?\s*(define|block)\b`)

// check refuses what would disturb other templates.
func (s Source) check() error {
	if s.Package == "" || strings.Contains(s.Package, "/") || s.Files == nil {
		return fmt.Errorf("render: a source of templates needs a package name and files, not %q", s.Package)
	}
	for _, name := range s.names() {
		text, err := s.read(name)
		if err != nil {
			return err
		}
		if found := definition.FindString(text); found != "" {
			return fmt.Errorf("render: %s.html has a %q: a fragment is a file of its own", name, found)
		}
	}
	return nil
}
