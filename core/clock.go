package core

import "time"

// Clock tells the time. One Clock is made in main and passed down, so that a
// test installation can move time instead of waiting for it.
type Clock interface {
	// Now returns the present instant in UTC, rounded to microseconds, the
	// resolution of the database.
	Now() time.Time
}

// SystemClock is the machine's own clock.
type SystemClock struct{}

// Now implements [Clock].
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
