package cases

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Happened is one event of the feed, with the case it happened to as that is
// now.
type Happened struct {
	core.Recorded
	Ref  core.Reference
	Type string
}

// Feed is a stretch of all that happens to the cases of a reach, in one order
// that never changes: reading on from Next misses nothing and repeats nothing.
type Feed struct {
	Events []Happened
	Next   string // where to read on: behind the last event looked at, in the reach or not
	More   bool   // there is more to read at once
}

// Bounds of the feed.
const (
	MaxFeed    = 500  // events of one answer
	feedStride = 1000 // events looked at by one query
	feedRounds = 20   // queries of one answer, for a reach that is a small part of everything
)

// selectFed reads a stretch of the feed, up to an end that was read before, and
// says of each event whether it is in the scopes. Bodies of
// others are not read.
const selectFed = `SELECT f.tx, f.seq, f.stream_id, f.version, f.kind, f.aspects, f.actor_kind, f.actor_id, f.origin, f.happened_at,
	f.recorded_at, coalesce(c.ref, '') AS ref, coalesce(c.type_key, '') AS type_key, c.id IS NOT NULL AS reached, coalesce(b.body, '') AS body
FROM (SELECT tx, seq, stream_kind, stream_id, version, kind, aspects, actor_kind, actor_id, origin, happened_at, recorded_at FROM events
	WHERE (tx, seq) > ($1::xid8, $2::bigint) AND (tx, seq) <= ($5::xid8, $6::bigint) ORDER BY tx, seq LIMIT $4) f
LEFT JOIN cases c ON c.id = CASE WHEN f.stream_kind = 'case' THEN f.stream_id::uuid END AND c.scope_id = ANY ($3::int[])
LEFT JOIN event_bodies b ON b.seq = f.seq AND c.id IS NOT NULL
ORDER BY f.tx, f.seq`

type fedRow struct {
	TX         uint64
	Seq        int64
	StreamID   string
	Version    core.Version
	Kind       core.EventKind
	Aspects    []core.Aspect
	ActorKind  core.ActorKind
	ActorID    string
	Origin     core.Origin
	HappenedAt time.Time
	RecordedAt time.Time
	Ref        core.Reference
	TypeKey    string
	Reached    bool
	Body       []byte
}

const selectEpoch = `SELECT epoch FROM installation`

// selectFeedEnd is where the feed ends now: it holds transactions before which
// none is still open.
const selectFeedEnd = `SELECT tx, seq FROM events WHERE tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY tx DESC, seq DESC LIMIT 1`

// place is a place in the feed.
type place struct {
	Epoch int64
	TX    uint64
	Seq   int64
}

func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "f1.%x.%x.%x", p.Epoch, p.TX, p.Seq))
}

func parsePlace(cursor string) (p place, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(raw) <= 64 {
		_, err = fmt.Sscanf(string(raw), "f1.%x.%x.%x", &p.Epoch, &p.TX, &p.Seq)
	}
	if err != nil || p.cursor() != cursor || p.TX > 1<<62 || p.Seq < 0 {
		return place{}, core.InvalidField("after", "This is no place in the feed. Use “next” of an earlier answer, “now”, or nothing to begin at the beginning.")
	}
	return p, nil
}

// FeedFromNow is the cursor that stands for the present end of the feed.
const FeedFromNow = "now"

// Feed reads what happened to the cases of a reach after a place: the Next of
// an earlier answer, "" for the beginning, or [FeedFromNow]. It returns at most
// limit events. A place from before a backup was restored is a conflict, since
// what happened then may not have happened any more.
//
// reach is asked after it is known where the feed ends: the first case of a type
// and group makes a scope, and a reach that is older than the case would pass
// its events by for good.
func (s *Service) Feed(ctx context.Context, reach func(context.Context) (Reach, error), after string, limit int) (Feed, error) {
	var at place
	if err := s.db.Pool().QueryRow(ctx, selectEpoch).Scan(&at.Epoch); err != nil {
		return Feed{}, postgres.Translate(err)
	}
	end, err := s.feedEnd(ctx, at.Epoch)
	if err != nil {
		return Feed{}, err
	}
	switch after {
	case "":
	case FeedFromNow:
		return Feed{Next: end.cursor()}, nil
	default:
		from, err := parsePlace(after)
		if err != nil {
			return Feed{}, err
		}
		if from.Epoch != at.Epoch {
			return Feed{}, core.Conflict("The history was restored from a backup since. Begin at the beginning of the feed, and put what you hold right.")
		}
		at = from
	}
	r, err := reach(ctx)
	if err != nil {
		return Feed{}, err
	}
	return s.feed(ctx, r, at, end, max(1, min(limit, MaxFeed)))
}

// feedEnd is the last place of the feed; the first one while it is empty.
func (s *Service) feedEnd(ctx context.Context, epoch int64) (place, error) {
	ends, err := postgres.All[struct {
		TX  uint64
		Seq int64
	}](ctx, s.db.Pool(), selectFeedEnd)
	if err != nil || len(ends) == 0 {
		return place{Epoch: epoch}, err
	}
	return place{epoch, ends[0].TX, ends[0].Seq}, nil
}

func (s *Service) feed(ctx context.Context, r Reach, at, end place, limit int) (Feed, error) {
	var out Feed
	for range feedRounds {
		rows, err := postgres.All[fedRow](ctx, s.db.Pool(), selectFed, at.TX, at.Seq, r.Scopes, feedStride, end.TX, end.Seq)
		if err != nil {
			return Feed{}, fmt.Errorf("read the feed: %w", err)
		}
		out.More = len(rows) == feedStride
		for i, row := range rows {
			at.TX, at.Seq = row.TX, row.Seq
			if !row.Reached {
				continue
			}
			event, err := row.happened()
			if err != nil {
				return Feed{}, err
			}
			if out.Events = append(out.Events, event); len(out.Events) == limit {
				out.More = out.More || i < len(rows)-1
				out.Next = at.cursor()
				return out, nil
			}
		}
		if !out.More || len(out.Events) > 0 {
			break
		}
	}
	out.Next = at.cursor()
	return out, nil
}

func (r fedRow) happened() (Happened, error) {
	h := Happened{Ref: r.Ref, Type: r.TypeKey, Recorded: core.Recorded{
		Seq: r.Seq, Version: r.Version, Kind: r.Kind, Aspects: r.Aspects, Origin: r.Origin, Actor: core.Actor{Kind: r.ActorKind, ID: r.ActorID},
		HappenedAt: r.HappenedAt.UTC(), RecordedAt: r.RecordedAt.UTC(),
	}}
	var err error
	if h.CaseID, err = core.ParseID[core.CaseID](r.StreamID); err != nil {
		return h, err
	}
	if len(r.Body) == 0 {
		return h, nil // it was erased
	}
	var body struct {
		Changes map[core.Aspect]core.Changed `json:"changes"`
		About   core.About                   `json:"about"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return h, fmt.Errorf("decode the body of event %d: %w", r.Seq, err)
	}
	h.Changes, h.About = body.Changes, body.About
	return h, nil
}
