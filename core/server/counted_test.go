package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
)

func TestReadsOfCountedRoutesAreLimitedAndOthersAreNot(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Limits = map[string]server.Rate{server.LimitNearby: {Requests: 2, Per: time.Minute}}
	})
	s.Public().Counted(server.LimitNearby).Get("/around", func(c *fiber.Ctx) error { return c.SendString("near") })
	s.Public().Get("/plain", func(c *fiber.Ctx) error { return c.SendString("plain") })
	for i, want := range []int{200, 200, 429} {
		if res := s.ask("GET", "/around", ""); res.StatusCode != want {
			t.Errorf("request %d: %d, want %d", i+1, res.StatusCode, want)
		}
	}
	if res := s.ask("GET", "/plain", ""); res.StatusCode != 200 {
		t.Errorf("another route: %d", res.StatusCode)
	}
}

func TestPicturesMayComeFromTheTileServerAndNothingElseMay(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.ImageSources = []string{"https://tiles.example.org"} })
	policy := s.ask("GET", "/healthz", "").Header.Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "img-src 'self' data: blob: https://tiles.example.org") || strings.Count(policy, "tiles.example.org") != 1 {
		t.Errorf("the policy is %s", policy)
	}
	if policy := newSite(t, nil).ask("GET", "/healthz", "").Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "blob:") {
		t.Errorf("without one it is %s", policy)
	}
}
