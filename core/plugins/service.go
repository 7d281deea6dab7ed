package plugins

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Options are what a [Service] needs of the rest of the program.
type Options struct {
	Clock  core.Clock
	Secret core.Secret
	Runner Runner
	// Uses lists the case types that name an entry of a plugin, in words for
	// an administrator. Nil: there are none.
	Uses func(ctx context.Context, plugin string) ([]string, error)
	// Pins count, by pin, what holds a state that a plugin made: forms begun,
	// tasks, sections. One function a slice.
	Pins []func(ctx context.Context, plugin string) (map[string]int, error)
}

// Service answers for what is installed, and changes it. It is safe for
// concurrent use.
type Service struct {
	db *postgres.DB
	o  Options

	mu     sync.RWMutex
	offers map[string]manifest // read of packages, by hash: they never change
}

// New makes a service on the database.
func New(db *postgres.DB, o Options) *Service {
	return &Service{db: db, o: o, offers: map[string]manifest{}}
}

// MayAdminister reports whether somebody may change what is installed.
func MayAdminister(by core.Actor) bool {
	return by.Kind == core.ActorSystem || by.IsStaff() && (by.Has(core.RolePluginAdmin) || by.Has(core.RoleAdministrator))
}

func mayAdminister(by core.Actor) error {
	if !MayAdminister(by) {
		return core.Forbidden("Only plugin administrators may do this.")
	}
	return nil
}

// Installed lists every plugin, by name.
func (s *Service) Installed(ctx context.Context) ([]Plugin, error) {
	rows, err := postgres.All[pluginRow](ctx, s.db.Pool(), selectPlugins)
	if err != nil {
		return nil, err
	}
	out := make([]Plugin, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}

// Find returns one plugin, or a not-found error.
func (s *Service) Find(ctx context.Context, id string) (Plugin, error) {
	return find(ctx, s.db.Pool(), id)
}

func find(ctx context.Context, q postgres.Querier, id string) (Plugin, error) {
	r, err := postgres.One[pluginRow](ctx, q, Unknown(), selectPlugin, id)
	return r.noun(), err
}

// Versions lists the packages of a plugin, the one added last first.
func (s *Service) Versions(ctx context.Context, id string) ([]Version, error) {
	rows, err := postgres.All[versionRow](ctx, s.db.Pool(), selectVersions, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	held, err := s.held(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
		out[i].InUse = heldBy(held, r.Hash)
	}
	return out, nil
}

// Version returns one package by its hash, or by at least twelve letters that
// begin it; or a not-found error.
func (s *Service) Version(ctx context.Context, hash string) (Version, error) {
	r, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return Version{}, err
	}
	v := r.noun()
	held, err := s.held(ctx, v.Plugin)
	v.InUse = heldBy(held, v.Hash)
	return v, err
}

// shortHash is how much of a hash names it: what pins hold.
const shortHash = 12

func versionOf(ctx context.Context, q postgres.Querier, hash string) (versionRow, error) {
	unknown := core.NotFound("There is no such version of a plugin.")
	if len(hash) < shortHash || len(hash) > 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return versionRow{}, unknown
	}
	rows, err := postgres.All[versionRow](ctx, q, selectVersion, hash)
	if err != nil {
		return versionRow{}, err
	}
	if len(rows) != 1 {
		return versionRow{}, unknown
	}
	return rows[0], nil
}

// held counts, by pin, what holds states of a plugin.
func (s *Service) held(ctx context.Context, id string) (map[string]int, error) {
	all := map[string]int{}
	for _, count := range s.o.Pins {
		pins, err := count(ctx, id)
		if err != nil {
			return nil, err
		}
		for pin, n := range pins {
			all[pin] += n
		}
	}
	return all, nil
}

// heldBy counts what holds a state that one version made. A pin ends with the
// beginning of the version's hash: "1.0.0+s1.3fa9c2d1e0ab".
func heldBy(held map[string]int, hash string) (n int) {
	for pin, count := range held {
		if short := pin[strings.LastIndexByte(pin, '.')+1:]; len(short) >= shortHash && strings.HasPrefix(hash, short) {
			n += count
		}
	}
	return n
}

// Entries lists what the live versions offer, of one kind, or with "" of all,
// sorted by name. Those of plugins that are switched off are among them.
func (s *Service) Entries(ctx context.Context, kind string) ([]Entry, error) {
	rows, err := postgres.All[liveRow](ctx, s.db.Pool(), selectLive)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, r := range rows {
		m, err := s.read(r.Hash, r.Manifest)
		if err != nil {
			return nil, err
		}
		for _, e := range m.Entries {
			if kind == "" || e.Kind == kind {
				out = append(out, Entry{Plugin: r.ID, ID: e.ID, Kind: e.Kind, Title: e.Title, Summary: e.Summary, On: r.IsOn})
			}
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// Offered lists what one version offers, whether it serves or not.
func (s *Service) Offered(ctx context.Context, hash string) ([]Entry, error) {
	r, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return nil, err
	}
	m, err := s.read(r.Hash, r.Manifest)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(m.Entries))
	for i, e := range m.Entries {
		out[i] = Entry{Plugin: r.PluginID, ID: e.ID, Kind: e.Kind, Title: e.Title, Summary: e.Summary, On: true}
	}
	return out, nil
}

// History lists what was changed about a plugin, or, of "publishers", about
// whose signatures are trusted; the last limit changes, newest first.
func (s *Service) History(ctx context.Context, id string, limit int) ([]core.Recorded, error) {
	const atOnce = 1000
	var all []core.Recorded
	for {
		var after core.Version
		if n := len(all); n > 0 {
			after = all[n-1].Version
		}
		more, err := events.History(ctx, s.db.Pool(), core.StreamPlugin, id, after, atOnce)
		if err != nil {
			return nil, err
		}
		if all = append(all, more...); len(more) < atOnce {
			slices.Reverse(all)
			return all[:min(len(all), limit)], nil
		}
	}
}

// Try runs one call on the bench: nothing of it is kept or done.
func (s *Service) Try(ctx context.Context, by core.Actor, t Trial) (Tried, error) {
	if err := mayAdminister(by); err != nil {
		return Tried{}, err
	}
	v, err := versionOf(ctx, s.db.Pool(), t.Hash)
	if err != nil {
		return Tried{}, err
	}
	t.Hash = v.Hash
	return s.o.Runner.Try(ctx, t)
}

// Sample makes a request to begin with on the bench. An empty event is the
// first that the kind of entry knows.
func (s *Service) Sample(ctx context.Context, by core.Actor, hash, entry, event string) (json.RawMessage, error) {
	if err := mayAdminister(by); err != nil {
		return nil, err
	}
	v, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return nil, err
	}
	return s.o.Runner.Sample(ctx, v.Hash, entry, event)
}

// Running says how a plugin does on this server now.
func (s *Service) Running(id string) Running { return s.o.Runner.Running(id) }

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
