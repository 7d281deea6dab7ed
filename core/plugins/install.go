package plugins

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// MaxModule is the largest package, in bytes.
const MaxModule = 16 << 20

// AddOptions say how a package is taken.
type AddOptions struct {
	// Unsigned takes a package that no trusted publisher has signed. The
	// version is marked for ever.
	Unsigned bool
	// Later stores a package whoever signed it, to be looked at: whether it is
	// taken is asked when it is to go live. See [Service.ActivateUnsigned].
	Later bool
}

// Add stores a package as a version of its plugin, after it was inspected,
// compiled, loaded and asked to describe itself. It does not serve yet: see
// [Service.Activate]. The same file again is the version that is there.
func (s *Service) Add(ctx context.Context, by core.Actor, module []byte, o AddOptions) (Version, error) {
	if err := mayAdminister(by); err != nil {
		return Version{}, err
	}
	if len(module) > MaxModule {
		return Version{}, &core.Error{Kind: core.ErrTooLarge, Message: "A plugin may have 16 MiB at most."}
	}
	in, err := s.o.Runner.Inspect(module)
	if err != nil {
		return Version{}, err
	}
	if v, err := s.Version(ctx, in.Hash); core.KindOf(err) != core.ErrNotFound {
		if err == nil && o.Unsigned && !v.Unsigned && !v.Signed() {
			return s.acceptUnsigned(ctx, by, v)
		}
		return v, err
	}
	m, err := s.read(in.Hash, in.Manifest)
	if err != nil {
		return Version{}, err
	}
	if _, err := ReadSchema(m.Config); err != nil {
		return Version{}, core.Invalid("Its settings cannot be shown here: %v.", err)
	}
	if err := s.checkSigner(ctx, in, o); err != nil {
		return Version{}, err
	}
	if err := s.o.Runner.Prove(ctx, module); err != nil {
		return Version{}, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.store(ctx, tx, by, in, module, mark{unsigned: o.Unsigned && !s.isTrusted(ctx, tx, in.Key)})
	})
	if err != nil {
		return Version{}, err
	}
	return s.Version(ctx, in.Hash)
}

// mark is what is noted beside a version.
type mark struct{ unsigned, shipped bool }

// store writes a version that is not there yet, and its plugin.
func (s *Service) store(ctx context.Context, tx pgx.Tx, by core.Actor, in Inspected, module []byte, as mark) error {
	now := s.o.Clock.Now()
	if _, err := tx.Exec(ctx, insertPlugin, in.ID, as.shipped, now); err != nil {
		return postgres.Translate(err)
	}
	if _, err := lock(ctx, tx, in.ID); err != nil {
		return err
	}
	done, err := tx.Exec(ctx, insertVersion, in.Hash, in.ID, in.Version, in.Name, in.Publisher, in.Summary, in.Manifest, in.Needs,
		module, len(module), in.Key, as.unsigned, as.shipped, now, by.StaffID())
	if err != nil {
		return postgres.Translate(err)
	}
	if done.RowsAffected() == 0 {
		return nil // somebody stored the same file at the same moment
	}
	return s.record(ctx, tx, by, in.ID, core.PluginAdded, core.About{
		"version": in.Version, "hash": in.Hash, "key": in.Key, "unsigned": as.unsigned, "shipped": as.shipped,
	}, now)
}

// checkSigner refuses a package that nobody who is trusted has signed.
func (s *Service) checkSigner(ctx context.Context, in Inspected, o AddOptions) error {
	switch {
	case o.Unsigned || o.Later || s.isTrusted(ctx, s.db.Pool(), in.Key):
		return nil
	case in.Key == "":
		return core.Invalid("Nobody has signed this package. It can be installed unsigned, if you know where it comes from.")
	}
	return core.Invalid("This package is signed with the key %s, which is not that of a publisher you trust.", in.Key)
}

// Waiting is the error of [Service.Activate] for a version that wants more
// than somebody has decided on. Nothing was changed.
type Waiting struct {
	Version string
	Wants   []Capability // that nobody has said yes or no to
}

func (w *Waiting) Error() string {
	titles := make([]string, len(w.Wants))
	for i, c := range w.Wants {
		titles[i] = c.Title
	}
	return "version " + w.Version + " wants more than was decided on: " + strings.Join(titles, "; ")
}

// Activate lets a version serve: install, upgrade and roll-back are one
// operation. granted are the capabilities that it may have from now on, of
// those it asks for; nil leaves what was decided, and then a version that
// wants more stays waiting: the error is a conflict that wraps a [Waiting].
// States that the version before has made are migrated or stay with it.
//
// A version that was stored to be looked at, and that nobody who is trusted has
// signed, is refused: see [Service.ActivateUnsigned].
func (s *Service) Activate(ctx context.Context, by core.Actor, hash string, granted []string) (Plugin, error) {
	return s.letServe(ctx, by, hash, granted, false)
}

func (s *Service) letServe(ctx context.Context, by core.Actor, hash string, granted []string, unsigned bool) (Plugin, error) {
	if err := mayAdminister(by); err != nil {
		return Plugin{}, err
	}
	v, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return Plugin{}, err
	}
	err = s.change(ctx, by, v.PluginID, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		if v.unanswered() {
			if !unsigned {
				return "", nil, notSigned(v)
			}
			if _, err := tx.Exec(ctx, updateUnsigned, v.Hash); err != nil {
				return "", nil, postgres.Translate(err)
			}
		}
		return s.activate(ctx, tx, st, v, granted, now)
	})
	if err != nil {
		return Plugin{}, err
	}
	return s.Find(ctx, v.PluginID)
}

