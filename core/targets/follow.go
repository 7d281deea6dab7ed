package targets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// consequences says that targets follow what has happened to their case.
func consequences(w *cases.Work, event core.Event) []cases.Command {
	if len(w.Type.Targets) == 0 && len(books.Of(w).targets) == 0 {
		return nil
	}
	return []cases.Command{follow{event}}
}

// follow does what an event of the case means for its targets: target.follow.
// It is a consequence and never sent by itself.
type follow struct{ event core.Event }

// Name implements [cases.Command].
func (follow) Name() core.CommandName { return "target.follow" }

// Needs implements [cases.Command].
func (follow) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (follow) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command]. Ends come before beginnings, and pauses
// last: they hold for what has begun too.
func (f follow) Apply(ctx context.Context, w *cases.Work) error {
	b := books.Of(w)
	for _, part := range []func(context.Context, *cases.Work, core.Event) error{
		func(ctx context.Context, w *cases.Work, _ core.Event) error { return b.settle(ctx, w) },
		b.stop, b.goOn, b.move, b.requalify, b.start, b.restart,
		// What began in the past, when a letter was received, may be due by now.
		func(ctx context.Context, w *cases.Work, _ core.Event) error { return b.settle(ctx, w) },
	} {
		if err := part(ctx, w, f.event); err != nil {
			return err
		}
	}
	return nil
}

// stop meets the targets that wait for what has happened. The end of the case
// clears those that are left; a case that was not wanted clears all.
func (b *book) stop(ctx context.Context, w *cases.Work, e core.Event) error {
	unwanted := e.Kind == core.CaseCancelled || e.Kind == core.CaseWithdrawn
	moments := momentsOf(w, e)
	for _, k := range b.running() {
		rule, _, err := k.terms(ctx, w)
		if err != nil {
			return err
		}
		switch {
		case k.isTask():
			if unwanted || e.Kind == core.CaseClosed {
				err = b.quietly(ctx, w, k, core.Cause{Kind: core.CauseCleared}, e.Kind)
			}
		case !unwanted && slices.Contains(moments, rule.Stops):
			late := k.State == core.StateBreached
			_, err = b.apply(ctx, w, k, core.Cause{Kind: core.CauseMet}, core.TargetMet, core.About{"late": late})
		case unwanted || e.Kind == core.CaseClosed:
			_, err = b.apply(ctx, w, k, core.Cause{Kind: core.CauseCleared}, core.TargetCleared, core.About{"because": e.Kind})
		}
		if err != nil {
			return err
		}
	}
	if unwanted || e.Kind == core.CaseClosed {
		b.open = nil // the end of a case withdraws its questions
	}
	return nil
}

