package core

import "time"

// Follower is somebody who hears of a case that is not their own: a neighbour
// who saw the same hole in the road, a colleague who wants to know how it ends.
// Exactly one of Person and Staff is set.
type Follower struct {
	CaseID CaseID
	No     int // under its case
	Person PersonID
	Staff  StaffID
	Name   string // for staff's screens; a person's may be empty
	Hears  Hears
	Since  time.Time
}

// Hears says what of a case a follower is told.
type Hears string

// The choices of [Hears].
const (
	HearsAll Hears = "all" // whatever is public about it
	HearsEnd Hears = "end" // that it was put right, or ended otherwise
)

// Valid reports whether it is one of the choices.
func (h Hears) Valid() bool { return h == HearsAll || h == HearsEnd }
