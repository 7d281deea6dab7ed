package schedule

import (
	"strings"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/casement-dev/casement/core"
)

const maxSchedule = 100 // letters of a schedule

// Next is the next moment of a schedule after another, by the clocks of a zone.
// The schedule has cron's five fields: minute, hour, day of the month, month,
// day of the week. Errors: invalid, for one that cannot be read, or never comes.
func Next(schedule string, zone *time.Location, after time.Time) (time.Time, error) {
	schedule = strings.Join(strings.Fields(schedule), " ")
	wrong := core.Invalid("“%s” is not a schedule. Write five fields, minute, hour, day of the month, month and day of the week: 0 7 * * mon-fri is each working day at 7 o'clock.", shorten(schedule))
	if len(schedule) > maxSchedule || len(strings.Fields(schedule)) != 5 || strings.ContainsAny(schedule, "=@") {
		return time.Time{}, wrong
	}
	cron := gocron.NewDefaultCron(false)
	if err := cron.IsValid(schedule, zone, after.In(zone)); err != nil {
		return time.Time{}, wrong
	}
	next := cron.Next(after.In(zone))
	if next.IsZero() {
		return time.Time{}, core.Invalid("“%s” never comes.", shorten(schedule))
	}
	return next.UTC(), nil
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= 60 {
		return s
	}
	return string(r[:60]) + "…"
}
