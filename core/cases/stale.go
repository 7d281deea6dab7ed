package cases

import (
	"errors"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Stale is the refusal of a change whose sender looked at an older version:
// what the commands touch was changed meanwhile.
type Stale struct {
	Changed []core.Aspect // in the order in which they were changed
}

// Error says it to a person.
func (s *Stale) Error() string { return s.refusal().Error() }

// Unwrap gives the conflict that edges tell people of.
func (s *Stale) Unwrap() error { return s.refusal() }

func (s *Stale) refusal() *core.Error {
	words := make([]string, len(s.Changed))
	for i, aspect := range s.Changed {
		words[i] = aspect.Words()
	}
	return core.Conflict("Somebody changed the %s while you were looking. Nothing of yours was saved; see how it stands now, and try again.",
		strings.Join(words, " and the "))
}

// StaleOf returns the refusal of a stale change in err's chain, or nil.
func StaleOf(err error) *Stale {
	var stale *Stale
	if errors.As(err, &stale) {
		return stale
	}
	return nil
}
