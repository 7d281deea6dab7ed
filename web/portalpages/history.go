package portalpages

import (
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
)

// Said is one entry of the conversation: something said, by the requester or
// to them, or something that happened.
type Said struct {
	Who  string // "You", "Priya, Northmoor Council"; "" for what happened
	Mine bool
	At   time.Time
	Text string
	Icon string // of what happened
	Sent bool   // leads to what was submitted
}

// happenings are the events of a case's history that its requester is told of,
// with their words. An event that is not named here does not exist for them.
func (p *Pages) happenings(t *told, history []core.Recorded) []Said {
	var out []Said
	for _, e := range history {
		text, icon := p.happening(t, e)
		if text != "" {
			out = append(out, Said{At: e.HappenedAt, Text: text, Icon: icon, Sent: e.Kind == core.CaseRaised && t.submission != nil})
		}
	}
	return out
}

func (p *Pages) happening(t *told, e core.Recorded) (text, icon string) {
	noun, mine := typeWord(t.Type), e.Actor.IsPublic()
	by := func(you, we string) string {
		if mine {
			return "You " + you
		}
		return "We " + we
	}
	switch e.Kind {
	case core.CaseRaised:
		return by("sent your "+noun+".", "wrote down your "+noun+"."), "mail"
	case core.WorkStarted:
		if name := t.names[e.Actor.ID]; name != "" {
			return fmt.Sprintf("%s started work on your %s.", name, noun), "person"
		}
		return "We started work on your " + noun + ".", "person"
	case core.StatusChanged:
		return p.statusChange(t, e), "ring-half"
	case core.StageChanged:
		key, _ := changedTo(e, core.AspectStage)
		if stage, i := t.Type.Stage(key); i >= 0 && !stage.Public.IsZero() {
			return "Now: " + sentence(stage.Public.String()), "right"
		}
		return "", ""
	case core.ContactChanged:
		return by("changed", "changed") + " your contact details.", "person"
	case core.AttachmentAdded, core.AttachmentPublished:
		return t.fileWords(e), "clip"
	case core.TargetExtended:
		return p.moreTime(t, e), "clock"
	case core.CaseWithdrawn:
		return by("withdrew", "withdrew") + " your " + noun + ".", "stop"
	case core.CaseCancelled:
		return "We cancelled your " + noun + "." + labelled(" Reason: ", reasonWords(t.Type.Reasons.Cancel, e)), "stop"
	case core.CaseClosed:
		return "We closed your " + noun + "." + labelled(" Outcome: ", reasonWords(t.Type.Reasons.Close, e)), "check"
	case core.LinkAdded:
		if kind, _ := e.About["kind"].(string); kind == core.LinkContinuedBy && t.next.ID.String() == e.About["other"] {
			return fmt.Sprintf("You wrote to us again. It goes on in %s.", t.next.Ref), "mail"
		}
	case core.CaseReopened:
		return by("asked us to look at it again.", "took your "+noun+" up again."), "undo"
	}
	return "", ""
}

// statusChange tells of a status by its public name, if the type gives it one.
func (p *Pages) statusChange(t *told, e core.Recorded) string {
	key, _ := changedTo(e, core.AspectStatus)
	status, ok := t.Type.Status(key)
	if !ok || status.Public.IsZero() {
		return ""
	}
	return "Now: " + sentence(status.Public.String())
}

// moreTime tells of a new date, if the target is the one that is promised.
func (p *Pages) moreTime(t *told, e core.Recorded) string {
	key, _ := e.About["target"].(string)
	rule, ok := t.Type.Target(key)
	if !ok || !endsCase(rule) {
		return ""
	}
	raw, _ := e.About["due_at"].(string)
	due, err := time.Parse(time.RFC3339, raw)
	if err != nil {
		return "We needed more time for our answer."
	}
	return fmt.Sprintf("We needed more time for our answer. The new date is %s.", p.lastDay(due))
}

// fileWords tell of a file that the requester can see.
func (t *told) fileWords(e core.Recorded) string {
	no, _ := e.About["no"].(float64)
	i := slices.IndexFunc(t.files, func(f core.Attachment) bool { return f.No == int(no) })
	if i < 0 || t.files[i].Source == "form" {
		return "" // what came with the form is in what was sent
	}
	if e.Actor.IsPublic() {
		return fmt.Sprintf("You added the file %s.", t.files[i].Name)
	}
	return fmt.Sprintf("We added the file %s for you.", t.files[i].Name)
}

// conversation is everything that was said and that happened, the newest first.
func (p *Pages) conversation(t *told, history []core.Recorded) []Said {
	out := p.happenings(t, history)
	for _, n := range t.notes {
		out = append(out, t.said(n.By, n.CreatedAt, n.Body, ""))
	}
	for _, l := range t.letters {
		out = append(out, t.said(l.By, l.CreatedAt, l.Subject+"\n\n"+l.Body, core.ChannelEmail))
	}
	for _, q := range t.asked {
		if q.IsOpen() && t.Case.IsOpen() {
			continue // it stands above, to be answered
		}
		out = append(out, t.said(q.AskedBy, q.AskedAt, q.Body, ""))
		if !q.AnsweredAt.IsZero() {
			out = append(out, t.said(core.AnonymousActor(), q.AnsweredAt, q.Answer, q.Channel))
		}
	}
	slices.Reverse(out) // what is of one instant stands in the order of the rest
	slices.SortStableFunc(out, func(a, b Said) int { return b.At.Compare(a.At) })
	return out
}

// said is something that staff or the requester said.
func (t *told) said(by core.Actor, at time.Time, words string, channel core.Channel) Said {
	if by.IsPublic() {
		who := "You"
		if how := channelWords[channel]; how != "" {
			who += ", " + how
		}
		return Said{Who: who, Mine: true, At: at, Text: words}
	}
	who := t.organisation
	if name := firstName(by.Name); by.IsStaff() && name != "" {
		who = name + ", " + t.organisation
	}
	if channel == core.ChannelEmail {
		who += ", by email"
	}
	return Said{Who: who, At: at, Text: words}
}

var channelWords = map[core.Channel]string{
	core.ChannelTelephone: "by telephone", core.ChannelCounter: "at the counter", core.ChannelLetter: "by letter", core.ChannelEmail: "by email",
}

func reasonWords(list []core.Reason, e core.Recorded) string {
	key, _ := e.About["reason"].(string)
	reason, _ := core.FindReason(list, key)
	return reason.Name.String()
}

// changedTo is what an aspect was changed to by an event.
func changedTo(e core.Recorded, aspect core.Aspect) (string, bool) {
	words, ok := e.Changes[aspect][1].(string)
	return words, ok
}
