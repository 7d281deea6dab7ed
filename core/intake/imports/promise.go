package imports

import (
	"fmt"
	"time"

	"github.com/casement-dev/casement/core/targets"
)

// promises keeps what was promised elsewhere, and what became of it.
func (c *conversion) promises(raised, closed time.Time) {
	for _, t := range c.m.Targets {
		due, at := c.instant(t.Due), c.instant(t.At)
		outcome := targets.Outcome(c.line(t.Outcome, maxWords))
		if due.IsZero() {
			continue
		}
		if at.IsZero() {
			at = closed
		}
		switch {
		case outcome == targets.Running && at.IsZero(), outcome == targets.Missed, outcome == targets.Met && !at.IsZero():
		case outcome == targets.Running: // it ended, and nobody says how
			outcome = targets.Met
			if at.After(due) {
				outcome = targets.Missed
			}
		case outcome == targets.Met:
			c.refuse(t.Outcome.path, "the promise was met, but there is no date of it")
			continue
		default:
			c.refuse(t.Outcome.path, fmt.Sprintf("“%s” is neither met nor missed", short(string(outcome))))
			continue
		}
		c.add(raised, &targets.Keep{Target: t.Key, DueAt: due, Outcome: outcome, EndedAt: at})
	}
}
