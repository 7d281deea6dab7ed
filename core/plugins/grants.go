package plugins

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Capabilities lists in words what a version asks for: what was granted of it,
// and what nobody has decided on.
func (s *Service) Capabilities(ctx context.Context, hash string) ([]Capability, error) {
	v, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return nil, err
	}
	p, err := s.Find(ctx, v.PluginID)
	if err != nil {
		return nil, err
	}
	m, err := s.read(v.Hash, v.Manifest)
	if err != nil {
		return nil, err
	}
	out := make([]Capability, len(v.Needs))
	for i, key := range v.Needs {
		out[i] = m.capability(key, state{Granted: p.Granted, Decided: p.Decided})
	}
	return out, nil
}

// Grant says what a plugin may do from now on: of what its live version asks
// for, all that is listed and nothing else. It takes effect at once.
func (s *Service) Grant(ctx context.Context, by core.Actor, id string, granted []string) error {
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		if st.Live == "" {
			return "", nil, core.Conflict("No version of this plugin is live yet. Decide what it may do when it goes live.")
		}
		v, err := versionOf(ctx, tx, st.Live)
		if err != nil {
			return "", nil, err
		}
		next, err := decide(v.Needs, granted, st.Granted)
		if err != nil {
			return "", nil, err
		}
		decided := union(st.Decided, v.Needs)
		if slices.Equal(next, st.Granted) && slices.Equal(decided, st.Decided) {
			return "", nil, nil
		}
		_, err = tx.Exec(ctx, updateGranted, id, next, decided, now)
		return core.PluginGranted, core.About{"granted": next, "before": st.Granted}, postgres.Translate(err)
	})
}

// undecided lists what a version asks for that nobody has said yes or no to.
func undecided(needs, decided []string) []string {
	var out []string
	for _, key := range needs {
		if !covered(key, decided) {
			out = append(out, key)
		}
	}
	return out
}

// decide says yes to the listed ones of what a version asks for and no to its
// others. What other versions ask for stays as it was, running work may still
// be theirs; unless it is more than what was now refused.
func decide(needs, yes, before []string) ([]string, error) {
	for _, key := range yes {
		if !slices.Contains(needs, key) {
			return nil, core.Invalid("This version does not ask for “%.100s”.", key)
		}
	}
	out := slices.Clone(yes)
	for _, key := range before {
		refused := slices.ContainsFunc(needs, func(need string) bool { return !covered(need, yes) && covered(need, []string{key}) })
		if !slices.Contains(needs, key) && !refused {
			out = append(out, key)
		}
	}
	return union(out, nil), nil
}

// union is both, sorted, each once; never nil, which the database would keep
// as unknown.
func union(a, b []string) []string {
	out := append(append([]string{}, a...), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
