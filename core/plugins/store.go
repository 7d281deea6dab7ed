package plugins

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// The name of a plugin is that of the version that serves, or of the newest
// while none does.
const pluginColumns = `SELECT p.id, p.is_on, p.off_reason, coalesce(p.live, '') AS live, p.live_since, p.shipped, p.granted, p.decided, p.config,
	p.recording, p.revived_at, p.changed_at, coalesce(v.name, p.id) AS name, coalesce(v.publisher, '') AS publisher, coalesce(v.summary, '') AS summary,
	CASE WHEN v.hash = p.live THEN v.version ELSE '' END AS version, coalesce(v.hash = p.live AND v.unsigned, false) AS unsigned,
	coalesce((SELECT n.hash FROM plugin_versions n WHERE n.plugin_id = p.id ORDER BY n.added_at DESC, n.hash LIMIT 1), '') AS newest,
	ARRAY(SELECT s.name FROM plugin_secrets s WHERE s.plugin_id = p.id ORDER BY s.name) AS secrets
FROM plugins p LEFT JOIN LATERAL (
	SELECT hash, name, publisher, summary, version, unsigned FROM plugin_versions w WHERE w.plugin_id = p.id
	ORDER BY (w.hash = p.live) DESC NULLS LAST, w.added_at DESC LIMIT 1) v ON true`

const selectPlugins = pluginColumns + ` ORDER BY lower(coalesce(v.name, p.id)), p.id`

const selectPlugin = pluginColumns + ` WHERE p.id = $1`

type pluginRow struct {
	ID        string
	IsOn      bool
	OffReason string
	Live      string
	LiveSince *time.Time
	Shipped   bool
	Granted   []string
	Decided   []string
	Config    json.RawMessage
	Recording bool
	RevivedAt *time.Time
	ChangedAt time.Time
	Name      string
	Publisher string
	Summary   string
	Version   *string
	Unsigned  bool
	Newest    string
	Secrets   []string
}

func (r pluginRow) noun() Plugin {
	p := Plugin{
		ID: r.ID, Name: r.Name, Publisher: r.Publisher, Summary: r.Summary, On: r.IsOn, Reason: r.OffReason, Live: r.Live,
		LiveSince: utc(r.LiveSince), Unsigned: r.Unsigned, Newest: r.Newest, Shipped: r.Shipped, Granted: r.Granted, Decided: r.Decided,
		Config: r.Config, Secrets: r.Secrets, Recording: r.Recording, RevivedAt: utc(r.RevivedAt), ChangedAt: r.ChangedAt.UTC(),
	}
	if r.Version != nil {
		p.Version = *r.Version
	}
	return p
}

const versionColumns = `SELECT v.hash, v.plugin_id, v.version, v.name, v.publisher, v.summary, v.manifest, v.needs, v.size, v.key, v.unsigned, v.shipped,
	v.added_at, coalesce(u.name, '') AS added_by, coalesce(b.name, '') AS signer,
	CASE WHEN p.live = v.hash THEN p.live_since END AS live_since
FROM plugin_versions v JOIN plugins p ON p.id = v.plugin_id
LEFT JOIN plugin_publishers b ON b.key = v.key LEFT JOIN staff_users u ON u.id = v.added_by`

const selectVersions = versionColumns + ` WHERE v.plugin_id = $1 ORDER BY v.added_at DESC, v.hash`

// At most two, so that it shows when the beginning of a hash names several.
const selectVersion = versionColumns + ` WHERE v.hash >= $1 AND v.hash < $1 || 'g' LIMIT 2`

type versionRow struct {
	Hash      string
	PluginID  string
	Version   string
	Name      string
	Publisher string
	Summary   string
	Manifest  json.RawMessage
	Needs     []string
	Size      int64
	Key       string
	Unsigned  bool
	Shipped   bool
	AddedAt   time.Time
	AddedBy   string
	Signer    string
	LiveSince *time.Time
}

