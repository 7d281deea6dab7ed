package host_test

import (
	"slices"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
)

func TestDatesAreSaidAsPeopleSayThem(t *testing.T) {
	for date, want := range map[string]string{
		"2026-11-09": "9 November 2026", "2028-02-29T23:59:59Z": "29 February 2028", "2026-02-30": "2026-02-30", "soon": "soon", "": "",
	} {
		if got := host.SayDate(date); got != want {
			t.Errorf("%q is said %q, want %q", date, got, want)
		}
	}
}

func TestSettingsThatAreListsAndNumbersAreReadAsSuch(t *testing.T) {
	var c host.Ctx
	host.Begin(&c, &abi.Request{Config: abi.Raw(`{"groups":["highways","waste \"north\""],"days":7,"none":[],"word":"x"}`)})
	if got := c.ConfigList("groups"); !slices.Equal(got, []string{"highways", `waste "north"`}) {
		t.Errorf("the list is read as %q", got)
	}
	if got := slices.Concat(c.ConfigList("none"), c.ConfigList("word"), c.ConfigList("absent")); len(got) > 0 {
		t.Errorf("what is no list, or empty, is read as %q", got)
	}
	if c.ConfigInt("days", 3) != 7 || c.ConfigInt("word", 3) != 3 || c.ConfigInt("absent", 3) != 3 {
		t.Error("numbers are not read")
	}
}
