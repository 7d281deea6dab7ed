package api

import (
	"context"
	"net/http"
	"time"

	"github.com/casement-dev/casement/core"
)

// Me is the program that asks.
type Me struct {
	ID          string     `json:"id" format:"uuid"`
	Name        string     `json:"name" doc:"As histories show it." example:"Website"`
	Types       []string   `json:"types" doc:"Keys of the case types it works with; * stands for all." example:"[\"complaint\"]"`
	Permissions []string   `json:"permissions" doc:"What it may do with cases of these types." example:"[\"case.raise\"]"`
	Rights      []string   `json:"rights" doc:"What it may do beside that." example:"[\"feed.read\"]"`
	PerMinute   int        `json:"requests_per_minute" example:"600"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
}

func (a *API) me(ctx context.Context, _ *struct{}) (*bodyOut[Me], error) {
	c := caller(ctx)
	return &bodyOut[Me]{Me{
		ID: c.ID.String(), Name: c.Name, Types: append([]string{}, c.Grant.Types...), Permissions: wordsOf(c.Grant.Permissions),
		Rights: wordsOf(c.Rights), PerMinute: c.PerMinute, ExpiresAt: orNever(c.ExpiresAt),
	}}, nil
}

func wordsOf[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

func (a *API) registerMe() {
	register(a, operation{
		id: "get-me", method: http.MethodGet, path: "/me", tag: tagMe, need: "any key",
		summary: "Who is asking", says: "The program that a key belongs to, and what it may do.",
	}, a.me)
}

// visibleTypes lists the published types on whose cases the caller holds a
// permission.
func (a *API) visibleTypes(ctx context.Context, needs ...core.Permission) ([]*core.CaseType, error) {
	all, err := a.options.Cases.Types().All(ctx)
	if err != nil {
		return nil, err
	}
	grant, err := a.options.Cases.GrantOf(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	var out []*core.CaseType
	for _, t := range all {
		if holds(grant.On(t.Key), needs) {
			out = append(out, t)
		}
	}
	return out, nil
}

// holds reports whether all that is needed is there, and anything at all.
func holds(has, needs []core.Permission) bool {
	for _, p := range needs {
		found := false
		for _, h := range has {
			found = found || h == p
		}
		if !found {
			return false
		}
	}
	return len(has) > 0
}
