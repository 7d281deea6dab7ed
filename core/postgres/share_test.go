package postgres_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/casement-dev/casement/core/postgres"
)

type shareKey struct{ name string }

func TestWhatIsSharedIsAskedOnce(t *testing.T) {
	var asked atomic.Int64
	ask := func(ctx context.Context, name string) int64 {
		n, err := postgres.Share(ctx, shareKey{name}, func() (int64, error) { return asked.Add(1), nil })
		if err != nil {
			t.Error(err)
		}
		return n
	}
	ctx := postgres.Sharing(t.Context())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if n := ask(ctx, "a"); n != 1 {
				t.Errorf("the answer is that of question %d", n)
			}
		})
	}
	wait.Wait()
	if ask(ctx, "b") != 2 || ask(postgres.Sharing(t.Context()), "a") != 3 || ask(t.Context(), "a") != 4 || ask(t.Context(), "a") != 5 {
		t.Error("another key, another page, or none at all has the same answer")
	}
}

func TestAFailureIsSharedToo(t *testing.T) {
	ctx, wrong := postgres.Sharing(t.Context()), errors.New("no")
	for range 2 {
		if _, err := postgres.Share(ctx, shareKey{"a"}, func() (int, error) { return 0, wrong }); !errors.Is(err, wrong) {
			t.Errorf("got %v", err)
		}
	}
}
