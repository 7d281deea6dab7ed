package notifications

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

// This file is what staff are told in the console. Whoever is written to as
// staff has it there too, and so do the members of a group whose letters go to
// a shared mailbox. What is kept is whom and of which event: its words are made
// when it is read (bellwords.go), and whether its reader may still see the case
// is asked in the same statement (store_bell.go).

// Topic is what the live pages of a staff user listen to for their
// notifications.
func Topic(id core.StaffID) string { return "notifications:" + id.String() }

// ring tells somebody of an event in the console, as they want to be told.
// mail says whether a letter of their own is to follow at once.
func (h *hearing) ring(ctx context.Context, e core.Recorded, name string, r recipient) (mail bool, err error) {
	how, err := h.wants(ctx, r.staff, core.EventKind(name))
	if err != nil {
		return false, err
	}
	if how != None && !h.rung[rung{e.Seq, r.staff}] {
		h.rung[rung{e.Seq, r.staff}] = true
		h.bells = append(h.bells, bell{
			staff: r.staff, seq: e.Seq, kind: name, audience: r.audience, needs: h.neededBy(e, r), task: number(e, "task"), digest: how == InDigest, routine: h.routine,
		})
	}
	return how == AtOnce, nil
}

// neededBy is what the reader must hold when they read it.
func (h *hearing) neededBy(e core.Recorded, r recipient) core.Permission {
	if r.receives {
		return core.MayTask
	}
	return h.readers(e)
}

// wants is how a staff user wants to be told of a kind of event.
func (h *hearing) wants(ctx context.Context, id core.StaffID, kind core.EventKind) (How, error) {
	own, known := h.preferences[id]
	if h.preferences == nil {
		h.preferences = map[core.StaffID]map[core.EventKind]How{}
	}
	if !known {
		var err error
		if own, err = h.preferencesOf(ctx, id); err != nil {
			return "", err
		}
		h.preferences[id] = own
	}
	how, chosen := own[kind]
	switch {
	case !chosen:
		return AtOnce, nil
	case how == None && slices.Contains(unsilenced, kind):
		return InConsole, nil
	}
	return how, nil
}

// bell is a notification that is to be kept.
type bell struct {
	staff    core.StaffID
	seq      int64
	kind     string
	audience string
	needs    core.Permission
	task     int
	digest   bool
	routine  string // by which they are told, beside what the matrix says of the event
}

// rung tells the notifications of one hearing apart.
type rung struct {
	seq   int64
	staff core.StaffID
}

// queueBells keeps what was rung with what else the hearing writes.
func (h *hearing) queueBells(b *pgx.Batch) {
	now := h.o.Cases.Clock().Now()
	var whom []core.StaffID
	for _, one := range h.bells {
		b.Queue(insertBell, one.staff, h.cs.ID, one.seq, one.kind, one.audience, one.needs, one.task, now, one.digest, one.routine)
		whom = append(whom, one.staff)
	}
	h.told.keep(h.cs.ID, whom)
}

// told remembers, from the hearing of a case to the moment at which what it
// wrote is in force, whose pages are to be told. It is lost with the server:
// then they see it on their next page.
type told struct {
	mu   sync.Mutex
	whom map[core.CaseID][]core.StaffID
}

// maxTold bounds what is remembered at once.
const maxTold = 10_000

func (t *told) keep(id core.CaseID, whom []core.StaffID) {
	if len(whom) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.whom == nil || len(t.whom) >= maxTold {
		t.whom = map[core.CaseID][]core.StaffID{}
	}
	t.whom[id] = append(t.whom[id], whom...)
}

func (t *told) take(id core.CaseID) []core.StaffID {
	t.mu.Lock()
	defer t.mu.Unlock()
	whom := t.whom[id]
	delete(t.whom, id)
	return whom
}

// Announce tells the pages of those who were notified of a case to look again.
// It is called when [cases.Service.React] has returned: what the reaction wrote
// is in force then, and a notice from within its transaction would make
// reactions commit one after another.
func (s *Service) Announce(ctx context.Context, id core.CaseID) error {
	return s.announce(ctx, s.told.take(id)...)
}

func (s *Service) announce(ctx context.Context, whom ...core.StaffID) error {
	topics := make([]string, 0, len(whom))
	for _, id := range whom {
		topics = append(topics, Topic(id))
	}
	slices.Sort(topics)
	return events.TellNow(ctx, s.o.DB, slices.Compact(topics)...)
}
