package plugins

import (
	"slices"
	"testing"
	"time"
)

func TestALineWithSeveralPatternsIsSeveralCapabilities(t *testing.T) {
	got := Keys([]string{"user.contact", "case.fields:address,postcode"}, []string{"note.add", "case.change_status:triage,closed", "note.add"})
	want := []string{"case.change_status:closed", "case.change_status:triage", "context:case.fields:address", "context:case.fields:postcode", "context:user.contact", "note.add"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestWhatIsAllowedInGeneralIsAllowedInParticularAndNotTheOtherWayRound(t *testing.T) {
	for _, c := range []struct {
		key     string
		granted []string
		want    bool
	}{
		{"case.set_field:remedy", []string{"case.set_field"}, true},
		{"case.set_field", []string{"case.set_field:remedy"}, false},
		{"case.set_field:remedy", []string{"case.set_field:cost"}, false},
		{"context:case.fields:a", []string{"context:case.fields"}, true},
		{"context:case.fields", []string{"context"}, false},
		{"context:user.name", []string{"user.name"}, false},
		{"user.name", []string{"context:user.name"}, false},
		{"note.add", nil, false},
	} {
		if covered(c.key, c.granted) != c.want {
			t.Errorf("%s by %q: not %v", c.key, c.granted, c.want)
		}
	}
	// A version is granted what it asks for itself, whatever another was.
	if got := Granted(nil, []string{"note.add", "case.set_field:remedy"}, []string{"case.set_field", "case.close"}); !slices.Equal(got, []string{"case.set_field:remedy"}) {
		t.Errorf("got %q", got)
	}
}

func TestCapabilitiesAreSaidInWords(t *testing.T) {
	m := manifest{
		Context: []string{"case.fields:address,postcode"}, Needs: []string{"case.set_field:complaint.*", "http.request:*.example.org", "made.up"},
		Reasons: map[string]string{"case.fields:address,postcode": "To know where", "http.request:*.example.org": "To ask the map"},
	}
	for key, want := range map[string][2]string{
		"context:case.fields:address": {"See the fields “address” of the case", "To know where"},
		"context:case.description":    {"See the description of the case", ""},
		"context:made.up":             {"See “made.up”, which this version of Casement does not know", ""},
		"case.set_field:complaint.*":  {"Change the field “complaint.*” of the case", ""},
		"http.request:*.example.org":  {"HTTP: *.example.org", "To ask the map"},
		"case.change_status":          {"Change the status of the case", ""},
		"case.change_priority:urgent": {"Change the priority of the case: urgent", ""},
		"made.up":                     {"Give the command “made.up”", ""},
		"lookup.find:streets":         {"Look up in the list “streets”", ""},
	} {
		c := m.capability(key, state{Granted: []string{"made.up"}, Decided: []string{"made.up", "lookup.find"}})
		if c.Title != want[0] || c.Reason != want[1] {
			t.Errorf("%s: %+v", key, c)
		}
		if c.Granted != (key == "made.up") || c.New == (key == "made.up" || key == "lookup.find:streets") {
			t.Errorf("%s: granted %v, new %v", key, c.Granted, c.New)
		}
	}
}

func TestVersionsAreComparedByTheirNumbers(t *testing.T) {
	ordered := []string{"0.9.9", "1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.2.0", "1.10.0", "2.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := CompareVersions(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

func TestHowLongMostCallsTookIsToldWithinHalf(t *testing.T) {
	tally := NewTally("x", time.Date(2026, 12, 4, 9, 0, 30, 0, time.UTC))
	for i := range 1000 {
		tally.Count(time.Duration(i+1)*100*time.Microsecond, int64(i), 3, i%100 == 0, false)
	}
	for share, want := range map[float64]time.Duration{0.5: 50 * time.Millisecond, 0.9: 90 * time.Millisecond, 0.99: 99 * time.Millisecond} {
		if got := quantile(tally.Took, share); got < want*2/3 || got > want*3/2 {
			t.Errorf("%v within %v, not about %v", share, got, want)
		}
	}
	if tally.Calls != 1000 || tally.Faults != 10 || tally.MaxFuel != 999 || !tally.Minute.Equal(time.Date(2026, 12, 4, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", tally)
	}
	tally.Count(time.Hour, 0, 0, false, true)
	tally.Count(0, 0, 0, false, false)
	if tally.Took[buckets-1] != 1 || tally.Took[0] == 0 || tally.Waits != 1 || quantile(make([]int64, buckets), 0.5) != 0 {
		t.Errorf("the ends: %+v", tally)
	}
}

// A clock that goes back, and figures that wait for a database, give two counts
// of one minute; a row is written once.
func TestCountsOfOneMinuteAreOneRow(t *testing.T) {
	minute := time.Date(2026, 12, 4, 9, 0, 0, 0, time.UTC)
	a, b, later, other := NewTally("x", minute), NewTally("x", minute.Add(20*time.Second)), NewTally("x", minute.Add(time.Minute)), NewTally("y", minute)
	for i, one := range []*Tally{a, b, b, later, other} {
		one.Count(time.Millisecond, int64(i), i, i == 2, false)
	}
	got := together([]*Tally{a, later, other, b})
	if len(got) != 3 || got[0].Calls != 3 || got[0].Faults != 1 || got[0].MaxFuel != 2 || got[0].MaxMiB != 2 || got[0].Took[bucketOf(time.Millisecond)] != 3 {
		t.Fatalf("%+v", got)
	}
	if got[1].Calls != 1 || got[2].Plugin != "y" || a.Calls != 1 || a.Took[bucketOf(time.Millisecond)] != 1 {
		t.Errorf("%+v and %+v of %+v", got[1], got[2], a)
	}
}

func TestAPinNamesItsVersion(t *testing.T) {
	held := map[string]int{"1.0.0+s1.3fa9c2d1e0ab": 2, "1.0.1+s1.000000000000": 1, "": 5, "odd": 7}
	if n := heldBy(held, "3fa9c2d1e0ab"+"00000000000000000000000000000000000000000000000000000"); n != 2 {
		t.Errorf("%d", n)
	}
}
