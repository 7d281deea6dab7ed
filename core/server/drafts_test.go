package server_test

import (
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
)

func TestAFormThatOutlivesItsSessionIsTakenAndTheLogDoesNotSayWhoSentIt(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Limits = map[string]server.Rate{} })
	s.Public().Limited(server.LimitForm).Drafts().Post("/draft/:step", func(c *fiber.Ctx) error { return c.SendString("kept") })
	if res := s.ask("POST", "/draft/one", "a=b", "Cookie", "casement-session=priya", "Sec-Fetch-Site", "same-origin"); res.StatusCode != 200 || res.body != "kept" {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	if res := s.ask("POST", "/draft/one", "a=b", "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	if res := s.ask("POST", "/form", "a=b", "Sec-Fetch-Site", "same-origin"); res.StatusCode != 403 {
		t.Errorf("another page without a token: %d", res.StatusCode)
	}
	if log := s.log.String(); strings.Contains(log, `"staff"`) || !strings.Contains(log, `"route":"/draft/:step"`) {
		t.Errorf("log:\n%s", log)
	}
}
