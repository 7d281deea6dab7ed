package api

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Problem is what every refusal looks like (RFC 9457).
type Problem struct {
	Type    string   `json:"type" doc:"What sort of problem it is: about:blank, which says no more than the status."`
	Title   string   `json:"title" doc:"The sort of problem, in a few words." example:"Something needs another look"`
	Status  int      `json:"status" doc:"The status of the answer." example:"422"`
	Detail  string   `json:"detail" doc:"What happened this time and what to do about it, for a person." example:"The case cannot be raised as it is."`
	Errors  []Detail `json:"errors,omitempty" doc:"What is wrong with single values, if that is known."`
	Changed []string `json:"changed,omitempty" doc:"With 412: the aspects of the case that were changed since the version in If-Match." example:"[\"status\"]"`
	Request string   `json:"request_id,omitempty" doc:"The name of this request in the log." example:"K7Q2M4QX9T3VBN8A"`
}

// Detail is what is wrong with one value.
type Detail struct {
	Location string `json:"location" doc:"Where it stands: body.subject, query.status, path.ref, header.If-Match." example:"body.subject"`
	Message  string `json:"message" doc:"What to do about it." example:"Enter a subject."`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// statusOf is the status that each kind of error is answered with. A used
// idempotency key and a stale If-Match have their own: see problemOf.
var statusOf = map[core.ErrorKind]int{
	core.ErrInvalid:     http.StatusUnprocessableEntity,
	core.ErrNotFound:    http.StatusNotFound,
	core.ErrForbidden:   http.StatusForbidden,
	core.ErrConflict:    http.StatusConflict,
	core.ErrUnavailable: http.StatusServiceUnavailable,
	core.ErrTooMany:     http.StatusTooManyRequests,
	core.ErrTooLarge:    http.StatusRequestEntityTooLarge,
}

var titles = map[int]string{
	http.StatusBadRequest:            "The request could not be read",
	http.StatusUnauthorized:          "A key is needed",
	http.StatusForbidden:             "The program may not do this",
	http.StatusNotFound:              "Not found",
	http.StatusConflict:              "The case does not allow it now",
	http.StatusPreconditionFailed:    "Something has changed meanwhile",
	http.StatusRequestEntityTooLarge: "That is too large",
	http.StatusUnsupportedMediaType:  "The body is of another kind",
	http.StatusUnprocessableEntity:   "Something needs another look",
	http.StatusTooManyRequests:       "Too many requests",
	http.StatusServiceUnavailable:    "Not available just now",
	http.StatusInternalServerError:   "Something went wrong",
}

func titleOf(status int) string {
	if title, ok := titles[status]; ok {
		return title
	}
	return http.StatusText(status)
}

func problem(status int, detail string, errs ...Detail) *Problem {
	return &Problem{Type: "about:blank", Title: titleOf(status), Status: status, Detail: detail, Errors: errs}
}

// problemOf says what is told about an error. where is the part of the request
// that the fields of the error stand in: "body", "query". ok is false for an
// internal error, of which nothing is told.
func problemOf(err error, where string) (p *Problem, ok bool) {
	if errors.As(err, &p) {
		return p, true
	}
	var said *core.Error
	if !errors.As(err, &said) || said.Cause != nil && statusOf[said.Kind] == 0 {
		return nil, false
	}
	p = problem(statusOf[said.Kind], said.Message)
	for _, field := range slices.Sorted(maps.Keys(said.Fields)) {
		p.Errors = append(p.Errors, Detail{strings.Trim(where+"."+field, "."), said.Fields[field]})
	}
	if cases.IsKeyUsed(err) {
		p.Status, p.Title = http.StatusUnprocessableEntity, titleOf(http.StatusUnprocessableEntity)
		p.Errors = []Detail{{"header.Idempotency-Key", said.Message}}
	}
	if stale := cases.StaleOf(err); stale != nil {
		p.Status, p.Title = http.StatusPreconditionFailed, titleOf(http.StatusPreconditionFailed)
		for _, aspect := range stale.Changed {
			p.Changed = append(p.Changed, string(aspect))
		}
	}
	return p, true
}

// withProblems gives the refusals of the library our form. It runs on every
// answer.
func withProblems(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	detail := model.Detail
	switch {
	case model.Status == http.StatusUnprocessableEntity, model.Status == http.StatusBadRequest:
		detail = "The request does not fit the description of this operation."
	case model.Status == http.StatusUnsupportedMediaType:
		detail = "Send the body as application/json."
	}
	p := problem(model.Status, detail)
	for _, e := range model.Errors {
		p.Errors = append(p.Errors, Detail{e.Location, e.Message})
	}
	return p, nil
}

// answer writes a problem where no operation has begun.
func answer(c *fiber.Ctx, p *Problem) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, problemType)
	return c.Status(p.Status).Send(body)
}
