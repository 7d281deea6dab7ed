package plugins

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// What is kept of how plugins did, and for how long.
const (
	MaxCalls    = 1000 // recorded of one plugin
	MaxLine     = 8 << 10
	keepFigures = 90 * 24 * time.Hour
	keepLog     = 30 * 24 * time.Hour
	keepCalls   = 14 * 24 * time.Hour
)

// The levels of a [Line].
const (
	LevelInfo  = "info"
	LevelFault = "fault"
)

// Said is a line of a plugin's log on its way into the database.
type Said struct {
	Plugin string
	Line
}

// Made is a call on its way into the database.
type Made struct {
	Call
	Draft core.DraftID // the form it is about, until that is a case
	Case  core.CaseID  // it is erased with it
}

// Adopted is a form that has become a case: the calls that were made for it go
// with the case from now on, or, if it was raised without a name, are
// forgotten.
type Adopted struct {
	Draft     core.DraftID
	Case      core.CaseID
	Anonymous bool
}

// Kept is what a server has to write down, all at once.
type Kept struct {
	Tallies []*Tally
	Lines   []Said
	Calls   []Made
	Adopted []Adopted
}

const upsertFigures = `INSERT INTO plugin_figures (plugin_id, minute, calls, faults, waits, took, max_fuel, max_mib)
SELECT t.plugin, t.minute, t.calls, t.faults, t.waits, t.took, t.max_fuel, t.max_mib
FROM jsonb_to_recordset($1::jsonb) AS t(plugin text, minute timestamptz, calls bigint, faults bigint, waits bigint, took bigint[], max_fuel bigint, max_mib integer)
ON CONFLICT (plugin_id, minute) DO UPDATE SET
	calls = plugin_figures.calls + excluded.calls, faults = plugin_figures.faults + excluded.faults, waits = plugin_figures.waits + excluded.waits,
	took = ARRAY(SELECT coalesce(o.n, 0) + coalesce(e.n, 0) FROM unnest(plugin_figures.took) WITH ORDINALITY AS o(n, i)
		FULL JOIN unnest(excluded.took) WITH ORDINALITY AS e(n, i) USING (i) ORDER BY i),
	max_fuel = greatest(plugin_figures.max_fuel, excluded.max_fuel), max_mib = greatest(plugin_figures.max_mib, excluded.max_mib)`

const insertLines = `INSERT INTO plugin_log (plugin_id, at, level, version, entry, text, server)
SELECT plugin, at, level, version, entry, text, server
FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS t(plugin, at, level, version, entry, text, server)`

// A plugin may have been removed, or its recording ended, since the call; a
// case may have been erased.
const insertCall = `INSERT INTO plugin_calls (plugin_id, hash, entry, event, at, took_us, fuel, draft_id, case_id, content, fault)
SELECT p.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM plugins p
WHERE p.id = $1 AND p.recording AND ($9::uuid IS NULL OR EXISTS (SELECT 1 FROM cases c WHERE c.id = $9))`

const trimCalls = `DELETE FROM plugin_calls WHERE plugin_id = $1 AND no <= (
	SELECT no FROM plugin_calls WHERE plugin_id = $1 ORDER BY no DESC OFFSET $2 LIMIT 1)`

const adoptCalls = `UPDATE plugin_calls SET case_id = $2, draft_id = NULL WHERE draft_id = $1 AND EXISTS (SELECT 1 FROM cases c WHERE c.id = $2)`

const forgetCalls = `DELETE FROM plugin_calls WHERE draft_id = $1`

