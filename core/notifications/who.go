package notifications

import (
	"context"
	"maps"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// Told is what one audience would be told of an event now.
type Told struct {
	Audience string
	Template string // key; "" when it is told nothing
	Silent   string // why it is told nothing: the table, or a switch
	To       []Hearer
	Not      []Hearer // who belongs to the audience, and is not told
}

// Hearer is somebody who would be written to, or would not, and why.
type Hearer struct {
	Name  string
	Email string
	Why   string // "has the case"
}

// Asked says what "who would get this now?" is asked of.
type Asked struct {
	Event core.EventKind
	By    core.Actor // who would have done it; the zero actor is nobody of them
	// Reason is that of a closing; "" is the latest one's, or the first of the list.
	Reason string
}

// Who says who would be told if an event happened to a case now. It asks those
// whom sending asks: see [Service.Heard]. Where the case has an event of that
// kind the latest one stands for it, so that what it was about (a question, a
// task, a target) is known. Whoever asks may view the case.
func (s *Service) Who(ctx context.Context, seen *cases.Seen, a Asked) ([]Told, error) {
	h := s.hear(seen.Case, seen.Type)
	e, line, err := h.suppose(ctx, seen, a)
	if err != nil {
		return nil, err
	}
	out := make([]Told, 0, len(audiences))
	written := map[string]string{}
	for _, audience := range audiences {
		t := Told{Audience: audience, Template: templateIn(h.t, line, e, audience)}
		if t.Template == "" {
			if t.Silent = h.t.Muted(line, audience); t.Silent == "" || h.t.Messages[line][audience] == "" {
				continue // the table has nothing there
			}
			out = append(out, t)
			continue
		}
		h.left = nil
		recipients, err := h.recipients(ctx, e, audience)
		if err != nil {
			return nil, err
		}
		for _, r := range recipients {
			hearer := Hearer{Name: r.name, Email: r.email, Why: r.why}
			how, err := h.prefers(ctx, r, line)
			if err != nil {
				return nil, err
			}
			switch {
			case r.unwritten:
				hearer.Why = "is told in the console; the letter goes to the mailbox of the group"
				t.Not = append(t.Not, hearer)
			case written[r.face()] != "":
				hearer.Why = "has a letter already, since they are told as " + written[r.face()]
				t.Not = append(t.Not, hearer)
			case how != AtOnce:
				hearer.Why = insteadOfMail[how]
				t.Not = append(t.Not, hearer)
			default:
				written[r.face()] = audience
				t.To = append(t.To, hearer)
			}
		}
		t.Not = append(t.Not, h.left...)
		out = append(out, t)
	}
	return out, nil
}

// Sample is what a template would be given for a case of its author's choice,
// if an event happened to it now. Whoever asks may view the case.
func (s *Service) Sample(ctx context.Context, seen *cases.Seen, event core.EventKind, audience string) (messages.Data, error) {
	h := s.hear(seen.Case, seen.Type)
	e, _, err := h.suppose(ctx, seen, Asked{Event: event})
	if err != nil {
		return nil, err
	}
	recipients, err := h.recipients(ctx, e, audience)
	if err != nil {
		return nil, err
	}
	if len(recipients) > 0 {
		return h.data(ctx, e, recipients[0])
	}
	// Nobody would be told; the words can be shown all the same.
	return h.data(ctx, e, recipient{audience: audience, receives: audience == toReceiver, follows: audience == toFollower})
}

// suppose makes the event that is asked about, and finds its line of the table.
func (h *hearing) suppose(ctx context.Context, seen *cases.Seen, a Asked) (core.Recorded, string, error) {
	kind := a.Event
	switch kind {
	case core.CaseResolved:
		kind = core.StatusChanged
	case core.AllTasksDone:
		kind = core.TaskCompleted
	}
	now := h.o.Cases.Clock().Now()
	e := core.Recorded{CaseID: seen.Case.ID, Kind: kind, Actor: a.By, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now}
	history, err := h.o.Cases.Timeline(ctx, seen, 0)
	if err != nil {
		return e, "", err
	}
	for _, was := range slices.Backward(history) {
		// A note for staff alone does not stand for one to the requester.
		if was.Kind == kind && fact(was, "audience") != string(core.Staff) && fact(was, "audience") != string(core.Private) {
			e.About, e.Seq, e.Version = was.About, was.Seq, was.Version
			break
		}
	}
	e.About = maps.Clone(e.About)
	if e.About == nil {
		e.About = h.supposed(kind, a)
	}
	if a.Reason != "" {
		e.About["reason"] = a.Reason
	}
	if kind == core.CaseEscalated || kind == core.TargetBreached && h.climbs() {
		if err := h.supposeClimb(ctx, e.About); err != nil {
			return e, "", err
		}
	}
	if a.Event == core.CaseResolved {
		status, _ := h.t.FirstStatus(core.StatusResolved)
		e.Changes = map[core.Aspect]core.Changed{core.AspectStatus: {nil, status.Key}}
	}
	return e, string(a.Event), nil
}

// supposed are the facts of an event that the case does not have yet.
func (h *hearing) supposed(kind core.EventKind, a Asked) core.About {
	about := core.About{}
	switch kind {
	case core.NoteAdded, core.AttachmentAdded, core.AttachmentPublished:
		about["audience"] = string(core.Public)
	case core.CaseClosed:
		if reasons := h.t.Reasons.Close; len(reasons) > 0 && a.Reason == "" {
			about["reason"] = reasons[0].Key
		}
	}
	return about
}

// climbs reports whether being late takes cases of the type up the ladder.
func (h *hearing) climbs() bool {
	return slices.ContainsFunc(h.t.Targets, func(r core.TargetRule) bool { return len(r.Ladder) > 0 })
}

// supposeClimb takes the case up a level: its group is told, and may see it
// from then on.
func (h *hearing) supposeClimb(ctx context.Context, about core.About) error {
	groups := h.t.Groups[core.DutyEscalation]
	if len(groups) == 0 {
		return nil
	}
	if err := h.readAccess(ctx); err != nil {
		return err
	}
	group := groups[min(h.cs.Level, len(groups)-1)]
	about["group"] = group
	h.access = append(slices.Clip(h.access), accessRow{ActorKind: "group", ActorID: group, Why: core.AccessEscalated})
	return nil
}

// hear begins a hearing of a case.
func (s *Service) hear(cs *core.Case, t *core.CaseType) *hearing {
	return &hearing{Service: s, cs: cs, t: t, teams: map[string]*team{}, staff: map[core.StaffID]*core.StaffUser{},
		preferences: map[core.StaffID]map[core.EventKind]How{}, rung: map[rung]bool{}}
}

// leaves notes somebody who is not told, for [Service.Who].
func (h *hearing) leaves(name, why string) {
	h.left = append(h.left, Hearer{Name: name, Why: why})
}

// because says why recipients are told, where it is not said yet.
func because(list []recipient, why string) []recipient {
	for i := range list {
		if list[i].why == "" {
			list[i].why = why
		}
	}
	return list
}
