package webhooks

import (
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// What is recorded about endpoints, in the stream "webhook/KEY" of the
// configuration. Keys are never recorded.
const (
	EndpointAdded   core.EventKind = "webhook.added"
	EndpointChanged core.EventKind = "webhook.changed"
	EndpointOn      core.EventKind = "webhook.switched_on"
	EndpointOff     core.EventKind = "webhook.switched_off"
	SecretReplaced  core.EventKind = "webhook.secret_replaced"
	EndpointRemoved core.EventKind = "webhook.removed"
)

// Endpoint is where another system is told of what happens.
type Endpoint struct {
	ID   EndpointID
	No   int    // in addresses of pages
	Key  string // by which routines name it; it never changes
	Name string
	URL  string
	// Kinds are the events it is told of, all when empty; Types the keys of the
	// case types, all when empty.
	Kinds []core.EventKind
	Types []string
	// As is the program with whose rights the case is sent along; zero sends no
	// more than what it is called.
	As           core.ClientID
	On           bool
	OffReason    string    // why it was switched off by itself
	OldUntil     time.Time // until when the key before signs too; zero when there is none
	FailingSince time.Time // the first failure since it last took something
	CreatedAt    time.Time
	ChangedAt    time.Time
}

// wants reports whether the endpoint is told of an event on a case of a type.
func (e Endpoint) wants(typeKey string, kind core.EventKind) bool {
	return e.On && (len(e.Kinds) == 0 || slices.Contains(e.Kinds, kind)) && (len(e.Types) == 0 || slices.Contains(e.Types, typeKey))
}

// Input is what an administrator says about an endpoint.
type Input struct {
	Key   string // only when it is added
	Name  string
	URL   string
	Kinds []core.EventKind
	Types []string
	As    core.ClientID
}

// Bounds of endpoints.
const (
	maxName      = 100  // letters
	maxURL       = 2000 // bytes
	maxEndpoints = 100
	overlap      = 24 * time.Hour // how long a key that was replaced signs too
)

var keys = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// Endpoints lists all endpoints by name, for an administrator.
func (s *Service) Endpoints(ctx context.Context, by core.Actor) ([]Endpoint, error) {
	if err := mayAdminister(by); err != nil {
		return nil, err
	}
	rows, err := postgres.All[endpointRow](ctx, s.o.DB.Pool(), selectEndpoints)
	out := make([]Endpoint, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, err
}

// Find returns an endpoint by its number, for an administrator.
func (s *Service) Find(ctx context.Context, by core.Actor, no int) (Endpoint, error) {
	if err := mayAdminister(by); err != nil {
		return Endpoint{}, err
	}
	row, err := postgres.One[endpointRow](ctx, s.o.DB.Pool(), noEndpoint(), selectEndpointByNo, no)
	return row.noun(), err
}

func noEndpoint() error { return core.NotFound("There is no such webhook.") }

// Add keeps an endpoint, which is on at once, and returns its key: the database
// keeps it encrypted, and nobody is shown it again.
func (s *Service) Add(ctx context.Context, by core.Actor, in Input) (Endpoint, string, error) {
	if err := mayAdminister(by); err != nil {
		return Endpoint{}, "", err
	}
	in, err := s.clean(ctx, in)
	if err != nil {
		return Endpoint{}, "", err
	}
	if !keys.MatchString(in.Key) {
		return Endpoint{}, "", core.InvalidField("key", "A key has lower-case letters, digits and hyphens, 60 at most.")
	}
	now := s.o.Clock.Now()
	e := in.apply(Endpoint{ID: core.NewID[EndpointID](), Key: in.Key, On: true, CreatedAt: now, ChangedAt: now})
	key := newSecret()
	err = s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var there int
		if err := tx.QueryRow(ctx, countEndpoints).Scan(&there); err != nil {
			return postgres.Translate(err)
		}
		if there >= maxEndpoints {
			return core.Conflict("There are %d webhooks, and no more can be added.", maxEndpoints)
		}
		err := tx.QueryRow(ctx, insertEndpoint, e.ID, e.Key, e.Name, e.URL, e.Kinds, e.Types, e.As, s.seal(e.ID, key), now).Scan(&e.No)
		if err = postgres.Translate(err); core.KindOf(err) == core.ErrConflict {
			return core.InvalidField("key", "Another webhook has this key.")
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, e.Key, EndpointAdded, e.aspects(Endpoint{}))
	})
	if err != nil {
		return Endpoint{}, "", err
	}
	return e, writeSecret(key), nil
}

// Change changes what an endpoint is told, and where.
func (s *Service) Change(ctx context.Context, by core.Actor, no int, in Input) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	in, err := s.clean(ctx, in)
	if err != nil {
		return err
	}
	return s.change(ctx, no, func(ctx context.Context, tx pgx.Tx, before Endpoint) error {
		after := in.apply(before)
		changes := after.aspects(before)
		if len(changes) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, updateEndpoint, before.ID, after.Name, after.URL, after.Kinds, after.Types, after.As, s.o.Clock.Now()); err != nil {
			return postgres.Translate(err)
		}
		return s.record(ctx, tx, by, before.Key, EndpointChanged, changes)
	})
}

