// Package notifications decides who is told of what happened to a case, and
// writes to them. It hears of events after they were committed
// ([Service.Heard] is a [cases.Listener]), reads the case type's message table
// (event × audience → template), and puts letters into the outbox in the
// transaction that notes it has heard. Rendering and delivery are in
// core/messages; what a template may say is listed there.
//
//	matrix.go      every event and audience there is, with the template suggested for it
//	rules.go       which events tell whom, and by which template
//	who.go         who would be told now, and why, or why not
//	offers.go      what each event offers to templates; templates held against it
//	recipients.go  the people behind an audience: who may see the case, whose own action it was
//	followers.go   those who wanted to hear of it besides, and what they may be told
//	tasks.go       whoever has a task, and what they may be told
//	data.go        what a template is given
//	unreached.go   what somebody without an email address was not told
//	bell*.go       what staff are told in the console
//	preferences.go how they want to be told
//	digest.go      one mail a day instead of many
package notifications

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/portals"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// Options are the slices that know what letters say, and how letters go out.
// All but Deliver are required.
type Options struct {
	DB        *postgres.DB
	Messages  *messages.Service
	People    *people.Service
	Cases     *cases.Service
	Notes     *notes.Service
	Questions *questions.Service
	Targets   *targets.Service
	Tasks     *tasks.Service
	Portals   *portals.Service
	Followers *followers.Service
	Log       *slog.Logger
	// Links says which closed case a new one goes on with; nil for none.
	Links *links.Service
	// Satisfaction asks requesters how satisfied they are; nil asks nobody.
	Satisfaction *satisfaction.Service

	// Secret signs the links by which followers end it.
	Secret core.Secret
	// BaseURL is where people reach the installation, without a slash at the end.
	BaseURL string
	// Deliver queues the job that sends what is due, on the batch that writes
	// the letters; nil leaves that to the clock.
	Deliver func(*pgx.Batch)
}

// Service tells people what happened to cases.
type Service struct {
	o    Options
	told told
}

// New makes the service. Its [Service.Heard] is given to [cases.Service.Listen].
func New(o Options) *Service {
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &Service{o: o}
}

// Heard implements [cases.Listener]: it queues a letter to everybody who is to
// be told of the events. Imports, restores and migrations tell nobody. One
// event that is heard again tells nobody a second time.
func (s *Service) Heard(ctx context.Context, b *pgx.Batch, cs *core.Case, t *core.CaseType, heard []core.Recorded) error {
	h := &hearing{Service: s, cs: cs, t: t, heard: heard, teams: map[string]*team{}, staff: map[core.StaffID]*core.StaffUser{},
		preferences: map[core.StaffID]map[core.EventKind]How{}, rung: map[rung]bool{}}
	queued := false
	for _, e := range heard {
		letters, err := h.letters(ctx, e)
		if err != nil {
			return err
		}
		s.o.Messages.Queue(b, letters...)
		queued = queued || len(letters) > 0 || e.Kind == core.LetterSent || e.Kind == core.LetterRepeated
	}
	h.queueBells(b)
	if queued && s.o.Deliver != nil {
		s.o.Deliver(b)
	}
	return nil
}

// hearing is one call of [Service.Heard]: what it needs to know is read when
// it is first wanted, and once.
type hearing struct {
	*Service
	cs    *core.Case
	t     *core.CaseType
	heard []core.Recorded

	access       []accessRow
	accessRead   bool
	needs        core.Permission // to be told just now; "" is what the event asks for
	teams        map[string]*team
	staff        map[core.StaffID]*core.StaffUser
	organisation *core.Organisation
	zone         *time.Location
	targets      []targets.View
	targetsRead  bool
	left         []Hearer                                // who belongs to an audience, and is not told
	preferences  map[core.StaffID]map[core.EventKind]How // where somebody differs from the usual way
	rung         map[rung]bool
	bells        []bell
	routine      string // the key of the routine that says so; "" for the matrix
}

// letters writes what one event tells.
func (h *hearing) letters(ctx context.Context, e core.Recorded) ([]messages.Letter, error) {
	if e.Origin != core.OriginLive || h.toldByBreach(e) {
		return nil, nil
	}
	name, err := h.line(ctx, e)
	if err != nil {
		return nil, err
	}
	var out []messages.Letter
	told := map[string]bool{}
	for _, audience := range audiences {
		template := templateIn(h.t, name, e, audience)
		if template == "" {
			continue
		}
		recipients, err := h.recipients(ctx, e, audience)
		if err != nil {
			return nil, err
		}
		for _, r := range recipients {
			mail := true
			if !r.staff.IsZero() {
				if mail, err = h.ring(ctx, e, name, r); err != nil {
					return nil, err
				}
			}
			if r.unwritten || told[r.face()] {
				continue
			}
			told[r.face()] = true
			if !mail {
				continue
			}
			letter, ok, err := h.letter(ctx, e, name, template, r)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, letter)
			}
		}
	}
	return out, nil
}

// letter writes to one recipient. A template that cannot be used must not keep
// everybody else from being told, and is logged: publishing checks templates,
// so it is a fault of ours.
func (h *hearing) letter(ctx context.Context, e core.Recorded, name, template string, r recipient) (messages.Letter, bool, error) {
	data, err := h.data(ctx, e, r)
	if err != nil {
		return messages.Letter{}, false, err
	}
	letter, err := h.o.Messages.Compose(ctx, messages.Outgoing{
		Case: h.cs.ID, Person: r.person, EventSeq: e.Seq, Event: name, Audience: r.audience, Template: template, CaseType: h.t.Key,
		Language: r.language, To: r.email, ToName: r.name, Data: data, Answerable: r.audience == toRequester && !r.former,
	})
	switch core.KindOf(err) {
	case core.ErrInvalid, core.ErrNotFound:
		h.o.Log.Error("a message could not be written", "case", h.cs.ID.String(), "event", name, "template", template, "error", err)
		return messages.Letter{}, false, nil
	}
	return letter, err == nil, err
}
