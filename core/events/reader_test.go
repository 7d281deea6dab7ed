package events_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/core/events"
)

// readAll reads from a place to the end of the feed, and returns where it is.
func readAll(t *testing.T, r *events.Reader, from events.Cursor, want int) (streams []string, end events.Cursor) {
	t.Helper()
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for deadline := time.Now().Add(20 * time.Second); len(streams) < want; <-wait.C {
		batch, err := r.After(t.Context(), from, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range batch {
			streams, from = append(streams, e.StreamID), e.Place(from.Epoch)
		}
		if time.Now().After(deadline) {
			t.Fatalf("read %d of %d events", len(streams), want)
		}
	}
	return streams, from
}

func TestAReaderKeepsItsOwnPlaceWhateverTheFollowerDoes(t *testing.T) {
	pool, db := newDB(t)
	f := events.NewFollower(db, fixed{})
	one, two := events.NewReader(db, fixed{}, "one"), events.NewReader(db, fixed{}, "two")
	for _, stream := range []string{"a", "b", "c"} {
		add(t, pool, stream, 1)
	}
	follow(t, db, f)
	start, err := one.Cursor(t.Context())
	if err != nil || start.Epoch != 1 || start.Seq != 0 {
		t.Fatalf("a new reader stands at %+v, %v", start, err)
	}
	streams, at := readAll(t, one, start, 3)
	if len(streams) != 3 || streams[0] != "a" || streams[2] != "c" {
		t.Errorf("read %v", streams)
	}
	end, err := one.End(t.Context())
	if err != nil || end != at {
		t.Errorf("the end is %+v, %v; read to %+v", end, err, at)
	}
	if waiting, since, err := one.Behind(t.Context()); err != nil || waiting != 3 || since != 0 {
		t.Errorf("before it moves it is %d behind since %v, %v", waiting, since, err)
	}
	if err := one.Move(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if waiting, _, err := one.Behind(t.Context()); err != nil || waiting != 0 {
		t.Errorf("at the end it is %d behind, %v", waiting, err)
	}
	if waiting, _, err := two.Behind(t.Context()); err != nil || waiting != 3 {
		t.Errorf("the other reader is %d behind, %v", waiting, err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE installation SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	if after, err := one.Cursor(t.Context()); err != nil || after.Seq != 0 || after.Epoch != 2 {
		t.Errorf("after a restore it stands at %+v, %v", after, err)
	}
}

func TestTheEndOfTheFeedIsBeforeEveryOpenTransaction(t *testing.T) {
	pool, db := newDB(t)
	r := events.NewReader(db, fixed{}, "one")
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(t.Context())
	add(t, slow, "slow", 1)
	add(t, pool, "fast", 1)
	end, err := r.End(t.Context())
	if err != nil || end.Seq != 0 {
		t.Fatalf("the end is %+v, %v", end, err)
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if streams, _ := readAll(t, r, end, 2); len(streams) != 2 {
		t.Errorf("from there on it reads %v", streams)
	}
}
