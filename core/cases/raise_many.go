package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// MaxPasts bounds one call of [Service.RaiseMany], so that no transaction
	// lasts long.
	MaxPasts   = 500
	maxSteps   = 100 // of one past
	maxAliases = 10  // of one past
)

// Past is a case with what happened to it elsewhere, to be brought in whole.
type Past struct {
	Case    core.CaseID  // new
	Aliases []core.Alias // references under which others know it
	Steps   []Step       // in order; the first one's command is *Raise
}

// Step is one thing that happened, and when.
type Step struct {
	At      time.Time
	Command Command
}

// Brought is what became of one [Past].
type Brought struct {
	Case  core.CaseID
	Ref   core.Reference
	Known bool  // one of its aliases names a case already: nothing was done; Case and Ref are that case's
	Err   error // it was refused by a rule (a *core.Error): nothing of it was kept
}

// RaiseMany brings in up to [MaxPasts] cases with their history: by import, by
// the filling of a test database. Each goes through the same rules, events and
// consequences as by [Service.Do], in memory, with the time of each step as the
// present; then all of them are written in one transaction. Guards are not
// asked: what happened elsewhere has happened. The outcomes come in the order
// of pasts.
//
// The actor needs what raising a case of the type takes, and for each later
// step what it takes by their duties. What follows from changes of today does
// not follow here: origin is never live, so nothing is queued, no target of the
// type starts, nobody is told.
//
// A past that a rule refuses does not stop the others. One that is known by an
// alias is left as it is, also when two calls bring it at the same moment, so
// that a file can be imported twice, and an import be taken up where it broke
// off. An error of the database undoes all.
//
// Commands that read ([Loader]) are read for before the first of them is
// applied, as if the case were raised by [Service.Do].
func (s *Service) RaiseMany(ctx context.Context, by core.Actor, origin core.Origin, pasts []Past) ([]Brought, error) {
	return s.raiseMany(ctx, by, origin, pasts, false)
}

// RehearseMany asks every rule that [Service.RaiseMany] asks, and keeps
// nothing: the outcomes are what would become of the pasts now.
func (s *Service) RehearseMany(ctx context.Context, by core.Actor, origin core.Origin, pasts []Past) ([]Brought, error) {
	return s.raiseMany(ctx, by, origin, pasts, true)
}

func (s *Service) raiseMany(ctx context.Context, by core.Actor, origin core.Origin, pasts []Past, rehearsal bool) ([]Brought, error) {
	if err := checkPasts(origin, pasts); err != nil {
		return nil, err
	}
	for range referenceTries {
		b := &bringing{door: s, by: by, origin: origin, pasts: pasts, now: s.clock.Now(), rehearsal: rehearsal}
		err := b.bring(ctx)
		switch {
		case err == nil:
			return b.brought, nil
		// Somebody brought one of the cases a moment earlier, or drew a reference
		// that is taken: everything is looked at once more.
		case postgres.Violates(err, "case_aliases_pkey"), postgres.Violates(err, "cases_ref_key"):
		default:
			return nil, err
		}
	}
	return nil, core.Conflict("Others bring in the same cases at this moment. Please try again.")
}

// checkPasts refuses a call that nobody would make by mistake in a row of data.
func checkPasts(origin core.Origin, pasts []Past) error {
	if len(pasts) == 0 || len(pasts) > MaxPasts {
		return core.Invalid("Between 1 and %d cases are brought in at once.", MaxPasts)
	}
	if !slices.Contains([]core.Origin{core.OriginImport, core.OriginRestore, core.OriginMigration}, origin) {
		return core.Invalid("What happened elsewhere is brought in as an import, a restore or a migration.")
	}
	seen := make(map[core.CaseID]bool, len(pasts))
	for _, p := range pasts {
		if p.Case.IsZero() || seen[p.Case] {
			return core.Invalid("Every case that is brought in has a new identifier of its own.")
		}
		seen[p.Case] = true
		if len(p.Steps) == 0 {
			return core.Invalid("A case that is brought in was raised at least.")
		}
		if _, raises := p.Steps[0].Command.(*Raise); !raises {
			return core.Invalid("The first thing that happened to a case is that it was raised.")
		}
	}
	return nil
}

