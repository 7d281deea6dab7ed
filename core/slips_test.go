package core_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestSlipsAreCounted(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"status", "status", 0}, {"stutus", "status", 1}, {"statu", "status", 1}, {"sttaus", "status", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {strings.Repeat("a", 300), "a", 300}} {
		if got, back := core.Slips(c.a, c.b), core.Slips(c.b, c.a); got != c.want || back != c.want {
			t.Errorf("%.10q to %.10q: %d and %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
}
