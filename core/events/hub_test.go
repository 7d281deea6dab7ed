package events_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
)

func TestListenersHearTheirTopicsOnceHoweverOftenPublished(t *testing.T) {
	hub := events.NewHub()
	sub, err := hub.Subscribe("case:A", "counts", "counts")
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		hub.Publish("counts", "case:B")
	}
	hub.Publish("case:A")
	<-sub.Wake()
	if got := strings.Join(sub.Take(), " "); got != "case:A counts" {
		t.Fatalf("took %q", got)
	}
	select {
	case <-sub.Wake():
		t.Fatal("woken again though nothing was published")
	default:
	}
	if got := sub.Take(); len(got) != 0 {
		t.Fatalf("took %q a second time", got)
	}
}

func TestTheHubRefusesWhatIsNotATopic(t *testing.T) {
	hub := events.NewHub()
	many := make([]string, events.MaxTopics+1)
	for i := range many {
		many[i] = fmt.Sprintf("case:%d", i)
	}
	for _, topics := range [][]string{nil, {""}, {"a\nb"}, {"a b"}, {"é"}, {strings.Repeat("x", events.MaxTopicLength+1)}, many} {
		if _, err := hub.Subscribe(topics...); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("Subscribe(%.40q) = %v, want invalid", topics, err)
		}
	}
	if n := hub.Listeners(); n != 0 {
		t.Fatalf("%d listeners after refusals", n)
	}
}

func TestClosingEndsListenersAndRefusesNewOnes(t *testing.T) {
	hub := events.NewHub()
	sub, err := hub.Subscribe("counts")
	if err != nil {
		t.Fatal(err)
	}
	hub.Close()
	<-sub.Done()
	sub.Close()
	if _, err := hub.Subscribe("counts"); core.KindOf(err) != core.ErrUnavailable {
		t.Fatalf("after Close: %v", err)
	}
	if hub.Listeners() != 0 {
		t.Fatal("a closed hub still has listeners")
	}
}

func TestPublishingAndLeavingAtOnceLosesNothing(t *testing.T) {
	hub := events.NewHub()
	sub, err := hub.Subscribe("counts")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				other, err := hub.Subscribe("counts")
				if err != nil {
					t.Error(err)
					return
				}
				hub.Publish("counts")
				other.Close()
			}
		})
	}
	wg.Wait()
	<-sub.Wake()
	if got := sub.Take(); len(got) != 1 {
		t.Fatalf("took %q", got)
	}
	if hub.Listeners() != 1 {
		t.Fatalf("%d listeners, want 1", hub.Listeners())
	}
}