// bringing is one run of [Service.RaiseMany].
type bringing struct {
	door    *Service
	by      core.Actor
	origin  core.Origin
	now     time.Time
	pasts   []Past
	brought []Brought
	works   []*Work // of the pasts; nil for those that are not written

	rehearsal bool // nothing is written

	has      standing                       // the actor's
	hours    map[string]int                 // newest version of each calendar
	versions map[string]int                 // published version of each type named
	known    map[core.Alias]core.CaseID     // cases that are there already
	refs     map[core.CaseID]core.Reference // of those in known
}

func (b *bringing) bring(ctx context.Context) error {
	b.brought, b.works = make([]Brought, len(b.pasts)), make([]*Work, len(b.pasts))
	if err := b.read(ctx); err != nil {
		return err
	}
	for i, p := range b.pasts {
		b.brought[i] = Brought{Case: p.Case}
		if id, known := b.knows(p); known {
			b.brought[i] = Brought{Case: id, Ref: b.refs[id], Known: true}
			b.works[i] = nil
			continue
		}
		err := b.live(ctx, i)
		var refusal *core.Error
		switch {
		case err == nil:
			b.brought[i].Ref = b.works[i].Case.Ref
			for _, alias := range p.Aliases {
				b.known[alias] = p.Case
			}
			b.refs[p.Case] = b.works[i].Case.Ref
		case errors.As(err, &refusal) && refusal.Kind != core.ErrUnavailable:
			b.brought[i].Err = err
			b.works[i] = nil
		default:
			return fmt.Errorf("bring in a case: %w", err)
		}
	}
	if b.rehearsal {
		return nil
	}
	return b.write(ctx)
}

// knows finds the case that one of a past's aliases names.
func (b *bringing) knows(p Past) (core.CaseID, bool) {
	for _, alias := range p.Aliases {
		if id, ok := b.known[alias]; ok {
			return id, true
		}
	}
	return core.CaseID{}, false
}

// live takes a case through its past, in memory.
func (b *bringing) live(ctx context.Context, i int) (err error) {
	p, w := b.pasts[i], b.works[i]
	if err := p.check(b.now); err != nil {
		return err
	}
	key := p.Steps[0].Command.(*Raise).Type
	version := b.versions[key]
	if version == 0 {
		return core.NotFound("There is no case type %q.", key)
	}
	if w.Type, err = w.types.At(ctx, key, version); err != nil {
		return err
	}
	w.Groups, w.hours = b.has.groups, b.hours
	if w.May = mayRaise(b.by, w.Type, standing{groups: w.Groups}); len(w.May) == 0 {
		return core.Forbidden("You may not raise cases of the type “%s”.", w.Type.Name)
	}
	for n, step := range p.Steps {
		w.Now = step.At.UTC().Truncate(time.Microsecond)
		w.HappenedAt = w.Now
		if err := w.run(ctx, step.Command, 0); err != nil {
			return err
		}
		if n == 0 {
			w.May = append(slices.Clip(w.May), mayDo(b.by, w.Case, w.Type, b.has)...)
		}
	}
	return w.forgotten()
}

// check refuses a past whose times or aliases cannot be.
func (p Past) check(now time.Time) error {
	if len(p.Steps) > maxSteps {
		return core.Invalid("No more than %d things are brought in of one case.", maxSteps)
	}
	if len(p.Aliases) > maxAliases {
		return core.Invalid("A case has no more than %d references elsewhere.", maxAliases)
	}
	for _, alias := range p.Aliases {
		if err := alias.Check(); err != nil {
			return err
		}
	}
	var last time.Time
	for _, step := range p.Steps {
		switch {
		case step.At.IsZero() || step.At.Year() < 1 || step.At.Year() > 9999:
			return core.Invalid("Say when each thing happened.")
		case step.At.Before(last):
			return core.Invalid("What happened to a case is brought in in the order of time; %s comes before %s.",
				step.At.UTC().Format(time.DateTime), last.UTC().Format(time.DateTime))
		case step.At.After(now):
			return core.Invalid("What happened to a case cannot have happened in the future, on %s.", step.At.UTC().Format(time.DateTime))
		}
		last = step.At
	}
	return nil
}
