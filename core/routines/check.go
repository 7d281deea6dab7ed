package routines

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
)

// Checks is what configuration asks of routines before they are published. It
// implements [casetypes.RoutineChecks].
type Checks struct {
	commands   *Commands
	conditions *conditions.Compiler
	schedule   func(schedule string, zone *time.Location) (func(after time.Time) time.Time, error)
}

var _ casetypes.RoutineChecks = Checks{}

// Checks gives what configuration asks.
func (s *Service) Checks() Checks {
	return Checks{s.o.Commands, s.conditions, s.o.Schedule}
}

// Commands implements [casetypes.RoutineChecks].
func (c Checks) Commands() []core.CommandName { return c.commands.Names() }

// Command implements [casetypes.RoutineChecks].
func (c Checks) Command(name core.CommandName, with core.Arguments) error {
	return c.commands.Check(name, with)
}

// Condition implements [casetypes.RoutineChecks].
func (c Checks) Condition(t *core.CaseType, text string) []string {
	problems := c.conditions.Check(t, text)
	out := make([]string, len(problems))
	for i, p := range problems {
		out[i] = p.String()
	}
	return out
}

// Schedule implements [casetypes.RoutineChecks].
func (c Checks) Schedule(schedule string) error {
	_, err := c.schedule(schedule, time.UTC)
	return err
}
