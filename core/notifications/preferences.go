package notifications

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// How is the way in which somebody wants to be told of a kind of event.
type How string

// The ways. Each but None has it in the console.
const (
	AtOnce    How = "mail"    // a mail of its own; the usual way
	InDigest  How = "digest"  // with others, once a working day
	InConsole How = "console" // no mail
	None      How = "none"
)

// Hows lists the ways, the loudest first.
func Hows() []How { return []How{AtOnce, InDigest, InConsole, None} }

// unsilenced are the events that nobody can choose not to hear of at all: a
// promise was broken, or somebody asked for help. They may go without a mail,
// and are in the console in any case.
var unsilenced = []core.EventKind{core.TargetBreached, core.TaskBreached, core.CaseEscalated}

// CanBeSilenced reports whether a kind of event can be switched off altogether.
func CanBeSilenced(kind core.EventKind) bool { return !slices.Contains(unsilenced, kind) }

// Kinds lists the events of which staff can be told, in the order of the matrix.
func Kinds() []core.EventKind {
	var out []core.EventKind
	for _, line := range matrix {
		if slices.ContainsFunc(line.Cells, func(c Cell) bool { return c.Audience != toRequester }) {
			out = append(out, line.Event)
		}
	}
	return out
}

// Preferences are how a staff user wants to be told, and when they get their
// digest.
type Preferences struct {
	How  map[core.EventKind]How // what is not in it is told in the usual way
	Hour int                    // of the digest, 0 to 23, by the clocks of Zone
	Zone string                 // IANA name; "" for that of the organisation
}

// Of is how a kind of event is told.
func (p Preferences) Of(kind core.EventKind) How {
	if how, ok := p.How[kind]; ok {
		return how
	}
	return AtOnce
}

// defaultHour is when digests are sent to whoever has not said otherwise.
const defaultHour = 8

// maxZone bounds the name of a time zone, in bytes.
const maxZone = 60

// Preferences returns those of a staff user.
func (s *Service) Preferences(ctx context.Context, by core.Actor) (Preferences, error) {
	if !by.IsStaff() {
		return Preferences{}, core.Forbidden("Only staff are notified in the console.")
	}
	own, err := s.preferencesOf(ctx, by.StaffID())
	if err != nil {
		return Preferences{}, err
	}
	p := Preferences{How: own, Hour: defaultHour}
	rows, err := postgres.All[settingsRow](ctx, s.o.DB.Pool(), selectSettings, by.StaffID())
	if err != nil {
		return Preferences{}, fmt.Errorf("read when a digest is wanted: %w", err)
	}
	if len(rows) > 0 {
		p.Hour, p.Zone = rows[0].DigestHour, rows[0].Zone
	}
	return p, nil
}

// SetPreferences keeps how a staff user wants to be told. Kinds that are not in
// it are told in the usual way.
func (s *Service) SetPreferences(ctx context.Context, by core.Actor, p Preferences) error {
	if !by.IsStaff() {
		return core.Forbidden("Only staff are notified in the console.")
	}
	if p.Hour < 0 || p.Hour > 23 {
		return core.InvalidField("hour", "Choose an hour of the day.")
	}
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" || len(p.Zone) > maxZone {
			return core.InvalidField("zone", "That is no time zone; write it like Europe/London.")
		}
	}
	kinds := Kinds()
	for kind, how := range p.How {
		switch {
		case !slices.Contains(kinds, kind):
			return core.Invalid("There is no such kind of event.")
		case !slices.Contains(Hows(), how):
			return core.InvalidField(string(kind), "Choose how you want to hear of it.")
		case how == None && !CanBeSilenced(kind):
			return core.InvalidField(string(kind), "This is in the console in any case: choose whether a mail goes with it.")
		}
	}
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		b.Queue(deletePreferences, by.StaffID())
		for kind, how := range p.How {
			if how != AtOnce {
				b.Queue(insertPreference, by.StaffID(), kind, how)
			}
		}
		b.Queue(upsertSettings, by.StaffID(), p.Hour, p.Zone)
		return postgres.Translate(tx.SendBatch(ctx, &b).Close())
	})
}

// preferencesOf reads where somebody differs from the usual way.
func (s *Service) preferencesOf(ctx context.Context, id core.StaffID) (map[core.EventKind]How, error) {
	rows, err := postgres.All[preferenceRow](ctx, s.o.DB.Pool(), selectPreferences, id)
	if err != nil {
		return nil, fmt.Errorf("read how somebody wants to be told: %w", err)
	}
	out := make(map[core.EventKind]How, len(rows))
	for _, r := range rows {
		out[r.Kind] = r.How
	}
	return out, nil
}

// prefers is how a recipient of a line of the matrix wants to be told: at once,
// when they are no colleague.
func (h *hearing) prefers(ctx context.Context, r recipient, line string) (How, error) {
	if r.staff.IsZero() {
		return AtOnce, nil
	}
	return h.wants(ctx, r.staff, core.EventKind(line))
}

// insteadOfMail says of a colleague why no mail goes to them at once.
var insteadOfMail = map[How]string{
	InDigest: "wants it in the daily digest", InConsole: "wants it in the console only", None: "does not want to be told",
}
