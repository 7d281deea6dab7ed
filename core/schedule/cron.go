package schedule

import (
	"strings"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/casement-dev/casement/core"
)

const maxSchedule = 100 // letters of a schedule

// Read makes a schedule ready: next is its next moment after another, in UTC.
// The schedule has cron's five fields, by the clocks of a zone: minute, hour, day
// of the month, month, day of the week. Errors: invalid, for one that cannot be
// read, or never comes.
func Read(schedule string, zone *time.Location) (next func(after time.Time) time.Time, err error) {
	schedule = strings.Join(strings.Fields(schedule), " ")
	wrong := core.Invalid("“%s” is not a schedule. Write five fields, minute, hour, day of the month, month and day of the week: 0 7 * * mon-fri is each working day at 7 o'clock.", shorten(schedule))
	if len(schedule) > maxSchedule || len(strings.Fields(schedule)) != 5 || strings.ContainsAny(schedule, "=@") {
		return nil, wrong
	}
	cron := gocron.NewDefaultCron(false)
	if err := cron.IsValid(schedule, zone, time.Unix(0, 0).In(zone)); err != nil {
		return nil, wrong
	}
	next = func(after time.Time) time.Time { return cron.Next(after.In(zone)).UTC() }
	if next(time.Unix(0, 0)).IsZero() {
		return nil, core.Invalid("“%s” never comes.", shorten(schedule))
	}
	return next, nil
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= 60 {
		return s
	}
	return string(r[:60]) + "…"
}
