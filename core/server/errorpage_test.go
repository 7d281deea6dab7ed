package server_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
)

// What shows a problem reads from the database too: whose installation this
// is. The deadline of the request that failed must not stop it.
func TestAnErrorPageHasTimeOfItsOwn(t *testing.T) {
	var ended error
	s := newSite(t, func(o *server.Options) {
		o.ErrorPage = func(c *fiber.Ctx, p server.Problem) error {
			ended = c.UserContext().Err()
			return c.SendString(p.Title)
		}
	})
	for _, path := range []string{"/fails/not-found", "/fails/internal", "/no-such-page"} {
		resp, err := s.Fiber().Test(httptest.NewRequest("GET", path, nil))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if ended != nil {
			t.Errorf("%s: the context of the error page has ended: %v", path, ended)
		}
	}
}

// What shows a problem runs outside of what catches panics: one there would
// end the whole server.
func TestAPageOfErrorsThatPanicsLeavesAPlainOne(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.ErrorPage = func(*fiber.Ctx, server.Problem) error { panic("no template") }
	})
	res := s.ask("GET", "/nowhere", "")
	if res.StatusCode != 404 || !strings.Contains(res.body, "Page not found") {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
}