func (s *Service) activate(ctx context.Context, tx pgx.Tx, st state, v versionRow, granted []string, now time.Time) (core.EventKind, core.About, error) {
	m, err := s.read(v.Hash, v.Manifest)
	if err != nil {
		return "", nil, err
	}
	if granted == nil {
		if wants := undecided(v.Needs, st.Decided); len(wants) > 0 {
			waiting := &Waiting{Version: v.Version}
			for _, key := range wants {
				waiting.Wants = append(waiting.Wants, m.capability(key, st))
			}
			return "", nil, &core.Error{Kind: core.ErrConflict, Message: "This version wants more than the one before. Decide what it may do, and it can go live.", Cause: waiting}
		}
		granted = st.Granted
	} else if granted, err = decide(v.Needs, granted, st.Granted); err != nil {
		return "", nil, err
	}
	decided := union(st.Decided, v.Needs)
	if st.Live == v.Hash && slices.Equal(granted, st.Granted) && slices.Equal(decided, st.Decided) {
		return "", nil, nil
	}
	// The settings stay as they are: a version gets those that fit it, and one
	// that is rolled back to finds its own again.
	if _, err := tx.Exec(ctx, updateLive, v.PluginID, v.Hash, now, granted, decided); err != nil {
		return "", nil, postgres.Translate(err)
	}
	return core.PluginLive, core.About{"version": v.Version, "hash": v.Hash, "before": st.Live, "granted": granted}, nil
}

// maxReason bounds why a plugin is off, in letters.
const maxReason = 500

// Switch switches a plugin on or off; off, with a reason for those who ask
// why. Its entries then say that they are not available.
func (s *Service) Switch(ctx context.Context, by core.Actor, id string, on bool, reason string) error {
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) > maxReason {
		return core.InvalidField("reason", "Say why in %d letters at most.", maxReason)
	}
	if on {
		reason = ""
	}
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		_, err := tx.Exec(ctx, updateOn, id, on, reason, now)
		return core.PluginSwitched, core.About{"on": on, "reason": reason}, postgres.Translate(err)
	})
}

// Record switches the recording of a plugin's calls on or off. Off, what was
// recorded is forgotten.
func (s *Service) Record(ctx context.Context, by core.Actor, id string, on bool) error {
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		_, err := tx.Exec(ctx, updateRecording, id, on, now)
		if err == nil && !on {
			_, err = tx.Exec(ctx, deleteCallsOf, id)
		}
		return core.PluginConfigured, core.About{"recording": on}, postgres.Translate(err)
	})
}

// Revive lets a plugin that was switched off after repeated faults run again,
// on every server.
func (s *Service) Revive(ctx context.Context, by core.Actor, id string) error {
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, _ state, now time.Time) (core.EventKind, core.About, error) {
		_, err := tx.Exec(ctx, updateRevived, id, now)
		return core.PluginRevived, core.About{}, postgres.Translate(err)
	})
}

// RemoveVersion forgets a version that does not serve and whose states nobody
// holds.
func (s *Service) RemoveVersion(ctx context.Context, by core.Actor, hash string) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	v, err := s.Version(ctx, hash)
	if err != nil {
		return err
	}
	return s.change(ctx, by, v.Plugin, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		switch {
		case st.Live == v.Hash:
			return "", nil, core.Conflict("Version %s serves. Let another go live first.", v.Version)
		case v.InUse > 0:
			return "", nil, core.Conflict("Version %s is still needed: %s began with it.", v.Version, inUse(v.InUse))
		}
		_, err := tx.Exec(ctx, deleteVersion, v.Hash)
		return core.PluginRemoved, core.About{"version": v.Version, "hash": v.Hash}, postgres.Translate(err)
	})
}

// Remove forgets a plugin with all its versions, settings and records. It is
// refused while case types name it or something holds one of its states, and
// for those that come with the program, which can be switched off.
func (s *Service) Remove(ctx context.Context, by core.Actor, id string) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	var uses []string
	if s.o.Uses != nil {
		var err error
		if uses, err = s.o.Uses(ctx, id); err != nil {
			return err
		}
	}
	held, err := s.held(ctx, id)
	if err != nil {
		return err
	}
	n := 0
	for _, count := range held {
		n += count
	}
	return s.change(ctx, by, id, func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error) {
		switch {
		case st.Shipped:
			return "", nil, core.Conflict("This plugin comes with Casement. It can be switched off.")
		case len(uses) > 0:
			return "", nil, core.Conflict("This plugin is used by %s. Change that first, or switch it off.", strings.Join(uses, ", "))
		case n > 0:
			return "", nil, core.Conflict("This plugin is still needed: %s began with it. It can be switched off.", inUse(n))
		}
		for _, sql := range []string{deleteFiguresOf, deleteLogOf, deleteCallsOf, deletePlugin} {
			if _, err := tx.Exec(ctx, sql, id); err != nil {
				return "", nil, postgres.Translate(err)
			}
		}
		return core.PluginRemoved, core.About{"plugin": id}, nil
	})
}

func inUse(n int) string {
	if n == 1 {
		return "one form, task or section"
	}
	return strconv.Itoa(n) + " forms, tasks and sections"
}
