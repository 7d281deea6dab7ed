package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
)

// PromiseTo says to the requester of a case, in a plain sentence, when they
// may expect the end of it; "" when nothing is promised any more. What staff
// promise each other, and what was put right by hand, stays out of it.
func (s *Service) PromiseTo(ctx context.Context, id core.CaseID) (string, error) {
	views, err := s.OfCase(ctx, id)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(views, func(v View) bool { return v.Standing() && promisesAnswer(v) })
	if i < 0 {
		i = slices.IndexFunc(views, View.Standing)
	}
	if i < 0 {
		return "", nil
	}
	return sentence(views[i], s.clock.Now()), nil
}

// promisesAnswer reports whether a target is about the end of the case rather
// than a step to it.
func promisesAnswer(v View) bool {
	return v.Rule.Stops == core.MomentResolved || v.Rule.Stops == core.MomentClosed
}

func sentence(v View, now time.Time) string {
	// The midnight that ends a day is that day's.
	day := v.Ledger.DueAt.Add(-time.Nanosecond).In(v.Zone).Format("Monday 2 January 2006")
	answer := "We aim to reply"
	if !promisesAnswer(v) {
		answer = "We aim to be in touch"
	}
	switch {
	case v.State == core.StatePaused && slices.Contains(v.PausedBy(), core.PauseByHand):
		return "The time we have to reply stands still for now. We will tell you when it goes on."
	case v.State == core.StatePaused:
		return "We need something from you before we can go on. Until then, the time we have to reply stands still."
	case !now.Before(v.DueAt):
		return fmt.Sprintf("We aimed to reply by %s. We are late, and we are sorry.", day)
	}
	return fmt.Sprintf("%s by %s.", answer, day)
}
