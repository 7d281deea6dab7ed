package imports

import (
	"testing"
	"time"

	_ "time/tzdata"
)

func TestDatesAreReadAsOtherSystemsWriteThem(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ format, text, want string }{
		{"YYYY-MM-DD HH:mm:ss", "2022-01-21 13:47:00", "2022-01-21T13:47:00Z"},
		{"YYYY-MM-DD HH:mm:ss", "2022-07-21 13:47:00.817", "2022-07-21T12:47:00.817Z"},
		{"MM/DD/YYYY hh:mm:ss AM", "07/04/2023 02:05:06 PM", "2023-07-04T13:05:06Z"},
		{"M/D/YY h:mm AM", "1/4/23 12:05 AM", "2023-01-04T00:05:00Z"},
		{"DD.MM.YYYY", "03.02.2021", "2021-02-03T00:00:00Z"},
		{"D MMMM YYYY", "3 February 2021", "2021-02-03T00:00:00Z"},
		{"EEE MMM DD YYYY HH:mm", "Wed Feb 03 2021 17:00", "2021-02-03T17:00:00Z"},
		{"YYYY-MM-DD'T'HH:mm:ssZ", "2021-02-03T17:00:00-05:00", "2021-02-03T22:00:00Z"},
		{"YYYY-MM-DD HH:mm ZZ", "2021-02-03 17:00 +0100", "2021-02-03T16:00:00Z"},
		{"iso", "2021-02-03T17:00:00+01:00", "2021-02-03T16:00:00Z"},
		{"unix", "1612371600", "2021-02-03T17:00:00Z"},
		{"unix_ms", "1612371600123", "2021-02-03T17:00:00.123Z"},
	} {
		f, err := parseDateFormat(c.format)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		got, err := parseDate(c.text, []DateFormat{f}, london)
		if err != nil || got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s as %s is %v (%v), want %s", c.text, c.format, got, err, c.want)
		}
	}
}

func TestWaysOfWritingDatesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, s := range []string{"", "YYYY", "YYYY-MM", "YYYY-MM-DD hh:mm", "YYYY-MM-DD HH:mm AM", "YYYY-MM-DD'", "YYYY-MM-DD '2006'", "YYYY-MM-DD 'Monday'", "q", "2006-01-02", "YYYY-MM-DDx"} {
		if f, err := parseDateFormat(s); err == nil {
			t.Errorf("%q is read as %q", s, f.layout)
		}
	}
}

func TestADateThatIsNoneIsRefused(t *testing.T) {
	f, err := parseDateFormat("YYYY-MM-DD")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"", "2022-02-30", "2022-13-01", "0001-01-01", "9999-12-31", "2022-01-01x", "١٢٣٤-٠١-٠١"} {
		if at, err := parseDate(s, []DateFormat{f}, time.UTC); err == nil {
			t.Errorf("%q is read as %v", s, at)
		}
	}
}

func TestLocalTimeIsSettledWhereClocksChange(t *testing.T) {
	boston, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for wall, want := range map[string]string{
		"2022-03-13 01:59:59": "2022-03-13T06:59:59Z",
		"2022-03-13 02:30:00": "2022-03-13T07:30:00Z", // never shown: half an hour into summer time
		"2022-03-13 03:00:00": "2022-03-13T07:00:00Z",
		"2022-11-06 00:59:59": "2022-11-06T04:59:59Z",
		"2022-11-06 01:30:00": "2022-11-06T05:30:00Z", // shown twice: the first time
		"2022-11-06 02:00:00": "2022-11-06T07:00:00Z",
		"2022-07-01 12:00:00": "2022-07-01T16:00:00Z",
	} {
		at, err := time.Parse(time.DateTime, wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := local(at, boston).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s", wall, got, want)
		}
	}
}
