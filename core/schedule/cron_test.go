package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/schedule"
)

func TestTheNextMomentOfASchedule(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ schedule, after, want string }{
		{"0 7 * * mon-fri", "2026-11-20T07:00:00Z", "2026-11-23T07:00:00Z"}, // from a Friday over the weekend
		{"0 7 * * *", "2026-07-01T12:00:00Z", "2026-07-02T06:00:00Z"},       // by the clocks of the zone, in summer
		{"*/15 * * * *", "2026-11-20T07:01:00Z", "2026-11-20T07:15:00Z"},
		{" 30   2 1 * * ", "2026-11-20T07:01:00Z", "2026-12-01T02:30:00Z"},
		{"30 1 * * *", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"}, // of the night with an hour twice, the first
	} {
		after, err := time.Parse(time.RFC3339, tt.after)
		if err != nil {
			t.Fatal(err)
		}
		read, err := schedule.Read(tt.schedule, london)
		if err != nil {
			t.Errorf("%q: %v", tt.schedule, err)
			continue
		}
		next := read(after)
		if next.Format(time.RFC3339) != tt.want {
			t.Errorf("%q after %s: %v, want %s", tt.schedule, tt.after, next, tt.want)
		}
		if next.Location() != time.UTC {
			t.Errorf("%q: it is in %s", tt.schedule, next.Location())
		}
	}
	for _, wrong := range []string{"", "often", "* * * *", "* * * * * *", "61 * * * *", "@hourly", "TZ=Asia/Tokyo * * * *", "0 0 30 2 *", strings.Repeat("1,", 100) + "1 * * * *"} {
		if _, err := schedule.Read(wrong, london); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%q gives %v", wrong, err)
		}
	}
}
