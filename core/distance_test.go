package core_test

import (
	"encoding/json"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestADistanceIsWrittenWithItsUnit(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]core.Distance{"150 metres": 150, "1 metre": 1, "150 m": 150, " 2 km ": 2000, "1 kilometre": 1000, "100 km": 100_000} {
		got, err := core.ParseDistance(written)
		if err != nil || got != want {
			t.Errorf("%q: %d %v", written, got, err)
		}
		again, err := core.ParseDistance(got.String())
		if err != nil || again != got {
			t.Errorf("%q is written %q: %v", written, got, err)
		}
	}
	for _, wrong := range []string{"", "150", "metres", "0 metres", "-5 metres", "1.5 km", "101 km", "100001 metres", "5 miles", "9999999999999999999 m"} {
		if _, err := core.ParseDistance(wrong); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%q is taken: %v", wrong, err)
		}
	}
}

func TestADistanceOutlivesJSON(t *testing.T) {
	t.Parallel()
	type holder struct {
		Within core.Distance `json:"within,omitempty"`
	}
	for _, d := range []core.Distance{0, 1, 150, 2000} {
		raw, err := json.Marshal(holder{d})
		if err != nil {
			t.Fatal(err)
		}
		var back holder
		if err := json.Unmarshal(raw, &back); err != nil || back.Within != d {
			t.Errorf("%s: %d %v", raw, back.Within, err)
		}
	}
}

func TestADistanceIsSaidRoundly(t *testing.T) {
	t.Parallel()
	for d, want := range map[core.Distance]string{0: "a few metres", 9: "a few metres", 10: "10 metres", 64: "60 metres", 66: "70 metres", 994: "990 metres", 995: "1 km", 1240: "1.2 km", 12_000: "12 km"} {
		if got := d.Words(); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}
