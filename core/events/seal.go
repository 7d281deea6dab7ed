package events

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// seal is one link of the chain: the events up to a place in the feed, and the
// root over all their columns and the root before it.
type seal struct {
	No       int64
	FromSeq  int64
	ToTX     uint64 `db:"to_tx"`
	ToSeq    int64
	Count    int
	Root     []byte
	PrevRoot []byte
	SealedAt time.Time
}

const sealColumns = `no, from_seq, to_tx, to_seq, count, root, prev_root, sealed_at`

const selectLastSeal = `SELECT ` + sealColumns + ` FROM event_seals ORDER BY no DESC LIMIT 1`

const selectToSeal = `SELECT ` + fedColumns + ` FROM events
WHERE (tx, seq) > ($1::xid8, $2::bigint) AND (tx, seq) <= ($3::xid8, $4::bigint) ORDER BY tx, seq LIMIT $5`

const insertSeal = `INSERT INTO event_seals (no, from_seq, to_tx, to_seq, count, root, prev_root, sealed_at)
VALUES ($1, $2, $3::xid8, $4, $5, $6, $7, $8)`

// sealBatch bounds the events under one seal.
const sealBatch = 10_000

// Seal seals what the follower has read and nobody has sealed. It reports how
// many events that were. Nobody who writes waits for it.
func (f *Follower) Seal(ctx context.Context) (int, error) {
	n := 0
	err := f.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockCursor, "seals"); err != nil {
			return fmt.Errorf("lock the chain: %w", err)
		}
		last, err := lastSeal(ctx, tx)
		if err != nil {
			return err
		}
		read, err := postgres.One[Cursor](ctx, tx, core.NotFound("The installation has no row of its own."), selectCursor, FollowerName)
		if err != nil {
			return fmt.Errorf("read the cursor: %w", err)
		}
		batch, err := postgres.All[Fed](ctx, tx, selectToSeal, last.ToTX, last.ToSeq, read.TX, read.Seq, sealBatch)
		if err != nil {
			return fmt.Errorf("read what is to be sealed: %w", err)
		}
		if n = len(batch); n == 0 {
			return nil
		}
		end := batch[n-1]
		_, err = tx.Exec(ctx, insertSeal, last.No+1, batch[0].Seq, end.TX, end.Seq, n, rootOf(last.Root, batch), last.Root, f.clock.Now())
		return err
	})
	return n, err
}

// lastSeal returns the newest seal; before the first, one of nothing.
func lastSeal(ctx context.Context, q postgres.Querier) (seal, error) {
	found, err := postgres.All[seal](ctx, q, selectLastSeal)
	if err != nil {
		return seal{}, fmt.Errorf("read the last seal: %w", err)
	}
	if len(found) == 0 {
		return seal{Root: []byte{}}, nil
	}
	return found[0], nil
}

// rootOf hashes the root before and every column of every event, each with its
// length, so that no two histories have the same bytes.
func rootOf(prev []byte, batch []Fed) []byte {
	h := sha256.New()
	put(h, prev)
	for _, e := range batch {
		putInt(h, int64(e.TX))
		putInt(h, e.Seq)
		put(h, []byte(e.StreamKind))
		put(h, []byte(e.StreamID))
		putInt(h, int64(e.Version))
		put(h, []byte(e.Kind))
		putInt(h, int64(len(e.Aspects)))
		for _, aspect := range e.Aspects {
			put(h, []byte(aspect))
		}
		put(h, []byte(e.ActorKind))
		put(h, []byte(e.ActorID))
		put(h, []byte(e.Origin))
		putInt(h, e.HappenedAt.UnixMicro())
		putInt(h, e.RecordedAt.UnixMicro())
		put(h, e.Digest)
	}
	return h.Sum(nil)
}

func put(h hash.Hash, b []byte) {
	putInt(h, int64(len(b)))
	h.Write(b)
}

func putInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Verdict is what [Verify] found.
type Verdict struct {
	Seals, Events, Bodies int
	Erased                int      // events whose body was erased; their seal still holds
	Unsealed              int      // events written since the last seal
	Broken                []string // sentences; empty when the history is as it was written
}

const selectSeals = `SELECT ` + sealColumns + ` FROM event_seals WHERE no > $1 ORDER BY no LIMIT 1`

const selectSealed = `SELECT e.tx, e.seq, e.stream_kind, e.stream_id, e.version, e.kind, e.aspects, e.actor_kind, e.actor_id,
	e.origin, e.happened_at, e.recorded_at, e.digest, b.salt, b.body
FROM events e LEFT JOIN event_bodies b USING (seq)
WHERE (e.tx, e.seq) > ($1::xid8, $2::bigint) AND (e.tx, e.seq) <= ($3::xid8, $4::bigint) ORDER BY e.tx, e.seq`

const countUnsealed = `SELECT count(*) FROM events WHERE (tx, seq) > ($1::xid8, $2::bigint)`

type sealedRow struct {
	Fed
	Salt, Body []byte
}

// maxBroken bounds the sentences of a verdict: a history that was rewritten
// breaks everywhere.
const maxBroken = 20

// Verify recomputes every seal and every digest.
func Verify(ctx context.Context, db *postgres.DB) (Verdict, error) {
	var v Verdict
	err := db.Snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		last := seal{Root: []byte{}}
		for {
			found, err := postgres.All[seal](ctx, tx, selectSeals, last.No)
			if err != nil {
				return fmt.Errorf("read the seals: %w", err)
			}
			if len(found) == 0 || len(v.Broken) >= maxBroken {
				break
			}
			if err := v.check(ctx, tx, last, found[0]); err != nil {
				return err
			}
			last = found[0]
		}
		return tx.QueryRow(ctx, countUnsealed, last.ToTX, last.ToSeq).Scan(&v.Unsealed)
	})
	return v, err
}

func (v *Verdict) check(ctx context.Context, tx pgx.Tx, last, s seal) error {
	rows, err := postgres.All[sealedRow](ctx, tx, selectSealed, last.ToTX, last.ToSeq, s.ToTX, s.ToSeq)
	if err != nil {
		return fmt.Errorf("read the events of seal %d: %w", s.No, err)
	}
	batch := make([]Fed, len(rows))
	for i, r := range rows {
		batch[i] = r.Fed
		switch {
		case r.Salt == nil:
			v.Erased++
		case !bytes.Equal(r.Digest, digest(r.Salt, r.Body)):
			v.broke("what event %d of %s %s said has been changed", r.Version, r.StreamKind, r.StreamID)
		default:
			v.Bodies++
		}
	}
	v.Seals++
	v.Events += len(rows)
	if s.No != last.No+1 {
		v.broke("seal %d is missing", last.No+1)
	}
	if len(rows) != s.Count {
		v.broke("seal %d covers %d events, and %d are there", s.No, s.Count, len(rows))
	}
	if !bytes.Equal(s.PrevRoot, last.Root) {
		v.broke("seal %d does not follow from the one before it", s.No)
	}
	if !bytes.Equal(s.Root, rootOf(last.Root, batch)) {
		v.broke("the events under seal %d are not those that were sealed", s.No)
	}
	return nil
}

func (v *Verdict) broke(format string, args ...any) {
	if len(v.Broken) < maxBroken {
		v.Broken = append(v.Broken, fmt.Sprintf(format, args...))
	}
}
