package events

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// Entry is an event with everything that stands beside it in the history.
type Entry struct {
	Stream     core.Stream
	StreamID   string
	Version    core.Version // the stream's version after the event
	Event      core.Event
	Actor      core.Actor
	Origin     core.Origin
	HappenedAt time.Time
	RecordedAt time.Time
}

// body is what is hashed and kept of an event beside its columns.
type body struct {
	Changes map[core.Aspect]core.Changed `json:"changes,omitempty"`
	About   core.About                   `json:"about,omitempty"`
	Through string                       `json:"through,omitempty"` // the plugin and version whose effect it is
	Chain   []string                     `json:"chain,omitempty"`   // the routines that set off the one that acted
}

// saltSize makes a digest worth nothing to whoever guesses at a body that has
// been erased.
const saltSize = 16

// Append queues an event on a batch that runs inside the writer's transaction.
// The database refuses a second event of the same version.
func Append(b *pgx.Batch, e Entry) error {
	salt, raw, err := e.body()
	if err != nil {
		return err
	}
	b.Queue(insertEvent,
		e.Stream, e.StreamID, e.Version, e.Event.Kind, aspectsOf(e.Event),
		e.Actor.Kind, e.Actor.ID, e.Origin, e.HappenedAt, e.RecordedAt, digest(salt, raw), salt, raw)
	return nil
}

// body encodes what is hashed, with a fresh salt.
func (e Entry) body() (salt, raw []byte, err error) {
	raw, err = json.Marshal(body{e.Event.Changes, e.Event.About, e.Actor.Through, e.Actor.Chain})
	if err != nil {
		return nil, nil, fmt.Errorf("encode the body of %s: %w", e.Event.Kind, err)
	}
	salt = make([]byte, saltSize)
	rand.Read(salt)
	return salt, raw, nil
}

// digest is what stands in the history for a body.
func digest(salt, body []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(body)
	return h.Sum(nil)
}

func aspectsOf(e core.Event) []string {
	out := make([]string, 0, len(e.Changes))
	for aspect := range e.Changes {
		out = append(out, string(aspect))
	}
	slices.Sort(out)
	return out
}
