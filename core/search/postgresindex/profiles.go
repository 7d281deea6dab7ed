package postgresindex

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// profile is a combination of what cases are narrowed and counted by.
type profile struct {
	ID         int32
	TypeKey    string
	Subtype    string
	Status     string
	StatusKind core.StatusKind
	Stage      string
	GroupKey   string
	Priority   string
	Channel    string
}

// profilesAge is how old profiles may be: they never change, but for the key of
// a group that is renamed.
const profilesAge = 10 * time.Second

// profiles keeps those that were read.
type profiles struct {
	mu   sync.Mutex
	at   time.Time
	byID map[int32]*profile
}

// profilesOf returns profiles by number; those of ids that do not exist are
// missing.
func (x *Index) profilesOf(ctx context.Context, ids []int32) (map[int32]*profile, error) {
	now := x.clock.Now()
	x.profiles.mu.Lock()
	defer x.profiles.mu.Unlock()
	if x.profiles.byID == nil || now.Sub(x.profiles.at).Abs() > profilesAge {
		x.profiles.byID, x.profiles.at = map[int32]*profile{}, now
	}
	out := make(map[int32]*profile, len(ids))
	var unknown []int32
	for _, id := range ids {
		if p := x.profiles.byID[id]; p != nil {
			out[id] = p
		} else {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	read, err := postgres.All[profile](ctx, x.db.Pool(), selectProfiles, unknown)
	if err != nil {
		return nil, fmt.Errorf("read what cases are counted by: %w", err)
	}
	for _, p := range read {
		out[p.ID], x.profiles.byID[p.ID] = &p, &p
	}
	return out, nil
}