// Switch switches an endpoint on or off. What waits for one that is off waits
// on; what happens meanwhile is not kept for it.
func (s *Service) Switch(ctx context.Context, by core.Actor, no int, on bool) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.change(ctx, no, func(ctx context.Context, tx pgx.Tx, before Endpoint) error {
		if before.On == on {
			return nil
		}
		now := s.o.Clock.Now()
		if _, err := tx.Exec(ctx, updateSwitch, before.ID, on, "", now); err != nil {
			return postgres.Translate(err)
		}
		kind := EndpointOff
		if on {
			kind = EndpointOn
			var b pgx.Batch
			s.o.Queue(&b, before.ID.String())
			if err := tx.SendBatch(ctx, &b).Close(); err != nil {
				return postgres.Translate(err)
			}
		}
		return s.record(ctx, tx, by, before.Key, kind, nil)
	})
}

// Replace gives an endpoint a new key and returns it. The one before signs too
// for a day, so that the receiver can be given the new one meanwhile.
func (s *Service) Replace(ctx context.Context, by core.Actor, no int) (string, error) {
	if err := mayAdminister(by); err != nil {
		return "", err
	}
	key := newSecret()
	err := s.change(ctx, no, func(ctx context.Context, tx pgx.Tx, e Endpoint) error {
		now := s.o.Clock.Now()
		if _, err := tx.Exec(ctx, updateSecret, e.ID, s.seal(e.ID, key), now.Add(overlap), now); err != nil {
			return postgres.Translate(err)
		}
		return s.record(ctx, tx, by, e.Key, SecretReplaced, nil)
	})
	if err != nil {
		return "", err
	}
	return writeSecret(key), nil
}

// Remove forgets an endpoint with all that was sent to it.
func (s *Service) Remove(ctx context.Context, by core.Actor, no int) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.change(ctx, no, func(ctx context.Context, tx pgx.Tx, e Endpoint) error {
		if _, err := tx.Exec(ctx, deleteEndpoint, e.ID); err != nil {
			return postgres.Translate(err)
		}
		return s.record(ctx, tx, by, e.Key, EndpointRemoved, nil)
	})
}

// change locks an endpoint and changes it.
func (s *Service) change(ctx context.Context, no int, do func(context.Context, pgx.Tx, Endpoint) error) error {
	return s.o.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		row, err := postgres.One[endpointRow](ctx, tx, noEndpoint(), lockEndpoint, no)
		if err != nil {
			return err
		}
		return do(ctx, tx, row.noun())
	})
}

func (s *Service) record(ctx context.Context, tx pgx.Tx, by core.Actor, key string, kind core.EventKind, changes map[core.Aspect]core.Changed) error {
	now := s.o.Clock.Now()
	return events.AppendNext(ctx, tx, events.Entry{
		Stream: core.StreamConfiguration, StreamID: "webhook/" + key, Event: core.Event{Kind: kind, Changes: changes},
		Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
	})
}

// aspects lists what differs from what was before.
func (e Endpoint) aspects(before Endpoint) map[core.Aspect]core.Changed {
	out := map[core.Aspect]core.Changed{}
	differs := func(aspect core.Aspect, was, is any, same bool) {
		if !same {
			out[aspect] = core.Changed{was, is}
		}
	}
	differs("name", before.Name, e.Name, before.Name == e.Name)
	differs("url", before.URL, e.URL, before.URL == e.URL)
	differs("kinds", before.Kinds, e.Kinds, slices.Equal(before.Kinds, e.Kinds))
	differs("types", before.Types, e.Types, slices.Equal(before.Types, e.Types))
	differs("as", before.As.String(), e.As.String(), before.As == e.As)
	return out
}

func (in Input) apply(e Endpoint) Endpoint {
	e.Name, e.URL, e.Kinds, e.Types, e.As = in.Name, in.URL, in.Kinds, in.Types, in.As
	return e
}

// clean checks what an administrator said.
func (s *Service) clean(ctx context.Context, in Input) (Input, error) {
	var wrong string
	if in.Name, wrong = core.CleanLine(in.Name, maxName); wrong != "" || in.Name == "" {
		return in, core.InvalidField("name", "Give it a name, %d letters at most.", maxName)
	}
	var err error
	if in.URL, err = s.cleanURL(in.URL); err != nil {
		return in, err
	}
	in.Kinds, in.Types = sorted(in.Kinds), sorted(in.Types)
	for _, kind := range in.Kinds {
		if !isKind(kind) {
			return in, core.InvalidField("kinds", "There is no such kind of event.")
		}
	}
	for _, key := range in.Types {
		if _, err := s.o.Cases.Types().Published(ctx, key); core.KindOf(err) == core.ErrNotFound {
			return in, core.InvalidField("types", "There is no such case type.")
		} else if err != nil {
			return in, err
		}
	}
	return in, nil
}

func sorted[T ~string](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	if list = slices.Compact(list); list == nil {
		return []T{}
	}
	return list
}

// cleanURL checks where an endpoint lies, as far as its address says so. Where
// its name leads is judged whenever something is sent.
func (s *Service) cleanURL(address string) (string, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || u.Hostname() == "" || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		return "", core.InvalidField("url", "Enter an address that begins with https://.")
	case u.Scheme == "http" && !s.o.Plain:
		return "", core.InvalidField("url", "Enter an address that begins with https://: what is sent must be encrypted on its way.")
	case u.User != nil:
		return "", core.InvalidField("url", "An address holds no name or password: the signature shows who sent it.")
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && s.rules.Judge(at) != nil {
		return "", core.InvalidField("url", "This address is not a public one.")
	}
	u.Fragment = ""
	return u.String(), nil
}

func (s *Service) seal(id EndpointID, key []byte) []byte {
	return s.o.Secret.Seal(forSecrets, id.String(), key)
}
