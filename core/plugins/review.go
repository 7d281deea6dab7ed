package plugins

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const updateUnsigned = `UPDATE plugin_versions SET unsigned = true WHERE hash = $1`

// ActivateUnsigned is [Service.Activate] for a version that nobody who is
// trusted has signed: whoever calls it says yes to that. The version is marked
// for ever.
func (s *Service) ActivateUnsigned(ctx context.Context, by core.Actor, hash string, granted []string) (Plugin, error) {
	return s.letServe(ctx, by, hash, granted, true)
}

// acceptUnsigned marks a version that was stored without an answer to the
// question of its signature, when the answer is yes.
func (s *Service) acceptUnsigned(ctx context.Context, by core.Actor, v Version) (Version, error) {
	err := s.change(ctx, by, v.Plugin, func(ctx context.Context, tx pgx.Tx, _ state, _ time.Time) (core.EventKind, core.About, error) {
		_, err := tx.Exec(ctx, updateUnsigned, v.Hash)
		return core.PluginAdded, core.About{"version": v.Version, "hash": v.Hash, "key": v.Key, "unsigned": true}, postgres.Translate(err)
	})
	v.Unsigned = true
	return v, err
}

// unanswered reports whether nobody stands for a version: no trusted publisher,
// not the program, and no administrator who took it all the same.
func (r versionRow) unanswered() bool { return !r.Shipped && !r.Unsigned && r.Signer == "" }

func notSigned(v versionRow) error {
	if v.Key == "" {
		return core.Conflict("Nobody has signed version %s. It can go live when an administrator says that this is known.", v.Version)
	}
	return core.Conflict("Version %s is signed by somebody you do not trust. It can go live when an administrator says that this is known.", v.Version)
}

// Allow switches one of the capabilities that the live version of a plugin asks
// for on or off, and leaves the others as they are. It takes effect at once.
func (s *Service) Allow(ctx context.Context, by core.Actor, id, key string, yes bool) error {
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		if st.Live == "" {
			return "", nil, core.Conflict("No version of this plugin is live yet. Decide what it may do when it goes live.")
		}
		v, err := versionOf(ctx, tx, st.Live)
		if err != nil {
			return "", nil, err
		}
		var granted []string
		for _, other := range v.Needs {
			if other != key && covered(other, st.Granted) {
				granted = append(granted, other)
			}
		}
		if yes {
			granted = append(granted, key)
		} else if !slices.Contains(v.Needs, key) {
			return "", nil, core.Invalid("This version does not ask for “%.100s”.", key)
		}
		next, err := decide(v.Needs, granted, st.Granted)
		if err != nil {
			return "", nil, err
		}
		decided := union(st.Decided, []string{key})
		if slices.Equal(next, st.Granted) && slices.Equal(decided, st.Decided) {
			return "", nil, nil
		}
		_, err = tx.Exec(ctx, updateGranted, id, next, decided, now)
		return core.PluginGranted, core.About{"granted": next, "before": st.Granted}, postgres.Translate(err)
	})
}

const selectFailing = `SELECT p.id, f.faults FROM plugins p CROSS JOIN LATERAL (
	SELECT coalesce(sum(g.faults), 0)::bigint AS faults FROM plugin_figures g WHERE g.plugin_id = p.id AND g.minute >= $1) f
WHERE p.is_on AND p.live IS NOT NULL AND f.faults > 0`

type failingRow struct {
	ID     string
	Faults int64
}

// Failing counts the faults since an instant of the plugins that serve and had
// some, by id.
func (s *Service) Failing(ctx context.Context, since time.Time) (map[string]int, error) {
	rows, err := postgres.All[failingRow](ctx, s.db.Pool(), selectFailing, since)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.ID] = int(r.Faults)
	}
	return out, nil
}
