package settings_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/settings"
)

// still is a clock that stands.
type still time.Time

func (s still) Now() time.Time { return time.Time(s) }

func TestAFileMovesTheClock(t *testing.T) {
	t.Parallel()
	real := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "clock")
	clock := settings.NewFileClock(file, still(real), nil)
	if now := clock.Now(); now != real {
		t.Errorf("without a file: %v", now)
	}
	// Each step follows at once on the last: no step may be hidden by the
	// coarse clock of the file system.
	for _, step := range []struct {
		text string
		want time.Time
	}{
		{"+72h\n", real.Add(72 * time.Hour)},
		{"+73h\n", real.Add(73 * time.Hour)},
		{"-90m", real.Add(-90 * time.Minute)},
		{"2030-01-02T03:04:05+02:00", time.Date(2030, 1, 2, 1, 4, 5, 0, time.UTC)},
		{"2030-01-02T03:04:06+02:00", time.Date(2030, 1, 2, 1, 4, 6, 0, time.UTC)},
		{"next Tuesday", time.Date(2030, 1, 2, 1, 4, 6, 0, time.UTC)},
		{"+nonsense", time.Date(2030, 1, 2, 1, 4, 6, 0, time.UTC)},
		{"", real},
		{"+1h", real.Add(time.Hour)},
	} {
		if err := os.WriteFile(file, []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		now := clock.Now()
		if !now.Equal(step.want) || now.Location() != time.UTC {
			t.Errorf("after %q: %v, want %v", step.text, now, step.want)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if now := clock.Now(); now != real {
		t.Errorf("after the file was removed: %v", now)
	}
}

func TestAnOldFileIsReadOnceAndAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	real := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	file := filepath.Join(t.TempDir(), "clock")
	long := time.Now().Add(-time.Hour)
	clock := settings.NewFileClock(file, still(real), nil)
	for i, text := range []string{"+1h", "+2h"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, long, long.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		want := real.Add(time.Duration(i+1) * time.Hour)
		for range 2 {
			if now := clock.Now(); now != want {
				t.Errorf("%s: %v, want %v", text, now, want)
			}
		}
	}
}

func TestOnlyATestInstallationHasAClockThatMoves(t *testing.T) {
	t.Parallel()
	moved := (&settings.Settings{Test: true, ClockFile: "clock"}).Clock(nil)
	if _, ok := moved.(*settings.FileClock); !ok {
		t.Errorf("a test installation has %T", moved)
	}
	for _, s := range []settings.Settings{{}, {Test: true}, {ClockFile: "clock"}} {
		if clock := s.Clock(nil); clock != (core.SystemClock{}) {
			t.Errorf("%+v has %T", s, clock)
		}
	}
}
