package postgresindex

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestManyWhoAskForTheSameAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	k := newKept[int](time.Hour)
	var asked atomic.Int64
	begin := make(chan struct{})
	find := func(context.Context) (int, error) {
		<-begin
		return int(asked.Add(1)), nil
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if n, err := k.do(t.Context(), "a", find); n != 1 || err != nil {
				t.Errorf("the answer is %d, %v", n, err)
			}
		})
	}
	close(begin)
	wait.Wait()
	if n, _ := k.do(t.Context(), "b", find); n != 2 {
		t.Errorf("another question has the answer %d", n)
	}
}

func TestErrorsAndAnswersOfAFreshIndexAreNotKept(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	k := newKept[int](time.Hour)
	if _, err := k.do(t.Context(), "a", func(context.Context) (int, error) { return 0, wrong }); !errors.Is(err, wrong) {
		t.Errorf("said %v", err)
	}
	if n, err := k.do(t.Context(), "a", func(context.Context) (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("the error is kept: %d, %v", n, err)
	}
	fresh := newKept[int](0)
	for want := range 3 {
		if n, _ := fresh.do(t.Context(), "a", func(context.Context) (int, error) { return want, nil }); n != want {
			t.Errorf("answered %d, want %d", n, want)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	k := newKept[int](time.Hour)
	for i := range 3 * maxKept {
		if _, err := k.do(t.Context(), fmt.Sprint(i), func(context.Context) (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.all) > maxKept {
		t.Errorf("%d are kept", len(k.all))
	}
}