// goOn takes up again, on a case that is open again, what its end had stopped.
// Reopening begins such targets anew if the type says so. A status that is
// taken back always leaves them their rest: who sets a case to resolved for a
// moment gains no time.
func (b *book) goOn(ctx context.Context, w *cases.Work, e core.Event) error {
	resolved, ok := endUndone(e)
	if !ok {
		return nil
	}
	restart := e.Kind == core.CaseReopened && w.Type.Reopen.Targets == core.ReopenRestart && w.Live()
	for _, k := range slices.Clone(b.targets) {
		stopped, err := b.stoppedByEnd(ctx, w, k, resolved)
		if err != nil {
			return err
		}
		if !stopped {
			continue
		}
		if rule, still := w.Type.Target(k.Rule); restart && still {
			err = b.beginAnew(ctx, w, rule)
		} else {
			err = b.resume(ctx, w, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// beginAnew starts a target of the case from now.
func (b *book) beginAnew(ctx context.Context, w *cases.Work, rule core.TargetRule) error {
	is, because, err := b.applies(ctx, w, rule)
	if err != nil {
		return err
	}
	if !is {
		because = nil
	}
	_, err = b.begin(ctx, w, rule, w.HappenedAt, because)
	return err
}

// resume sets a stopped target going again, its rest of time kept.
func (b *book) resume(ctx context.Context, w *cases.Work, k *kept) error {
	if _, err := b.apply(ctx, w, k, core.Cause{Kind: core.CauseResumed}, core.TargetResumed, nil); err != nil {
		return err
	}
	return b.align(ctx, w, k)
}

// endUndone reports whether an event takes back that the case was resolved,
// and since when it was.
func endUndone(e core.Event) (resolved time.Time, ok bool) {
	change, changed := e.Changes[core.AspectResolved]
	if !changed {
		return time.Time{}, e.Kind == core.CaseReopened
	}
	was, _ := change[0].(time.Time)
	now, _ := change[1].(time.Time)
	return was, now.IsZero() && !was.IsZero()
}

// stoppedByEnd reports whether the end of the case stopped a target, rather
// than what it waits for or somebody.
func (b *book) stoppedByEnd(ctx context.Context, w *cases.Work, k *kept, resolved time.Time) (bool, error) {
	if k.StoppedAt.IsZero() || k.StoppedAt.Before(resolved) || k.isTask() {
		return false, nil // the end of a case cancels its tasks for good
	}
	if k.State == core.StateCleared {
		rule, still := w.Type.Target(k.Rule)
		if last := k.Causes[len(k.Causes)-1]; last.By != "" || !still {
			return last.By == "", nil
		}
		is, _, err := b.applies(ctx, w, rule)
		return is, err
	}
	rule, _, err := k.terms(ctx, w)
	return err == nil && isEnd(rule.Stops, w.Type), err
}

// isEnd reports whether a moment is the end of a case, or its resolution.
func isEnd(m core.Moment, t *core.CaseType) bool {
	if m == core.MomentResolved || m == core.MomentClosed {
		return true
	}
	kind, key := m.Split()
	status, ok := t.Status(key)
	return kind == "status" && ok && !status.Kind.IsOpen()
}

// start begins the targets that start with what has happened, on changes of
// today only: an import promises nothing. One that runs already runs on,
// unless the date it starts from was corrected.
func (b *book) start(ctx context.Context, w *cases.Work, e core.Event) error {
	if !w.Live() || w.Case.IsFinal() {
		return nil
	}
	moments := momentsOf(w, e)
	for _, rule := range w.Type.Targets {
		if !slices.Contains(moments, rule.Starts) {
			continue
		}
		is, because, err := b.applies(ctx, w, rule)
		if err != nil {
			return err
		}
		if !is {
			continue
		}
		at, err := instantOf(ctx, w, rule.Starts)
		if err != nil {
			return err
		}
		k := b.find(rule.Key)
		corrected := k != nil && k.StoppedAt.IsZero() && isField(rule.Starts)
		over := k != nil && !k.StoppedAt.IsZero() && !isField(rule.Starts)
		if at.IsZero() || k != nil && !corrected && !over {
			continue
		}
		if _, err := b.begin(ctx, w, rule, at, because); err != nil {
			return err
		}
	}
	return nil
}

// restart begins anew the targets that do so at what has happened: at the
// answer to a question that bears on targets, when a stage is entered again. It
// comes with the pauses, so that nothing is paused for a question that has its
// answer.
func (b *book) restart(ctx context.Context, w *cases.Work, e core.Event) error {
	counts := e.Kind != core.QuestionAnswered || b.open[fmt.Sprint(e.About["question"])]
	if err := b.standStill(ctx, w, e); err != nil || !counts || !w.Live() || w.IsNew() || w.Case.IsFinal() {
		return err
	}
	moments := momentsOf(w, e)
	for _, k := range b.running() {
		rule, _, err := k.terms(ctx, w)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rule.Restarts, func(m core.Moment) bool { return slices.Contains(moments, m) }) {
			continue
		}
		now, still := w.Type.Target(k.Rule)
		if !still {
			continue
		}
		is, because, err := b.applies(ctx, w, now)
		if err == nil && is {
			_, err = b.begin(ctx, w, now, w.HappenedAt, because)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// standStill pauses and resumes for what has just begun or ended: waiting, and
// open questions. What stays as it was is left alone, so that a target that
// somebody set going by hand runs on.
func (b *book) standStill(ctx context.Context, w *cases.Work, e core.Event) error {
	reason, is, changed := b.pauseBy(w, e)
	if !changed || w.IsNew() && !w.Live() {
		return nil
	}
	for _, k := range b.running() {
		if err := b.pause(ctx, w, k, reason, is); err != nil {
			return err
		}
	}
	return nil
}

// pauseBy says which reason to pause an event brings or ends.
func (b *book) pauseBy(w *cases.Work, e core.Event) (reason core.PauseReason, is, changed bool) {
	question := fmt.Sprint(e.About["question"])
	switch e.Kind {
	case core.QuestionAsked:
		if pauses, says := e.About["pauses"].(bool); says && !pauses {
			return "", false, false
		}
		if b.open == nil {
			b.open = map[string]bool{}
		}
		b.open[question] = true
		return core.PauseOpenQuestion, true, true
	case core.QuestionAnswered:
		paused := b.open[question]
		delete(b.open, question)
		return core.PauseOpenQuestion, false, paused && len(b.open) == 0
	}
	change, moved := e.Changes[core.AspectStatus]
	if !moved {
		return "", false, false
	}
	was, _ := change[0].(string)
	before, _ := w.Type.Status(was)
	is = w.Case.StatusKind == core.StatusWaiting
	return core.PauseWaiting, is, is != (before.Kind == core.StatusWaiting)
}

// momentsOf names what an event is to targets.
func momentsOf(w *cases.Work, e core.Event) []core.Moment {
	var out []core.Moment
	switch e.Kind {
	case core.CaseRaised:
		out = append(out, core.MomentRaised, core.MomentReceived)
	case core.FirstResponseGiven:
		out = append(out, core.MomentFirstResponse)
	case core.QuestionAnswered:
		out = append(out, core.MomentQuestionAnswered)
	case core.TaskCompleted:
		out = append(out, core.Moment(fmt.Sprintf("task:%v", e.About["type"])))
	case core.CaseClosed:
		out = append(out, core.MomentClosed)
	}
	for aspect := range e.Changes {
		if isField(core.Moment(aspect)) {
			out = append(out, core.Moment(aspect))
		}
	}
	if _, changed := e.Changes[core.AspectStage]; changed {
		out = append(out, core.Moment("stage:"+w.Case.Stage))
	}
	if _, changed := e.Changes[core.AspectStatus]; changed {
		out = append(out, core.Moment("status:"+w.Case.Status))
	}
	if change, changed := e.Changes[core.AspectResolved]; changed {
		if at, _ := change[1].(time.Time); !at.IsZero() {
			out = append(out, core.MomentResolved)
		}
	}
	return out
}

func isField(m core.Moment) bool {
	kind, _ := m.Split()
	return kind == "field"
}

// maxYears is how far from now a target may begin: working time is measured
// day by day, and a year with a digit too few is no date anybody meant.
const maxYears = 100

// instantOf is when a moment was that has just been entered; zero when it is
// none, or not to be believed. A date begins with its day.
func instantOf(ctx context.Context, w *cases.Work, m core.Moment) (time.Time, error) {
	at := w.HappenedAt
	switch {
	case m == core.MomentRaised:
		at = w.Case.RaisedAt
	case m == core.MomentReceived:
		at = w.Case.ReceivedAt
	case isField(m):
		_, key := m.Split()
		date, err := core.ParseDate(fmt.Sprint(w.Case.Fields[key]))
		if err != nil {
			return time.Time{}, nil
		}
		calendar, _, err := w.Calendar(ctx)
		if err != nil {
			return time.Time{}, err
		}
		at = time.Date(date.Year, date.Month, date.Day, 0, 0, 0, 0, calendar.Location())
	}
	if at.Before(w.Now.AddDate(-maxYears, 0, 0)) || at.After(w.Now.AddDate(maxYears, 0, 0)) {
		return time.Time{}, nil
	}
	return at, nil
}
