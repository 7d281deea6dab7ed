package questions

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Answer is what the requester says to a question: question.answer as the
// portal, a signed link or a reply by mail sends it.
type Answer struct {
	No      int          `json:"no"`
	Answer  string       `json:"answer"`
	Channel core.Channel `json:"channel,omitempty"` // web when empty
}

// Name implements [cases.Command].
func (*Answer) Name() core.CommandName { return "question.answer" }

// Needs implements [cases.Command].
func (*Answer) Needs() core.Permission { return core.MayRequest }

// Touches implements [cases.Command].
func (*Answer) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (a *Answer) Apply(_ context.Context, w *cases.Work) error {
	channel := a.Channel
	if channel == "" {
		channel = core.ChannelWeb
	}
	return answer(w, a.No, a.Answer, channel, core.ChannelWeb, core.ChannelEmail, core.ChannelAPI)
}

// RecordAnswer is an answer that reached staff in another way, for people who
// telephone, write or come by: question.answer as staff send it.
type RecordAnswer struct {
	No      int          `json:"no"`
	Answer  string       `json:"answer"`
	Channel core.Channel `json:"channel"` // telephone, counter, letter or email
}

// Name implements [cases.Command].
func (*RecordAnswer) Name() core.CommandName { return "question.answer" }

// Needs implements [cases.Command].
func (*RecordAnswer) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*RecordAnswer) Touches() []core.Aspect { return nil }

// Apply implements [cases.Command].
func (r *RecordAnswer) Apply(_ context.Context, w *cases.Work) error {
	return answer(w, r.No, r.Answer, r.Channel, core.ChannelTelephone, core.ChannelCounter, core.ChannelLetter, core.ChannelEmail)
}

func answer(w *cases.Work, no int, words string, channel core.Channel, allowed ...core.Channel) error {
	h, err := headOf(w, no)
	if err != nil {
		return err
	}
	clean, wrong := core.CleanLines(words, core.MaxNote)
	switch {
	case h.AnsweredAt != nil:
		return core.Conflict("This question has been answered already.")
	case h.WithdrawnAt != nil:
		return core.Conflict("This question needs no answer any more: the case has ended since it was asked.")
	case wrong != "":
		return core.InvalidField("answer", "%s", wrong)
	case clean == "":
		return core.InvalidField("answer", "Enter your answer.")
	case !slices.Contains(allowed, channel):
		return core.InvalidField("channel", "Choose how the answer reached us.")
	}
	at := w.HappenedAt
	h.AnsweredAt = &at
	w.Write(updateAnswer, h.ID, clean, w.By.Kind, w.By.ID, at, channel)
	w.Record(core.QuestionAnswered, core.About{"question": h.ID, "no": h.No, "channel": channel})
	return nil
}

// takeUp is the consequence of an answer: a case that waited goes on once
// nothing is left to be answered.
func takeUp(w *cases.Work, _ core.Event) []cases.Command {
	to, ok := w.Type.FirstStatus(core.StatusOpen)
	if !ok || w.Case.StatusKind != core.StatusWaiting || len(Open(w)) > 0 {
		return nil
	}
	return []cases.Command{&cases.TakeUp{ChangeStatus: cases.ChangeStatus{To: to.Key}}}
}
