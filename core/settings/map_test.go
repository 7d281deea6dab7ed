package settings_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/settings"
)

func TestTheMapIsATileServerOrAFile(t *testing.T) {
	t.Parallel()
	for _, good := range [][]string{
		{}, {"--map-tiles=https://tiles.example.org/{z}/{x}/{y}.png"}, {"--map-file=town.pmtiles"}, {"--map-home=54.978,-1.617,12"}, {"--map-home= 54.978, -1.617, 12 "},
	} {
		if _, err := settings.Read(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for word, bad := range map[string][]string{
		"choose one of them": {"--map-tiles=https://tiles.example.org/{z}/{x}/{y}.png", "--map-file=town.pmtiles"},
		"lacks {y}":          {"--map-tiles=https://tiles.example.org/{z}/{x}.png"},
		"begins with http":   {"--map-tiles=//tiles.example.org/{z}/{x}/{y}.png"},
		"name one server":    {"--map-tiles=https://{s}.example.org/{z}/{x}/{y}.png"},
		"zoom level":         {"--map-home=54.978,-1.617"},
		"not a latitude":     {"--map-home=154.978,-1.617,12"},
	} {
		if _, err := settings.Read(bad); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	// What follows the host could add to the policy of pages.
	if _, err := settings.Read([]string{"--map-tiles=https://tiles.example.org;script-src/{z}/{x}/{y}"}); err == nil {
		t.Error("a host that ends the directive is taken")
	}
}

func TestMapsBeginWhereTheSettingSays(t *testing.T) {
	t.Parallel()
	s, err := settings.Read([]string{"--map-home=54.978,-1.617,12"})
	if err != nil {
		t.Fatal(err)
	}
	at, zoom, ok, err := s.Map.Begin()
	if err != nil || !ok || at.Lat != 54.978 || at.Lng != -1.617 || zoom != 12 {
		t.Errorf("%v %d %v %v", at, zoom, ok, err)
	}
	if _, _, ok, err := (settings.Map{}).Begin(); ok || err != nil {
		t.Errorf("nothing said: %v %v", ok, err)
	}
}
