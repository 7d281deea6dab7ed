// Package api is what programs work with: JSON under /api/v1, one operation
// for every command of a case, queries for everything the console shows, and a
// feed of all that happens. It has no rules of its own. Commands go through the
// door (core/cases) as a named client, queries ask the slices, and the
// description that is served (OpenAPI 3.1) is made from the same types that
// requests are decoded into.
//
// A request passes, in this order: the server's own limits, [API.authenticate],
// the library's check of the parameters and the body against the description,
// the handler. Every refusal is a [Problem].
//
// Where to look: commands.go makes the operations of the command table;
// casesread.go, parts.go, peopleops.go, typeops.go, searchops.go and feedops.go
// are the queries; shapes.go is what is answered; describe.go the description
// around it.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// Prefix is where every operation lives.
const Prefix = "/api/v1"

// Version is the version of the description. It grows with what is added;
// what would break a program gets another prefix.
const Version = "1.0.0"

// Entry is one line of the table of commands.
type Entry struct {
	Command cases.Command
	Says    string // what it does, in one line
}

// Options are what an [API] is made of. All but Hub are required.
type Options struct {
	BaseURL  string // how the installation is reached, without a path
	Secret   core.Secret
	Clock    core.Clock
	Log      *slog.Logger
	Commands []Entry // the table of commands

	People      *people.Service
	Cases       *cases.Service
	Notes       *notes.Service
	Questions   *questions.Service
	Tasks       *tasks.Service
	Targets     *targets.Service
	Attachments *attachments.Service
	Search      *search.Service
	Hub         *events.Hub // wakes those who wait for the feed; nil: they look every second
}

// API is the operations, their description, and what they work with.
type API struct {
	options  Options
	limiter  limiter
	huma     huma.API
	commands []*commandOperation
}

// New makes the API. It answers once it is registered.
func New(o Options) *API { return &API{options: o} }

// Register hangs every operation on the application. group is the group of
// [Prefix], without a session.
func (a *API) Register(app *fiber.App, group fiber.Router) {
	group.Post("/oauth/token", a.giveToken)
	group.Get("/openapi.json", a.serveDescription(fiber.MIMEApplicationJSON, a.Description))
	group.Get("/openapi.yaml", a.serveDescription("application/yaml", func() ([]byte, error) { return a.huma.OpenAPI().YAML() }))
	group.Use(a.authenticate)
	a.huma = humafiber.NewWithGroup(app, group, a.configuration())
	registerAliases(a.huma.OpenAPI().Components.Schemas)
	a.registerMe()
	a.registerCases()
	a.registerCommands()
	a.registerParts()
	a.registerFiles()
	a.registerPeople()
	a.registerTypes()
	a.registerSearch()
	a.registerFeed()
	a.finishDescription()
	group.Use(func(c *fiber.Ctx) error {
		return answer(c, problem(http.StatusNotFound, "There is no such operation. The description of all there are is at "+Prefix+"/openapi.json."))
	})
}

// Description writes the description of a registered API (OpenAPI 3.1, JSON).
func (a *API) Description() ([]byte, error) { return json.Marshal(a.huma.OpenAPI()) }

// configuration is what the library is told: strict JSON, no guesses, our
// form of refusals.
func (a *API) configuration() huma.Config {
	format := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			return encoder.Encode(v)
		},
		Unmarshal: func(body []byte, into any) error {
			if _, first := into.(*any); first { // the library decodes twice: to check, then to use
				if err := checkJSON(body); err != nil {
					return err
				}
			}
			return decodeStrictly(body, into)
		},
	}
	return huma.Config{
		OpenAPI:                      a.description(),
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{withProblems},
	}
}

// operation says what an operation is beside its types.
type operation struct {
	id      string
	method  string
	path    string
	tag     string
	summary string
	says    string
	status  int    // 0: 200
	where   string // the part of the request whose fields errors name: "body", "query"
	need    string // what the client must hold, in words
}

// register adds an operation. What its handler refuses becomes a [Problem];
// what fails is logged once and told to nobody.
func register[I, O any](a *API, op operation, handler func(context.Context, *I) (*O, error)) {
	huma.Register(a.huma, a.describe(op), func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err == nil {
			return out, nil
		}
		return nil, a.refuse(ctx, op, err)
	})
}

func (a *API) refuse(ctx context.Context, op operation, err error) error {
	if status, ok := err.(huma.StatusError); ok { // such as 304
		return status
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = core.Unavailable(err, "This took too long and was stopped. Nothing was changed. Try again in a minute.")
	}
	p, ok := problemOf(err, op.where)
	var said *core.Error
	if !ok || errors.As(err, &said) && said.Cause != nil {
		a.options.Log.Error("failed", "operation", op.id, "client", caller(ctx).ID.String(), "error", err)
	}
	if !ok {
		p = problem(http.StatusInternalServerError, "This is our fault, not yours, and it has been written down. Nothing was changed. Try again in a minute.")
	}
	return p
}

// serveDescription answers with the description, which is written once.
func (a *API) serveDescription(media string, write func() ([]byte, error)) fiber.Handler {
	var body []byte
	var failed error
	once := sync.OnceFunc(func() { body, failed = write() })
	return func(c *fiber.Ctx) error {
		if once(); failed != nil {
			return failed
		}
		c.Set(fiber.HeaderContentType, media)
		c.Set(fiber.HeaderCacheControl, "public, max-age=300")
		return c.Send(body)
	}
}

// orNever leaves a time out that never was.
func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
