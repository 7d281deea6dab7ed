package mailbox

import (
	"context"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
)

// answer does what a mail says that has proven its case.
func (m *arrived) answer(ctx context.Context, p proof) error {
	cs, err := m.o.Cases.ByID(ctx, p.cs)
	if core.KindOf(err) == core.ErrNotFound {
		return m.triage(ctx, "The case that it belongs to is gone.")
	}
	if err != nil {
		return err
	}
	t, err := m.o.Cases.Types().Published(ctx, cs.Type)
	if err != nil {
		return err
	}
	if isRequester(cs, m.in.Sender) {
		return m.fromRequester(ctx, cs, t, p)
	}
	written, err := m.o.Mail.HasWrittenTo(ctx, cs.ID, m.in.Sender)
	if err != nil {
		return err
	}
	if written {
		return m.fromParticipant(ctx, cs, t)
	}
	return m.waits(ctx, "The sender is not who the case is with any more.", p)
}

// fromRequester answers the question that the mail is about, or else the oldest
// open one, or adds to the case. A case that was thought resolved is taken up
// again; one that has ended is reopened as long as its type lets the requester, and
// goes on in a new case after that.
func (m *arrived) fromRequester(ctx context.Context, cs *core.Case, t *core.CaseType, p proof) error {
	commands := []cases.Command{nil} // the mail itself, with what became of its files
	var source string
	var said cases.Command = &notes.AddUpdate{Body: m.said()}
	switch {
	case cs.IsFinal():
		over, err := m.over(ctx, cs, t)
		if err != nil {
			return err
		}
		if over {
			return m.goOn(ctx, cs, t, p)
		}
		commands = append(commands, &cases.AskAgain{})
	default:
		open, err := m.o.Questions.OpenOfCase(ctx, cs.ID)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			no := open[0].No
			if slices.ContainsFunc(open, func(q core.Question) bool { return q.No == p.question }) {
				no = p.question
			}
			said, source = &questions.Answer{No: no, Answer: m.said(), Channel: core.ChannelEmail}, attachments.SourceAnswer
		}
	}
	by := core.LinkActor(cs.ID, cs.Requester)
	files, ids, err := m.upload(ctx, by, m.in, t)
	if err != nil {
		return err
	}
	commands[0] = &correspondence.Receive{Mail: m.ID, Files: files}
	commands = append(commands, said)
	if len(ids) > 0 {
		err = m.do(ctx, by, cs.ID, append(slices.Clone(commands), &attachments.Send{Add: attachments.Add{Files: ids, Source: source}})...)
		if core.KindOf(err) != core.ErrInvalid {
			return err
		}
		// The case has no room for them: the words count all the same.
		commands[0] = &correspondence.Receive{Mail: m.ID, Files: leftOut(files, err)}
	}
	return m.do(ctx, by, cs.ID, commands...)
}

// fromParticipant files the mail of somebody that staff wrote to on the case.
// Its words are for staff, and so are its files.
func (m *arrived) fromParticipant(ctx context.Context, cs *core.Case, t *core.CaseType) error {
	by := core.SystemActor()
	files, ids, err := m.upload(ctx, by, m.in, t)
	if err != nil {
		return err
	}
	attach := &correspondence.Attach{
		Receive: correspondence.Receive{Mail: m.ID, Files: files}, Role: correspondence.RoleParticipant,
		Why: "It proves to be an answer of somebody that staff wrote to on the case.",
	}
	if len(ids) > 0 {
		err = m.do(ctx, by, cs.ID, attach, &attachments.Add{Files: ids, Audience: core.Staff})
		if core.KindOf(err) != core.ErrInvalid {
			return err
		}
		attach.Files = leftOut(files, err)
	}
	return m.do(ctx, by, cs.ID, attach)
}

// said is what the mail says anew, as much of it as a case takes.
func (m *arrived) said() string { return saidIn(m.in, core.MaxNote) }

const goesOn = "\n\n(The mail is longer. It stands whole among the mail of the case.)"

func saidIn(in correspondence.Incoming, most int) string {
	text := strings.TrimSpace(in.Said)
	if text == "" {
		text = "(A mail without words.)"
		if len(in.Files) > 0 {
			text = "(A mail without words, with files.)"
		}
	}
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most-len([]rune(goesOn))]) + goesOn
	}
	return text
}
