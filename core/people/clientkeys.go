package people

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
)

const (
	clientKeyPrefix = "casement_"
	// clientKeyLength is that of "casement_k7q2m9xw_" with 26 letters.
	clientKeyLength = 9 + 8 + 1 + 26
	// keyMemory is how long a key that was looked up is believed. Commands ask
	// again whether the client may, in the transaction that they run in.
	keyMemory = 2 * time.Second
	// usedEvery is how exactly a key remembers when it was used.
	usedEvery = time.Minute
	// maxRemembered bounds the memory of keys.
	maxRemembered = 10_000
)

var errNoKey = core.NotFound("This key is not known here, or has ended.")

// Key is a key that was shown: whose it is, and which.
type Key struct {
	ID     core.ClientKeyID
	Client core.Client
}

// ClientByKey returns the program that a key belongs to, or a not-found error
// when the key is unknown or has ended, or the program may not come in any
// more. A key that is taken away, or a change of what the program may do, is
// noticed within two seconds; commands notice at once.
func (s *Service) ClientByKey(ctx context.Context, key string) (Key, error) {
	if len(key) != clientKeyLength || !strings.HasPrefix(key, clientKeyPrefix) {
		return Key{}, errNoKey
	}
	hash := core.TokenHash(key)
	return s.keyed(ctx, string(hash), func() (keyedRow, error) { return s.store.FindClientByKey(ctx, s.db.Pool(), hash) })
}

// ClientByKeyID is [Service.ClientByKey] by the key's ID, which an access token
// stands for.
func (s *Service) ClientByKeyID(ctx context.Context, id core.ClientKeyID) (Key, error) {
	return s.keyed(ctx, string(id[:]), func() (keyedRow, error) { return s.store.FindClientByKeyID(ctx, s.db.Pool(), id) })
}

func (s *Service) keyed(ctx context.Context, name string, find func() (keyedRow, error)) (Key, error) {
	now := s.now()
	if key, ok := s.clients.get(name, now); ok {
		return key, nil
	}
	row, err := find()
	if err != nil {
		return Key{}, err
	}
	key := Key{ID: row.KeyID, Client: row.client()}
	if !key.Client.LiveAt(now) || row.EndsAt != nil && !now.Before(*row.EndsAt) {
		return Key{}, errNoKey
	}
	if row.UsedAt == nil || now.Sub(*row.UsedAt) >= usedEvery {
		if err := s.store.TouchClientKey(ctx, s.db.Pool(), row.KeyID, now); err != nil {
			return Key{}, err
		}
	}
	s.clients.put(name, key, now)
	return key, nil
}

// rememberedKeys spares a look-up for every request of a busy program.
type rememberedKeys struct {
	mu  sync.Mutex
	all map[string]rememberedKey
}

type rememberedKey struct {
	key Key
	at  time.Time
}

func (r *rememberedKeys) get(name string, now time.Time) (Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.all[name]
	age := now.Sub(found.at)
	return found.key, ok && age >= 0 && age < keyMemory && found.key.Client.LiveAt(now)
}

func (r *rememberedKeys) put(name string, key Key, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil || len(r.all) >= maxRemembered {
		r.all = map[string]rememberedKey{}
	}
	r.all[name] = rememberedKey{key, now}
}

// clear forgets everything, because something was changed on this server.
func (r *rememberedKeys) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}
