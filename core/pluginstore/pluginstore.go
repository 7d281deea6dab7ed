// Package pluginstore keeps what plugins want to remember between calls: values
// under keys, of one case or, shared, of the plugin. Reading is an ask of the
// plugin host; writing is a command, in force when everything else is that the
// plugin asked for.
package pluginstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Bounds of what one plugin keeps. Sizes are in bytes, and count the key.
const (
	MaxKey    = 100
	MaxValue  = 64 << 10
	MaxCase   = 256 << 10 // of one case
	MaxShared = 10 << 20  // of the plugin, of no case
	MaxKeys   = 100       // listed at once

	// overhead is what a value takes however small it is, so that a plugin
	// cannot keep millions of empty ones.
	overhead = 64
)

// Service reads what plugins keep.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// Get returns the value that a plugin keeps under a key, nil for none. The zero
// case is what it shares among all.
func (s *Service) Get(ctx context.Context, plugin string, cs core.CaseID, key string) (json.RawMessage, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	found, err := postgres.All[valueRow](ctx, s.db.Pool(), selectValue, plugin, ofCase(cs), key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return json.RawMessage(found[0].Value), nil
}

// List returns the keys that begin with prefix, sorted, and whether there are
// more than limit, which is at most [MaxKeys].
func (s *Service) List(ctx context.Context, plugin string, cs core.CaseID, prefix string, limit int) (keys []string, more bool, err error) {
	if prefix != "" {
		if err := checkKey(prefix); err != nil {
			return nil, false, err
		}
	}
	if limit <= 0 || limit > MaxKeys {
		limit = MaxKeys
	}
	found, err := postgres.All[keyRow](ctx, s.db.Pool(), selectKeys, plugin, ofCase(cs), prefix, limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("list what a plugin keeps: %w", err)
	}
	for _, row := range found[:min(len(found), limit)] {
		keys = append(keys, row.Key)
	}
	return keys, len(found) > limit, nil
}

// ofCase is null for what belongs to no case.
func ofCase(cs core.CaseID) any {
	if cs.IsZero() {
		return nil
	}
	return cs
}

func checkKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return core.Invalid("A key has 1 to %d bytes.", MaxKey)
	}
	for _, r := range key {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return core.Invalid("A key is plain text.")
		}
	}
	return nil
}