func (r versionRow) noun() Version {
	return Version{
		Plugin: r.PluginID, Hash: r.Hash, Version: r.Version, Name: r.Name, Publisher: r.Publisher, Summary: r.Summary, Manifest: r.Manifest,
		Needs: r.Needs, Size: r.Size, Signer: r.Signer, Key: r.Key, Unsigned: r.Unsigned, Shipped: r.Shipped,
		AddedAt: r.AddedAt.UTC(), AddedBy: r.AddedBy, LiveSince: utc(r.LiveSince),
	}
}

const selectLive = `SELECT p.id, p.is_on, v.hash, v.manifest FROM plugins p JOIN plugin_versions v ON v.hash = p.live ORDER BY p.id`

type liveRow struct {
	ID       string
	IsOn     bool
	Hash     string
	Manifest json.RawMessage
}

// state is a plugin as it is changed, in the transaction that locks it.
type state struct {
	ID      string
	Live    string
	Shipped bool
	IsOn    bool
	Granted []string
	Decided []string
	Config  json.RawMessage
}

const lockPlugin = `SELECT id, coalesce(live, '') AS live, shipped, is_on, granted, decided, config FROM plugins WHERE id = $1 FOR UPDATE`

func lock(ctx context.Context, tx pgx.Tx, id string) (state, error) {
	return postgres.One[state](ctx, tx, Unknown(), lockPlugin, id)
}

const insertPlugin = `INSERT INTO plugins (id, shipped, changed_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`

const insertVersion = `INSERT INTO plugin_versions
	(hash, plugin_id, version, name, publisher, summary, manifest, needs, module, size, key, unsigned, shipped, added_at, added_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (hash) DO NOTHING`

const updateLive = `UPDATE plugins SET live = $2, live_since = $3, granted = $4, decided = $5, changed_at = $3 WHERE id = $1`

const updateGranted = `UPDATE plugins SET granted = $2, decided = $3, changed_at = $4 WHERE id = $1`

const updateConfig = `UPDATE plugins SET config = $2, changed_at = $3 WHERE id = $1`

const updateOn = `UPDATE plugins SET is_on = $2, off_reason = $3, changed_at = $4 WHERE id = $1`

const updateRecording = `UPDATE plugins SET recording = $2, changed_at = $3 WHERE id = $1`

const updateRevived = `UPDATE plugins SET revived_at = $2, changed_at = $2 WHERE id = $1`

const deleteVersion = `DELETE FROM plugin_versions WHERE hash = $1`

const deletePlugin = `DELETE FROM plugins WHERE id = $1`

// What is kept of how a plugin did goes with it.
const (
	deleteFiguresOf = `DELETE FROM plugin_figures WHERE plugin_id = $1`
	deleteLogOf     = `DELETE FROM plugin_log WHERE plugin_id = $1`
	deleteCallsOf   = `DELETE FROM plugin_calls WHERE plugin_id = $1`
)

// Topic is published to every server when something about a plugin has changed.
const Topic = "plugins"

// publishers is the stream of what happens to trusted publishers.
const publishers = "publishers"

// record writes a change into the history, in its own transaction, and lets
// every server know when that is in force.
func (s *Service) record(ctx context.Context, tx pgx.Tx, by core.Actor, id string, kind core.EventKind, about core.About, now time.Time) error {
	if err := events.Tell(ctx, tx, Topic); err != nil {
		return err
	}
	return events.AppendNext(ctx, tx, events.Entry{
		Stream: core.StreamPlugin, StreamID: id, Event: core.Event{Kind: kind, About: about},
		Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
	})
}

// change runs one change of one plugin, locked.
func (s *Service) change(ctx context.Context, by core.Actor, id string, work func(ctx context.Context, tx pgx.Tx, st state, now time.Time) (core.EventKind, core.About, error)) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		st, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		now := s.o.Clock.Now()
		kind, about, err := work(ctx, tx, st, now)
		if err != nil || kind == "" {
			return err
		}
		return s.record(ctx, tx, by, id, kind, about, now)
	})
}