// content is what is encrypted of a call.
type content struct {
	Request json.RawMessage `json:"request"`
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// Keep writes down what a server has gathered, in one round trip.
func (s *Service) Keep(ctx context.Context, k Kept) error {
	var b pgx.Batch
	if len(k.Tallies) > 0 {
		raw, err := json.Marshal(together(k.Tallies))
		if err != nil {
			return fmt.Errorf("encode the figures of plugins: %w", err)
		}
		b.Queue(upsertFigures, raw)
	}
	if len(k.Lines) > 0 {
		s.queueLines(&b, k.Lines)
	}
	trim, secrets := map[string]bool{}, map[string]map[string]string{}
	for _, c := range k.Calls {
		raw, err := json.Marshal(content{c.Request, c.Answer})
		if err != nil {
			return fmt.Errorf("encode a call of plugin %s: %w", c.Plugin, err)
		}
		if _, known := secrets[c.Plugin]; !known {
			if secrets[c.Plugin], err = s.Secrets(ctx, c.Plugin); err != nil {
				return err
			}
		}
		if holdsAny(raw, secrets[c.Plugin]) {
			continue // somebody's server said it back, and the plugin handed it on
		}
		b.Queue(insertCall, c.Plugin, c.Hash, c.Entry, c.Event, c.At, c.Took.Microseconds(), c.Fuel, c.Draft, c.Case,
			s.o.Secret.Seal(forCalls, c.Plugin+"/"+c.Hash, raw), c.Fault)
		trim[c.Plugin] = true
	}
	for plugin := range trim {
		b.Queue(trimCalls, plugin, MaxCalls)
	}
	for _, a := range k.Adopted {
		if a.Anonymous {
			b.Queue(forgetCalls, a.Draft)
		} else {
			b.Queue(adoptCalls, a.Draft, a.Case)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return postgres.Translate(s.db.Pool().SendBatch(ctx, &b).Close())
}

// shortestSecret is from how many bytes a secret is looked for: a shorter one
// would be found everywhere, and keeps nothing secret.
const shortestSecret = 6

// holdsAny reports whether a message holds one of the secrets, as JSON writes it.
func holdsAny(message []byte, secrets map[string]string) bool {
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			continue
		}
		quoted, err := json.Marshal(secret)
		if err != nil || bytes.Contains(message, quoted[1:len(quoted)-1]) || bytes.Contains(message, []byte(secret)) {
			return true
		}
	}
	return false
}

func (s *Service) queueLines(b *pgx.Batch, lines []Said) {
	n := len(lines)
	at := make([]time.Time, n)
	var plugin, level, version, entry, text, server []string
	for i, l := range lines {
		at[i] = l.At
		plugin, level, version = append(plugin, l.Plugin), append(level, l.Level), append(version, l.Version)
		entry, text, server = append(entry, l.Entry), append(text, l.Text[:min(len(l.Text), MaxLine)]), append(server, l.Server)
	}
	b.Queue(insertLines, plugin, at, level, version, entry, text, server)
}

// LogFilter says which lines of a log.
type LogFilter struct {
	Level  string // "" for all
	Before int64  // lines older than the one with this number; 0: from the newest
	Limit  int    // at most 500; 0 is 100
}

const selectLog = `SELECT no, at, level, version, entry, text, server FROM plugin_log
WHERE plugin_id = $1 AND ($2 = '' OR level = $2) AND ($3 = 0 OR no < $3) ORDER BY no DESC LIMIT $4`

// Log lists lines of a plugin's log, newest first.
func (s *Service) Log(ctx context.Context, id string, f LogFilter) ([]Line, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 100
	}
	lines, err := postgres.All[Line](ctx, s.db.Pool(), selectLog, id, f.Level, f.Before, f.Limit)
	for i := range lines {
		lines[i].At = lines[i].At.UTC()
	}
	return lines, err
}

const selectCalls = `SELECT no, plugin_id, hash, entry, event, at, took_us, fuel, fault, ''::bytea AS content
FROM plugin_calls WHERE plugin_id = $1 ORDER BY no DESC LIMIT $2`

const selectCallsWhole = `SELECT no, plugin_id, hash, entry, event, at, took_us, fuel, fault, content
FROM plugin_calls WHERE plugin_id = $1 ORDER BY no DESC LIMIT $2`

type callRow struct {
	No       int64
	PluginID string
	Hash     string
	Entry    string
	Event    string
	At       time.Time
	TookUs   int64
	Fuel     int64
	Fault    string
	Content  []byte
}

func (r callRow) noun() Call {
	return Call{
		No: r.No, Plugin: r.PluginID, Hash: r.Hash, Entry: r.Entry, Event: r.Event, At: r.At.UTC(),
		Took: time.Duration(r.TookUs) * time.Microsecond, Fuel: r.Fuel, Fault: r.Fault,
	}
}

// Calls lists the last calls of a plugin that were recorded, newest first,
// without what was asked and answered: that is people's own.
func (s *Service) Calls(ctx context.Context, id string, n int) ([]Call, error) {
	rows, err := postgres.All[callRow](ctx, s.db.Pool(), selectCalls, id, min(n, MaxCalls))
	out := make([]Call, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, err
}

// Replay runs the last n recorded calls of a plugin against one of its
// versions, oldest first, and compares the answers. Nothing of it is kept or
// done.
func (s *Service) Replay(ctx context.Context, by core.Actor, hash string, n int) ([]Replayed, error) {
	if err := mayAdminister(by); err != nil {
		return nil, err
	}
	v, err := versionOf(ctx, s.db.Pool(), hash)
	if err != nil {
		return nil, err
	}
	rows, err := postgres.All[callRow](ctx, s.db.Pool(), selectCallsWhole, v.PluginID, min(n, MaxCalls))
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	calls := make([]Call, 0, len(rows))
	for _, r := range rows {
		plain, err := s.o.Secret.Unseal(forCalls, r.PluginID+"/"+r.Hash, r.Content)
		if err != nil {
			continue // of another key of the installation: worth nothing any more
		}
		var c content
		if err := json.Unmarshal(plain, &c); err != nil {
			return nil, fmt.Errorf("read recorded call %d: %w", r.No, err)
		}
		call := r.noun()
		call.Request, call.Answer = c.Request, c.Answer
		calls = append(calls, call)
	}
	return s.o.Runner.Replay(ctx, v.Hash, calls)
}

const (
	deleteOldFigures = `DELETE FROM plugin_figures WHERE minute < $1`
	deleteOldLog     = `DELETE FROM plugin_log WHERE at < $1`
	deleteOldCalls   = `DELETE FROM plugin_calls WHERE at < $1`
)

// Sweep deletes what is older than it is kept.
func (s *Service) Sweep(ctx context.Context, now time.Time) error {
	var b pgx.Batch
	b.Queue(deleteOldFigures, now.Add(-keepFigures))
	b.Queue(deleteOldLog, now.Add(-keepLog))
	b.Queue(deleteOldCalls, now.Add(-keepCalls))
	return postgres.Translate(s.db.Pool().SendBatch(ctx, &b).Close())
}
