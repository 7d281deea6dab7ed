package events

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core/postgres"
)

// selectChanged names the cases in a stretch of the feed: of one batch, so no
// more than feedBatch.
const selectChanged = `SELECT DISTINCT c.ref, c.type_key FROM events e JOIN cases c ON c.id = e.stream_id::uuid
WHERE e.stream_kind = 'case' AND (e.tx, e.seq) > ($1::xid8, $2::bigint) AND (e.tx, e.seq) <= ($3::xid8, $4::bigint)`

type changedCase struct {
	Ref     string
	TypeKey string
}

// Listen publishes to the hub what the follower, on whatever server it runs,
// has read, until the context ends: the topics "case:REF" of each changed
// case, "queue:TYPE" of its type, "work" and "counts"; and what [Tell] tells.
// It holds one connection of its own, and takes it up again when it breaks;
// failed hears why.
func Listen(ctx context.Context, db *postgres.DB, hub *Hub, failed func(error)) {
	for ctx.Err() == nil {
		if err := listen(ctx, db, hub); err != nil && ctx.Err() == nil {
			failed(fmt.Errorf("listen to the feed: %w", err))
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func listen(ctx context.Context, db *postgres.DB, hub *Hub) error {
	conn, err := pgx.ConnectConfig(ctx, db.Pool().Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, channel := range []string{"casement_feed", "casement_topics"} {
		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
			return err
		}
	}
	at, err := postgres.All[Cursor](ctx, conn, selectCursor, "follower")
	if err != nil || len(at) == 0 {
		return fmt.Errorf("read the cursor: %w", err)
	}
	last := at[0]
	hub.PublishAll() // what changed while we were away nobody has told
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Channel == "casement_topics" {
			hub.Publish(n.Payload)
			continue
		}
		var to Cursor
		if _, err := fmt.Sscanf(n.Payload, "%d %d %d", &to.Epoch, &to.TX, &to.Seq); err != nil {
			return fmt.Errorf("read the notice %q: %w", n.Payload, err)
		}
		changed, err := postgres.All[changedCase](ctx, conn, selectChanged, last.TX, last.Seq, to.TX, to.Seq)
		if err != nil {
			return err
		}
		topics := []string{"work", "counts"}
		for _, cs := range changed {
			topics = append(topics, "case:"+cs.Ref, "queue:"+cs.TypeKey)
		}
		hub.Publish(topics...)
		last = to
	}
}

const notifyTopic = `SELECT pg_notify('casement_topics', $1)`

// Tell publishes a topic to the hub of every server, as soon as the caller's
// transaction is in force: for what is in no feed of cases.
func Tell(ctx context.Context, tx pgx.Tx, topic string) error {
	if err := CheckTopics([]string{topic}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, notifyTopic, topic)
	return postgres.Translate(err)
}

const notifyTopics = `SELECT pg_notify('casement_topics', t) FROM unnest($1::text[]) t`

// TellNow publishes topics to the hub of every server at once, in no
// transaction of the caller's: nobody waits for anybody. No topics are fine.
func TellNow(ctx context.Context, db *postgres.DB, topics ...string) error {
	if len(topics) == 0 {
		return nil
	}
	for part := range slices.Chunk(topics, MaxTopics) {
		if err := CheckTopics(part); err != nil {
			return err
		}
	}
	_, err := db.Pool().Exec(ctx, notifyTopics, topics)
	return postgres.Translate(err)
}
