package portalpages

import (
	"context"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/targets"
)

// Promise is when the requester may expect the end of their case.
type Promise struct {
	Sentence string   // "We aim to reply by Friday 27 November."; "" when nothing is promised
	By       string   // the day alone, while it stands and has not passed
	How      []string // how the day came about, in sentences
}

// promise puts a case's promise into words. What staff promise each other, and
// the reasons they give, are not for the requester.
func (p *Pages) promise(ctx context.Context, cs *core.Case) (Promise, error) {
	views, err := p.Targets.OfCase(ctx, cs.ID)
	if err != nil {
		return Promise{}, err
	}
	i := slices.IndexFunc(views, func(v targets.View) bool { return v.Standing() && endsCase(v.Rule) })
	if i < 0 {
		return Promise{}, nil
	}
	v := views[i]
	out := Promise{How: p.reckoning(v)}
	day := p.lastDay(v.Ledger.DueAt)
	switch {
	case v.State == core.StatePaused && slices.Contains(v.PausedBy(), core.PauseByHand):
		out.Sentence = "The time we have to reply stands still for now. We will tell you when it goes on."
	case v.State == core.StatePaused:
		out.Sentence = "We need something from you before we can go on. Until then, the time we have to reply stands still."
	case !p.Clock.Now().Before(v.DueAt):
		out.Sentence = fmt.Sprintf("We aimed to reply by %s. We are late, and we are sorry.", day)
	default:
		out.Sentence, out.By = fmt.Sprintf("We aim to reply by %s.", day), day
	}
	return out, nil
}

// endsCase reports whether a target is about the end of the case rather than a
// step to it.
func endsCase(r core.TargetRule) bool {
	return r.Stops == core.MomentResolved || r.Stops == core.MomentClosed
}

// reckoning says how a due day came about, for somebody who knows nothing of
// targets: what was promised, since when, and what moved it.
func (p *Pages) reckoning(v targets.View) []string {
	l := v.Ledger
	out := []string{fmt.Sprintf("We aim to answer within %s, counted from %s.", l.Promise.Span, p.day(l.Start))}
	if l.Promise.Span.IsZero() {
		out[0] = fmt.Sprintf("This was promised on %s, before your case came to us.", p.day(l.Start))
	}
	if l.Promise.Span.Unit.Working() {
		out[0] += " Weekends, bank holidays and other days on which we are closed do not count."
	}
	for _, s := range l.Segments {
		if s.Kind == core.SegmentPaused {
			out = append(out, p.pauseWords(s, v.State == core.StatePaused && s.To.Equal(l.Until)))
		}
	}
	for _, cause := range v.Causes[started(v.Causes):] {
		switch cause.Kind {
		case core.CauseExtended:
			out = append(out, fmt.Sprintf("We needed more time, and added %s %s.", cause.Span, p.on(cause.At)))
		case core.CauseSet:
			out = append(out, fmt.Sprintf("We set a new date %s.", p.on(cause.At)))
		}
	}
	return out
}

// started is where the present promise begins among the causes: what was
// before no longer counts.
func started(causes []core.Cause) int {
	for i := len(causes) - 1; i >= 0; i-- {
		if causes[i].Kind == core.CauseStarted || causes[i].Kind == core.CauseKept {
			return i
		}
	}
	return 0
}

// pauseWords say why and how long the clock stood still, or has stood still
// until now.
func (p *Pages) pauseWords(s core.Segment, lasts bool) string {
	why := "while we waited for your answer"
	if s.Name == core.PauseByHand.Words() {
		why = "while we could not go on"
	}
	if lasts {
		return fmt.Sprintf("The clock has stood still since %s, %s.", p.day(s.From), why)
	}
	from, to := p.day(s.From), p.day(s.To)
	if from == to {
		return fmt.Sprintf("We stopped the clock for a part of %s %s.", from, why)
	}
	return fmt.Sprintf("We stopped the clock from %s to %s %s.", from, to, why)
}
