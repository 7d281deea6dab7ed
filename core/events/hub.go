package events

import (
	"slices"
	"strings"
	"sync"

	"github.com/casement-dev/casement/core"
)

// Bounds of a [Hub]. A topic is a name, never content: "case:CMP-7K2M-4QX9",
// "queue:complaints", "counts".
const (
	MaxTopicLength   = 100    // bytes of one topic
	MaxTopics        = 64     // topics of one subscription
	MaxSubscriptions = 10_000 // listeners of one process
)

// Hub tells the live pages of this process that something they show has
// changed. It carries topics only, so nothing private can leak through it: a
// page that hears its topic asks for its part again, as its reader.
//
// A listener that is slow costs nothing: a topic it has not taken yet is kept
// once however often it is published, so that what waits for a listener never
// exceeds what it asked for, and no change is lost.
type Hub struct {
	mu      sync.Mutex
	byTopic map[string]map[*Subscription]struct{}
	all     map[*Subscription]struct{}
	closed  bool
}

// NewHub returns a hub that nobody listens to yet.
func NewHub() *Hub {
	return &Hub{
		byTopic: map[string]map[*Subscription]struct{}{},
		all:     map[*Subscription]struct{}{},
	}
}

// Subscription is one listener's place in a [Hub].
type Subscription struct {
	hub     *Hub
	topics  []string
	pending map[string]struct{} // guarded by hub.mu
	wake    chan struct{}       // holds one element while pending is not empty
	done    chan struct{}
	once    sync.Once
}

// Subscribe starts listening to topics. It refuses a topic that is not one,
// more than [MaxTopics] of them, and a listener beyond [MaxSubscriptions].
func (h *Hub) Subscribe(topics ...string) (*Subscription, error) {
	topics = slices.Clone(topics)
	slices.Sort(topics)
	topics = slices.Compact(topics)
	if err := CheckTopics(topics); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.all) >= MaxSubscriptions {
		return nil, core.Unavailable(nil, "Live updates are not available just now. The page works without them.")
	}
	s := &Subscription{
		hub:     h,
		topics:  topics,
		pending: map[string]struct{}{},
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	h.all[s] = struct{}{}
	for _, topic := range topics {
		if h.byTopic[topic] == nil {
			h.byTopic[topic] = map[*Subscription]struct{}{}
		}
		h.byTopic[topic][s] = struct{}{}
	}
	return s, nil
}

// CheckTopics refuses a topic that is not one, and more than [MaxTopics].
func CheckTopics(topics []string) error {
	if len(topics) == 0 || len(topics) > MaxTopics {
		return core.Invalid("A page may listen to between 1 and %d topics.", MaxTopics)
	}
	for _, topic := range topics {
		if !validTopic(topic) {
			return core.Invalid("A topic is a name such as counts or case:CMP-7K2M-4QX9.")
		}
	}
	return nil
}

// PublishAll tells everybody, of all they listen to: after a time in which
// nobody could know what changed.
func (h *Hub) PublishAll() {
	h.mu.Lock()
	topics := make([]string, 0, len(h.byTopic))
	for topic := range h.byTopic {
		topics = append(topics, topic)
	}
	h.mu.Unlock()
	h.Publish(topics...)
}

// Publish tells everybody who listens to one of topics. It never waits.
func (h *Hub) Publish(topics ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, topic := range topics {
		for s := range h.byTopic[topic] {
			s.pending[topic] = struct{}{}
			select {
			case s.wake <- struct{}{}:
			default: // it has been woken and has not looked yet
			}
		}
	}
}

// Listeners returns how many subscriptions there are.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// Close ends every subscription and refuses new ones.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	open := make([]*Subscription, 0, len(h.all))
	for s := range h.all {
		open = append(open, s)
	}
	h.mu.Unlock()
	for _, s := range open {
		s.Close()
	}
}

// Topics returns what the subscription listens to, sorted.
func (s *Subscription) Topics() []string { return slices.Clone(s.topics) }

// Wake receives whenever there is something to [Subscription.Take].
func (s *Subscription) Wake() <-chan struct{} { return s.wake }

// Done is closed when the subscription has ended.
func (s *Subscription) Done() <-chan struct{} { return s.done }

// Take returns the topics published since the last Take, sorted, each once.
func (s *Subscription) Take() []string {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	topics := make([]string, 0, len(s.pending))
	for topic := range s.pending {
		topics = append(topics, topic)
	}
	clear(s.pending)
	slices.Sort(topics)
	return topics
}

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() {
	s.once.Do(func() {
		h := s.hub
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.all, s)
		for _, topic := range s.topics {
			delete(h.byTopic[topic], s)
			if len(h.byTopic[topic]) == 0 {
				delete(h.byTopic, topic)
			}
		}
		close(s.done)
	})
}

// validTopic keeps topics to what can stand in an address and in one line of
// an event stream.
func validTopic(topic string) bool {
	if topic == "" || len(topic) > MaxTopicLength {
		return false
	}
	return strings.IndexFunc(topic, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r))
	}) < 0
}
