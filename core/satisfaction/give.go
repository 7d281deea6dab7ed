package satisfaction

import (
	"context"
	"slices"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Give is what the requester says: satisfaction.give as the portal and the link
// of a mail send it. It is given once for each time that the case was resolved,
// and may be changed for 14 days.
type Give struct {
	Score   int    `json:"score"`
	Comment string `json:"comment,omitempty"`

	before []scoreRow
}

// Name implements [cases.Command].
func (*Give) Name() core.CommandName { return "satisfaction.give" }

// Needs implements [cases.Command].
func (*Give) Needs() core.Permission { return core.MayRequest }

// Touches implements [cases.Command].
func (*Give) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (g *Give) Load(r *cases.Reads) { loadScores(r, &g.before) }

// Apply implements [cases.Command].
func (g *Give) Apply(_ context.Context, w *cases.Work) error {
	return give(w, g.before, g.Score, g.Comment, core.ChannelWeb)
}

// Record is what the requester told staff: satisfaction.give as staff send it.
type Record struct {
	Score   int          `json:"score"`
	Comment string       `json:"comment,omitempty"`
	Channel core.Channel `json:"channel"` // telephone, counter, letter or email

	before []scoreRow
}

// Name implements [cases.Command].
func (*Record) Name() core.CommandName { return "satisfaction.give" }

// Needs implements [cases.Command].
func (*Record) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Record) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (r *Record) Load(reads *cases.Reads) { loadScores(reads, &r.before) }

// Apply implements [cases.Command].
func (r *Record) Apply(_ context.Context, w *cases.Work) error {
	if !slices.Contains([]core.Channel{core.ChannelTelephone, core.ChannelCounter, core.ChannelLetter, core.ChannelEmail}, r.Channel) {
		return core.InvalidField("channel", "Choose how it reached us.")
	}
	return give(w, r.before, r.Score, r.Comment, r.Channel)
}

func give(w *cases.Work, before []scoreRow, score int, comment string, channel core.Channel) error {
	comment, wrong := core.CleanLines(comment, core.MaxComment)
	switch {
	case !w.Type.Satisfied.Ask:
		return core.Conflict("Requesters are not asked how satisfied they are with cases of this type.")
	case score < 1 || score > core.MaxScore:
		return core.InvalidField("score", "Choose one of the five answers.")
	case wrong != "":
		return core.InvalidField("comment", "%s", wrong)
	}
	given := make([]core.Satisfaction, len(before))
	for i, r := range before {
		given[i] = r.noun()
	}
	i := latestOf(w.Case, given)
	about := core.About{"score": score, "comment": comment != "", "channel": channel, "round": w.Case.Reopened}
	switch {
	case i >= 0 && !w.Now.Before(given[i].GivenAt.Add(changeable)):
		return core.Conflict("This was answered more than 14 days ago, and can no longer be changed.")
	case i >= 0:
		about["round"], about["was"] = given[i].Round, given[i].Score
		w.Write(updateScore, w.Case.ID, given[i].Round, score, comment, channel, w.By.Kind, w.By.ID, w.HappenedAt)
	case w.Case.IsOpen():
		return core.Conflict("This case is being worked on. You are asked how satisfied you are when it is resolved.")
	case !ended(w.Case, w.Type):
		return core.Conflict("This case was not resolved, so nobody is asked how satisfied they are.")
	case w.By.IsPublic() && w.Now.After(w.Case.ResolvedAt.Add(askedFor)):
		return core.Conflict("This case was resolved too long ago to be asked about.")
	default:
		w.Write(insertScore, w.Case.ID, w.Case.Reopened, score, comment, channel, w.By.Kind, w.By.ID, w.HappenedAt)
	}
	w.Record(core.SatisfactionGiven, about)
	return nil
}

// lead is the consequence of a score: the case is reopened, or closed, as its
// type says. A score is never refused for what stands in the way of closing:
// the case is then left resolved, for staff to close.
func lead(w *cases.Work, e core.Event) []cases.Command {
	score, _ := e.About["score"].(int)
	to, ok := w.Type.Status(w.Type.Satisfied.Levels[strconv.Itoa(score)])
	switch {
	case !ok || w.Case.IsOpen():
		return nil
	case to.Kind == core.StatusFinal:
		if w.Case.IsFinal() || w.Obstacle("case.close") != nil {
			return nil
		}
		return []cases.Command{&cases.Close{Status: to.Key, Reason: w.Type.Satisfied.Reason}}
	case to.Key == w.Type.Reopen.To:
		return []cases.Command{&reopen{}}
	}
	return nil
}

// reopen takes a case up again because its requester is not satisfied: within
// the time in which they could have asked for it.
type reopen struct{ cases.Reopen }

// Apply implements [cases.Command].
func (r *reopen) Apply(ctx context.Context, w *cases.Work) error {
	if w.Case.IsFinal() {
		calendar, _, err := w.Calendar(ctx)
		if err != nil {
			return err
		}
		if w.Now.After(cases.ReopenUntil(w.Case, w.Type, calendar)) {
			return nil
		}
	}
	return r.Reopen.Apply(ctx, w)
}
